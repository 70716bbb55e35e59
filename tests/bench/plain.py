"""The rows of tickets, written once more by nothing but asyncpg: what the database alone allows."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
from sqlalchemy import make_url

from tests.bench.load import CONNECTIONS

TABLES = {
    "tickets": "id",
    "ticket_events": "ticket_id",
    "ticket_reporters": "ticket_id",
    "ticket_messages": "ticket_id",
    "outbox": "ticket_id",
}
"""Tables that a new ticket has rows in, and the column that names the ticket."""


class PlainInserts:
    """Copies of the tables with their indexes and checks, on the same server."""

    def __init__(self, database_url: str) -> None:
        self._url = make_url(database_url)

    async def connect(self) -> Any:
        """A connection of asyncpg to the database."""
        host = self._url.host or self._url.query.get("host")
        return await asyncpg.connect(
            host=host, port=self._url.port, user=self._url.username, database=self._url.database,
            password=self._url.password,
        )  # fmt: skip

    async def prepare(self) -> None:
        """Makes the copies."""
        connection = await self.connect()
        for table in (*TABLES, "handled_updates"):
            await connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        await connection.close()

    async def rate(self, first: int, last: int) -> float:
        """Tickets a second, for the rows of the tickets ``first`` to ``last``, each ticket in one transaction."""
        connections = [await self.connect() for _ in range(CONNECTIONS)]
        rows = await self._rows(connections[0], first, last)
        lanes = [rows[lane::CONNECTIONS] for lane in range(CONNECTIONS)]
        began = time.perf_counter()
        await asyncio.gather(*(_insert(one, lane) for one, lane in zip(connections, lanes, strict=True)))
        took = time.perf_counter() - began
        for connection in connections:
            await connection.close()
        return len(rows) / took

    @staticmethod
    async def _rows(connection: Any, first: int, last: int) -> list[list[tuple[str, list[Any]]]]:
        of_ticket: dict[int, list[tuple[str, list[Any]]]] = {number: [] for number in range(first, last + 1)}
        for table, column in TABLES.items():
            for row in await connection.fetch(f"SELECT * FROM {table} WHERE {column} BETWEEN $1 AND $2", first, last):
                of_ticket[row[column]].append((table, list(row.values())))
        marks = await connection.fetch(
            "SELECT * FROM handled_updates ORDER BY update_id LIMIT $1 OFFSET $2", len(of_ticket), first - 1
        )
        for rows, mark in zip(of_ticket.values(), marks, strict=True):
            rows.insert(0, ("handled_updates", list(mark.values())))
        return list(of_ticket.values())


async def _insert(connection: Any, tickets: list[list[tuple[str, list[Any]]]]) -> None:
    prepared: dict[str, Any] = {}
    for rows in tickets:
        async with connection.transaction():
            for table, values in rows:
                if table not in prepared:
                    marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
                    prepared[table] = await connection.prepare(f"INSERT INTO bench_{table} VALUES ({marks})")
                await prepared[table].fetch(*values)
