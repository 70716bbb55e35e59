"""The way out: at least once, in order per chat, and the newest state of a card alone."""

from __future__ import annotations

import asyncio

from bot.jobs.outbox import LEASE_SECONDS
from bot.services.delivery import (
    Delivered,
)
from bot.services.ports import UnitOfWork
from bot.telegram.sender import TelegramSender, open_bot
from models.database import Database
from routing.outgoing import Button, Content, Outgoing, QueuedMessage
from tests.contract.samples import open_ticket, settle
from tests.integration.outbox.way_out import OTHER_ROOM, ROOM, Platform, Serving, Time, Way, errors, pending, queue, say
from tests.sandbox_server import running_sandbox
from tests.sandbox_world import GARDEN, WORLD


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
