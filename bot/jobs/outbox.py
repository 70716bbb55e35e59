"""Carries the rows of the outbox to the platform: at least once, in order per chat, at the platform's pace.

A row is leased, sent and marked. Should the process die in between, the lease runs out and the row is sent by whoever
runs next: a message may come twice then, but none is lost. Since the outbox gives only the first waiting row of a chat,
a chat that is slow, paused or broken holds up nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.backoff import Backoff, Randomness
from bot.metrics import OutboxMetrics
from bot.services.delivery import (
    Delivered,
    DeliveryError,
    Migrated,
    Obstacle,
    PlatformDown,
    Refused,
    RetryAfter,
    Sender,
    Unreachable,
)
from bot.services.ports import Clock, UnitOfWork, UnitOfWorkFactory
from routing.groups import GroupState
from routing.outgoing import QueuedMessage

log = structlog.get_logger(__name__)


class Limits(Protocol):
    """How fast a platform lets us speak; ``bot.telegram.limits.SendLimits``. Moments are seconds."""

    def wait(self, chat_id: int, now: float, messages: int = 1) -> float: ...
    def count(self, chat_id: int, now: float, messages: int = 1) -> None: ...
    def pause(self, chat_id: int, now: float, seconds: float) -> None: ...


_BETWEEN_TRIES = Backoff(first=1.0, longest=120.0)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a message is tried.

    A platform may be away for hours, and then everything waits for it; 120 tries are nearly four hours. A message that
    breaks the sender itself is given up soon, because those behind it in its chat wait for it.
    """

    backoff: Backoff = _BETWEEN_TRIES
    tries: int = 120
    tries_of_unexpected: int = 5


POLL_SECONDS = 1.0
"""How often the outbox is looked at unasked: for rows of other processes and for those whose pause is over."""
LEASE_SECONDS = 120
"""How long a row is ours. Above the patience below, several calls of the platform and the marking together."""
PATIENCE_SECONDS = 5.0
"""Up to this long a taken row waits for its turn; beyond, it goes back, so that it holds no place here."""
COUNT_SECONDS = 15.0
"""How often the waiting rows are counted for the metrics."""

_Count = Callable[[], None]
"""Counts what happened, once it is committed."""

_MARKING = Backoff(first=0.5, longest=4.0)
_MARKING_TRIES = 4
_TROUBLE = Backoff(first=1.0, longest=30.0)


class OutboxRunner:
    """Sends what waits. ``run`` serves until ``stop``; ``run_once`` sends what is due and returns."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWorkFactory,
        sender: Sender,
        limits: Limits,
        clock: Clock,
        randomness: Randomness,
        metrics: OutboxMetrics,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        policy: RetryPolicy = RetryPolicy(),
        at_once: int = 32,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._sender = sender
        self._limits = limits
        self._clock = clock
        self._randomness = randomness
        self._metrics = metrics
        self._sleep = sleep
        self._policy = policy
        self._at_once = at_once
        self._in_hand: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = False
        self._sent = 0
        self._counted_at: float | None = None

    def wake(self) -> None:
        """Says that rows may have been added; give it to ``Database.on_commit``."""
        self._woken.set()

    def stop(self) -> None:
        """Lets ``run`` end once what it took is sent and marked."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Sends until ``stop``. Trouble with the database or the platform is waited out, never raised."""
        failures = 0
        try:
            while not self._stopping:
                self._woken.clear()
                try:
                    await self._count_waiting()
                    taken = await self._take()
                except Exception as error:
                    failures += 1
                    log.exception("outbox_not_read", failures=failures, kind=type(error).__qualname__)
                    await self._rest(_TROUBLE.seconds(failures, self._randomness))
                    continue
                failures = 0
                if not taken:
                    await self._rest(POLL_SECONDS)
            if self._in_hand:
                await asyncio.wait(self._in_hand)
        finally:
            # Nothing is left here unless this task itself is being cancelled; then leases have to run out.
            for task in self._in_hand:
                task.cancel()

    async def run_once(self) -> int:
        """Sends everything that is due, and what becomes due by that; returns how many messages the platform took."""
        before = self._sent
        while await self._take() or self._in_hand:
            if self._in_hand:
                await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
        return self._sent - before

    async def _take(self) -> int:
        """Leases as many rows as there are free hands, and begins with them."""
        free = self._at_once - len(self._in_hand)
        if free <= 0:
            return 0
        async with self._unit_of_work() as work:
            rows = await work.outbox.take(self._clock(), limit=free, lease_seconds=LEASE_SECONDS)
            await work.commit()
        for row in rows:
            task = asyncio.create_task(self._carry(row))
            self._in_hand.add(task)
            task.add_done_callback(self._put_down)
        return len(rows)

    def _put_down(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        # The next row of the same chat may go now.
        self._woken.set()

    async def _rest(self, seconds: float) -> None:
        """Waits until woken, at most so long."""
        pause = asyncio.ensure_future(self._sleep(seconds))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait((pause, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (pause, woken):
                waiting.cancel()
            await asyncio.gather(pause, woken, return_exceptions=True)

    async def _count_waiting(self) -> None:
        now = self._now()
        if self._counted_at is not None and now - self._counted_at < COUNT_SECONDS:
            return
        async with self._unit_of_work() as work:
            self._metrics.waiting(await work.outbox.pending())
        self._counted_at = now

    async def _carry(self, row: QueuedMessage) -> None:
        """Brings one row to its end or back into the outbox."""
        outcome = await self._outcome(row)
        for failures in range(1, _MARKING_TRIES + 1):
            try:
                await self._mark(row, outcome)
            except Exception as error:
                # Unmarked, it is sent again once its lease is over, so it is worth some patience.
                log.exception("outbox_not_marked", row=row.id, failures=failures, kind=type(error).__qualname__)
                await self._sleep(_MARKING.seconds(failures, self._randomness))
            else:
                return

    async def _outcome(self, row: QueuedMessage) -> Delivered | Exception:
        chat_id, messages = row.message.chat_id, _messages_of(row)
        while (wait := self._limits.wait(chat_id, self._now(), messages)) > 0:
            if wait > PATIENCE_SECONDS:
                return _OutOfTurnError(wait)
            await self._sleep(wait)
        self._limits.count(chat_id, self._now(), messages)
        try:
            return await self._sender.deliver(row)
        except RetryAfter as refusal:
            self._limits.pause(chat_id, self._now(), refusal.seconds)
            return refusal
        except DeliveryError as refusal:
            return refusal
        except Exception as error:
            log.exception("outbox_sender_broke", row=row.id, kind=type(error).__qualname__)
            return error

    async def _mark(self, row: QueuedMessage, outcome: Delivered | Exception) -> None:
        """Writes down what became of a row, with everything that follows from it, in one transaction."""
        async with self._unit_of_work() as work:
            count = await self._write(work, row, outcome)
            await work.commit()
        count()

    async def _write(self, work: UnitOfWork, row: QueuedMessage, outcome: Delivered | Exception) -> _Count:
        match outcome:
            case Delivered():
                return await self._delivered(work, row, outcome)
            case _OutOfTurnError():
                # It is not given up for want of a turn, however often that happens.
                return await self._put_back(work, row, "out_of_turn", outcome.seconds)
            case RetryAfter():
                return await self._put_back(work, row, outcome.code, outcome.seconds)
            case Migrated():
                return await self._follow(work, row, outcome)
            case Unreachable():
                await _remember_unreachable(work, row, outcome.obstacle)
                return await self._give_up(work, row, f"{outcome.code} {outcome.obstacle}")
            case Refused():
                return await self._give_up(work, row, f"{outcome.code} {outcome.reason}")
            case PlatformDown():
                return await self._try_again(work, row, f"{outcome.code} {outcome.reason}", self._policy.tries)
        cause = f"unexpected {type(outcome).__qualname__}"
        return await self._try_again(work, row, cause, self._policy.tries_of_unexpected)

    async def _delivered(self, work: UnitOfWork, row: QueuedMessage, outcome: Delivered) -> _Count:
        now = self._clock()
        await work.outbox.delivered(row, message_id=outcome.message_id, at=now)
        if outcome.follow_up is not None:
            await work.outbox.add(outcome.follow_up)
        return partial(self._count_sent, row.message.platform, (now - row.created_at).total_seconds())

    def _count_sent(self, platform: str, lag_seconds: float) -> None:
        self._sent += 1
        self._metrics.sent(platform, lag_seconds)

    async def _put_back(self, work: UnitOfWork, row: QueuedMessage, cause: str, seconds: float) -> _Count:
        await work.outbox.retry(row, not_before=self._clock() + timedelta(seconds=seconds), error=cause)
        return partial(self._metrics.retried, row.message.platform, cause)

    async def _try_again(self, work: UnitOfWork, row: QueuedMessage, cause: str, tries: int) -> _Count:
        failures = row.attempts + 1
        if failures >= tries:
            return await self._give_up(work, row, cause)
        return await self._put_back(work, row, cause, self._policy.backoff.seconds(failures, self._randomness))

    async def _follow(self, work: UnitOfWork, row: QueuedMessage, outcome: Migrated) -> _Count:
        """The group and all that waits for it move to its new number, unless an update said so before us."""
        platform = row.message.platform
        await work.groups.migrate(platform, row.message.chat_id, outcome.new_chat_id)
        if await work.groups.get(platform, outcome.new_chat_id) is None:
            return await self._give_up(work, row, f"{outcome.code} unknown_group")
        return await self._try_again(work, row, outcome.code, self._policy.tries)

    async def _give_up(self, work: UnitOfWork, row: QueuedMessage, cause: str) -> _Count:
        await work.outbox.give_up(row, at=self._clock(), error=cause)
        log.error("outbox_given_up", row=row.id, ticket=row.message.ticket_id, cause=cause, attempts=row.attempts + 1)
        return partial(self._metrics.given_up, row.message.platform, cause)

    def _now(self) -> float:
        return self._clock().timestamp()


class _OutOfTurnError(Exception):
    """Our own count says that the platform would refuse the message for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _messages_of(row: QueuedMessage) -> int:
    """How many messages the platform counts: an album is as many as it has pictures."""
    content = row.message.content
    return 1 if content.title or content.lines else max(1, len(content.attachments))


async def _remember_unreachable(work: UnitOfWork, row: QueuedMessage, obstacle: Obstacle) -> None:
    """Keeps who cannot be reached, so that tickets go to somebody who can.

    A private chat has the number of its person and is positive; groups are negative (Bot API, Chat).
    """
    message = row.message
    if message.chat_id > 0:
        await work.staff.set_reachable(message.chat_id, False)
        return
    state = GroupState.RESTRICTED if obstacle is Obstacle.NO_RIGHTS else GroupState.LEFT
    await work.groups.set_state(message.platform, message.chat_id, state)
