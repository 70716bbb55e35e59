"""The small jobs that keep the database true to the clock and small."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.services.ports import Clock, UnitOfWork, UnitOfWorkFactory
from routing.retention import Retention

log = structlog.get_logger(__name__)

ERASED_AT_ONCE = 100
"""Tickets of one transaction, so that nobody waits long for the database meanwhile."""


PACE_KEPT = timedelta(minutes=10)
"""Ten times the longest span that a platform's rate looks back."""


class ClockJob:
    """Looks at the tickets whose moment has come, batch by batch, each in its own transaction."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        sweep: Callable[[UnitOfWork], Awaitable[int]],
        each: Callable[[UnitOfWork], Awaitable[int]] | None = None,
    ) -> None:
        """``each``, tried where ``sweep`` fails, deals with a batch so that what of it fails does so alone."""
        self._unit_of_work = unit_of_work
        self._sweep = sweep
        self._each = each

    async def run(self) -> int:
        """Goes on until nothing is due any more; returns how many tickets were looked at."""
        total = 0
        while True:
            seen = await self.batch()
            if seen == 0:
                return total
            total += seen

    async def batch(self) -> int:
        """Deals with one batch; returns how many were looked at."""
        try:
            return await self._done(self._sweep)
        except Exception as error:  # One of the batch, whichever it is: each by itself, then.
            if self._each is None:
                raise
            log.warning("batch_taken_apart", kind=type(error).__qualname__)
            return await self._done(self._each)

    async def _done(self, sweep: Callable[[UnitOfWork], Awaitable[int]]) -> int:
        async with self._unit_of_work() as work:
            seen = await sweep(work)
            await work.commit()
        return seen


class UpkeepJob:
    """Carries out what a day brings to the registers, erases old questions and messages, and forgets old updates."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        registers: Callable[[UnitOfWork], Awaitable[int]],
        retention: Retention,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._registers = registers
        self._retention = retention

    async def run(self) -> int:
        """Returns how many rows are gone or changed."""
        now = self._clock()
        async with self._unit_of_work() as work:
            changed = await self._registers(work)
            await work.commit()
        async with self._unit_of_work() as work:
            gone = changed + await work.prompts.expire(now)
            gone += await work.updates.prune(now - self._retention.updates)
            gone += await work.updates.prune_parked(now - self._retention.parked)
            gone += await work.outbox.prune(now - self._retention.messages)
            gone += await work.clock_notices.prune(now - self._retention.messages)
            gone += await work.digests.prune(now - self._retention.messages)
            gone += await work.pace.prune((now - PACE_KEPT).timestamp())
            gone += await work.questions.prune(now - self._retention.questions)
            gone += await work.audit.prune(now - self._retention.looks)
            gone += await work.staff.prune_invitations(now - self._retention.invitations)
            gone += await work.civic.needs.erase(now - self._retention.personal_data, now)
            gone += await work.civic.votes.erase(now - self._retention.personal_data)
            gone += await work.disputes.erase(now - self._retention.personal_data, now)
            await work.commit()
        return gone + await self._erase() + await self._erase_care()

    async def _erase_care(self) -> int:
        """Who was removed from the care list, old reports of visits, old looks, and volunteers who left."""
        now, kept = self._clock(), self._retention
        async with self._unit_of_work() as work:
            erased = await work.care.erase(now - kept.care, now, limit=ERASED_AT_ONCE)
            erased += await work.care_visits.forget_reports(now - kept.personal_data)
            erased += await work.care.prune_looks(now - kept.care_looks)
            erased += await work.volunteers.erase(now - kept.personal_data)
            await work.commit()
        return erased

    async def _erase(self) -> int:
        now, total = self._clock(), 0
        while True:
            async with self._unit_of_work() as work:
                erased = await work.tickets.erase(now - self._retention.personal_data, now, limit=ERASED_AT_ONCE)
                await work.commit()
            total += erased
            if erased < ERASED_AT_ONCE:
                return total
