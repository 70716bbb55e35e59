"""What people say about a matter that is already known: me too, hurry up, it works again, I meant another building.

Such words mean nothing by themselves and are only looked at where something is open in the group; triage alone
decides about everything else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from routing.flood import FloodRules
from routing.place import Place
from routing.script import message_in_one_spelling

_LATELY = 64
"""Messages that are kept without their signs, as ``message_in_one_spelling`` keeps them with those."""
LONGEST = 40
"""Characters of a message that may be taken as following up; longer ones tell a story of their own."""

_BESIDE = 2
"""Characters beside such words that still name no matter (都, 师傅)."""

_KEPT = re.compile(r"[^\w+]+", re.UNICODE)
_OF_HOUSE = ("号楼", "栋", "幢", "座", "单元", "楼", "层")
_OWN_PLACE = re.compile(rf"(?:[a-z]|\d{{1,3}}|[一二三四五六七八九十百]{{1,3}})(?:{'|'.join(_OF_HOUSE)})")
_HOUSE_ENDS = frozenset([word[-1] for word in _OF_HOUSE])
"""Most talk has none of these, and is spared a look for a place."""
_WHOSE = re.compile(r"^(?:我们?|咱们?|俺们?)?(?:那边|这边|这里|那里)?的?")
_SAID_OF = re.compile(r"(?:在|是|位置|位于|地址|靠)[^在是]{0,4}$")
"""What stands before a spot where something is said to be."""
_BESIDE_SPOT = 6
"""Characters beside a spot with which it still is an address and no talk (小广场那边的哈)."""
_REPEATED = re.compile(r"^(.{2,}?)\1+$")
_QUESTION = re.compile(r"[吗嘛么没不][?]*$|[?]$")


class FollowUp(StrEnum):
    """What a short message says of a matter."""

    JOIN = "join"
    """It concerns the writer too (+1, 我家也是)."""
    ALSO = "also"
    """"Too" about something named: joins only where the something is the same."""
    URGE = "urge"
    """The writer waits for somebody (催办)."""
    DONE = "done"
    """It is over."""
    UNDONE = "undone"
    """It is not over, whatever was reported."""
    CORRECT = "correct"
    """What was said before was wrong."""
    DETAIL = "detail"
    """More about what the writer has just reported."""


_ENDED = frozenset({FollowUp.DONE, FollowUp.UNDONE})
_ADDING = (FollowUp.CORRECT, FollowUp.URGE, FollowUp.ALSO, FollowUp.DETAIL)
"""The surest first."""


@dataclass(frozen=True, slots=True)
class FollowUpWords:
    """The words of each kind, in the spelling of ``plain``."""

    join: frozenset[str]
    also: tuple[str, ...]
    urge: tuple[str, ...]
    done: frozenset[str]
    done_filler: tuple[str, ...]
    undone: frozenset[str]
    undone_filler: tuple[str, ...]
    correct: tuple[str, ...]
    detail: tuple[str, ...]
    to_neighbours: tuple[str, ...] = ()
    """What is said to everybody around is no detail, whatever words of detail stand beside it."""
    done_services: Mapping[str, str] = field(default_factory=dict)
    """What "it works again" tells of the service: word to service code."""
    _search: AhoCorasick = field(init=False, repr=False, compare=False)
    _kinds: tuple[FollowUp, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = [(kind, word) for kind, each in self._by_kind() for word in each]
        search = AhoCorasick([word for _, word in words], implementation=Implementation.ContiguousNFA)
        object.__setattr__(self, "_search", search)
        object.__setattr__(self, "_kinds", tuple(kind for kind, _ in words))

    def _by_kind(self) -> tuple[tuple[FollowUp, Iterable[str]], ...]:
        return (
            (FollowUp.UNDONE, self.undone),
            (FollowUp.DONE, self.done),
            (FollowUp.CORRECT, self.correct),
            (FollowUp.URGE, self.urge),
            (FollowUp.ALSO, self.also),
            (FollowUp.DETAIL, self.detail),
        )

    def longest_in(self, said: str) -> dict[FollowUp, int]:
        """The kinds of which ``said`` (in the spelling of ``plain``) holds words, each with the length of the longest.

        Those of joining are not looked for, since they must be the whole message.
        """
        found: dict[FollowUp, int] = {}
        for index, start, end in self._search.find_matches_as_indexes(said, overlapping=True):
            kind = self._kinds[index]
            found[kind] = max(found.get(kind, 0), end - start)
        return found


@dataclass(frozen=True, slots=True)
class ConversationRules:
    """How messages of a group belong together."""

    words: FollowUpWords
    shared: frozenset[str]
    """Services, or groups of them, of which two people's reports can mean the same thing."""
    outages: frozenset[str]
    same_person: timedelta
    before: timedelta
    join: timedelta
    duplicate: timedelta
    urge_again: timedelta
    households_urgent: int
    households_lead: int
    similarity: float
    flood: FloodRules

    def is_shared(self, service_code: str) -> bool:
        """Whether two people's reports of this service can mean the same thing."""
        return service_code in self.shared or service_code.split(".")[0] in self.shared


@dataclass(frozen=True, slots=True)
class Following:
    """What a message says of a known matter; ``service_code`` where it tells of which service."""

    kind: FollowUp
    service_code: str | None = None
    names_nothing: bool = True
    """Whether the message is nothing but such words, so that it can mean no other matter."""


@lru_cache(maxsize=_LATELY)
def plain(text: str) -> str:
    """``text`` in one spelling: Simplified, half-width, lower case, without punctuation, blanks and emoji."""
    return _KEPT.sub("", message_in_one_spelling(text).lower())


def tells_where(text: str, place: Place) -> bool:
    """Whether a message with this place in it may be the address of what its writer said before or says next.

    A house may always be. Spots are named in passing all day (转发：河边周六有活动), so one counts where something is
    said to be there, or where next to nothing else is said.
    """
    if place.is_numbered or place.spot is None:
        return place.is_numbered
    before, found, after = plain(text).partition(plain(place.spot))
    # A spot that goes by another name in this chat does not stand in the text.
    return not found or len(before) + len(after) <= _BESIDE_SPOT or _SAID_OF.search(before) is not None


def follow_up_of(text: str, words: FollowUpWords) -> Following | None:
    """What a short message says of a matter that is known already, if anything; the surest reading first.

    "修好了" is done and "修好了吗" urges: a question is never an answer.
    """
    if len(text) > LONGEST:
        return None
    said = plain(text)
    if said in (said + said)[1:-1]:
        said = _REPEATED.sub(r"\1", said)
    if not said:
        return None
    if _without_place(said) in words.join:
        return Following(FollowUp.JOIN)
    # Nearly all talk holds none of these words anywhere, which one search tells.
    held = words.longest_in(said)
    if not held:
        return None
    if held.keys() & _ENDED and not _QUESTION.search(unicodedata.normalize("NFKC", text).rstrip(" ~。!")):
        # Of which house it is said ("5栋的好了") tells which matter is meant, and is told by the message's place.
        told = _WHOSE.sub("", _without_place(said))
        if FollowUp.UNDONE in held and _cores(told, words.undone, words.undone_filler):
            return Following(FollowUp.UNDONE)
        cores = _cores(told, words.done, words.done_filler) if FollowUp.DONE in held else set()
        if cores:
            service = next((words.done_services[core] for core in sorted(cores) if core in words.done_services), None)
            return Following(FollowUp.DONE, service)
    for kind in _ADDING:
        if kind is FollowUp.DETAIL and any(word in said for word in words.to_neighbours):
            continue
        if kind in held:
            return Following(kind, names_nothing=len(said) - held[kind] <= _BESIDE)
    return None


def _without_place(said: str) -> str:
    return said if _HOUSE_ENDS.isdisjoint(said) else _OWN_PLACE.sub("", said)


def _cores(said: str, cores: frozenset[str], filler: tuple[str, ...]) -> set[str]:
    """The cores that are left of the message without its fillers."""
    return _stripped(said, (*filler, *cores)) & cores


def _stripped(said: str, filler: tuple[str, ...]) -> set[str]:
    """Every form of the message that is left when fillers are taken from its beginning and end."""
    forms, waiting = {said}, [said]
    while waiting:
        form = waiting.pop()
        for word in filler:
            for rest in (form.removeprefix(word), form.removesuffix(word)):
                if rest and rest not in forms:
                    forms.add(rest)
                    waiting.append(rest)
    return forms
