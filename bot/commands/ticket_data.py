"""Tickets as rows and JSON for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.commands.triaging import place_data
from config.csv_table import write_rows

if TYPE_CHECKING:
    from routing.sla import Colour
    from routing.ticket import Ticket
    from routing.ticket_events import Reporter, TicketEvent

COLUMNS = (
    "number",
    "status",
    "colour",
    "urgency",
    "service_code",
    "appeal_type",
    "area_code",
    "owner",
    "assignee",
    "text",
    "building",
    "unit",
    "floor",
    "room",
    "spot",
    "reporter_name",
    "created_at",
    "dispatched_at",
    "accept_due_at",
    "resolve_due_at",
    "claimed_at",
    "resolved_at",
    "archived_at",
    "resolution",
    "solved",
    "satisfaction",
    "escalation_level",
    "reopens",
    "via",
    "street_rating",
)
"""Of an export; the order is part of what others rely on."""


History = dict[str, list[dict[str, object]]]
"""Events and reporters of one ticket."""


def ticket_data(ticket: Ticket, colour: Colour | None, assignee: str | None, zone: ZoneInfo) -> dict[str, object]:
    """A ticket as JSON data, times in the district's zone."""
    return {
        "number": ticket.number,
        "status": ticket.status.value,
        "colour": colour.value if colour else None,
        "urgency": ticket.urgency.value,
        "service_code": ticket.service_code,
        "appeal_type": ticket.appeal_type.value,
        "area_code": ticket.area_code,
        "owner": ticket.owner.value,
        "owner_reason": ticket.owner_reason,
        "assignee": assignee,
        "text": ticket.text,
        "place": place_data(ticket.place),
        "reporter_name": ticket.reporter_name,
        "photos": sum(attachment.kind == "photo" for attachment in ticket.attachments),
        "created_at": _shown(ticket.created_at, zone),
        "dispatched_at": _shown(ticket.dispatched_at, zone),
        "accept_due_at": _shown(ticket.accept_due_at, zone),
        "resolve_due_at": _shown(ticket.resolve_due_at, zone),
        "claimed_at": _shown(ticket.claimed_at, zone),
        "resolved_at": _shown(ticket.resolved_at, zone),
        "archived_at": _shown(ticket.archived_at, zone),
        "resolution": ticket.resolution,
        "solved": ticket.solved,
        "satisfaction": ticket.satisfaction.value if ticket.satisfaction else None,
        "escalation_level": ticket.escalation_level,
        "reopens": ticket.reopens,
        "via": ticket.via,
        "street_rating": ticket.street_rating.value if ticket.street_rating else None,
        "point": [ticket.point.latitude, ticket.point.longitude] if ticket.point else None,
    }


def evidence_of(event: Mapping[str, object]) -> object:
    """The evidence of an event as ``history_data`` has it; none where it has none."""
    from routing.triage.evidence_rows import EVIDENCE

    data = event.get("data")
    return data.get(EVIDENCE) if isinstance(data, dict) else None


def history_data(events: Sequence[TicketEvent], reporters: Sequence[Reporter], zone: ZoneInfo) -> History:
    """What happened to a ticket, and who stands behind it."""
    return {
        "events": [
            {"at": _shown(event.at, zone), "kind": event.kind.value, "actor": event.actor_name or None, **_plain(event)}
            for event in events
        ],
        "reporters": [
            {"name": reporter.name, "joined_at": _shown(reporter.joined_at, zone), "solved": reporter.solved}
            for reporter in reporters
        ],
    }


def tickets_csv(tickets: Iterable[dict[str, object]]) -> str:
    """The tickets as CSV; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    return write_rows(
        COLUMNS, ([_cell({**ticket, **_place(ticket)}.get(column)) for column in COLUMNS] for ticket in tickets)
    )


def _place(ticket: dict[str, object]) -> dict[str, object]:
    place = ticket["place"]
    return place if isinstance(place, dict) else {}


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(event: TicketEvent) -> dict[str, object]:
    import msgspec

    from routing.triage.evidence_rows import EVIDENCE, evidence_in

    if not event.data:
        return {}
    data = dict(event.data)
    if EVIDENCE in data:
        data[EVIDENCE] = msgspec.to_builtins(evidence_in(data[EVIDENCE]))
    return {"data": data}


def _shown(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None
