"""Which updates of a platform were handled, and which failed."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update

from models.tables import ChatGroupRow
from models.tables_delivery import FailedUpdateRow, HandledUpdateRow
from models.transaction import Transaction
from routing.updates import ParkedUpdate

_PARKED = tuple(getattr(FailedUpdateRow, field.name) for field in fields(ParkedUpdate))


class SqlUpdateLog:
    """The log of updates in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def first_time(self, platform: str, update_id: int, at: datetime) -> bool:
        """Marks an update as handled by this transaction; false where another one has done so.

        Where the other one is still under way this waits for its end, so of two deliveries at once exactly one works.
        """
        row = {"platform": platform, "update_id": update_id, "at": at}
        foreseen = self._transaction.foreseen
        if foreseen is not None and (platform, update_id) in foreseen.handled:
            is_new = not foreseen.handled[platform, update_id]
            if is_new:
                foreseen.put(foreseen.handled, (platform, update_id), True)
                await self._transaction.add(HandledUpdateRow, [row])
            return is_new
        added = await self._transaction.execute(
            self._transaction.insert(HandledUpdateRow).on_conflict_do_nothing(), row
        )
        return added.rowcount == 1

    async def in_turn(self, platform: str, chat_id: int) -> None:
        """Lets one transaction at a time deal with the talk of a chat; waits for the others, in any process.

        Two messages about the same matter may be delivered at once, and the second has to see the ticket of the
        first. Whoever has read ahead does not wait, but fails in the end where another one had a turn meanwhile. A
        group that nobody knows has no turns, since its talk comes to nothing. SQLite has one writer anyway.
        """
        if not self._transaction.is_postgresql:
            return
        foreseen = self._transaction.foreseen
        if foreseen is None or (platform, chat_id) not in foreseen.opened:
            is_chat = and_(ChatGroupRow.platform == platform, ChatGroupRow.chat_id == chat_id)
            await self._transaction.execute(update(ChatGroupRow).where(is_chat).values(turn=ChatGroupRow.turn + 1))
        elif (platform, chat_id) in foreseen.turns:
            self._transaction.claim(platform, chat_id)

    async def failed(self, platform: str, update_id: int, payload: bytes, error: str, at: datetime) -> int:
        """Keeps that handling an update failed (``error`` is a code or a type, no text); returns how often by now."""
        statement = self._transaction.insert(FailedUpdateRow).values(
            platform=platform,
            update_id=update_id,
            payload=payload,
            error=error,
            failures=1,
            first_failed_at=at,
            last_failed_at=at,
        )
        counted = await self._transaction.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "update_id"],
                set_={"error": error, "failures": FailedUpdateRow.failures + 1, "last_failed_at": at},
            ).returning(FailedUpdateRow.failures)
        )
        return int(counted.scalar_one())

    async def park(self, platform: str, update_id: int, at: datetime) -> None:
        """Gives an update up, for an operator to look at."""
        await self._transaction.execute(update(FailedUpdateRow).where(_is(platform, update_id)).values(parked_at=at))

    async def parked(self) -> tuple[ParkedUpdate, ...]:
        """The updates that were given up, oldest first."""
        rows = await self._transaction.execute(
            select(*_PARKED)
            .where(FailedUpdateRow.parked_at.is_not(None))
            .order_by(FailedUpdateRow.parked_at, FailedUpdateRow.platform, FailedUpdateRow.update_id)
        )
        return tuple(ParkedUpdate(*row) for row in rows)

    async def unpark(self, platform: str, update_id: int) -> ParkedUpdate | None:
        """Takes a parked update out, to be handled in this transaction; should that fail it stays parked."""
        rows = await self._transaction.execute(
            delete(FailedUpdateRow)
            .where(_is(platform, update_id), FailedUpdateRow.parked_at.is_not(None))
            .returning(*_PARKED)
        )
        row = rows.one_or_none()
        return None if row is None else ParkedUpdate(*row)

    async def prune(self, before: datetime) -> int:
        """Forgets updates handled, and failures not parked and not repeated, since before then; returns how many.

        Telegram keeps an update for 24 hours, so what is older than that cannot come a second time.
        """
        handled = await self._transaction.execute(delete(HandledUpdateRow).where(HandledUpdateRow.at < before))
        failed = await self._transaction.execute(
            delete(FailedUpdateRow).where(FailedUpdateRow.parked_at.is_(None), FailedUpdateRow.last_failed_at < before)
        )
        return int(handled.rowcount + failed.rowcount)

    async def prune_parked(self, before: datetime) -> int:
        """Erases updates that were parked before then and that no operator has dealt with; returns how many."""
        erased = await self._transaction.execute(delete(FailedUpdateRow).where(FailedUpdateRow.parked_at < before))
        return int(erased.rowcount)


def _is(platform: str, update_id: int) -> ColumnElement[bool]:
    return (FailedUpdateRow.platform == platform) & (FailedUpdateRow.update_id == update_id)
