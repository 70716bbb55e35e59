"""The outbox of a database, with a clock that tests move."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.database import Database
from routing.outgoing import Outgoing, QueuedMessage
from tests.contract.samples import NOW

LEASE = 60


SECOND = timedelta(seconds=1)


class Setting:
    """A clock that tests move, and short ways to the outbox, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW

    async def add(self, *messages: Outgoing) -> None:
        async with self.database.unit_of_work() as work:
            await work.outbox.add(*messages)
            await work.commit()

    async def take(self, limit: int = 100) -> list[QueuedMessage]:
        async with self.database.unit_of_work() as work:
            taken = await work.outbox.take(self.now, limit=limit, lease_seconds=LEASE)
            await work.commit()
        return list(taken)

    async def delivered(self, row: QueuedMessage, message_id: int | None = 1) -> None:
        async with self.database.unit_of_work() as work:
            await work.outbox.delivered(row, message_id=message_id, at=self.now)
            await work.commit()

    async def retry(self, row: QueuedMessage, not_before: datetime) -> None:
        async with self.database.unit_of_work() as work:
            await work.outbox.retry(row, not_before=not_before, error="flood")
            await work.commit()

    async def give_up(self, row: QueuedMessage) -> None:
        async with self.database.unit_of_work() as work:
            await work.outbox.give_up(row, at=self.now, error="blocked")
            await work.commit()

    async def counts(self) -> tuple[int, int]:
        """How many wait, and how many were given up."""
        async with self.database.unit_of_work() as work:
            return await work.outbox.pending(), await work.outbox.given_up()

    async def drain(self) -> list[str]:
        """Delivers everything and returns the titles in order."""
        titles: list[str] = []
        while taken := await self.take():
            for row in taken:
                titles.append(row.message.content.title)
                await self.delivered(row, message_id=1000 + row.id)
        return titles


def titles(rows: list[QueuedMessage]) -> list[str]:
    """What the rows say."""
    return [row.message.content.title for row in rows]
