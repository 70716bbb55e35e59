"""The revisions: up and down again on both databases, and what they make is what the code expects."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from models.database import Database
from models.engine import connect_once, parse_url
from models.migrate import config, downgrade, head_revision, upgrade
from models.tables_delivery import OutboxRow
from models.tables_tickets import TicketRow
from routing.areas import Area
from routing.outgoing import Content, Outgoing
from routing.queries import TicketFilter
from routing.staff import Role, Staff
from routing.ticket_events import EventKind, TicketEvent
from tests.contract.samples import ticket
from tests.postgres import PostgresServer

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, in a folder that need not exist."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/new/folder/qunban.db"
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    url = postgres.empty_database()
    yield url
    postgres.drop(url)


async def on(url: str, story: Any) -> Any:
    """Runs ``story`` with a plain connection."""
    engine = connect_once(parse_url(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(story)
    finally:
        await engine.dispose()


async def revision_of(database_url: str) -> str | None:
    """Where the database stands."""
    database = Database(database_url)
    revision = await database.current_revision()
    await database.close()
    return revision


async def test_each_revision_goes_up_and_down_with_data(empty_url: str) -> None:
    for index, revision in enumerate(REVISIONS):
        await upgrade(empty_url, revision)
        if index == len(REVISIONS) - 1:
            await fill(empty_url)
        await downgrade(empty_url, REVISIONS[index - 1] if index else "base")
        await upgrade(empty_url, revision)
    assert await revision_of(empty_url) == head_revision()


async def test_going_back_to_nothing_leaves_nothing(empty_url: str) -> None:
    await upgrade(empty_url)
    await fill(empty_url)
    await downgrade(empty_url, "base")
    assert await on(empty_url, lambda plain: inspect(plain).get_table_names()) == ["alembic_version"]
    assert await revision_of(empty_url) is None


async def test_how_older_tickets_came_in_is_read_from_their_first_event(empty_url: str) -> None:
    await upgrade(empty_url)
    await fill(empty_url)
    database = Database(empty_url)
    async with database.unit_of_work() as work:
        (opened,) = await work.tickets.find(TicketFilter(), limit=2)
        at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
        await work.tickets.record(TicketEvent(opened.id, EventKind.OPENED, at, data={"via": "patrol"}))
        await work.commit()
    await database.close()
    await downgrade(empty_url, "0005")
    await upgrade(empty_url)
    database = Database(empty_url)
    async with database.unit_of_work() as work:
        (read,) = await work.tickets.find(TicketFilter(), limit=2)
    await database.close()
    assert (opened.via, read.via) == ("talk", "patrol")


async def fill(url: str) -> None:
    """Writes a little of what others depend on."""
    database = Database(url)
    now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    async with database.unit_of_work() as work:
        await work.areas.upsert([Area("A", "社区", "community"), Area("A1", "网格", "grid", "A")])
        worker = await work.staff.add(Staff(0, "李芳", Role.GRID_WORKER, "A1", account=1_000_000_001))
        opened = await work.tickets.add(
            ticket(area_code="A1", area_path="A/A1/", assignee_id=worker.id), number_scope="A1", day="1120"
        )
        await work.outbox.add(Outgoing("local", 5, Content("标题"), ticket_id=opened.id, card=True))
        await work.updates.first_time("local", 1, now)
        await work.commit()
    await database.close()


async def test_the_code_expects_what_the_revisions_make(database_url: str) -> None:
    metadata = TicketRow.metadata
    assert OutboxRow.metadata is metadata

    def differences(plain: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(plain, opts={"compare_type": True}), metadata))

    assert await on(database_url, differences) == []


async def test_the_code_names_the_same_constraints(database_url: str) -> None:
    """Alembic compares no CHECKs, so that is done here. (SQLite keeps no names of keys that number themselves.)"""

    def expected() -> dict[str, set[str]]:
        return {
            table.name: {str(constraint.name) for constraint in table.constraints - {table.primary_key}}
            | {str(index.name) for index in table.indexes}
            for table in TicketRow.metadata.sorted_tables
        }

    def found(plain: Connection) -> dict[str, set[str]]:
        looked = inspect(plain)
        return {
            name: {str(check["name"]) for check in looked.get_check_constraints(name)}
            | {str(key["name"]) for key in looked.get_foreign_keys(name)}
            | {str(unique["name"]) for unique in looked.get_unique_constraints(name)}
            | {str(index["name"]) for index in looked.get_indexes(name)}
            for name in expected()
        }

    assert await on(database_url, found) == expected()


async def test_checks_allow_exactly_the_codes_of_the_code(database_url: str) -> None:
    def allowed(plain: Connection) -> dict[str, set[str]]:
        looked = inspect(plain)
        return {
            str(check["name"]): set(str(check["sqltext"]).split("'")[1::2])
            for name in looked.get_table_names()
            for check in looked.get_check_constraints(name)
            if "'" in str(check["sqltext"])
        }

    codes = {
        f"ck_{table.name}_{column.name}": set(column.type.enums)
        for table in TicketRow.metadata.sorted_tables
        for column in table.columns
        if getattr(column.type, "create_constraint", False) and hasattr(column.type, "enums")
    }
    assert codes
    assert await on(database_url, allowed) == codes


async def test_partial_indexes_have_the_conditions_of_the_code(database_url: str) -> None:
    def conditions(plain: Connection) -> dict[str, bool]:
        looked = inspect(plain)
        return {
            str(index["name"]): any(name.endswith("_where") for name in index.get("dialect_options", {}))
            for table in looked.get_table_names()
            for index in looked.get_indexes(table)
            if not index.get("duplicates_constraint")
        }

    expected = {
        str(index.name): index.dialect_options["postgresql"].get("where") is not None
        for table in TicketRow.metadata.sorted_tables
        for index in table.indexes
    }
    assert await on(database_url, conditions) == expected


async def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    await upgrade(empty_url)
    await fill(empty_url)
    await upgrade(empty_url)
    database = Database(empty_url)
    assert await database.current_revision() == head_revision()
    async with database.unit_of_work() as work:
        assert len(await work.areas.tree()) == 2
    await database.close()


async def test_a_new_database_stands_nowhere(empty_url: str) -> None:
    database = Database(empty_url)
    await database.ping()
    assert await database.current_revision() is None
    await database.close()


async def test_several_processes_migrate_at_once(empty_url: str, tmp_path: Path) -> None:
    program = "import asyncio, sys; from models.migrate import upgrade; asyncio.run(upgrade(sys.argv[1]))"
    root = Path(__file__).parents[2]
    # From another directory, as the product is started from anywhere.
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            program,
            empty_url,
            cwd=tmp_path,
            env={"PYTHONPATH": str(root)},
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    ends = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0], ends
    assert await revision_of(empty_url) == head_revision()


async def test_a_failed_migration_leaves_the_database_as_it_was(empty_url: str) -> None:
    def spoil(plain: Connection) -> None:
        plain.execute(text("CREATE TABLE digests_sent (id INTEGER)"))
        plain.commit()

    await on(empty_url, spoil)
    with pytest.raises(Exception, match="digests_sent"):
        await upgrade(empty_url)
    assert await on(empty_url, lambda plain: inspect(plain).get_table_names()) == ["digests_sent"]
