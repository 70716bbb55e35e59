"""What the clock demands of a ticket: reminders, the way up the chain, release to the pool, archiving.

A check is a pure function of the ticket's row and the moment, so any number of jobs may run it, at any time, as
often as they like: what is applied is not demanded again, and a job that slept takes up where the row stands. It takes
one step at a time, and whoever it reaches has the whole interval to act before the next one hears of it.

Only what falls due is decided here. Whether a message about it rings (quiet hours) is for whoever sends it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

from routing.clock_moments import (
    CONTRADICTION,
    URGE,
    ClockRules,
    Running,
    answer_at,
    archive_at,
    decision_at,
    escalation_at,
    is_past,
    lapse_at,
    next_check,
    question_at,
    reminder_at,
    running_limits,
    urge_at,
)
from routing.construction import constructor
from routing.escalation_plan import ACCEPT, EscalationPlan, LimitName
from routing.reopening import reopened
from routing.sla import later
from routing.ticket import Action, Status, Ticket, next_status, with_fields

Cause = Literal["accept", "resolve", "idle"]
IDLE: Cause = "idle"
CLOCK_FIELDS = (
    "status",
    "assignee_id",
    "assigned_at",
    "claimed_at",
    "progress_at",
    "questioned_at",
    "lapses",
    "hand_over",
    "reminded",
    "escalation_level",
    "escalated_at",
    "acknowledged_until",
    "archived_at",
    "next_check_at",
)
"""All of ``Ticket`` that a step of the clock can change; only one that has the work done again changes more."""


@dataclass(frozen=True, slots=True)
class ClockStep:
    """What has to be done now. ``next_check_at`` is the next moment at which anything can fall due after that."""

    reminders: tuple[tuple[LimitName, datetime], ...] = ()
    """Limits that turned yellow, each with its due time: the holder is told once."""
    escalate_to_level: int | None = None
    """How many times the ticket has then gone up; beyond the top of the chain the top is told again."""
    cause: Cause | None = None
    """Which limit ran out, or that its holder did nothing."""
    release: bool = False
    """Not claimed in time, or claimed and left lying: whoever it was given to loses it to the pool."""
    decide: bool = False
    """The same, but the clock has done so often enough: whoever hears of it gets it and has to decide."""
    question: bool = False
    """The holder is asked whether anything happens."""
    urge_expired: bool = False
    """Whoever urged it did not hear of it in time."""
    archive: bool = False
    hand_over_lapsed: bool = False
    """The unit that it was offered to has not answered in time: its lead keeps it."""
    decision_goes_up: bool = False
    """Nobody has decided a contradiction of the call-back: the next level is asked too."""
    redo_until: datetime | None = None
    """The next level has not decided either: the work is done again, and this is its new limit."""
    next_check_at: datetime | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to do but to store ``next_check_at``."""
        return _demanded(self) == _NOTHING


_demanded = attrgetter(*(one.name for one in fields(ClockStep) if one.name != "next_check_at"))
_NOTHING = _demanded(ClockStep())
_step = constructor(ClockStep)


def check(ticket: Ticket, rules: ClockRules, now: datetime, *, top: int) -> ClockStep:
    """What the clock demands of the ticket at ``now``; ``top`` is the level of the last step of its chain.

    A limit that turns yellow reminds the holder once. One that runs out takes the ticket one level up, and up again
    after each interval until the top has been told as often as the policy says. A ticket that nobody claimed until
    then goes back to the pool with each such step, and so does one whose holder was asked for progress and made none;
    once that has happened too often, a superior has to decide. A superior who takes note of it stops the repetition
    for a while, but no limit. What is on hold never falls due; what is reported done is archived once the reporter has
    been silent long enough. A contradiction of the call-back that nobody decides goes up one level, and is then decided
    for the resident.
    """
    step = demands(ticket, rules, now, top=top)
    after = applied(ticket, step, now)
    return replace(step, next_check_at=next_check(after, rules, now, top=top))


def demands(ticket: Ticket, rules: ClockRules, now: datetime, *, top: int) -> ClockStep:
    """The same without ``next_check_at``, for whoever changes more of the ticket before it is known."""
    if ticket.status is Status.ARCHIVED:
        return _undecided(ticket, rules, now)
    if ticket.status is Status.RESOLVED:
        at = archive_at(ticket, rules)
        return ClockStep(archive=at is not None and at <= now)
    plan = rules.policy.plan_for(ticket)
    running = running_limits(ticket, rules, plan)
    reminders = [
        (name, due)
        for name, limit, due, _ in running
        if (at := reminder_at(ticket, rules, name, limit, due, now)) and at <= now
    ]
    runs_out = is_past(escalation_at(ticket, rules, plan, running, now, top), now)
    # Nobody is asked about what nobody has claimed, and it is offered to no other unit.
    is_in_hand = ticket.status is Status.IN_PROGRESS
    lapses = is_in_hand and is_past(lapse_at(ticket, rules), now)
    goes_up = runs_out or lapses
    is_taken = lapses or (runs_out and _is_left_unclaimed(ticket, rules, plan, running, now))
    may_take = ticket.lapses < rules.handling.most_lapses
    return _step(
        reminders=tuple(reminders),
        escalate_to_level=ticket.escalation_level + 1 if goes_up else None,
        cause=_cause(running, now) if runs_out else IDLE if goes_up else None,
        release=is_taken and may_take,
        decide=is_taken and not may_take,
        question=is_in_hand and is_past(question_at(ticket, rules), now),
        urge_expired=is_past(urge_at(ticket), now),
        hand_over_lapsed=is_in_hand and is_past(answer_at(ticket), now),
    )


def applied(ticket: Ticket, step: ClockStep, now: datetime) -> Ticket:
    """The ticket's row after ``step``, ``next_check_at`` included."""
    # A ticket has many fields, so all that changes is put into one copy.
    changes: dict[str, Any] = {"next_check_at": step.next_check_at}
    reminded = ticket.reminded | {name for name, _ in step.reminders}
    if step.urge_expired:
        reminded |= {URGE}
    if step.question:
        changes["questioned_at"] = now
    if step.hand_over_lapsed or step.release or step.decide:
        changes["hand_over"] = None
    if step.escalate_to_level is not None:
        changes |= {"escalation_level": step.escalate_to_level, "escalated_at": now, "acknowledged_until": None}
    if step.release or step.decide:
        changes |= {
            "status": next_status(ticket, Action.RELEASE),
            "assignee_id": None,
            "claimed_at": None,
            "progress_at": None,
            "questioned_at": None,
            "lapses": ticket.lapses + 1,
        }
    if step.archive:
        changes |= {"status": next_status(ticket, Action.ARCHIVE), "archived_at": now}
    if step.decision_goes_up:
        reminded |= {CONTRADICTION}
        changes["escalated_at"] = now
    changed = with_fields(ticket, {"reminded": reminded, **changes})
    if step.redo_until is not None:
        changed = reopened(replace(changed, status=next_status(ticket, Action.REDO)), step.redo_until, now)
    return changed


def _undecided(ticket: Ticket, rules: ClockRules, now: datetime) -> ClockStep:
    if not is_past(decision_at(ticket, rules), now):
        return ClockStep()
    if CONTRADICTION not in ticket.reminded:
        return ClockStep(decision_goes_up=True)
    limits = rules.sla.due_times(rules.catalogue.of(ticket.service_code), ticket.urgency, now, rules.calendar)
    return ClockStep(redo_until=limits.resolve_due_at)


def _cause(running: Running, now: datetime) -> LimitName:
    """Of two limits that take a ticket up, the one to resolve is the graver."""
    return next((name for name, _, _, first in reversed(running) if first <= now), ACCEPT)


def _is_left_unclaimed(
    ticket: Ticket, rules: ClockRules, plan: EscalationPlan, running: Running, now: datetime
) -> bool:
    """Whether whoever it was given to had time enough to claim it: the limit, or the interval if given it later."""
    if ticket.status is not Status.DISPATCHED or ticket.assignee_id is None or ticket.accept_due_at > now:
        return False
    if ticket.assigned_at is None:
        return True
    _, accept, _, _ = running[0]
    return later(ticket.assigned_at, plan.repeat_after[ticket.urgency], accept.clock, rules.calendar) <= now
