"""Somebody floods a group: no hundred tickets, no hundred answers, and no emergency kept out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count

import msgspec
import pytest

from config.bundle import Configuration
from routing.catalogue import Urgency
from routing.flood import FloodRules
from tests.town import GARDEN, Town, configuration, running_town

PERSON, GROUP = 3, 6


def strict() -> Configuration:
    conversation = configuration().conversation
    flood = FloodRules(window=conversation.flood.window, person=PERSON, group=GROUP)
    return replace(configuration(), conversation=replace(conversation, flood=flood))


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with running_town(database_url, district=strict()) as running:
        yield running


@pytest.fixture
def numbers() -> Iterator[int]:
    return count(1)


def said(number: int, account: int, text: str, at: datetime) -> bytes:
    return msgspec.json.encode(
        {
            "update_id": number,
            "message": {
                "message_id": 10_000 + number,
                "date": int(at.timestamp()),
                "chat": {"id": GARDEN, "type": "supergroup", "title": "业主群"},
                "from": {"id": account, "first_name": "居民"},
                "text": text,
            },
        }
    )


async def answers(town: Town) -> list[str]:
    """What waits to be said in the group besides cards."""
    async with town.database.unit_of_work() as work:
        taken = []
        while rows := await work.outbox.take(town.clock(), limit=100, lease_seconds=60):
            taken += [row.message for row in rows]
            for row in rows:
                await work.outbox.delivered(row, message_id=None, at=town.clock())
        await work.commit()
    return [one.content.lines[0] for one in taken if one.chat_id == GARDEN and not one.card]


async def test_one_person_opens_a_few_tickets_and_is_told_once(town: Town, numbers: Iterator[int]) -> None:
    for building in range(1, 21):
        await town.feed.feed(said(next(numbers), 7, f"{building}栋楼道灯不亮了", town.clock()))
    assert len(await town.tickets()) == PERSON
    assert await answers(town) == [configuration().texts.say("error.too_many")]
    town.clock.advance(minutes=11)
    await town.feed.feed(said(next(numbers), 7, "30栋楼道灯不亮了", town.clock()))
    assert len(await town.tickets()) == PERSON + 1


async def test_many_in_one_group_open_no_hundred_and_keep_no_emergency_out(town: Town, numbers: Iterator[int]) -> None:
    for building in range(1, 31):
        number = next(numbers)
        await town.feed.feed(said(number, 100 + number, f"{building}栋楼道灯不亮了", town.clock()))
    assert len(await town.tickets()) == GROUP
    assert await answers(town) == [configuration().texts.say("error.too_many_here")]
    await town.feed.feed(said(next(numbers), 99, "5栋2单元电梯困人了，快来救人", town.clock()))
    newest = (await town.tickets())[-1]
    assert (len(await town.tickets()), newest.urgency) == (GROUP + 1, Urgency.EMERGENCY)
