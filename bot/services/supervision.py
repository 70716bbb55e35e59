"""What superiors do with a ticket of somebody else: 督办 with a limit of its own, and 知悉 of an escalation."""

from __future__ import annotations

from dataclasses import replace

from bot.services.desk import Answer, TicketDesk
from bot.services.ports import UnitOfWork
from routing.clock_moments import URGE
from routing.deadlines import deadline_of
from routing.errors import NotAllowed, QunbanError
from routing.ladder import is_told_at
from routing.outgoing import Content
from routing.sla import later
from routing.staff import Actor
from routing.ticket import Action
from routing.ticket_events import EventKind


class NothingToAcknowledge(QunbanError):
    """The ticket did not go up, or somebody took note of it already."""

    code = "nothing_to_acknowledge"

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class SupervisionService:
    """Urging and acknowledging."""

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk

    async def urge(self, work: UnitOfWork, actor: Actor, ticket_id: int, until: str = "") -> Answer:
        """A superior's follow-up (督办): the holder hears of it at once and has until then to say how far it is.

        ``until`` is what people write for it (``routing.deadlines``); without it, the limit of the district for the
        urgency holds. Once it has run out, whoever urged is told. Raises ``DeadlineUnclear``.
        """
        taken = await self._desk.take(work, actor, Action.URGE, ticket_id)
        rules, ticket = self._desk.rules, taken.ticket
        clock, calendar = rules.limits(ticket).resolve.clock, rules.clocks.calendar
        if until:
            due = deadline_of(until, taken.now, clock, calendar)
        else:
            due = later(taken.now, rules.handling.urge_within[ticket.urgency], clock, calendar)
        ticket = replace(
            ticket,
            urges=ticket.urges + 1,
            urge_due_at=due,
            urged_by=taken.post.id,
            reminded=ticket.reminded - {URGE},
        )
        await self._desk.put(work, ticket, self._desk.event(taken, EventKind.URGED, due=due.isoformat()))
        fields = {"number": ticket.number, "due": rules.wording.moment(due)}
        if taken.assignee is not None:
            line = rules.wording.say("handling.urged_notice", name=taken.post.name, **fields)
            await self._desk.board.tell(work, ticket, taken.assignee.account, Content(lines=(line,)))
        return Answer("handling.urged", fields)

    async def acknowledge(self, work: UnitOfWork, actor: Actor, ticket_id: int) -> Answer:
        """Lets the repetition of an escalation rest for a while (知悉); only for those whom it has reached.

        Otherwise a grid lead could keep from the street what has gone past them.
        """
        taken = await self._desk.take(work, actor, Action.ACKNOWLEDGE, ticket_id)
        rules, ticket = self._desk.rules, taken.ticket
        if not ticket.escalation_level or ticket.acknowledged_until is not None:
            raise NothingToAcknowledge(ticket.number)
        steps = rules.ladder(ticket, await work.areas.tree())
        if not is_told_at(steps, ticket.escalation_level, taken.post):
            raise NotAllowed(Action.ACKNOWLEDGE)
        span = rules.clocks.policy.plan_for(ticket).acknowledge_for[ticket.urgency]
        until = later(taken.now, span, rules.limits(ticket).resolve.clock, rules.clocks.calendar)
        event = self._desk.event(taken, EventKind.ACKNOWLEDGED, until=until.isoformat())
        await self._desk.put(work, replace(ticket, acknowledged_until=until), event)
        return Answer("handling.acknowledged", {"number": ticket.number, "due": rules.wording.moment(until)})
