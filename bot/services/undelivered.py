"""Somebody of the staff cannot be told of a ticket: the next one of its chain who can be is told instead."""

from __future__ import annotations

from datetime import datetime

from bot.services.board import TicketBoard
from bot.services.ports import Clock, UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from routing.ladder import level_of, told_at
from routing.outgoing import Content, QueuedMessage
from routing.queries import TicketFilter
from routing.staff import Staff
from routing.ticket import OPEN_STATUSES, Ticket

_MOST = 100
"""Tickets of one person that others are told of at once."""


class UndeliveredService:
    """What follows when a message to a person was given up."""

    def __init__(self, rules: Rules, board: TicketBoard, clock: Clock) -> None:
        self._rules = rules
        self._board = board
        self._clock = clock

    async def given_up(self, work: UnitOfWork, row: QueuedMessage, *, is_newly_unreachable: bool) -> None:
        """Tells somebody else of the ticket that the message was about.

        Where the person could be reached until now, of each open ticket that the person has as well. Who was known to
        be out of reach has been spoken of already, and of several messages about a ticket its card counts. What goes to
        a group or to a resident has nobody above it.
        """
        message = row.message
        posts = await work.staff.of_account(message.chat_id) if message.chat_id > 0 else ()
        if not posts:
            return
        about: tuple[Ticket, ...] = ()
        is_first = is_newly_unreachable or (message.card and all(post.reachable for post in posts))
        if message.ticket_id is not None and is_first:
            about = (await work.tickets.get(message.ticket_id),)
        if is_newly_unreachable:
            about += await self._tickets_of(work, posts)
        await self._tell(work, about, posts)

    async def lost(self, work: UnitOfWork, account: int) -> None:
        """The person has just blocked the bot: tells somebody else of each open ticket that the person has."""
        posts = await work.staff.of_account(account)
        await self._tell(work, await self._tickets_of(work, posts), posts)

    @staticmethod
    async def _tickets_of(work: UnitOfWork, posts: tuple[Staff, ...]) -> tuple[Ticket, ...]:
        if not posts:
            return ()
        theirs = TicketFilter(statuses=OPEN_STATUSES, assignee_ids=frozenset(post.id for post in posts))
        return await work.tickets.find(theirs, limit=_MOST)

    async def _tell(self, work: UnitOfWork, tickets: tuple[Ticket, ...], posts: tuple[Staff, ...]) -> None:
        now = self._clock()
        for ticket in {ticket.id: ticket for ticket in tickets if ticket.is_open}.values():
            await self._tell_next(work, ticket, posts, now)

    async def _tell_next(self, work: UnitOfWork, ticket: Ticket, lost: tuple[Staff, ...], now: datetime) -> None:
        steps = self._rules.ladder(ticket, await work.areas.tree())
        roles = {role for step in steps for role in step.roles}
        register = await work.staff.posts(roles, {code for step in steps for code in step.area_codes})
        accounts = {post.account for post in lost}
        others = [post for post in there_now(self._rules, register, now) if post.account not in accounts]
        level = max(level_of(steps, post) for post in lost)
        _, told = told_at(steps, level, others, ticket)
        told = tuple(post for post in told if post.reachable)
        if not told:
            return
        content = Content(
            lines=(self._rules.wording.say("clock.undelivered", number=ticket.number, name=lost[0].name),)
        )
        await self._board.post(work, ticket, now, also=told, silent=self._rules.is_quiet(ticket, now))
        for account in dict.fromkeys(post.account for post in told):
            await self._board.tell(work, ticket, account, content, silent=self._rules.is_quiet(ticket, now))
