"""What the keywords of a text add up to.

Every message that names anything is read for its keywords, and of most the few sums here tell that it is no request.
``keyword_search.py`` finds them by the automaton of a library, ``keyword_walk.py`` by walking a tree, which is faster
where it is compiled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final

from routing.triage.keyword_totals import Totals

ABOVE_NUMBER: Final = 24
NUMBER_MASK: Final = 0xFFFFFF
"""What is weighed holds its size, above that whether it speaks for the label, and lowest what is left to this by its
number, so that of equals the lowest number comes first."""

NO_TEXT: Final = "\0"
"""What the spellings of word classes begin with: their names must not be found in a text."""


class Keywords:
    """What each keyword adds, by its number: the square of its idf, and its weights for two labels in steps."""

    __slots__ = ("firsts", "labels", "loud_from", "rows", "seconds", "spellings", "squares")

    def __init__(
        self,
        spellings: list[str],
        rows: list[int],
        squares: list[int],
        firsts: list[int],
        seconds: list[int],
        loud_from: int,
        labels: int,
    ) -> None:
        self.spellings = spellings
        # Their length is hidden from the compiler, which would look at each sum whether it fits into a machine word.
        self.rows: list[Any] = [*rows]
        """The weights for all labels, to be added up (see ``KeywordTable``)."""
        self.labels = labels
        """How many these are."""
        self.squares = squares
        self.firsts = firsts
        self.seconds = seconds
        self.loud_from = loud_from
        """Steps for the first label from which a keyword is loud."""


def weight_of(weighed: int) -> tuple[int, int]:
    """The number and the steps of a keyword as ``KeywordSums.weighed`` gives it."""
    number = NUMBER_MASK - (weighed & NUMBER_MASK)
    size = weighed >> ABOVE_NUMBER + 1
    return number, size if weighed >> ABOVE_NUMBER & 1 else -size


class Sums:
    """What the keywords of a text add up to, each counted once."""

    __slots__ = ("first", "numbers", "second", "squares")

    def __init__(self, squares: int, first: int, second: int, numbers: list[int] | None) -> None:
        self.squares = squares
        """The squares of their idf."""
        self.first = first
        """Their weights for the first label, in steps."""
        self.second = second
        """The same for the second one; nothing where ``numbers`` are known, as they tell it when it is asked for."""
        self.numbers = numbers
        """Which they are; None where nobody had to make a list of them."""


class KeywordSums(ABC):
    """Finds and adds up the keywords of texts, each taken between ``BEGIN`` and ``END``.

    Immutable after construction; safe to share between threads.
    """

    @abstractmethod
    def loud(self, text: str) -> int:
        """What the loud keywords of ``text`` add up to for the first label, in steps."""

    @abstractmethod
    def if_loud(self, text: str, least: float) -> Sums | None:
        """The sums for ``text`` where its loud keywords add up to at least ``least`` steps."""

    @abstractmethod
    def with_classes(self, sums: Sums, classes: Sequence[int]) -> Sums:
        """The ``sums`` of a text with the keywords numbered ``classes`` added."""

    @abstractmethod
    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        """The sums for ``text`` and the keywords numbered ``classes``, which stand for words of classes.

        Those are never found in a text themselves.
        """

    @abstractmethod
    def numbers(self, text: str, classes: Sequence[int]) -> list[int]:
        """The numbers of these keywords, each once."""

    @abstractmethod
    def added(self, numbers: list[int]) -> Sums:
        """The sums of keywords that are known by their numbers."""

    @abstractmethod
    def totals(self, text: str, classes: Sequence[int], sums: Sums) -> Totals:
        """What these keywords, of which the ``sums`` are known, add up to for all labels."""

    @abstractmethod
    def weighed(self, numbers: list[int], place: int) -> list[int]:
        """What each of these keywords adds for the label at ``place``, heaviest first, without those that add nothing.

        Each as one integer (see ``weight_of``), since those are put in order several times as fast as pairs.
        """

    @abstractmethod
    def second(self, sums: Sums) -> int:
        """The sum for the second label, in steps."""
