"""Keywords found and added up by walking a tree that makes no object for them."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import TYPE_CHECKING, Final

from routing.triage.keyword_order import in_order, met_first, shorter
from routing.triage.keyword_slate import LAST_SHARED, Slate
from routing.triage.keyword_sums import ABOVE_NUMBER, NUMBER_MASK, Keywords, KeywordSums, Sums
from routing.triage.keyword_totals import Totals, WalkedTotals
from routing.triage.keywords import BITS, HALF
from routing.triage.trie import BEHIND, CODE, CODE_BITS, NUMBER, Trie
from routing.triage.vectors import long_zeros, packed, zeros
from routing.triage.walked_sums import WalkedSums, told

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

_SUMS: Final = 4
"""Numbers in the walker's table for each keyword: the squares, both weights, what is loud; of all that it begins with,
too."""
_ABOVE_PLACES: Final = 8
_PLACES: Final = 1 << _ABOVE_PLACES
_LAST_PLACE: Final = _PLACES - 1
"""Labels that a weight's number has room for; the weight stands above them, and as none is above ``HEAVIEST`` it has
room in some eighty layers."""
_LARGEST: Final = (1 << 31) - 1
"""Of what a number in a row can be."""


class WalkedKeywords(KeywordSums):
    """By walking a tree, which only compiled code does quickly.

    What begins at the same character is added at once: the table tells for each keyword what it and all keywords that
    it begins with add up to. A keyword counts once however often it stands in the text; but it can stand at another
    place only if its first character does, so that only the characters that recur are watched.
    """

    def __init__(self, keywords: Keywords) -> None:
        order = met_first(keywords)
        self._outer: vec[i32] = packed(order)
        """The number that others know each keyword by."""
        self._inner: vec[i32] = zeros(len(order))
        for inner, outer in enumerate(order):
            self._inner[outer] = inner
        keywords = in_order(keywords, order)
        spellings = keywords.spellings
        self._labels = keywords.labels
        self._squares: vec[i32] = packed(keywords.squares)
        self._firsts: vec[i32] = packed(keywords.firsts)
        self._seconds: vec[i32] = packed(keywords.seconds)
        self._trie = Trie(spellings)
        self._shorter: vec[i32] = packed([shorter(one, self._trie) for one in spellings])
        self._table: vec[i32] = zeros(_SUMS * len(spellings))
        for number in sorted(range(len(spellings)), key=lambda one: len(spellings[one])):
            self._add_up(number, keywords)
        self._row_at: vec[i32] = zeros(len(spellings) + 1)
        self._row: vec[i32] = zeros(0)
        self._write_rows(keywords)
        self._idle: list[Slate] = []

    @staticmethod
    def can_hold(keywords: Keywords) -> bool:
        """Whether all numbers are small enough to be packed, as they are of any lexicon that was learned."""
        deepest = max(map(len, keywords.spellings), default=0)
        largest = max([*keywords.squares, *map(abs, keywords.firsts), *map(abs, keywords.seconds), 0])
        return deepest * largest < _LARGEST and keywords.labels <= _PLACES and len(keywords.spellings) < _LARGEST // 2

    def loud(self, text: str) -> int:
        slate = self._read(text)
        loud = slate.loud
        self._give_back(slate)
        return loud

    def if_loud(self, text: str, least: float) -> Sums | None:
        slate = self._read(text)
        sums = told(slate) if float(slate.loud) >= least else None
        self._give_back(slate)
        return sums

    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        slate = self._read(text)
        sums = told(slate)
        self._give_back(slate)
        return self.with_classes(sums, classes)

    def with_classes(self, sums: Sums, classes: Sequence[int]) -> Sums:
        if not classes or not isinstance(sums, WalkedSums):
            return sums
        slate = self._borrow()
        known = slate.numbers
        present: i64 = slate.present
        taken: i64 = len(sums.paths)
        paths = zeros(taken + 2 * len(classes))
        at: i64 = 0
        while at < taken:
            paths[at] = sums.paths[at]
            at += 1
        numbers = classes if isinstance(classes, list) else list(classes)
        inner = self._inner
        for each in range(len(numbers)):
            number: i64 = int(inner[numbers[each]])
            if int(known[number]) != present:
                known[number] = int(present)
                sums.squares += int(self._squares[number])
                sums.first += int(self._firsts[number])
                sums.second += int(self._seconds[number])
                paths[taken] = int(number)
                paths[taken + 1] = self._shorter[number]
                taken += 2
            else:
                # An empty path: from a keyword to itself.
                paths[taken] = paths[taken + 1] = int(number)
                taken += 2
        sums.paths = paths
        self._give_back(slate)
        return sums

    def numbers(self, text: str, classes: Sequence[int]) -> list[int]:
        slate = self._read(text)
        paths, shorter, outer = slate.paths, self._shorter, self._outer
        numbers = list(set(classes))
        taken: i64 = 0
        while taken < slate.taken:
            number: i64 = int(paths[taken])
            counted: i64 = int(paths[taken + 1])
            while number != counted:
                numbers.append(int(outer[number]))
                number = int(shorter[number])
            taken += 2
        self._give_back(slate)
        return numbers

    def added(self, numbers: list[int]) -> Sums:
        sums = self.with_classes(WalkedSums(0, 0, 0, zeros(0)), numbers)
        sums.numbers = numbers
        return sums

    def totals(self, text: str, classes: Sequence[int], sums: Sums) -> Totals:
        totals = long_zeros(self._labels)
        if isinstance(sums, WalkedSums):
            self._add_rows(sums.paths, totals)
        return WalkedTotals(totals)

    def weighed(self, numbers: list[int], place: int) -> list[int]:
        inner, row, row_at = self._inner, self._row, self._row_at
        wanted: i64 = place
        found: list[int] = []
        for one in numbers:
            outer: i64 = one
            number: i64 = int(inner[outer])
            at: i64 = int(row_at[number])
            until: i64 = int(row_at[number + 1])
            while at < until:
                weight: i64 = int(row[at])
                if weight & _LAST_PLACE == wanted:
                    step: i64 = weight >> _ABOVE_PLACES
                    size: i64 = 2 * step + 1 if step > 0 else -2 * step
                    if size != 0:
                        found.append(int((size << ABOVE_NUMBER) + NUMBER_MASK - outer))
                    break
                at += 1
        found.sort(reverse=True)
        return found

    def second(self, sums: Sums) -> int:
        return sums.second

    def _read(self, text: str) -> Slate:
        """The sums for ``text`` alone, on a slate."""
        slate = self._borrow()
        recurs = slate.put(text)
        tree = self._trie.table
        root = self._trie.root()
        table, codes, paths, recurring = self._table, slate.codes, slate.paths, slate.recurring
        present: i64 = slate.present
        squares: i64 = 0
        first: i64 = 0
        second: i64 = 0
        loud: i64 = 0
        taken: i64 = 0
        length: i64 = slate.length
        start: i64 = 0
        while start < length:
            begun: i64 = int(codes[start])
            behind: i64 = root
            end: i64 = start
            found: i64 = 0
            while behind != 0 and end < length:
                code: i64 = int(codes[end])
                size: i64 = behind & -behind
                begin: i64 = (behind - size) >> 1
                place: i64 = code & (size - 1)
                while True:
                    node: i64 = tree[begin + place]
                    known: i64 = node & CODE
                    place = (place + 1) & (size - 1)
                    if known == code + 1 or known == 0 or place == code & (size - 1):
                        break
                if known != code + 1:
                    break
                number: i64 = node >> CODE_BITS & NUMBER
                if number > 0:
                    found = number
                behind = node >> BEHIND
                end += 1
            if found > 0:
                found -= 1
                counted: i64 = -1
                if recurs and int(recurring[begun & LAST_SHARED]) == present:
                    counted = self._counted(slate, found)
                if found != counted:
                    paths[taken] = int(found)
                    paths[taken + 1] = int(counted)
                    taken += 2
                    found *= _SUMS
                    squares += int(table[found])
                    first += int(table[found + 1])
                    second += int(table[found + 2])
                    loud += int(table[found + 3])
                    if counted >= 0:
                        counted *= _SUMS
                        squares -= int(table[counted])
                        first -= int(table[counted + 1])
                        second -= int(table[counted + 2])
                        loud -= int(table[counted + 3])
            start += 1
        slate.squares = squares
        slate.first = first
        slate.second = second
        slate.loud = loud
        slate.taken = taken
        return slate

    def _counted(self, slate: Slate, number: i64) -> i64:
        """The longest keyword, of one and those that it begins with, that was counted already; -1 for none.

        All of them are counted then. With the longest those that it begins with were counted, as they stood where it
        stood.
        """
        numbers, shorter = slate.numbers, self._shorter
        present: i64 = slate.present
        while number >= 0 and int(numbers[number]) != present:
            numbers[number] = int(present)
            number = int(shorter[number])
        return number

    def _add_rows(self, paths: vec[i32], totals: vec[i64]) -> None:
        """Adds the rows of each path's first keyword and of those that it begins with, up to the path's second."""
        shorter, row, row_at = self._shorter, self._row, self._row_at
        length: i64 = len(paths)
        taken: i64 = 0
        while taken < length:
            number: i64 = int(paths[taken])
            counted: i64 = int(paths[taken + 1])
            while number != counted:
                at: i64 = int(row_at[number])
                until: i64 = int(row_at[number + 1])
                while at < until:
                    weight: i64 = int(row[at])
                    totals[weight & _LAST_PLACE] += weight >> _ABOVE_PLACES
                    at += 1
                number = int(shorter[number])
            taken += 2

    def _add_up(self, number: i64, keywords: Keywords) -> None:
        """Writes down what a keyword and all that it begins with add up to; shorter ones have been written."""
        first = keywords.firsts[number]
        values = (
            keywords.squares[number],
            first,
            keywords.seconds[number],
            first if first >= keywords.loud_from else 0,
        )
        shorter: i64 = int(self._shorter[number])
        for place, value in enumerate(values):
            before = 0 if shorter < 0 else int(self._table[shorter * _SUMS + place])
            self._table[number * _SUMS + place] = before + value

    def _write_rows(self, keywords: Keywords) -> None:
        """Writes down the weights of every keyword that are not nothing, each with its label."""
        row: list[int] = []
        fields = Struct(f"<{keywords.labels}I")
        excess = sum([HALF << (BITS * place) for place in range(keywords.labels)])
        for number, weights in enumerate(keywords.rows):
            self._row_at[number] = len(row)
            values = fields.unpack((weights + excess).to_bytes(fields.size, "little"))
            row += [(value - HALF) * _PLACES + place for place, value in enumerate(values) if value != HALF]
        self._row_at[len(keywords.rows)] = len(row)
        self._row = packed(row)

    def _borrow(self) -> Slate:
        try:
            return self._idle.pop()
        except IndexError:
            return Slate(len(self._firsts))

    def _give_back(self, slate: Slate) -> None:
        # Another stamp wipes the slate; one whose stamps are used up is given away.
        slate.present += 1
        if slate.present < _LARGEST:
            self._idle.append(slate)
