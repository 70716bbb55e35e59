"""Connections of the pool that the server has closed are replaced before anybody uses them."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from models.database import Database
from models.engine import LIVELY_SECONDS

_CLOSE = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
)


@pytest.mark.parametrize("later", [0.1, LIVELY_SECONDS + 0.1])
async def test_a_connection_that_the_server_closed_is_replaced(postgresql_url: str, later: float) -> None:
    """Whether it is known by the sign of life, or by what the server said as it closed it."""
    database, other = Database(postgresql_url), Database(postgresql_url)
    for _ in range(3):
        async with database.unit_of_work() as work:
            assert await work.outbox.pending() == 0
        async with other._engine.connect() as connection:
            assert (await connection.execute(_CLOSE)).scalar_one()
        await asyncio.sleep(later)
    async with database.unit_of_work() as work:
        assert await work.outbox.pending() == 0
    await database.close()
    await other.close()
