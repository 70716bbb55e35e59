"""Tickets that this process has read, so that those which have not changed since need not be sent again.

The recent tickets of a group are looked at with each of its messages, and most of them are as they were. The server
says of each row which transaction wrote it last (``xmin``); where that is the one that was seen, the copy is true.
A copy is used only where the server has just said so, and is forgotten soon.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from routing.ticket import Ticket

_CHATS = 500
_TICKETS_A_CHAT = 128
"""A little more than are looked at."""


class TicketCopies:
    """The copies of one process, by platform and group."""

    def __init__(self) -> None:
        self._chats: OrderedDict[tuple[str, int], OrderedDict[int, tuple[str, Ticket]]] = OrderedDict()

    def of_chats(self, platform: str, chats: Iterable[int]) -> dict[int, tuple[str, Ticket]]:
        """The copies of these groups, by the id of the ticket, each with the transaction that had written it."""
        found: dict[int, tuple[str, Ticket]] = {}
        for chat_id in chats:
            found |= self._chats.get((platform, chat_id), {})
        return found

    def keep(self, version: str, ticket: Ticket) -> None:
        """Keeps a ticket as that transaction has written it."""
        if ticket.group_chat_id is None:
            return
        key = ticket.platform, ticket.group_chat_id
        chat = self._chats.pop(key, OrderedDict())
        self._chats[key] = chat
        chat.pop(ticket.id, None)
        chat[ticket.id] = version, ticket
        if len(chat) > _TICKETS_A_CHAT:
            chat.popitem(last=False)
        if len(self._chats) > _CHATS:
            self._chats.popitem(last=False)
