"""``qunban care``: the care list on the command line, in the name of somebody who may use it."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.registers import PLATFORM, CsvFile, Output
from bot.commands.shell import AsJson, Commands, deliver_csv, fail, print_json, print_table

if TYPE_CHECKING:
    from bot.services.care_list import CareListService
    from bot.services.care_pages import Seen
    from bot.services.ports import UnitOfWork
    from config.bundle import Configuration
    from config.settings import Settings
    from routing.care import CareCommand, CareLook
    from routing.care_visits import Visit
    from routing.staff import Actor, Staff

care = typer.Typer(
    cls=Commands, help="People in hardship and visits to them.", no_args_is_help=True, rich_markup_mode=None
)

SHORTEST_WHY = 2

As = Annotated[
    int,
    typer.Option("--as", metavar="TELEGRAM_ID", help="Whose rights are used; that person is told of it in the chat."),
]
Why = Annotated[str, typer.Option("--why", metavar="REASON", help="Kept with every look.")]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every command here needs."""

    settings: Settings
    configuration: Configuration
    service: CareListService


def _desk() -> _Desk:
    from bot.district import care_of, rules_of
    from config.bundle import load_configuration
    from config.settings import load_settings

    settings = load_settings()
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    service, _ = care_of(configuration, rules_of(configuration), PLATFORM, lambda: datetime.now(UTC))
    return _Desk(settings, configuration, service)


async def _actor(work: UnitOfWork, account: int) -> Actor:
    from routing.staff import Actor

    posts = await work.staff.of_account(account)
    if not posts:
        fail(f"nobody in the staff register has the telegram_id {account}")
    return Actor(account, posts[0].name, posts)


def _reason(why: str) -> str:
    """The reason with the login name of who sits at the console: the list keeps both."""
    if len(why.strip()) < SHORTEST_WHY:
        fail(f"--why needs a reason of at least {SHORTEST_WHY} characters")
    return f"{why.strip()} ({getpass.getuser()})"


@care.command("import")
def import_care(file: CsvFile, account: As, why: Why, as_json: AsJson = False) -> None:
    """Adds and changes people: name,kinds,area_code,building,unit,room,telegram_id,phone,cadre,note,
    listed.

    The file is checked whole; where a row is wrong, every problem is listed and nothing is imported.
    """
    from bot.commands.database import in_work
    from config.care_csv import parse_care
    from routing.care import CareCommand

    desk, reason = _desk(), _reason(why)

    async def story(work: UnitOfWork) -> tuple[int, int]:
        actor, tree = await _actor(work, account), await work.areas.tree()
        persons = parse_care(
            file.read_bytes(),
            str(file),
            tree,
            await work.staff.all(),
            desk.configuration.care.kinds,
            datetime.now(UTC),
            may_write=lambda area_code: desk.service.may_write(actor, area_code, tree),
        )
        changed = await desk.service.put(work, actor, persons, reason)
        await desk.service.tell_of_console(work, actor, CareCommand.IMPORT, reason)
        await work.commit()
        return len(persons), changed

    rows, changed = in_work(desk.settings, story)
    if as_json:
        print_json({"persons": rows, "changed": changed})
    else:
        typer.echo(f"{rows} persons read, {changed} new or changed")


@care.command("export")
def export_care(account: As, why: Why, output: Output = None, as_json: AsJson = False) -> None:
    """Writes the list with every field as CSV; for the community alone."""
    from config.care_csv import care_to_csv
    from routing.care import CareCommand

    seen = _seen(CareCommand.EXPORT, account, why)
    if as_json:
        print_json([_person_data(one) for one in seen])
        return
    cadres: dict[int, Staff] = {one.cadre.id: one.cadre for one in seen if one.cadre is not None}
    deliver_csv(care_to_csv([one.person for one in seen], cadres), output)


@care.command("list")
def list_care(account: As, why: Why, as_json: AsJson = False) -> None:
    """Lists the people whom the named person may know of, with the fields that they may see."""
    from routing.care import CareCommand

    found = [_person_data(one) for one in _seen(CareCommand.LIST, account, why)]
    if as_json:
        print_json(found)
    else:
        columns = ("id", "name", "kinds", "area_code", "building", "unit", "room", "cadre", "waiting_visits")
        print_table(columns, ([one.get(column) for column in columns] for one in found))


@care.command("remove")
def remove_care(
    person_id: Annotated[int, typer.Argument(metavar="ID", help="As the list shows it.")],
    account: As,
    why: Why,
    as_json: AsJson = False,
) -> None:
    """Takes somebody off the list; what names them is erased after the days of retention.yaml."""
    from bot.commands.database import in_work
    from bot.services.care_list import CONSOLE
    from routing.care import CareCommand

    desk, reason = _desk(), _reason(why)

    async def story(work: UnitOfWork) -> None:
        actor = await _actor(work, account)
        await desk.service.remove(work, actor, person_id, reason, channel=CONSOLE)
        await desk.service.tell_of_console(work, actor, CareCommand.REMOVE, reason)
        await work.commit()

    in_work(desk.settings, story)
    if as_json:
        print_json({"removed": person_id})
    else:
        typer.echo(f"{person_id} is off the list")


@care.command("visits")
def list_visits(account: As, why: Why, as_json: AsJson = False) -> None:
    """Lists the visits that are still to be made to the people of ``care list``."""
    from routing.care import CareCommand

    found = [_visit_data(visit) for one in _seen(CareCommand.VISITS, account, why) for visit in one.visits]
    if as_json:
        print_json(found)
    else:
        columns = ("person_id", "occasion", "due_at", "state", "level")
        print_table(columns, ([one[column] for column in columns] for one in found))


@care.command("looks")
def list_looks(
    account: As,
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Lists who used the list, when, for what and why, newest first."""
    from bot.commands.database import in_work

    desk = _desk()

    async def story(work: UnitOfWork) -> tuple[CareLook, ...]:
        actor = await _actor(work, account)
        return await desk.service.looks(work, actor, back=timedelta(days=days), limit=10_000)

    found = [_look_data(look) for look in in_work(desk.settings, story)]
    if as_json:
        print_json(found)
    else:
        columns = ("at", "name", "role", "command", "person_id", "count", "channel", "why")
        print_table(columns, ([one[column] for column in columns] for one in found))


def _seen(command: CareCommand, account: int, why: str) -> tuple[Seen, ...]:
    """The people with whom the named person may do ``command``; the look is kept and told to that person."""
    from bot.commands.database import in_work
    from bot.services.care_list import CONSOLE

    desk, reason = _desk(), _reason(why)

    async def story(work: UnitOfWork) -> tuple[Seen, ...]:
        actor = await _actor(work, account)
        seen = await desk.service.seen(work, actor, command, reason, channel=CONSOLE)
        await desk.service.tell_of_console(work, actor, command, reason)
        await work.commit()
        return seen

    return in_work(desk.settings, story)


def _person_data(seen: Seen) -> dict[str, object]:
    """A person with the fields that may be seen; the others are absent, not empty."""
    from routing.care import CareField

    person, place = seen.person, seen.person.place
    every: dict[CareField, dict[str, object]] = {
        CareField.AREA: {"area_code": person.area_code},
        CareField.KINDS: {"kinds": list(person.kinds)},
        CareField.NAME: {"name": person.name},
        CareField.ADDRESS: {"building": place.building, "unit": place.unit, "room": place.room},
        CareField.PHONE: {"phone": person.phone},
        CareField.ACCOUNT: {"telegram_id": person.account},
        CareField.CADRE: {"cadre": seen.cadre.name if seen.cadre else None},
        CareField.NOTE: {"note": person.note},
        CareField.VISITS: {"waiting_visits": len(seen.visits)},
    }
    shown: dict[str, object] = {"id": person.id}
    for field in CareField:
        if field in seen.fields:
            shown |= every[field]
    return shown


def _visit_data(visit: Visit) -> dict[str, object]:
    return {
        "id": visit.id,
        "person_id": visit.person_id,
        "occasion": visit.occasion,
        "due_at": visit.due_at.isoformat(),
        "state": visit.state.value,
        "level": visit.level,
    }


def _look_data(look: CareLook) -> dict[str, object]:
    return {
        "at": look.at.isoformat(),
        "telegram_id": look.account,
        "name": look.name,
        "role": look.role,
        "area_code": look.area_code,
        "command": look.command.value,
        "channel": look.channel,
        "why": look.why,
        "person_id": look.person_id,
        "count": look.count,
    }
