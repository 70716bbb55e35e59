"""What somebody says in private about their own matters: more of it, hurry up, it is over, it is not.

The rules are those of a group (``routing.relation``), but nobody else's tickets are looked at. What was added is said:
a card that changes further up is easily missed.
"""

from __future__ import annotations

from dataclasses import replace

from bot.services.closing_answers import ClosingAnswerService
from bot.services.joining import JoiningService
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.conversation import without_name
from routing.message import IncomingMessage
from routing.outgoing import Content, reply_to
from routing.relation import Append, Contradict, KnownTicket, ProposeClose, Relation, Urge, relate
from routing.script import script_of
from routing.ticket import PATROL, Status, Ticket
from routing.triage.decision import Decision
from routing.triage.engine import Triage

MOST_OWN = 50
"""Matters of a person that a message is compared with, the newest first."""


class PrivateTalkService:
    """Finds the matter that a private message belongs to."""

    def __init__(
        self, triage: Triage, rules: Rules, joining: JoiningService, closing: ClosingAnswerService, clock: Clock
    ) -> None:
        self._triage = triage
        self._rules = rules
        self._joining = joining
        self._closing = closing
        self._clock = clock

    async def heard(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Deals with what is said of a matter of the writer's own; false where it is something new, or nothing.

        A report that is to be nameless is never added to one under a name.
        """
        if without_name(message.text) is not None:
            return False
        if await self._closing.heard(work, message):
            return True
        decision = self._triage.decide(message.text, has_media=bool(message.attachments))
        match await self._relation(work, message, decision):
            case Append(ticket, corrects):
                await self._append(work, message, ticket, decision, corrects=corrects)
            case Urge(ticket):
                await self._joining.urge(work, message, ticket.id)
            case ProposeClose(ticket):
                await self._joining.propose_close(work, message, ticket)
            case Contradict(ticket):
                await self._joining.contradict(work, message, ticket)
            case _:
                return False
        return True

    async def edited(self, work: UnitOfWork, message: IncomingMessage) -> None:
        """Adds what an edit changed to the ticket of the message; other old words stay what they are."""
        ticket = await work.tickets.of_message(message.platform, message.chat_id, message.message_id)
        if ticket is None or not ticket.is_open or ticket.reporter_id != message.sender_id:
            return
        if message.text.strip() and message.text not in ticket.text:
            decision = self._triage.decide(message.text)
            await self._append(work, replace(message, attachments=()), ticket, decision, corrects=True)

    async def _append(
        self, work: UnitOfWork, message: IncomingMessage, ticket: Ticket, decision: Decision, *, corrects: bool
    ) -> None:
        together = self._triage.decide(f"{ticket.text}，{message.text}")
        await self._joining.append(work, message, ticket.id, decision, together=together, corrects=corrects)
        if message.media_group_id is None or message.text:
            # The pictures of an album come one by one, and its first has told it.
            line = self._rules.wording.say("intake.appended", script_of(message.text), number=ticket.number)
            await work.outbox.add(reply_to(message, Content(lines=(line,)), ticket.id))

    async def _relation(self, work: UnitOfWork, message: IncomingMessage, decision: Decision) -> Relation:
        wanted = self._rules.of_reporter(message.platform, message.sender_id, None, None)
        # What was found on a round is spoken of as a handler does, not as a reporter.
        own = [one for one in await work.tickets.find(wanted, limit=MOST_OWN) if one.via != PATROL]
        alive = [one for one in own if one.status not in {Status.ARCHIVED, Status.WITHDRAWN}]
        answered = None
        if message.reply_to is not None:
            of_reply = (message.platform, message.chat_id, message.reply_to.message_id)
            meant = await work.tickets.of_message(*of_reply)
            answered = next((one for one in own if meant is not None and one.id == meant.id), None)
        return relate(
            message,
            decision,
            [KnownTicket(one, is_own=True, last_said_at=one.last_said_at or one.created_at) for one in alive],
            self._rules.conversation,
            answered=answered,
            now=self._clock(),
        )
