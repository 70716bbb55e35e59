"""Whether a text can be a request at all, by the few sums of its keywords: of most talk nothing more is ever asked.

The numbers stand here as far as they decide that; ``settling.py`` has the rest, and tells how all were chosen.
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Final

from routing.triage.keyword_totals import Family, highest_of
from routing.triage.keywords import STEP

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64

RULES_SHARE: Final = 0.75
"""What a rule's full score adds to the learned score of a request."""
NAMED: Final = 0.4
"""Taken off where a rule sees a matter: talk that names one without wanting anything is what rules see most."""
LOCATED_SHARE: Final = 0.4
"""Added where a rule sees a matter and the text says at which house: an address is given for somebody to come."""
FIT_SHARE: Final = 0.6
"""What the learned score of the service that fits best adds: a text that fits one well is hardly talk."""
LENGTH_SHARE: Final = 0.16
"""Added for each time that the text grows by the factor e: whoever reports something tells more of it than who talks,
and a long text has more words that say nothing, which make its learned score small."""
LONG: Final = 50
"""Characters from which a text is no longer taken to be wordy."""
BASE: Final = -0.48
"""What brings the joint score back to the size of the learned one."""
LOUD_FROM: Final = 4.5
"""Loudness (see ``Judge.loudness``) without which no keywords ask alone: of 5,000 labelled requests two fall short
of it that they would ask about, and half of the talk that no rule fits needs no full reading."""
ASK_FROM: Final = 0.18
"""Joint score from which the resident is asked."""
FITS_MOST: Final = 0.6
"""Learned score that hardly any text has for any service."""
DANGER_FROM: Final = 0.03
"""Learned score from which a request is an emergency; misses were made to count three times when it was learned."""
DANGER_SHARE: Final = 0.25
"""What a learned danger adds to the joint score: rather ask once too often than stay silent."""

_NAMED_MOST: Final = RULES_SHARE + LOCATED_SHARE - NAMED
_BY_LENGTH: Final = [LENGTH_SHARE * log(length + 1) for length in range(LONG + 1)]
"""What the length of a text adds: every text is asked, and a logarithm costs more than the rest."""


class RequestBar:
    """What a text must reach so that something may be asked about it, as the joint score tells at most.

    Only keywords are known then; a rule may have ``named`` a service, or surely none has.
    """

    __slots__ = ("_first_bias", "_second", "_second_bias", "_services", "named", "prefix")

    def __init__(
        self, first_bias: float, second: int, second_bias: float, services: Family, prefix: str, *, named: bool
    ) -> None:
        """``second`` is the place of the second label, -1 where nothing was learned of it.

        ``prefix`` is that of the labels of ``services``.
        """
        self._first_bias = first_bias
        self._second = second
        self._second_bias = second_bias
        self._services = services
        self.prefix = prefix
        self.named = named
        """Whether a rule may name a service."""

    def is_loud(self, loud: int, length: int) -> bool:
        """Whether what is ``loud`` suffices for so many characters; where a rule names something it need not be."""
        return self.named or float(loud) >= LOUD_FROM / STEP * sqrt(length + 2)

    def may_reach(self, first: int, norm: float, length: int) -> bool:
        """Whether the first label lets a text reach it that fits some service better than hardly any text does."""
        most = most_by(first * STEP / norm + self._first_bias, length, named=self.named)
        return most + FIT_SHARE * FITS_MOST + DANGER_SHARE >= ASK_FROM

    def highest(self, totals: vec[i64], norm: float) -> float:
        """The highest score of a service; ``totals`` as below."""
        return highest_of(totals, self._services, STEP / norm)

    def is_reached(self, first: int, totals: vec[i64], highest: float, norm: float, length: int) -> bool:
        """Whether both labels and the ``highest`` score of a service let a text reach it.

        ``totals`` are those of the labels that are added up apart, as walking finds them.
        """
        most = most_by(first * STEP / norm + self._first_bias, length, named=self.named)
        danger = 0.0
        if self._second >= 0 and int(totals[self._second]) * STEP / norm + self._second_bias >= DANGER_FROM:
            danger = DANGER_SHARE
        return most + FIT_SHARE * highest + danger >= ASK_FROM


def told_by(first: float, length: int) -> float:
    """What the learned score of the ``first`` label and the length of a text say of a request."""
    return first + _BY_LENGTH[min(LONG, length)] + BASE


def most_by(first: float, length: int, *, named: bool) -> float:
    """The same with the most that rules can add, where they may have ``named`` a service or surely have not."""
    return told_by(first, length) + (_NAMED_MOST if named else 0.0)
