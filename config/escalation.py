"""Loads the chains of escalation from ``escalation.yaml``."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path

from config.document import Node, read_document
from config.handling import hours_by_urgency, whole_number
from config.sla import positive_hours
from routing.catalogue import Catalogue
from routing.escalation_plan import (
    ACCEPT,
    RESOLVE,
    Channel,
    EscalationPlan,
    EscalationPolicy,
    LimitName,
    QuietHours,
    SpecialPlan,
)
from routing.organisation import Organisation

PACKAGED = Path(__file__).parent / "data" / "escalation.yaml"

_PLAN = ("first_at", "repeat_hours", "repeats_at_top", "acknowledge_hours", "channels")
_ONLY_SPECIAL = ("services", "areas", "chain", "highest")


def load_escalation(organisation: Organisation, catalogue: Catalogue, path: Path = PACKAGED) -> EscalationPolicy:
    """The policy.

    Raises:
        ConfigError: a value is missing or unknown, a span is not positive, a count is no whole number, or a plan names
            a station or a service that the district does not have.
    """
    fields = read_document(path).require(*_PLAN, "plans", "quiet_hours", "archive_after_hours")
    base = EscalationPlan(
        repeat_after=hours_by_urgency(fields["repeat_hours"]),
        repeats_at_top=whole_number(fields["repeats_at_top"]),
        first_at=_shares(fields["first_at"]),
        acknowledge_for=hours_by_urgency(fields["acknowledge_hours"]),
        channels=_channels(fields["channels"]),
    )
    quiet = fields["quiet_hours"].require("from", "until")
    return EscalationPolicy(
        base=base,
        archive_after=positive_hours(fields["archive_after_hours"]),
        quiet_hours=QuietHours(_time(quiet["from"]), _time(quiet["until"])),
        special=tuple(_special(node, base, organisation, catalogue) for node in fields["plans"].items()),
    )


def _special(node: Node, base: EscalationPlan, organisation: Organisation, catalogue: Catalogue) -> SpecialPlan:
    fields = node.only(*_PLAN, *_ONLY_SPECIAL)
    plan = base
    if "first_at" in fields:
        plan = replace(plan, first_at=_shares(fields["first_at"]))
    if "repeat_hours" in fields:
        plan = replace(plan, repeat_after=hours_by_urgency(fields["repeat_hours"]))
    if "repeats_at_top" in fields:
        plan = replace(plan, repeats_at_top=whole_number(fields["repeats_at_top"]))
    if "acknowledge_hours" in fields:
        plan = replace(plan, acknowledge_for=hours_by_urgency(fields["acknowledge_hours"]))
    if "channels" in fields:
        plan = replace(plan, channels=_channels(fields["channels"]))
    if "chain" in fields:
        keys = [_station(station, organisation) for station in fields["chain"].items()]
        plan = replace(plan, stations=tuple(organisation.stations[key] for key in keys))
    if "highest" in fields:
        plan = replace(plan, highest=_station(fields["highest"], organisation))
    services = fields["services"].items() if "services" in fields else []
    for service in services:
        if service.text() not in catalogue and service.text() not in catalogue.groups:
            service.fail(f"{service.text()!r} is neither a service nor a group of the catalogue")
    areas = fields["areas"].items() if "areas" in fields else []
    return SpecialPlan(
        services=frozenset(service.text() for service in services),
        areas=frozenset(area.text() for area in areas),
        plan=plan,
    )


def _station(node: Node, organisation: Organisation) -> str:
    if node.text() not in organisation.stations:
        node.fail(f"{node.text()!r} is none of the stations {', '.join(organisation.stations)}")
    return node.text()


def _shares(node: Node) -> dict[LimitName, float]:
    fields = node.require(ACCEPT, RESOLVE)
    for share in fields.values():
        if not 0 < share.number() < float("inf"):
            share.fail(f"{share.text()!r} is no positive share of a limit")
    return {ACCEPT: fields[ACCEPT].number(), RESOLVE: fields[RESOLVE].number()}


def _channels(node: Node) -> frozenset[Channel]:
    for channel in node.items():
        if channel.text() not in {one.value for one in Channel}:
            channel.fail(f"{channel.text()!r} is none of {', '.join(Channel)}")
    if not node.items():
        node.fail("at least one channel is needed, or nobody would hear of it")
    return frozenset(Channel(channel.text()) for channel in node.items())


def _time(node: Node) -> time:
    try:
        return time.fromisoformat(node.text())
    except ValueError:
        node.fail(f"{node.text()!r} is no time of the day")
