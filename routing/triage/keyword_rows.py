"""What keywords weigh for every label, as rows of numbers that compiled code adds up."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import TYPE_CHECKING, Final

from routing.triage.keyword_sums import ABOVE_NUMBER, NUMBER_MASK, Keywords
from routing.triage.keyword_tree import ROW, KeywordTree
from routing.triage.keywords import BITS, HALF
from routing.triage.vectors import long_packed, zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

_LAST_PLACE: Final = 0xFF
"""Labels that a weight's number has room for."""
_ABOVE_PLACE: Final = 8
_ABOVE_PLACES: Final = 16
"""Two weights share one number: lowest stand their labels, then the first weight, and above it the second."""
_FIRST: Final = 0xFFFFFF
_SIGN: Final = 0x800000
"""The first has so many bits with its sign; as none is above ``HEAVIEST`` it has room in some eighty layers."""
_ABOVE_FIRST: Final = 40
_ABOVE_APART: Final = 9
_LAST_APART: Final = 0x1FF
_ABOVE_REST: Final = 18
"""A row begins with how many numbers hold weights that are added up apart, in so many bits; above that stands how many
hold others, in as many, and highest which keyword's row it is."""


class KeywordRows:
    """The weights of every keyword that are not nothing, each with its label.

    The labels that are added up apart (see ``Keywords``) stand first: of most texts only those are asked, so that the
    others are added up when somebody asks for them.
    """

    __slots__ = ("_row", "is_apart", "labels", "place_of")

    def __init__(self, keywords: Keywords, tree: KeywordTree, order: Sequence[int]) -> None:
        """Writes the rows in this ``order`` of the keywords: what is met most should lie together in memory."""
        self.labels = keywords.labels
        self.is_apart = [place in keywords.apart for place in range(keywords.labels)]
        """Whether each label is added up apart."""
        self.place_of: vec[i32] = zeros(len(order))
        """Where the row of each keyword begins, by its number; no row begins at 0."""
        fields = Struct(f"<{keywords.labels}I")
        excess = sum([HALF << (BITS * place) for place in range(keywords.labels)])
        row = [0]
        for number in order:
            values = fields.unpack((keywords.rows[number] + excess).to_bytes(fields.size, "little"))
            weights = [(place, value - HALF) for place, value in enumerate(values) if value != HALF]
            apart = _in_pairs([one for one in weights if self.is_apart[one[0]]])
            rest = _in_pairs([one for one in weights if not self.is_apart[one[0]]])
            self.place_of[number] = len(row)
            tree.place_row(number, len(row))
            row += (len(apart) | len(rest) << _ABOVE_APART | number << _ABOVE_REST, *apart, *rest)
        self._row: vec[i64] = long_packed(row)

    @staticmethod
    def can_hold(keywords: Keywords) -> bool:
        """Whether all labels have room beside a weight, and all places of rows in a node."""
        most = len(keywords.spellings) * (keywords.labels // 2 + 3)
        return keywords.labels <= _LAST_PLACE and most < ROW

    def add(self, places: vec[i32], taken: i64, totals: vec[i64], *, apart: bool, rest: bool) -> None:
        """Adds the weights of the rows at the first ``taken`` of these ``places``, for half of the labels or all."""
        row = self._row
        each: i64 = 0
        while each < taken:
            at: i64 = int(places[each])
            begins: i64 = row[at]
            until: i64 = at + (begins & _LAST_APART)
            if rest:
                if not apart:
                    at = until
                until += begins >> _ABOVE_APART & _LAST_APART
            while at < until:
                at += 1
                pair: i64 = row[at]
                totals[pair & _LAST_PLACE] += ((pair >> _ABOVE_PLACES & _FIRST) ^ _SIGN) - _SIGN
                totals[pair >> _ABOVE_PLACE & _LAST_PLACE] += pair >> _ABOVE_FIRST
            each += 1

    def numbers(self, places: vec[i32], taken: i64) -> list[int]:
        """The numbers of the keywords whose rows begin at the first ``taken`` of these ``places``."""
        numbers: list[int] = []
        each: i64 = 0
        while each < taken:
            numbers.append(int(self._row[int(places[each])] >> _ABOVE_REST))
            each += 1
        return numbers

    def weighed(self, numbers: list[int], place: int) -> list[int]:
        """What each of these keywords adds for the label at ``place`` (see ``KeywordSums.weighed``)."""
        row, place_of = self._row, self.place_of
        wanted: i64 = place
        found: list[int] = []
        for one in numbers:
            outer: i64 = one
            at: i64 = int(place_of[outer])
            begins: i64 = row[at]
            until: i64 = at + (begins & _LAST_APART) + (begins >> _ABOVE_APART & _LAST_APART)
            step: i64 = 0
            while at < until:
                at += 1
                pair: i64 = row[at]
                # Where nothing is the second of a pair its label is that of the first.
                if pair & _LAST_PLACE == wanted:
                    step = ((pair >> _ABOVE_PLACES & _FIRST) ^ _SIGN) - _SIGN
                    break
                if pair >> _ABOVE_PLACE & _LAST_PLACE == wanted:
                    step = pair >> _ABOVE_FIRST
                    break
            if step != 0:
                size: i64 = 2 * step + 1 if step > 0 else -2 * step
                found.append(int((size << ABOVE_NUMBER) + NUMBER_MASK - outer))
        found.sort(reverse=True)
        return found


def _in_pairs(weights: Sequence[tuple[int, int]]) -> list[int]:
    """Labels and their weights, two of them in each number."""
    row: list[int] = []
    for index in range(0, len(weights), 2):
        place, weight = weights[index]
        other, second = weights[index + 1] if index + 1 < len(weights) else (place, 0)
        row.append(place | other << _ABOVE_PLACE | (weight & _FIRST) << _ABOVE_PLACES | second << _ABOVE_FIRST)
    return row
