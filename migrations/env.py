"""Runs the revisions on the connection of ``models.migrate``, or on ``-x url=…`` for Alembic's own tool."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, NullPool
from sqlalchemy.ext.asyncio import create_async_engine


def run(connection: Connection) -> None:
    """Runs what was asked for in the transaction that the connection is in."""
    context.configure(connection=connection, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_on(url: str) -> None:
    """The same on a connection of its own."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_on(context.get_x_argument(as_dictionary=True)["url"]))
