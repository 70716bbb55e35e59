"""The use cases that the routers call, gathered for the dispatcher."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.services.approvals import ApprovalService
from bot.services.confirmation import ConfirmationService
from bot.services.digests import DigestService
from bot.services.handling import HandlingService
from bot.services.intake import IntakeService, NothingToRegister
from bot.services.lists import ListService
from bot.services.organisation import OrganisationService
from bot.services.patrol import PatrolService
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from bot.telegram.decode import BotIdentity
from routing.message import IncomingMessage
from routing.staff import Actor


@dataclass(frozen=True, slots=True)
class Services:
    """All use cases of one district."""

    rules: Rules
    clock: Clock
    intake: IntakeService
    handling: HandlingService
    approvals: ApprovalService
    confirmation: ConfirmationService
    lists: ListService
    organisation: OrganisationService
    patrol: PatrolService
    digests: DigestService


@dataclass(frozen=True, slots=True)
class Talking:
    """One interaction: the transaction that it is handled in, who acts, and what was said, if anything."""

    work: UnitOfWork
    actor: Actor
    platform: str
    identity: BotIdentity
    services: Services
    message: IncomingMessage | None = None

    def with_text(self, text: str) -> IncomingMessage:
        """What was said, with ``text`` for its words: a command is not part of a report.

        Raises ``NothingToRegister`` where the update is no message of a person.
        """
        if self.message is None:
            raise NothingToRegister
        return replace(self.message, text=text)
