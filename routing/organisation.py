"""How a district is organised: its levels, its codes, where roles stand, and who stands above whom.

All of it is data, so that a city with districts, the four levels 街道 → 社区 → 网格 → 楼栋 and a two-level grid tree
are the same code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.areas import Area, AreaTree, Level, Management
from routing.catalogue import OwnerKind
from routing.rota import RotaRules
from routing.staff import Role
from routing.tree_memory import TreeMemory


@dataclass(frozen=True, slots=True)
class Station:
    """Where a step of a chain stands: the roles that answer there, and their possible levels, nearest first."""

    key: str
    roles: tuple[Role, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """The levels of the tree, the pattern of codes, and the chain of stations above each kind of owner."""

    levels: Mapping[str, Level]
    code_pattern: re.Pattern[str]
    chains: Mapping[OwnerKind, tuple[Station, ...]]
    """The owner's own station comes first, the highest superior last."""
    emergency: tuple[Station, ...]
    """Who is told of an emergency at once, together with the owner."""
    stations: Mapping[str, Station]
    """All stations by key, for chains that other files make of them."""
    rota: RotaRules = field(default_factory=RotaRules)

    def allowed_below(self, level: str, parent_level: str | None) -> bool:
        """Whether an area of ``level`` may lie directly below one of ``parent_level`` (None for the root)."""
        parents = self.levels[level].parents
        return parent_level in parents if parent_level is not None else not parents or "" in parents


@dataclass(frozen=True, slots=True)
class DutyRules:
    """Who owes what: the duty lists, the property matters by management, and who follows up (协助办理)."""

    organisation: Organisation
    negative: Mapping[OwnerKind, frozenset[str]] = field(default_factory=dict)
    """The negative list (负面清单) of a level: services, or groups of them, that go past it to the level above."""
    statutory: Mapping[OwnerKind, frozenset[str]] = field(default_factory=dict)
    """The duties that a level has by law (依法履职); it keeps them, and the card says so."""
    assisted: Mapping[OwnerKind, frozenset[str]] = field(default_factory=dict)
    """What a level only assists with (协助办理): the level above answers, and this one follows it up."""
    property_owner: Mapping[Management, OwnerKind] = field(default_factory=dict)
    followers: Mapping[OwnerKind, tuple[Role, ...]] = field(default_factory=dict)
    """Roles that keep an eye on a matter which somebody outside the grid handles."""
    chains: TreeMemory[tuple[Step, ...]] = field(default_factory=TreeMemory, init=False, repr=False, compare=False)
    """The ways up that were asked for, by the kind of the owner and the places; every report asks for the same few."""

    def on_negative_list(self, kind: OwnerKind, service_code: str) -> bool:
        """Whether the level that ``kind`` stands for must not handle the service itself."""
        return _holds(self.negative.get(kind, frozenset()), service_code)

    def is_statutory(self, kind: OwnerKind, service_code: str) -> bool:
        """Whether the level has the service among its duties by law."""
        return _holds(self.statutory.get(kind, frozenset()), service_code)

    def is_assisted(self, kind: OwnerKind, service_code: str) -> bool:
        """Whether the level only assists with the service."""
        return _holds(self.assisted.get(kind, frozenset()), service_code)


def _holds(listed: frozenset[str], service_code: str) -> bool:
    """Whether a list names the service or its group."""
    return service_code in listed or service_code.split(".")[0] in listed


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way up: posts in any of ``roles`` that stand in any of ``area_codes`` (the nearest first)."""

    key: str
    roles: tuple[Role, ...]
    area_codes: tuple[str, ...]

    @property
    def area_code(self) -> str:
        """The nearest of the areas."""
        return self.area_codes[0]


def step_at(station: Station, anchors: tuple[str, ...], tree: AreaTree) -> Step | None:
    """The station as it stands for a place; None where no area of its levels lies at or above the ``anchors``."""
    return step_among(station, areas_around(anchors, tree))


def areas_around(anchors: tuple[str, ...], tree: AreaTree) -> tuple[Area, ...]:
    """The ``anchors`` and everything above them, nearest first."""
    return tuple(area for anchor in anchors for area in tree.path(anchor))


def step_among(station: Station, around: tuple[Area, ...]) -> Step | None:
    """The station as it stands among the areas ``around`` a place, nearest first."""
    codes = (area.code for level in station.levels for area in around if area.level == level)
    found = tuple(dict.fromkeys(codes))
    return Step(station.key, station.roles, found) if found else None
