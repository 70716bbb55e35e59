"""Loads the limits and the colours from ``sla.yaml``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from config.document import Node, read_document
from routing.catalogue import Catalogue
from routing.sla import EMERGENCY_CLASS, URGENT_CLASS, Clock, Limit, SlaClass, SlaTable, StandingThresholds, Thresholds

PACKAGED = Path(__file__).parent / "data" / "sla.yaml"


def load_sla(catalogue: Catalogue, path: Path = PACKAGED) -> SlaTable:
    """The table of limits.

    Raises:
        ConfigError: a class lacks a value or has a limit that is not positive, or the catalogue names a class that
            the table does not have.
    """
    root = read_document(path)
    fields = root.only("classes", "colours", "standing")
    for name in ("classes", "colours"):
        if name not in fields:
            root.fail(f"{name!r} is missing")
    classes = {key: _class(key, node) for key, node in fields["classes"].entries().items()}
    for key in (EMERGENCY_CLASS, URGENT_CLASS):
        if key not in classes:
            fields["classes"].fail(f"the class {key!r} is missing")
    for service in catalogue.services.values():
        if service.sla not in classes:
            fields["classes"].fail(f"the class {service.sla!r} of service {service.code!r} is missing")
    shares = fields["colours"].require("yellow_from", "red_from")
    try:
        thresholds = Thresholds(shares["yellow_from"].number(), shares["red_from"].number())
    except ValueError as error:
        fields["colours"].fail(str(error))
    standing = _standing(fields["standing"]) if "standing" in fields else StandingThresholds()
    return SlaTable(classes, thresholds, standing)


def _standing(node: Node) -> StandingThresholds:
    shares = node.require("overdue_yellow", "overdue_red", "satisfied_yellow", "satisfied_red", "least_ratings")
    least = shares["least_ratings"].text()
    if not least.isdecimal():
        shares["least_ratings"].fail(f"{least!r} is no whole number")
    try:
        return StandingThresholds(
            overdue_yellow=shares["overdue_yellow"].number(),
            overdue_red=shares["overdue_red"].number(),
            satisfied_yellow=shares["satisfied_yellow"].number(),
            satisfied_red=shares["satisfied_red"].number(),
            least_ratings=int(least),
        )
    except ValueError as error:
        node.fail(str(error))


def _class(key: str, node: Node) -> SlaClass:
    fields = node.require("accept_hours", "resolve_hours", "clock")
    written = fields["clock"].text()
    if written not in {clock.value for clock in Clock}:
        fields["clock"].fail(f"{written!r} is none of {', '.join(clock.value for clock in Clock)}")
    clock = Clock(written)
    return SlaClass(
        key,
        accept=Limit(positive_hours(fields["accept_hours"]), clock),
        resolve=Limit(positive_hours(fields["resolve_hours"]), clock),
    )


def positive_hours(node: Node) -> timedelta:
    """A number of hours that is more than nothing."""
    hours = node.number()
    if not 0 < hours < float("inf"):
        node.fail(f"{node.text()!r} is no positive number of hours")
    return timedelta(hours=hours)
