"""Tickets as this process has last read or written them, so that those which have not changed need not be sent again.

The recent tickets of a group are looked at with each of its messages, and most of them are as they were. PostgreSQL
says of each row which transaction wrote it last (``xmin``); where that is the one that was seen, the copy is true. On
SQLite, to which one process speaks, the version of the ticket says it. A copy is used only where the database has just
said so, and is forgotten soon.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from routing.ticket import Ticket

_CHATS = 500
_TICKETS_A_CHAT = 128


class _OfChat:
    """The copies of one group, the latest kept last."""

    def __init__(self) -> None:
        self.by_id: OrderedDict[int, tuple[str, Ticket]] = OrderedDict()
        self.by_service: dict[str, set[int]] = {}

    def keep(self, version: str, ticket: Ticket) -> None:
        self._forget(ticket.id)
        self.by_id[ticket.id] = version, ticket
        self.by_service.setdefault(ticket.service_code, set()).add(ticket.id)
        if len(self.by_id) > _TICKETS_A_CHAT:
            self._forget(next(iter(self.by_id)))

    def _forget(self, ticket_id: int) -> None:
        known = self.by_id.pop(ticket_id, None)
        if known is not None:
            self.by_service[known[1].service_code].discard(ticket_id)

    def about(self, service: str) -> Iterable[int]:
        """The ids of the tickets of a service; of all for ""."""
        return self.by_service.get(service, ()) if service else self.by_id


class TicketCopies:
    """The copies of one process, by platform and group."""

    def __init__(self) -> None:
        self._chats: OrderedDict[tuple[str, int], _OfChat] = OrderedDict()

    def about(self, platform: str, topics: Iterable[tuple[int, str]]) -> dict[int, tuple[str, Ticket]]:
        """The copies of these groups and services, by the id of the ticket, each with what says which state it is."""
        found: dict[int, tuple[str, Ticket]] = {}
        for chat_id, service in topics:
            chat = self._chats.get((platform, chat_id))
            if chat is not None:
                for ticket_id in chat.about(service):
                    found[ticket_id] = chat.by_id[ticket_id]
        return found

    def keep(self, version: str, ticket: Ticket) -> None:
        """Keeps a ticket in the state of which the database says ``version``."""
        if ticket.group_chat_id is None:
            return
        key = ticket.platform, ticket.group_chat_id
        chat = self._chats.pop(key, None) or _OfChat()
        self._chats[key] = chat
        chat.keep(version, ticket)
        if len(self._chats) > _CHATS:
            self._chats.popitem(last=False)
