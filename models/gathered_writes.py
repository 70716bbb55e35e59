# ruff: noqa: S608 - The statements are made of the names of tables and columns alone; values are parameters.
"""Writes what was gathered: one statement on PostgreSQL, one for each table on SQLite, where a statement costs no trip.

On PostgreSQL all rows travel as one JSON document and are inserted by the parts of one WITH. Keys between them are
checked at its end, so the order does not matter, and the text depends on the tables only, so it is prepared once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.columns import storable_tree
from models.foreseen import Chat
from routing.errors import NotKept

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]

_MERGED = {
    "number_counters": (("scope", "day"), "serial"),
    "ticket_messages": (("platform", "chat_id", "message_id"), "ticket_id"),
}
"""Tables in which a row may be there already: its key, and what is then overwritten."""
_KEPT = frozenset({"ticket_cards"})
"""Tables in which a row that is there already stays as it is."""

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # The library gives no types for it.


async def write(connection: AsyncConnection, rows: Rows, claims: Sequence[tuple[Chat, int]]) -> None:
    """Writes the rows, and counts the turns of the claimed groups on.

    Raises:
        NotKept: somebody else had one of the turns, or wrote one of the rows; the transaction is worth nothing more.
    """
    if not rows and not claims:
        return
    try:
        if connection.dialect.name == _POSTGRESQL.name:
            await _write_together(connection, rows, claims)
        else:
            for table, of_table in rows.items():
                await connection.execute(_insert(table), list(of_table))
    except DBAPIError as error:
        raise NotKept from error


async def _write_together(connection: AsyncConnection, rows: Rows, claims: Sequence[tuple[Chat, int]]) -> None:
    document: dict[str, Any] = {table.name: of_table for table, of_table in rows.items()}
    document["claims"] = [
        {"platform": platform, "chat_id": chat_id, "turn": turn} for (platform, chat_id), turn in claims
    ]
    text = _together(tuple((table, tuple(of_table[0])) for table, of_table in rows.items()))
    taken = await connection.exec_driver_sql(text, (_json(document),))
    if taken.scalar_one() != len(claims):
        raise NotKept


def _json(document: dict[str, Any]) -> str:
    try:
        text = msgspec.json.encode(document)
    except UnicodeEncodeError:
        text = b"\\u0000"
    if b"\\u0000" in text:
        # Hardly ever: somebody wrote what no database can keep, or the six characters that stand for it.
        text = msgspec.json.encode(storable_tree(msgspec.to_builtins(document)))
    return text.decode()


@cache
def _together(tables: tuple[tuple[Table, tuple[str, ...]], ...]) -> str:
    parts = [
        "given AS (SELECT $1::jsonb AS rows)",
        """claimed AS (
    UPDATE chat_groups SET turn = chat_groups.turn + 1
    FROM jsonb_to_recordset((SELECT rows -> 'claims' FROM given)) AS r(platform text, chat_id bigint, turn bigint)
    WHERE chat_groups.platform = r.platform AND chat_groups.chat_id = r.chat_id AND chat_groups.turn = r.turn
    RETURNING 1
)""",
    ]
    for table, names in tables:
        columns = ", ".join(names)
        types = ", ".join(f"{name} {table.c[name].type.compile(_POSTGRESQL)}" for name in names)
        parts.append(
            f"""new_{table.name} AS (
    INSERT INTO {table.name} ({columns})
    SELECT {columns} FROM jsonb_to_recordset((SELECT rows -> '{table.name}' FROM given)) AS r({types}){_conflict(table)}
)"""
        )
    return f"WITH {', '.join(parts)} SELECT count(*) FROM claimed"


def _conflict(table: Table) -> str:
    if table.name in _KEPT:
        return " ON CONFLICT DO NOTHING"
    if table.name not in _MERGED:
        return ""
    key, changing = _MERGED[table.name]
    return (
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changing} = excluded.{changing}"
        f" WHERE {table.name}.{changing} <> excluded.{changing}"
    )


@cache
def _insert(table: Table) -> sqlite.Insert:
    statement = sqlite.insert(table)
    if table.name in _KEPT:
        return statement.on_conflict_do_nothing()
    if table.name not in _MERGED:
        return statement
    key, changing = _MERGED[table.name]
    return statement.on_conflict_do_update(index_elements=key, set_={changing: statement.excluded[changing]})
