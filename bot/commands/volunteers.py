"""``qunban volunteers``: who helps, and the hours that they gave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.audit import keep_look
from bot.commands.registers import Output
from bot.commands.shell import AsJson, Commands, deliver_csv, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork

volunteers = typer.Typer(cls=Commands, help="Volunteers and their hours.", no_args_is_help=True, rich_markup_mode=None)

COLUMNS = ("id", "name", "area_code", "kinds", "state", "hours", "hours_ever")

AreaOption = Annotated[str, typer.Option("--area", metavar="CODE", help="Only in this area and below it.")]
Days = Annotated[int, typer.Option("--days", min=1, help="The days that `hours` counts.")]


@volunteers.command("list")
def list_volunteers(area: AreaOption = "", days: Days = 30, as_json: AsJson = False) -> None:
    """Lists the volunteers with the hours of the last days and ever, who gave most first."""
    found = _volunteers("volunteers list", area, days)
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, ([one[column] for column in COLUMNS] for one in found))


@volunteers.command("export")
def export_volunteers(area: AreaOption = "", days: Days = 365, output: Output = None, as_json: AsJson = False) -> None:
    """Writes the same as CSV, by default with the hours of a year."""
    from config.csv_table import write_rows

    found = _volunteers("volunteers export", area, days)
    if as_json:
        print_json(found)
    else:
        deliver_csv(write_rows(COLUMNS, ([str(one[column]) for column in COLUMNS] for one in found)), output)


def _volunteers(what: str, area: str, days: int) -> list[dict[str, object]]:
    from bot.commands.database import in_work
    from bot.services.help_cards import hours_of
    from config.settings import load_settings

    now = datetime.now(UTC)

    async def story(work: UnitOfWork) -> list[dict[str, object]]:
        tree = await work.areas.tree()
        codes = {one.code for one in (tree.below(area) if area else tree)}
        found = await work.volunteers.of_areas(codes)
        ids = [one.id for one in found]
        await keep_look(work, what, about=area, count=len(found))
        lately = await work.help.minutes(ids, now - timedelta(days=days), now)
        ever = await work.help.minutes(ids, datetime(1970, 1, 1, tzinfo=UTC), now)
        return [
            {
                "id": one.id,
                "name": one.name,
                "area_code": one.area_code,
                "kinds": "|".join(one.kinds),
                "state": one.state.value,
                "hours": hours_of(lately.get(one.id, 0)),
                "hours_ever": hours_of(ever.get(one.id, 0)),
            }
            for one in sorted(found, key=lambda each: (-lately.get(each.id, 0), -ever.get(each.id, 0), each.id))
        ]

    return in_work(load_settings(), story)
