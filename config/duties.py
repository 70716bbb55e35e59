"""Loads the duty lists from ``duties.yaml``."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from config.document import Node, read_document
from config.organisation import role_of
from routing.areas import Management
from routing.catalogue import Catalogue, OwnerKind
from routing.organisation import DutyRules, Organisation
from routing.staff import Role

PACKAGED = Path(__file__).parent / "data" / "duties.yaml"

_LISTED = (OwnerKind.PROPERTY, OwnerKind.UTILITY, OwnerKind.GRID, OwnerKind.COMMUNITY)
"""Kinds with somebody above them who can take what they must not handle."""
_NEEDED = ("negative", "property", "followers")


def load_duties(organisation: Organisation, catalogue: Catalogue, path: Path = PACKAGED) -> DutyRules:
    """The duty rules.

    Raises:
        ConfigError: a list names an unknown level, service or role, or a kind of management has no owner.
    """
    root = read_document(path)
    fields = root.only(*_NEEDED, "statutory", "assisted")
    for name in _NEEDED:
        if name not in fields:
            root.fail(f"{name!r} is missing")
    lists: dict[str, dict[OwnerKind, frozenset[str]]] = {
        name: _lists(fields[name], catalogue) for name in ("negative", "statutory", "assisted") if name in fields
    }
    _check_apart(lists, fields)
    owners = fields["property"].require(*(management.value for management in Management))
    followers = fields["followers"].only(*(kind.value for kind in OwnerKind))
    return DutyRules(
        organisation=organisation,
        negative=lists["negative"],
        statutory=lists.get("statutory", {}),
        assisted=lists.get("assisted", {}),
        property_owner={management: _kind(owners[management.value]) for management in Management},
        followers={OwnerKind(kind): _roles(node) for kind, node in followers.items()},
    )


def _lists(root: Node, catalogue: Catalogue) -> dict[OwnerKind, frozenset[str]]:
    """One of the duty lists, by level."""
    levels = root.only(*(kind.value for kind in _LISTED))
    return {OwnerKind(kind): _services(node, catalogue) for kind, node in levels.items()}


def _check_apart(lists: dict[str, dict[OwnerKind, frozenset[str]]], fields: dict[str, Node]) -> None:
    """A matter is on one list of a level at most: nobody owes what they must not do."""
    for (one, its), (other, theirs) in combinations(lists.items(), 2):
        for kind in its.keys() & theirs.keys():
            both = {code for code in its[kind] | theirs[kind] if _is_on(code, its[kind]) and _is_on(code, theirs[kind])}
            if both:
                fields[other].fail(f"{', '.join(sorted(both))} of {kind.value} stands in {one!r} already")


def _is_on(code: str, listed: frozenset[str]) -> bool:
    return code in listed or code.split(".")[0] in listed


def _services(root: Node, catalogue: Catalogue) -> frozenset[str]:
    for node in root.items():
        if node.text() not in catalogue and node.text() not in catalogue.groups:
            node.fail(f"{node.text()!r} is neither a service nor a group of the catalogue")
    return frozenset(node.text() for node in root.items())


def _roles(root: Node) -> tuple[Role, ...]:
    return tuple(role_of(node) for node in root.items())


def _kind(node: Node) -> OwnerKind:
    if node.text() not in {kind.value for kind in OwnerKind}:
        node.fail(f"{node.text()!r} is none of {', '.join(kind.value for kind in OwnerKind)}")
    return OwnerKind(node.text())
