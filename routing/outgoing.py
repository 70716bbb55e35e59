"""What the product says to the outside, free of any platform: the rows of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from routing.construction import constructor, constructor_of_all
from routing.message import Attachment, IncomingMessage


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says, what it does (``Action`` or a command of a dialogue), on what, with what."""

    label: str
    action: str
    subject: int = 0
    """A ticket's id, or the id of a prompt."""
    argument: str = ""
    """At most 20 ASCII characters; platforms carry very little with a button (64 bytes in all on Telegram)."""


button: Final = constructor_of_all(Button)
"""Makes one in half the time: there are many for every report."""


@dataclass(frozen=True, slots=True)
class Content:
    """A message: a title that the platform may set in bold, lines of plain text, rows of buttons, pictures.

    All of it is plain text; the sender escapes it, so nothing that a person wrote can become markup.
    """

    title: str = ""
    lines: tuple[str, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    attachments: tuple[Attachment, ...] = ()

    def with_buttons(self, buttons: tuple[tuple[Button, ...], ...]) -> Content:
        """The same with other buttons."""
        return Content(self.title, self.lines, buttons, self.attachments)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one chat.

    ``card`` makes it the ticket's card in that chat: sent once, then edited in place, and of several waiting
    states of a card only the newest is sent.
    """

    platform: str
    chat_id: int
    content: Content
    thread_id: int | None = None
    reply_to: int | None = None
    ticket_id: int | None = None
    card: bool = False
    edits: int | None = None
    """The id of a message that this one takes the place of, such as the question whose button was pressed."""
    silent: bool = False
    """Arrives without a sound: quiet hours, and what only updates."""
    topic: str = ""
    """What a card is about that is no ticket: kind and id, "need:12". It is sent once and edited in place.

    A message that is no card yet may have one, too: a card of that topic takes its place later.
    """


outgoing: Final = constructor(Outgoing)
"""Makes one in half the time, for the cards of every report."""


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A row of the outbox that a sender has taken: the message, how often it was tried, and the card to edit."""

    id: int
    message: Outgoing
    attempts: int
    created_at: datetime
    card_message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What lies in the outbox: how many messages wait, since when the oldest, and how many were given up lately."""

    waiting: int
    oldest: datetime | None
    given_up: int


def reply_to(message: IncomingMessage, content: Content, ticket_id: int | None = None) -> Outgoing:
    """``content`` as an answer to ``message``, in its topic."""
    return Outgoing(
        platform=message.platform,
        chat_id=message.chat_id,
        thread_id=message.thread_id,
        content=content,
        reply_to=message.message_id,
        ticket_id=ticket_id,
    )
