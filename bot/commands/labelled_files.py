"""Files of labelled texts: messages for triage, and texts with labels of any kind."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands.shell import fail

if TYPE_CHECKING:
    from routing.triage.evaluation import Labelled


def json_objects(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file of JSON lines with their line numbers; ends the command at a line that is none."""
    import msgspec

    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        fail(f"{file}: is not UTF-8")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield number, msgspec.json.decode(line, type=dict[str, Any])
            except msgspec.DecodeError as error:
                fail(f"{file}:{number}: no JSON object: {error}")


def labelled_messages(file: Path) -> Iterator[Labelled]:
    """Messages with what triage should make of them; ends the command at a bad line."""
    from routing.catalogue import Urgency
    from routing.place import Place
    from routing.triage.evaluation import Labelled

    parts = {part.name for part in fields(Place)}
    for number, row in json_objects(file):
        text, expect, place = row.get("text"), row.get("expect"), row.get("place")
        services, urgency = _several(row.get("service_code")), row.get("urgency") or "normal"
        if not isinstance(text, str):
            fail(f'{file}:{number}: no "text"')
        if expect not in ("open", "ask", "ignore"):
            fail(f'{file}:{number}: "expect" is {expect!r}, not open, ask or ignore')
        if expect == "open" and not services:
            fail(f'{file}:{number}: what is to be opened needs a "service_code"')
        if urgency not in {one.value for one in Urgency}:
            fail(f'{file}:{number}: "urgency" is {urgency!r}, not emergency, urgent or normal')
        if place is not None and (not isinstance(place, dict) or place.keys() - parts):
            fail(f'{file}:{number}: "place" may hold {", ".join(sorted(parts))}')
        yield Labelled(
            id=str(row.get("id", number)),
            text=text,
            expect=expect,
            services=services,
            appeal_types=_several(row.get("appeal_type")),
            urgency=Urgency(urgency),
            place=Place(**place) if place else None,
        )


def _several(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def is_messages(file: Path) -> bool:
    """Whether ``file`` holds messages labelled for triage: JSON lines whose first has "expect"."""
    if file.suffix == ".csv":
        return False
    return any("expect" in row for _, row in _first(json_objects(file)))


def labelled_texts(file: Path) -> Iterator[tuple[str, str]]:
    """Texts and their labels, of a CSV file with these two columns or of JSON lines; ends the command at a bad line."""
    for number, text, label in _csv_rows(file) if file.suffix == ".csv" else _json_rows(file):
        if not isinstance(text, str) or not isinstance(label, str) or not text.strip() or not label.strip():
            fail(f"{file}:{number}: text or label is missing")
        yield text, "_".join(label.replace("=", " ").split())


def _json_rows(file: Path) -> Iterator[tuple[int, Any, Any]]:
    for number, row in json_objects(file):
        yield number, row.get("text"), row.get("label")


def _csv_rows(file: Path) -> Iterator[tuple[int, Any, Any]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines)
            if table.fieldnames is None or not {"text", "label"} <= set(table.fieldnames):
                fail(f"{file}:1: the columns text and label are needed")
            for row in table:
                yield table.line_num, row["text"], row["label"]
    except UnicodeDecodeError:
        fail(f"{file}: is not UTF-8")


def _first(rows: Iterator[tuple[int, dict[str, Any]]]) -> list[tuple[int, dict[str, Any]]]:
    return [row for row, _ in zip(rows, range(1), strict=False)]
