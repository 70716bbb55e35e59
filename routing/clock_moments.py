"""The moments of a ticket's clock: when limits turn yellow, take it up, when its holder is asked, when it is archived.

All of them follow from the ticket's row and the rules alone. What has to be done once one has come is told by
``routing.escalation``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.calendar import WorkingCalendar
from routing.callback import DecisionLimits
from routing.catalogue import Catalogue
from routing.escalation_plan import ACCEPT, RESOLVE, EscalationPlan, EscalationPolicy, LimitName
from routing.handling_rules import HandlingRules
from routing.sla import Colour, Limit, SlaClass, SlaTable, colour, later, reached_at, yellow_at
from routing.ticket import Status, Ticket

Running = tuple[tuple[LimitName, Limit, datetime, datetime], ...]
"""Each limit whose clock runs, with its due time and the moment at which it takes the ticket up for the first time."""

CONTRADICTION = "contradiction"
"""Stands in ``Ticket.reminded`` once the next level was asked to decide a contradiction of the call-back."""
URGE = "urge"
"""Stands in ``Ticket.reminded`` once whoever urged it was told that nothing came of it."""


@dataclass(frozen=True, slots=True)
class ClockRules:
    """Everything that the clock of a ticket depends on besides its row."""

    catalogue: Catalogue
    sla: SlaTable
    calendar: WorkingCalendar
    policy: EscalationPolicy
    handling: HandlingRules
    decision: DecisionLimits

    def class_of(self, ticket: Ticket) -> SlaClass:
        """The class whose limits hold for the ticket."""
        return self.sla.class_for(self.catalogue.of(ticket.service_code), ticket.urgency)


def next_check(ticket: Ticket, rules: ClockRules, now: datetime, *, top: int) -> datetime | None:
    """When the clock job has to look at the ticket again (UTC): to be stored at every change of its row.

    None while nothing can fall due: on hold, archived and not disputed, withdrawn, or told to the top often enough. A
    moment that has passed already means at once.
    """
    if ticket.status is Status.ARCHIVED:
        return decision_at(ticket, rules)
    if ticket.status is Status.RESOLVED:
        return archive_at(ticket, rules)
    plan = rules.policy.plan_for(ticket)
    running = running_limits(ticket, rules, plan)
    moments = [
        at for name, limit, due, _ in running if (at := reminder_at(ticket, rules, name, limit, due, now)) is not None
    ]
    others = [escalation_at(ticket, rules, plan, running, now, top), urge_at(ticket)]
    if ticket.status is Status.IN_PROGRESS:
        others += (question_at(ticket, rules), lapse_at(ticket, rules), answer_at(ticket))
    moments += [at for at in others if at is not None]
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


def decision_at(ticket: Ticket, rules: ClockRules) -> datetime | None:
    """Until when a contradiction of the call-back is to be decided by those who were asked; none where there is none.

    What happens then depends on whether the next level was asked already.
    """
    if ticket.status is not Status.ARCHIVED or ticket.disputed_at is None:
        return None
    if CONTRADICTION in ticket.reminded and ticket.escalated_at is not None:
        return rules.calendar.add_working(ticket.escalated_at, rules.decision.by_rule)
    return rules.calendar.add_working(ticket.disputed_at, rules.decision.level_up)


def is_past(at: datetime | None, now: datetime) -> bool:
    """Whether a moment has come; what has none never does."""
    return at is not None and at <= now


def running_limits(ticket: Ticket, rules: ClockRules, plan: EscalationPlan) -> Running:
    """The limits whose clock runs; the one to resolve is the last."""
    if ticket.status not in {Status.DISPATCHED, Status.IN_PROGRESS}:
        return ()
    sla, accept_due, resolve_due = rules.class_of(ticket), ticket.accept_due_at, ticket.resolve_due_at
    first = reached_at(plan.first_at[RESOLVE], sla.resolve, resolve_due, rules.calendar)
    resolve = RESOLVE, sla.resolve, resolve_due, first
    if ticket.status is Status.IN_PROGRESS:
        return (resolve,)
    first = reached_at(plan.first_at[ACCEPT], sla.accept, accept_due, rules.calendar)
    return (ACCEPT, sla.accept, accept_due, first), resolve


def reminder_at(
    ticket: Ticket, rules: ClockRules, name: LimitName, limit: Limit, due: datetime, now: datetime
) -> datetime | None:
    """When the holder is to be reminded; never once the limit has run out, since the escalation then tells them."""
    if name in ticket.reminded or due <= now:
        return None
    return yellow_at(limit, due, rules.calendar, rules.sla.thresholds)


def escalation_at(
    ticket: Ticket, rules: ClockRules, plan: EscalationPlan, running: Running, now: datetime, top: int
) -> datetime | None:
    """When the ticket goes one level up next: as a limit runs out, or after the interval if one has.

    Whoever a person gave it to after its limit to claim has the interval to claim it; the limit to resolve waits for
    nobody, or units would pass tickets around to win time.
    """
    if ticket.escalation_level >= top + plan.repeats_at_top:
        return None
    moments: list[datetime] = []
    for name, limit, _, first in running:
        last = ticket.escalated_at
        if name == ACCEPT and ticket.assigned_at is not None and (last is None or last < ticket.assigned_at):
            last = ticket.assigned_at
        if last is None or last < first:
            moments.append(first)
        elif first <= now:
            repeat = later(last, plan.repeat_after[ticket.urgency], limit.clock, rules.calendar)
            moments.append(max(repeat, ticket.acknowledged_until or repeat))
    return min(moments, default=None)


def question_at(ticket: Ticket, rules: ClockRules) -> datetime | None:
    """When the holder is asked whether anything happens; not while what they asked for waits to be decided."""
    since = ticket.progress_at or ticket.claimed_at
    if not _is_handled(ticket) or ticket.questioned_at is not None or since is None:
        return None
    return _after(since, rules.handling.idle[ticket.urgency].ask_after, ticket, rules)


def lapse_at(ticket: Ticket, rules: ClockRules) -> datetime | None:
    """When the claim lapses after that question."""
    if not _is_handled(ticket) or ticket.questioned_at is None:
        return None
    return _after(ticket.questioned_at, rules.handling.idle[ticket.urgency].lapse_after, ticket, rules)


def _is_handled(ticket: Ticket) -> bool:
    return ticket.status is Status.IN_PROGRESS and ticket.assignee_id is not None and ticket.request is None


def urge_at(ticket: Ticket) -> datetime | None:
    """Until when whoever urged it wants to hear of it, once."""
    is_over = URGE in ticket.reminded or ticket.status not in {Status.DISPATCHED, Status.IN_PROGRESS}
    return None if is_over else ticket.urge_due_at


def _after(start: datetime, span: timedelta, ticket: Ticket, rules: ClockRules) -> datetime:
    return later(start, span, rules.class_of(ticket).resolve.clock, rules.calendar)


def answer_at(ticket: Ticket) -> datetime | None:
    """Until when the unit that it is offered to may answer."""
    is_offered = ticket.status is Status.IN_PROGRESS and ticket.hand_over is not None
    return ticket.hand_over.due_at if is_offered and ticket.hand_over is not None else None


def archive_at(ticket: Ticket, rules: ClockRules) -> datetime | None:
    """When what is reported done is archived if the reporter says nothing."""
    return ticket.resolved_at + rules.policy.archive_after if ticket.resolved_at is not None else None
