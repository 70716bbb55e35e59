"""What is asked of the driver of PostgreSQL directly, where SQLAlchemy would cost more than the driver itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


async def value_of(connection: AsyncConnection, text: str, parameters: tuple[Any, ...]) -> Any:
    """The only value that a statement gives.

    It belongs to the transaction of the connection where one has begun, and else is one of its own. SQLAlchemy would
    begin one, and describe the columns of each result anew. Raises what the driver raises; a connection that was lost
    by it is known by being closed (see ``models.engine``).
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    return await driver.fetchval(text, *parameters)
