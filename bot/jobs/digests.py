"""Sends the digests that are due; the scheduler calls it every minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.services.digests import DigestService, Recipient
from bot.services.ports import UnitOfWorkFactory
from routing.digest_schedule import Slot


class DigestJob:
    """Any number of processes may run it at once: who has a digest already is kept with the messages themselves."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        service: DigestService,
        *,
        batch: int = 20,
        started_at: datetime | None = None,
    ) -> None:
        """A district that never had a digest gets none for what lies before ``started_at``: nothing happened then."""
        self._unit_of_work = unit_of_work
        self._service = service
        # One transaction for some people, not for all: on SQLite nobody else can write while a digest is made.
        self._batch = batch
        self._started_at = started_at
        self._finished: frozenset[Slot] = frozenset()

    async def run(self) -> int:
        """Sends what is due and not yet sent, and returns to how many people.

        A slot that was gone through is remembered, so that the minutes after it cost no query. That is only a short
        cut: after a restart, or a failure half-way, everybody is asked after once more, and who has it gets nothing.

        Raises:
            ExceptionGroup: the digests of some people could not be made; all others have theirs, and those people are
                tried again with each run until the slot is too old.
        """
        due = self._service.due()
        self._finished = self._finished.intersection(due)
        sent = 0
        failures: list[Exception] = []
        for slot in due:
            if slot in self._finished or await self._is_before_the_first(slot):
                continue
            more, failed = await self._send_all(slot)
            sent += more
            failures += failed
            if not failed:
                self._finished |= {slot}
        if failures:
            raise ExceptionGroup("digests that could not be sent", failures)
        return sent

    async def _is_before_the_first(self, slot: Slot) -> bool:
        if self._started_at is None or slot.at >= self._started_at:
            return False
        async with self._unit_of_work() as work:
            return not await work.digests.ever_sent()

    async def _send_all(self, slot: Slot) -> tuple[int, list[Exception]]:
        async with self._unit_of_work() as work:
            recipients = await self._service.recipients(work, slot)
        sent = 0
        failures: list[Exception] = []
        for start in range(0, len(recipients), self._batch):
            batch = recipients[start : start + self._batch]
            try:
                sent += await self._send(slot, batch)
            except Exception:
                # One area whose digest cannot be made must not keep the others' from them: each by itself, then.
                for recipient in batch:
                    try:
                        sent += await self._send(slot, (recipient,))
                    except Exception as failure:
                        failures.append(failure)
        return sent, failures

    async def _send(self, slot: Slot, recipients: Sequence[Recipient]) -> int:
        async with self._unit_of_work() as work:
            sent = await self._service.send(work, slot, recipients)
            await work.commit()
        return sent
