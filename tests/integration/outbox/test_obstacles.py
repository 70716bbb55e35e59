"""What stands in the way of messages: refusals, limits, chats that moved or are gone, and when it is given up."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.services.delivery import (
    Migrated,
    Obstacle,
    PlatformDown,
    Refused,
    RetryAfter,
    Unreachable,
)
from bot.telegram.limits import Rates
from models.database import Database
from routing.groups import Group, GroupState
from routing.outgoing import QueuedMessage
from tests.contract.samples import open_ticket, settle
from tests.integration.outbox.way_out import OTHER_ROOM, PERSON, ROOM, Platform, Time, Way, errors, queue, say


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
