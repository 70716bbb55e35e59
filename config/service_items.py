"""Service items as YAML and as CSV: the packaged samples, and the files that operators import and export.

Both forms pass the same checks, which collect every problem with its line and field; nothing is half-imported. Lists in
CSV cells are separated by ``|``, terms (words, topics) by blanks in either form.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml

from config.csv_table import LIST_SEPARATOR, CsvRefused, Row, RowProblem, read_rows, write_rows
from config.document import Node, read_document
from config.guide import is_item_code
from routing.catalogue import Catalogue
from routing.guide.items import GuideRules, Mode, ServiceItem
from routing.guide.terms import BadTerm, parse_term

PACKAGED = Path(__file__).parent / "data" / "service_items.yaml"

COLUMNS = (
    "code",
    "name",
    "service",
    "words",
    "topics",
    "for",
    "documents",
    "where",
    "hours",
    "modes",
    "bookable",
    "after_hours",
    "limit",
    "fee",
    "contact",
    "checked",
    "sample",
    "area",
)
REQUIRED = ("code", "name", "service", "words")

_LONGEST_NAME = 40
_LONGEST_TEXT = 300
_LONGEST_DOCUMENT = 30
"""Characters of one paper: it stands on a button."""
MOST_DOCUMENTS = 12
"""Papers of one item: each is a button on the handler's card."""
_FOR_ALL = ("sample", "area")
"""Fields that a YAML file may set for all its items at once."""


def load_service_items(
    catalogue: Catalogue,
    rules: GuideRules,
    path: Path = PACKAGED,
    *,
    taken: Iterable[str] = (),
    areas: Container[str] | None = None,
) -> tuple[ServiceItem, ...]:
    """The items of a file, YAML or (where it ends in .csv) CSV.

    ``taken`` are the codes that certificates have, ``areas`` the codes that an item's area may have; any where none are
    given, as for a file that is read without its district.

    Raises:
        ConfigError: the file cannot be read, or is no YAML of the right form.
        CsvRefused: with every problem of its items, each with line and field.
    """
    rows, problems, lines = _csv(path) if path.suffix.lower() == ".csv" else _yaml(path)
    used = set(taken)
    items: list[ServiceItem] = []
    for row in rows:
        item = _item(row, catalogue, rules)
        if item.area_code and areas is not None and item.area_code not in areas:
            row.complain("area", "unknown_area")
        if item.code in used:
            row.complain("code", "duplicate_code")
        used.add(item.code)
        items.append(item)
    if problems:
        placed = [replace(one, line=lines.get((one.line, one.field), one.line)) for one in problems]
        raise CsvRefused(str(path), sorted(placed, key=lambda one: one.line))
    return tuple(items)


def items_to_csv(items: Iterable[ServiceItem]) -> str:
    """The items as CSV that can be imported again."""
    return write_rows(COLUMNS, ([_cell(value) for value in _values(item).values()] for item in items))


def items_to_yaml(items: Iterable[ServiceItem]) -> str:
    """The items as YAML that can be imported again."""
    entries = [{name: value for name, value in _values(item).items() if value not in ("", [])} for item in items]
    return yaml.safe_dump({"items": entries}, allow_unicode=True, sort_keys=False, width=10_000)


_Lines = dict[tuple[int, str], int]
"""For the first line of an item and a field: the line on which the field stands."""


def _csv(path: Path) -> tuple[Sequence[Row], list[RowProblem], _Lines]:
    rows, problems = read_rows(path.read_bytes(), str(path), columns=COLUMNS, required=REQUIRED)
    return rows, problems, {}


def _yaml(path: Path) -> tuple[Sequence[Row], list[RowProblem], _Lines]:
    root = read_document(path)
    sections = root.only("version", *_FOR_ALL, "items")
    if "items" not in sections:
        root.fail("'items' is missing")
    for_all = {name: sections[name].text() for name in _FOR_ALL if name in sections}
    problems: list[RowProblem] = []
    rows: list[Row] = []
    lines: _Lines = {}
    for node in sections["items"].items():
        fields = node.only(*COLUMNS)
        cells = {name: _written(name, field) for name, field in fields.items()}
        rows.append(Row(node.line, {**for_all, **cells}, problems))
        lines |= {(node.line, name): field.line for name, field in fields.items()}
    return rows, problems, lines


def _written(name: str, node: Node) -> str:
    """A field as the cell of a table would have it."""
    if not isinstance(node.value, list):
        return node.text()
    parts = [part.text() for part in node.items()]
    if name in {"words", "topics"}:
        return " ".join(parts)
    for part in node.items():
        if LIST_SEPARATOR in part.text():
            part.fail(f"{LIST_SEPARATOR!r} separates the parts of a list and cannot stand in one")
    return LIST_SEPARATOR.join(parts)


def _item(row: Row, catalogue: Catalogue, rules: GuideRules) -> ServiceItem:
    code = row.text("code", longest=_LONGEST_NAME, is_required=True)
    if code and not is_item_code(code):
        row.complain("code", "bad_code")
    service = row.text("service", longest=_LONGEST_NAME, is_required=True)
    if service and service not in catalogue:
        row.complain("service", "unknown_service")
    documents = row.words("documents", longest=_LONGEST_DOCUMENT)
    if len(documents) > MOST_DOCUMENTS:
        row.complain("documents", "too_many")
    return ServiceItem(
        code=code,
        name=row.text("name", longest=_LONGEST_NAME, is_required=True),
        service_code=service,
        words=_terms(row, "words", rules, is_required=True),
        topics=_terms(row, "topics", rules),
        for_whom=row.text("for", longest=_LONGEST_TEXT),
        documents=documents,
        where=row.text("where", longest=_LONGEST_TEXT),
        hours=row.text("hours", longest=_LONGEST_TEXT),
        modes=_modes(row),
        bookable=row.yes_or_no("bookable", default=False),
        after_hours=row.yes_or_no("after_hours", default=False),
        limit=row.text("limit", longest=_LONGEST_TEXT),
        fee=row.text("fee", longest=_LONGEST_TEXT),
        contact=row.text("contact", longest=_LONGEST_TEXT),
        checked=_day(row, "checked"),
        sample=row.yes_or_no("sample", default=False),
        area_code=row.text("area", longest=_LONGEST_NAME),
    )


def _terms(row: Row, field: str, rules: GuideRules, *, is_required: bool = False) -> tuple[str, ...]:
    terms = tuple(dict.fromkeys(row.cells.get(field, "").split()))
    if is_required and not terms:
        row.complain(field, "missing")
    for term in terms:
        try:
            parse_term(term, rules.classes)
        except BadTerm:
            row.problems.append(RowProblem(row.line, field, "bad_term", term))
    return terms


def _modes(row: Row) -> tuple[Mode, ...]:
    known = {mode.value for mode in Mode}
    written = row.cells.get("modes", "").replace(LIST_SEPARATOR, " ").split()
    for word in written:
        if word not in known:
            row.problems.append(RowProblem(row.line, "modes", "unknown_mode", word))
    return tuple(dict.fromkeys(Mode(word) for word in written if word in known))


def _day(row: Row, field: str) -> date | None:
    written = row.cells.get(field, "")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        row.complain(field, "no_day")
        return None


def _values(item: ServiceItem) -> dict[str, str | list[str]]:
    return {
        "code": item.code,
        "name": item.name,
        "service": item.service_code,
        "words": " ".join(item.words),
        "topics": " ".join(item.topics),
        "for": item.for_whom,
        "documents": list(item.documents),
        "where": item.where,
        "hours": item.hours,
        "modes": [mode.value for mode in item.modes],
        "bookable": "yes" if item.bookable else "no",
        "after_hours": "yes" if item.after_hours else "no",
        "limit": item.limit,
        "fee": item.fee,
        "contact": item.contact,
        "checked": item.checked.isoformat() if item.checked else "",
        "sample": "yes" if item.sample else "no",
        "area": item.area_code,
    }


def _cell(value: str | list[str]) -> str:
    return value if isinstance(value, str) else LIST_SEPARATOR.join(value)
