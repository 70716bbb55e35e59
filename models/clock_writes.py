# ruff: noqa: S608 - The statements are made of the names of tables and columns alone; values are parameters.
"""Writes what the clock did to tickets: one statement on PostgreSQL, one for each table on SQLite.

On PostgreSQL the rows travel as arrays, one for each column, which the server reads much faster than a document.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql

from models.columns import Values, to_json
from models.tables_clock import ClockNoticeRow
from models.tables_tickets import TicketEventRow, TicketRow
from models.transaction import Transaction
from routing.clock_notice import ClockChange
from routing.errors import ConcurrentChange
from routing.escalation import CLOCK_FIELDS

Row = tuple[Any, ...]

_TICKETS: Table = TicketRow.metadata.tables[TicketRow.__tablename__]
_EVENTS: Table = TicketRow.metadata.tables[TicketEventRow.__tablename__]
_NOTICES: Table = TicketRow.metadata.tables[ClockNoticeRow.__tablename__]
_FIELDS = tuple(name for name in CLOCK_FIELDS if name != "next_check_at")
_CHANGED = ("id", "version", *_FIELDS, "next_check_at")
_VALUES = attrgetter("id", "version", *_FIELDS)
_RECORDED = ("ticket_id", "kind", "at", "actor", "actor_name", "data")
_TOLD = ("ticket_id", "at", "notice")
_KEYS = frozenset({"id", "version", "ticket_id"})
"""What is told of every row. Were a version told once, the server would plan anew for the one that it is."""


async def write_clock(transaction: Transaction, changes: Sequence[ClockChange], *, wait: bool = True) -> None:
    """Writes new states of tickets, what happened, and what is to be told of it.

    Without ``wait`` PostgreSQL may still be writing when this returns; whatever is asked next waits for it, and raises
    what it raises.

    Raises:
        ConcurrentChange: a row is no longer of the version that it was read with.
    """
    if not changes:
        return
    tickets = [_changed(change) for change in changes]
    events = [
        (event.ticket_id, event.kind, event.at, event.actor, event.actor_name, event.data)
        for change in changes
        for event in change.events
    ]
    notices = [(one.ticket_id, one.at, one) for change in changes if (one := change.notice) is not None]

    def check(written: int) -> None:
        if written != len(tickets):
            raise ConcurrentChange(", ".join(change.ticket.number for change in changes))

    transaction.wrote_outbox |= bool(notices)
    if not transaction.is_postgresql:
        check(await _write_by_table(transaction, tickets, events, notices))
        return
    arrays = tuple(
        array
        for table, names, rows in (
            (_TICKETS, _CHANGED, tickets),
            (_EVENTS, _RECORDED, events),
            (_NOTICES, _TOLD, notices),
        )
        for array in _arrays(table, names, rows)
    )
    if wait:
        check(int(await transaction.read(_TOGETHER, arrays)))
    else:
        await transaction.begin_to_read(_TOGETHER, arrays, lambda answer: check(int(answer)))


def _changed(change: ClockChange) -> Row:
    return *_VALUES(change.ticket), change.next_check_at


def _arrays(table: Table, names: Sequence[str], rows: Sequence[Row]) -> list[list[Any]]:
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return [_array(table.c[name], column, is_key=name in _KEYS) for name, column in zip(names, columns, strict=True)]


def _array(column: Column[Any], values: Row, *, is_key: bool) -> list[Any]:
    """The values, or as few as tell them all: the driver looks at each of them several times.

    Most of what the clock can change is empty in most tickets, and what it changes is often the same in all, as the
    moment is. A key is told in full, so that there are as many rows.
    """
    if is_key:
        return list(values)
    if not values or values.count(values[0]) == len(values):
        values = values[:1]
        if values == (None,):
            return []
    if _is_json(column):
        return [None if value is None else to_json(value) for value in values]
    return list(values)


def _together() -> str:
    numbers = iter(range(1, 100))

    def given(table: Table, names: Sequence[str]) -> str:
        arrays = {name: f"${next(numbers)}::{_type_of(table.c[name])}[]" for name in names}
        # ``unnest`` fills up with nothing, which is true of an empty array and not of one that has a value for all.
        same = {name: array for name, array in arrays.items() if name not in _KEYS}
        for_all = ", ".join(
            f"CASE cardinality({array}) WHEN 1 THEN ({array})[1] END AS {name}" for name, array in same.items()
        )
        values = ", ".join(
            (f"coalesce(r.{name}, s.{name})" if name in same else f"r.{name}") + _cast(table.c[name]) + f" AS {name}"
            for name in names
        )
        each = f"unnest({', '.join(arrays.values())}) AS r({', '.join(names)})"
        given = f"SELECT {values} FROM {each}, (SELECT {for_all} OFFSET 0) AS s"
        return f"({given}) AS r({', '.join(names)})"

    values = ", ".join(f"{name} = r.{name}" for name in CLOCK_FIELDS)
    return f"""WITH changed AS (
    UPDATE tickets SET {values}, version = r.version + 1 FROM {given(_TICKETS, _CHANGED)}
    WHERE tickets.id = r.id AND tickets.version = r.version RETURNING 1
), recorded AS (
    INSERT INTO ticket_events ({", ".join(_RECORDED)}) SELECT * FROM {given(_EVENTS, _RECORDED)}
), told AS (
    INSERT INTO clock_notices ({", ".join(_TOLD)}) SELECT * FROM {given(_NOTICES, _TOLD)}
) SELECT count(*) FROM changed"""


def _type_of(column: Column[Any]) -> str:
    # The driver would put every value of an array of JSON through a function of ours.
    return "text" if _is_json(column) else str(column.type.compile(_POSTGRESQL))


def _cast(column: Column[Any]) -> str:
    return "::jsonb" if _is_json(column) else ""


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, Values)


_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # The library gives no types for it.
_TOGETHER = _together()
_CHANGE = (
    update(_TICKETS)
    .where(_TICKETS.c.id == bindparam("old_id"), _TICKETS.c.version == bindparam("old_version"))
    .values(
        {name: bindparam(f"new_{name}", type_=_TICKETS.c[name].type) for name in _CHANGED[2:]}
        | {"version": _TICKETS.c.version + 1}
    )
)
_CHANGE_NAMES = ("old_id", "old_version", *(f"new_{name}" for name in _CHANGED[2:]))


async def _write_by_table(
    transaction: Transaction, tickets: Sequence[Row], events: Sequence[Row], notices: Sequence[Row]
) -> int:
    changed = await transaction.execute(_CHANGE, [dict(zip(_CHANGE_NAMES, row, strict=True)) for row in tickets])
    for table, names, rows in ((_EVENTS, _RECORDED, events), (_NOTICES, _TOLD, notices)):
        if rows:
            await transaction.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
    return int(changed.rowcount)
