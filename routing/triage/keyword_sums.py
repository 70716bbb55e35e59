"""What the keywords of a text add up to, in the two forms in which triage runs.

Every message that names anything is read for its keywords, and of most the few sums here tell that it is no request.
Interpreted, the automaton of a library finds the keywords; compiled, a tree is walked that makes no object for them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from routing.triage.keywords import BITS, HALF
from routing.triage.marks import LentMarks
from routing.triage.searching import Found, search_for
from routing.triage.trie import IS_COMPILED, ROOT, Trie, packed

if TYPE_CHECKING:
    from mypy_extensions import i64

_LOW: Final = (1 << BITS) - 1

_WIDTH: Final = 4
"""Numbers in the walker's table for each keyword: its square's lower and upper part, and both weights."""
_PART: Final = 16
"""Bits of the lower part of a square."""
_LOWER: Final = (1 << _PART) - 1
_OFFSET: Final = 1 << 19
"""Added to weights so that they are packed as what is not negative."""


class Keywords:
    """What each keyword adds, by its number: the square of its idf, and its weights for two labels in steps."""

    __slots__ = ("firsts", "loud_from", "rows", "seconds", "spellings", "squares")

    def __init__(
        self,
        spellings: list[str],
        rows: list[int],
        squares: list[int],
        firsts: list[int],
        seconds: list[int],
        loud_from: int,
    ) -> None:
        self.spellings = spellings
        # Their length is hidden from the compiler, which would look at each sum whether it fits into a machine word.
        self.rows: list[Any] = [*rows]
        """The weights for all labels, to be added up (see ``KeywordTable``)."""
        self.squares = squares
        self.firsts = firsts
        self.seconds = seconds
        self.loud_from = loud_from
        """Steps for the first label from which a keyword is loud."""


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
    """Finds and adds up keywords. Immutable after construction; safe to share between threads."""

    @abstractmethod
    def loud(self, text: str) -> int:
        """What the loud keywords of ``text`` add up to for the first label, in steps."""

    @abstractmethod
    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        """The sums for ``text`` and the keywords numbered ``classes``, which stand for words of classes."""

    @abstractmethod
    def numbers(self, text: str, classes: Sequence[int]) -> list[int]:
        """The numbers of these keywords, each once."""

    @abstractmethod
    def added(self, numbers: list[int]) -> Sums:
        """The sums of keywords that are known by their numbers."""

    @abstractmethod
    def row(self, text: str, classes: Sequence[int], sums: Sums) -> Any:
        """The sum of the rows of these keywords, of which the ``sums`` are known: all labels at once."""

    @abstractmethod
    def second(self, sums: Sums) -> int:
        """The sum for the second label, in steps."""


def keyword_sums(keywords: Keywords) -> KeywordSums:
    """The faster form of the two for how this runs."""
    return Walked(keywords) if IS_COMPILED and Walked.can_hold(keywords) else Searched(keywords)


class Searched(KeywordSums):
    """By the automaton of a library."""

    def __init__(self, keywords: Keywords) -> None:
        # One number for both sums that every text needs: the squares above, the weight of the first label below.
        self._sums = [(square << BITS) + first for square, first in zip(keywords.squares, keywords.firsts, strict=True)]
        self._rows = keywords.rows
        self._seconds = keywords.seconds
        self._find = search_for(keywords.spellings)
        loud = [number for number, steps in enumerate(keywords.firsts) if steps >= keywords.loud_from]
        self._find_loud = search_for([keywords.spellings[number] for number in loud])
        self._loud = [keywords.firsts[number] for number in loud]

    def loud(self, text: str) -> int:
        found: list[Found] = self._find_loud(text, overlapping=True)
        total = 0
        for number in {number for number, _, _ in found}:
            total += self._loud[number]
        return total

    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        return self.added(self.numbers(text, classes))

    def numbers(self, text: str, classes: Sequence[int]) -> list[int]:
        found: list[Found] = self._find(text, overlapping=True)
        distinct = {number for number, _, _ in found}
        distinct.update(classes)
        return list(distinct)

    def added(self, numbers: list[int]) -> Sums:
        total = 0
        for number in numbers:
            total += self._sums[number]
        first = ((total + HALF) & _LOW) - HALF
        return Sums((total - first) >> BITS, first, 0, numbers)

    def row(self, text: str, classes: Sequence[int], sums: Sums) -> Any:
        numbers = self.numbers(text, classes) if sums.numbers is None else sums.numbers
        return sum([self._rows[number] for number in numbers])

    def second(self, sums: Sums) -> int:
        total = 0
        for number in sums.numbers or ():
            total += self._seconds[number]
        return total


class Walked(KeywordSums):
    """By walking a tree, which only compiled code does quickly."""

    def __init__(self, keywords: Keywords) -> None:
        self._loud_from = keywords.loud_from
        self._spellings = keywords.spellings
        self._rows = keywords.rows
        self._path_rows: list[Any] = [None] * len(keywords.rows)
        self._trie = Trie(keywords.spellings)
        table = array("I")
        for square, first, second in zip(keywords.squares, keywords.firsts, keywords.seconds, strict=True):
            table.extend((square & _LOWER, square >> _PART, first + _OFFSET, second + _OFFSET))
        self._table = packed(table)
        self._marks = LentMarks(len(keywords.spellings))

    @staticmethod
    def can_hold(keywords: Keywords) -> bool:
        """Whether all numbers are small enough to be packed, as they are of any lexicon that was learned."""
        steps = [*keywords.firsts, *keywords.seconds, 0]
        return (
            max(keywords.squares, default=0) >> _PART < _OFFSET
            and min(steps) >= -_OFFSET
            and max(steps) < _OFFSET
            and len(keywords.spellings) < _OFFSET
        )

    def loud(self, text: str) -> int:
        trie, table, marks = self._trie, self._table, self._marks.borrow()
        least: i64 = self._loud_from + _OFFSET
        total: i64 = 0
        length: i64 = len(text)
        start: i64 = 0
        while start < length:
            node: i64 = ROOT
            at: i64 = start
            while at < length:
                node = trie.after(node, ord(text[at]))
                if node < 0:
                    break
                number: i64 = trie.number(node)
                if number >= 0:
                    weight: i64 = ord(table[number * _WIDTH + 2])
                    if weight >= least and marks.is_new(number):
                        total += weight - _OFFSET
                if not trie.goes_on(node):
                    break
                at += 1
            start += 1
        self._marks.give_back(marks)
        return total

    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        trie, table, marks = self._trie, self._table, self._marks.borrow()
        squares: i64 = 0
        first: i64 = 0
        second: i64 = 0
        number: i64
        length: i64 = len(text)
        start: i64 = 0
        while start < length:
            node: i64 = ROOT
            at: i64 = start
            while at < length:
                node = trie.after(node, ord(text[at]))
                if node < 0:
                    break
                number = trie.number(node)
                if number >= 0 and marks.is_new(number):
                    number *= _WIDTH
                    squares += ord(table[number]) + (ord(table[number + 1]) << _PART)
                    first += ord(table[number + 2]) - _OFFSET
                    second += ord(table[number + 3]) - _OFFSET
                if not trie.goes_on(node):
                    break
                at += 1
            start += 1
        for number in classes:
            if marks.is_new(number):
                number *= _WIDTH
                squares += ord(table[number]) + (ord(table[number + 1]) << _PART)
                first += ord(table[number + 2]) - _OFFSET
                second += ord(table[number + 3]) - _OFFSET
        self._marks.give_back(marks)
        return Sums(squares, first, second, None)

    def numbers(self, text: str, classes: Sequence[int]) -> list[int]:
        trie, marks = self._trie, self._marks.borrow()
        numbers: list[int] = []
        length: i64 = len(text)
        start: i64 = 0
        while start < length:
            node: i64 = ROOT
            at: i64 = start
            while at < length:
                node = trie.after(node, ord(text[at]))
                if node < 0:
                    break
                number: i64 = trie.number(node)
                if number >= 0 and marks.is_new(number):
                    numbers.append(number)
                if not trie.goes_on(node):
                    break
                at += 1
            start += 1
        numbers += [known for known in classes if marks.is_new(known)]
        self._marks.give_back(marks)
        return numbers

    def row(self, text: str, classes: Sequence[int], sums: Sums) -> Any:
        total: Any = 0
        if sums.numbers is not None:
            for known in sums.numbers:
                total += self._rows[known]
            return total
        trie, marks = self._trie, self._marks.borrow()
        length: i64 = len(text)
        start: i64 = 0
        while start < length:
            node: i64 = ROOT
            at: i64 = start
            last: i64 = -1
            counted: i64 = -1
            while at < length:
                node = trie.after(node, ord(text[at]))
                if node < 0:
                    break
                number: i64 = trie.number(node)
                if number >= 0:
                    last = number
                    if not marks.is_new(number):
                        counted = number
                if not trie.goes_on(node):
                    break
                at += 1
            # Where a keyword was counted, so were those that it begins with: they stood where it stood.
            if last != counted:
                total += self._path_row(last)
                if counted >= 0:
                    total -= self._path_row(counted)
            start += 1
        for known in classes:
            if marks.is_new(known):
                total += self._rows[known]
        self._marks.give_back(marks)
        return total

    def _path_row(self, number: i64) -> Any:
        """The rows of a keyword and of all that it begins with in one: a third of the additions is left."""
        row = self._path_rows[number]
        if row is None:
            row = 0
            spelling = self._spellings[number]
            for length in range(1, len(spelling) + 1):
                begins = self._trie.exactly(spelling[:length])
                if begins >= 0:
                    row += self._rows[begins]
            # Made when it is met first: most keywords never are. Whoever else makes it meanwhile makes the same.
            self._path_rows[number] = row
        return row

    def added(self, numbers: list[int]) -> Sums:
        sums = self.sums("", numbers)
        sums.numbers = numbers
        return sums

    def second(self, sums: Sums) -> int:
        return sums.second
