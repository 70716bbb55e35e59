"""The way out: at least once, in order per chat, at the platform's pace, and given up visibly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import monotonic

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from bot.backoff import Backoff
from bot.jobs.outbox import LEASE_SECONDS, OutboxRunner
from bot.jobs.outcomes import RetryPolicy
from bot.metrics import OutboxMetrics
from bot.services.delivery import (
    Delivered,
    Migrated,
    Obstacle,
    PlatformDown,
    Refused,
    RetryAfter,
    Sender,
    Unreachable,
)
from bot.services.ports import UnitOfWork, UnitOfWorkFactory
from bot.telegram.limits import Rates, SendLimits
from bot.telegram.sender import TelegramSender, open_bot
from models.database import Database
from models.tables_delivery import OutboxRow
from routing.groups import Group, GroupState
from routing.outgoing import Button, Content, Outgoing, QueuedMessage
from routing.pace import Rate
from tests.contract.samples import open_ticket, settle
from tests.sandbox_server import running_sandbox
from tests.sandbox_world import GARDEN, WORLD

ROOM, OTHER_ROOM, PERSON = -1001, -1002, 1_000_000_001


class Time:
    """A clock that moves by sleeping only."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def passed(self) -> float:
        """Monotonic seconds, where nobody sets the clock."""
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)
        await asyncio.sleep(0)


class Platform:
    """A sender that keeps what it got. ``trouble`` answers some of it with an error or another result."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.got: list[tuple[int, str]] = []
        self.at: list[float] = []
        self.rows: list[QueuedMessage] = []
        self.trouble: Callable[[QueuedMessage], Exception | Delivered | None] = lambda row: None

    async def deliver(self, row: QueuedMessage) -> Delivered:
        await asyncio.sleep(0)
        answer = self.trouble(row)
        if isinstance(answer, Exception):
            raise answer
        self.got.append((row.message.chat_id, row.message.content.title))
        self.at.append(self.time.moment.timestamp())
        self.rows.append(row)
        return answer or Delivered(row.card_message_id or 1000 + len(self.got))


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


FREE = Rates(overall=Rate(1000, 1.0), chat=Rate(1000, 1.0), group=Rate(1000, 60.0))


class Way:
    """A runner over the database and the platform, and what it counted."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        time: Time,
        rates: Rates = FREE,
        *,
        unit_of_work: UnitOfWorkFactory | None = None,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self.registry = CollectorRegistry()
        self.runner = OutboxRunner(
            unit_of_work=unit_of_work or database.unit_of_work,
            sender=sender,
            limits=SendLimits(rates),
            clock=time.now,
            randomness=lambda: 1.0,
            metrics=OutboxMetrics(self.registry),
            sleep=sleep or time.sleep,
            monotonic=monotonic if sleep else time.passed,
            policy=RetryPolicy(backoff=Backoff(1, 8), tries=6, tries_of_unexpected=3),
        )

    def count(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"qunban_outbox_{name}", labels) or 0


@pytest.fixture
def way(database: Database, platform: Platform, time: Time) -> Way:
    return Way(database, platform, time)


def say(chat_id: int, title: str, **fields: object) -> Outgoing:
    return Outgoing("telegram", chat_id, Content(title=title), **fields)  # type: ignore[arg-type]


async def queue(database: Database, *messages: Outgoing) -> None:
    async with database.unit_of_work() as work:
        await work.outbox.add(*messages)
        await work.commit()


async def errors(database: Database) -> list[tuple[str, str | None]]:
    async with database._engine.connect() as connection:
        rows = await connection.execute(select(OutboxRow.state, OutboxRow.error).order_by(OutboxRow.id))
        return [(state.value, error) for state, error in rows]


async def pending(database: Database) -> int:
    async with database.unit_of_work() as work:
        return await work.outbox.pending()


async def test_everything_goes_out_in_the_order_of_each_chat(
    database: Database, platform: Platform, way: Way, time: Time
) -> None:
    await queue(
        database, say(ROOM, "一"), say(OTHER_ROOM, "甲"), say(ROOM, "二"), say(OTHER_ROOM, "乙"), say(ROOM, "三")
    )
    time.pass_by(3)
    assert await way.runner.run_once() == 5
    assert [title for chat, title in platform.got if chat == ROOM] == ["一", "二", "三"]
    assert [title for chat, title in platform.got if chat == OTHER_ROOM] == ["甲", "乙"]
    assert await pending(database) == 0
    assert way.count("sent_total", platform="telegram") == 5
    assert way.count("lag_seconds_sum") == 15
    assert await way.runner.run_once() == 0


async def test_a_message_committed_before_a_crash_goes_out_after_the_restart(
    database: Database, platform: Platform, way: Way
) -> None:
    await queue(database, say(ROOM, "一"))
    # The process that wrote it is gone; this runner is the one of the next process.
    assert await way.runner.run_once() == 1
    assert platform.got == [(ROOM, "一")]


async def test_a_message_of_a_dead_sender_is_taken_over_once_its_lease_is_over(
    database: Database, platform: Platform, way: Way, time: Time
) -> None:
    await queue(database, say(ROOM, "一"), say(ROOM, "二"), say(OTHER_ROOM, "甲"))
    async with database.unit_of_work() as work:
        taken = await work.outbox.take(time.now(), limit=1, lease_seconds=LEASE_SECONDS)
        await work.commit()
    assert [row.message.content.title for row in taken] == ["一"]
    await way.runner.run_once()
    assert platform.got == [(OTHER_ROOM, "甲")], "nothing of the chat that is in another's hands"
    time.pass_by(LEASE_SECONDS)
    await way.runner.run_once()
    assert platform.got[1:] == [(ROOM, "一"), (ROOM, "二")]


async def test_two_runners_send_everything_once(database: Database, platform: Platform, time: Time) -> None:
    await queue(database, *(say(-number % 7 - 1000, str(number)) for number in range(40)))
    runners = [Way(database, platform, time).runner for _ in range(3)]
    assert sum(await asyncio.gather(*(runner.run_once() for runner in runners))) <= 40
    await runners[0].run_once()
    assert sorted(title for _, title in platform.got) == sorted(str(number) for number in range(40))
    for chat in {chat for chat, _ in platform.got}:
        titles = [int(title) for other, title in platform.got if other == chat]
        assert titles == sorted(titles)


async def test_a_refused_message_does_not_stop_those_behind_it(
    database: Database, platform: Platform, way: Way
) -> None:
    platform.trouble = lambda row: Refused("bad_markup") if row.message.content.title == "坏" else None
    await queue(database, say(ROOM, "坏"), say(ROOM, "好"))
    assert await way.runner.run_once() == 1
    assert platform.got == [(ROOM, "好")]
    assert await errors(database) == [("failed", "message_refused bad_markup"), ("delivered", None)]
    assert way.count("given_up_total", platform="telegram", cause="message_refused bad_markup") == 1


async def test_a_chat_in_trouble_holds_up_nobody_else(
    database: Database, platform: Platform, way: Way, time: Time
) -> None:
    platform.trouble = lambda row: PlatformDown("network") if row.message.chat_id == ROOM else None
    await queue(database, say(ROOM, "一"), say(ROOM, "二"), *(say(OTHER_ROOM, str(number)) for number in range(5)))
    assert await way.runner.run_once() == 5
    assert {chat for chat, _ in platform.got} == {OTHER_ROOM}
    platform.trouble = lambda row: None
    time.pass_by(8)
    await way.runner.run_once()
    assert platform.got[5:] == [(ROOM, "一"), (ROOM, "二")]
    assert way.count("retried_total", platform="telegram", cause="platform_down network") == 1


async def test_waits_double_and_end_in_giving_up(database: Database, platform: Platform, way: Way, time: Time) -> None:
    tried: list[float] = []

    def down(row: QueuedMessage) -> Exception | None:
        if row.message.content.title == "二":
            return None
        tried.append(time.moment.timestamp())
        return PlatformDown("server_error")

    platform.trouble = down
    await queue(database, say(ROOM, "一"), say(ROOM, "二"))
    for _ in range(40):
        await way.runner.run_once()
        time.pass_by(1)
    assert [round(after - before) for before, after in pairwise(tried)] == [1, 2, 4, 8, 8]
    assert (await errors(database))[0] == ("failed", "platform_down server_error")
    assert platform.got == [(ROOM, "二")]


async def test_a_message_that_breaks_the_sender_is_given_up_soon(
    database: Database, platform: Platform, way: Way, time: Time
) -> None:
    platform.trouble = lambda row: TypeError("秘密") if row.message.content.title == "坏" else None
    await queue(database, say(ROOM, "坏"), say(ROOM, "好"))
    for _ in range(3):
        await way.runner.run_once()
        time.pass_by(8)
    await way.runner.run_once()
    assert await errors(database) == [("failed", "unexpected TypeError"), ("delivered", None)]


async def test_too_many_requests_pause_that_chat_for_as_long_as_asked(
    database: Database, platform: Platform, way: Way, time: Time
) -> None:
    asked: list[float] = []

    def once(row: QueuedMessage) -> Exception | None:
        if row.message.chat_id != ROOM:
            return None
        asked.append(time.moment.timestamp())
        return RetryAfter(17) if len(asked) == 1 else None

    platform.trouble = once
    await queue(database, say(ROOM, "一"), say(OTHER_ROOM, "甲"))
    for _ in range(20):
        await way.runner.run_once()
        time.pass_by(1)
    assert platform.got == [(OTHER_ROOM, "甲"), (ROOM, "一")]
    assert asked[1] - asked[0] == 17


async def test_a_flood_in_one_group_keeps_to_its_limits_and_lets_others_pass(
    database: Database, platform: Platform, time: Time
) -> None:
    way = Way(database, platform, time, Rates())
    await queue(database, *(say(ROOM, str(number)) for number in range(25)), say(PERSON, "急"))
    for _ in range(90):
        await way.runner.run_once()
        time.pass_by(1)
    assert [title for chat, title in platform.got if chat == ROOM] == [str(number) for number in range(25)]
    at = [moment for (chat, _), moment in zip(platform.got, platform.at, strict=True) if chat == ROOM]
    assert all(after - before >= 1 for before, after in pairwise(at))
    assert at[20] - at[0] >= 60
    assert platform.got.index((PERSON, "急")) < 3
    assert (await errors(database))[:25] == [("delivered", None)] * 25


async def test_of_waiting_states_of_a_card_the_newest_is_sent_and_later_ones_edit_it(
    database: Database, platform: Platform, way: Way
) -> None:
    await settle(database)
    ticket = await open_ticket(database)
    for title in ("待认领", "办理中"):
        await queue(database, say(ROOM, title, card=True, ticket_id=ticket.id))
    await way.runner.run_once()
    await queue(database, say(ROOM, "已办结", card=True, ticket_id=ticket.id))
    await way.runner.run_once()
    assert platform.got == [(ROOM, "办理中"), (ROOM, "已办结")]
    assert [row.card_message_id for row in platform.rows] == [None, 1001]
    async with database.unit_of_work() as work:
        found = await work.tickets.of_message("telegram", ROOM, 1001)
    assert found is not None
    assert found.id == ticket.id


async def test_what_did_not_fit_follows_in_a_row_of_its_own(database: Database, platform: Platform, way: Way) -> None:
    rest = say(ROOM, "照片", reply_to=1)
    platform.trouble = lambda row: Delivered(7, rest) if row.message.content.title == "卡片" else None
    await queue(database, say(ROOM, "卡片"))
    assert await way.runner.run_once() == 2
    assert platform.got[-1] == (ROOM, "照片")
    assert platform.rows[-1].message == rest


@pytest.mark.parametrize(
    ("obstacle", "state"), [(Obstacle.REMOVED, GroupState.LEFT), (Obstacle.NO_RIGHTS, GroupState.RESTRICTED)]
)
async def test_a_group_that_cannot_be_reached_is_remembered(
    database: Database, platform: Platform, way: Way, obstacle: Obstacle, state: GroupState
) -> None:
    async with database.unit_of_work() as work:
        await work.groups.put(Group("telegram", ROOM, "一号群"))
        await work.commit()
    platform.trouble = lambda row: Unreachable(obstacle)
    await queue(database, say(ROOM, "一"))
    await way.runner.run_once()
    async with database.unit_of_work() as work:
        group = await work.groups.get("telegram", ROOM)
    assert group is not None
    assert group.state is state
    assert await errors(database) == [("failed", f"unreachable {obstacle}")]


async def test_a_worker_who_blocked_the_bot_gets_no_more_tickets(
    database: Database, platform: Platform, way: Way
) -> None:
    worker = await settle(database)
    platform.trouble = lambda row: Unreachable(Obstacle.BLOCKED)
    await queue(database, say(PERSON, "一"))
    await way.runner.run_once()
    async with database.unit_of_work() as work:
        assert (await work.staff.get(worker.id)).reachable is False


async def test_a_group_that_moved_takes_its_waiting_messages_along(
    database: Database, platform: Platform, way: Way, time: Time
) -> None:
    await settle(database)
    ticket = await open_ticket(database, platform="telegram", group_chat_id=-50)
    async with database.unit_of_work() as work:
        await work.groups.put(Group("telegram", -50, "小群", area_code="G1"))
        await work.commit()
    platform.trouble = lambda row: Migrated(ROOM) if row.message.chat_id == -50 else None
    await queue(database, say(-50, "卡片", card=True, ticket_id=ticket.id), say(-50, "二"))
    await way.runner.run_once()
    time.pass_by(2)
    await way.runner.run_once()
    assert platform.got == [(ROOM, "卡片"), (ROOM, "二")]
    await queue(database, say(ROOM, "卡片新", card=True, ticket_id=ticket.id))
    await way.runner.run_once()
    assert platform.rows[-1].card_message_id == 1001, "the card that was sent in the new chat is edited there"
    async with database.unit_of_work() as work:
        group = await work.groups.get("telegram", ROOM)
        assert await work.groups.get("telegram", -50) is None
    assert group is not None
    assert group.area_code == "G1"


async def test_a_group_that_moved_and_is_unknown_is_given_up(database: Database, platform: Platform, way: Way) -> None:
    platform.trouble = lambda row: Migrated(ROOM)
    await queue(database, say(-50, "一"))
    await way.runner.run_once()
    assert await errors(database) == [("failed", "migrated unknown_group")]


async def test_a_message_that_could_not_be_marked_is_marked_in_the_end(
    database: Database, platform: Platform, time: Time
) -> None:
    refusals = [ConnectionRefusedError(), ConnectionRefusedError()]

    def unit_of_work() -> UnitOfWork:
        if platform.got and refusals:
            raise refusals.pop()
        return database.unit_of_work()

    way = Way(database, platform, time, unit_of_work=unit_of_work)
    await queue(database, say(ROOM, "一"))
    async with database.unit_of_work() as work:
        assert await work.outbox.pending() == 1
    await way.runner.run_once()
    assert platform.got == [(ROOM, "一")]
    assert await errors(database) == [("delivered", None)]
    assert way.count("sent_total", platform="telegram") == 1


class Serving:
    """A runner that serves; it ends with the block."""

    def __init__(self, way: Way) -> None:
        self.way = way

    async def __aenter__(self) -> None:
        self.task = asyncio.create_task(self.way.runner.run())

    async def __aexit__(self, *_: object) -> None:
        self.way.runner.stop()
        async with asyncio.timeout(15):
            await self.task


async def test_serving_is_woken_by_a_commit_and_stops_gracefully(database: Database, platform: Platform) -> None:
    sending, release = asyncio.Event(), asyncio.Event()

    class Slow(Platform):
        async def deliver(self, row: QueuedMessage) -> Delivered:
            sending.set()
            await release.wait()
            return await super().deliver(row)

    slow = Slow(platform.time)
    way = Way(database, slow, platform.time, sleep=asyncio.sleep)
    database.on_commit(way.runner.wake)
    async with Serving(way):
        await queue(database, say(ROOM, "一"), say(ROOM, "二"))
        async with asyncio.timeout(15):
            await sending.wait()
        way.runner.stop()
        release.set()
    assert slow.got[0] == (ROOM, "一")
    assert await pending(database) == 2 - len(slow.got), "what it took is marked"
    await Way(database, platform, platform.time).runner.run_once()
    assert slow.got + platform.got == [(ROOM, "一"), (ROOM, "二")], "and what it did not take is nobody's"


async def test_serving_outlives_a_lost_database(database: Database, platform: Platform, time: Time) -> None:
    away, done = iter([True, True]), asyncio.Event()

    def unit_of_work() -> UnitOfWork:
        if next(away, False):
            raise ConnectionRefusedError
        return database.unit_of_work()

    def arrived(row: QueuedMessage) -> None:
        done.set()

    platform.trouble = arrived
    way = Way(database, platform, time, unit_of_work=unit_of_work)
    await queue(database, say(ROOM, "一"))
    async with Serving(way):
        async with asyncio.timeout(15):
            await done.wait()
    assert platform.got == [(ROOM, "一")]
    assert way.count("pending") == 1


async def test_a_card_all_the_way_to_the_platform(database: Database, time: Time) -> None:
    await settle(database)
    ticket = await open_ticket(database, platform="telegram")
    async with running_sandbox(WORLD) as server:
        bot = open_bot(server.token, server.url)
        way = Way(database, TelegramSender(bot), time)
        for title, label in (("待认领", "认领"), ("办理中", "办结"), ("办理中", "办结")):
            content = Content(title=title, buttons=((Button(label, "claim", ticket.id),),))
            await queue(database, Outgoing("telegram", GARDEN, content, ticket_id=ticket.id, card=True))
            await way.runner.run_once()
        messages = [one for one in await server.people.chat(GARDEN) if one.get("reply_markup")]
        await bot.session.close()
    assert [one["text"] for one in messages] == ["办理中"]
    assert await errors(database) == [("delivered", None)] * 3
