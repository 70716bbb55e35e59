"""``qunban areas``, ``qunban staff`` and ``qunban groups``: the registers of a district."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.shell import AsJson, Commands, deliver_csv, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.areas import Area
    from routing.groups import Group
    from routing.staff import Staff

PLATFORM = "telegram"
"""Where the groups are; named here again because the client of the platform takes seconds to import."""

areas = typer.Typer(cls=Commands, help="The register of areas.", no_args_is_help=True, rich_markup_mode=None)
staff = typer.Typer(cls=Commands, help="The register of posts.", no_args_is_help=True, rich_markup_mode=None)
groups = typer.Typer(cls=Commands, help="Chat groups and their areas.", no_args_is_help=True, rich_markup_mode=None)

CsvFile = Annotated[
    Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, readable=True, help="UTF-8 or GB18030.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", dir_okay=False, help="File to write; standard output by default.")
]


@areas.command("import")
def import_areas(file: CsvFile, as_json: AsJson = False) -> None:
    """Adds and changes areas: code,name,level,parent_code,kind,management,aliases,households,
    numbers.

    The file is checked whole; where a row is wrong, every problem is listed and nothing is imported.
    """
    from bot.commands.database import in_work
    from config.areas_csv import parse_areas
    from config.organisation import load_organisation
    from config.overlay import Overlay
    from config.settings import load_settings

    settings = load_settings()
    organisation = load_organisation(Overlay(settings.config_dir).file("organisation.yaml"))

    async def story(work: UnitOfWork) -> tuple[int, int]:
        rows = parse_areas(file.read_bytes(), str(file), organisation, await work.areas.tree())
        changed = await work.areas.upsert(rows)
        await work.commit()
        return len(rows), changed

    _report(*in_work(settings, story), "areas", as_json)


@areas.command("export")
def export_areas(output: Output = None, as_json: AsJson = False) -> None:
    """Writes all areas as CSV that can be imported again."""
    from bot.commands.database import in_work
    from config.areas_csv import areas_to_csv
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> tuple[Area, ...]:
        return tuple(await work.areas.tree())

    found = in_work(load_settings(), story)
    if as_json:
        print_json([_area_data(area) for area in found])
    else:
        deliver_csv(areas_to_csv(found), output)


@staff.command("import")
def import_staff(file: CsvFile, as_json: AsJson = False) -> None:
    """Adds and changes posts: name,role,area_code,telegram_id,phone,skills,on_duty,hours.

    The file is checked whole; where a row is wrong, every problem is listed and nothing is imported.
    """
    from bot.commands.database import in_work
    from config.catalogue import load_catalogue
    from config.overlay import Overlay
    from config.settings import load_settings
    from config.staff_csv import parse_staff

    settings = load_settings()
    catalogue = load_catalogue(Overlay(settings.config_dir).file("catalogue.yaml"))

    async def story(work: UnitOfWork) -> tuple[int, int]:
        posts = parse_staff(file.read_bytes(), str(file), await work.areas.tree(), catalogue)
        changed = await work.staff.upsert(posts)
        await work.commit()
        return len(posts), changed

    _report(*in_work(settings, story), "posts", as_json)


@staff.command("export")
def export_staff(output: Output = None, as_json: AsJson = False) -> None:
    """Writes all posts as CSV that can be imported again."""
    from bot.commands.database import in_work
    from config.settings import load_settings
    from config.staff_csv import staff_to_csv

    async def story(work: UnitOfWork) -> tuple[Staff, ...]:
        return await work.staff.all()

    found = in_work(load_settings(), story)
    if as_json:
        print_json([_post_data(post) for post in found])
    else:
        deliver_csv(staff_to_csv(found), output)


# A group's id is negative and must not be taken for an option.
@groups.command("bind", context_settings={"ignore_unknown_options": True})
def bind_group(
    chat_id: Annotated[int, typer.Argument(metavar="CHAT_ID", help="As /groups or the platform shows it.")],
    area_code: Annotated[str, typer.Argument(metavar="AREA_CODE", help="A grid or a complex, usually.")],
    is_staff: Annotated[bool, typer.Option("--staff", help="A group of staff instead of residents.")] = False,
    title: Annotated[str, typer.Option(help="Its name, where the bot has not learnt it yet.")] = "",
    as_json: AsJson = False,
) -> None:
    """Ties a group to an area: what residents write there is taken as coming from there."""
    from dataclasses import replace

    from bot.commands.database import in_work
    from config.settings import load_settings
    from routing.groups import Group, GroupKind, GroupState

    async def story(work: UnitOfWork) -> Group:
        area = (await work.areas.tree()).get(area_code)
        known = await work.groups.get(PLATFORM, chat_id) or Group(PLATFORM, chat_id, title or area.name)
        bound = replace(
            known,
            title=title or known.title,
            area_code=area.code,
            kind=GroupKind.STAFF if is_staff else GroupKind.RESIDENTS,
            state=GroupState.ACTIVE,
        )
        await work.groups.put(bound)
        await work.commit()
        return bound

    bound = in_work(load_settings(), story)
    if as_json:
        print_json(_group_data(bound))
    else:
        typer.echo(f"{bound.chat_id} {bound.title} is bound to {bound.area_code} as a group of {bound.kind.value}")


@groups.command("list")
def list_groups(
    is_staff: Annotated[bool, typer.Option("--staff", help="Only groups of staff.")] = False, as_json: AsJson = False
) -> None:
    """Lists the groups that the bot knows."""
    from bot.commands.database import in_work
    from config.settings import load_settings
    from routing.groups import GroupKind

    async def story(work: UnitOfWork) -> tuple[Group, ...]:
        return await work.groups.all()

    found = [
        _group_data(group) for group in in_work(load_settings(), story) if not is_staff or group.kind is GroupKind.STAFF
    ]
    if as_json:
        print_json(found)
    else:
        columns = ("chat_id", "title", "kind", "area_code", "state")
        print_table(columns, ([group[column] for column in columns] for group in found))


def _report(rows: int, changed: int, what: str, as_json: bool) -> None:
    if as_json:
        print_json({what: rows, "changed": changed})
    else:
        typer.echo(f"{rows} {what} read, {changed} new or changed")


def _area_data(area: Area) -> dict[str, object]:
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level,
        "parent_code": area.parent_code,
        "kind": area.kind.value,
        "management": area.management.value if area.management else None,
        "aliases": list(area.aliases),
        "households": area.households,
        "numbers": [each.written() for each in area.numbers],
    }


def _post_data(post: Staff) -> dict[str, object]:
    from routing.rota import written_hours

    return {
        "id": post.id,
        "name": post.name,
        "role": post.role.value,
        "area_code": post.area_code,
        "telegram_id": post.account,
        "phone": post.phone,
        "skills": sorted(post.skills),
        "on_duty": post.on_duty,
        "hours": [written_hours(each) for each in post.hours],
    }


def _group_data(group: Group) -> dict[str, object]:
    return {
        "chat_id": group.chat_id,
        "title": group.title,
        "kind": group.kind.value,
        "area_code": group.area_code,
        "state": group.state.value,
    }
