"""The reporter's word on finished work: 已解决 or 没解决, then the rating; solved and satisfied are two questions."""

from __future__ import annotations

from dataclasses import replace

from bot.services.desk import Answer, Press, TicketDesk
from bot.services.lifting import lifted
from bot.services.ports import UnitOfWork
from bot.services.street_rating import ask_street
from routing.errors import NotAllowed
from routing.outgoing import Button, Content
from routing.ticket import Action, Satisfaction, Ticket, next_status
from routing.ticket_events import EventKind, TicketEvent


class ConfirmationService:
    """What those who reported do with a finished ticket."""

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk

    async def confirm(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Archives the ticket on the word of a reporter and asks how satisfied they are."""
        ticket = await self._of_reporter(work, press, ticket_id, Action.CONFIRM)
        now = self._desk.clock()
        await work.tickets.set_solved(ticket_id, press.actor.account, solved=True)
        ticket = replace(
            ticket,
            status=next_status(ticket, Action.CONFIRM),
            solved=True,
            request=None,
            held_at=None,
            # A reporter may say so before the handler does.
            resolved_at=ticket.resolved_at or now,
            archived_at=now,
        )
        ticket = await self._desk.put(work, ticket, self._event(ticket, EventKind.CONFIRMED, press))
        await ask_street(work, self._desk.rules, self._desk.board, ticket)
        others = await self._for_others(work, ticket)
        say, script = self._desk.rules.wording.say, ticket.script
        content = Content(
            f"{say('confirmed.title', script)} · {ticket.number}",
            (say("confirmed.ask", script), *((say("confirmed.others", script),) if others else ())),
            (*self._desk.board.cards.rating_buttons(ticket), *others),
        )
        await self._desk.change_message(work, press, content)
        return Answer("confirmed.title", script=script)

    async def reopen(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Gives the ticket back to the same handler with its history; the resolve limit runs anew from now.

        One household of a merged ticket is enough, and after one of them confirmed too.
        """
        ticket = await self._of_reporter(work, press, ticket_id, Action.REOPEN)
        now = self._desk.clock()
        await work.tickets.set_solved(ticket_id, press.actor.account, solved=False)
        ticket = self._desk.reopened(replace(ticket, status=next_status(ticket, Action.REOPEN)), now)
        lifting: tuple[TicketEvent, ...] = ()
        if self._desk.rules.handling.lifts_after_reopening(ticket.reopens):
            # A new round of work in new hands: it has to be claimed there in the time that a new ticket has.
            limits = self._desk.rules.due_times(ticket.service_code, ticket.urgency, now)
            ticket = replace(ticket, accept_due_at=limits.accept_due_at)
            ticket, lifting = await lifted(self._desk, work, ticket, "reopened", ticket.reopens, now)
        ticket = await self._desk.put(work, ticket, self._event(ticket, EventKind.REOPENED, press), *lifting)
        assignee = await self._desk.board.assignee(work, ticket)
        say, script = self._desk.rules.wording.say, ticket.script
        name = assignee.name if assignee is not None else say(f"owner.{ticket.owner}")
        answer = Answer("reopened.group", {"number": ticket.number, "name": name}, script=script)
        await self._desk.change_message(work, press, Content(lines=(say(answer.key, script, **answer.fields),)))
        if assignee is not None:
            await self._desk.board.tell(
                work, ticket, assignee.account, Content(ticket.number, (say("reopened.handler"),))
            )
        return answer

    async def not_yet(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Takes back "it is over": the ticket goes on as it was."""
        ticket = await self._of_reporter(work, press, ticket_id)
        answer = Answer("propose.goes_on", {"number": ticket.number}, script=ticket.script)
        line = self._desk.rules.wording.say(answer.key, answer.script, **answer.fields)
        await self._desk.change_message(work, press, Content(lines=(line,)))
        return answer

    async def rate(self, work: UnitOfWork, press: Press, ticket_id: int, rating: str) -> Answer:
        """Keeps the reporter's rating."""
        ticket = await self._of_reporter(work, press, ticket_id, Action.RATE)
        try:
            satisfaction = Satisfaction(rating)
        except ValueError:
            raise NotAllowed(Action.RATE) from None
        ticket = replace(ticket, status=next_status(ticket, Action.RATE), satisfaction=satisfaction)
        event = self._event(ticket, EventKind.RATED, press, rating=satisfaction.value)
        ticket = await self._desk.put(work, ticket, event)
        say, script = self._desk.rules.wording.say, ticket.script
        answer = Answer("rated.thanks", {"rating": say(f"satisfaction.{satisfaction}")}, script=script)
        line = say(answer.key, script, **answer.fields)
        others = await self._for_others(work, ticket)
        lines = (line, *((say("confirmed.others", script),) if others else ()))
        await self._desk.change_message(work, press, Content(ticket.number, lines, others))
        return answer

    async def _for_others(self, work: UnitOfWork, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
        """没解决 for the households of a merged ticket that have not answered; nothing where all have."""
        waiting = [one for one in await work.tickets.reporters(ticket.id) if one.solved is None]
        return self._desk.board.cards.reopen_button(ticket) if waiting else ()

    async def _of_reporter(
        self, work: UnitOfWork, press: Press, ticket_id: int, action: Action | None = None
    ) -> Ticket:
        """The locked ticket, if the person is one of those who reported it and its state allows the action."""
        ticket = await work.tickets.lock(ticket_id)
        reporters = await work.tickets.reporters(ticket_id)
        if press.actor.account not in {reporter.account for reporter in reporters}:
            raise NotAllowed(action or "answer")
        if action is not None:
            next_status(ticket, action)
        return ticket

    def _event(self, ticket: Ticket, kind: EventKind, press: Press, **data: object) -> TicketEvent:
        shown = ticket.shown_as(press.actor.account, press.actor.name)
        return TicketEvent(ticket.id, kind, self._desk.clock(), *shown, data)
