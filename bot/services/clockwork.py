"""What the clock does to tickets: reminders, questions, escalations, release to the pool, archiving after silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.services.board import TicketBoard
from bot.services.clock_notices import ClockNotices
from bot.services.contradiction import take_upward, tell_of_rule
from bot.services.ports import Clock, UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from bot.services.street_rating import ask_street
from routing.areas import AreaTree
from routing.assign import choose
from routing.escalation import ClockStep, applied, check
from routing.ladder import told_at
from routing.organisation import Step
from routing.staff import Staff
from routing.ticket import EventKind, Ticket, TicketEvent

log = structlog.get_logger(__name__)

TRY_AGAIN = timedelta(minutes=15)
"""After which a ticket that could not be dealt with is looked at again."""
BATCH = 50
"""Tickets taken at once: a batch is one transaction, and another replica takes the next."""


class ClockService:
    """Looks at the tickets of which something has fallen due."""

    def __init__(self, rules: Rules, board: TicketBoard, clock: Clock) -> None:
        self._rules = rules
        self._board = board
        self._clock = clock
        self._notices = ClockNotices(rules, board)

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH, together: bool = True) -> int:
        """Deals with up to ``limit`` due tickets and says how many; the caller commits and calls again until none.

        With ``together`` everything is written at the commit by one statement; should that be refused, one ticket is
        to blame, and the same without it writes each by itself.

        A ticket of a service that has left the catalogue goes on by the clock of the service for everything else, and
        the log names it. One that cannot be dealt with is logged, left as it is, and tried again later.
        """
        now = self._clock()
        tree = await work.areas.tree()
        due = await work.tickets.take_due(now, limit=limit, together=together)
        for ticket in due:
            try:
                async with work.savepoint():
                    await self._look_at(work, ticket, tree, now)
            except Exception:
                # One ticket that cannot be dealt with must not keep all others from their clocks.
                log.exception("ticket_clock_failed", number=ticket.number)
                await work.tickets.save(replace(ticket, next_check_at=now + TRY_AGAIN))
        return len(due)

    async def sweep_each(self, work: UnitOfWork) -> int:
        """The same with each ticket written by itself."""
        return await self.sweep(work, together=False)

    async def _look_at(self, work: UnitOfWork, ticket: Ticket, tree: AreaTree, now: datetime) -> None:
        if ticket.service_code not in self._rules.catalogue:
            log.warning("service_left_catalogue", number=ticket.number, service=ticket.service_code)
        steps = self._rules.ladder(ticket, tree)
        step = check(ticket, self._rules.clocks, now, top=len(steps) - 1)
        after = applied(ticket, step, now)
        superiors: tuple[Staff, ...] = ()
        if step.escalate_to_level is not None:
            posts = there_now(self._rules, await _posts_of(work, steps), now)
            level, superiors = told_at(steps, step.escalate_to_level, posts, ticket)
            after = replace(after, escalation_level=level)
            if step.decide:
                after = await self._with_decider(work, after, superiors, now)
            after = self._rules.scheduled(after, tree, now)
        after = await work.tickets.save(after)
        if step.is_nothing:
            return
        await work.tickets.record(*_events(ticket, step, after, superiors, now))
        if step.decision_goes_up:
            await work.tickets.record(await take_upward(work, self._rules, self._board, after))
            return
        if step.archive:
            await ask_street(work, self._rules, self._board, after)
        holder = await self._board.assignee(work, ticket)
        quiet = self._rules.is_quiet(ticket, now)
        await self._board.post(work, after, now, also=superiors, silent=quiet)
        await self._notices.remind(work, ticket, step, steps[0], holder, now)
        if step.hand_over_lapsed:
            await self._notices.hand_over_lapsed(work, ticket, holder, now)
        if step.question:
            await self._notices.question(work, ticket, holder, now)
        if step.urge_expired:
            await self._notices.urge_expired(work, ticket, holder, now)
        if step.redo_until is not None:
            await tell_of_rule(work, self._rules, self._board, after)
        if step.escalate_to_level is not None:
            await self._notices.escalated(work, ticket, step, after, holder, superiors, now)

    async def _with_decider(
        self, work: UnitOfWork, ticket: Ticket, superiors: tuple[Staff, ...], now: datetime
    ) -> Ticket:
        """The ticket in the hands of one of the superiors; in the pool only where nobody can be reached at all."""
        loads = await work.staff.loads([post.id for post in superiors])
        decider = choose(superiors, loads, ticket.service_code) or next(iter(superiors), None)
        return replace(ticket, assignee_id=decider.id, assigned_at=now) if decider is not None else ticket


async def _posts_of(work: UnitOfWork, steps: tuple[Step, ...]) -> tuple[Staff, ...]:
    """Everybody who stands at any of the steps, fetched at once."""
    roles = {role for step in steps for role in step.roles}
    return await work.staff.posts(roles, {code for step in steps for code in step.area_codes})


def _events(
    ticket: Ticket, step: ClockStep, after: Ticket, superiors: tuple[Staff, ...], now: datetime
) -> list[TicketEvent]:
    events = [
        TicketEvent(ticket.id, EventKind.REMINDED, now, data={"limit": name, "due": due.isoformat()})
        for name, due in step.reminders
    ]
    if step.question:
        events.append(TicketEvent(ticket.id, EventKind.QUESTIONED, now, data={"post": ticket.assignee_id}))
    if step.urge_expired:
        events.append(TicketEvent(ticket.id, EventKind.URGE_EXPIRED, now, data={"post": ticket.urged_by}))
    if step.release or step.decide:
        taken = {"post": ticket.assignee_id, "cause": step.cause, "lapses": after.lapses}
        if step.decide:
            taken["decides"] = after.assignee_id
        events.append(TicketEvent(ticket.id, EventKind.RELEASED, now, data=taken))
    if step.escalate_to_level is not None:
        data = {
            "level": after.escalation_level,
            "limit": step.cause,
            "to": [post.id for post in superiors],
            "names": [post.name for post in superiors],
        }
        events.append(TicketEvent(ticket.id, EventKind.ESCALATED, now, data=data))
    if step.hand_over_lapsed and ticket.hand_over is not None:
        answer = {"by": "silence", "post": ticket.hand_over.to_post}
        events.append(TicketEvent(ticket.id, EventKind.HAND_OVER_DECLINED, now, data=answer))
    if step.redo_until is not None:
        events.append(TicketEvent(ticket.id, EventKind.REOPENED, now, data={"by": "undecided"}))
    if step.archive:
        events.append(TicketEvent(ticket.id, EventKind.ARCHIVED, now, data={"by": "silence"}))
    return events
