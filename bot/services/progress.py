"""有进展: the holder says in a sentence how far it is, so that the claim stands and whoever urged it hears of it."""

from __future__ import annotations

from dataclasses import replace

from bot.services.awaited_words import LIFETIME, await_words, result_of, take_awaited
from bot.services.desk import Answer, Press, TicketDesk
from bot.services.ports import UnitOfWork
from routing.clock_moments import URGE
from routing.message import IncomingMessage
from routing.outgoing import Content
from routing.staff import Actor
from routing.ticket import Action
from routing.ticket_events import EventKind

EXPECTS_PROGRESS = "progress"


class ProgressService:
    """Asks for the sentence and keeps it."""

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk

    async def begin(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Asks for the sentence; it is awaited in the private chat."""
        taken = await self._desk.take(work, press.actor, Action.PROGRESS, ticket_id)
        until = taken.now + LIFETIME
        await await_words(work, press.platform, press.actor.account, EXPECTS_PROGRESS, until, ticket_id=ticket_id)
        answer = Answer("handling.tell_progress", {"number": taken.ticket.number})
        line = self._desk.rules.wording.say(answer.key, **answer.fields)
        await self._desk.say(work, press, Content(lines=(line,)), ticket_id=ticket_id)
        return answer

    async def take(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer:
        """Keeps the sentence and ends the dialogue. One that says nothing is refused and awaited again."""
        awaited = await take_awaited(self._desk, work, actor, message, Action.PROGRESS)
        if isinstance(awaited, Answer):
            return awaited
        _, taken = awaited
        text = result_of(message.text)
        await work.prompts.end(message.platform, message.chat_id, actor.account)
        ticket = replace(taken.ticket, urge_due_at=None, reminded=taken.ticket.reminded - {URGE})
        await self._desk.put(work, ticket, self._desk.event(taken, EventKind.PROGRESSED, text=text))
        if taken.ticket.urge_due_at is not None and taken.ticket.urged_by is not None:
            line = self._desk.rules.wording.say(
                "handling.progress_notice", number=ticket.number, name=taken.post.name, text=text
            )
            urged_by = await work.staff.get(taken.ticket.urged_by)
            await self._desk.board.tell(work, ticket, urged_by.account, Content(lines=(line,)))
        return Answer("handling.progress_kept", {"number": ticket.number})
