"""转派 to another unit: it is offered, and whoever leads stays responsible until it is accepted (首接负责)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.services.desk import Answer, Press, Taken, TicketDesk, given_to
from bot.services.ports import UnitOfWork
from routing.outgoing import Button, Content
from routing.sla import later
from routing.staff import Staff
from routing.ticket import Action, HandOver, Status, Ticket, next_status
from routing.ticket_events import EventKind
from routing.unit import is_same_unit


class HandOverService:
    """Offers a ticket to another unit, and takes that one's answer. The limits of the ticket go on."""

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk

    async def needs_acceptance(self, work: UnitOfWork, taken: Taken, target: Staff) -> bool:
        """Whether the lead of a claimed ticket gives it to another unit.

        Within a unit, before anybody claimed it, or by a superior's word it is a dispatch as any other: it has to be
        claimed.
        """
        is_lead = taken.ticket.status is Status.IN_PROGRESS and taken.post.id == taken.ticket.assignee_id
        return is_lead and not is_same_unit(taken.post, target, await work.areas.tree())

    async def offer(self, work: UnitOfWork, press: Press, taken: Taken, target: Staff) -> Answer:
        """Offers the ticket; there is as much time to answer as there is to claim."""
        rules, ticket = self._desk.rules, taken.ticket
        limit = rules.limits(ticket).accept
        due = later(taken.now, limit.duration, limit.clock, rules.clocks.calendar)
        ticket = replace(ticket, hand_over=HandOver(target.id, taken.post.id, taken.now, due))
        event = self._desk.event(
            taken, EventKind.HAND_OVER_OFFERED, to=target.name, to_post=target.id, due=due.isoformat()
        )
        ticket = await self._desk.put(work, ticket, event)
        view = await self._desk.board.view(work, ticket, taken.now)
        say = rules.wording.say
        actions = (Action.ACCEPT, Action.DECLINE)
        buttons = tuple(Button(say(f"button.{action}"), action, ticket.id) for action in actions)
        card = self._desk.board.cards.handler(view, (buttons,))
        title = say("hand_over.title", name=taken.post.name, due=rules.wording.moment(due))
        offered = replace(card, title=title, lines=(card.title, *card.lines))
        await self._desk.board.tell(work, ticket, target.account, offered)
        answer = Answer("hand_over.offered", {"name": target.name, "due": rules.wording.moment(due)})
        return await self._answered(work, press, answer)

    async def accept(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Takes the ticket over, claimed at once: the lead is whoever accepts."""
        taken = await self._desk.take(work, press.actor, Action.ACCEPT, ticket_id)
        ticket = given_to(taken.ticket, taken.post, self._desk.rules.catalogue, "transferred")
        ticket = replace(
            ticket,
            status=next_status(taken.ticket, Action.ACCEPT),
            claimed_at=taken.now,
            assigned_at=taken.now,
            progress_at=taken.now,
            questioned_at=None,
            lapses=0,
        )
        event = self._desk.event(taken, EventKind.TRANSFERRED, to=taken.post.name, to_post=taken.post.id)
        await self._desk.put(work, ticket, event)
        fields = {"number": ticket.number, "name": taken.post.name}
        await self._tell_lead(work, taken, ticket, "hand_over.accepted_lead", fields)
        return await self._answered(work, press, Answer("hand_over.accepted", fields))

    async def decline(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Leaves the ticket with its lead."""
        taken = await self._desk.take(work, press.actor, Action.DECLINE, ticket_id)
        ticket = replace(taken.ticket, status=next_status(taken.ticket, Action.DECLINE), hand_over=None)
        event = self._desk.event(taken, EventKind.HAND_OVER_DECLINED, by="answer")
        await self._desk.put(work, ticket, event)
        fields = {"number": ticket.number, "name": taken.post.name}
        await self._tell_lead(work, taken, ticket, "hand_over.declined_lead", fields)
        return await self._answered(work, press, Answer("hand_over.declined", fields))

    async def _tell_lead(
        self, work: UnitOfWork, taken: Taken, ticket: Ticket, key: str, fields: Mapping[str, object]
    ) -> None:
        if taken.assignee is not None:
            line = self._desk.rules.wording.say(key, **fields)
            await self._desk.board.tell(work, ticket, taken.assignee.account, Content(lines=(line,)))

    async def _answered(self, work: UnitOfWork, press: Press, answer: Answer) -> Answer:
        line = self._desk.rules.wording.say(answer.key, **answer.fields)
        await self._desk.change_message(work, press, Content(lines=(line,)))
        return answer
