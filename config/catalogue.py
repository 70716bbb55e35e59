"""Loads the service catalogue from ``catalogue.yaml``."""

from __future__ import annotations

from pathlib import Path

from config.document import Node, read_document
from routing.catalogue import OTHER, Catalogue, OwnerKind, Service

PACKAGED = Path(__file__).parent / "data" / "catalogue.yaml"


def load_catalogue(path: Path = PACKAGED) -> Catalogue:
    """The catalogue in ``path``.

    Raises:
        ConfigError: a field is missing or unknown, a code is given twice, or ``other`` is not among the services.
    """
    root = read_document(path)
    entries = root.only("version", "groups", "services")
    groups = {code: name.text() for code, name in _required(entries, "groups", root).entries().items()}
    services: dict[str, Service] = {}
    for node in _required(entries, "services", root).items():
        service = _service(node, groups)
        if service.code in services:
            node.fail(f"service {service.code!r} is given twice")
        services[service.code] = service
    if OTHER not in services:
        root.fail(f"service {OTHER!r} is missing: addressed requests that fit nothing else go there")
    return Catalogue(services=services, groups=groups)


def _service(node: Node, groups: dict[str, str]) -> Service:
    fields = node.only("code", "name", "owner", "sla", "is", "place")
    code = _required(fields, "code", node).text()
    group = code.partition(".")[0]
    if group not in groups and code != OTHER:
        fields["code"].fail(f"group {group!r} of service {code!r} is not among the groups")
    owner = _required(fields, "owner", node)
    if owner.text() not in {kind.value for kind in OwnerKind}:
        owner.fail(f"owner {owner.text()!r} is none of {', '.join(kind.value for kind in OwnerKind)}")
    return Service(
        code=code,
        group=group,
        name=_required(fields, "name", node).text(),
        owner=OwnerKind(owner.text()),
        sla=_required(fields, "sla", node).text(),
        description=_required(fields, "is", node).text(),
        needs_place="place" not in fields or fields["place"].text() != "no",
    )


def _required(fields: dict[str, Node], name: str, parent: Node) -> Node:
    if name not in fields:
        parent.fail(f"{name!r} is missing")
    return fields[name]
