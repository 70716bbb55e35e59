"""Somebody sets the machine's clock while messages wait: nothing goes twice, and nothing waits for as long as that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.jobs.outbox import LEASE_SECONDS
from bot.jobs.rhythm import Rhythm
from bot.services.delivery import RetryAfter
from bot.telegram.limits import Rates
from models.database import Database
from routing.pace import LONGEST_PAUSE_SECONDS, Rate
from tests.integration.outbox.way_out import (
    OTHER_ROOM,
    PERSON,
    ROOM,
    Held,
    Platform,
    Serving,
    Time,
    Way,
    pending,
    queue,
    say,
    until,
    until_sent,
)

HOUR = 3600.0


QUICK = Rhythm(poll=0.05, renewal=0.0, watch=0.5)


@pytest.fixture
async def databases(database_url: str, time: Time) -> AsyncIterator[tuple[Database, Database]]:
    """One database as two processes of one machine see it."""
    one, other = Database(database_url, clock=time.now), Database(database_url, clock=time.now)
    yield one, other
    await asyncio.gather(one.close(), other.close())


@pytest.mark.parametrize("moved", [HOUR, -HOUR])
async def test_what_is_being_sent_is_sent_by_nobody_else(
    databases: tuple[Database, Database], time: Time, moved: float
) -> None:
    slow, quick = Held(time), Platform(time)
    ways = (
        Way(databases[0], slow, time, sleep=asyncio.sleep, rhythm=QUICK),
        Way(databases[1], quick, time, sleep=asyncio.sleep, rhythm=QUICK),
    )
    await queue(databases[0], say(ROOM, "一"))
    async with Serving(ways[0]):
        async with asyncio.timeout(15):
            await slow.asked.wait()
        async with Serving(ways[1]):
            await asyncio.sleep(2 * QUICK.watch)
            time.pass_by(moved)
            # Whoever takes over looks first, and before the other has renewed anything.
            ways[1].runner.wake()
            await asyncio.sleep(3 * QUICK.watch)
            assert quick.got == []
            slow.release.set()
            await until_sent(databases[1])
    assert (slow.got, quick.got) == ([(ROOM, "一")], [])


async def test_set_back_it_freezes_nothing(databases: tuple[Database, Database], time: Time) -> None:
    """What a dead process had in hand, what was paused, and what waits for its turn."""
    platform, refusing = Platform(time), Platform(time)
    refusing.trouble = lambda row: RetryAfter(30)
    await queue(databases[0], say(ROOM, "一"), say(ROOM, "二"))
    async with databases[0].unit_of_work() as work:
        (dead,) = await work.outbox.take(time.now(), limit=1, lease_seconds=LEASE_SECONDS)
        await work.commit()
    assert dead.message.content.title == "一"
    await queue(databases[0], say(OTHER_ROOM, "歇"))
    await Way(databases[0], refusing, time).runner.run_once()
    way = Way(databases[1], platform, time, Rates(chat=Rate(1, 1.0)), sleep=asyncio.sleep, rhythm=QUICK)
    async with Serving(way):
        await queue(databases[0], say(PERSON, "甲"), say(PERSON, "乙"))
        way.runner.wake()

        async def one_waits_for_its_turn() -> bool:
            return (PERSON, "甲") in platform.got and bool(way.runner._in_hand)

        await until(one_waits_for_its_turn)
        time.pass_by(-HOUR)
        await until_sent(databases[0])
    assert sorted(title for _, title in platform.got) == sorted("一二歇甲乙")
    assert [title for chat, title in platform.got if chat == ROOM] == ["一", "二"]


async def test_who_starts_after_it_was_set_back_is_not_held_up_either(
    databases: tuple[Database, Database], time: Time
) -> None:
    platform, refusing = Platform(time), Platform(time)
    refusing.trouble = lambda row: RetryAfter(30)
    await queue(databases[0], say(ROOM, "一"), say(OTHER_ROOM, "甲"))
    await Way(databases[0], refusing, time).runner.run_once()
    time.pass_by(-2 * HOUR)
    await Way(databases[1], platform, time).runner.run_once()
    assert sorted(title for _, title in platform.got) == ["一", "甲"]


async def test_no_platform_silences_us_for_ever(databases: tuple[Database, Database], time: Time) -> None:
    platform = Platform(time)
    platform.trouble = lambda row: RetryAfter(1e15)
    way = Way(databases[0], platform, time)
    await queue(databases[0], say(ROOM, "一"))
    await way.runner.run_once()
    platform.trouble = lambda row: None
    time.pass_by(LONGEST_PAUSE_SECONDS - 1)
    assert await way.runner.run_once() == 0
    time.pass_by(1)
    assert await way.runner.run_once() == 1
    assert await pending(databases[0]) == 0
