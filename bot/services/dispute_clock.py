"""What the clock does to disputes: a reminder of the meeting that the parties agreed on."""

from __future__ import annotations

from dataclasses import replace

from bot.services.dispute_desk import DisputeDesk
from bot.services.ports import UnitOfWork
from routing.dispute_reminder import is_near, next_reminder

BATCH = 20
"""Disputes taken at once: a batch is one transaction, and another replica takes the next."""


class DisputeClock:
    """Looks at the disputes of which a meeting comes near."""

    def __init__(self, desk: DisputeDesk) -> None:
        self._desk = desk

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH) -> int:
        """Deals with up to ``limit`` due disputes and says how many; the caller commits and calls again until none.

        What was missed while nobody looked is told once, and not at all after the meeting has begun.
        """
        now = self._desk.clock()
        due = await work.disputes.take_due(now, limit=limit)
        for dispute in due:
            if is_near(dispute, now) and dispute.meeting_at is not None:
                rules = self._desk.rules
                quiet = rules.clocks.policy.quiet_hours.contains(now, rules.clocks.calendar.timezone)
                day, area = rules.wording.moment(dispute.meeting_at), await self._desk.area_name(work, dispute)
                await self._desk.tell(work, dispute, "dispute.meeting_soon", silent=quiet, day=day, area=area)
            await work.disputes.save(replace(dispute, remind_at=next_reminder(dispute, now)))
        return len(due)
