"""Opens the database for one command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from routing.errors import QunbanError

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from config.settings import Settings
    from models.database import Database

Result = TypeVar("Result")


class DatabaseBehind(QunbanError):
    """The database stands at another revision than this version of the product needs."""

    code = "database_behind"

    def __init__(self, current: str, newest: str) -> None:
        super().__init__(current, newest)
        self.current = current
        self.newest = newest


def in_work(settings: Settings, story: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
    """Runs ``story`` in one unit of work; it commits by itself what it changes. Raises as ``in_database``."""

    async def run(database: Database) -> Result:
        async with database.unit_of_work() as work:
            return await story(work)

    return in_database(settings, run)


def in_database(settings: Settings, story: Callable[[Database], Awaitable[Result]]) -> Result:
    """Runs ``story`` on the migrated database.

    A database that was never migrated is brought up to date, as nothing can be lost there; an older one is left to
    ``qunban migrate``, since an operator decides when that happens.

    Raises:
        DatabaseBehind: the database stands at another revision.
        DatabaseAway: it cannot be reached.
    """
    from models.database import Database
    from models.migrate import head_revision, upgrade
    from models.reach import reaching_database

    async def run() -> Result:
        url = settings.database_url.get_secret_value()
        database = Database(url)
        try:
            current, newest = await database.current_revision(), head_revision()
            if current is None:
                await upgrade(url)
            elif current != newest:
                raise DatabaseBehind(current, newest)
            return await story(database)
        finally:
            await database.close()

    with reaching_database():
        return asyncio.run(run())


def migrate_database(settings: Settings) -> tuple[str | None, str]:
    """Brings the database to the newest revision; returns the one before and the newest.

    Raises:
        DatabaseAway: it cannot be reached.
    """
    from models.database import Database
    from models.migrate import head_revision, upgrade
    from models.reach import reaching_database

    async def run() -> tuple[str | None, str]:
        url = settings.database_url.get_secret_value()
        database = Database(url)
        try:
            before = await database.current_revision()
        finally:
            await database.close()
        await upgrade(url)
        return before, head_revision()

    with reaching_database():
        return asyncio.run(run())
