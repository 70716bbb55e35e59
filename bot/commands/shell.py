"""What every command shares: printing data, progress on long work, and errors as one clear line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from typer.core import TyperGroup

from routing.errors import QunbanError

PROBLEM = 1
"""Exit code: the data or the state of things does not allow it. Wrong usage is 2, as everywhere."""

Item = TypeVar("Item")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
AlwaysJson = Annotated[bool, typer.Option("--json", help="Accepted for uniformity: the output is JSON lines anyway.")]


class Commands(TyperGroup):
    """A group of commands that ends on an error of ours with its reason on one line and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; our errors, and those of files and network, become a line on standard error."""
        try:
            return super().invoke(ctx)
        except QunbanError as error:
            fail(*explain(error))
        except BrokenPipeError:
            # The reader has seen enough (``| head``): no fault, and nothing left to flush at exit.
            sys.stderr.close()
            raise typer.Exit(0) from None
        except OSError as error:
            target = f"{error.filename}: " if error.filename else ""
            fail(f"{target}{error.strerror or error}")


def fail(*lines: str) -> NoReturn:
    """Ends the command with exit code 1 and the reason on standard error."""
    for line in lines:
        typer.echo(f"qunban: {line}", err=True)
    raise typer.Exit(PROBLEM)


# What operators meet; an error without a line here shows its stable code and its data.
_EXPLANATIONS = {
    "unknown_area": "no area has the code {area_code}",
    "unknown_ticket": "no ticket {ticket}",
    "not_allowed": "that person may not do this ({action})",
    "unknown_care_person": "nobody of this person's areas has the number {person_id} on the care list",
    "move_refused": "{area_code} cannot move below {new_parent_code}: {reason}",
    "unknown_item": "no service item {item_code}",
    "unknown_service": "no service {service_code} in the catalogue",
    "database_behind": "the database is at revision {current}, the program at {newest}; run `qunban migrate`",
    "database_away": "the database cannot be used: {reason}",
    "database_url": "QUNBAN_DATABASE_URL cannot be used: {reason}",
}

_BACKUPS = {
    "not_sqlite": "this is for SQLite; PostgreSQL has pg_dump and pg_restore, see docs/operations.md",
    "missing": "{path}: no such file",
    "exists": "{path} exists; `backup --replace` overwrites it, `restore --force` sets it aside",
    "same_file": "{path} is the database itself",
    "no_database": "{path} is no database of this product",
    "newer": "{path} was made by a newer version of this program",
    "damaged": "{path} is damaged",
    "in_use": "{path} is in use; stop the service first",
    "unwritable": "{path} cannot be written; is there room, and may this user write there?",
}


def explain(error: QunbanError) -> tuple[str, ...]:
    """The lines that tell an operator what an error means."""
    fields = error.fields()
    problems = fields.get("problems")
    if error.code == "settings_invalid" and isinstance(problems, Sequence):
        return tuple(f"{name}: {reason}" for name, reason in problems)
    if error.code == "config":
        return (where(fields.get("path"), fields.get("line")) + str(fields.get("reason")),)
    if isinstance(problems, Sequence) and "path" in fields:
        rows = tuple(
            where(fields["path"], row.line) + f"{row.field}: {row.code}" + (f" ({row.value!r})" if row.value else "")
            for row in problems
        )
        return (f"{fields['path']}: refused, nothing was imported; {len(rows)} problem(s)", *rows)
    if error.code == "backup_refused":
        return (_BACKUPS[str(fields["reason"])].format_map(fields),)
    if error.code in _EXPLANATIONS:
        return (_EXPLANATIONS[error.code].format_map(fields),)
    return (f"{error.code}: " + ", ".join(f"{key}={value}" for key, value in fields.items()),)


def where(path: object, line: object) -> str:
    """``file:line: ``, or ``file: `` where the whole file is meant."""
    return f"{path}:{line}: " if line else f"{path}: "


# What a terminal obeys instead of showing it, and what turns the direction of a line.
_OBEYED = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_HARMLESS = {code: "\ufffd" for code in _OBEYED if chr(code) not in "\t\n"}
_HARMLESS_IN_JSON = {code: f"\\u{code:04x}" for code in _OBEYED if code >= 0x20}


def echo(line: str) -> None:
    """One line in which people's words may stand: a terminal shows them and obeys none of them."""
    typer.echo(line.translate(_HARMLESS))


def print_json(value: object) -> None:
    """One JSON document, readable for people as well."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2).translate(_HARMLESS_IN_JSON))


def print_json_line(value: object) -> None:
    """One line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False).translate(_HARMLESS_IN_JSON))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people; where the output is no terminal, tab-separated lines that other programs can take."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            echo("\t".join(_flat(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_flat(cell)) for cell in row))
    Console().print(table)


def deliver_csv(content: str, output: Path | None) -> None:
    """Writes CSV to a file, or to standard output where none is given.

    A file begins with a byte order mark, without which spreadsheet programs in China take it for GB18030; a pipe has
    none, as the program behind it would take the mark for part of the first name.
    """
    if output is None:
        typer.echo(content, nl=False)
    else:
        output.write_text(content, encoding="utf-8-sig", newline="")


def print_fields(fields: Mapping[str, object]) -> None:
    """Names and values, one a line."""
    for name, value in fields.items():
        echo(f"{name}: {_flat(value)}")


def _flat(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split()).translate(_HARMLESS)


def tracked(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Passes the items on and shows how far it is on standard error; silent where that is no terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, description, total=total, console=Console(stderr=True), transient=True)


@contextmanager
def busy(description: str) -> Iterator[None]:
    """Shows on standard error that something takes a while; silent where that is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(description):
        yield
