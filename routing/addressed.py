"""What people say to the bot itself: a greeting, thanks, how far their matter is; yes and no to what it asked.

Such words hold nothing that could be registered, so each counts only where the whole message consists of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from routing.followup import plain

LONGEST = 30
"""Characters, without blanks and punctuation, of a message that may be no more than this."""

_NUMBER = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*-\d{6}-\d{3,6}")


class Aside(StrEnum):
    """What a message to the bot is that reports nothing; where several are said, the first of these counts."""

    STATUS = "status"
    """How far one's own matters are."""
    ABILITIES = "abilities"
    """What the bot can do, and how."""
    OVER = "over"
    """What was reported is not needed any more."""
    THANKS = "thanks"
    GREETING = "greeting"
    ACCEPTED = "accepted"
    """好的, 收到."""


@dataclass(frozen=True, slots=True)
class AddressedWords:
    """The words of each kind, in the spelling of ``plain``."""

    asides: Mapping[Aside, frozenset[str]]
    filler: frozenset[str]
    """Said beside any aside without meaning anything by itself."""
    progress: frozenset[str]
    """Beside one's own matter these ask how far it is; alone they urge."""
    consent: frozenset[str]
    refusal: frozenset[str]
    beside_answer: frozenset[str]
    """Said beside a yes or no."""
    before_refusal: frozenset[str]
    """Would be a yes by itself, and means nothing beside a no (好的，不用了)."""

    def aside_of(self, text: str) -> Aside | None:
        """What a message to the bot is that reports nothing; none for everything else.

        One of emoji and punctuation alone is taken as 好的.
        """
        said = plain(text)
        if len(said) > LONGEST:
            return None
        known = self.filler
        # A greeting before a question does not make it a greeting, so the weakest is tried first.
        for kind in (Aside.ACCEPTED, Aside.GREETING, Aside.THANKS, Aside.OVER, Aside.ABILITIES):
            known |= self.asides.get(kind, frozenset())
            if _consists_of(said, known):
                return kind
        beside = known | self.progress
        about = self.asides.get(Aside.STATUS, frozenset())
        asks = _consists_of(said, beside | about) and not _consists_of(said, beside)
        return Aside.STATUS if asks else None

    def answer_of(self, text: str) -> bool | None:
        """Whether a message says yes or no to what its writer was asked; none where it says something else."""
        said = plain(text)
        if not said or len(said) > LONGEST:
            return None
        if _consists_of(said, _either(self.beside_answer, self.consent)):
            return None if _consists_of(said, self.beside_answer) else True
        beside = _either(self.beside_answer, self.before_refusal)
        if _consists_of(said, _either(beside, self.refusal)):
            return None if _consists_of(said, beside) else False
        return None


def number_in(text: str) -> str | None:
    """The number of a ticket, if the message is nothing else."""
    said = text.strip()
    return said.upper() if _NUMBER.fullmatch(said) else None


@lru_cache
def _either(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Every report is looked at for a yes or no, so what is asked of it is put together once."""
    return some | others


@lru_cache
def _longest(words: frozenset[str]) -> int:
    return max(map(len, words), default=0)


def _consists_of(said: str, words: frozenset[str]) -> bool:
    """Whether a text can be cut into these words without a rest."""
    longest = _longest(words)
    ends = [True] + [False] * len(said)
    for start in range(len(said)):
        if ends[start]:
            for end in range(start + 1, min(start + longest, len(said)) + 1):
                ends[end] = ends[end] or said[start:end] in words
    return ends[-1]
