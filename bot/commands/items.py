"""``qunban items``: the register of service items (办事指南), and how well questions find them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.labelled_files import json_objects
from bot.commands.shell import AsJson, Commands, deliver_csv, fail, print_fields, print_json, print_table, tracked

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from config.bundle import Configuration
    from routing.guide.evaluation import GuideReport, LabelledQuestion
    from routing.guide.items import ServiceItem

app = typer.Typer(
    cls=Commands, help="Service items: what residents can have done.", no_args_is_help=True, rich_markup_mode=None
)

ItemFile = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A .csv or .yaml file.")
]


@app.command("list")
def list_items(
    service: Annotated[str, typer.Option(metavar="CODE", help="Only those of this service.")] = "",
    unchecked_only: Annotated[
        bool, typer.Option("--unchecked", help="Only those that nobody has checked for too long.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Lists the items of the register."""
    from routing.guide.items import unchecked

    configuration = _configuration()
    items = _register()
    if unchecked_only:
        items = unchecked(items, _today(configuration), configuration.guide.recheck)
    found = [item for item in items if not service or item.service_code == service]
    if as_json:
        print_json([_data(item) for item in found])
        return
    columns = ("code", "name", "service", "papers", "modes", "bookable", "checked")
    print_table(
        columns,
        (
            (
                item.code,
                item.name,
                item.service_code,
                len(item.documents),
                " ".join(item.modes),
                "yes" if item.bookable else "no",
                item.checked,
            )
            for item in found
        ),
    )


@app.command()
def show(code: Annotated[str, typer.Argument(metavar="CODE")], as_json: AsJson = False) -> None:
    """Shows one item."""
    from routing.guide.items import UnknownItem

    item = next((one for one in _register() if one.code == code), None)
    if item is None:
        raise UnknownItem(code)
    if as_json:
        print_json(_data(item))
    else:
        print_fields({name: _line(value) for name, value in _data(item).items()})


@app.command("import")
def import_items(
    file: ItemFile,
    replace: Annotated[bool, typer.Option("--replace", help="Take off what the file does not have.")] = False,
    as_json: AsJson = False,
) -> None:
    """Adds and changes items, from YAML or CSV; it holds at once, also in processes that are running.

    The file is checked whole; where something is wrong, every problem is listed and nothing is imported.
    """
    from bot.commands.database import in_work
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> tuple[int, int, int]:
        items = _read(file, {area.code for area in await work.areas.tree()})
        changed = await work.items.upsert(items)
        kept = {item.code for item in items}
        gone = [item.code for item in await work.items.all() if item.code not in kept] if replace else []
        removed = await work.items.remove(gone)
        await work.commit()
        return len(items), changed, removed

    count, changed, removed = in_work(load_settings(), story)
    if as_json:
        print_json({"items": count, "changed": changed, "removed": removed})
    else:
        typer.echo(f"{count} items read, {changed} new or changed, {removed} taken off")


@app.command("export")
def export_items(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", dir_okay=False, help="File to write: .yaml, or CSV as on standard output."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Writes all items so that they can be imported again."""
    from config.service_items import items_to_csv, items_to_yaml

    items = _register()
    if as_json:
        print_json([_data(item) for item in items])
    elif output is not None and output.suffix.lower() in {".yaml", ".yml"}:
        output.write_text(items_to_yaml(items), encoding="utf-8")
    else:
        deliver_csv(items_to_csv(items), output)


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The register without one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Checks a file without importing it; says which items nobody has checked for too long, and which words name two.

    Exit code 1 where a file cannot be imported.
    """
    from routing.guide.items import unchecked

    configuration = _configuration()
    items = _read(file, _areas()) if file is not None else _register()
    old = unchecked(items, _today(configuration), configuration.guide.recheck)
    shared = _shared_words(configuration, items)
    if as_json:
        print_json({"items": len(items), "unchecked": [item.code for item in old], "shared_words": shared})
        return
    typer.echo(f"{len(items)} items, {len(old)} not checked for {configuration.guide.recheck.days} days")
    for item in old:
        typer.echo(f"{item.code}: {item.name}, checked {item.checked or 'never'}")
    for word, codes in shared.items():
        typer.echo(f"{word}: names {', '.join(codes)}; whoever says no more is asked back")


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="JSON lines.")],
    packaged: Annotated[bool, typer.Option("--samples", help="The sample items instead of the register.")] = False,
    misses: Annotated[bool, typer.Option("--misses/--no-misses", help="Whether to list what came out wrong.")] = True,
    as_json: AsJson = False,
) -> None:
    """Scores the answers to labelled questions.

    A line holds id, text and items: the codes of the items that answer it, none for talk that wants no answer.
    """
    from routing.guide.evaluation import evaluate_guide
    from routing.guide.items import guide_of
    from routing.guide.matching import GuideMatcher
    from routing.guide.replying import GuideReply, reply_of, services_of

    rows = list(_labelled(file))
    configuration = _configuration()
    triage = configuration.build_triage()
    guide = guide_of(configuration.sample_items() if packaged else _register(), configuration.certificates)
    matcher, services = GuideMatcher(guide, configuration.guide, triage.segmenter), services_of(guide)

    def reply(text: str) -> GuideReply | None:
        return reply_of(matcher.consult(text), triage.decide(text), services)

    report = evaluate_guide(tracked(rows, "Asking", len(rows)), reply)
    if as_json:
        print_json(_report_data(report))
        return
    shares = [(name, getattr(report, name)) for name in ("right", "asked_back", "wrong", "disturbed", "wrong_of_all")]
    print_table(
        ("figure", "share", "of"),
        [
            (
                name.replace("_", " "),
                "—" if share.value is None else f"{share.value:.1%}",
                f"{share.hits}/{share.total}",
            )
            for name, share in shares
        ],
    )
    if misses and report.misses:
        typer.echo("")
        print_table(
            ("id", "expected", "got", "text"),
            [(miss.id, " ".join(miss.expected), miss.got, miss.text) for miss in report.misses],
        )


def _configuration() -> Configuration:
    from config.bundle import load_configuration
    from config.settings import load_settings

    settings = load_settings()
    return load_configuration(settings.config_dir, timezone=settings.timezone)


def _register() -> tuple[ServiceItem, ...]:
    from bot.commands.database import in_work
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> tuple[ServiceItem, ...]:
        return await work.items.all()

    return in_work(load_settings(), story)


def _areas() -> set[str]:
    from bot.commands.database import in_work
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> set[str]:
        return {area.code for area in await work.areas.tree()}

    return in_work(load_settings(), story)


def _read(file: Path, areas: set[str]) -> tuple[ServiceItem, ...]:
    from config.service_items import load_service_items

    configuration = _configuration()
    taken = [one.code for one in configuration.certificates]
    return load_service_items(configuration.catalogue, configuration.guide, file, taken=taken, areas=areas)


def _today(configuration: Configuration) -> date:
    return datetime.now(configuration.zone).date()


def _shared_words(configuration: Configuration, items: tuple[ServiceItem, ...]) -> dict[str, list[str]]:
    """The terms by which more than one entry is named."""
    from routing.guide.items import guide_of

    users: dict[str, list[str]] = {}
    for entry in guide_of(items, configuration.certificates):
        for term in entry.words:
            users.setdefault(term, []).append(entry.code)
    return {term: codes for term, codes in users.items() if len(codes) > 1}


def _labelled(file: Path) -> list[LabelledQuestion]:
    from routing.guide.evaluation import LabelledQuestion

    rows: list[LabelledQuestion] = []
    for number, row in json_objects(file):
        text, items = row.get("text"), row.get("items")
        if not isinstance(text, str):
            fail(f'{file}:{number}: no "text"')
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            fail(f'{file}:{number}: "items" is no list of codes')
        rows.append(LabelledQuestion(str(row.get("id", number)), text, tuple(items)))
    return rows


def _data(item: ServiceItem) -> dict[str, object]:
    import msgspec

    data: dict[str, object] = msgspec.to_builtins(item)
    return data


def _line(value: object) -> object:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else value


def _report_data(report: GuideReport) -> dict[str, object]:
    import msgspec

    data: dict[str, object] = msgspec.to_builtins(report)
    return data
