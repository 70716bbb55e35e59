"""The area tree: levels, dedicated grids, complexes with their management, buildings.

The depth is configuration: a level is a name that says which levels may be its parent, so a city-to-grid
tree, the four levels 街道 → 社区 → 网格 → 楼栋 and a two-level grid tree are the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.errors import UnknownArea
from routing.house_numbers import NumberRange

GRID = "grid"
COMPLEX = "complex"
BUILDING = "building"
COMMUNITY = "community"
STREET = "street"


class AreaKind(StrEnum):
    """An ordinary area, or a dedicated grid (专属网格) such as a market, a business street or a hospital."""

    ORDINARY = "ordinary"
    DEDICATED = "dedicated"


class Management(StrEnum):
    """Who manages the property of a complex (三型物业)."""

    MANAGED = "managed"
    """A property company (物业公司)."""
    SELF_MANAGED = "self_managed"
    """A self-management committee of the residents (自管委)."""
    ENTRUSTED = "entrusted"
    """The community itself, for complexes too weak to pay anybody (社区托管)."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the tree: its code, its Chinese name and the levels that may stand above it."""

    code: str
    name: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """One node of the tree. ``code`` is unique in the district and is what people and files name it by."""

    code: str
    name: str
    level: str
    parent_code: str | None = None
    kind: AreaKind = AreaKind.ORDINARY
    management: Management | None = None
    aliases: tuple[str, ...] = ()
    households: int | None = None
    numbers: tuple[NumberRange, ...] = ()
    """The house numbers that it answers for, where houses stand along streets and not in a complex."""


class AreaTree:
    """An immutable index over the areas; every look-up goes by code."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas: dict[str, Area] = {area.code: area for area in areas}
        self._children: dict[str, list[Area]] = {}
        for area in self._areas.values():
            if area.parent_code is not None:
                self._children.setdefault(area.parent_code, []).append(area)
        self._levels = frozenset(area.level for area in self._areas.values())
        self._paths: dict[str, tuple[Area, ...]] = {}
        self._below: dict[str, tuple[Area, ...]] = {}
        self._at_level: dict[tuple[str, str], tuple[Area, ...]] = {}
        self._numbered: dict[str, tuple[Area, ...]] = {}
        self._nearest: dict[tuple[str, str], Area | None] = {}

    def __len__(self) -> int:
        return len(self._areas)

    @property
    def grid_level(self) -> str:
        """The level that serves as grids: complexes where a register has no grids (两级网格)."""
        return GRID if GRID in self._levels else COMPLEX

    def __iter__(self) -> Iterator[Area]:
        return iter(self._areas.values())

    def __contains__(self, code: str) -> bool:
        return code in self._areas

    def get(self, code: str) -> Area:
        """The area of this code; raises ``UnknownArea``."""
        try:
            return self._areas[code]
        except KeyError:
            raise UnknownArea(code) from None

    def children(self, code: str) -> tuple[Area, ...]:
        """The areas directly below, in the order of the register."""
        return tuple(self._children.get(code, ()))

    def path(self, code: str) -> tuple[Area, ...]:
        """The area itself, then each one above it up to the root."""
        known = self._paths.get(code)
        if known is not None:
            return known
        area = self.get(code)
        steps = [area]
        while area.parent_code is not None and area.parent_code in self._areas:
            area = self._areas[area.parent_code]
            steps.append(area)
        self._paths[code] = tuple(steps)
        return self._paths[code]

    def nearest(self, code: str, level: str) -> Area | None:
        """The area itself or the nearest one above it that is of ``level``."""
        try:
            return self._nearest[code, level]
        except KeyError:
            found = next((area for area in self.path(code) if area.level == level), None)
            self._nearest[code, level] = found
            return found

    def within(self, code: str, outer: str) -> bool:
        """Whether ``code`` is ``outer`` or lies below it."""
        return any(area.code == outer for area in self.path(code))

    def below(self, code: str) -> tuple[Area, ...]:
        """The area itself and all below it, parents before children."""
        known = self._below.get(code)
        if known is None:
            found = [self.get(code)]
            for area in found:
                found.extend(self._children.get(area.code, ()))
            known = self._below[code] = tuple(found)
        return known

    def below_at(self, code: str, level: str) -> tuple[Area, ...]:
        """Those of a level among the area itself and all below it."""
        known = self._at_level.get((code, level))
        if known is None:
            known = self._at_level[code, level] = tuple(area for area in self.below(code) if area.level == level)
        return known

    def numbered_below(self, code: str) -> tuple[Area, ...]:
        """Those that answer for house numbers among the area itself and all below it."""
        known = self._numbered.get(code)
        if known is None:
            known = self._numbered[code] = tuple(area for area in self.below(code) if area.numbers)
        return known

    def roots(self) -> tuple[Area, ...]:
        """The areas with nothing above them."""
        return tuple(area for area in self if area.parent_code is None)

    def by_code(self) -> Mapping[str, Area]:
        """All areas by code."""
        return self._areas
