"""The outbox by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from models.database import Database
from tests.contract.outbox_setting import Setting


@pytest.fixture
async def setting(database_url: str) -> AsyncIterator[Setting]:
    """The outbox of a database with a clock to be moved."""
    made: list[Setting] = []
    database = Database(database_url, clock=lambda: made[0].now)
    made.append(Setting(database))
    yield made[0]
    await database.close()
