"""What the use cases need of the outside; ``models`` and ``bot.telegram`` implement it, tests pass fakes or both.

A unit of work is one transaction. The edge that took an update or a job's tick opens it, passes it to use cases and
commits it; a use case never commits. What a use case says to people is a row of the outbox in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from routing.areas import Area, AreaTree
from routing.groups import Dialogue, Group, GroupKind, GroupState, Invitation, Prompt
from routing.message import Attachment
from routing.outgoing import Outgoing, QueuedMessage
from routing.staff import Role, Staff
from routing.ticket import EventKind, Satisfaction, Status, Ticket, TicketEvent

Clock = Callable[[], datetime]
"""Gives the present moment as aware UTC."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """One resident who stands behind a ticket, with the message that made them so."""

    ticket_id: int
    account: int
    name: str
    message_id: int | None
    joined_at: datetime
    solved: bool | None = None


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What a list of tickets is narrowed to; an empty field narrows nothing. Times are aware, ``until`` is exclusive."""

    area_path: str = ""
    statuses: frozenset[Status] = frozenset()
    service_code: str = ""
    assignee_ids: frozenset[int] | None = None
    reporter: int | None = None
    platform: str = ""
    group_chat_id: int | None = None
    overdue_at: datetime | None = None
    """Only open tickets of which a limit had run out at this moment."""
    since: datetime | None = None
    until: datetime | None = None
    word: str = ""
    """Occurs in the number, the text or the resolution."""


@dataclass(frozen=True, slots=True)
class ParkedUpdate:
    """An update that failed; parked once it has failed as often as the edge allows, with its error for an operator."""

    platform: str
    update_id: int
    payload: bytes
    error: str
    failures: int
    first_failed_at: datetime
    parked_at: datetime | None


class AreaStore(Protocol):
    """The register of areas. ``tree`` is cached and reloaded once another process has changed the register."""

    async def tree(self) -> AreaTree: ...
    async def upsert(self, areas: Sequence[Area]) -> int: ...


class StaffStore(Protocol):
    """The register of posts."""

    async def get(self, staff_id: int) -> Staff: ...
    async def all(self) -> tuple[Staff, ...]: ...
    async def of_account(self, account: int) -> tuple[Staff, ...]: ...
    async def posts(self, roles: Collection[Role], area_codes: Collection[str]) -> tuple[Staff, ...]: ...
    async def loads(self, staff_ids: Collection[int]) -> Mapping[int, int]: ...
    async def upsert(self, posts: Sequence[Staff]) -> int: ...
    async def add(self, post: Staff) -> Staff: ...
    async def set_on_duty(self, account: int, on_duty: bool) -> int: ...
    async def set_reachable(self, account: int, reachable: bool) -> int: ...
    async def add_invitation(self, invitation: Invitation) -> None: ...
    async def use_invitation(self, token_hash: str, account: int, now: datetime) -> Invitation | None: ...


class GroupStore(Protocol):
    """Chat groups and their areas."""

    async def get(self, platform: str, chat_id: int) -> Group | None: ...
    async def all(self) -> tuple[Group, ...]: ...
    async def put(self, group: Group) -> None: ...
    async def set_state(self, platform: str, chat_id: int, state: GroupState) -> None: ...
    async def migrate(self, platform: str, old_chat_id: int, new_chat_id: int) -> None: ...
    async def of_areas(self, kind: GroupKind, area_codes: Collection[str]) -> tuple[Group, ...]: ...


class TicketStore(Protocol):
    """Tickets, their events, reporters and cards."""

    async def add(self, ticket: Ticket, *, number_scope: str, day: str) -> Ticket: ...
    async def get(self, ticket_id: int) -> Ticket: ...
    async def lock(self, ticket_id: int) -> Ticket: ...
    async def by_number(self, number: str) -> Ticket: ...
    async def save(self, ticket: Ticket) -> Ticket: ...
    async def record(self, *events: TicketEvent) -> None: ...
    async def events(self, ticket_id: int) -> tuple[TicketEvent, ...]: ...
    async def add_reporter(self, reporter: Reporter) -> bool: ...
    async def set_solved(self, ticket_id: int, account: int, solved: bool) -> None: ...
    async def reporters(self, ticket_id: int) -> tuple[Reporter, ...]: ...
    async def add_attachments(self, ticket_id: int, attachments: Sequence[Attachment]) -> None: ...
    async def find(self, wanted: TicketFilter, *, limit: int, offset: int = 0) -> tuple[Ticket, ...]: ...
    async def of_message(self, platform: str, chat_id: int, message_id: int) -> Ticket | None: ...
    async def link_message(self, ticket_id: int, platform: str, chat_id: int, message_id: int) -> None: ...
    async def take_due(self, now: datetime, *, limit: int) -> tuple[Ticket, ...]: ...
    async def card_chats(self, ticket_id: int) -> tuple[tuple[int, int | None], ...]: ...


class Outbox(Protocol):
    """Messages to the outside; ``take`` leases rows to one sender, in order per chat."""

    async def add(self, *messages: Outgoing) -> None: ...
    async def take(self, now: datetime, *, limit: int, lease_seconds: int) -> tuple[QueuedMessage, ...]: ...
    async def delivered(self, row: QueuedMessage, *, message_id: int | None, at: datetime) -> None: ...
    async def retry(self, row: QueuedMessage, *, not_before: datetime, error: str) -> None: ...
    async def give_up(self, row: QueuedMessage, *, at: datetime, error: str) -> None: ...
    async def next_due(self) -> datetime | None: ...
    async def pending(self) -> int: ...


class UpdateLog(Protocol):
    """Which updates were handled, and which failed."""

    async def first_time(self, platform: str, update_id: int, at: datetime) -> bool: ...
    async def failed(self, platform: str, update_id: int, payload: bytes, error: str, at: datetime) -> int: ...
    async def park(self, platform: str, update_id: int, at: datetime) -> None: ...
    async def parked(self) -> tuple[ParkedUpdate, ...]: ...
    async def unpark(self, platform: str, update_id: int) -> ParkedUpdate | None: ...
    async def offset(self, platform: str) -> int | None: ...
    async def set_offset(self, platform: str, offset: int) -> None: ...


class PromptStore(Protocol):
    """Questions that wait for an answer, and dialogues."""

    async def ask(self, prompt: Prompt) -> Prompt: ...
    async def take(self, prompt_id: int) -> Prompt | None: ...
    async def get(self, prompt_id: int) -> Prompt | None: ...
    async def expire(self, now: datetime) -> int: ...
    async def begin(self, dialogue: Dialogue) -> None: ...
    async def dialogue(self, platform: str, chat_id: int, account: int) -> Dialogue | None: ...
    async def end(self, platform: str, chat_id: int, account: int) -> None: ...


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """One ticket as digests and rates count it."""

    ticket: Ticket
    reporters: int


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


class DigestStore(Protocol):
    """Counts for digests, and which digests were sent."""

    async def counts(self, area_path: str, since: datetime, until: datetime) -> PeriodCounts: ...
    async def open_tickets(self, area_path: str) -> tuple[Ticket, ...]: ...
    async def counts_by_child(
        self, child_paths: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, PeriodCounts]: ...
    async def first_time(self, account: int, kind: str, slot: datetime) -> bool: ...
    async def events_between(
        self, area_path: str, kinds: Collection[EventKind], since: datetime, until: datetime
    ) -> tuple[TicketEvent, ...]: ...


class UnitOfWork(Protocol):
    """One transaction over all stores; leaving the block without ``commit`` rolls back."""

    areas: AreaStore
    staff: StaffStore
    groups: GroupStore
    tickets: TicketStore
    outbox: Outbox
    updates: UpdateLog
    prompts: PromptStore
    digests: DigestStore

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    async def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], UnitOfWork]
"""Opens a new transaction."""
