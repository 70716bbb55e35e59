"""``qunban needs`` and ``qunban partners``: the lists of needs, resources and projects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.audit import keep_look
from bot.commands.registers import PLATFORM, CsvFile, Output
from bot.commands.shell import AsJson, Commands, deliver_csv, echo, print_fields, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.need import Need, Voice
    from routing.partner import Partner, PartnerEntry
    from routing.project import Project, ProjectStep

needs = typer.Typer(cls=Commands, help="The list of needs.", no_args_is_help=True, rich_markup_mode=None)
partners = typer.Typer(cls=Commands, help="Partners and what they give.", no_args_is_help=True, rich_markup_mode=None)

Story = tuple["Project", "Partner", "tuple[ProjectStep, ...]"]
"""A project with who does it and its steps."""

AreaOption = Annotated[str, typer.Option("--area", metavar="CODE", help="Only what lies in this area.")]
StateOption = Annotated[list[str] | None, typer.Option("--state", help="open, claimed, under_way, met, closed.")]
_MOST = 10_000
_COLUMNS = ("number", "kind", "state", "area_code", "voices", "listed_at", "text")


@needs.command("list")
def list_needs(area: AreaOption = "", state: StateOption = None, as_json: AsJson = False) -> None:
    """Lists needs, the most wanted first."""
    found = _found(area, state)
    if as_json:
        print_json([_need_data(need) for need in found])
    else:
        print_table(_COLUMNS, ([_need_data(need)[column] for column in _COLUMNS] for need in found))


@needs.command("export")
def export_needs(
    area: AreaOption = "", state: StateOption = None, output: Output = None, as_json: AsJson = False
) -> None:
    """Writes needs as CSV, without who asked."""
    from config.csv_table import write_rows

    found = _found(area, state)
    if as_json:
        print_json([_need_data(need) for need in found])
        return
    rows = ([str(_need_data(need)[column] or "") for column in _COLUMNS] for need in found)
    deliver_csv(write_rows(_COLUMNS, rows), output)


@needs.command("show")
def show_need(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As the chat shows it.")], as_json: AsJson = False
) -> None:
    """Shows one need with its projects and their steps."""
    from bot.commands.database import in_work
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> tuple[Need, tuple[Voice, ...], list[Story]]:
        need = await work.civic.needs.get(number)
        projects = []
        for project in await work.civic.projects.of_need(number):
            partner = await work.civic.partners.get(project.partner_id)
            projects.append((project, partner, await work.civic.projects.steps(project.id)))
        return need, await work.civic.needs.voices(number), projects

    need, voices, projects = in_work(load_settings(), story)
    data = {**_need_data(need), "ticket_id": need.ticket_id, "reason": need.reason or None}
    if as_json:
        told = [_project_data(*project) for project in projects]
        print_json({**data, "asked_at": [voice.joined_at.isoformat() for voice in voices], "projects": told})
        return
    print_fields(data)
    for project, partner, steps in projects:
        echo(f"project {project.id}: {partner.name}, {project.state}")
        for step in steps:
            by, done = (
                "partner" if step.by_partner else "community",
                step.done_at.isoformat() if step.done_at else "open",
            )
            echo(f"  {step.position}. {step.name} ({by}), due {step.due_at.isoformat()}, {done}")


@partners.command("import")
def import_partners(file: CsvFile, as_json: AsJson = False) -> None:
    """Adds and changes partners: name,kind,area_code,telegram_id,phone,gives.

    The file is checked whole; where a row is wrong, every problem is listed and nothing is imported. What partners give
    stands on the list of resources at once, and open needs that fit are proposed to them.
    """
    from bot.civic import civic_matching
    from bot.commands.database import in_work
    from bot.district import rules_of
    from bot.services.partner_register import register_partners
    from config.bundle import load_configuration
    from config.partners_csv import parse_partners
    from config.settings import load_settings

    settings = load_settings()
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    now = datetime.now(UTC)
    matching = civic_matching(configuration, rules_of(configuration), platform=PLATFORM, clock=lambda: now)

    async def story(work: UnitOfWork) -> tuple[int, int]:
        entries = parse_partners(file.read_bytes(), str(file), await work.areas.tree())
        offers = await register_partners(work, entries, now, platform=PLATFORM)
        accounts = {partner.id: partner.account for partner in await work.civic.partners.all()}
        for offer in offers:
            account = accounts.get(offer.partner_id or 0)
            if account is not None:
                await matching.propose_for_offer(work, offer, account)
        await work.commit()
        return len(entries), len(offers)

    read, listed = in_work(settings, story)
    if as_json:
        print_json({"partners": read, "offers": listed})
    else:
        typer.echo(f"{read} partners read, {listed} new on the list of resources")


@partners.command("export")
def export_partners(output: Output = None, as_json: AsJson = False) -> None:
    """Writes all partners as CSV that can be imported again."""
    from config.partners_csv import partners_to_csv

    found = _partners("partners export")
    if as_json:
        print_json([_partner_data(entry) for entry in found])
    else:
        deliver_csv(partners_to_csv(found), output)


@partners.command("list")
def list_partners(as_json: AsJson = False) -> None:
    """Lists partners with what they give now."""
    found = _partners("partners list")
    if as_json:
        print_json([_partner_data(entry) for entry in found])
        return
    columns = ("id", "name", "kind", "area_code", "telegram_id")
    rows = ([*(_partner_data(entry)[column] for column in columns), " | ".join(entry.gives)] for entry in found)
    print_table((*columns, "gives"), rows)


def _found(area: str, state: list[str] | None) -> tuple[Need, ...]:
    from bot.commands.database import in_work
    from bot.services.civic_board import path
    from config.settings import load_settings
    from routing.need import NeedFilter, NeedState

    known = {one.value for one in NeedState}
    for word in state or ():
        if word not in known:
            raise typer.BadParameter(f"{word!r} is none of {', '.join(sorted(known))}")

    async def story(work: UnitOfWork) -> tuple[Need, ...]:
        prefix = path(await work.areas.tree(), area) if area else ""
        wanted = NeedFilter(area_path=prefix, states=frozenset(NeedState(word) for word in state or ()))
        return await work.civic.needs.find(wanted, limit=_MOST)

    return in_work(load_settings(), story)


def _partners(what: str) -> tuple[PartnerEntry, ...]:
    from bot.commands.database import in_work
    from bot.services.partner_register import registered_partners
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> tuple[PartnerEntry, ...]:
        found = await registered_partners(work)
        await keep_look(work, what, count=len(found))
        return found

    return in_work(load_settings(), story)


def _need_data(need: Need) -> dict[str, object]:
    return {
        "number": need.id,
        "kind": need.kind or None,
        "state": need.state.value,
        "area_code": need.area_code,
        "voices": need.voices,
        "listed_at": need.listed_at.isoformat(),
        "ended_at": need.ended_at.isoformat() if need.ended_at else None,
        "text": need.text,
    }


def _project_data(project: Project, partner: Partner, steps: tuple[ProjectStep, ...]) -> dict[str, object]:
    return {
        "number": project.id,
        "partner": partner.name,
        "state": project.state.value,
        "claimed_at": project.claimed_at.isoformat(),
        "agreed_at": project.agreed_at.isoformat() if project.agreed_at else None,
        "ended_at": project.ended_at.isoformat() if project.ended_at else None,
        "steps": [
            {
                "position": step.position,
                "name": step.name,
                "by": "partner" if step.by_partner else "community",
                "due_at": step.due_at.isoformat(),
                "done_at": step.done_at.isoformat() if step.done_at else None,
            }
            for step in steps
        ],
    }


def _partner_data(entry: PartnerEntry) -> dict[str, object]:
    return {
        "id": entry.partner.id,
        "name": entry.partner.name,
        "kind": entry.partner.kind.value,
        "area_code": entry.partner.area_code,
        "telegram_id": entry.partner.account,
        "phone": entry.partner.phone,
        "gives": list(entry.gives),
    }
