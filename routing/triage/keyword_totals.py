"""What the keywords of a text add up to for every label, as either form has it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from routing.triage.keywords import HALF

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64


class Totals(ABC):
    """What the keywords of a text add up to for every label, in steps and ``HALF`` too large."""

    @abstractmethod
    def at(self, place: int) -> int:
        """The sum for the label at ``place``."""

    @abstractmethod
    def highest(self, places: list[int], biases: list[float], unit: float, least: float) -> float:
        """The highest of these sums times ``unit`` with its bias; ``least`` where all are lower."""

    @abstractmethod
    def from_on(self, places: list[int], biases: list[float], unit: float, least: float) -> list[tuple[float, int]]:
        """Those that reach ``least``, each before its index among ``places``."""


class FieldTotals(Totals):
    """As the fields of a row (see ``KeywordTable``)."""

    __slots__ = ("_fields",)

    def __init__(self, fields: tuple[int, ...]) -> None:
        self._fields = fields

    def at(self, place: int) -> int:
        return self._fields[place]

    def highest(self, places: list[int], biases: list[float], unit: float, least: float) -> float:
        fields = self._fields
        highest = least
        for index, place in enumerate(places):
            score = fields[place] * unit + biases[index]
            if score > highest:
                highest = score
        return highest

    def from_on(self, places: list[int], biases: list[float], unit: float, least: float) -> list[tuple[float, int]]:
        fields = self._fields
        found: list[tuple[float, int]] = []
        for index, place in enumerate(places):
            score = fields[place] * unit + biases[index]
            if score >= least:
                found.append((score, index))
        return found


class WalkedTotals(Totals):
    """As numbers in a row, where compiled code reads them as they stand."""

    __slots__ = ("_sums",)

    def __init__(self, sums: vec[i64]) -> None:
        self._sums: vec[i64] = sums

    def at(self, place: int) -> int:
        return HALF + int(self._sums[place])

    def highest(self, places: list[int], biases: list[float], unit: float, least: float) -> float:
        sums = self._sums
        highest = least
        for index in range(len(places)):
            score = float(HALF + int(sums[places[index]])) * unit + biases[index]
            if score > highest:
                highest = score
        return highest

    def from_on(self, places: list[int], biases: list[float], unit: float, least: float) -> list[tuple[float, int]]:
        sums = self._sums
        found: list[tuple[float, int]] = []
        for index in range(len(places)):
            score = float(HALF + int(sums[places[index]])) * unit + biases[index]
            if score >= least:
                found.append((score, index))
        return found
