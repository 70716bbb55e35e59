"""What lists of tickets are narrowed to, and what is counted of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.construction import constructor
from routing.message import IncomingMessage
from routing.ticket import Satisfaction, Status, Ticket


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What a list of tickets is narrowed to; an empty field narrows nothing. ``until`` is exclusive."""

    area_path: str = ""
    statuses: frozenset[Status] = frozenset()
    service_code: str = ""
    assignee_ids: frozenset[int] | None = None
    in_pool: bool = False
    """Only tickets that are given to nobody."""
    reporter: int | None = None
    platform: str = ""
    group_chat_id: int | None = None
    overdue_at: datetime | None = None
    """Only open tickets of which a limit had run out at this moment."""
    via: frozenset[str] = frozenset()
    """Only what came in by one of these ways (``Ticket.via``)."""
    since: datetime | None = None
    until: datetime | None = None
    word: str = ""
    """Occurs in the number, the text or the resolution."""

    def takes(self, ticket: Ticket) -> bool:
        """Whether the filter lets a ticket through, as far as status, service and the time of its creation go."""
        return (
            (not self.statuses or ticket.status in self.statuses)
            and (not self.service_code or ticket.service_code == self.service_code)
            and (self.since is None or ticket.created_at >= self.since)
            and (self.until is None or ticket.created_at < self.until)
        )


ticket_filter = constructor(TicketFilter)
"""Makes one in a third of the time, for what every report passes."""


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """What happened in a period to the tickets of an area (counts of tickets)."""

    new: int
    resolved: int
    archived: int
    escalations: int
    accepted_on_time: int
    accepted: int
    resolved_on_time: int
    asked_solved: int
    solved: int
    ratings: Mapping[Satisfaction, int]
    reopened: int
    by_service: Mapping[str, int]
    patrol_found: int
    """Found on rounds (巡查发现), whatever became of it."""
    patrol_solved: int
    """Put right where it was found; that is in no other count."""
    street_ratings: Mapping[Satisfaction, int]
    """How streets rated departments (街道评议部门), of what was archived."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the handling of some messages of groups is going to look at, so that it can be read all at once.

    It only makes things faster: whatever else is asked for is answered as well.
    """

    messages: tuple[IncomingMessage, ...]
    topics: frozenset[tuple[int, str]]
    """The groups, each with a service whose recent tickets matter there; with "" all of its recent tickets do."""
    statuses: frozenset[Status]
    """Of the groups' recent tickets; those of the writers are looked at in any status."""
    since: datetime
    """When the oldest of the groups' recent tickets was opened."""
    limit: int
    """How many tickets of each topic, and of each writer in a group, are looked at."""
    day: str
    """The day under which new tickets are numbered."""
    counted_since: datetime
    """From when on the tickets are counted that were opened in a group."""
    heard_since: datetime
    """From when on it matters who reported something in a group."""
