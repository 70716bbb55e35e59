"""``qunban tickets``: lists, shows and exports tickets."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.audit import Why, keep_look
from bot.commands.shell import AsJson, Commands, deliver_csv, echo, print_fields, print_json, print_table
from bot.commands.ticket_data import History, evidence_of, history_data, ticket_data, tickets_csv
from routing.privacy import mask_numbers

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.services.ports import UnitOfWork
    from bot.services.rules import Rules
    from config.bundle import Configuration
    from config.settings import Settings
    from routing.queries import TicketFilter
    from routing.sla import Colour
    from routing.ticket import Ticket

PAGE = 500
"""Tickets read at a time."""
POOL = "none"
"""Names nobody: what lies in the pool."""

ANONYMOUS = "(anonymous)"

app = typer.Typer(cls=Commands, help="Lists, shows and exports tickets.", no_args_is_help=True, rich_markup_mode=None)


class Format(StrEnum):
    """How tickets are exported."""

    CSV = "csv"
    JSON = "json"


Area = Annotated[str, typer.Option(metavar="CODE", help="Only in this area and below.")]
State = Annotated[
    list[str] | None,
    typer.Option(
        "--status", help="dispatched, in_progress, on_hold, resolved, archived, withdrawn, or open for all open."
    ),
]
ColourOption = Annotated[str, typer.Option(help="Only of this colour: green, yellow or red.")]
Service = Annotated[str, typer.Option(metavar="CODE", help="Only of this service.")]
Assignee = Annotated[str, typer.Option(help="Only given to this person: name or telegram_id; none for the pool.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Opened on this day or later.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Opened on this day or earlier.")]
Via = Annotated[
    list[str] | None,
    typer.Option("--via", help="Only what came in like this: talk, command, private, patrol, patrol_solved, …"),
]
Word = Annotated[str, typer.Option(help="Only with this word in number, text or result.")]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a list is narrowed to, as typed."""

    area: str
    statuses: tuple[str, ...]
    colour: str
    service: str
    assignee: str
    since: datetime | None
    until: datetime | None
    word: str
    via: tuple[str, ...]

    def told(self) -> str:
        """As it is kept with the look."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        return mask_numbers(" ".join(f"{name}={_said(value)}" for name, value in given if value))


@app.command("list")
def list_tickets(
    area: Area = "",
    status: State = None,
    colour: ColourOption = "",
    service: Service = "",
    assignee: Assignee = "",
    since: Since = None,
    until: Until = None,
    word: Word = "",
    via: Via = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Lists tickets, newest first; what was found on patrol is counted apart."""
    from routing.ticket import PATROL, PATROL_SOLVED

    chosen = Chosen(area, tuple(status or ()), colour, service, assignee, since, until, word, tuple(via or ()))
    found = _find(chosen, limit, "tickets list", why)
    if as_json:
        print_json(found)
        return
    columns = (
        "number",
        "status",
        "colour",
        "urgency",
        "service_code",
        "area_code",
        "assignee",
        "resolve_due_at",
        "text",
    )
    print_table(columns, ([ticket[column] for column in columns] for ticket in found))
    patrolled = sum(ticket["via"] in {PATROL, PATROL_SOLVED} for ticket in found)
    on_spot = sum(ticket["via"] == PATROL_SOLVED for ticket in found)
    typer.echo(f"{len(found)} tickets; {patrolled} found on patrol, {on_spot} of these solved on the spot", err=True)


@app.command()
def export(
    area: Area = "",
    status: State = None,
    colour: ColourOption = "",
    service: Service = "",
    assignee: Assignee = "",
    since: Since = None,
    until: Until = None,
    word: Word = "",
    via: Via = None,
    format_: Annotated[Format, typer.Option("--format", help="csv or json.")] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="File to write; standard output by default.")
    ] = None,
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Exports tickets with all their columns.

    In CSV a cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    import json

    chosen = Chosen(area, tuple(status or ()), colour, service, assignee, since, until, word, tuple(via or ()))
    found = _find(chosen, None, "tickets export", why)
    if as_json or format_ is Format.JSON:
        if output is None:
            print_json(found)
        else:
            output.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    else:
        deliver_csv(tickets_csv(found), output)
    if output is not None:
        typer.echo(f"{len(found)} tickets written to {output}", err=True)


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="The number of the ticket.")], why: Why = "", as_json: AsJson = False
) -> None:
    """Shows one ticket with everything that happened to it, and why triage took it for what it did."""
    from bot.commands.database import in_work
    from bot.services.explaining import Explainer
    from config.settings import load_settings

    settings = load_settings()
    configuration, rules = _rules(settings)

    async def story(work: UnitOfWork) -> tuple[dict[str, object], History]:
        ticket = await work.tickets.by_number(number)
        names = {post.id: post.name for post in await work.staff.all()}
        colour = _colour_of(rules, ticket, datetime.now(UTC))
        events, reporters = await work.tickets.events(ticket.id), await work.tickets.reporters(ticket.id)
        data = ticket_data(ticket, colour, names.get(ticket.assignee_id or 0), configuration.zone)
        await keep_look(work, "tickets show", about=ticket.number, why=why, tickets=[ticket.id])
        return data, history_data(events, reporters, configuration.zone)

    data, history = in_work(settings, story)
    if as_json:
        print_json({**data, **history})
        return
    explainer = Explainer(rules.wording)
    print_fields({name: value for name, value in data.items() if value not in (None, "")})
    reason = f"card.handler.{data['owner_reason']}"
    if reason in rules.wording.texts:
        echo(f"why: {rules.wording.say(reason)}")
    echo("reporters: " + "、".join(str(reporter["name"] or ANONYMOUS) for reporter in history["reporters"]))
    for event in history["events"]:
        echo(f"- {event['at']} {event['kind']} {event['actor'] or ''}".rstrip())
        for line in explainer.recorded(evidence_of(event)):
            echo(f"    {line}")


def _find(chosen: Chosen, limit: int | None, what: str, why: str) -> list[dict[str, object]]:
    """The tickets as data; that they are shown is kept in the same transaction."""
    from bot.commands.database import in_work
    from config.settings import load_settings

    settings = load_settings()
    configuration, rules = _rules(settings)
    wanted_colour = _colour(chosen.colour)

    async def story(work: UnitOfWork) -> list[dict[str, object]]:
        wanted = await _filter(work, chosen, configuration)
        names = {post.id: post.name for post in await work.staff.all()}
        now, found, ids = datetime.now(UTC), list[dict[str, object]](), list[int]()
        for offset in count(step=PAGE):
            page = await work.tickets.find(wanted, limit=PAGE, offset=offset)
            for ticket in page:
                colour = _colour_of(rules, ticket, now)
                in_pool = ticket.assignee_id is None
                if (wanted_colour and colour is not wanted_colour) or (chosen.assignee == POOL and not in_pool):
                    continue
                if len(found) == limit:
                    break
                found.append(ticket_data(ticket, colour, names.get(ticket.assignee_id or 0), configuration.zone))
                ids.append(ticket.id)
            if len(page) < PAGE or len(found) == limit:
                break
        await keep_look(work, what, about=chosen.told(), why=why, count=len(found), tickets=ids)
        return found

    return in_work(settings, story)


async def _filter(work: UnitOfWork, chosen: Chosen, configuration: Configuration) -> TicketFilter:
    from bot.services.opening import path_of
    from routing.queries import TicketFilter
    from routing.ticket import OPEN_STATUSES, Status

    statuses: set[Status] = set()
    for name in chosen.statuses:
        if name != "open" and name not in {status.value for status in Status}:
            raise typer.BadParameter(f"status {name!r} is none of open, {', '.join(Status)}")
        statuses |= OPEN_STATUSES if name == "open" else {Status(name)}
    if chosen.service:
        configuration.catalogue.get(chosen.service)
    ids: frozenset[int] | None = None
    if chosen.assignee and chosen.assignee != POOL:
        posts = await work.staff.all()
        ids = frozenset(post.id for post in posts if chosen.assignee in {post.name, str(post.account)})
        if not ids:
            raise typer.BadParameter(f"nobody is called {chosen.assignee!r} or has this telegram_id")
    zone = configuration.zone
    return TicketFilter(
        area_path=path_of(await work.areas.tree(), chosen.area) if chosen.area else "",
        statuses=frozenset(statuses),
        service_code=chosen.service,
        assignee_ids=ids,
        since=_midnight(chosen.since, zone) if chosen.since else None,
        until=_midnight(chosen.until + timedelta(days=1), zone) if chosen.until else None,
        word=chosen.word,
        via=frozenset(chosen.via),
    )


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _colour_of(rules: Rules, ticket: Ticket, now: datetime) -> Colour | None:
    """The colour of an open ticket; none for others, and where the catalogue has lost the service."""
    return rules.colour(ticket, now) if ticket.is_open and ticket.service_code in rules.catalogue else None


def _colour(name: str) -> Colour | None:
    from routing.sla import Colour

    if name and name not in {colour.value for colour in Colour}:
        raise typer.BadParameter(f"colour {name!r} is none of {', '.join(Colour)}")
    return Colour(name) if name else None


def _midnight(day: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(day.date(), time.min, tzinfo=zone)


def _rules(settings: Settings) -> tuple[Configuration, Rules]:
    from bot.district import rules_of
    from config.bundle import load_configuration

    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    return configuration, rules_of(configuration)
