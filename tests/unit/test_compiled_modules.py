"""What may be compiled: mypyc leaves a class no types, and what is read from the database is read by them."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

from models.columns import Values
from models.tables import Base
from native import modules
from routing.ticket import Ticket
from routing.ticket_events import Reporter


def classes(kind: Any) -> Iterator[type]:
    """The dataclasses that a value of this kind is made of."""
    for part in typing.get_args(kind):
        yield from classes(part)
    if isinstance(kind, type) and is_dataclass(kind):
        yield kind
        hints = typing.get_type_hints(kind)
        for field in fields(kind):
            yield from classes(hints[field.name])


def test_what_is_read_from_the_database_stays_interpreted() -> None:
    import_module("models.database")
    columns = [column.type for table in Base.metadata.tables.values() for column in table.columns]
    kinds = [one.kind for one in columns if isinstance(one, Values)]
    read = {one.__module__ for kind in (*kinds, Ticket, Reporter) for one in classes(kind)}
    compiled = {f"routing.{one.removesuffix('.py').replace('/', '.')}" for one in modules()}
    assert "routing.place" in read
    assert not read & compiled
