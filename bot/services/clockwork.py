"""What the clock does to tickets: reminders, escalations, release to the pool, archiving after silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.services.board import TicketBoard
from bot.services.ports import Clock, UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from bot.services.street_rating import ask_street
from routing.areas import AreaTree
from routing.assign import posts_at, step_for
from routing.escalation import ClockStep, applied, check, next_check
from routing.outgoing import Content
from routing.staff import Staff
from routing.ticket import EventKind, Ticket, TicketEvent

BATCH = 50
"""Tickets taken at once: a batch is one transaction, and another replica takes the next."""


class ClockService:
    """Looks at the tickets of which something has fallen due."""

    def __init__(self, rules: Rules, board: TicketBoard, clock: Clock) -> None:
        self._rules = rules
        self._board = board
        self._clock = clock

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH) -> int:
        """Deals with up to ``limit`` due tickets and says how many; the caller commits and calls again until none."""
        now = self._clock()
        tree = await work.areas.tree()
        due = await work.tickets.take_due(now, limit=limit)
        for ticket in due:
            await self._look_at(work, ticket, tree, now)
        return len(due)

    async def _look_at(self, work: UnitOfWork, ticket: Ticket, tree: AreaTree, now: datetime) -> None:
        top = len(self._rules.chain(ticket, tree)) - 1
        step = check(ticket, self._rules.clocks, now, top=top)
        after = applied(ticket, step, now)
        superiors: tuple[Staff, ...] = ()
        if step.escalate_to_level is not None:
            level, superiors = await self._superiors(work, ticket, tree, step.escalate_to_level)
            after = replace(after, escalation_level=level)
            after = replace(after, next_check_at=next_check(after, self._rules.clocks, now, top=top))
        after = await work.tickets.save(after)
        if step.is_nothing:
            return
        await work.tickets.record(*self._events(ticket, step, after, superiors, now))
        if step.archive:
            await ask_street(work, self._rules, self._board, after)
        holder = await self._board.assignee(work, ticket)
        await self._board.post(work, after, now, also=superiors)
        for name, due in step.reminders:
            line = self._rules.wording.say(
                f"clock.remind_{name}", number=ticket.number, due=self._rules.wording.moment(due)
            )
            for account in await self._reminded(work, ticket, tree, holder):
                await self._board.tell(work, ticket, account, Content(lines=(line,)))
        if step.escalate_to_level is not None:
            await self._tell_escalation(work, ticket, step, after, holder, superiors, now)

    async def _superiors(
        self, work: UnitOfWork, ticket: Ticket, tree: AreaTree, level: int
    ) -> tuple[int, tuple[Staff, ...]]:
        """Who hears of the ticket at ``level``, or at the first level above it that anybody fills."""
        steps = self._rules.chain(ticket, tree)
        for reached in range(level, max(level, len(steps) - 1) + 1):
            step = step_for(steps, reached)
            there = there_now(self._rules, await work.staff.posts(step.roles, step.area_codes), self._clock())
            posts = posts_at(step, there, ticket.service_code)
            known = tuple(post for post in posts if post.account is not None and post.id != ticket.assignee_id)
            if known:
                return reached, tuple(post for post in known if post.on_duty) or known
        return level, ()

    async def _reminded(
        self, work: UnitOfWork, ticket: Ticket, tree: AreaTree, holder: Staff | None
    ) -> tuple[int, ...]:
        """The holder; for a ticket in the pool everybody who stands at its owner's step."""
        if holder is not None:
            return (holder.account,) if holder.account is not None else ()
        step = step_for(self._rules.chain(ticket, tree), 0)
        there = there_now(self._rules, await work.staff.posts(step.roles, step.area_codes), self._clock())
        posts = posts_at(step, there, ticket.service_code)
        return tuple(dict.fromkeys(post.account for post in posts if post.on_duty and post.account is not None))

    @staticmethod
    def _events(
        ticket: Ticket, step: ClockStep, after: Ticket, superiors: tuple[Staff, ...], now: datetime
    ) -> list[TicketEvent]:
        events = [
            TicketEvent(ticket.id, EventKind.REMINDED, now, data={"limit": name, "due": due.isoformat()})
            for name, due in step.reminders
        ]
        if step.release:
            events.append(TicketEvent(ticket.id, EventKind.RELEASED, now, data={"post": ticket.assignee_id}))
        if step.escalate_to_level is not None:
            data = {
                "level": after.escalation_level,
                "limit": step.cause,
                "to": [post.id for post in superiors],
                "names": [post.name for post in superiors],
            }
            events.append(TicketEvent(ticket.id, EventKind.ESCALATED, now, data=data))
        if step.archive:
            events.append(TicketEvent(ticket.id, EventKind.ARCHIVED, now, data={"by": "silence"}))
        return events

    async def _tell_escalation(
        self,
        work: UnitOfWork,
        ticket: Ticket,
        step: ClockStep,
        after: Ticket,
        holder: Staff | None,
        superiors: tuple[Staff, ...],
        now: datetime,
    ) -> None:
        say, wording = self._rules.wording.say, self._rules.wording
        due = ticket.accept_due_at if step.cause == "accept" else ticket.resolve_due_at
        cause = say(f"clock.cause_{step.cause}", late=wording.span(now - due))
        names = "、".join(post.name for post in superiors) or say("role.supervisor")
        if holder is not None and holder.account is not None:
            key = "clock.escalated_pool" if step.release else "clock.escalated_holder"
            told = Content(lines=(say(key, number=ticket.number, name=names), cause))
            await self._board.tell(work, ticket, holder.account, told)
        title = say("clock.escalated_superior", level=after.escalation_level)
        current = say("card.handler.pool") if holder is None or step.release else holder.name
        for account in dict.fromkeys(post.account for post in superiors):
            await self._board.tell(work, ticket, account, Content(title, (ticket.number, cause, current)))
