"""The question at middling confidence: shall I register this? Its writer answers with a button."""

from __future__ import annotations

from datetime import timedelta

from bot.services.ports import Clock, UnitOfWork
from bot.services.registration import RegistrationService
from bot.services.rules import Rules
from routing.errors import QunbanError
from routing.groups import Prompt
from routing.message import IncomingMessage
from routing.outgoing import Button, Content, reply_to
from routing.script import script_of
from routing.staff import Actor
from routing.triage.decision import Matter

REGISTER = "register"
DISMISS = "dismiss"

PROMPT_LIFETIME = timedelta(hours=24)


class PromptGone(QunbanError):
    """The question was answered already, or has expired."""

    code = "prompt_gone"


class PromptNotYours(QunbanError):
    """Somebody else than the writer pressed a button of the question."""

    code = "prompt_not_yours"


class PromptService:
    """Asks, and acts on the answer. The message is kept only until then."""

    def __init__(self, rules: Rules, registration: RegistrationService, clock: Clock) -> None:
        self._rules = rules
        self._registration = registration
        self._clock = clock

    async def ask(self, work: UnitOfWork, message: IncomingMessage, matter: Matter) -> None:
        """Asks the writer with two buttons."""
        now = self._clock()
        prompt = await work.prompts.ask(
            Prompt(0, message, matter.service_code, asked_at=now, expires_at=now + PROMPT_LIFETIME)
        )
        script, say = script_of(message.text), self._rules.wording.say
        service = self._rules.catalogue.get(matter.service_code)
        buttons = (
            Button(say("button.register", script), REGISTER, prompt.id),
            Button(say("button.dismiss", script), DISMISS, prompt.id),
        )
        content = Content(
            say("intake.ask_title", script, service=service.name),
            (say("intake.ask", script, owner=say(f"owner.{service.owner}")),),
            (buttons,),
        )
        await work.outbox.add(reply_to(message, content))

    async def answer(self, work: UnitOfWork, prompt_id: int, actor: Actor, *, register: bool) -> str:
        """Acts on 登记 or 不用; returns the key of what the person is told.

        Raises ``PromptGone`` and ``PromptNotYours``.
        """
        prompt = await work.prompts.get(prompt_id)
        if prompt is None or prompt.expires_at <= self._clock():
            raise PromptGone
        if prompt.message.sender_id != actor.account:
            raise PromptNotYours
        await work.prompts.take(prompt_id)
        if not register:
            return "intake.dismissed"
        await self._registration.register(work, prompt.message, via="confirmed", asked=prompt.service_code)
        return "intake.registered_toast"
