"""A limit that is neither a ticket's nor a sub-task's: a step of a project, an answer that is owed.

The same rules as for tickets in small: a reminder before it runs out, then one level up, and again after a while, until
the top has heard of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class PromiseRules:
    """When a promise is reminded of and when it goes up."""

    remind_at: float
    """The share of the limit that is used up when whoever owes it is reminded; above 0, below 1."""
    repeat: timedelta
    """Working time from one escalation to the next one up."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What is owed until when, and what was done about it so far. Times are aware UTC."""

    made_at: datetime
    due_at: datetime
    is_reminded: bool = False
    level: int = 0
    """How often it went up; 0 while it is with who owes it."""
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PromiseStep:
    """What is to be done about a promise now."""

    remind: bool = False
    escalate_to: int | None = None
    """The level that is told now."""

    @property
    def is_nothing(self) -> bool:
        """Whether nobody need be told anything."""
        return not self.remind and self.escalate_to is None


def promise_step(
    promise: Promise, rules: PromiseRules, calendar: WorkingCalendar, now: datetime, *, top: int
) -> PromiseStep:
    """What has fallen due by ``now``; ``top`` is the highest level that there is (0 where nobody stands above).

    What runs out while nobody looked is not also reminded of: one message tells enough.
    """
    if now >= promise.due_at:
        if promise.level == 0:
            return PromiseStep(escalate_to=min(1, top)) if promise.escalated_at is None else PromiseStep()
        if promise.level < top and promise.escalated_at is not None:
            again = calendar.add_working(promise.escalated_at, rules.repeat)
            return PromiseStep(escalate_to=promise.level + 1) if now >= again else PromiseStep()
        return PromiseStep()
    if not promise.is_reminded and now >= remind_at(promise, rules, calendar):
        return PromiseStep(remind=True)
    return PromiseStep()


def next_look(
    promise: Promise, rules: PromiseRules, calendar: WorkingCalendar, now: datetime, *, top: int
) -> datetime | None:
    """When the clock has to look at the promise again, after what is due by ``now`` was done; none once all is told."""
    if promise.escalated_at is None:
        reminder = remind_at(promise, rules, calendar)
        waits = not promise.is_reminded and reminder > now
        return reminder if waits else max(promise.due_at, now)
    if 0 < promise.level < top:
        return calendar.add_working(promise.escalated_at, rules.repeat)
    return None


def remind_at(promise: Promise, rules: PromiseRules, calendar: WorkingCalendar) -> datetime:
    """When the share of working time that calls for a reminder is used up; the due time where there is none of it."""
    whole = calendar.working_between(promise.made_at, promise.due_at)
    return min(calendar.add_working(promise.made_at, whole * rules.remind_at), promise.due_at)
