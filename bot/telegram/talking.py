"""What a router is given with an update."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.district import UseCases
from bot.services.ports import UnitOfWork
from bot.services.registration import NothingToRegister
from bot.services.scripts import script_of_person
from bot.telegram.decode import BotIdentity
from routing.message import IncomingMessage
from routing.script import Script, script_of, tells_script
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

    async def script(self) -> Script:
        """In which script the person reads: that of what was said, else of what they reported last."""
        if self.message is not None and tells_script(self.message.text):
            return script_of(self.message.text)
        return await script_of_person(self.work, self.platform, self.actor.account)

    def with_text(self, text: str) -> IncomingMessage:
        """What was said, with ``text`` for its words: a command is not part of a report.

        Raises ``NothingToRegister`` where the update is no message of a person.
        """
        if self.message is None:
            raise NothingToRegister
        return replace(self.message, text=text)
