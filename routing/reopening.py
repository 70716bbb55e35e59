"""A new round of work for a finished ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from routing.ticket import Ticket


def reopened(ticket: Ticket, resolve_due_at: datetime, now: datetime) -> Ticket:
    """The ticket in a new round of work with the same handler, with a new limit to resolve.

    Counted from the old dispatch it would be overdue before it began. Where it stands is for the caller to say.
    """
    return replace(
        ticket,
        solved=False,
        satisfaction=None,
        street_rating=None,
        disputed_at=None,
        resolved_at=None,
        archived_at=None,
        resolve_due_at=resolve_due_at,
        escalation_level=0,
        escalated_at=None,
        reminded=frozenset(),
        reopens=ticket.reopens + 1,
        progress_at=now,
        questioned_at=None,
        urge_due_at=None,
        acknowledged_until=None,
    )
