"""What a router is given with an update."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.district import UseCases
from bot.services.ports import UnitOfWork
from bot.services.registration import NothingToRegister
from bot.telegram.decode import BotIdentity
from routing.message import IncomingMessage
from routing.staff import Actor


@dataclass(frozen=True, slots=True)
class Talking:
    """One interaction: the transaction that it is handled in, who acts, and what was said, if anything."""

    work: UnitOfWork
    actor: Actor
    platform: str
    identity: BotIdentity
    services: UseCases
    message: IncomingMessage | None = None

    def with_text(self, text: str) -> IncomingMessage:
        """What was said, with ``text`` for its words: a command is not part of a report.

        Raises ``NothingToRegister`` where the update is no message of a person.
        """
        if self.message is None:
            raise NothingToRegister
        return replace(self.message, text=text)
