"""``qunban colours``: how the areas below an area and the people who handle its tickets stand."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.shell import AsJson, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.rates import Rate
    from routing.ticket import Ticket


LOOKS_BACK = timedelta(days=31)
MOST_RATED = 20_000
"""Of a month; a district of 200,000 people has about half as many tickets."""


def colours(
    area: Annotated[
        str, typer.Option(metavar="CODE", help="The area that is looked at; the whole district without.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Prints the colour of every area below and of every handler: overdue share now, satisfaction of the last month."""
    from bot.commands.database import in_work
    from bot.commands.registers import PLATFORM
    from bot.district import digests_of, rules_of
    from bot.services.opening import path_of
    from config.bundle import load_configuration
    from config.settings import load_settings
    from routing.digest_schedule import Period
    from routing.queries import TicketFilter
    from routing.rates import Rate
    from routing.sla import Colour
    from routing.standing import standing_colour
    from routing.ticket import Status

    settings = load_settings()
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    rules, now = rules_of(configuration), datetime.now(UTC)
    service = digests_of(configuration, rules, PLATFORM, lambda: now)

    async def story(work: UnitOfWork) -> list[dict[str, object]]:
        tree = await work.areas.tree()
        code = area or next((root.code for root in tree.roots()), "")
        digest = await service.compose(work, code, Period.MONTH, now)
        found = [
            _row("area", one.area_name, one.colour.value, one.red, one.open, one.rates.satisfied)
            for one in digest.ranking
        ]
        held: dict[int, list[Ticket]] = defaultdict(list)
        for ticket in await work.digests.open_tickets(path_of(tree, code)):
            if ticket.assignee_id is not None:
                held[ticket.assignee_id].append(ticket)
        rated = TicketFilter(
            area_path=path_of(tree, code), statuses=frozenset({Status.ARCHIVED}), since=now - LOOKS_BACK
        )
        answers: dict[int, list[bool]] = defaultdict(list)
        for ticket in await work.tickets.find(rated, limit=MOST_RATED):
            if ticket.satisfaction is not None and ticket.assignee_id is not None:
                answers[ticket.assignee_id].append(ticket.satisfaction in configuration.digests.satisfied)
        for post in await work.staff.all():
            tickets, said = held[post.id], answers[post.id]
            if not tickets and not said:
                continue
            red = sum(rules.colour(ticket, now) is Colour.RED for ticket in tickets)
            content = Rate(sum(said), len(said))
            shade = standing_colour(Rate(red, len(tickets)), content, rules.clocks.sla.standing)
            found.append(_row("handler", post.name, shade.value, red, len(tickets), content))
        return found

    rows = in_work(settings, story)
    if as_json:
        print_json(rows)
    else:
        columns = ("kind", "name", "colour", "overdue", "open", "satisfied")
        print_table(columns, ([row[column] for column in columns] for row in rows))


def _row(kind: str, name: str, colour: str, overdue: int, open_: int, satisfied: Rate) -> dict[str, object]:
    rated = f"{satisfied.numerator}/{satisfied.denominator}" if satisfied.denominator else None
    return {"kind": kind, "name": name, "colour": colour, "overdue": overdue, "open": open_, "satisfied": rated}
