"""Loads levels, codes, stations and chains from ``organisation.yaml``."""

from __future__ import annotations

import re
from pathlib import Path

from config.document import Node, read_document
from routing.areas import Level
from routing.catalogue import OwnerKind
from routing.organisation import Organisation, Station
from routing.rota import RotaRules, Turn
from routing.staff import Role

PACKAGED = Path(__file__).parent / "data" / "organisation.yaml"

_NO_PARENT = "-"
_NEEDED = ("levels", "code_pattern", "stations", "chains", "emergency")
_TRUTH = {"true": True, "false": False}


def load_organisation(path: Path = PACKAGED) -> Organisation:
    """How the district is organised.

    Raises:
        ConfigError: something is missing, unknown or refers to what the file does not have.
    """
    root = read_document(path)
    fields = root.only(*_NEEDED, "rota")
    for name in _NEEDED:
        if name not in fields:
            root.fail(f"{name!r} is missing")
    levels = _levels(fields["levels"])
    stations = {key: _station(key, node, levels) for key, node in fields["stations"].entries().items()}
    chains = fields["chains"].require(*(kind.value for kind in OwnerKind))
    return Organisation(
        levels=levels,
        code_pattern=_pattern(fields["code_pattern"]),
        chains={kind: _stations(chains[kind.value], stations) for kind in OwnerKind},
        emergency=_stations(fields["emergency"], stations),
        rota=_rota(fields["rota"]) if "rota" in fields else RotaRules(),
        stations=stations,
    )


def _rota(node: Node) -> RotaRules:
    fields = node.require("turn", "tell_liaisons")
    turn, tell = fields["turn"].text(), fields["tell_liaisons"].text()
    if turn not in {one.value for one in Turn}:
        fields["turn"].fail(f"{turn!r} is none of {', '.join(one.value for one in Turn)}")
    if tell not in _TRUTH:
        fields["tell_liaisons"].fail(f"{tell!r} is neither true nor false")
    return RotaRules(Turn(turn), _TRUTH[tell])


def role_of(node: Node) -> Role:
    """The role that is written there."""
    if node.text() not in {role.value for role in Role}:
        node.fail(f"{node.text()!r} is none of {', '.join(role.value for role in Role)}")
    return Role(node.text())


def _levels(root: Node) -> dict[str, Level]:
    levels: dict[str, Level] = {}
    nodes = [(node, node.require("code", "name", "parents")) for node in root.items()]
    known = {fields["code"].text() for _, fields in nodes}
    for node, fields in nodes:
        code = fields["code"].text()
        if code in levels:
            node.fail(f"level {code!r} is given twice")
        for parent in fields["parents"].items():
            if parent.text() not in {*known, _NO_PARENT}:
                parent.fail(f"{parent.text()!r} is no level")
        parents = tuple("" if parent.text() == _NO_PARENT else parent.text() for parent in fields["parents"].items())
        levels[code] = Level(code, fields["name"].text(), parents)
    if not levels:
        root.fail("at least one level is needed")
    return levels


def _station(key: str, node: Node, levels: dict[str, Level]) -> Station:
    fields = node.require("roles", "levels")
    for level in fields["levels"].items():
        if level.text() not in levels:
            level.fail(f"{level.text()!r} is no level")
    return Station(
        key,
        roles=tuple(role_of(role) for role in fields["roles"].items()),
        levels=tuple(level.text() for level in fields["levels"].items()),
    )


def _stations(root: Node, stations: dict[str, Station]) -> tuple[Station, ...]:
    chosen = []
    for node in root.items():
        if node.text() not in stations:
            node.fail(f"{node.text()!r} is none of the stations")
        chosen.append(stations[node.text()])
    if not chosen:
        root.fail("at least one station is needed")
    return tuple(chosen)


def _pattern(node: Node) -> re.Pattern[str]:
    try:
        return re.compile(node.text(), re.ASCII)
    except re.error as error:
        node.fail(f"is no regular expression: {error}")
