"""The number of a ticket, written as it stands: the ticket as it is now, for whoever may know of it."""

from __future__ import annotations

from bot.services.audit import note_look
from bot.services.board import TicketBoard
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.addressed import number_in
from routing.errors import UnknownTicket
from routing.message import IncomingMessage
from routing.outgoing import Content, reply_to
from routing.script import script_of
from routing.staff import Actor


class LookupService:
    """Shows one ticket."""

    def __init__(self, rules: Rules, board: TicketBoard, clock: Clock) -> None:
        self._rules = rules
        self._board = board
        self._clock = clock

    async def heard(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Answers a message to the bot that is nothing but a number; false for every other.

        A ticket that the chat has no business with is as unknown as one that does not exist.
        """
        number = number_in(message.text)
        if number is None or message.attachments:
            return False
        content = await self._shown(work, message, number)
        if content is None:
            unknown = self._rules.wording.say("error.unknown_ticket", script_of(message.text), ticket=number)
            content = Content(lines=(unknown,))
        await work.outbox.add(reply_to(message, content))
        return True

    async def _shown(self, work: UnitOfWork, message: IncomingMessage, number: str) -> Content | None:
        try:
            ticket = await work.tickets.by_number(number)
        except UnknownTicket:
            return None
        now = self._clock()
        shown = await self._board.shown_in(work, ticket, message.chat_id, now)
        if shown is None or ticket.platform != message.platform:
            return None
        content, is_handlers = shown
        if is_handlers:
            posts = await work.staff.of_account(message.sender_id)
            await note_look(work, Actor(message.sender_id, message.sender_name, posts), number, now, [ticket])
        return content
