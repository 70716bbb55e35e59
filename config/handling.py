"""Loads the caps and the patience of a district from ``handling.yaml``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from config.document import Node, read_document
from config.sla import positive_hours
from routing.catalogue import Urgency
from routing.handling_rules import HandlingRules, IdleLimit
from routing.sla import Clock

PACKAGED = Path(__file__).parent / "data" / "handling.yaml"


def load_handling(path: Path = PACKAGED) -> HandlingRules:
    """The rules.

    Raises:
        ConfigError: a value is missing or unknown, a span is not positive, or a count is no whole number.
    """
    fields = read_document(path).require("idle", "most_lapses", "extensions", "most_holds", "lift_after", "urge_hours")
    extensions = fields["extensions"].require("most", "longest_hours")
    longest = extensions["longest_hours"].require(*(clock.value for clock in Clock))
    lift = fields["lift_after"].require("returns", "reopens")
    idle = fields["idle"].require(*(urgency.value for urgency in Urgency))
    return HandlingRules(
        idle={urgency: _idle(idle[urgency.value]) for urgency in Urgency},
        most_lapses=whole_number(fields["most_lapses"]),
        most_extensions=whole_number(extensions["most"]),
        longest_extension={clock: positive_hours(longest[clock.value]) for clock in Clock},
        most_holds=whole_number(fields["most_holds"]),
        lift_after_returns=whole_number(lift["returns"], least=1),
        lift_after_reopens=whole_number(lift["reopens"], least=1),
        urge_within=hours_by_urgency(fields["urge_hours"]),
    )


def whole_number(node: Node, *, least: int = 0) -> int:
    """A count of at least ``least``."""
    written = node.text()
    if not (written.isascii() and written.isdecimal()) or int(written) < least:
        node.fail(f"{written!r} is no whole number from {least} on")
    return int(written)


def hours_by_urgency(node: Node) -> dict[Urgency, timedelta]:
    """A positive number of hours for each urgency."""
    spans = node.require(*(urgency.value for urgency in Urgency))
    return {urgency: positive_hours(spans[urgency.value]) for urgency in Urgency}


def _idle(node: Node) -> IdleLimit:
    fields = node.require("ask_after_hours", "lapse_after_hours")
    return IdleLimit(
        ask_after=positive_hours(fields["ask_after_hours"]), lapse_after=positive_hours(fields["lapse_after_hours"])
    )
