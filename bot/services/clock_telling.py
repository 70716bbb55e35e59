"""Makes messages of what the clock did to tickets: the second half of a sweep, in transactions of its own."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.services.board import TicketBoard
from bot.services.clock_notices import ClockNotices
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules

log = structlog.get_logger(__name__)

TRY_AGAIN = timedelta(minutes=15)
"""After which a notice that could not be put into words is tried again."""
BATCH = 20
"""Notices taken at once: nobody can press a button on their tickets meanwhile."""


class ClockTelling:
    """Puts notices into words."""

    def __init__(self, rules: Rules, board: TicketBoard, clock: Clock) -> None:
        self._notices = ClockNotices(rules, board, clock)
        self._clock = clock

    async def tell(self, work: UnitOfWork, *, limit: int = BATCH, together: bool = True) -> int:
        """Deals with up to ``limit`` notices and says how many; the caller commits and calls again until none.

        With ``together`` everything is written at the end by one statement; should that be refused, the same without
        it writes each by itself. A notice that cannot be put into words is logged and tried again later.
        """
        now = self._clock()
        waiting = await work.clock_notices.take(now, limit=limit, together=together)
        told = []
        for one in waiting:
            try:
                async with work.savepoint():
                    await self._notices.tell(work, one)
            except Exception:  # One notice that cannot be told must not keep the others from their people.
                log.exception("clock_notice_failed", number=one.ticket.number)
                await work.clock_notices.postpone(one.id, now + TRY_AGAIN)
            else:
                told.append(one.id)
        if told:
            await work.clock_notices.told(told)
        return len(waiting)

    async def tell_each(self, work: UnitOfWork) -> int:
        """The same with each notice written by itself."""
        return await self.tell(work, together=False)
