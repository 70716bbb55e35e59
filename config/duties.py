"""Loads the duty lists from ``duties.yaml``."""

from __future__ import annotations

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


def load_duties(organisation: Organisation, catalogue: Catalogue, path: Path = PACKAGED) -> DutyRules:
    """The duty rules.

    Raises:
        ConfigError: a list names an unknown level, service or role, or a kind of management has no owner.
    """
    fields = read_document(path).require("negative", "property", "followers")
    negative = fields["negative"].only(*(kind.value for kind in _LISTED))
    owners = fields["property"].require(*(management.value for management in Management))
    followers = fields["followers"].only(*(kind.value for kind in OwnerKind))
    return DutyRules(
        organisation=organisation,
        negative={OwnerKind(kind): _services(node, catalogue) for kind, node in negative.items()},
        property_owner={management: _kind(owners[management.value]) for management in Management},
        followers={OwnerKind(kind): _roles(node) for kind, node in followers.items()},
    )


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
