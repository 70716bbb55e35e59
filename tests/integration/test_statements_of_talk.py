"""What a message costs the database: nothing for chatter, two statements for a report, whether or not it joins one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

from models.database import Database
from tests.town import GARDEN, Town, running_town


@pytest.fixture
async def town(postgresql_url: str) -> AsyncIterator[Town]:
    async with running_town(postgresql_url) as running:
        for number, text in enumerate(("8栋楼道灯不亮了", "9栋门口垃圾没人清运"), start=1):
            # The first of a process learns the registers, and the first of a day begins to count.
            await running.feed.feed(said(number, text))
        yield running


def said(number: int, text: str) -> bytes:
    message = {
        "message_id": 10_000 + number,
        "date": 1_795_400_000,
        "chat": {"id": GARDEN, "type": "supergroup", "title": "业主群"},
        "from": {"id": 7_000 + number, "first_name": "居民"},
        "text": text,
    }
    return msgspec.json.encode({"update_id": number, "message": message})


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """What the block says to PostgreSQL, whether through SQLAlchemy or to the driver itself."""
    statements: list[str] = []

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        statements.append(query.query)

    def listen(connection: DBAPIConnection, *_: object) -> None:
        driver: Any = connection.driver_connection
        driver.add_query_logger(note)

    def leave(connection: DBAPIConnection, *_: object) -> None:
        driver: Any = connection.driver_connection
        driver.remove_query_logger(note)

    pool = database._engine.sync_engine.pool
    event.listen(pool, "checkout", listen)
    event.listen(pool, "checkin", leave)
    try:
        yield statements
    finally:
        event.remove(pool, "checkout", listen)
        event.remove(pool, "checkin", leave)


@pytest.mark.parametrize(
    ("text", "tickets", "most"),
    [
        ("今晚一起跳舞吗", 2, 0),
        ("转发：菜市场周六有活动，欢迎大家参加", 2, 0),
        ("12栋3单元单元门坏了关不上", 3, 2),
        ("小区门口好像有点堵，3栋的路灯怎么回事", 2, 2),
    ],
)
async def test_a_message_of_a_group(town: Town, text: str, tickets: int, most: int) -> None:
    with counted(town.database) as statements:
        await town.feed.feed(said(3, text))
    assert len(statements) == most, statements
    assert len(await town.tickets()) >= tickets


async def test_a_neighbour_who_joins(town: Town) -> None:
    await town.feed.feed(said(3, "我们小区停水了"))
    with counted(town.database) as statements:
        await town.feed.feed(said(4, "+1"))
    assert len(statements) <= 2, statements
    async with town.database.unit_of_work() as work:
        newest = (await town.tickets())[-1]
        assert len(await work.tickets.reporters(newest.id)) == 2


async def test_a_neighbour_who_joins_what_nobody_spoke_of_for_a_while(town: Town) -> None:
    """It was not read ahead in full, so one statement more is asked; that makes no transaction of its own."""
    for number, building in enumerate((21, 22, 23, 24), start=3):
        await town.feed.feed(said(number, f"{building}栋楼道灯不亮了"))
    with counted(town.database) as statements:
        await town.feed.feed(said(9, "8栋楼道灯不亮了，黑漆漆的"))
    assert len(statements) == 3, statements
    async with town.database.unit_of_work() as work:
        assert len(await work.tickets.reporters((await town.tickets())[0].id)) == 2
