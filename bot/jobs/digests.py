"""Sends the digests that are due; the scheduler calls it every minute."""

from __future__ import annotations

from bot.services.digests import DigestService
from bot.services.ports import UnitOfWorkFactory
from routing.digest_schedule import Slot


class DigestJob:
    """Any number of processes may run it at once: who has a digest already is kept with the messages themselves."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, service: DigestService, *, batch: int = 20) -> None:
        self._unit_of_work = unit_of_work
        self._service = service
        # One transaction for some people, not for all: on SQLite nobody else can write while a digest is made.
        self._batch = batch
        self._finished: frozenset[Slot] = frozenset()

    async def run(self) -> int:
        """Sends what is due and not yet sent, and returns to how many people.

        A slot that was gone through is remembered, so that the minutes after it cost no query. That is only a short
        cut: after a restart, or a failure half-way, everybody is asked after once more, and who has it gets nothing.
        """
        due = self._service.due()
        self._finished = self._finished.intersection(due)
        sent = 0
        for slot in due:
            if slot not in self._finished:
                sent += await self._send(slot)
                self._finished |= {slot}
        return sent

    async def _send(self, slot: Slot) -> int:
        async with self._unit_of_work() as work:
            recipients = await self._service.recipients(work, slot)
        sent = 0
        for start in range(0, len(recipients), self._batch):
            async with self._unit_of_work() as work:
                sent += await self._service.send(work, slot, recipients[start : start + self._batch])
                await work.commit()
        return sent
