"""Messages that come in while others are committed are handled together, in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.telegram.batches import FEW, MOST_TOGETHER, Batches
from routing.message import IncomingMessage


def said(update_id: int) -> IncomingMessage:
    moment = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    return IncomingMessage("local", update_id, -100, "group", None, update_id, 7, "王", moment, "灯坏了")


class Counter:
    """Handles batches one by one, each when it is let; ``batches`` are the updates that each was given."""

    def __init__(self, *, lets: bool = True, most: int = 100) -> None:
        self.batches: list[list[int]] = []
        self.may_go_on = asyncio.Event()
        self.begun = asyncio.Event()
        self.handles = most
        self.ended: list[str] = []
        if lets:
            self.may_go_on.set()

    async def handle(self, messages: Sequence[IncomingMessage]) -> Sequence[str | Exception]:
        self.batches.append([one.update_id for one in messages])
        self.begun.set()
        try:
            await self.may_go_on.wait()
        except asyncio.CancelledError:
            self.ended.append("undone")
            raise
        handled = messages[: self.handles]
        return [ValueError(one.update_id) if one.update_id == 13 else str(one.update_id) for one in handled]


async def start(batches: Batches[str], *update_ids: int) -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(batches.add(said(one))) for one in update_ids]
    await asyncio.sleep(0)
    return tasks


async def test_a_message_that_comes_alone_is_handled_alone() -> None:
    counter = Counter()
    batches = Batches(counter.handle)
    assert [await batches.add(said(1)), await batches.add(said(2))] == ["1", "2"]
    assert counter.batches == [[1], [2]]


async def test_what_comes_in_turn_by_turn_is_handled_together() -> None:
    counter = Counter()
    batches = Batches(counter.handle, most=3)
    tasks = [task for one in (1, 2, 3, 4, 5) for task in await start(batches, one)]
    assert await asyncio.gather(*tasks) == ["1", "2", "3", "4", "5"]
    assert counter.batches == [[1, 2, 3], [4, 5]]


async def test_a_batch_does_not_wait_for_what_comes_in_drop_by_drop() -> None:
    counter = Counter()
    batches = Batches(counter.handle)
    tasks = [task for one in range(1, 12) for task in await start(batches, one)]
    assert counter.batches[0] == [1, 2, 3, 4, 5], "who waits for the first is not held up by those after it"
    await asyncio.gather(*tasks)
    assert [one for batch in counter.batches for one in batch] == list(range(1, 12))


async def test_a_batch_waits_while_many_come_in() -> None:
    counter = Counter()
    batches = Batches(counter.handle)
    tasks = [task for one in range(100, 180, FEW) for task in await start(batches, *range(one, one + FEW))]
    await asyncio.gather(*tasks)
    assert counter.batches[0] == list(range(100, 100 + MOST_TOGETHER))


async def test_who_is_cancelled_before_a_batch_begins_leaves_nothing_to_handle() -> None:
    counter = Counter()
    batches = Batches(counter.handle)
    (task,) = await start(batches, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await batches.add(said(2)) == "2"
    assert counter.batches == [[2]]


async def test_what_comes_meanwhile_is_the_next_batch_in_its_order() -> None:
    counter = Counter(lets=False)
    batches = Batches(counter.handle, most=3)
    tasks = await start(batches, 1)
    await counter.begun.wait()
    tasks += await start(batches, 5, 4, 3, 2)
    counter.may_go_on.set()
    assert await asyncio.gather(*tasks) == ["1", "5", "4", "3", "2"]
    assert counter.batches == [[1], [5, 4, 3], [2]]


async def test_the_second_delivery_of_an_update_waits_for_the_first() -> None:
    counter = Counter()
    tasks = await start(Batches(counter.handle), 1, 2, 1, 3)
    assert await asyncio.gather(*tasks) == ["1", "2", "1", "3"]
    assert counter.batches == [[1, 2, 3], [1]]


async def test_what_was_left_comes_first_in_the_next_batch() -> None:
    counter = Counter(most=2)
    tasks = await start(Batches(counter.handle, most=3), 1, 2, 3, 4)
    assert await asyncio.gather(*tasks) == ["1", "2", "3", "4"]
    assert counter.batches == [[1, 2, 3], [3, 4]]


async def test_a_failure_is_its_own() -> None:
    tasks = await start(Batches(Counter().handle), 12, 13, 14)
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert (ends[0], ends[2]) == ("12", "14")
    assert isinstance(ends[1], ValueError)


async def test_a_batch_that_fails_as_a_whole_fails_for_all_and_the_next_goes_on() -> None:
    calls = 0

    async def fail_once(messages: Sequence[IncomingMessage]) -> Sequence[str | Exception]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionRefusedError
        return ["done" for _ in messages]

    batches: Batches[str] = Batches(fail_once)
    ends = await asyncio.gather(*await start(batches, 1, 2), return_exceptions=True)
    assert [type(end) for end in ends] == [ConnectionRefusedError] * 2
    assert await batches.add(said(1)) == "done"


async def test_who_is_cancelled_while_waiting_is_not_handled() -> None:
    counter = Counter(lets=False)
    batches = Batches(counter.handle)
    tasks = await start(batches, 1)
    await counter.begun.wait()
    tasks += await start(batches, 2, 3)
    tasks[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]
    counter.may_go_on.set()
    assert await asyncio.gather(*tasks[::2]) == ["1", "3"]
    assert counter.batches == [[1], [3]]


async def test_a_batch_is_undone_where_nobody_waits_for_it_any_more() -> None:
    counter = Counter(lets=False)
    batches = Batches(counter.handle)
    tasks = await start(batches, 1, 2)
    await counter.begun.wait()
    tasks[0].cancel()
    await asyncio.sleep(0)
    assert counter.ended == [], "somebody waits for the other"
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)
    assert counter.ended == ["undone"]
    counter.may_go_on.set()
    assert await batches.add(said(3)) == "3"
