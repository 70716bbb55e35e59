"""Keywords found and added up by walking a tree that makes no object for them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from routing.triage.keyword_sums import Keywords, KeywordSums, Sums
from routing.triage.marks import LentMarks, Marks
from routing.triage.trie import ROOT, Trie, packed

if TYPE_CHECKING:
    from mypy_extensions import i64

_WIDTH: Final = 5
"""Numbers in the walker's tables for each keyword: the square's lower and upper part, both weights, what is loud."""
_PART: Final = 16
"""Bits of the lower part of a square."""
_LOWER: Final = (1 << _PART) - 1
_OFFSET: Final = 1 << 19
"""Added to weights so that they are packed as what is not negative."""

_SHARED: Final = 1 << 10
"""Numbers that the characters of a text share when it is told which of them recur."""
_LAST_SHARED: Final = _SHARED - 1


class WalkedKeywords(KeywordSums):
    """By walking a tree, which only compiled code does quickly.

    What begins at the same character is added at once: the table tells for each keyword what it and all keywords that
    it begins with add up to. A keyword counts once however often it stands in the text; but it can stand at another
    place only if its first character does, so that only the characters that recur are watched.
    """

    def __init__(self, keywords: Keywords) -> None:
        self._spellings = keywords.spellings
        self._rows = keywords.rows
        self._path_rows: list[Any] = [None] * len(keywords.rows)
        self._trie = Trie(keywords.spellings)
        self._alone = packed(_table([[number] for number in range(len(keywords.rows))], keywords))
        self._paths = packed(_table([self._path(number) for number in range(len(keywords.rows))], keywords))
        self._marks = LentMarks(len(keywords.spellings))
        self._characters = LentMarks(_SHARED)

    @staticmethod
    def can_hold(keywords: Keywords) -> bool:
        """Whether all numbers are small enough to be packed, as they are of any lexicon that was learned."""
        steps = [*keywords.firsts, *keywords.seconds, 0]
        deepest = max(map(len, keywords.spellings), default=0)
        return (
            deepest * max(keywords.squares, default=0) >> _PART < _OFFSET
            and deepest * min(steps) >= -_OFFSET
            and deepest * max(steps) < _OFFSET
            and len(keywords.spellings) < _OFFSET
        )

    def loud(self, text: str) -> int:
        return self._begun(text).loud

    def if_loud(self, text: str, least: float) -> Sums | None:
        sums = self._begun(text)
        return sums if sums.loud >= least else None

    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        return self.with_classes(self._begun(text), classes)

    def with_classes(self, sums: Sums, classes: Sequence[int]) -> Sums:
        table, marks = self._alone, self._marks.borrow()
        for number in classes:
            if marks.is_new(number):
                at: i64 = number * _WIDTH
                sums.squares += ord(table[at]) + (ord(table[at + 1]) << _PART)
                sums.first += ord(table[at + 2]) - _OFFSET
                sums.second += ord(table[at + 3]) - _OFFSET
        self._marks.give_back(marks)
        return sums

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

    def added(self, numbers: list[int]) -> Sums:
        sums = self.with_classes(Sums(0, 0, 0, None), numbers)
        sums.numbers = numbers
        return sums

    def row(self, text: str, classes: Sequence[int], sums: Sums) -> Any:
        total: Any = 0
        if sums.numbers is not None:
            for known in sums.numbers:
                total += self._rows[known]
            return total
        trie, marks, recurring = self._trie, self._marks.borrow(), self._recurring(text)
        length: i64 = len(text)
        start: i64 = 0
        while start < length:
            last: i64 = trie.longest(text, start)
            if last >= 0:
                counted: i64 = -1
                code: i64 = ord(text[start])
                if recurring.has(code & _LAST_SHARED):
                    counted = self._counted(text, start, marks)
                if last != counted:
                    total += self._path_row(last)
                    if counted >= 0:
                        total -= self._path_row(counted)
            start += 1
        self._characters.give_back(recurring)
        for known in classes:
            if marks.is_new(known):
                total += self._rows[known]
        self._marks.give_back(marks)
        return total

    def second(self, sums: Sums) -> int:
        return sums.second

    def _begun(self, text: str) -> Sums:
        """The sums for ``text`` alone."""
        trie, table, marks, recurring = self._trie, self._paths, self._marks.borrow(), self._recurring(text)
        squares: i64 = 0
        first: i64 = 0
        second: i64 = 0
        loud: i64 = 0
        length: i64 = len(text)
        start: i64 = 0
        while start < length:
            last: i64 = trie.longest(text, start)
            if last >= 0:
                counted: i64 = -1
                code: i64 = ord(text[start])
                if recurring.has(code & _LAST_SHARED):
                    counted = self._counted(text, start, marks)
                if last != counted:
                    last *= _WIDTH
                    squares += ord(table[last]) + (ord(table[last + 1]) << _PART)
                    first += ord(table[last + 2]) - _OFFSET
                    second += ord(table[last + 3]) - _OFFSET
                    loud += ord(table[last + 4]) - _OFFSET
                    if counted >= 0:
                        counted *= _WIDTH
                        squares -= ord(table[counted]) + (ord(table[counted + 1]) << _PART)
                        first -= ord(table[counted + 2]) - _OFFSET
                        second -= ord(table[counted + 3]) - _OFFSET
                        loud -= ord(table[counted + 4]) - _OFFSET
            start += 1
        self._characters.give_back(recurring)
        self._marks.give_back(marks)
        return Sums(squares, first, second, None, loud)

    def _recurring(self, text: str) -> Marks:
        """The characters that stand in ``text`` more than once, and some that share their number with such a one."""
        recurring, seen = self._characters.borrow(), self._characters.borrow()
        length: i64 = len(text)
        position: i64 = 0
        while position < length:
            code: i64 = ord(text[position])
            if not seen.is_new(code & _LAST_SHARED):
                recurring.add(code & _LAST_SHARED)
            position += 1
        self._characters.give_back(seen)
        return recurring

    def _counted(self, text: str, start: i64, marks: Marks) -> i64:
        """The longest keyword at ``start`` that was counted already; -1 for none. All of them are counted then.

        With it those that it begins with were counted, as they stood where it stood.
        """
        trie = self._trie
        length: i64 = len(text)
        counted: i64 = -1
        node: i64 = ROOT
        at: i64 = start
        while at < length:
            node = trie.after(node, ord(text[at]))
            if node < 0:
                break
            number: i64 = trie.number(node)
            if number >= 0 and not marks.is_new(number):
                counted = number
            at += 1
        return counted

    def _path(self, number: int) -> list[int]:
        """The numbers of the keywords that one begins with, its own too."""
        spelling = self._spellings[number]
        path = [self._trie.exactly(spelling[:length]) for length in range(1, len(spelling))]
        return [*(one for one in path if one >= 0), number]

    def _path_row(self, number: i64) -> Any:
        """The rows of a keyword and of all that it begins with in one: a third of the additions is left."""
        row = self._path_rows[number]
        if row is None:
            row = sum([self._rows[one] for one in self._path(number)])
            # Made when it is met first: most keywords never are. Whoever else makes it meanwhile makes the same.
            self._path_rows[number] = row
        return row


def _table(paths: Iterable[list[int]], keywords: Keywords) -> array[int]:
    """What the keywords of each path add up to."""
    squares, firsts, seconds = keywords.squares, keywords.firsts, keywords.seconds
    table = array("I")
    for path in paths:
        square = first = second = loud = 0
        for number in path:
            square += squares[number]
            first += firsts[number]
            second += seconds[number]
            loud += firsts[number] if firsts[number] >= keywords.loud_from else 0
        offset = (first + _OFFSET, second + _OFFSET, loud + _OFFSET)
        table.extend((square & _LOWER, square >> _PART, *offset))
    return table
