"""``qunban colours``: how an area, the areas below it and the people who handle its tickets stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.shell import AsJson, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.standing import Standing


def colours(
    area: Annotated[
        str, typer.Option(metavar="CODE", help="The area that is looked at; the whole district without.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Prints the colour of an area, of those below it and of every handler: overdue share now, satisfaction of a month.

    Who has nothing open and was not rated is left out.
    """
    from bot.commands.database import in_work
    from bot.commands.registers import PLATFORM
    from bot.district import digests_of, rules_of
    from config.bundle import load_configuration
    from config.settings import load_settings
    from routing.digest_schedule import Period

    settings = load_settings()
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    now = datetime.now(UTC)
    service = digests_of(configuration, rules_of(configuration), PLATFORM, lambda: now)

    async def story(work: UnitOfWork) -> tuple[Standing, ...]:
        tree = await work.areas.tree()
        code = area or next((root.code for root in tree.roots()), "")
        return (await service.compose(work, code, Period.MONTH, now)).standings

    rows = [_row(one) for one in in_work(settings, story)]
    if as_json:
        print_json(rows)
    else:
        columns = ("kind", "name", "colour", "overdue", "open", "satisfied")
        print_table(columns, ([row[column] for column in columns] for row in rows))


def _row(one: Standing) -> dict[str, object]:
    said = one.satisfied
    return {
        "kind": one.subject.value,
        "name": one.name,
        "colour": one.colour.value,
        "overdue": one.overdue.numerator,
        "open": one.overdue.denominator,
        "satisfied": f"{said.numerator}/{said.denominator}" if said.denominator else None,
    }
