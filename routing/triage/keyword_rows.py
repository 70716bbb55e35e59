"""What keywords weigh for every label, as rows of numbers that compiled code adds up."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import TYPE_CHECKING, Final

from routing.triage.keyword_sums import ABOVE_NUMBER, NUMBER_MASK, Keywords
from routing.triage.keyword_tree import ROW, KeywordTree
from routing.triage.keywords import BITS, HALF
from routing.triage.vectors import packed, zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

_LAST_PLACE: Final = 0xFF
"""Labels that a weight's number has room for."""
_ABOVE_PLACES: Final = 8
"""Above its label stands the weight; as none is above ``HEAVIEST`` it has room in some eighty layers."""
_ABOVE_APART: Final = 9
_LAST_APART: Final = 0x1FF
"""A row begins with how many of its weights are added up apart, in so many bits, and above that how many are not."""
_STRIDE: Final = 2
"""Numbers from one place to the next: where rows begin has to be told in few bits."""


class KeywordRows:
    """The weights of every keyword that are not nothing, each with its label.

    The labels that are added up apart (see ``Keywords``) stand first: of most texts only those are asked, so that the
    others are added up when somebody asks for them.
    """

    __slots__ = ("_numbers", "_row", "is_apart", "labels", "place_of")

    def __init__(self, keywords: Keywords, tree: KeywordTree, order: Sequence[int]) -> None:
        """Writes the rows in this ``order`` of the keywords: what is met most should lie together in memory."""
        self.labels = keywords.labels
        self.is_apart = [place in keywords.apart for place in range(keywords.labels)]
        """Whether each label is added up apart."""
        self._numbers: vec[i32] = packed(order)
        self.place_of: vec[i32] = zeros(len(order))
        """Where the row of each keyword begins, by its number; no row begins at 0."""
        fields = Struct(f"<{keywords.labels}I")
        excess = sum([HALF << (BITS * place) for place in range(keywords.labels)])
        row = [0] * _STRIDE
        for number in order:
            values = fields.unpack((keywords.rows[number] + excess).to_bytes(fields.size, "little"))
            apart: list[int] = []
            rest: list[int] = []
            for place, value in enumerate(values):
                if value != HALF:
                    (apart if self.is_apart[place] else rest).append((value - HALF << _ABOVE_PLACES) + place)
            self.place_of[number] = len(row) // _STRIDE
            tree.place_row(number, len(row) // _STRIDE)
            row += (len(apart) | len(rest) << _ABOVE_APART, *apart, *rest)
            row += [0] * (-len(row) % _STRIDE)
        self._row: vec[i32] = packed(row)

    @staticmethod
    def can_hold(keywords: Keywords) -> bool:
        """Whether all labels have room beside a weight, and all places of rows in a node."""
        most = len(keywords.spellings) * (keywords.labels + _STRIDE)
        return keywords.labels <= _LAST_PLACE and most < ROW * _STRIDE

    def add(self, places: vec[i32], taken: i64, totals: vec[i64], *, apart: bool, rest: bool) -> None:
        """Adds the weights of the rows at the first ``taken`` of these ``places``, for half of the labels or all."""
        row = self._row
        each: i64 = 0
        while each < taken:
            at: i64 = int(places[each]) * _STRIDE
            begins: i64 = int(row[at])
            until: i64 = at + (begins & _LAST_APART)
            if rest:
                if not apart:
                    at = until
                until += begins >> _ABOVE_APART
            while at < until:
                at += 1
                weight: i64 = int(row[at])
                totals[weight & _LAST_PLACE] += weight >> _ABOVE_PLACES
            each += 1

    def numbers(self, places: vec[i32], taken: i64) -> list[int]:
        """The numbers of the keywords whose rows begin at the first ``taken`` of these ``places``."""
        numbers: list[int] = []
        each: i64 = 0
        while each < taken:
            numbers.append(self._number(int(places[each])))
            each += 1
        return numbers

    def _number(self, place: i64) -> int:
        """The number of the keyword whose row begins at ``place``: they stand in their order."""
        low: i64 = 0
        high: i64 = len(self._numbers)
        while high - low > 1:
            middle: i64 = (low + high) >> 1
            if int(self.place_of[int(self._numbers[middle])]) <= place:
                low = middle
            else:
                high = middle
        return int(self._numbers[low])

    def weighed(self, numbers: list[int], place: int) -> list[int]:
        """What each of these keywords adds for the label at ``place`` (see ``KeywordSums.weighed``)."""
        row, place_of = self._row, self.place_of
        wanted: i64 = place
        found: list[int] = []
        for one in numbers:
            outer: i64 = one
            at: i64 = int(place_of[outer]) * _STRIDE
            begins: i64 = int(row[at])
            until: i64 = at + (begins & _LAST_APART) + (begins >> _ABOVE_APART)
            while at < until:
                at += 1
                weight: i64 = int(row[at])
                if weight & _LAST_PLACE == wanted:
                    step: i64 = weight >> _ABOVE_PLACES
                    size: i64 = 2 * step + 1 if step > 0 else -2 * step
                    if size != 0:
                        found.append(int((size << ABOVE_NUMBER) + NUMBER_MASK - outer))
                    break
        found.sort(reverse=True)
        return found
