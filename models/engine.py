"""Engines: one way of connecting for each database, with the settings that the rest of this package relies on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, NullPool, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from models.columns import from_json, to_json
from models.errors import DatabaseUrlInvalid

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
"""What a URL may begin with, and the driver that it means."""

BUSY_SECONDS = 30
"""How long a writer of SQLite waits for another process before it fails."""
LIVELY_SECONDS = 0.25
"""A connection that was used within this time needs no sign of life."""
POOL_SECONDS = 30
"""How long a unit of work waits for a connection of the pool before it fails."""


_DISK_TROUBLE = (("SQLITE_FULL", "disk_full"), ("SQLITE_IOERR", "disk_error"), ("SQLITE_READONLY", "read_only"))


def parse_url(database_url: str) -> URL:
    """The URL with its asynchronous driver; raises ``DatabaseUrlInvalid``."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        # The cause would carry the URL, and with it the password, into a log.
        raise DatabaseUrlInvalid("malformed") from None
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise DatabaseUrlInvalid("scheme")
    if not url.database:
        raise DatabaseUrlInvalid("name")
    return url.set(drivername=driver)


def connect(url: URL, *, pool_size: int, max_overflow: int) -> AsyncEngine:
    """An engine for serving. SQLite has exactly one connection, whatever the sizes say.

    SQLite lets one writer in at a time and lets the others try again and again, the unlucky ones for seconds; a pool
    of one connection makes a fair queue of them instead.
    """
    if url.get_backend_name() == SQLITE:
        engine = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            json_serializer=to_json,
            json_deserializer=from_json,
        )
        _set_up_sqlite(engine, url, foreign_keys=True)
        return engine
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=POOL_SECONDS,
        json_serializer=to_json,
        json_deserializer=from_json,
        # Compiling takes longer than any of our statements.
        connect_args={"server_settings": {"application_name": "qunban", "jit": "off", "timezone": "UTC"}},
    )
    _ask_before_use(engine)
    return engine


def disk_trouble(error: DBAPIError) -> str:
    """What SQLite says of the disk that its file is on, as a word; raises the error where it is about anything else."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    trouble = next((word for beginning, word in _DISK_TROUBLE if name.startswith(beginning)), None)
    if trouble is None:
        raise error
    return trouble


def connect_once(url: URL) -> AsyncEngine:
    """An engine for migrations: no pool, and on SQLite no foreign keys, as rebuilding a table drops it for a moment."""
    engine = create_async_engine(url, poolclass=NullPool, json_serializer=to_json, json_deserializer=from_json)
    if url.get_backend_name() == SQLITE:
        _set_up_sqlite(engine, url, foreign_keys=False)
    return engine


def _ask_before_use(engine: AsyncEngine) -> None:
    """Asks a connection of the pool for a sign of life before it is used, unless it was used a moment ago.

    Under load a connection goes from hand to hand, and the question would cost each transaction a way to the server
    and back. One that the server has closed meanwhile is known by that in either case.
    """
    dialect: Any = engine.sync_engine.dialect

    def returned(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["returned"] = time.monotonic()

    def taken(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        at = entry.info.get("returned")
        driver: Any = connection.driver_connection
        if at is None or (time.monotonic() - at < LIVELY_SECONDS and not driver.is_closed()):
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            if dialect.is_disconnect(error, connection, None):
                raise InvalidatePoolError from error
            raise

    event.listen(engine.sync_engine, "checkin", returned)
    event.listen(engine.sync_engine, "checkout", taken)


def _set_up_sqlite(engine: AsyncEngine, url: URL, *, foreign_keys: bool) -> None:
    if url.database is not None and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)

    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin transactions by its own rules, never immediately, and none before reading.
        settings: Any = connection
        settings.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        # What was acknowledged is on the disk, whatever loses its power; several updates share a commit.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    def begin(connection: Connection) -> None:
        # A transaction that began by reading cannot become a writer once another process has written.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", configure)
    event.listen(engine.sync_engine, "begin", begin)
