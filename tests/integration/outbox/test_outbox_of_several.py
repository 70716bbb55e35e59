"""Several processes send from one outbox: within the platform's rates together, and in place of each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from bot.jobs.outbox import LEASE_SECONDS
from bot.jobs.rhythm import Rhythm
from bot.services.delivery import RetryAfter
from bot.telegram.limits import Rates
from models.database import Database
from routing.pace import Rate
from tests.integration.outbox.way_out import (
    OTHER_ROOM,
    PERSON,
    ROOM,
    Held,
    Platform,
    Serving,
    Time,
    Way,
    queue,
    say,
    until,
    until_sent,
)


@pytest.fixture
async def databases(database_url: str, time: Time) -> AsyncIterator[tuple[Database, Database]]:
    """One database as two processes see it."""
    one, other = Database(database_url, clock=time.now), Database(database_url, clock=time.now)
    yield one, other
    await asyncio.gather(one.close(), other.close())


def most_in(moments: list[float], seconds: float) -> int:
    """The fullest window."""
    return max(sum(start <= moment < start + seconds - 1e-6 for moment in moments) for start in moments)


async def test_together_they_keep_to_the_rates(databases: tuple[Database, Database], time: Time) -> None:
    platform = Platform(time)
    await queue(
        databases[0],
        *(say(person, str(number)) for number in range(3) for person in range(1, 41)),
        *(say(ROOM, str(number)) for number in range(25)),
    )
    ways = [Way(database, platform, time, Rates()) for database in databases]
    for _ in range(90):
        for way in ways:
            await way.runner.run_once()
        time.pass_by(1)
    assert len(platform.got) == 145
    assert most_in(platform.at, 1) <= 30
    for chat in {chat for chat, _ in platform.got}:
        at = [moment for (other, _), moment in zip(platform.got, platform.at, strict=True) if other == chat]
        assert all(after - before >= 1 - 1e-6 for before, after in pairwise(at)), chat
        if chat < 0:
            assert most_in(at, 60) <= 20
        titles = [int(title) for other, title in platform.got if other == chat]
        assert titles == sorted(titles), "in order, whoever sent them"


async def test_a_restart_does_not_forget_what_was_sent(databases: tuple[Database, Database], time: Time) -> None:
    platform = Platform(time)
    await queue(databases[0], *(say(ROOM, str(number)) for number in range(20)))
    for _ in range(25):
        await Way(databases[0], platform, time, Rates()).runner.run_once()
        time.pass_by(1)
    assert len(platform.got) == 20
    await queue(databases[1], say(ROOM, "后"), say(PERSON, "急"))
    await Way(databases[1], platform, time, Rates()).runner.run_once()
    assert platform.got[20:] == [(PERSON, "急")], "the group has had its twenty of this minute"


async def test_a_pause_that_one_was_asked_for_is_kept_by_the_other(
    databases: tuple[Database, Database], time: Time
) -> None:
    platform = Platform(time)
    platform.trouble = lambda row: RetryAfter(30) if row.message.content.title == "难" else None
    one, other = (Way(database, platform, time) for database in databases)
    await queue(databases[0], say(ROOM, "难"), say(OTHER_ROOM, "难"))
    await one.runner.run_once()
    platform.trouble = lambda row: None
    await queue(databases[0], say(PERSON, "急"))
    await other.runner.run_once()
    assert platform.got == [], "two chats that were refused mean the whole bot"
    time.pass_by(30)
    await other.runner.run_once()
    assert sorted(title for _, title in platform.got) == ["急", "难", "难"]


async def _next_round(way: Way, time: Time) -> None:
    """The serving runner has looked at the outbox once more, and so renewed what it holds."""
    renewed = asyncio.Event()
    renew = way.runner._renew

    async def noticed() -> None:
        await renew()
        renewed.set()

    way.runner._renew = noticed  # type: ignore[method-assign]
    way.runner.wake()
    async with asyncio.timeout(15):
        await renewed.wait()


async def test_a_lease_is_renewed_while_the_platform_is_slow(databases: tuple[Database, Database], time: Time) -> None:
    always = Rhythm(renewal=0.0)
    slow, quick = Held(time), Platform(time)
    slow_way, quick_way = (
        Way(databases[0], slow, time, sleep=asyncio.sleep, rhythm=always),
        Way(databases[1], quick, time, sleep=asyncio.sleep, rhythm=always),
    )
    await queue(databases[0], say(ROOM, "一"))
    async with Serving(slow_way):
        async with asyncio.timeout(15):
            await slow.asked.wait()
        for _ in range(3):
            time.pass_by(LEASE_SECONDS - 1)
            await _next_round(slow_way, time)
            await quick_way.runner.run_once()
        slow.release.set()
    assert (slow.got, quick.got) == ([(ROOM, "一")], [])


async def test_what_nobody_renews_is_taken_over_by_who_has_watched_for_a_while(
    databases: tuple[Database, Database], time: Time
) -> None:
    platform = Platform(time)
    await queue(databases[0], say(ROOM, "一"), say(ROOM, "二"))
    async with databases[0].unit_of_work() as work:
        await work.outbox.take(time.now(), limit=1, lease_seconds=LEASE_SECONDS)
        await work.commit()
    time.pass_by(LEASE_SECONDS)
    way = Way(databases[1], platform, time, sleep=asyncio.sleep, rhythm=Rhythm(watch=0.2))
    async with databases[1].unit_of_work() as work:
        assert await work.outbox.take(time.now(), limit=5, lease_seconds=20, takes_over=False) == ()
    async with Serving(way):
        await until_sent(databases[1])
    assert platform.got == [(ROOM, "一"), (ROOM, "二")]


async def test_what_waits_for_its_moment_is_given_back_at_a_stop(
    databases: tuple[Database, Database], time: Time
) -> None:
    platform = Platform(time)
    way = Way(databases[0], platform, time, Rates(chat=Rate(1, 4.5)), sleep=asyncio.sleep)
    await queue(databases[0], say(ROOM, "一"))
    async with Serving(way):
        await until_sent(databases[0])
        await queue(databases[0], say(ROOM, "二"))
        way.runner.wake()

        async def taken() -> bool:
            return bool(way.runner._in_hand)

        await until(taken)
    assert platform.got == [(ROOM, "一")]
    async with databases[1].unit_of_work() as work:
        (given,) = await work.outbox.take(time.now(), limit=5, lease_seconds=20, takes_over=False)
    assert given.message.content.title == "二"


async def test_the_age_of_the_backlog_is_told(databases: tuple[Database, Database], time: Time) -> None:
    way = Way(databases[0], Platform(time), time)
    await queue(databases[0], say(ROOM, "一"))
    time.pass_by(90)
    await way.runner._count_waiting()
    assert (way.count("pending"), way.count("oldest_seconds"), way.count("undelivered")) == (1, 90, 0)
