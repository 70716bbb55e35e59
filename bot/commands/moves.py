"""``qunban areas move`` and ``qunban areas moves``: areas that go to another parent from a day on."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.shell import AsJson, print_json, print_table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.services.ports import UnitOfWork
    from routing.area_moves import AreaMove


def move_area(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The area that moves, with everything below it.")],
    new_parent: Annotated[str, typer.Argument(metavar="NEW_PARENT", help="The code of the area above it from then.")],
    day: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], metavar="DATE", help="From midnight of this day; at once without."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Moves an area to another parent; its old tickets stay with whom they were."""
    from bot.commands.database import in_work
    from bot.services.moves import MoveService
    from config.calendar import load_calendar
    from config.organisation import load_organisation
    from config.overlay import Overlay
    from config.settings import load_settings

    settings = load_settings()
    overlay = Overlay(settings.config_dir)
    organisation = load_organisation(overlay.file("organisation.yaml"))
    calendar = load_calendar(
        overlay.file("calendar.yaml"), overlay.file("calendar_overrides.yaml"), timezone=settings.timezone
    )
    zone, now = calendar.timezone, datetime.now(UTC)
    begins = datetime.combine(day.date() if day else now.astimezone(zone).date(), time.min, tzinfo=zone)

    async def story(work: UnitOfWork) -> AreaMove:
        service = MoveService(organisation, lambda: now)
        planned = await service.plan(work, code, new_parent, begins.astimezone(UTC))
        await service.carry_out(work)
        await work.commit()
        return next(move for move in await work.areas.moves() if move.id == planned.id)

    data = _data(in_work(settings, story), zone)
    if as_json:
        print_json(data)
    else:
        typer.echo(f"{data['code']} below {data['new_parent']} from {data['from']}: {data['state']}")


def list_moves(as_json: AsJson = False) -> None:
    """Lists the moves that are planned, and those that were carried out or turned out impossible."""
    from bot.commands.database import in_work
    from config.calendar import load_calendar
    from config.overlay import Overlay
    from config.settings import load_settings

    settings = load_settings()
    overlay = Overlay(settings.config_dir)
    zone = load_calendar(
        overlay.file("calendar.yaml"), overlay.file("calendar_overrides.yaml"), timezone=settings.timezone
    ).timezone

    async def story(work: UnitOfWork) -> tuple[AreaMove, ...]:
        return await work.areas.moves()

    found = [_data(move, zone) for move in in_work(settings, story)]
    if as_json:
        print_json(found)
    else:
        columns = ("code", "new_parent", "from", "state")
        print_table(columns, ([move[column] for column in columns] for move in found))


def _data(move: AreaMove, zone: ZoneInfo) -> dict[str, object]:
    done = "refused: " + move.refusal if move.refusal else "done"
    return {
        "code": move.area_code,
        "new_parent": move.new_parent_code,
        "from": move.takes_effect_at.astimezone(zone).date().isoformat(),
        "state": "planned" if move.settled_at is None else done,
    }
