"""Overdue tickets in any number: copies of one real ticket with its reporter and its cards."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from models.database import Database
from tests.town import GARDEN, LI, MONDAY, running_town

NOW = MONDAY + timedelta(hours=3)
"""When the limit for claiming, two hours of working time, has run out."""
_HANGING = ("ticket_reporters", "ticket_cards")
_FIRST = 1000


async def prepare(database_url: str) -> None:
    """A district with one ticket, and what its people were told of it is sent."""
    async with running_town(database_url) as town:
        await town.say(LI, GARDEN, "3栋2单元电梯坏了，一直停在5楼，麻烦派人修一下")
        assert len(await town.tickets()) == 1


async def add_overdue(database: Database, count: int) -> None:
    """Adds so many overdue tickets that nobody has dealt with yet, and forgets the messages of earlier ones."""
    async with database._engine.begin() as connection:

        async def columns(table: str) -> list[str]:
            query = text("SELECT column_name FROM information_schema.columns WHERE table_name = :name")
            return [name for (name,) in await connection.execute(query, {"name": table})]

        await connection.execute(text("UPDATE tickets SET next_check_at = NULL"))
        await connection.execute(text("DELETE FROM outbox"))
        await connection.execute(text("DELETE FROM clock_notices"))
        first = (
            await connection.execute(text("SELECT greatest(max(id), :least) FROM tickets"), {"least": _FIRST})
        ).scalar_one()
        given = {"first": first, "count": count, "due": NOW - timedelta(minutes=30)}
        new = {"id": ":first + n.g", "number": "'O-' || (:first + n.g)", "next_check_at": "CAST(:due AS timestamptz)"}
        names = await columns("tickets")
        await connection.execute(text(_copy("tickets", names, new, "t.id = 1")), given)
        for table in _HANGING:
            names = await columns(table)
            await connection.execute(text(_copy(table, names, {"ticket_id": ":first + n.g"}, "t.ticket_id = 1")), given)
    async with database._engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("VACUUM ANALYZE"))


def _copy(table: str, names: list[str], new: dict[str, str], which: str) -> str:
    values = ", ".join(new.get(name, f"t.{name}") for name in names)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values}"
        f" FROM {table} t, generate_series(1, CAST(:count AS bigint)) AS n(g) WHERE {which}"
    )
