"""What the clock demands of a ticket: reminders, the way up the chain, release to the pool, archiving.

A check is a pure function of the ticket's row and the moment, so any number of jobs may run it, at any time, as
often as they like: what is applied is not demanded again, and a job that slept takes up where the row stands. It takes
one step at a time, and whoever it reaches has the whole interval to act before the next one hears of it.

Only what falls due is decided here. When a message about it may ring (quiet hours) is for whoever delivers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from routing.calendar import WorkingCalendar
from routing.catalogue import Catalogue, Urgency
from routing.sla import Colour, Limit, SlaClass, SlaTable, colour, later, yellow_at
from routing.ticket import Action, Status, Ticket, next_status

LimitName = Literal["accept", "resolve"]

ACCEPT: LimitName = "accept"
RESOLVE: LimitName = "resolve"


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """How often an overdue ticket goes up, how long the top is told, and when silence means consent."""

    repeat_after: Mapping[Urgency, timedelta]
    """From one escalation to the next, on the clock of the ticket's limits."""
    repeats_at_top: int
    """How often the top of the chain is told again before the ticket stays where it is."""
    archive_after: timedelta
    """From the report that it is done to the archive if the reporter says nothing; round the clock."""


@dataclass(frozen=True, slots=True)
class ClockRules:
    """Everything that the clock of a ticket depends on besides its row."""

    catalogue: Catalogue
    sla: SlaTable
    calendar: WorkingCalendar
    policy: EscalationPolicy

    def class_of(self, ticket: Ticket) -> SlaClass:
        """The class whose limits hold for the ticket."""
        return self.sla.class_for(self.catalogue.get(ticket.service_code), ticket.urgency)


@dataclass(frozen=True, slots=True)
class ClockStep:
    """What has to be done now. ``next_check_at`` is the next moment at which anything can fall due after that."""

    reminders: tuple[tuple[LimitName, datetime], ...] = ()
    """Limits that turned yellow, each with its due time: the holder is told once."""
    escalate_to_level: int | None = None
    """How many times the ticket has then gone up; beyond the top of the chain the top is told again."""
    cause: LimitName | None = None
    """Which limit ran out."""
    release: bool = False
    """Nobody claimed it in time: whoever it was given to loses it to the pool."""
    archive: bool = False
    next_check_at: datetime | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to do but to store ``next_check_at``."""
        return not self.reminders and self.escalate_to_level is None and not self.archive


def check(ticket: Ticket, rules: ClockRules, now: datetime, *, top: int) -> ClockStep:
    """What the clock demands of the ticket at ``now``; ``top`` is the level of the last step of its chain.

    A limit that turns yellow reminds the holder once. One that runs out takes the ticket one level up, and up again
    after each interval until the top has been told as often as the policy says. A ticket that nobody claimed until
    then goes back to the pool with each such step. What is on hold never falls due; what is reported done is
    archived once the reporter has been silent long enough.
    """
    step = _demands(ticket, rules, now, top)
    after = applied(ticket, step, now)
    return replace(step, next_check_at=next_check(after, rules, now, top=top))


def applied(ticket: Ticket, step: ClockStep, now: datetime) -> Ticket:
    """The ticket's row after ``step``, ``next_check_at`` included."""
    changed = replace(
        ticket,
        reminded=ticket.reminded | {name for name, _ in step.reminders},
        next_check_at=step.next_check_at,
    )
    if step.escalate_to_level is not None:
        changed = replace(changed, escalation_level=step.escalate_to_level, escalated_at=now)
    if step.release:
        changed = replace(changed, status=next_status(ticket, Action.RELEASE), assignee_id=None)
    if step.archive:
        changed = replace(changed, status=next_status(ticket, Action.ARCHIVE), archived_at=now)
    return changed


def next_check(ticket: Ticket, rules: ClockRules, now: datetime, *, top: int) -> datetime | None:
    """When the clock job has to look at the ticket again (UTC): to be stored at every change of its row.

    None while nothing can fall due: on hold, archived, withdrawn, or told to the top often enough. A moment that has
    passed already means at once.
    """
    if ticket.status is Status.RESOLVED:
        return _archive_at(ticket, rules)
    moments = [
        at for name, limit, due in _running(ticket, rules) if (at := _reminder_at(ticket, rules, name, limit, due, now))
    ]
    if upward := _escalation_at(ticket, rules, now, top):
        moments.append(upward)
    return min(moments, default=None)


def ticket_colour(ticket: Ticket, rules: ClockRules, now: datetime) -> Colour:
    """The worst colour of the ticket's limits; what is on hold or done keeps that of the moment it stopped."""
    stopped = ticket.held_at if ticket.status is Status.ON_HOLD else ticket.resolved_at
    at = now if ticket.status in {Status.DISPATCHED, Status.IN_PROGRESS} or stopped is None else stopped
    sla = rules.class_of(ticket)
    limits = [(sla.resolve, ticket.resolve_due_at)]
    if ticket.status is Status.DISPATCHED:
        limits.append((sla.accept, ticket.accept_due_at))
    colours = (colour(limit, due, at, rules.calendar, rules.sla.thresholds) for limit, due in limits)
    return max(colours, key=lambda shade: shade.rank)


def _demands(ticket: Ticket, rules: ClockRules, now: datetime, top: int) -> ClockStep:
    if ticket.status is Status.RESOLVED:
        at = _archive_at(ticket, rules)
        return ClockStep(archive=at is not None and at <= now)
    reminders = tuple(
        (name, due)
        for name, limit, due in _running(ticket, rules)
        if (at := _reminder_at(ticket, rules, name, limit, due, now)) and at <= now
    )
    at = _escalation_at(ticket, rules, now, top)
    if at is None or at > now:
        return ClockStep(reminders=reminders)
    return ClockStep(
        reminders=reminders,
        escalate_to_level=ticket.escalation_level + 1,
        cause=RESOLVE if ticket.resolve_due_at <= now else ACCEPT,
        release=ticket.status is Status.DISPATCHED and ticket.assignee_id is not None and ticket.accept_due_at <= now,
    )


def _running(ticket: Ticket, rules: ClockRules) -> Iterator[tuple[LimitName, Limit, datetime]]:
    """The limits whose clock runs, each with its due time."""
    sla = rules.class_of(ticket)
    if ticket.status is Status.DISPATCHED:
        yield ACCEPT, sla.accept, ticket.accept_due_at
    if ticket.status in {Status.DISPATCHED, Status.IN_PROGRESS}:
        yield RESOLVE, sla.resolve, ticket.resolve_due_at


def _reminder_at(
    ticket: Ticket, rules: ClockRules, name: LimitName, limit: Limit, due: datetime, now: datetime
) -> datetime | None:
    """When the holder is to be reminded; never once the limit has run out, since the escalation then tells them."""
    if name in ticket.reminded or due <= now:
        return None
    return yellow_at(limit, due, rules.calendar, rules.sla.thresholds)


def _escalation_at(ticket: Ticket, rules: ClockRules, now: datetime, top: int) -> datetime | None:
    """When the ticket goes one level up next: as a limit runs out, or after the interval if one has."""
    if ticket.escalation_level >= top + rules.policy.repeats_at_top:
        return None
    last = ticket.escalated_at
    moments: list[datetime] = []
    for _, limit, due in _running(ticket, rules):
        if last is None or last < due:
            moments.append(due)
        elif due <= now:
            interval = rules.policy.repeat_after[ticket.urgency]
            moments.append(later(last, interval, limit.clock, rules.calendar))
    return min(moments, default=None)


def _archive_at(ticket: Ticket, rules: ClockRules) -> datetime | None:
    return ticket.resolved_at + rules.policy.archive_after if ticket.resolved_at is not None else None
