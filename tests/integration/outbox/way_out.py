"""What stands around the runner: a clock, a platform that keeps what it got, and messages to send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from prometheus_client import CollectorRegistry
from sqlalchemy import select

from bot.backoff import Backoff
from bot.jobs.outbox import OutboxRunner
from bot.jobs.outcomes import RetryPolicy
from bot.jobs.rhythm import STEADY, Rhythm
from bot.metrics import OutboxMetrics
from bot.services.delivery import (
    Delivered,
    Sender,
)
from bot.services.ports import UnitOfWorkFactory
from bot.telegram.limits import Rates, SendLimits
from models.database import Database
from models.tables_delivery import OutboxRow
from routing.outgoing import Content, Outgoing, QueuedMessage
from routing.pace import Rate

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
        # The rates bind who sends, however long it is under way: others may move the clock meanwhile.
        sent_at = self.time.moment.timestamp()
        await asyncio.sleep(0)
        answer = self.trouble(row)
        if isinstance(answer, Exception):
            raise answer
        self.got.append((row.message.chat_id, row.message.content.title))
        self.at.append(sent_at)
        self.rows.append(row)
        return answer or Delivered(row.card_message_id or 1000 + len(self.got))


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
        rhythm: Rhythm = STEADY,
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
            rhythm=rhythm,
            policy=RetryPolicy(backoff=Backoff(1, 8), tries=6, tries_of_unexpected=3),
        )

    def count(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"qunban_outbox_{name}", labels) or 0


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


class Held(Platform):
    """A platform that answers only when it is released."""

    def __init__(self, time: Time) -> None:
        super().__init__(time)
        self.asked, self.release = asyncio.Event(), asyncio.Event()

    async def deliver(self, row: QueuedMessage) -> Delivered:
        self.asked.set()
        await self.release.wait()
        return await super().deliver(row)


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


async def until_sent(database: Database) -> None:
    """Everything that waits has gone out."""

    async def sent() -> bool:
        return await pending(database) == 0

    await until(sent)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """It holds, sooner or later."""
    async with asyncio.timeout(30):
        while not await holds():  # noqa: ASYNC110 - What it waits for is in the database.
            await asyncio.sleep(0.02)
