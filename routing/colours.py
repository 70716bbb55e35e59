"""The colour of a ticket: that of the limit that runs against whoever has it now."""

from __future__ import annotations

from datetime import datetime

from routing.calendar import WorkingCalendar
from routing.catalogue import Service
from routing.sla import Colour, SlaTable, colour
from routing.ticket import Status, Ticket


def ticket_colour(
    ticket: Ticket, service: Service, sla: SlaTable, calendar: WorkingCalendar, now: datetime
) -> Colour:
    """The worse of both limits until it is claimed, then that of the resolve limit.

    A ticket on hold has a stopped clock and keeps the colour it was put aside with; one that is done keeps the
    colour it was done with.
    """
    stopped_at = ticket.held_at if ticket.status is Status.ON_HOLD else ticket.resolved_at
    at = now if ticket.status in {Status.DISPATCHED, Status.IN_PROGRESS} or stopped_at is None else stopped_at
    limits = sla.class_for(service, ticket.urgency)
    resolve = colour(limits.resolve, ticket.resolve_due_at, at, calendar, sla.thresholds)
    if ticket.status is not Status.DISPATCHED:
        return resolve
    accept = colour(limits.accept, ticket.accept_due_at, at, calendar, sla.thresholds)
    return max(accept, resolve, key=lambda one: one.rank)
