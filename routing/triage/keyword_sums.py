"""What the keywords of a text add up to.

Every message that names anything is read for its keywords, and of most the few sums here tell that it is no request.
``keyword_search.py`` finds them by the automaton of a library, ``keyword_walk.py`` by walking a tree, which is faster
where it is compiled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import sqrt
from typing import Any, Final

from routing.triage.keyword_totals import Totals
from routing.triage.request_bar import RequestBar
from routing.triage.roles import Words

ABOVE_NUMBER: Final = 24
NUMBER_MASK: Final = 0xFFFFFF
"""What is weighed holds its size, above that whether it speaks for the label, and lowest what is left to this by its
number, so that of equals the lowest number comes first."""

SQUARE: Final = 10_000
"""Squares of idf are counted in ten-thousandths, so that they are added up as whole numbers."""

NO_TEXT: Final = "\0"
"""What the spellings of word classes begin with: their names must not be found in a text."""


class Keywords:
    """What each keyword adds, by its number: the square of its idf, and its weight for the first label in steps."""

    __slots__ = ("apart", "firsts", "labels", "loud_from", "rows", "spellings", "squares")

    def __init__(
        self,
        spellings: list[str],
        rows: list[int],
        squares: list[int],
        firsts: list[int],
        loud_from: int,
        labels: int,
        apart: frozenset[int],
    ) -> None:
        self.spellings = spellings
        # Their length is hidden from the compiler, which would look at each sum whether it fits into a machine word.
        self.rows: list[Any] = [*rows]
        """The weights for all labels, to be added up (see ``KeywordTable``)."""
        self.labels = labels
        """How many these are."""
        self.squares = squares
        self.firsts = firsts
        self.loud_from = loud_from
        """Steps for the first label from which a keyword is loud; above zero."""
        self.apart = apart
        """The places of the labels that are added up apart from the others, as more texts ask for them."""


def weight_of(weighed: int) -> tuple[int, int]:
    """The number and the steps of a keyword as ``KeywordSums.weighed`` gives it."""
    number = NUMBER_MASK - (weighed & NUMBER_MASK)
    size = weighed >> ABOVE_NUMBER + 1
    return number, size if weighed >> ABOVE_NUMBER & 1 else -size


class Sums:
    """What the keywords of a text add up to, each counted once."""

    __slots__ = ("classes", "first", "highest", "numbers", "squares")

    def __init__(self, squares: int, first: int, numbers: list[int] | None, classes: Sequence[int]) -> None:
        self.squares = squares
        """The squares of their idf."""
        self.first = first
        """Their weights for the first label, in steps."""
        self.numbers = numbers
        """Which they are; None where nobody had to make a list of them."""
        self.classes = classes
        """The numbers of those among them that stand for word classes."""
        self.highest: float | None = None
        """The highest score of a service, where that was told on the way."""


def norm_of(squares: int) -> float:
    """By what the weights are divided; ``squares`` are those of ``Sums``."""
    return sqrt(squares / SQUARE) or 1.0


class KeywordSums(ABC):
    """Finds and adds up the keywords of texts, each taken between ``BEGIN`` and ``END``.

    Immutable after construction; safe to share between threads.
    """

    @abstractmethod
    def loud(self, text: str) -> int:
        """What the loud keywords of ``text`` add up to for the first label, in steps."""

    @abstractmethod
    def if_request(self, text: str, words: Words, bar: RequestBar) -> Sums | None:
        """The sums for ``text`` and its ``words``; None where they surely do not reach the ``bar``."""

    @abstractmethod
    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        """The sums for ``text`` and the keywords numbered ``classes``, which stand for words of classes.

        Those are never found in a text themselves.
        """

    @abstractmethod
    def numbers(self, text: str, classes: Sequence[int]) -> list[int]:
        """The numbers of these keywords, each once."""

    @abstractmethod
    def numbers_of(self, text: str, sums: Sums) -> list[int]:
        """The numbers of the keywords of ``text``, of which the ``sums`` are known."""

    @abstractmethod
    def added(self, numbers: list[int]) -> Sums:
        """The sums of keywords that are known by their numbers."""

    @abstractmethod
    def totals(self, text: str, sums: Sums) -> Totals:
        """What the keywords of ``text``, of which the ``sums`` are known, add up to for all labels."""

    @abstractmethod
    def weighed(self, numbers: list[int], place: int) -> list[int]:
        """What each of these keywords adds for the label at ``place``, heaviest first, without those that add nothing.

        Each as one integer (see ``weight_of``), since those are put in order several times as fast as pairs.
        """
