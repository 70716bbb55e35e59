"""A runner with a clock of its own, before a database and a platform that does what the test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from models.database import Database
from tests.integration.outbox.way_out import Platform, Time, Way


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def database(database_url: str, time: Time) -> AsyncIterator[Database]:
    opened = Database(database_url, clock=time.now)
    yield opened
    await opened.close()


@pytest.fixture
def platform(time: Time) -> Platform:
    return Platform(time)


@pytest.fixture
def way(database: Database, platform: Platform, time: Time) -> Way:
    return Way(database, platform, time)
