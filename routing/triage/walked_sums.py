"""What the keywords of a text add up to, as walking finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.triage.keyword_rows import KeywordRows
from routing.triage.keyword_slate import Slate
from routing.triage.keyword_sums import Sums
from routing.triage.keyword_totals import Family, Totals, highest_of
from routing.triage.keywords import HALF
from routing.triage.vectors import long_zeros, zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64


class WalkedSums(Sums):
    """What the keywords of a text add up to, and which they are: what is written on a slate, to be kept."""

    __slots__ = ("has_rest", "rows", "totals")

    def __init__(self, slate: Slate, totals: vec[i64], *, has_rest: bool) -> None:
        """``totals`` are those of the labels that are added up apart, and maybe of the others, or nothing at all."""
        super().__init__(slate.squares, slate.first, None, ())
        taken: i64 = slate.taken
        rows, written = zeros(taken), slate.rows
        at: i64 = 0
        while at < taken:
            rows[at] = written[at]
            at += 1
        self.rows: vec[i32] = rows
        """Where the rows of the keywords begin (see ``KeywordRows``)."""
        self.totals: vec[i64] = totals
        self.has_rest = has_rest
        """Whether the totals are those of all labels."""


class WalkedTotals(Totals):
    """As numbers in a row, where compiled code reads them as they stand: each half when it is asked for."""

    __slots__ = ("_has_rest", "_places", "_rows", "_sums")

    def __init__(self, rows: KeywordRows, sums: WalkedSums) -> None:
        self._rows = rows
        self._places: vec[i32] = sums.rows
        self._sums: vec[i64] = sums.totals
        self._has_rest = sums.has_rest
        if len(self._sums) == 0:
            self._sums = long_zeros(rows.labels)
            rows.add(self._places, len(self._places), self._sums, apart=True, rest=True)
            self._has_rest = True

    def at(self, place: int) -> int:
        if not self._rows.is_apart[place]:
            self._add_rest()
        return HALF + int(self._sums[place])

    def highest(self, family: Family, unit: float) -> float:
        if not family.is_apart:
            self._add_rest()
        return highest_of(self._sums, family, unit)

    def from_on(self, family: Family, unit: float, least: float) -> list[tuple[float, int]]:
        if not family.is_apart:
            self._add_rest()
        row = family.row()
        sums, places, biases = self._sums, row.places, row.biases
        found: list[tuple[float, int]] = []
        count: i64 = len(places)
        index: i64 = 0
        while index < count:
            score = float(HALF + int(sums[int(places[index])])) * unit + biases[index]
            if score >= least:
                found.append((score, int(index)))
            index += 1
        return found

    def _add_rest(self) -> None:
        if not self._has_rest:
            self._has_rest = True
            self._rows.add(self._places, len(self._places), self._sums, apart=False, rest=True)
