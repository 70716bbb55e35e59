"""What happened to a ticket, as the append-only list tells it, and who stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What the append-only list can say of a ticket."""

    OPENED = "opened"
    DISPATCHED = "dispatched"
    CLAIMED = "claimed"
    TRANSFERRED = "transferred"
    RETURN_ASKED = "return_asked"
    EXTENSION_ASKED = "extension_asked"
    HOLD_ASKED = "hold_asked"
    APPROVED = "approved"
    REFUSED = "refused"
    RESUMED = "resumed"
    RELEASED = "released"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    URGED = "urged"
    DETAIL_ADDED = "detail_added"
    REPORTER_ADDED = "reporter_added"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    RATED = "rated"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    RECLASSIFIED = "reclassified"
    SOLVED_ON_SPOT = "solved_on_spot"
    HAND_OVER_OFFERED = "hand_over_offered"
    HAND_OVER_DECLINED = "hand_over_declined"
    HELP_ASKED = "help_asked"
    HELP_CLAIMED = "help_claimed"
    HELP_DONE = "help_done"
    SUBTASK_GIVEN = "subtask_given"
    SUBTASK_CLAIMED = "subtask_claimed"
    SUBTASK_DONE = "subtask_done"
    SUBTASK_WITHDRAWN = "subtask_withdrawn"
    DISPUTED = "disputed"
    DECISION_WENT_UP = "decision_went_up"
    UPHELD = "upheld"
    UNIT_RATED = "unit_rated"
    SPLIT = "split"
    PROGRESSED = "progressed"
    QUESTIONED = "questioned"
    ACKNOWLEDGED = "acknowledged"
    LIFTED = "lifted"
    URGE_EXPIRED = "urge_expired"
    LISTED_AS_NEED = "listed_as_need"
    SUPPORTED = "supported"
    ANSWER_OWED = "answer_owed"
    ANSWERED = "answered"
    LISTED = "listed"
    """It is for a service item, whose papers it lists."""
    PAPERS_TICKED = "papers_ticked"


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One thing that happened. ``actor`` is the account of the person, none for the system; ``data`` is plain JSON."""

    ticket_id: int
    kind: EventKind
    at: datetime
    actor: int | None = None
    actor_name: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reporter:
    """One resident who stands behind a ticket, with the message that made them so."""

    ticket_id: int
    account: int
    name: str
    message_id: int | None
    joined_at: datetime
    solved: bool | None = None
    said: str = ""
    """The words by which they reported it, so that a wrong merge can be undone."""
