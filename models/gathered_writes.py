# ruff: noqa: S608 - The statements are made of the names of tables and columns alone; values are parameters.
"""Writes what was gathered: one statement on PostgreSQL, one for each table on SQLite, where a statement costs no trip.

On SQLite ``models.sqlite_writes`` does it. On PostgreSQL all rows travel as one JSON document and are inserted by the
parts of one WITH. Keys between them are checked at its end, so the order does not matter, and the text depends on the
tables only, so it is prepared once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import cache
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.columns import storable_tree
from models.driver import value_of
from models.gathering import Gathered
from models.merging import on_conflict
from models.sqlite_writes import write_by_table
from models.tables_delivery import Delivery
from models.tables_tickets import NumberCounterRow, TicketRow
from routing.errors import NotKept

_RACES = frozenset({"22012", "23505", "40001", "40P01"})
"""How PostgreSQL says that somebody else was first: by the end of the statement, by a row, or by undoing one of two."""
_TRANSACTIONS = 2**32
"""Rows hold the number of the transaction that wrote them without its upper half."""

_TICKETS = TicketRow.metadata.tables[TicketRow.__tablename__]
_COUNTERS = NumberCounterRow.metadata.tables[NumberCounterRow.__tablename__]
_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # The library gives no types for it.


async def write(connection: AsyncConnection, gathered: Gathered, *, alone: bool = False) -> str:
    """Writes what was gathered, and counts the turns of the claimed groups on.

    ``alone`` tells that nothing else belongs to the transaction. On PostgreSQL the one statement then is the whole of
    it, and lasts with its end: neither beginning nor committing costs a way to the server and back.

    Returns how PostgreSQL calls the transaction in the rows (``xmin``) that it wrote; "" where texts had to be changed
    to be kept, and on SQLite.

    Raises:
        NotKept: somebody else had one of the turns, changed one of the tickets or wrote one of the rows, or else the
            database did not take them; the transaction is worth nothing more.
    """
    try:
        if connection.dialect.name == _POSTGRESQL.name:
            return await _write_together(connection, gathered, alone)
        await write_by_table(connection, gathered)
    except (DBAPIError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise NotKept(raced=getattr(getattr(error, "orig", error), "sqlstate", None) in _RACES) from error
    return ""


async def _write_together(connection: AsyncConnection, gathered: Gathered, alone: bool) -> str:
    document: dict[str, Any] = {table.name: rows for table, rows in gathered.rows.items()}
    document["changes"], document["superseded"] = gathered.changes, gathered.superseded
    document["claims"] = [
        {"platform": platform, "chat_id": chat_id, "turn": turn} for (platform, chat_id), turn in gathered.claims
    ]
    text = _together(
        tuple((table, tuple(rows[0])) for table, rows in gathered.rows.items()),
        tuple(gathered.changes[0]) if gathered.changes else (),
        bool(gathered.superseded),
    )
    written, is_exact = _json(document)
    parameters = written, len(gathered.claims) + len(gathered.changes)
    if alone:
        version = await value_of(connection, text, parameters)
    else:
        version = (await connection.exec_driver_sql(text, parameters)).scalar_one()
    return str(version % _TRANSACTIONS) if is_exact else ""


def _json(document: dict[str, Any]) -> tuple[str, bool]:
    """The document, and whether it says exactly what it was given."""
    try:
        text = msgspec.json.encode(document)
    except UnicodeEncodeError:
        text = b"\\u0000"
    if b"\\u0000" not in text:
        return text.decode(), True
    # Hardly ever: somebody wrote what no database can keep, or the six characters that stand for it.
    return msgspec.json.encode(storable_tree(msgspec.to_builtins(document))).decode(), False


@cache
def _together(tables: tuple[tuple[Table, tuple[str, ...]], ...], changing: tuple[str, ...], supersedes: bool) -> str:
    claim = {"platform": "text", "chat_id": "bigint", "turn": "bigint"}
    parts = [
        "given AS (SELECT $1::jsonb AS rows)",
        # Everybody takes groups in the same order; in that of a plan, two would sooner or later wait for each other.
        f"""claimed AS (
    UPDATE chat_groups SET turn = chat_groups.turn + 1 FROM (
        SELECT g.platform, g.chat_id FROM {_given("claims", claim)}
        JOIN chat_groups g ON g.platform = r.platform AND g.chat_id = r.chat_id AND g.turn = r.turn
        ORDER BY g.platform, g.chat_id FOR NO KEY UPDATE OF g
    ) held
    WHERE chat_groups.platform = held.platform AND chat_groups.chat_id = held.chat_id
    RETURNING 1
)""",
    ]
    checked = "(SELECT count(*) FROM claimed)"
    if supersedes:
        card = {"ticket_id": "bigint", "platform": "text", "chat_id": "bigint", "moment": "timestamptz"}
        # It sees the rows that were there before, not those that are added beside it.
        parts.append(f"""superseded AS (
    UPDATE outbox SET state = '{Delivery.SUPERSEDED}', finished_at = r.moment FROM {_given("superseded", card)}
    WHERE outbox.state = '{Delivery.WAITING}' AND outbox.card AND outbox.ticket_id = r.ticket_id
      AND {_among("outbox.ticket_id", "superseded", "ticket_id")}
      AND outbox.platform = r.platform AND outbox.chat_id = r.chat_id
      AND (outbox.leased_until IS NULL OR outbox.leased_until <= r.moment)
)""")
    if changing:
        tickets = _TICKETS.c
        types = {name: _type_of(tickets["version" if name == "seen" else name]) for name in changing}
        values = ", ".join(f"{name} = r.{name}" for name in changing if name not in {"id", "seen"})
        parts.append(f"""changed AS (
    UPDATE tickets SET {values} FROM {_given("changes", types)}
    WHERE tickets.id = r.id AND tickets.version = r.seen AND {_among("tickets.id", "changes", "id")} RETURNING 1
)""")
        checked += " + (SELECT count(*) FROM changed)"
    for table, names in tables:
        columns = ", ".join(names)
        types = {name: _type_of(table.c[name]) for name in names}
        is_counted_on = table is _COUNTERS
        parts.append(f"""new_{table.name} AS (
    INSERT INTO {table.name} ({columns})
    SELECT {columns} FROM {_given(table.name, types)}{on_conflict(table)}{" RETURNING 1" if is_counted_on else ""}
)""")
        if is_counted_on:
            # What the end asks for is done first. Whoever has a number before its counter, while another has the
            # counter and comes to that number, waits for one who waits.
            checked += f" + least(0, (SELECT count(*) FROM new_{table.name}))"
    # Where somebody else had a turn or changed a ticket the statement divides by nothing, and so undoes itself.
    return f"WITH {', '.join(parts)} SELECT txid_current() / ({checked} = $2)::int"


def _given(name: str, types: Mapping[str, str]) -> str:
    """The rows of one part of the document."""
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    return f"jsonb_to_recordset((SELECT rows -> '{name}' FROM given)) AS r({columns})"


def _among(column: str, name: str, key: str) -> str:
    """What every row that is joined with that part of the document has in common, said so that an index answers it."""
    values = f"jsonb_array_elements((SELECT rows -> '{name}' FROM given)) one"
    return f"{column} = ANY(ARRAY(SELECT (one ->> '{key}')::bigint FROM {values}))"


def _type_of(column: Column[Any]) -> str:
    return str(column.type.compile(_POSTGRESQL))
