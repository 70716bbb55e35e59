"""What becomes of a row of the outbox once the platform has answered, written in one transaction with what follows."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.backoff import Backoff, Randomness
from bot.metrics import OutboxMetrics
from bot.services.delivery import (
    Delivered,
    Migrated,
    Obstacle,
    PlatformDown,
    Refused,
    RetryAfter,
    Unreachable,
)
from bot.services.ports import Clock, UnitOfWork
from routing.groups import GroupState
from routing.outgoing import QueuedMessage
from routing.pace import LONGEST_PAUSE_SECONDS, Pace

log = structlog.get_logger(__name__)


class Limits(Protocol):
    """How fast a platform lets us speak; ``bot.telegram.limits.SendLimits``. Moments are seconds."""

    def grant(
        self, paces: MutableMapping[int, Pace], chat_id: int, now: float, patience: float, messages: int = 1
    ) -> float: ...
    def pause(self, paces: MutableMapping[int, Pace], chat_id: int, now: float, seconds: float) -> None: ...


Count = Callable[[], None]
"""Counts what happened, once it is committed."""


class Undelivered(Protocol):
    """Finds somebody else to tell of a message that was given up; ``UndeliveredService.given_up``."""

    async def __call__(self, work: UnitOfWork, row: QueuedMessage, *, is_newly_unreachable: bool) -> None: ...


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


USUAL = RetryPolicy()


class OutOfTurnError(Exception):
    """The platform would refuse the message for so many seconds more, or this process ends before its turn."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Outcomes:
    """Writes outcomes down. ``write`` returns how to count it; the caller commits first."""

    def __init__(
        self,
        *,
        limits: Limits,
        clock: Clock,
        randomness: Randomness,
        metrics: OutboxMetrics,
        policy: RetryPolicy,
        undelivered: Undelivered | None,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._randomness = randomness
        self._metrics = metrics
        self._policy = policy
        self._undelivered = undelivered

    async def write(self, work: UnitOfWork, row: QueuedMessage, outcome: Delivered | Exception) -> Count:
        """Marks the row, with everything that follows from it."""
        match outcome:
            case Delivered():
                return await self._delivered(work, row, outcome)
            case OutOfTurnError():
                # It is not given up for want of a turn, however often that happens.
                return await self.put_back(work, row, "out_of_turn", outcome.seconds)
            case RetryAfter():
                await self._pause(work, row, outcome.seconds)
                return await self.put_back(work, row, outcome.code, outcome.seconds)
            case Migrated():
                return await self._follow(work, row, outcome)
            case Unreachable():
                is_new = await _remember_unreachable(work, row, outcome.obstacle)
                return await self._give_up(work, row, f"{outcome.code} {outcome.obstacle}", is_newly_unreachable=is_new)
            case Refused():
                return await self._give_up(work, row, f"{outcome.code} {outcome.reason}")
            case PlatformDown():
                return await self._try_again(work, row, f"{outcome.code} {outcome.reason}", self._policy.tries)
        cause = f"unexpected {type(outcome).__qualname__}"
        return await self._try_again(work, row, cause, self._policy.tries_of_unexpected)

    async def put_back(self, work: UnitOfWork, row: QueuedMessage, cause: str, seconds: float) -> Count:
        """The message waits so long before anybody takes it again, at most ``LONGEST_PAUSE_SECONDS``."""
        pause = timedelta(seconds=min(seconds, LONGEST_PAUSE_SECONDS))
        await work.outbox.retry(row, not_before=self._clock() + pause, error=cause)
        return partial(self._metrics.retried, row.message.platform, cause)

    async def _delivered(self, work: UnitOfWork, row: QueuedMessage, outcome: Delivered) -> Count:
        now = self._clock()
        await work.outbox.delivered(row, message_id=outcome.message_id, at=now)
        if outcome.follow_up is not None:
            await work.outbox.add(outcome.follow_up)
        return partial(self._metrics.sent, row.message.platform, (now - row.created_at).total_seconds())

    async def _pause(self, work: UnitOfWork, row: QueuedMessage, seconds: float) -> None:
        """Every process hears of the pause that the platform asked for."""
        platform, chat_id, now = row.message.platform, row.message.chat_id, self._clock().timestamp()
        before = await work.pace.hold(platform, [chat_id], paused_at=now)
        after = dict(before)
        self._limits.pause(after, chat_id, now, seconds)
        changed = {chat: pace for chat, pace in after.items() if before.get(chat) != pace}
        await work.pace.keep(platform, changed, now)

    async def _try_again(self, work: UnitOfWork, row: QueuedMessage, cause: str, tries: int) -> Count:
        failures = row.attempts + 1
        if failures >= tries:
            return await self._give_up(work, row, cause)
        log.warning("outbox_put_back", row=row.id, ticket=row.message.ticket_id, cause=cause, failures=failures)
        return await self.put_back(work, row, cause, self._policy.backoff.seconds(failures, self._randomness))

    async def _follow(self, work: UnitOfWork, row: QueuedMessage, outcome: Migrated) -> Count:
        """The group and all that waits for it move to its new number, unless an update said so before us."""
        platform = row.message.platform
        await work.groups.migrate(platform, row.message.chat_id, outcome.new_chat_id)
        if await work.groups.get(platform, outcome.new_chat_id) is None:
            return await self._give_up(work, row, f"{outcome.code} unknown_group")
        return await self._try_again(work, row, outcome.code, self._policy.tries)

    async def _give_up(
        self, work: UnitOfWork, row: QueuedMessage, cause: str, *, is_newly_unreachable: bool = False
    ) -> Count:
        await work.outbox.give_up(row, at=self._clock(), error=cause)
        log.error("outbox_given_up", row=row.id, ticket=row.message.ticket_id, cause=cause, attempts=row.attempts + 1)
        if self._undelivered is not None:
            await self._undelivered(work, row, is_newly_unreachable=is_newly_unreachable)
        return partial(self._metrics.given_up, row.message.platform, cause)


async def _remember_unreachable(work: UnitOfWork, row: QueuedMessage, obstacle: Obstacle) -> bool:
    """Keeps who cannot be reached, so that tickets go to somebody who can; true where a person was until now.

    A private chat has the number of its person and is positive; groups are negative (Bot API, Chat).
    """
    message = row.message
    if message.chat_id > 0:
        await work.civic.private_chats.stopped(message.platform, message.chat_id)
        return await work.staff.set_reachable(message.chat_id, False) > 0
    state = GroupState.RESTRICTED if obstacle is Obstacle.NO_RIGHTS else GroupState.LEFT
    await work.groups.set_state(message.platform, message.chat_id, state)
    return False
