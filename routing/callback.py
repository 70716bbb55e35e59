"""The call-back (回访): whether what a reporter says of finished work contradicts the button that they pressed.

Solved and satisfied are two questions. A button is pressed quickly, and words said shortly afterwards are the better
witness; but neither the reporter nor a rule should decide alone which of the two was meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.followup import FollowUp, FollowUpWords, follow_up_of, plain
from routing.ticket import Satisfaction, Status, Ticket


@dataclass(frozen=True, slots=True)
class DecisionLimits:
    """How long a contradiction may wait for its decision, in working time; after both it is decided by rule."""

    level_up: timedelta
    """Until the next level is asked too."""
    by_rule: timedelta
    """From then until it is decided for the resident: the work is done again."""


@dataclass(frozen=True, slots=True)
class CallBackRules:
    """When words count against a button."""

    contradiction: timedelta
    """After the button; later words are a new matter."""
    angry: tuple[str, ...]
    """Parts of angry answers, in the spelling of ``plain``."""
    decision: DecisionLimits


class Doubt(StrEnum):
    """What becomes of words about archived work."""

    PERSON = "person"
    """The writer pressed the opposite: a person decides."""
    REPORTER = "reporter"
    """The writer pressed nothing, silence archived it or a neighbour: they are asked to say so by a button."""


@dataclass(frozen=True, slots=True)
class Archived:
    """An archived ticket of the writer, with what the writer answered to "is it solved?"."""

    ticket: Ticket
    solved: bool | None


def doubt_of(
    text: str,
    own: Sequence[Archived],
    answered: Ticket | None,
    rules: CallBackRules,
    words: FollowUpWords,
    now: datetime,
) -> tuple[Ticket, Doubt] | None:
    """Which archived ticket the words of its reporter put in doubt, if any.

    ``own`` are the writer's archived tickets, newest first; ``answered`` is the ticket of the message that this one
    replies to. "Not repaired" needs no reply; angry words count only as the answer of somebody who pressed "satisfied",
    since anger without an address may mean anything.
    """
    recent = [one for one in own if _is_recent(one.ticket, rules, now)]
    if answered is not None:
        recent = [one for one in recent if one.ticket.id == answered.id]
    if not recent:
        return None
    meant = recent[0]
    follow = follow_up_of(text, words)
    if follow is not None and follow.kind is FollowUp.UNDONE:
        return meant.ticket, Doubt.PERSON if meant.solved else Doubt.REPORTER
    said = plain(text)
    if (
        answered is not None
        and meant.solved
        and meant.ticket.satisfaction is Satisfaction.SATISFIED
        and any(word in said for word in rules.angry)
    ):
        return meant.ticket, Doubt.PERSON
    return None


def _is_recent(ticket: Ticket, rules: CallBackRules, now: datetime) -> bool:
    """Whether it was archived a short while ago, and no person is deciding about it yet."""
    if ticket.status is not Status.ARCHIVED or ticket.archived_at is None or ticket.disputed_at is not None:
        return False
    return now - ticket.archived_at <= rules.contradiction
