"""Which updates were handled, and which failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.database import Database

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


async def test_an_update_is_handled_once(database: Database) -> None:
    async with database.unit_of_work() as work:
        assert await work.updates.first_time("telegram", 7, NOW)
        assert not await work.updates.first_time("telegram", 7, NOW)
        assert await work.updates.first_time("local", 7, NOW)
        await work.commit()
    async with database.unit_of_work() as work:
        assert not await work.updates.first_time("telegram", 7, NOW)
        assert await work.updates.first_time("telegram", 8, NOW)


async def test_an_update_rolled_back_comes_again(database: Database) -> None:
    async with database.unit_of_work() as work:
        assert await work.updates.first_time("telegram", 7, NOW)
    async with database.unit_of_work() as work:
        assert await work.updates.first_time("telegram", 7, NOW)


async def test_failures_are_counted_and_parked(database: Database) -> None:
    later = NOW + timedelta(minutes=1)
    async with database.unit_of_work() as work:
        assert await work.updates.failed("telegram", 7, b'{"a": 1}', "ValueError", NOW) == 1
        assert await work.updates.failed("telegram", 7, b'{"a": 1}', "KeyError", later) == 2
        assert await work.updates.parked() == ()
        assert await work.updates.unpark("telegram", 7) is None
        await work.updates.park("telegram", 7, later)
        await work.commit()
    async with database.unit_of_work() as work:
        (parked,) = await work.updates.parked()
        assert (parked.platform, parked.update_id, parked.payload) == ("telegram", 7, b'{"a": 1}')
        assert (parked.error, parked.failures) == ("KeyError", 2)
        assert (parked.first_failed_at, parked.parked_at) == (NOW, later)
        assert await work.updates.unpark("telegram", 7) == parked
        assert await work.updates.unpark("telegram", 7) is None
    async with database.unit_of_work() as work:
        assert await work.updates.parked() == (parked,), "a replay that fails leaves the update parked"


async def test_pruning_forgets_what_is_old_and_keeps_what_is_parked(database: Database) -> None:
    old, edge = NOW - timedelta(days=3), NOW - timedelta(days=2)
    async with database.unit_of_work() as work:
        await work.updates.first_time("telegram", 1, old)
        await work.updates.first_time("telegram", 2, edge)
        await work.updates.failed("telegram", 3, b"", "ValueError", old)
        await work.updates.failed("telegram", 4, b"", "ValueError", old)
        await work.updates.park("telegram", 4, old)
        assert await work.updates.prune(edge) == 2
        assert await work.updates.first_time("telegram", 1, NOW)
        assert not await work.updates.first_time("telegram", 2, NOW)
        assert [parked.update_id for parked in await work.updates.parked()] == [4]
        assert await work.updates.failed("telegram", 3, b"", "ValueError", NOW) == 1
        assert await work.updates.prune_parked(old) == 0
        assert await work.updates.prune_parked(edge) == 1
        assert await work.updates.parked() == ()
