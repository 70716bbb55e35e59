"""What every use case on an existing ticket does: lock, check the right and the state, change, record, show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.services.board import TicketBoard
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from bot.services.subtask_cards import end_with_ticket
from routing.catalogue import Catalogue, OwnerKind
from routing.outgoing import Content, Outgoing
from routing.permissions import acting_post
from routing.reopening import reopened
from routing.script import Script
from routing.staff import Actor, Role, Staff
from routing.ticket import Action, Status, Ticket, next_status
from routing.ticket_events import EventKind, TicketEvent

LONGEST_LABEL = 40
"""Characters of a button that quotes somebody: more than this no telephone shows of one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person who pressed or wrote is told: the key of a sentence and its fields."""

    key: str
    fields: Mapping[str, object] = field(default_factory=dict)
    is_alert: bool = False
    script: Script = Script.HANS
    start: str = ""
    """With what the private chat with the bot is to be opened (the parameter of /start), where a press does that."""


@dataclass(frozen=True, slots=True)
class Press:
    """A press of a button: who, and on which message, so that the message can change in place."""

    actor: Actor
    platform: str
    chat_id: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket locked for one action of one person."""

    ticket: Ticket
    post: Staff
    assignee: Staff | None
    now: datetime


class TicketDesk:
    """Shared by the use cases of handling, approval and confirmation."""

    def __init__(self, rules: Rules, board: TicketBoard, clock: Clock) -> None:
        self.rules = rules
        self.board = board
        self.clock = clock

    async def take(self, work: UnitOfWork, actor: Actor, action: Action, ticket_id: int) -> Taken:
        """Locks the ticket for ``action``.

        Raises ``NotAllowed`` or ``AlreadyHeld`` where the person has no right to it, and ``IllegalTransition`` where
        the state does not allow it.
        """
        ticket = await work.tickets.lock(ticket_id)
        assignee = await self.board.assignee(work, ticket)
        post = acting_post(actor, action, ticket, assignee)
        next_status(ticket, action)
        return Taken(ticket, post, assignee, self.clock())

    async def put(self, work: UnitOfWork, ticket: Ticket, *events: TicketEvent, also: tuple[Staff, ...] = ()) -> Ticket:
        """Writes the changed ticket with its events and brings every card of it up to date.

        Whatever its holder did with it is progress, so that the claim stands.
        """
        now = self.clock()
        holder = ticket.assignee_id
        if holder is not None and any(event.data.get("post") == holder for event in events):
            ticket = replace(ticket, progress_at=now, questioned_at=None)
        tree = await work.areas.tree()
        if ticket.status is not Status.IN_PROGRESS:
            ticket = replace(ticket, hand_over=None)
        ticket = await work.tickets.save(self.rules.scheduled(ticket, tree, now))
        await work.tickets.record(*events)
        if ticket.status in {Status.ARCHIVED, Status.WITHDRAWN}:
            await end_with_ticket(work, self.rules, self.board, ticket, now)
        await self.board.post(work, ticket, now, also=also)
        return ticket

    def reopened(self, ticket: Ticket, now: datetime) -> Ticket:
        """The ticket in a new round of work with the same handler: its limit to resolve runs anew from ``now``."""
        limits = self.rules.due_times(ticket.service_code, ticket.urgency, now)
        return reopened(ticket, limits.resolve_due_at, now)

    def event(self, taken: Taken, kind: EventKind, **data: object) -> TicketEvent:
        """An event caused by the person who took the ticket."""
        post = taken.post
        return TicketEvent(taken.ticket.id, kind, taken.now, post.account, post.name, {"post": post.id, **data})

    async def change_message(self, work: UnitOfWork, press: Press, content: Content) -> None:
        """Puts ``content`` in the place of the message whose button was pressed, or sends it where there is none."""
        await work.outbox.add(
            Outgoing(platform=press.platform, chat_id=press.chat_id, content=content, edits=press.message_id)
        )

    async def say(self, work: UnitOfWork, press: Press, content: Content, *, ticket_id: int | None = None) -> None:
        """A message to the private chat of the person who pressed."""
        await work.outbox.add(
            Outgoing(platform=press.platform, chat_id=press.actor.account, content=content, ticket_id=ticket_id)
        )


def given_to(ticket: Ticket, post: Staff, catalogue: Catalogue, reason: str) -> Ticket:
    """The ticket in the hands of ``post`` and owned by its office; its limits stay as they are.

    Clocks survive re-dispatch, or units would pass tickets around to win time.
    """
    owners = {
        Role.PROPERTY: OwnerKind.PROPERTY,
        Role.GRID_WORKER: OwnerKind.GRID,
        Role.GRID_LEAD: OwnerKind.GRID,
        Role.COMMUNITY: OwnerKind.COMMUNITY,
    }
    is_utility = catalogue.of(ticket.service_code).owner is OwnerKind.UTILITY
    above = OwnerKind.UTILITY if post.role is Role.DEPARTMENT and is_utility else OwnerKind.STREET
    return replace(
        ticket,
        assignee_id=post.id,
        claimed_at=None,
        progress_at=None,
        questioned_at=None,
        owner=owners.get(post.role, above),
        owner_area_code=post.area_code,
        owner_reason=reason,
        request=None,
        hand_over=None,
    )
