"""When the parties of a dispute are reminded of the meeting that they agreed on."""

from __future__ import annotations

from datetime import datetime, timedelta

from routing.dispute import Dispute
from routing.dispute_states import DisputeState

REMIND_BEFORE = (timedelta(days=1), timedelta(hours=1))
"""A day before, so that nobody plans otherwise, and an hour before, so that nobody forgets; the longest first."""


def next_reminder(dispute: Dispute, now: datetime) -> datetime | None:
    """When the parties are reminded next, after ``now``; none where no meeting is agreed or none of it is left."""
    if dispute.state is not DisputeState.MEETING or dispute.meeting_at is None:
        return None
    moments = (dispute.meeting_at - before for before in REMIND_BEFORE)
    return next((moment for moment in moments if moment > now), None)


def is_near(dispute: Dispute, now: datetime) -> bool:
    """Whether the agreed meeting is to come within the time in which the parties are reminded of it."""
    if dispute.state is not DisputeState.MEETING or dispute.meeting_at is None:
        return False
    return now < dispute.meeting_at <= now + REMIND_BEFORE[0]
