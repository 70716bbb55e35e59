"""What the clock does to tickets: reminders, questions, escalations, release to the pool, archiving after silence.

Who hears of it is decided here and kept as a notice; ``bot.services.clock_telling`` makes messages of it afterwards. So
the transaction in which many tickets go up is short, and holds up nobody who wants to press a button on one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.services.board import TicketBoard
from bot.services.contradiction import take_upward
from bot.services.ports import Clock, UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from routing.areas import AreaTree
from routing.assign import choose
from routing.clock_moments import next_check
from routing.clock_notice import ClockChange, notice_of
from routing.escalation import ClockStep, applied, demands
from routing.escalation_plan import EscalationPlan
from routing.ladder import ladder, told_at
from routing.organisation import Step
from routing.staff import Staff
from routing.ticket import Ticket
from routing.ticket_events import EventKind, TicketEvent

log = structlog.get_logger(__name__)

TRY_AGAIN = timedelta(minutes=15)
"""After which a ticket that could not be dealt with is looked at again."""
BATCH = 50
"""Tickets taken at once: a batch is one transaction, and another replica takes the next."""
AT_ONCE = 100
"""Of more than so many the first are written while the others are still looked at."""

_Way = tuple[tuple[Step, ...], tuple[Staff, ...]]
"""The steps of a way up, and everybody who stands at any of them."""


@dataclass(slots=True)
class _Sweep:
    """What the tickets of one transaction have in common."""

    work: UnitOfWork
    tree: AreaTree
    now: datetime
    ways: dict[tuple[object, ...], _Way] = field(default_factory=dict)
    told: dict[tuple[object, ...], tuple[int, tuple[Staff, ...]]] = field(default_factory=dict)
    loads: dict[int, int] = field(default_factory=dict)


class ClockService:
    """Looks at the tickets of which something has fallen due."""

    def __init__(self, rules: Rules, board: TicketBoard, clock: Clock) -> None:
        self._rules = rules
        self._board = board
        self._clock = clock

    async def sweep(
        self, work: UnitOfWork, *, limit: int = BATCH, together: bool = True, at_once: int = AT_ONCE
    ) -> int:
        """Deals with up to ``limit`` due tickets and says how many; the caller commits and calls again until none.

        With ``together`` one statement writes ``at_once`` tickets, while the next are looked at; should one be refused,
        a single ticket is to blame, and the same without it writes each by itself.

        A ticket of a service that has left the catalogue goes on by the clock of the service for everything else, and
        the log names it. One that cannot be dealt with is logged, left as it is, and tried again later.
        """
        now = self._clock()
        sweep = _Sweep(work, await work.areas.tree(), now)
        due = await work.tickets.take_due(now, limit=limit)
        changes: list[ClockChange] = []
        for ticket in due:
            try:
                change = await self._look_at(sweep, ticket)
                if together and not _asks(change):
                    changes.append(change)
                else:
                    async with work.savepoint():
                        await self._keep(work, change)
            except Exception:
                # One ticket that cannot be dealt with must not keep all others from their clocks.
                log.exception("ticket_clock_failed", number=ticket.number)
                changes.append(ClockChange(ticket, now + TRY_AGAIN))
            if len(changes) == at_once:
                await work.tickets.save_clock(*changes, wait=False)
                changes.clear()
        await work.tickets.save_clock(*changes)
        return len(due)

    async def sweep_each(self, work: UnitOfWork) -> int:
        """The same with each ticket written by itself."""
        return await self.sweep(work, together=False)

    async def _look_at(self, sweep: _Sweep, ticket: Ticket) -> ClockChange:
        """What has to be done about a ticket; nothing is written yet."""
        if ticket.service_code not in self._rules.catalogue:
            log.warning("service_left_catalogue", number=ticket.number, service=ticket.service_code)
        clocks, now = self._rules.clocks, sweep.now
        plan = clocks.policy.plan_for(ticket)
        steps, posts = await self._way(sweep, ticket, plan)
        top = len(steps) - 1
        step = demands(ticket, clocks, now, top=top)
        superiors: tuple[Staff, ...] = ()
        if step.escalate_to_level is not None:
            level, superiors = _told(sweep, (steps, posts), step.escalate_to_level, ticket)
            if level != step.escalate_to_level:
                step = replace(step, escalate_to_level=level)
        after = applied(ticket, step, now)
        if step.decide:
            after = await self._with_decider(sweep, after, superiors)
        # What is left to change is one field, so it is put in where the row is written.
        check_at = next_check(after, clocks, now, top=top)
        if step.is_nothing:
            return ClockChange(after, check_at)
        notice = notice_of(ticket, step, after, superiors, plan.channels, clocks, now)
        return ClockChange(after, check_at, tuple(_events(ticket, step, after, superiors, now)), notice)

    async def _keep(self, work: UnitOfWork, change: ClockChange) -> None:
        """Writes one by itself, with what else follows from it."""
        step = None if change.notice is None else change.notice.step
        if step is not None and step.redo_until is not None:
            # A new round of work changes more than the fields of the clock.
            ticket = await work.tickets.save(replace(change.ticket, next_check_at=change.next_check_at))
            change = replace(change, ticket=ticket)
        if step is not None and step.decision_goes_up:
            event = await take_upward(work, self._rules, self._board, change.ticket)
            change = replace(change, events=(*change.events, event), notice=None)
        await work.tickets.save_clock(change)

    async def _way(self, sweep: _Sweep, ticket: Ticket, plan: EscalationPlan) -> _Way:
        """The way up of a ticket; many that are due at once have the same."""
        key = ticket.owner, ticket.owner_area_code, ticket.area_path, id(plan)
        if (way := sweep.ways.get(key)) is None:
            steps = ladder(ticket, plan, sweep.tree, self._rules.duties)
            roles = {role for step in steps for role in step.roles}
            found = await sweep.work.staff.posts(roles, {code for step in steps for code in step.area_codes})
            way = sweep.ways[key] = steps, there_now(self._rules, found, sweep.now)
        return way

    async def _with_decider(self, sweep: _Sweep, ticket: Ticket, superiors: tuple[Staff, ...]) -> Ticket:
        """The ticket in the hands of one of the superiors; in the pool only where nobody can be reached at all."""
        unknown = [post.id for post in superiors if post.id not in sweep.loads]
        if unknown:
            sweep.loads |= await sweep.work.staff.loads(unknown)
        decider = choose(superiors, sweep.loads, ticket.service_code) or next(iter(superiors), None)
        if decider is None:
            return ticket
        sweep.loads[decider.id] += 1
        return replace(ticket, assignee_id=decider.id, assigned_at=sweep.now)


def _told(sweep: _Sweep, way: _Way, level: int, ticket: Ticket) -> tuple[int, tuple[Staff, ...]]:
    """Who hears of the ticket at ``level``; they are the same for many that are due at once."""
    steps, posts = way
    key = id(steps), level, ticket.service_code, ticket.assignee_id
    if (found := sweep.told.get(key)) is None:
        found = sweep.told[key] = told_at(steps, level, posts, ticket)
    return found


def _asks(change: ClockChange) -> bool:
    """Whether more follows from it than what is written of every ticket."""
    step = None if change.notice is None else change.notice.step
    return step is not None and (step.decision_goes_up or step.redo_until is not None)


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
