# ruff: noqa: S608 - The statement is made of the names of columns alone; values are parameters.
"""Reads the tickets that are due, many at a time.

On PostgreSQL the rows are taken as the driver gives them. How a value of a column is read is worked out once for the
column, and most columns need nothing: with sixty of them that takes half as long as having every value looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Enum, Integer, Table, bindparam, select

from models.columns import Values
from models.tables_tickets import TicketRow
from models.ticket_rows import TICKET_COLUMNS, tickets_of
from models.transaction import Transaction
from routing.ticket import Ticket, ticket_from

_TICKETS: Table = TicketRow.metadata.tables[TicketRow.__tablename__]
_COLUMNS = tuple(_TICKETS.c[column.key] for column in TICKET_COLUMNS)

_DUE = (
    select(*TICKET_COLUMNS)
    .where(TicketRow.next_check_at <= bindparam("due_at", type_=TicketRow.next_check_at.type))
    # By the index alone: of many that fall due at the same moment, none has to be sorted.
    .order_by(TicketRow.next_check_at)
    .limit(bindparam("most", type_=Integer))
)


async def take_due(transaction: Transaction, now: datetime, limit: int) -> tuple[Ticket, ...]:
    """Up to ``limit`` tickets whose ``next_check_at`` has come, longest due first, locked where there are locks."""
    if transaction.is_postgresql:
        return _tickets(await transaction.rows(_DUE_POSTGRESQL, (now, limit)))
    return tickets_of(await transaction.execute(_DUE, {"due_at": now, "most": limit}))


def _tickets(rows: Iterable[Sequence[Any]]) -> tuple[Ticket, ...]:
    return tuple(map(_ticket, rows))


def _ticket(row: Sequence[Any]) -> Ticket:
    values = list(row)
    for place, read in _READ:
        value = values[place]
        if value is not None:
            values[place] = read(value)
    return ticket_from(values)


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    """How a value that came as the driver gives it is read; None where it is what it should be."""
    if isinstance(kind, Values):
        return msgspec.json.Decoder(kind.kind).decode
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return {member.value: member for member in kind.enum_class}.__getitem__
    return None


_READ = tuple((place, read) for place, column in enumerate(_COLUMNS) if (read := _reader(column.type)) is not None)
_SELECTED = ", ".join(
    # The driver would put every document through a function of ours.
    f"{column.name}::text" if isinstance(column.type, Values) else column.name
    for column in _COLUMNS
)
_DUE_POSTGRESQL = (
    f"SELECT {_SELECTED} FROM tickets WHERE next_check_at <= $1 ORDER BY next_check_at LIMIT $2 FOR UPDATE SKIP LOCKED"
)
