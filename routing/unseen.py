"""What raises a ticket without the group learning of it: the urgency and limits that everybody sees stay as they were.

A report by or about somebody on the care list is handled sooner. If its card then showed other times or another colour
than a neighbour's, the whole group could read from it who is in hardship.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from routing.calendar import WorkingCalendar
from routing.catalogue import AppealType, Urgency
from routing.sla import Clock, DueTimes, SlaClass, carried_due

if TYPE_CHECKING:
    from routing.ticket import Ticket

RAISED_APPEALS = frozenset({AppealType.HELP, AppealType.COMPLAINT, AppealType.REPORT})
"""What is handled sooner; a question, a suggestion or praise is not pressing by who says it."""

_ONE_STEP_UP = {Urgency.NORMAL: Urgency.URGENT, Urgency.URGENT: Urgency.EMERGENCY}


@dataclass(frozen=True, slots=True)
class PublicView:
    """Urgency and limits as the group sees them, and the real limits at the same moment.

    What holds and extensions add to the real ones later is added to these as well.
    """

    urgency: Urgency
    accept_due_at: datetime
    resolve_due_at: datetime
    raised_accept_due_at: datetime
    raised_resolve_due_at: datetime


def raised_urgency(ticket: Ticket) -> Urgency | None:
    """The urgency one step above that of a ticket; none where nothing raises it, or it was raised already."""
    if ticket.public_view is not None or ticket.appeal_type not in RAISED_APPEALS or not ticket.is_open:
        return None
    return _ONE_STEP_UP.get(ticket.urgency)


def raised(ticket: Ticket, urgency: Urgency, limits: DueTimes) -> Ticket:
    """The ticket with ``urgency`` and the nearer of both limits, while the group goes on to see what it saw."""
    accept = min(ticket.accept_due_at, limits.accept_due_at)
    resolve = min(ticket.resolve_due_at, limits.resolve_due_at)
    view = PublicView(ticket.urgency, ticket.accept_due_at, ticket.resolve_due_at, accept, resolve)
    return replace(ticket, urgency=urgency, accept_due_at=accept, resolve_due_at=resolve, public_view=view)


def pressed(ticket: Ticket, public: Ticket, urgency: Urgency, dangers: tuple[str, ...], limits: DueTimes) -> Ticket:
    """The ticket after somebody said for everybody to hear that it is at least as pressing as ``urgency``.

    ``public`` is the ticket as the group knows it. Limits may come closer by what is said, never move away.
    """
    if urgency.rank <= public.urgency.rank:
        return ticket
    accept = min(ticket.accept_due_at, limits.accept_due_at)
    resolve = min(ticket.resolve_due_at, limits.resolve_due_at)
    view = None
    if ticket.public_view is not None:
        seen = min(public.accept_due_at, limits.accept_due_at), min(public.resolve_due_at, limits.resolve_due_at)
        view = PublicView(urgency, *seen, accept, resolve)
    return replace(
        ticket,
        urgency=max(urgency, ticket.urgency, key=lambda one: one.rank),
        dangers=tuple(dict.fromkeys((*ticket.dangers, *dangers))),
        accept_due_at=accept,
        resolve_due_at=resolve,
        public_view=view,
    )


def as_public(ticket: Ticket, limits: SlaClass, calendar: WorkingCalendar) -> Ticket:
    """The ticket as the group knows it; ``limits`` are the class of the urgency that it sees."""
    view = ticket.public_view
    if view is None:
        return ticket
    accept = _public_due(
        view.raised_accept_due_at, ticket.accept_due_at, view.accept_due_at, limits.accept.clock, calendar
    )
    resolve = _public_due(
        view.raised_resolve_due_at, ticket.resolve_due_at, view.resolve_due_at, limits.resolve.clock, calendar
    )
    return replace(ticket, urgency=view.urgency, accept_due_at=accept, resolve_due_at=resolve, public_view=None)


def _public_due(
    raised_due: datetime, present: datetime, public_due: datetime, clock: Clock, calendar: WorkingCalendar
) -> datetime:
    """What was added to the real limit is added to the public one; what brought it nearer did so for all to see."""
    if present < raised_due:
        return min(present, public_due)
    return carried_due(raised_due, present, public_due, clock, calendar)
