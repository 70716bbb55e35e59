"""``qunban disputes``: what several parties settle together (三方协商), for whoever runs the district."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.audit import keep_look
from bot.commands.shell import AsJson, Commands, echo, print_json, print_table
from routing.dispute_states import DisputeState

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.services.ports import UnitOfWork
    from routing.dispute import Dispute, DisputeEvent

app = typer.Typer(cls=Commands, help="Disputes that several parties settle together.", no_args_is_help=True)


@app.command("list")
def list_disputes(
    area: Annotated[str, typer.Option(metavar="CODE", help="Only those of this area and below it.")] = "",
    state: Annotated[DisputeState | None, typer.Option(help="Only those in this state.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists disputes, the newest first, without what was said in them."""
    from bot.commands.database import in_work
    from bot.services.opening import path_of
    from config.settings import load_settings

    settings = load_settings()

    async def story(work: UnitOfWork) -> tuple[Dispute, ...]:
        path = path_of(await work.areas.tree(), area) if area else ""
        return await work.disputes.find(path, [state] if state is not None else [])

    zone = _zone()
    rows = [_summary(one, zone) for one in in_work(settings, story)]
    if as_json:
        print_json(rows)
    else:
        columns = ("number", "area", "state", "parties", "opened", "meeting")
        print_table(columns, ([row[column] for column in columns] for row in rows))


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="The dispute's number, as D0012.")], as_json: AsJson = False
) -> None:
    """Shows one dispute with its parties, what each has said, and what happened."""
    from bot.commands.database import in_work
    from config.settings import load_settings
    from routing.dispute import UnknownDispute, dispute_id_of

    settings = load_settings()

    async def story(work: UnitOfWork) -> tuple[Dispute, tuple[DisputeEvent, ...]]:
        dispute_id = dispute_id_of(number)
        if dispute_id is None:
            raise UnknownDispute(number)
        dispute, events = await work.disputes.get(dispute_id), await work.disputes.events(dispute_id)
        await keep_look(work, "disputes show", about=dispute.number)
        return dispute, events

    dispute, events = in_work(settings, story)
    zone = _zone()
    data = _summary(dispute, zone) | {
        "subject": dispute.subject,
        "outcome": dispute.outcome,
        "reason": dispute.reason,
        "parties": [
            {
                "kind": party.kind.value,
                "name": party.name,
                "in_chat": party.is_reached,
                "statement": party.statement,
                "stated_through": party.stated_through,
                "accepted": party.accepted,
                "confirmed": party.confirmed,
                "objection": party.objection,
            }
            for party in dispute.parties
        ],
        "events": [
            {"at": _local(event.at, zone), "kind": event.kind, "by": event.actor_name, "data": dict(event.data)}
            for event in events
        ],
    }
    if as_json:
        print_json(data)
        return
    for key in ("number", "area", "state", "opened", "proposed", "meeting", "closed", "subject", "outcome", "reason"):
        if data[key]:
            echo(f"{key}: {data[key]}")
    for party in dispute.parties:
        echo(f"- {party.kind.value} {party.name}: {party.statement or '—'}")
    for event in events:
        echo(f"{_local(event.at, zone)}  {event.kind}  {event.actor_name}")


def _summary(dispute: Dispute, zone: ZoneInfo) -> dict[str, object]:
    return {
        "number": dispute.number,
        "area": dispute.area_code,
        "state": dispute.state.value,
        "parties": len(dispute.parties),
        "opened": _local(dispute.opened_at, zone),
        "proposed": _local(dispute.proposed_at, zone),
        "meeting": _local(dispute.meeting_at, zone),
        "closed": _local(dispute.closed_at or dispute.handed_at, zone),
    }


def _local(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="minutes") if at is not None else None


def _zone() -> ZoneInfo:
    from config.bundle import load_configuration
    from config.settings import load_settings

    settings = load_settings()
    return load_configuration(settings.config_dir, timezone=settings.timezone).zone
