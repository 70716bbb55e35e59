# ruff: noqa: S608 - The statements are made of the names of tables and columns alone; values are parameters.
"""Writes what was gathered to SQLite: one statement for each table, with its rows as plain values, all in one go.

How a value of a column is written is worked out once for the column, where building a statement works it out for every
row: with sixty columns that takes several times as long as the database does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from models.columns import UtcDateTime, Values, to_json
from models.driver import on_thread
from models.gathering import Gathered, Row
from models.merging import on_conflict
from models.tables_delivery import Delivery, OutboxRow
from models.tables_tickets import TicketRow

_DIALECT = aiosqlite.dialect(json_serializer=to_json)
_TICKETS = TicketRow.metadata.tables[TicketRow.__tablename__]
_OUTBOX = OutboxRow.metadata.tables[OutboxRow.__tablename__]

_OF_CARD = ("moment", "ticket_id", "platform", "chat_id", "moment")

_Write = Callable[[Any], Any]
_Statement = tuple[str, list[tuple[Any, ...]]]


async def write_by_table(connection: AsyncConnection, gathered: Gathered) -> None:
    """Writes it; raises what the database raises, as SQLAlchemy has it or as the driver has."""
    statements = _statements(gathered)

    def run(driver: sqlite3.Connection) -> None:
        for text, rows in statements:
            driver.executemany(text, rows)

    await on_thread(connection, run)


def _statements(gathered: Gathered) -> list[_Statement]:
    statements: list[_Statement] = []
    if gathered.superseded:
        columns = ("finished_at", "ticket_id", "platform", "chat_id", "leased_until")
        statements.append((_SUPERSEDE, _values(gathered.superseded, _OF_CARD, _writes(_OUTBOX, columns))))
    for table, rows in gathered.rows.items():
        names = tuple(rows[0])
        statements.append((_insert(table, names), _values(rows, names, _writes(table, names))))
    if gathered.changes:
        # Nobody else writes while this transaction lasts, so the versions are those that were seen.
        names = (*(name for name in gathered.changes[0] if name not in {"id", "seen"}), "id", "seen")
        changes = _values(gathered.changes, names, _writes(_TICKETS, (*names[:-1], "version")))
        statements.append((_change(names[:-2]), changes))
    return statements


def _values(rows: Sequence[Row], names: tuple[str, ...], writes: tuple[_Write | None, ...]) -> list[tuple[Any, ...]]:
    pick = itemgetter(*names)
    return [
        tuple(
            [
                value if write is None or value is None else write(value)
                for write, value in zip(writes, pick(row), strict=True)
            ]
        )
        for row in rows
    ]


@cache
def _writes(table: Table, names: tuple[str, ...]) -> tuple[_Write | None, ...]:
    """How a value of each of these columns is written; None where it is written as it is."""
    return tuple(_write_of(table.c[name]) for name in names)


def _write_of(column: Column[Any]) -> _Write | None:
    kind: Any = column.type
    write: _Write | None = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    if write is not None and isinstance(kind, UtcDateTime):
        return _moment(write)
    return _json(write) if write is not None and isinstance(kind, Values) else write


def _moment(write: _Write) -> _Write:
    """``write`` for moments, in a tenth of the time for those that are in UTC already."""

    def moment(value: datetime) -> Any:
        return value.isoformat(" ", "microseconds")[:26] if value.tzinfo is UTC else write(value)

    return moment


def _json(write: _Write) -> _Write:
    """``write`` for values of the core, without a tree of dictionaries in between where every text can be kept."""

    def tree(value: Any) -> Any:
        try:
            # Sets in order, so that equal values are equal rows; msgspec cannot sort the fields of compiled classes.
            text = msgspec.json.encode(value, order="deterministic")
        except UnicodeEncodeError:
            return write(value)
        return write(value) if b"\\u0000" in text else text.decode()

    return tree


@cache
def _insert(table: Table, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks}){on_conflict(table)}"


@cache
def _change(names: tuple[str, ...]) -> str:
    values = ", ".join(f"{name} = ?" for name in names)
    return f"UPDATE tickets SET {values} WHERE id = ? AND version = ?"


_SUPERSEDE = (
    f"UPDATE outbox SET state = '{Delivery.SUPERSEDED}', finished_at = ?"
    f" WHERE state = '{Delivery.WAITING}' AND card AND ticket_id = ? AND platform = ? AND chat_id = ?"
    " AND (leased_until IS NULL OR leased_until <= ?)"
)
