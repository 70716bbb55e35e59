"""What fell due of a ticket at a moment, for those who are to hear of it; kept until it is put into words.

What the clock does to a ticket and what is said of it are two transactions: the first is short whatever has to be said
to how many people, and the second finds this value, which holds everything about the moment that the ticket's row does
not show any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from routing.clock_moments import ClockRules, lapse_at
from routing.construction import constructor
from routing.escalation import Cause, ClockStep
from routing.escalation_plan import ACCEPT, RESOLVE, Channel
from routing.staff import Staff
from routing.ticket import Ticket
from routing.ticket_events import TicketEvent


@dataclass(frozen=True, slots=True)
class ClockNotice:
    """One look of the clock at a ticket that found something due."""

    ticket_id: int
    at: datetime
    step: ClockStep
    level: int
    """How many times the ticket has gone up now."""
    holder_id: int | None
    """The post that had it."""
    superior_ids: tuple[int, ...]
    """The posts that hear of it going up."""
    decider_id: int | None
    """Which of them got it to decide."""
    lapses: int
    """How often the clock had taken it from somebody before."""
    due_at: datetime | None
    """The limit that took it up."""
    urged_by: int | None
    urge_due_at: datetime | None
    answer_by: datetime | None
    """Until when the holder may answer the question before the claim lapses."""
    offered_to: int | None
    """The unit that did not answer in time."""
    channels: tuple[Channel, ...]
    """Where superiors hear of it, in order."""


_notice = constructor(ClockNotice)


def notice_of(
    before: Ticket,
    step: ClockStep,
    after: Ticket,
    superiors: tuple[Staff, ...],
    channels: frozenset[Channel],
    rules: ClockRules,
    at: datetime,
) -> ClockNotice:
    """What is to be told of ``step``, which made ``before`` into ``after``."""
    due: dict[Cause, datetime] = {ACCEPT: before.accept_due_at, RESOLVE: before.resolve_due_at}
    return _notice(
        ticket_id=before.id,
        at=at,
        step=step,
        level=after.escalation_level,
        holder_id=before.assignee_id,
        superior_ids=tuple(post.id for post in superiors),
        decider_id=after.assignee_id if step.decide else None,
        lapses=before.lapses,
        due_at=due.get(step.cause) if step.cause is not None else None,
        urged_by=before.urged_by if step.urge_expired else None,
        urge_due_at=before.urge_due_at if step.urge_expired else None,
        answer_by=lapse_at(replace(before, questioned_at=at), rules) if step.question else None,
        offered_to=before.hand_over.to_post if step.hand_over_lapsed and before.hand_over is not None else None,
        channels=tuple(sorted(channels)),
    )


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What one look of the clock at a ticket leads to, to be written at once."""

    ticket: Ticket
    """Its new row in the fields of the clock, with the version that it was read with."""
    next_check_at: datetime | None
    events: tuple[TicketEvent, ...] = ()
    notice: ClockNotice | None = None


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """A notice that nobody has put into words yet, with the ticket as it is now."""

    id: int
    notice: ClockNotice
    ticket: Ticket
