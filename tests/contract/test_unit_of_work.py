"""Transactions: what is undone, what lasts, who is woken, and that the ports are what is implemented."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.services.ports import UnitOfWork, UnitOfWorkFactory
from models.database import Database
from models.errors import DatabaseUrlInvalid
from routing.groups import Group
from routing.outgoing import Content, Outgoing
from tests.contract.samples import AREAS, NOW


def test_the_database_gives_what_the_use_cases_ask_for(database: Database) -> None:
    factory: UnitOfWorkFactory = database.unit_of_work
    work: UnitOfWork = factory()
    assert work is not factory()


async def test_leaving_without_commit_undoes_everything(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.areas.upsert(AREAS)
        await work.groups.put(Group("local", 1, "a"))
    with suppress(ZeroDivisionError):
        async with database.unit_of_work() as work:
            await work.groups.put(Group("local", 2, "b"))
            raise ZeroDivisionError
    async with database.unit_of_work() as work:
        assert len(await work.areas.tree()) == 0
        assert await work.groups.all() == ()


async def test_what_follows_a_commit_is_a_transaction_of_its_own(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.groups.put(Group("local", 1, "a"))
        await work.commit()
        await work.groups.put(Group("local", 2, "b"))
    async with database.unit_of_work() as work:
        assert [group.chat_id for group in await work.groups.all()] == [1]


async def test_senders_are_woken_by_commits_with_messages_only(database: Database) -> None:
    woken: list[str] = []
    database.on_commit(lambda: woken.append("first"))
    database.on_commit(lambda: woken.append("second"))
    message = Outgoing("local", 1, Content("a"))
    async with database.unit_of_work() as work:
        await work.groups.put(Group("local", 1, "a"))
        await work.commit()
    async with database.unit_of_work() as work:
        await work.outbox.add(message)
    assert woken == [], "nothing waits that was not committed"
    async with database.unit_of_work() as work:
        await work.outbox.add(message)
        await work.commit()
        await work.commit()
    assert woken == ["first", "second"]


async def test_a_cancelled_unit_of_work_gives_its_connection_back(database: Database) -> None:
    entered = asyncio.Event()

    async def hang() -> None:
        async with database.unit_of_work() as work:
            await work.groups.put(Group("local", 1, "a"))
            entered.set()
            await asyncio.Event().wait()

    for _ in range(3):
        entered.clear()
        task = asyncio.create_task(hang())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with database.unit_of_work() as work:
        assert await work.groups.all() == ()


async def test_a_unit_of_work_that_asks_nothing_holds_up_nobody(database: Database) -> None:
    async with database.unit_of_work() as idle, database.unit_of_work() as busy:
        await busy.groups.put(Group("local", 1, "a"))
        await busy.commit()
        assert len(await idle.groups.all()) == 1


async def undone(work: UnitOfWork) -> None:
    """Raises out of a savepoint."""
    async with work.savepoint():
        raise ZeroDivisionError


async def test_a_savepoint_is_undone_alone(database: Database) -> None:
    woken: list[bool] = []
    database.on_commit(lambda: woken.append(True))
    async with database.unit_of_work() as work:
        async with work.savepoint():
            await work.groups.put(Group("local", 1, "a"))
        with suppress(ZeroDivisionError):
            async with work.savepoint():
                await work.areas.upsert(AREAS)
                await work.outbox.add(Outgoing("local", 1, Content("a")))
                raise ZeroDivisionError
        assert len(await work.areas.tree()) == 0
        await work.commit()
        assert woken == [], "the message was undone with its part"
        with pytest.raises(ZeroDivisionError):
            await undone(work)
    async with database.unit_of_work() as work:
        assert len(await work.groups.all()) == 1
        await work.areas.upsert(AREAS)
        await work.commit()
    async with database.unit_of_work() as work:
        assert len(await work.areas.tree()) == len(AREAS), "a change undone must not hide a later one"


async def test_a_refused_statement_undoes_only_its_savepoint(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.groups.put(Group("local", 1, "a"))
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            async with work.savepoint():
                await work.groups.put(Group("local", 2, "b", area_code="nowhere"))
        await work.groups.put(Group("local", 3, "c"))
        await work.commit()
    async with database.unit_of_work() as work:
        assert [group.chat_id for group in await work.groups.all()] == [1, 3]


async def test_a_register_changed_again_after_a_savepoint_undone_is_seen(database: Database, database_url: str) -> None:
    async with database.unit_of_work() as work:
        await work.areas.upsert(AREAS[:1])
        await work.commit()
    other = Database(database_url)
    async with other.unit_of_work() as work:
        assert len(await work.areas.tree()) == 1
    async with database.unit_of_work() as work:
        with suppress(ZeroDivisionError):
            async with work.savepoint():
                await work.areas.upsert(AREAS[1:2])
                raise ZeroDivisionError
        await work.areas.upsert(AREAS[1:3])
        await work.commit()
    async with other.unit_of_work() as work:
        assert len(await work.areas.tree()) == 3
    await other.close()


async def test_a_second_commit_of_one_unit_of_work_tells_of_its_own_changes(
    database: Database, database_url: str
) -> None:
    other = Database(database_url)
    async with database.unit_of_work() as work:
        await work.areas.upsert(AREAS[:1])
        await work.commit()
        async with other.unit_of_work() as looking:
            assert len(await looking.areas.tree()) == 1
        await work.areas.upsert(AREAS[1:2])
        await work.commit()
    async with other.unit_of_work() as looking:
        assert len(await looking.areas.tree()) == 2
    await other.close()


async def test_many_at_once_all_get_their_turn(database: Database) -> None:
    async def put(chat_id: int) -> None:
        async with database.unit_of_work() as work:
            await work.groups.put(Group("local", chat_id, "a"))
            await work.commit()

    await asyncio.gather(*map(put, range(60)))
    async with database.unit_of_work() as work:
        assert len(await work.groups.all()) == 60


async def test_messages_are_queued_by_the_clock_that_is_given(database_url: str) -> None:
    database = Database(database_url, clock=lambda: NOW)
    async with database.unit_of_work() as work:
        await work.outbox.add(Outgoing("local", 1, Content("a")))
        assert (await work.outbox.backlog()).oldest == NOW
    await database.close()


async def test_the_clock_is_utc_where_none_is_given(database: Database) -> None:
    before = datetime.now(UTC)
    async with database.unit_of_work() as work:
        await work.outbox.add(Outgoing("local", 1, Content("a")))
        oldest = (await work.outbox.backlog()).oldest
    assert oldest is not None
    assert before <= oldest <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "malformed"),
        ("not a url", "malformed"),
        ("postgresql://user:secret@host:port/name", "malformed"),
        ("mysql://user:secret@host/name", "scheme"),
        ("postgresql+psycopg://user:secret@host/name", "scheme"),
        ("postgresql://user:secret@host", "name"),
        ("sqlite://", "name"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str, reason: str) -> None:
    with pytest.raises(DatabaseUrlInvalid) as refused:
        Database(url)
    assert refused.value.reason == reason
    assert refused.value.code == "database_url"
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("postgres://user@host/name", "postgresql"),
        ("postgresql://user@host/name", "postgresql"),
        ("postgresql+asyncpg://user@host/name", "postgresql"),
        ("sqlite:///{folder}/a/b.db", "sqlite"),
        ("sqlite+aiosqlite:///{folder}/a/b.db", "sqlite"),
    ],
)
async def test_a_url_may_leave_out_the_driver(url: str, dialect: str, tmp_path: Path) -> None:
    database = Database(url.format(folder=tmp_path))
    assert database.dialect == dialect
    await database.close()


async def test_sqlite_is_set_up_for_one_writer_and_many_readers(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database._engine.connect() as connection:
        settings = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
    await database.close()
