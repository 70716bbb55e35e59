"""What the keywords of a text add up to for every label, as either form has it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from routing.triage.keywords import HALF
from routing.triage.vectors import fractions, packed

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64


NEVER: Final = -1.0
"""The score of a clear no."""


class Family:
    """The labels of one kind, which answer one question together."""

    __slots__ = ("_row", "biases", "is_apart", "names", "place_of", "places")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.places: list[int] = []
        """Where the sum for each of them stands."""
        self.biases: list[float] = []
        self.place_of: dict[str, int] = {}
        self.is_apart = False
        """Whether their sums are added up apart from those of most others."""
        self._row: FamilyRow | None = None

    def add(self, name: str, place: int, bias: float) -> None:
        """Takes in one more label."""
        self.place_of[name] = place
        self.names.append(name)
        self.places.append(place)
        self.biases.append(bias)
        self._row = None

    def row(self) -> FamilyRow:
        """The same as rows of numbers, which only compiled code asks for."""
        row = self._row
        if row is None:
            row = self._row = FamilyRow(self)
        return row


class FamilyRow:
    """The places and the biases of a family as compiled code reads them."""

    __slots__ = ("biases", "places")

    def __init__(self, family: Family) -> None:
        self.places: vec[i32] = packed(family.places)
        self.biases: vec[float] = fractions(len(family.biases))
        for index, bias in enumerate(family.biases):
            self.biases[index] = bias


class Totals(ABC):
    """What the keywords of a text add up to for every label, in steps and ``HALF`` too large."""

    @abstractmethod
    def at(self, place: int) -> int:
        """The sum for the label at ``place``."""

    @abstractmethod
    def highest(self, family: Family, unit: float) -> float:
        """The highest score of the ``family``: a sum times ``unit`` with its bias; ``NEVER`` where all are lower."""

    @abstractmethod
    def from_on(self, family: Family, unit: float, least: float) -> list[tuple[float, int]]:
        """Those sums times ``unit`` with their bias that reach ``least``, each before its index in the ``family``."""


class FieldTotals(Totals):
    """As the fields of a row (see ``KeywordTable``)."""

    __slots__ = ("_fields",)

    def __init__(self, fields: tuple[int, ...]) -> None:
        self._fields = fields

    def at(self, place: int) -> int:
        return self._fields[place]

    def highest(self, family: Family, unit: float) -> float:
        fields, biases = self._fields, family.biases
        highest = NEVER + HALF * unit
        for index, place in enumerate(family.places):
            score = fields[place] * unit + biases[index]
            if score > highest:
                highest = score
        return highest - HALF * unit

    def from_on(self, family: Family, unit: float, least: float) -> list[tuple[float, int]]:
        fields, biases = self._fields, family.biases
        found: list[tuple[float, int]] = []
        for index, place in enumerate(family.places):
            score = fields[place] * unit + biases[index]
            if score >= least:
                found.append((score, index))
        return found


def highest_of(sums: vec[i64], family: Family, unit: float) -> float:
    """``Totals.highest`` of sums that are not ``HALF`` too large."""
    row = family.row()
    places, biases = row.places, row.biases
    highest = NEVER + HALF * unit
    count: i64 = len(places)
    index: i64 = 0
    while index < count:
        score = float(HALF + int(sums[int(places[index])])) * unit + biases[index]
        if score > highest:
            highest = score
        index += 1
    return highest - HALF * unit
