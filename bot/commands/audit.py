"""``qunban audit``: who looked at what names residents; and how commands keep that they showed some of it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.shell import AsJson, Commands, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.audit import Look
    from routing.care import CareLook

app = typer.Typer(cls=Commands, help="Who looked at what names residents.", no_args_is_help=True, rich_markup_mode=None)

CONSOLE = "console"
OPERATOR = "operator"
_MOST = 10_000

Why = Annotated[str, typer.Option("--why", metavar="REASON", help="Kept with the look, for `qunban audit list`.")]


@app.callback()
def audit() -> None:
    """Keeps ``list`` a command of its own name."""


@app.command("list")
def list_looks(
    of: Annotated[str, typer.Option("--of", metavar="NUMBER", help="Only at this ticket, dispute or entry.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Only by this name or telegram_id.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, help="Only of the last so many days.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Lists who was shown what names residents, newest first, looks at the care list among them."""
    from bot.commands.database import in_work
    from config.settings import load_settings
    from routing.errors import UnknownTicket

    since = datetime.now(UTC) - timedelta(days=days)

    async def story(work: UnitOfWork) -> list[dict[str, object]]:
        ticket_id = None
        if of:
            try:
                ticket_id = (await work.tickets.by_number(of.upper())).id
            except UnknownTicket:
                ticket_id = None
        looks = await work.audit.looks(since, ticket_id=ticket_id, about=of, by=by, limit=_MOST)
        found = [_look_data(look) for look in looks]
        if not of:
            codes = {area.code for area in await work.areas.tree()}
            care = await work.care.looks(codes, since, limit=_MOST)
            found += [_care_data(look) for look in care if by in {"", look.name, str(look.account)}]
        return sorted(found, key=lambda one: str(one["at"]), reverse=True)

    found = in_work(load_settings(), story)
    if as_json:
        print_json(found)
        return
    columns = ("at", "name", "role", "what", "about", "count", "channel", "why")
    print_table(columns, ([one[column] for column in columns] for one in found))


async def keep_look(
    work: UnitOfWork, what: str, *, about: str = "", why: str = "", count: int = 1, tickets: Collection[int] = ()
) -> None:
    """Keeps that this command shows what names residents, and commits; nothing shown is no look.

    The command line knows the system account alone, so that is who looked.
    """
    from routing.audit import MOST_NAMED, Look

    if not count:
        return
    named = tuple(tickets) if count <= MOST_NAMED else ()
    await work.audit.record(
        Look(
            datetime.now(UTC),
            None,
            system_account(),
            OPERATOR,
            "",
            what,
            CONSOLE,
            about=about,
            why=why,
            count=count,
            tickets=named,
        )
    )
    await work.commit()


def system_account() -> str:
    """Who runs the command, as the system knows them; the number where the account has no name, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _look_data(look: Look) -> dict[str, object]:
    return {
        "at": look.at.isoformat(),
        "telegram_id": look.account,
        "name": look.name,
        "role": look.role,
        "area_code": look.area_code,
        "what": look.what,
        "about": look.about,
        "count": look.count,
        "channel": look.channel,
        "why": look.why,
    }


def _care_data(look: CareLook) -> dict[str, object]:
    return {
        "at": look.at.isoformat(),
        "telegram_id": look.account,
        "name": look.name,
        "role": look.role,
        "area_code": look.area_code,
        "what": f"care {look.command.value}",
        "about": "" if look.person_id is None else str(look.person_id),
        "count": look.count,
        "channel": look.channel,
        "why": look.why,
    }
