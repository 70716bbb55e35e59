"""Bringing a database to the newest revision, from any directory and from an installed package."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.engine import POSTGRESQL, connect_once, parse_url

LOCK_KEY = 0x71756E62616E
"""Names the lock under which one process at a time migrates (the letters "qunban"); any number of our own would do."""


def config() -> Config:
    """Alembic's configuration with the packaged revisions."""
    made = Config()
    # Alembic expands percent signs in options.
    made.set_main_option("script_location", str(resources.files("migrations")).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def head_revision() -> str:
    """The newest revision that this version of the product brings."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    if head is None:
        raise RuntimeError("the package was built without its migrations")
    return head


async def upgrade(database_url: str, revision: str = "head") -> None:
    """Brings the database to ``revision``; does nothing where it is there. Several processes may do it at once.

    Everything happens in one transaction: a migration that fails leaves the database as it was.
    """
    await _run(database_url, lambda made: command.upgrade(made, revision))


async def downgrade(database_url: str, revision: str) -> None:
    """Takes the database back to an older ``revision`` ("base" is the empty database)."""
    await _run(database_url, lambda made: command.downgrade(made, revision))


async def _run(database_url: str, migrate: Callable[[Config], None]) -> None:
    engine = connect_once(parse_url(database_url))

    def in_transaction(connection: Connection) -> None:
        if connection.dialect.name == POSTGRESQL:
            # Whoever waited here reads the revision that the first one left. SQLite's transactions exclude each other.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        made = config()
        made.attributes["connection"] = connection
        migrate(made)

    try:
        async with engine.begin() as opened:
            await opened.run_sync(in_transaction)
    finally:
        await engine.dispose()
