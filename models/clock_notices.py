"""What the clock did to tickets, from the transaction that did it to the one that tells people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import aliased

from models.tables_clock import ClockNoticeRow
from models.tables_tickets import TicketRow
from models.ticket_details import foresee_changes
from models.ticket_rows import TICKET_COLUMNS, ticket_of
from models.transaction import Transaction
from routing.clock_notice import WaitingNotice


class SqlClockNoticeStore:
    """Notices in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def take(self, now: datetime, *, limit: int, together: bool = True) -> tuple[WaitingNotice, ...]:
        """Notices that wait, the oldest first and of each ticket only the first.

        They and their tickets are locked until this transaction ends, so that nobody shows another state of a ticket
        meanwhile. What somebody else has locked is left for later. With ``together`` what is written of them is written
        at the end by one statement, and fails as one.
        """
        earlier = aliased(ClockNoticeRow)
        is_first = (
            ~select(earlier.id)
            .where(earlier.ticket_id == ClockNoticeRow.ticket_id, earlier.id < ClockNoticeRow.id)
            .exists()
        )
        rows = await self._transaction.execute(
            select(ClockNoticeRow.id, ClockNoticeRow.notice, *TICKET_COLUMNS)
            .join(TicketRow, TicketRow.id == ClockNoticeRow.ticket_id)
            .where(or_(ClockNoticeRow.not_before.is_(None), ClockNoticeRow.not_before <= now), is_first)
            .order_by(ClockNoticeRow.id)
            .limit(limit)
            .with_for_update(of=(ClockNoticeRow, TicketRow), skip_locked=True, key_share=True)
        )
        found = tuple(WaitingNotice(row[0], row[1], ticket_of(row[2:])) for row in rows)
        if found and together:
            await foresee_changes(self._transaction, [one.ticket for one in found])
        return found

    async def told(self, notice_ids: Collection[int]) -> None:
        """Forgets notices: the messages about them are in the outbox."""
        await self._transaction.execute(delete(ClockNoticeRow).where(ClockNoticeRow.id.in_(notice_ids)))

    async def postpone(self, notice_id: int, until: datetime) -> None:
        """Keeps one that could not be put into words for another try."""
        await self._transaction.execute(
            update(ClockNoticeRow).where(ClockNoticeRow.id == notice_id).values(not_before=until)
        )

    async def prune(self, before: datetime) -> int:
        """Erases notices of before then, which nobody ever could put into words; returns how many."""
        erased = await self._transaction.execute(delete(ClockNoticeRow).where(ClockNoticeRow.at < before))
        return int(erased.rowcount)
