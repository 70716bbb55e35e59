"""A running district for tests of whole flows, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.town import Town, running_town


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    """The sample district, served on a fresh database."""
    async with running_town(database_url) as running:
        yield running
