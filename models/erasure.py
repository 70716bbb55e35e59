"""Erases from tickets that ended long ago what names people; what is counted stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from models.tables_tickets import SubtaskRow, TicketEventRow, TicketMessageRow, TicketReporterRow, TicketRow
from models.transaction import Transaction
from routing.privacy import mask_numbers
from routing.ticket import Status
from routing.ticket_events import EventKind

_ENDED = (Status.ARCHIVED, Status.WITHDRAWN)

_SAID_BY_RESIDENTS = (
    EventKind.OPENED,
    EventKind.DETAIL_ADDED,
    EventKind.REPORTER_ADDED,
    EventKind.URGED,
    EventKind.CONFIRMED,
    EventKind.REOPENED,
    EventKind.RATED,
    EventKind.SPLIT,
    EventKind.DISPUTED,
    EventKind.SUPPORTED,
)

_KEPT_OF_EVENTS = frozenset({"via", "service", "count", "rating", "attachments", "by", "new", "solved", "satisfaction"})
"""What an event tells of a resident's words without repeating them."""


async def erase_tickets(transaction: Transaction, ended_before: datetime, at: datetime, *, limit: int) -> int:
    """Erases from up to ``limit`` tickets that ended before then; returns how many there were.

    Who reported, the words, the room, photos and links to messages go. Number, service, grid, times, clocks and ratings
    stay, since the rates of that year are still asked for.
    """
    ended_at = func.coalesce(TicketRow.archived_at, TicketRow.last_said_at, TicketRow.created_at)
    rows = await transaction.execute(
        select(TicketRow.id, TicketRow.place, TicketRow.resolution)
        .where(TicketRow.status.in_(_ENDED), TicketRow.erased_at.is_(None), ended_at < ended_before)
        .order_by(TicketRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    tickets = rows.all()
    for ticket_id, place, resolution in tickets:
        await transaction.execute(
            update(TicketRow)
            .where(TicketRow.id == ticket_id)
            .values(
                text="",
                reporter_id=None,
                reporter_name="",
                attachments=(),
                point=None,
                place=replace(place, room=None),
                resolution=mask_numbers(resolution),
                source_message_id=None,
                erased_at=at,
                version=TicketRow.version + 1,
            )
        )
        await transaction.execute(update(SubtaskRow).where(SubtaskRow.ticket_id == ticket_id).values(task=""))
        await _erase_reporters(transaction, ticket_id)
        await _erase_events(transaction, ticket_id)
        await transaction.execute(delete(TicketMessageRow).where(TicketMessageRow.ticket_id == ticket_id))
    return len(tickets)


async def _erase_reporters(transaction: Transaction, ticket_id: int) -> None:
    """Keeps how many there were and what they answered; a number from below zero stands for the account."""
    rows = await transaction.execute(
        select(TicketReporterRow.account)
        .where(TicketReporterRow.ticket_id == ticket_id)
        .order_by(TicketReporterRow.joined_at, TicketReporterRow.account)
    )
    for position, (account,) in enumerate(rows.all(), start=1):
        await transaction.execute(
            update(TicketReporterRow)
            .where(TicketReporterRow.ticket_id == ticket_id, TicketReporterRow.account == account)
            .values(account=-position, name="", said="", message_id=None)
        )


async def _erase_events(transaction: Transaction, ticket_id: int) -> None:
    rows = await transaction.execute(
        select(TicketEventRow.id, TicketEventRow.data).where(
            TicketEventRow.ticket_id == ticket_id, TicketEventRow.kind.in_(_SAID_BY_RESIDENTS)
        )
    )
    for event_id, data in rows.all():
        kept: dict[str, Any] = {name: value for name, value in data.items() if name in _KEPT_OF_EVENTS}
        await transaction.execute(
            update(TicketEventRow).where(TicketEventRow.id == event_id).values(actor=None, actor_name="", data=kept)
        )
