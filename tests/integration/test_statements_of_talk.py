"""What a message costs the database: nothing for chatter, two statements for a report, whether or not it joins one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import msgspec
import pytest
from sqlalchemy import event

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
    """The statements of the block."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("text", "tickets", "most"),
    [
        ("今晚一起跳舞吗", 2, 0),
        ("12栋3单元单元门坏了关不上", 3, 2),
        ("小区门口好像有点堵，3栋的路灯怎么回事", 2, 2),
    ],
)
async def test_a_message_of_a_group(town: Town, text: str, tickets: int, most: int) -> None:
    with counted(town.database) as statements:
        await town.feed.feed(said(3, text))
    assert len(statements) <= most, statements
    assert len(await town.tickets()) >= tickets


async def test_a_neighbour_who_joins(town: Town) -> None:
    await town.feed.feed(said(3, "我们小区停水了"))
    with counted(town.database) as statements:
        await town.feed.feed(said(4, "+1"))
    assert len(statements) <= 2, statements
    async with town.database.unit_of_work() as work:
        newest = (await town.tickets())[-1]
        assert len(await work.tickets.reporters(newest.id)) == 2
