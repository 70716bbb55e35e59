"""A ticket: its states and the one table of legal transitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.construction import constructor, constructor_of_all
from routing.errors import IllegalTransition
from routing.guide.checklist import Checklist
from routing.message import Attachment, GeoPoint
from routing.place import Place
from routing.script import Script
from routing.unseen import PublicView


class Status(StrEnum):
    """Where a ticket stands. Colour (state of the clock) and urgency are separate fields on purpose."""

    DISPATCHED = "dispatched"
    """Given to somebody, or lying in the pool, and not yet claimed (待认领)."""
    IN_PROGRESS = "in_progress"
    """Claimed and being handled (办理中)."""
    ON_HOLD = "on_hold"
    """Put aside with approval, the clock paused (挂账)."""
    RESOLVED = "resolved"
    """Reported as done by the handler, waiting for the reporter's word (待确认)."""
    ARCHIVED = "archived"
    """Confirmed, or confirmed by silence (已归档)."""
    WITHDRAWN = "withdrawn"
    """Not a request after all, or taken back by its reporter (已撤销)."""


OPEN_STATUSES = frozenset({Status.DISPATCHED, Status.IN_PROGRESS, Status.ON_HOLD})
"""A handler still owes something."""
CLOSED_STATUSES = frozenset({Status.RESOLVED, Status.ARCHIVED})
"""Counts as done in the rates."""


class Action(StrEnum):
    """What can be done to a ticket; the value is also the stable code of its button."""

    CLAIM = "claim"
    TRANSFER = "transfer"
    ASK_RETURN = "ask_return"
    ASK_EXTENSION = "ask_extension"
    ASK_HOLD = "ask_hold"
    APPROVE = "approve"
    REFUSE = "refuse"
    RESUME = "resume"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    RATE = "rate"
    ARCHIVE = "archive"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    URGE = "urge"
    RECLASSIFY = "reclassify"
    SPLIT = "split"
    PROGRESS = "progress"
    """The holder says how far it is (有进展)."""
    ACKNOWLEDGE = "acknowledge"
    """A superior takes note of an escalation (知悉)."""
    LIFT = "lift"
    """What came back too often goes to the next step of its chain (提级督办)."""
    SOLVE_ON_SPOT = "solve_on_spot"
    """Who found it on a round put it right at once (现场已解决)."""
    ACCEPT = "accept"
    """Who was offered it takes it over (接收)."""
    DECLINE = "decline"
    """Who was offered it does not take it over (不接收)."""
    INVITE = "invite"
    """The lead asks somebody of another unit to do a part (请协办)."""
    ASK_VOLUNTEERS = "ask_volunteers"
    """The lead asks volunteers around to do one thing for it (请志愿者)."""
    RECALL = "recall"
    """The lead takes such a part back (撤回协办)."""
    UPHOLD = "uphold"
    """A person decides that it is done, though its reporter's words say otherwise (维持办结)."""
    REDO = "redo"
    """A person decides that it is to be done again (重新办理)."""
    RATE_UNIT = "rate_unit"
    """The street says how content it is with the department (街道评议部门)."""
    LIST_AS_NEED = "need_list"
    """No duty covers it: it goes on the list of needs (列入需求清单)."""
    TICK = "tick"
    """The holder has received a paper of the list, or finds that it is missing after all (材料)."""


PATROL = "patrol"
"""``Ticket.via`` of what was found on a round (巡查发现)."""
PATROL_SOLVED = "patrol_solved"
"""The same, put right where it was found: filed as closed and counted apart, since nobody had to be sent."""


_S, _A = Status, Action

TRANSITIONS: Mapping[tuple[Status, Action], Status] = MappingProxyType(
    {
        # What the reporter says is over needs nobody to report it done.
        (_S.DISPATCHED, _A.CONFIRM): _S.ARCHIVED,
        (_S.IN_PROGRESS, _A.CONFIRM): _S.ARCHIVED,
        (_S.ON_HOLD, _A.CONFIRM): _S.ARCHIVED,
        (_S.DISPATCHED, _A.CLAIM): _S.IN_PROGRESS,
        (_S.DISPATCHED, _A.SOLVE_ON_SPOT): _S.ARCHIVED,
        # What nobody owes has no clock; the list of needs follows it up.
        (_S.DISPATCHED, _A.LIST_AS_NEED): _S.ARCHIVED,
        (_S.IN_PROGRESS, _A.LIST_AS_NEED): _S.ARCHIVED,
        (_S.ON_HOLD, _A.LIST_AS_NEED): _S.ARCHIVED,
        # Until it is accepted the lead has it; then the other unit has claimed it.
        (_S.IN_PROGRESS, _A.ACCEPT): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.DECLINE): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.INVITE): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.TICK): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.ASK_VOLUNTEERS): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.RECALL): _S.IN_PROGRESS,
        (_S.ON_HOLD, _A.RECALL): _S.ON_HOLD,
        (_S.ARCHIVED, _A.UPHOLD): _S.ARCHIVED,
        (_S.ARCHIVED, _A.REDO): _S.IN_PROGRESS,
        (_S.ARCHIVED, _A.RATE_UNIT): _S.ARCHIVED,
        (_S.DISPATCHED, _A.TRANSFER): _S.DISPATCHED,
        (_S.DISPATCHED, _A.ASK_RETURN): _S.DISPATCHED,
        (_S.DISPATCHED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.DISPATCHED, _A.URGE): _S.DISPATCHED,
        (_S.DISPATCHED, _A.RELEASE): _S.DISPATCHED,
        (_S.DISPATCHED, _A.RECLASSIFY): _S.DISPATCHED,
        (_S.DISPATCHED, _A.SPLIT): _S.DISPATCHED,
        (_S.IN_PROGRESS, _A.SPLIT): _S.IN_PROGRESS,
        (_S.ON_HOLD, _A.SPLIT): _S.ON_HOLD,
        (_S.DISPATCHED, _A.APPROVE): _S.DISPATCHED,
        (_S.DISPATCHED, _A.REFUSE): _S.DISPATCHED,
        (_S.IN_PROGRESS, _A.TRANSFER): _S.DISPATCHED,
        (_S.IN_PROGRESS, _A.ASK_RETURN): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.ASK_EXTENSION): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.ASK_HOLD): _S.IN_PROGRESS,
        # What an approval leads to depends on what was asked: see ``approved_status``.
        (_S.IN_PROGRESS, _A.APPROVE): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.REFUSE): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.RESOLVE): _S.RESOLVED,
        (_S.IN_PROGRESS, _A.RELEASE): _S.DISPATCHED,
        (_S.IN_PROGRESS, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.IN_PROGRESS, _A.URGE): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.RECLASSIFY): _S.IN_PROGRESS,
        (_S.DISPATCHED, _A.LIFT): _S.DISPATCHED,
        (_S.DISPATCHED, _A.ACKNOWLEDGE): _S.DISPATCHED,
        (_S.IN_PROGRESS, _A.PROGRESS): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.ACKNOWLEDGE): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _A.LIFT): _S.DISPATCHED,
        (_S.ON_HOLD, _A.RESUME): _S.IN_PROGRESS,
        (_S.ON_HOLD, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.ON_HOLD, _A.URGE): _S.ON_HOLD,
        (_S.RESOLVED, _A.CONFIRM): _S.ARCHIVED,
        (_S.RESOLVED, _A.REOPEN): _S.IN_PROGRESS,
        (_S.RESOLVED, _A.ARCHIVE): _S.ARCHIVED,
        (_S.ARCHIVED, _A.RATE): _S.ARCHIVED,
        (_S.ARCHIVED, _A.REOPEN): _S.IN_PROGRESS,
    }
)
"""Every legal move; what is not here is refused."""


class RequestKind(StrEnum):
    """What a handler may ask the next level to approve."""

    RETURN = "return"
    EXTENSION = "extension"
    HOLD = "hold"


APPROVED: Mapping[RequestKind, Status] = MappingProxyType(
    {RequestKind.RETURN: Status.DISPATCHED, RequestKind.HOLD: Status.ON_HOLD}
)
"""Where the approval of a request leads, if not back to where the ticket was."""


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A return, extension or hold that waits for the decision of the next level."""

    kind: RequestKind
    reason: str
    asked_by: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """A ticket offered to another unit, which has to accept it; until then whoever offers it answers for it."""

    to_post: int
    by_post: int
    offered_at: datetime
    due_at: datetime
    """After this, silence is a refusal."""


class Satisfaction(StrEnum):
    """The reporter's rating, on the three steps that call-backs of the 12345 line use."""

    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The current state of one ticket; ``events`` in the store tell how it came about. Times are aware UTC."""

    id: int
    number: str
    status: Status
    service_code: str
    appeal_type: AppealType
    urgency: Urgency
    text: str
    place: Place
    area_code: str
    """The grid, or the smallest area that is known."""
    area_path: str
    """The codes from the root down to the area, each followed by "/": what lies in an area shares its prefix.

    It is written once, so a later move of a grid to another parent leaves old tickets with whom they were.
    """
    owner: OwnerKind
    owner_area_code: str
    """The area whose posts answer for it."""
    platform: str
    script: Script
    created_at: datetime
    dispatched_at: datetime
    accept_due_at: datetime
    resolve_due_at: datetime
    owner_reason: str = ""
    """Why this owner: a stable code of the duty rules ("managed", "negative_list", "no_handler")."""
    group_chat_id: int | None = None
    group_thread_id: int | None = None
    source_message_id: int | None = None
    reporter_id: int | None = None
    """Account of the first reporter."""
    reporter_name: str = ""
    dangers: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    assignee_id: int | None = None
    """The post it is given to; the holder once it is claimed; nobody while it lies in the pool."""
    claimed_at: datetime | None = None
    first_claimed_at: datetime | None = None
    resolved_at: datetime | None = None
    archived_at: datetime | None = None
    held_at: datetime | None = None
    resolution: str = ""
    solved: bool | None = None
    satisfaction: Satisfaction | None = None
    request: PendingRequest | None = None
    escalation_level: int = 0
    escalated_at: datetime | None = None
    reminded: frozenset[str] = frozenset()
    """Which reminders went out since dispatch ("accept", "resolve", and "urge" for an urge that ran out)."""
    next_check_at: datetime | None = None
    """When the clock job has to look at this ticket again; none while nothing can fall due."""
    returns: int = 0
    reopens: int = 0
    extensions: int = 0
    urges: int = 0
    last_said_at: datetime | None = None
    """When one of its reporters last added to it."""
    assigned_at: datetime | None = None
    """When a person gave it to its present assignee; none while that is who dispatch chose."""
    progress_at: datetime | None = None
    """When its holder last did anything with it."""
    questioned_at: datetime | None = None
    """When its holder was asked whether anything happens; none once something did."""
    lapses: int = 0
    """How often the clock took it from somebody since a person last decided who has it."""
    holds: int = 0
    """How often it was put on hold."""
    urge_due_at: datetime | None = None
    """Until when whoever urged it wants to hear of it; none once they did."""
    urged_by: int | None = None
    """The post that urged it last."""
    acknowledged_until: datetime | None = None
    """Until when a superior who took note of its escalation wants no repetition."""
    via: str = "talk"
    """How it came in: talk, mention, confirmed, command, registered, joined, private, split, guide, patrol,
    patrol_solved."""
    point: GeoPoint | None = None
    """Where on the map it is, if somebody shared that."""
    anonymous: bool = False
    """Whether its first reporter must stay unknown to everybody; the account serves for call-backs alone."""
    hand_over: HandOver | None = None
    """The unit that it is offered to, while that one has not answered."""
    disputed_at: datetime | None = None
    """When a reporter's words began to contradict the button; none once a person has decided."""
    street_rating: Satisfaction | None = None
    """How content the street is with the department that did it."""
    public_view: PublicView | None = None
    """What the group sees of urgency and limits, where care for somebody has raised the real ones; else none."""
    checklist: Checklist | None = None
    """The papers of the service item that it is for."""
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether a handler still owes something."""
        return self.status in OPEN_STATUSES

    @property
    def seen_urgency(self) -> Urgency:
        """The urgency as everybody in the group may know it: what was said of the matter, and nothing of the people."""
        return self.public_view.urgency if self.public_view is not None else self.urgency

    def shown_as(self, account: int, name: str) -> tuple[int | None, str]:
        """Account and name as they may stand in events and messages: nothing of a reporter who stays unknown."""
        return (None, "") if self.anonymous and account == self.reporter_id else (account, name)


_FIELDS = tuple(one.name for one in fields(Ticket))
_PLACES = {name: place for place, name in enumerate(_FIELDS)}
_VALUES = attrgetter(*_FIELDS)
_ticket = constructor_of_all(Ticket)
new_ticket = constructor(Ticket)
"""Makes one in half the time; the fields are named."""


def with_fields(ticket: Ticket, changes: Mapping[str, Any]) -> Ticket:
    """The ticket with other values in some fields: ``dataclasses.replace`` in a fraction of its time."""
    values = list(_VALUES(ticket))
    for name, value in changes.items():
        values[_PLACES[name]] = value
    return ticket_from(values)


def ticket_from(values: Iterable[Any]) -> Ticket:
    """The ticket of the values of all its fields, in their order; tickets are read and copied all the time."""
    return _ticket(*values)


def next_status(ticket: Ticket, action: Action) -> Status:
    """Where ``action`` leads from the ticket's state; raises ``IllegalTransition`` where it is not legal."""
    try:
        return TRANSITIONS[ticket.status, action]
    except KeyError:
        raise IllegalTransition(ticket.number, ticket.status, action) from None


def approved_status(ticket: Ticket) -> Status:
    """Where an approval leads: a return goes back to the pool, a hold pauses, an extension changes only the clock."""
    status = next_status(ticket, Action.APPROVE)
    if ticket.request is None:
        raise IllegalTransition(ticket.number, ticket.status, Action.APPROVE)
    return APPROVED.get(ticket.request.kind, status)
