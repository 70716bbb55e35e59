"""Whose remit a matter is (职责争议): the superior decides once, and the decision stands.

A unit, a role at an area, may say of a ticket only once that it is none of its duties. Who decided that before, and
how, is in the ticket's events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.staff import Staff
from routing.ticket_events import EventKind, TicketEvent

NOT_MINE = "not_mine"
"""The reason of a return that disputes the remit; every other reason may be given again."""


@dataclass(frozen=True, slots=True)
class RemitDecision:
    """What a superior said to the unit before."""

    by: str
    at: datetime
    granted: bool


def unit_of(post: Staff) -> str:
    """The unit that a post stands for: its role at its area, whoever holds it."""
    return f"{post.role}@{post.area_code}"


def decided(events: Iterable[TicketEvent], unit: str) -> RemitDecision | None:
    """The decision about the remit of this unit; none where nobody has asked for it yet."""
    for event in events:
        about = event.data.get("reason"), event.data.get("unit")
        if event.kind in {EventKind.APPROVED, EventKind.REFUSED} and about == (NOT_MINE, unit):
            return RemitDecision(event.actor_name, event.at, event.kind is EventKind.APPROVED)
    return None
