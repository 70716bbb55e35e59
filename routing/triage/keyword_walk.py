"""Keywords found and added up by walking a tree that makes no object for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from routing.triage.keyword_order import met_first
from routing.triage.keyword_rows import KeywordRows
from routing.triage.keyword_slate import LAST_SHARED, Slate
from routing.triage.keyword_sums import Keywords, KeywordSums, Sums, norm_of
from routing.triage.keyword_totals import Totals
from routing.triage.keyword_tree import (
    ABOVE_LOUD,
    ABOVE_PLACES,
    ABOVE_SQUARES,
    LOUD,
    PLACES,
    ROW,
    SQUARES,
    KeywordTree,
)
from routing.triage.request_bar import RequestBar
from routing.triage.roles import Words
from routing.triage.trie import CODE, CODE_BITS, LOWEST_MIXED, MIXED_BY_FIRST, MIXED_BY_SECOND
from routing.triage.vectors import long_zeros, packed, zeros
from routing.triage.walked_sums import WalkedSums, WalkedTotals

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

_LARGEST: Final = (1 << 31) - 1
"""Of what a number in a row can be."""
_ALONE: Final = 4
"""Numbers for each keyword by itself: its square, its weight for the first label, its slot and the place of its row."""


class WalkedKeywords(KeywordSums):
    """By walking a tree, which only compiled code does quickly.

    What begins at the same character is added at once: each node tells what its keyword and all keywords that it begins
    with add up to. A keyword counts once however often it stands in the text; but it can stand at another place only if
    its first character does, so that only the characters that recur are watched.
    """

    def __init__(self, keywords: Keywords) -> None:
        self._tree = KeywordTree(keywords)
        self._rows = KeywordRows(keywords, self._tree, met_first(keywords))
        self._alone: vec[i32] = zeros(_ALONE * len(keywords.spellings))
        for number, squares in enumerate(keywords.squares):
            at: i64 = _ALONE * number
            self._alone[at] = squares
            self._alone[at + 1] = keywords.firsts[number]
            self._alone[at + 2] = self._tree.slot_of[number]
            self._alone[at + 3] = self._rows.place_of[number]
        self._idle: list[Slate] = []

    @staticmethod
    def can_hold(keywords: Keywords) -> bool:
        """Whether all numbers are small enough to be packed, as they are of any lexicon that was learned."""
        return KeywordTree.can_hold(keywords) and KeywordRows.can_hold(keywords)

    def loud(self, text: str) -> int:
        slate = self._read(text)
        loud = slate.loud
        self._give_back(slate)
        return loud

    def if_request(self, text: str, words: Words, bar: RequestBar) -> Sums | None:
        slate = self._read(text)
        sums: Sums | None = None
        if bar.is_loud(slate.loud, len(text)):
            self._add_classes(slate, words.taught_row())
            norm = norm_of(slate.squares)
            # Of most talk the first label alone tells that it is none, and the others are never added up.
            # Where rules name a service most texts reach it, and then all labels are asked.
            if bar.may_reach(slate.first, norm, len(text)):
                totals = long_zeros(self._rows.labels)
                self._rows.add(slate.rows, slate.taken, totals, apart=True, rest=bar.named)
                highest = bar.highest(totals, norm)
                if bar.is_reached(slate.first, totals, highest, norm, len(text)):
                    sums = WalkedSums(slate, totals, has_rest=bar.named)
                    sums.highest = highest
        self._give_back(slate)
        return sums

    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        return self._walked(text, classes)

    def _walked(self, text: str, classes: Sequence[int]) -> WalkedSums:
        slate = self._read(text)
        self._add_classes(slate, packed(classes))
        sums = WalkedSums(slate, long_zeros(0), has_rest=False)
        self._give_back(slate)
        return sums

    def numbers(self, text: str, classes: Sequence[int]) -> list[int]:
        slate = self._read(text)
        self._add_classes(slate, packed(classes))
        numbers = self._rows.numbers(slate.rows, slate.taken)
        self._give_back(slate)
        return numbers

    def added(self, numbers: list[int]) -> Sums:
        slate = self._borrow()
        slate.wipe()
        self._add_classes(slate, packed(numbers))
        sums = WalkedSums(slate, long_zeros(0), has_rest=False)
        sums.numbers = numbers
        self._give_back(slate)
        return sums

    def numbers_of(self, text: str, sums: Sums) -> list[int]:
        if isinstance(sums, WalkedSums):
            return self._rows.numbers(sums.rows, len(sums.rows))
        return self.numbers(text, sums.classes)

    def totals(self, text: str, sums: Sums) -> Totals:
        known = sums if isinstance(sums, WalkedSums) else self._walked(text, sums.classes)
        return WalkedTotals(self._rows, known)

    def weighed(self, numbers: list[int], place: int) -> list[int]:
        return self._rows.weighed(numbers, place)

    def _read(self, text: str) -> Slate:
        """The sums for ``text`` alone, on a slate."""
        slate = self._borrow()
        recurs = slate.put(text)
        tree, pairs = self._tree.row, self._tree.pairs
        last_pair: i64 = len(pairs) - 1
        root = self._tree.root()
        codes, rows, recurring, slots = slate.codes, slate.rows, slate.recurring, slate.slots
        present: i64 = slate.present
        squares: i64 = 0
        first: i64 = 0
        loud: i64 = 0
        taken: i64 = 0
        length: i64 = slate.length
        start: i64 = 0
        while start < length:
            if len(rows) < taken + length:
                # No keyword that begins here is longer than the text.
                slate.taken = taken
                slate.make_room(length)
                rows = slate.rows
            begun: i64 = int(codes[start])
            is_watched = recurs and int(recurring[begun & LAST_SHARED]) == present
            counted: i64 = 0
            behind: i64 = root
            end: i64 = start
            sums: i64 = 0
            while behind != 0 and end < length:
                code: i64 = int(codes[end])
                size: i64 = behind & -behind
                begin: i64 = (behind - size) >> 1
                place: i64 = code & (size - 1)
                while True:
                    at: i64 = begin + place
                    node: i64 = tree[2 * at]
                    known: i64 = node & CODE
                    place = (place + 1) & (size - 1)
                    if known == code + 1 or known == 0 or place == code & (size - 1):
                        break
                if known != code + 1:
                    break
                told: i64 = tree[2 * at + 1]
                if told != 0:
                    sums = told
                    # With a keyword those that it begins with were counted, as they stood where it stood.
                    if is_watched and int(slots[at]) == present:
                        counted = at
                    else:
                        if is_watched:
                            slots[at] = int(present)
                        rows[taken] = int(node >> ABOVE_PLACES & ROW)
                        taken += 1
                behind = node >> CODE_BITS & PLACES
                end += 1
                if end == start + 1 and end < length:
                    following: i64 = int(codes[end])
                    bit: i64 = (code * MIXED_BY_FIRST ^ following * MIXED_BY_SECOND) >> LOWEST_MIXED
                    told_of_pair: i64 = int(pairs[bit >> 3 & last_pair])
                    if told_of_pair >> (bit & 7) & 1 == 0:
                        break
            if sums != 0:
                squares += (sums & SQUARES) - 1
                first += sums >> ABOVE_LOUD
                loud += sums >> ABOVE_SQUARES & LOUD
                if counted > 0:
                    sums = tree[2 * counted + 1]
                    squares -= (sums & SQUARES) - 1
                    first -= sums >> ABOVE_LOUD
                    loud -= sums >> ABOVE_SQUARES & LOUD
            start += 1
        slate.squares = squares
        slate.first = first
        slate.loud = loud
        slate.taken = taken
        return slate

    def _add_classes(self, slate: Slate, numbers: vec[i32]) -> None:
        """Adds the keywords with these ``numbers``, which were not found in the text, each of them once."""
        alone, slots = self._alone, slate.slots
        count: i64 = len(numbers)
        slate.make_room(count)
        rows = slate.rows
        present: i64 = slate.present
        taken: i64 = slate.taken
        squares: i64 = slate.squares
        first: i64 = slate.first
        each: i64 = 0
        while each < count:
            number: i64 = int(numbers[each])
            at: i64 = number * _ALONE
            each += 1
            slot: i64 = int(alone[at + 2])
            if int(slots[slot]) != present:
                slots[slot] = int(present)
                squares += int(alone[at])
                first += int(alone[at + 1])
                rows[taken] = alone[at + 3]
                taken += 1
        slate.squares = squares
        slate.first = first
        slate.taken = taken

    def _borrow(self) -> Slate:
        try:
            return self._idle.pop()
        except IndexError:
            return Slate(len(self._tree.row) // 2)

    def _give_back(self, slate: Slate) -> None:
        # Another stamp wipes the slate; one whose stamps are used up is given away.
        slate.present += 1
        if slate.present < _LARGEST:
            self._idle.append(slate)
