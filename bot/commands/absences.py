"""``qunban staff absence`` and ``qunban staff absences``: who is away, and who stands in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.shell import AsJson, fail, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.staff import Staff


def add_absence(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in the register, or the telegram_id.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE", help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], metavar="DATE", help="Last day, included.")],
    substitute: Annotated[str, typer.Option(metavar="NAME", help="Who stands in; nobody without.")] = "",
    as_json: AsJson = False,
) -> None:
    """Reports somebody absent; another absence of the same days is replaced."""
    from bot.commands.database import in_work
    from bot.commands.registers import PLATFORM
    from bot.district import rules_of
    from bot.services.rota import RotaService
    from config.bundle import load_configuration
    from config.settings import load_settings

    settings = load_settings()
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    service = RotaService(rules_of(configuration), lambda: datetime.now(UTC), platform=PLATFORM)

    async def story(work: UnitOfWork) -> tuple[list[Staff], Staff | None]:
        posts = [post for post in await work.staff.all() if name in {post.name, str(post.account)}]
        if len({post.account or post.id for post in posts}) != 1:
            fail(f"{len(posts)} posts are held by {name!r}; one person is needed, by name or telegram_id")
        stand_in = await service.stand_in(work, posts, substitute) if substitute else None
        await service.plan(work, posts, first.date(), last.date(), stand_in)
        await work.commit()
        return posts, stand_in

    posts, stand_in = in_work(settings, story)
    data = {
        "name": posts[0].name,
        "from": first.date().isoformat(),
        "to": last.date().isoformat(),
        "substitute": stand_in.name if stand_in else None,
    }
    if as_json:
        print_json(data)
    else:
        typer.echo(
            f"{data['name']} is away from {data['from']} to {data['to']}, {data['substitute'] or 'nobody'} stands in"
        )


def list_absences(as_json: AsJson = False) -> None:
    """Lists who is away now or will be, post by post."""
    from datetime import timedelta

    from bot.commands.database import in_work
    from config.calendar import load_calendar
    from config.overlay import Overlay
    from config.settings import load_settings

    settings = load_settings()
    overlay = Overlay(settings.config_dir)
    zone = load_calendar(
        overlay.file("calendar.yaml"), overlay.file("calendar_overrides.yaml"), timezone=settings.timezone
    ).timezone

    async def story(work: UnitOfWork) -> list[dict[str, object]]:
        posts = {post.id: post for post in await work.staff.all()}
        return [
            {
                "name": posts[absence.post_id].name,
                "role": posts[absence.post_id].role.value,
                "area_code": posts[absence.post_id].area_code,
                "from": absence.begins_at.astimezone(zone).date().isoformat(),
                # The end is the midnight after the last day.
                "to": (absence.ends_at.astimezone(zone) - timedelta(days=1)).date().isoformat(),
                "substitute": posts[absence.stand_in_id].name if absence.stand_in_id else None,
            }
            for absence in await work.staff.absences(datetime.now(UTC))
        ]

    found = in_work(settings, story)
    if as_json:
        print_json(found)
    else:
        columns = ("name", "role", "area_code", "from", "to", "substitute")
        print_table(columns, ([one[column] for column in columns] for one in found))
