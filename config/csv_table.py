"""CSV files of the register, read whole and checked whole: every problem is collected, nothing is half-imported.

Excel in China saves UTF-8 with a byte order mark or GB18030; both are read, and UTF-8 without a mark. The order of the
columns is free. A cell that a spreadsheet would take for a formula (it begins with = + - @, also of full width, with a
tab or a line end) is written with an apostrophe before it, which reading takes off again; so is one that begins with an
apostrophe itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from routing.errors import QunbanError

LIST_SEPARATOR = "|"

# Spreadsheets of East Asia take the signs of full width for the others.
_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_ESCAPE = "'"
_LINE_END = "\r\n"
_YES_OR_NO = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}
_BLANK = frozenset({""})
_AROUND = " \u3000\ufeff\r\n"
"""Blanks that people and spreadsheets leave around a value; the ideographic space and the byte order mark are some."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong: the line in the file (from 1), the column, a stable code, and what stands there."""

    line: int
    field: str
    code: str
    value: str = ""


class CsvRefused(QunbanError):
    """A file of the register has problems; nothing of it was imported."""

    code = "csv_refused"

    def __init__(self, path: str, problems: Sequence[RowProblem]) -> None:
        # Without the values: a trace-back may reach a log, and they are names and telephone numbers.
        super().__init__("; ".join(f"{path}:{p.line}: {p.field}: {p.code}" for p in problems))
        self.path = path
        self.problems = tuple(problems)
        self.count = len(problems)


_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(slots=True)
class Row:
    """One line of a file. A reading that fails notes the problem and goes on, so that all of them are found at once."""

    line: int
    cells: Mapping[str, str]
    problems: list[RowProblem]

    def complain(self, field: str, code: str) -> None:
        """Notes a problem of this line."""
        self.problems.append(RowProblem(self.line, field, code, self.cells.get(field, "")[:80]))

    def text(self, field: str, *, longest: int, is_required: bool = False) -> str:
        """The text of a cell, empty where there is none."""
        written = self.cells.get(field, "")
        if is_required and not written:
            self.complain(field, "missing")
        if len(written) > longest:
            self.complain(field, "too_long")
        if not all(character.isprintable() for character in written):
            self.complain(field, "control_character")
        return written

    def words(self, field: str, *, longest: int) -> tuple[str, ...]:
        """The parts of a cell, each once, in their order."""
        parts = [part.strip() for part in self.cells.get(field, "").split(LIST_SEPARATOR)]
        for part in parts:
            if len(part) > longest:
                self.complain(field, "too_long")
            if not all(character.isprintable() for character in part):
                self.complain(field, "control_character")
        return tuple(dict.fromkeys(part for part in parts if part))

    def whole_number(self, field: str, *, least: int) -> int | None:
        """A whole number, None where the cell is empty or wrong."""
        written = self.cells.get(field, "")
        if not written:
            return None
        try:
            number = int(written) if written.lstrip("-").isascii() and written.lstrip("-").isdigit() else None
        except ValueError:
            number = None
        # Telegram's ids and every database fit into 63 bits.
        if number is None or not -(2**63) < number < 2**63:
            self.complain(field, "no_number")
            return None
        if number < least:
            self.complain(field, "too_small")
            return None
        return number

    def yes_or_no(self, field: str, *, default: bool) -> bool:
        """A yes or a no; ``default`` where the cell is empty or wrong."""
        written = self.cells.get(field, "").lower()
        if written and written not in _YES_OR_NO:
            self.complain(field, "neither_yes_nor_no")
        return _YES_OR_NO.get(written, default)

    def choice(self, field: str, kind: type[_Choice], default: _Choice | None = None) -> _Choice | None:
        """One of the values of ``kind``; ``default`` where the cell is empty, and None where it is wrong."""
        written = self.cells.get(field, "")
        if not written:
            return default
        if written not in {member.value for member in kind}:
            self.complain(field, f"unknown_{field}")
            return None
        return kind(written)


def read_rows(
    content: bytes, path: str, *, columns: Collection[str], required: Collection[str]
) -> tuple[list[Row], list[RowProblem]]:
    """The rows of a file, and the list that collects the problems of all of them.

    Raises:
        CsvRefused: the bytes are no text, or the header lacks a required column, repeats one or has an unknown one.
    """
    reader = csv.reader(io.StringIO(_decode(content, path), newline=""), strict=True)
    problems: list[RowProblem] = []
    rows: list[Row] = []
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            values = [unescaped(cell) for cell in cells]
            if set(values) <= _BLANK:
                continue
            if header is None:
                header = values
                _check_header(header, start, path, columns, required)
            elif len(values) > len(header) and not set(values[len(header) :]) <= _BLANK:
                problems.append(RowProblem(start, "", "too_many_cells", values[len(header)][:80]))
            else:
                rows.append(Row(start, dict(zip(header, values, strict=False)), problems))
    except csv.Error as error:
        raise CsvRefused(path, [*problems, RowProblem(line, "", "no_csv", str(error))]) from None
    if header is None:
        raise CsvRefused(path, [RowProblem(1, "", "empty_file")])
    return rows, problems


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A file as text, safe to open in a spreadsheet."""
    lines = _Lines()
    # The writer quotes what stands in its line end, so a carriage return has to: a spreadsheet begins a row at one.
    writer = csv.writer(lines, lineterminator=_LINE_END)
    writer.writerow(columns)
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    return "".join(lines.written)


class _Lines:
    """Takes what a writer of CSV writes, line by line, and ends each with a line feed alone."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> None:
        """One line."""
        self.written.append(line.removesuffix(_LINE_END) + "\n")


def escaped(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return _ESCAPE + cell if cell.startswith((*_FORMULA_STARTS, _ESCAPE)) else cell


def unescaped(cell: str) -> str:
    """The cell as it was meant, without blanks around it."""
    stripped = cell.strip(_AROUND)
    if stripped.startswith(_ESCAPE) and stripped[1:].startswith((*_FORMULA_STARTS, _ESCAPE)):
        return stripped[1:]
    return stripped


def _decode(content: bytes, path: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CsvRefused(path, [RowProblem(1, "", "unknown_encoding")])


def _check_header(
    header: Sequence[str], line: int, path: str, columns: Collection[str], required: Collection[str]
) -> None:
    problems = [RowProblem(line, name, "unknown_column", name) for name in header if name not in columns]
    problems += [RowProblem(line, name, "missing_column") for name in required if name not in header]
    problems += [
        RowProblem(line, name, "duplicate_column", name) for at, name in enumerate(header) if name in header[:at]
    ]
    if problems:
        raise CsvRefused(path, problems)
