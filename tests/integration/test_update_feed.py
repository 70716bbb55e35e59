"""Updates on their way in: committed once, delivered again after a failure, parked in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from bot.metrics import UpdateMetrics
from bot.services.ports import UnitOfWork, UnitOfWorkFactory
from bot.telegram.decode import BotIdentity, MalformedUpdate
from bot.telegram.feed import UpdateFailed, UpdateFeed
from models.database import Database
from routing.groups import Group
from routing.message import IncomingMessage
from routing.outgoing import Content, Outgoing
from routing.queries import Outlook
from routing.ticket import OPEN_STATUSES

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CHAT = -1001


def talk(update_id: int, text: str = "3号楼电梯坏了") -> bytes:
    return msgspec.json.encode(
        {
            "update_id": update_id,
            "message": {
                "message_id": update_id,
                "date": 1_790_000_000,
                "chat": {"id": CHAT, "type": "supergroup"},
                "from": {"id": 7, "first_name": "王"},
                "text": text,
            },
        }
    )


def press(update_id: int) -> bytes:
    return msgspec.json.encode({"update_id": update_id, "callback_query": {"id": "1", "data": "p:claim:1:"}})


class Listener:
    """Keeps each message that matters as the title of a group, so that the database shows what was committed."""

    def __init__(self) -> None:
        self.matters = True
        self.troubles: list[Exception] = []
        self.handled = 0

    def may_matter(self, message: IncomingMessage) -> bool:
        return self.matters

    def outlook(self, messages: Sequence[IncomingMessage]) -> Outlook:
        return Outlook(
            tuple(messages),
            topics=frozenset((one.chat_id, "") for one in messages),
            statuses=OPEN_STATUSES,
            since=NOW,
            limit=50,
            day="1120",
            counted_since=NOW,
            heard_since=NOW,
        )

    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        await work.groups.put(Group("telegram", -message.update_id, message.text))
        self.handled += 1
        if self.troubles:
            raise self.troubles.pop(0)


class Desk:
    def __init__(self, after: Callable[[], Awaitable[None]] | None = None) -> None:
        self.after = after
        self.raws: list[bytes] = []

    async def handle(self, work: UnitOfWork, raw: bytes) -> Callable[[], Awaitable[None]] | None:
        self.raws.append(raw)
        return self.after


class Edge:
    def __init__(self, unit_of_work: UnitOfWorkFactory, listener: Listener | None = None) -> None:
        self.listener, self.desk, self.registry = listener or Listener(), Desk(), CollectorRegistry()
        self.feed = UpdateFeed(
            platform="telegram",
            identity=BotIdentity(4242, "QunbanBot"),
            unit_of_work=unit_of_work,
            clock=lambda: NOW,
            talk=self.listener,
            interaction=self.desk,
            metrics=UpdateMetrics(self.registry),
        ).feed

    def count(self, outcome: str) -> float:
        labels = {"platform": "telegram", "outcome": outcome}
        return self.registry.get_sample_value("qunban_updates_total", labels) or 0


@pytest.fixture
def edge(database: Database) -> Edge:
    return Edge(database.unit_of_work)


async def titles(database: Database) -> list[str]:
    async with database.unit_of_work() as work:
        return sorted(group.title for group in await work.groups.all())


async def parked(database: Database) -> list[tuple[int, int, str]]:
    async with database.unit_of_work() as work:
        return [(update.update_id, update.failures, update.error) for update in await work.updates.parked()]


async def was_seen(database: Database, update_id: int) -> bool:
    async with database.unit_of_work() as work:
        return not await work.updates.first_time("telegram", update_id, NOW)


async def test_an_update_is_handled_and_committed(database: Database, edge: Edge) -> None:
    await edge.feed(talk(900))
    assert await titles(database) == ["3号楼电梯坏了"]
    assert edge.count("handled") == 1
    assert edge.registry.get_sample_value("qunban_update_seconds_count") == 1


async def test_the_second_delivery_changes_nothing(database: Database, edge: Edge) -> None:
    await edge.feed(talk(900))
    await edge.feed(talk(900, "changed"))
    assert edge.listener.handled == 1
    assert await titles(database) == ["3号楼电梯坏了"]
    assert edge.count("repeated") == 1


async def test_of_two_deliveries_at_once_one_is_handled(database: Database, edge: Edge) -> None:
    await asyncio.gather(*(edge.feed(talk(900)) for _ in range(5)))
    assert edge.listener.handled == 1
    assert await titles(database) == ["3号楼电梯坏了"]


async def test_chatter_leaves_no_trace(database: Database, edge: Edge) -> None:
    edge.listener.matters = False
    await edge.feed(talk(900, "今晚一起跳舞吗"))
    assert edge.listener.handled == 0
    assert not await was_seen(database, 900)
    assert edge.count("chatter") == 1


async def test_what_means_nothing_leaves_no_trace(database: Database, edge: Edge) -> None:
    await edge.feed(msgspec.json.encode({"update_id": 900, "poll": {}}))
    assert not await was_seen(database, 900)
    assert edge.count("nothing") == 1


async def test_a_failure_rolls_back_and_the_next_delivery_works(database: Database, edge: Edge) -> None:
    edge.listener.troubles = [ValueError("电话 13800000000")]
    with pytest.raises(UpdateFailed) as failure:
        await edge.feed(talk(900))
    assert (failure.value.update_id, failure.value.failures) == (900, 1)
    assert await titles(database) == []
    await edge.feed(talk(900))
    assert await titles(database) == ["3号楼电梯坏了"]
    assert (edge.count("failed"), edge.count("handled")) == (1, 1)


async def test_the_fifth_failure_parks_the_update_without_its_words(database: Database, edge: Edge) -> None:
    edge.listener.troubles = [ValueError("电话 13800000000") for _ in range(5)]
    for _ in range(4):
        with pytest.raises(UpdateFailed):
            await edge.feed(talk(900))
    assert await parked(database) == []
    await edge.feed(talk(900))
    assert await parked(database) == [(900, 5, "ValueError")]
    assert await titles(database) == []
    assert edge.count("parked") == 1
    await edge.feed(talk(901))
    assert await titles(database) == ["3号楼电梯坏了"], "the rest goes on"


async def test_a_parked_update_can_be_fed_again(database: Database, edge: Edge) -> None:
    edge.listener.troubles = [ValueError() for _ in range(5)]
    for _ in range(4):
        with pytest.raises(UpdateFailed):
            await edge.feed(talk(900))
    await edge.feed(talk(900))
    async with database.unit_of_work() as work:
        update = await work.updates.unpark("telegram", 900)
        await work.commit()
    assert update is not None
    await edge.feed(update.payload)
    assert await titles(database) == ["3号楼电梯坏了"]


async def test_a_failing_judgement_in_memory_counts_as_a_failure(database: Database) -> None:
    class Failing(Listener):
        def may_matter(self, message: IncomingMessage) -> bool:
            raise KeyError(message.text)

    edge = Edge(database.unit_of_work, Failing())
    with pytest.raises(UpdateFailed):
        await edge.feed(talk(900))


async def test_cancelling_is_no_failure_and_leaves_no_trace(database: Database) -> None:
    begun = asyncio.Event()

    class Slow(Listener):
        async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
            await super().handle(work, message)
            begun.set()
            await asyncio.Event().wait()

    edge = Edge(database.unit_of_work, Slow())
    task = asyncio.create_task(edge.feed(talk(900)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await titles(database) == []
    assert not await was_seen(database, 900)
    assert edge.count("failed") == 0


async def test_interaction_gets_the_very_bytes_and_its_answer_comes_after_the_commit(database: Database) -> None:
    edge, seen = Edge(database.unit_of_work), list[bool]()

    async def answer() -> None:
        seen.append(await was_seen(database, 900))

    edge.desk.after = answer
    await edge.feed(press(900))
    assert edge.desk.raws == [press(900)]
    assert seen == [True]


async def test_an_answer_that_fails_does_not_undo_what_is_committed(database: Database, edge: Edge) -> None:
    async def answer() -> None:
        raise RuntimeError

    edge.desk.after = answer
    await edge.feed(press(900))
    assert edge.count("handled") == 1
    await edge.feed(press(900))
    assert len(edge.desk.raws) == 1


async def test_an_unreadable_update_is_parked_at_once(database: Database, edge: Edge) -> None:
    raw = b'{"update_id": 900, "message": {"date": "yesterday"}}'
    await edge.feed(raw)
    assert await parked(database) == [(900, 1, "MalformedUpdate malformed_update")]
    async with database.unit_of_work() as work:
        (update,) = await work.updates.parked()
    assert update.payload == raw


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"{}", b"\xff\xfe", b'{"update_id": 1e99}'])
async def test_what_is_no_update_is_refused(database: Database, edge: Edge, raw: bytes) -> None:
    with pytest.raises(MalformedUpdate):
        await edge.feed(raw)
    assert await parked(database) == []


async def test_a_lost_database_asks_for_another_delivery() -> None:
    class Lost:
        """A unit of work on a database that is away."""

        async def __aenter__(self) -> NoReturn:
            raise ConnectionRefusedError

        async def __aexit__(self, *_: object) -> None: ...

    def lost() -> Any:
        return Lost()

    edge = Edge(lost)
    with pytest.raises(UpdateFailed) as failure:
        await edge.feed(talk(900))
    assert (failure.value.update_id, failure.value.failures) == (900, None)
    edge.listener.matters = False
    await edge.feed(talk(901, "今晚一起跳舞吗"))


class Contested(Listener):
    """A listener to a group with which another process deals, too: before the first message, and during the last."""

    def __init__(self, elsewhere: Database) -> None:
        super().__init__()
        self._elsewhere = elsewhere
        self.begun: list[int] = []
        self.others: asyncio.Task[None] | None = None

    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        self.begun.append(message.update_id)
        if len(self.begun) == 1:
            await self._have_a_turn()
        elif message.update_id == 2:
            self.others = asyncio.create_task(self._have_a_turn())
            await asyncio.sleep(0.2)
            assert not self.others.done()
        await super().handle(work, message)

    async def _have_a_turn(self) -> None:
        async with self._elsewhere.unit_of_work() as work:
            await work.updates.in_turn("telegram", CHAT)
            await work.commit()


async def test_who_lost_a_race_waits_for_the_others_and_keeps_them_waiting(postgresql_url: str) -> None:
    database, elsewhere = Database(postgresql_url), Database(postgresql_url)
    async with database.unit_of_work() as work:
        await work.groups.put(Group("telegram", CHAT, "业主群"))
        await work.commit()
    listener = Contested(elsewhere)
    edge = Edge(database.unit_of_work, listener)
    await edge.feed(talk(1))
    await edge.feed(talk(2))
    assert listener.others is not None
    await listener.others
    assert (listener.begun, edge.count("handled")) == ([1, 1, 2], 2)
    await database.close()
    await elsewhere.close()


class TooFar(Listener):
    """A listener that answers one message in a chat whose number no database can keep."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[int] = []

    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        self.begun.append(message.update_id)
        chat_id = 2**70 if message.update_id == 2 else CHAT
        await work.outbox.add(Outgoing("telegram", chat_id, Content(lines=("已登记",))))


async def test_a_batch_of_which_a_row_is_refused_is_no_lost_race(database: Database) -> None:
    listener = TooFar()
    edge = Edge(database.unit_of_work, listener)
    kept, refused = await asyncio.gather(edge.feed(talk(1)), edge.feed(talk(2)), return_exceptions=True)
    assert kept is None
    assert isinstance(refused, UpdateFailed)
    assert listener.begun == [1, 2, 1, 2], "together, and then each by itself"
    assert await was_seen(database, 1)
    assert not await was_seen(database, 2)
