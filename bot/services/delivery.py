"""What can become of a message that is handed to a chat platform.

A sender of a platform translates the platform's answers into these few outcomes, so that the outbox decides about
tries and pauses without knowing any platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from routing.errors import QunbanError
from routing.outgoing import Outgoing, QueuedMessage


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform took the message.

    ``follow_up`` is what did not fit into the same message (the pictures of a card). It belongs into the outbox in the
    transaction that marks the row as delivered, so that a crash in between loses nothing.
    """

    message_id: int | None
    follow_up: Outgoing | None = None


class Sender(Protocol):
    """Hands one message to a platform; raises a ``DeliveryError`` where that fails."""

    async def deliver(self, row: QueuedMessage) -> Delivered: ...


class DeliveryError(QunbanError):
    """The platform did not take a message; the subclass says what that means for it."""

    code = "delivery_failed"


class RetryAfter(DeliveryError):
    """The platform wants a pause before the next message to this chat."""

    code = "too_many_requests"

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Obstacle(StrEnum):
    """Why a chat cannot be written to."""

    BLOCKED = "blocked"
    """The person stopped the bot, or deleted the account."""
    NOT_STARTED = "not_started"
    """The person never wrote to the bot, and bots may not write first."""
    REMOVED = "removed"
    """The bot is no member of the group any more, or the group is gone."""
    NO_RIGHTS = "no_rights"
    """The bot is a member that may not write."""


class Unreachable(DeliveryError):
    """The chat cannot be written to until somebody there changes that."""

    code = "unreachable"

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class Migrated(DeliveryError):
    """The group became a supergroup and has a new id; the same message will do there."""

    code = "migrated"

    def __init__(self, new_chat_id: int) -> None:
        super().__init__(new_chat_id)
        self.new_chat_id = new_chat_id


class Refused(DeliveryError):
    """The platform will never take this message; ``reason`` is a short code that holds nothing a person wrote."""

    code = "message_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PlatformDown(DeliveryError):
    """The platform could not be asked (network, server fault, token refused); another try may succeed."""

    code = "platform_down"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
