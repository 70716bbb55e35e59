"""What the documents name exists: settings, commands, files, links, metrics; and both languages say the same things."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer
import yaml
from aiogram import Router
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from bot.cli import app
from bot.jobs.scheduler import JobMetrics
from bot.metrics import OutboxMetrics, UpdateMetrics
from bot.telegram.routers.admins import admins_router
from bot.telegram.routers.care import care_router
from bot.telegram.routers.civic import civic_router
from bot.telegram.routers.commands import Command
from bot.telegram.routers.disputes import disputes_router
from bot.telegram.routers.residents import residents_router
from bot.telegram.routers.staff import staff_router
from bot.telegram.routers.volunteers import volunteers_router
from config.areas_csv import parse_areas
from config.bundle import inspect_configuration, load_configuration
from config.overlay import PACKAGED
from config.settings import PREFIX, Settings
from config.staff_csv import parse_staff
from routing.areas import AreaTree

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
READMES = (ENGLISH, CHINESE)
PAGES = tuple(sorted((ROOT / "docs").glob("*.md")))
TRANSLATED = tuple(sorted((ROOT / "docs" / "zh-CN").glob("*.md")))
DOCUMENTS = tuple(
    sorted(
        {
            *ROOT.glob("*.md"),
            *(ROOT / "docs").rglob("*.md"),
            *(
                path
                for folder in ("bot", "config", "models", "routing", "tests")
                for path in (ROOT / folder).rglob("*.md")
            ),
        }
    )
)
SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}
FOR_TESTS_ONLY = {"QUNBAN_TEST_DATABASE_URL"}
WRITTEN_ONCE = {"performance.md", "states.md"}
"""Pages that the product writes itself."""
TOLD_LIMITS = {
    "emergency": (timedelta(minutes=15), timedelta(hours=24)),
    "utility": (timedelta(minutes=30), timedelta(hours=24)),
    "urgent": (timedelta(hours=1), timedelta(hours=24)),
    "normal": (timedelta(hours=2), timedelta(hours=24)),
}
"""What both READMEs say in words; the last in working hours, of which a day has eight."""

_SETTING = re.compile(rf"{PREFIX}[A-Z][A-Z_]*")
_SECTION = re.compile(r'^<a id="([a-z]+)"></a>\n## ', re.MULTILINE)
_CODE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|<(?:img|a)\b[^>]*?(?:src|href)=\"([^\"]+)\"")
_NUMBER = re.compile(r"[+-]?\d+\.\d+")
_ANCHOR = re.compile(r'id="([^"]+)"')


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path, language: str) -> list[str]:
    return [body for found, body in _CODE.findall(text_of(path)) if found == language]


@pytest.mark.parametrize("readme", READMES, ids=named)
def test_a_readme_names_every_setting(readme: Path) -> None:
    rows = set(re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \|", text_of(readme), re.MULTILINE))
    assert rows == SETTINGS


@pytest.mark.parametrize("readme", READMES, ids=named)
def test_a_readme_gives_the_defaults(readme: Path) -> None:
    rows = dict(re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \| ([^|]*) \|", text_of(readme), re.MULTILINE))
    for name, field in Settings.model_fields.items():
        default = field.default
        if hasattr(default, "get_secret_value"):
            default = default.get_secret_value()
        if default is not None:
            assert rows[PREFIX + name.upper()] == f"`{default}`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_no_setting_is_invented(document: Path) -> None:
    assert set(_SETTING.findall(text_of(document))) <= SETTINGS | FOR_TESTS_ONLY


def commands() -> dict[tuple[str, ...], Any]:
    """Every command with its words, and the groups of commands as well."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield words, command
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, (*words, name))

    return dict(walk(typer.main.get_command(app), ()))


def command_lines(path: Path) -> Iterator[list[str]]:
    """The words behind ``qunban`` of every call that the document shows."""
    shown = [line for _, body in _CODE.findall(text_of(path)) for line in body.splitlines()]
    for line in (*shown, *_SPAN.findall(_CODE.sub("", text_of(path)))):
        for call in re.findall(r"(?:^|[\s/])qunban (.*)", line):
            yield re.split(r"\s+#|[|;&>]", call)[0].split()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_line_exists(document: Path) -> None:
    known = commands()
    for words in command_lines(document):
        if words[0].endswith(":"):  # The beginning of an error that the document quotes.
            continue
        path: tuple[str, ...] = ()
        while len(path) < len(words) and (*path, words[len(path)]) in known:
            path = (*path, words[len(path)])
        assert path, words
        command = known[path]
        assert not hasattr(command, "commands"), f"{words} names no command of the group"
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


@pytest.mark.parametrize("path", [ROOT / "docs/operations.md", ROOT / "docs/zh-CN/operations.md"], ids=named)
def test_every_command_is_in_the_reference(path: Path) -> None:
    section = text_of(path).partition('<a id="commands"></a>')[2].partition("<a id=")[0]
    written = {
        tuple(span.split()[1:]) for span in _SPAN.findall(section) if re.fullmatch(r"qunban [a-z ]+", span.strip())
    }
    assert written == {words for words, command in commands().items() if not hasattr(command, "commands")}


def chat_commands() -> set[str]:
    def filters(router: Router) -> Iterator[str]:
        for handler in router.message.handlers:
            for one in handler.filters or ():
                if isinstance(one.callback, Command):
                    yield vars(one.callback)["_name"]

    routers = (
        residents_router(),
        staff_router(),
        admins_router(),
        care_router(),
        volunteers_router(),
        civic_router(),
        disputes_router(),
    )
    return {name for router in routers for name in filters(router)}


@pytest.mark.parametrize("readme", READMES, ids=named)
def test_a_readme_names_every_command_of_the_chat(readme: Path) -> None:
    section = text_of(readme).partition('<a id="chat"></a>')[2].partition("<a id=")[0]
    spans = {span.split()[0].removeprefix("/") for span in _SPAN.findall(section) if span.startswith("/")}
    assert spans == chat_commands() | {"start"}


def test_both_readmes_have_the_same_sections_in_the_same_order() -> None:
    sections = [_SECTION.findall(text_of(readme)) for readme in READMES]
    assert sections[0] == sections[1]
    for readme, found in zip(READMES, sections, strict=True):
        assert len(found) == len(re.findall(r"^## ", _CODE.sub("", text_of(readme)), re.MULTILINE))


def test_every_page_is_there_in_both_languages_with_the_same_sections() -> None:
    english = {page.name: page for page in PAGES if page.name not in WRITTEN_ONCE}
    chinese = {page.name: page for page in TRANSLATED}
    assert english.keys() == chinese.keys()
    for name, page in english.items():
        assert _SECTION.findall(text_of(page)) == _SECTION.findall(text_of(chinese[name]))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_within_the_repository_resolves(document: Path) -> None:
    for one, other in _LINK.findall(_CODE.sub("", text_of(document))):
        link = one or other
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = unquote(link).partition("#")
        target = (document.parent / file).resolve() if file else document
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        if anchor:
            assert anchor in _ANCHOR.findall(text_of(target)), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_documents_name_no_path_of_one_machine(document: Path) -> None:
    assert not re.search(r"(?<![\w.])/(?:home|root|work|tmp|Users)/", text_of(document))


@pytest.mark.parametrize("page", [ROOT / "docs/district.md", ROOT / "docs/zh-CN/district.md"], ids=named)
def test_every_file_of_the_configuration_is_listed(page: Path) -> None:
    section = text_of(page).partition('<a id="files"></a>')[2]
    names = {span for span in _SPAN.findall(section) if re.search(r"\.(?:yaml|csv|txt)$", span)}
    patterns = {name for name in names if "*" in name or (PACKAGED / name).exists()}
    listed = {path for pattern in patterns for path in PACKAGED.glob(pattern)}
    assert listed == {path for path in PACKAGED.rglob("*") if path.is_file()} - set(PACKAGED.rglob("*.md"))
    files = {f"{path.stem}" for path in (PACKAGED / "texts" / "zh-Hans").glob("*.yaml")}
    assert files <= set(_SPAN.findall(section))


@pytest.mark.parametrize("document", [*READMES, ROOT / "docs/district.md", ROOT / "docs/zh-CN/district.md"], ids=named)
def test_the_overrides_that_are_shown_are_valid(document: Path, tmp_path: Path) -> None:
    found = [body for body in blocks(document, "yaml") if "membership" in body]
    assert found
    (tmp_path / "texts" / "zh-Hans").mkdir(parents=True)
    (tmp_path / "texts" / "zh-Hans" / "own.yaml").write_text(found[0], encoding="utf-8")
    for body in blocks(document, "yaml"):
        if re.match(r"\d{4}-", body):
            (tmp_path / "calendar_overrides.yaml").write_text(body, encoding="utf-8")
    assert inspect_configuration(tmp_path).problems == ()
    changed = yaml.safe_load(found[0])["membership"]["welcome_title"]
    assert load_configuration(tmp_path).texts.say("membership.welcome_title") == changed


@pytest.mark.parametrize("readme", READMES, ids=named)
def test_the_tables_that_are_shown_can_be_imported(readme: Path) -> None:
    configuration = load_configuration()
    areas, posts = blocks(readme, "csv")
    tree = AreaTree(parse_areas(areas.encode(), "areas.csv", configuration.organisation, AreaTree(())))
    assert len(tree) == len(areas.splitlines()) - 1
    found = parse_staff(posts.encode("gb18030"), "staff.csv", tree, configuration.catalogue)
    assert len(found) == len(posts.splitlines()) - 1


@pytest.mark.parametrize("readme", READMES, ids=named)
def test_the_explanation_that_is_shown_is_the_one_that_is_given(readme: Path) -> None:
    block = next(body for body in blocks(readme, "sh") if "--explain" in body)
    call, *shown = block.splitlines()
    said = re.findall(r"echo '([^']+)'", call)[0]
    given = CliRunner().invoke(app, ["triage", "--explain"], input=f"{said}\n").output.splitlines()
    # Weights may be tuned without a change of the reasons.
    assert {_NUMBER.sub("", line) for line in shown} <= {_NUMBER.sub("", line) for line in given}


@pytest.mark.parametrize("page", [ROOT / "docs/operations.md", ROOT / "docs/zh-CN/operations.md"], ids=named)
def test_every_metric_is_listed_and_none_is_invented(page: Path) -> None:
    registry = CollectorRegistry()
    UpdateMetrics(registry), OutboxMetrics(registry), JobMetrics(registry)
    kept = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in registry.collect()
        if family.name.startswith("qunban_")
    }
    section = text_of(page).partition('<a id="metrics"></a>')[2].partition("<a id=")[0]
    assert set(re.findall(r"qunban_[a-z_]+", section)) == kept


@pytest.mark.parametrize("readme", READMES, ids=named)
def test_the_limits_and_times_that_are_told_are_the_packaged_ones(readme: Path) -> None:
    configuration = load_configuration()
    told = {key: (configuration.sla.classes[key].accept, configuration.sla.classes[key].resolve) for key in TOLD_LIMITS}
    assert {key: tuple(limit.duration for limit in limits) for key, limits in told.items()} == TOLD_LIMITS
    section = text_of(readme).partition('<a id="tickets"></a>')[2].partition("<a id=")[0]
    quiet = configuration.escalation.quiet_hours
    clocks = [*(slot.time for slot in configuration.digests.times), quiet.start, quiet.end]
    times = {clock.strftime("%H:%M") for clock in clocks}
    assert times == set(re.findall(r"(?<!T)\b\d\d:\d\d", section))


def glossary() -> list[str]:
    table = text_of(ROOT / "routing" / "README.md").partition("## Glossary")[2].partition("## ")[0]
    last_column = [row.rsplit("|", 2)[1] for row in table.splitlines() if row.startswith("|")]
    return [span for cell in last_column for span in _SPAN.findall(cell) if span != "None"]


_SHORT = {
    "Ticket": "routing.ticket",
    "Action": "routing.ticket",
    "Status": "routing.ticket",
    "RequestKind": "routing.ticket",
    "WorkingCalendar": "routing.calendar",
}


@pytest.mark.parametrize("term", sorted(set(glossary())))
def test_a_term_of_the_glossary_is_in_the_code(term: str) -> None:
    head = term.partition(".")[0]
    whole = f"{_SHORT[head]}.{term}" if head in _SHORT else term
    parts = whole.split(".")
    module_length = next(at for at, part in enumerate(parts) if part[0].isupper())
    found: Any = importlib.import_module(".".join(parts[:module_length]))
    for part in parts[module_length:]:
        if part in getattr(found, "__dataclass_fields__", {}):
            return
        found = getattr(found, part)
