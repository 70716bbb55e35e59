"""A running district for tests of whole flows, on SQLite and on PostgreSQL.

Its registers are written once and copied with the database, which takes a third of writing them for each test.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer
from tests.town import Town, running_town, settle


@pytest.fixture(scope="session")
def settled_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the registers of the sample district, to copy."""
    path = tmp_path_factory.mktemp("settled") / "template.db"
    shutil.copy(sqlite_template, path)
    asyncio.run(settle(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def settled_postgresql(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a PostgreSQL database with the same, to copy; nobody may be connected to it then."""
    url = postgres.migrated_database()
    asyncio.run(settle(url))
    yield url
    postgres.drop(url)


@pytest.fixture
def settled_sqlite_url(settled_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite file with the registers of the sample district."""
    path = tmp_path / "qunban.db"
    shutil.copy(settled_sqlite, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def settled_postgresql_url(postgres: PostgresServer, settled_postgresql: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with the registers of the sample district."""
    url = postgres.copy_of(settled_postgresql)
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def settled_url(request: pytest.FixtureRequest) -> str:
    """The URL of such a database, of the one kind and of the other."""
    url: str = request.getfixturevalue(f"settled_{request.param}_url")
    return url


@pytest.fixture
async def town(settled_url: str) -> AsyncIterator[Town]:
    """The sample district, served on a fresh database."""
    async with running_town(settled_url, is_settled=True) as running:
        yield running
