"""Which messages are needs, of which kind, and which words mean "me too": the rules of one district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rapidfuzz import fuzz

from routing.catalogue import AppealType
from routing.followup import plain
from routing.promise import PromiseRules
from routing.triage.decision import Matter


@dataclass(frozen=True, slots=True)
class NeedKind:
    """A kind of need: its code, its name and the words that tell it, in the spelling of ``plain``."""

    code: str
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchRules:
    """How much each agreement between a need and an offer is worth, and from which sum it is proposed."""

    same_kind: float
    same_area: float
    same_community: float
    same_street: float
    like_words: float
    """For the same words; less alike texts get their share of it."""
    least: float
    most: int
    """How many partners a need is proposed to at once."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step that every project begins with: its name, how much working time it has, and which side does it."""

    name: str
    working: timedelta
    by_partner: bool


@dataclass(frozen=True, slots=True)
class NeedRules:
    """Everything that ``needs.yaml`` says."""

    kinds: Mapping[str, NeedKind]
    services: frozenset[str]
    """Of a matter of these services no duty tells who answers for it."""
    appeals: frozenset[AppealType]
    wishes: tuple[str, ...]
    """Words by which somebody wants what is not there yet (希望, 能不能)."""
    faults: tuple[str, ...]
    """Words by which something that is there is out of order: somebody answers for that."""
    join: frozenset[str]
    """Whole messages that mean "me too" of a need or a suggestion."""
    join_within: timedelta
    similarity: float
    """How alike two needs of a kind must be (0 to 100) to be the same one."""
    match: MatchRules
    steps: tuple[PlannedStep, ...]
    promise: PromiseRules
    agree_within: timedelta
    """Working time that the community has to agree to a claim."""
    shown: int
    """Lines of a list."""
    most_a_day: int
    """How many needs one person may put on the list within a day."""

    def kind_of(self, text: str) -> str:
        """The kind whose words the text has most of, the longest words counting most; empty where it has none."""
        said = plain(text)
        weights = {code: _weight(said, kind.words) for code, kind in self.kinds.items()}
        best = max(weights, key=lambda code: weights[code], default="")
        return best if best and weights[best] else ""

    def is_need(self, text: str, matter: Matter) -> bool:
        """Whether a matter is something that people need and no duty covers.

        It must name a kind, want it, and complain of nothing that is there: a broken bench has somebody who answers
        for it, a bench that is not there has not.
        """
        if matter.service_code not in self.services or matter.appeal_type not in self.appeals:
            return False
        said = plain(text)
        if not any(word in said for word in self.wishes) or any(word in said for word in self.faults):
            return False
        return bool(self.kind_of(text))

    def says_me_too(self, text: str) -> bool:
        """Whether the whole message is "me too"."""
        return len(text) <= 30 and plain(text) in self.join

    def is_same(self, text: str, kind: str, other_text: str, other_kind: str) -> bool:
        """Whether two needs of one place are the same."""
        return kind == other_kind and fuzz.token_set_ratio(plain(text), plain(other_text)) >= self.similarity


def _weight(said: str, words: tuple[str, ...]) -> int:
    """The characters of the words that the text has; a word within another that it has counts once."""
    found = [word for word in words if word in said]
    return sum(len(word) for word in found if not any(word != other and word in other for other in found))
