"""What handlers say in private in their own words: 3号单处理好了 begins what the button 办结 begins.

Nothing is closed by it: which ticket is meant is asked where several could be, and the result always.
"""

from __future__ import annotations

import re

from bot.services.desk import LONGEST_LABEL, Press, TicketDesk
from bot.services.handling import MOST_CANDIDATES, HandlingService
from bot.services.ports import UnitOfWork
from routing.errors import UnknownTicket
from routing.followup import FollowUp, follow_up_of
from routing.message import IncomingMessage
from routing.outgoing import Button, Content, reply_to
from routing.queries import TicketFilter
from routing.staff import Actor
from routing.ticket import Action, Status, Ticket

_REFERENCE = re.compile(r"(?:第|工单|单号)?\s*(?P<number>[A-Za-z0-9][A-Za-z0-9_-]{0,60})\s*(?:号)?\s*(?:工单|单子|单)?")
"""A number at the beginning, whole or only its last digits: 3号单, 003, TD101-01-261123-003."""
_LATEST = 200


class OwnWordsService:
    """Hears that work is done."""

    def __init__(self, desk: TicketDesk, handling: HandlingService) -> None:
        self._desk = desk
        self._handling = handling

    async def heard(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> bool:
        """Asks for the result of the ticket that is said to be done; false for all else that is said.

        Raises ``UnknownTicket`` for the number of a ticket that the person does not have, and what refuses the button.
        """
        if not actor.posts or message.attachments or message.edited:
            return False
        number, names_ticket, says_done = self._said(message.text)
        if not says_done:
            return False
        held = await self._held(work, actor)
        meant = await self._meant(work, message, held, number)
        if not meant and names_ticket:
            raise UnknownTicket(number)
        if not meant:
            return False
        if len(meant) == 1:
            await self._begin(work, actor, message, meant[0])
        else:
            await work.outbox.add(reply_to(message, self._which(meant)))
        return True

    def _said(self, text: str) -> tuple[str, bool, bool]:
        """The number at the beginning of a message, and whether it is called a ticket's.

        Last, whether nothing is left of the message but that something is done.
        """
        said = text.strip()
        found = _REFERENCE.match(said)
        number, rest = (found["number"], said[found.end() :]) if found is not None else ("", said)
        following = follow_up_of(rest, self._desk.rules.conversation.words)
        is_done = following is not None and following.kind is FollowUp.DONE
        return number, found is not None and "单" in found[0], is_done

    async def _held(self, work: UnitOfWork, actor: Actor) -> tuple[Ticket, ...]:
        ids = frozenset(post.id for post in actor.posts)
        statuses = frozenset({Status.DISPATCHED, Status.IN_PROGRESS})
        return await work.tickets.find(TicketFilter(statuses=statuses, assignee_ids=ids), limit=_LATEST)

    @staticmethod
    async def _meant(
        work: UnitOfWork, message: IncomingMessage, held: tuple[Ticket, ...], number: str
    ) -> tuple[Ticket, ...]:
        """The tickets that may be meant: by the message that is answered, by the number, else those being worked on."""
        if message.reply_to is not None:
            answered = (message.platform, message.chat_id, message.reply_to.message_id)
            ticket = await work.tickets.of_message(*answered)
            if ticket is not None:
                return tuple(one for one in held if one.id == ticket.id)
        if number:
            return tuple(one for one in held if _ends_with(one.number, number))
        return tuple(one for one in held if one.status is Status.IN_PROGRESS)

    async def _begin(self, work: UnitOfWork, actor: Actor, message: IncomingMessage, ticket: Ticket) -> None:
        if ticket.status is Status.IN_PROGRESS:
            press = Press(actor, message.platform, message.chat_id, None)
            await self._handling.begin_resolve(work, press, ticket.id)
            return
        line = self._desk.rules.wording.say("handling.claim_first", number=ticket.number)
        claim = Button(self._desk.rules.wording.say("button.claim"), Action.CLAIM, ticket.id)
        await work.outbox.add(reply_to(message, Content(lines=(line,), buttons=((claim,),)), ticket.id))

    def _which(self, tickets: tuple[Ticket, ...]) -> Content:
        wording = self._desk.rules.wording
        rows = []
        for ticket in tickets[:MOST_CANDIDATES]:
            label = f"{ticket.number.rpartition('-')[2]} {wording.service(ticket.service_code)}"
            rows.append((Button(label[:LONGEST_LABEL], Action.RESOLVE, ticket.id),))
        return Content(wording.say("handling.which_done"), buttons=tuple(rows))


def _ends_with(number: str, said: str) -> bool:
    """Whether a ticket has the number that was said: the whole of it, its end, or its last figures without zeros."""
    if said.isdecimal():
        return int(number.rpartition("-")[2]) == int(said)
    return number == said.upper() or number.endswith(f"-{said.upper()}")
