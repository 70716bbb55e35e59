"""The district whose digests are read."""

from __future__ import annotations

import pytest

from models.database import Database
from tests.integration.digests.histories import AREAS, POSTS


@pytest.fixture
async def district(database: Database) -> Database:
    async with database.unit_of_work() as work:
        await work.areas.upsert(AREAS)
        await work.staff.upsert(POSTS)
        await work.commit()
    return database
