"""What is asked of the drivers directly, where SQLAlchemy would cost more than they do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

_Result = TypeVar("_Result")


async def value_of(connection: AsyncConnection, text: str, parameters: tuple[Any, ...]) -> Any:
    """The only value that a statement gives, on PostgreSQL.

    It belongs to the transaction of the connection where one has begun, and else is one of its own. SQLAlchemy would
    begin one, and describe the columns of each result anew. Raises what the driver raises; a connection that was lost
    by it is known by being closed (see ``models.engine``).
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    return await driver.fetchval(text, *parameters)


async def on_thread(connection: AsyncConnection, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
    """Does something with SQLite on the thread of its driver, all in one go.

    One statement would go there and back three times, as cursor, execution and end. Raises what ``sqlite3`` raises. A
    transaction must have begun.
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    thread, connected = driver._execute, driver._conn  # noqa: SLF001 - In public it runs one statement at a time.
    done: _Result = await thread(work, connected)
    return done
