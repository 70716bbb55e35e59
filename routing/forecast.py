"""What will become of a ticket from now on if nobody does anything: the clock job, run ahead in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.assign import choose
from routing.clock_moments import ClockRules, next_check
from routing.escalation import ClockStep, applied, check
from routing.ladder import told_at
from routing.organisation import Step
from routing.staff import Staff
from routing.ticket import Ticket

MOST_STEPS = 200
"""No ticket has more to come: every level is told once, the top a few times, and then it ends or is archived."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One moment at which something falls due: what, who hears of it going up, and the ticket before and after."""

    at: datetime
    step: ClockStep
    superiors: tuple[Staff, ...]
    before: Ticket
    after: Ticket


def forecast(
    ticket: Ticket,
    rules: ClockRules,
    now: datetime,
    *,
    steps: Sequence[Step],
    posts_at: Callable[[datetime], Sequence[Staff]],
) -> tuple[Foreseen, ...]:
    """Everything that the clock will do to the ticket, in order, if nobody touches it.

    ``steps`` are the levels of its ladder; ``posts_at`` gives those who stand at them at a moment to come, by the hours
    of duty and the leave that are known now. Of several superiors who could get it to decide, the first is named.
    """
    top = len(steps) - 1
    found: list[Foreseen] = []
    due = next_check(ticket, rules, now, top=top)
    while due is not None and len(found) < MOST_STEPS:
        now = max(due, now)
        step = check(ticket, rules, now, top=top)
        after = applied(ticket, step, now)
        superiors: tuple[Staff, ...] = ()
        if step.escalate_to_level is not None:
            level, superiors = told_at(steps, step.escalate_to_level, posts_at(now), ticket)
            decider = choose(superiors, {}, ticket.service_code) or next(iter(superiors), None)
            after = replace(after, escalation_level=level)
            if step.decide and decider is not None:
                after = replace(after, assignee_id=decider.id, assigned_at=now)
        if step.is_nothing:
            break
        found.append(Foreseen(now, step, superiors, ticket, after))
        ticket, due = after, next_check(after, rules, now, top=top)
    return tuple(found)
