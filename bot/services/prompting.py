"""The question at middling confidence: shall I register this? Its writer answers with a button, or in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.services.desk import Answer
from bot.services.ports import Clock, UnitOfWork
from bot.services.registration import RegistrationService
from bot.services.rules import Rules
from routing.errors import QunbanError
from routing.groups import PROMPT_TOPIC, Prompt
from routing.message import IncomingMessage
from routing.outgoing import Button, Content, Outgoing, reply_to
from routing.script import script_of
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

    async def ask(self, work: UnitOfWork, message: IncomingMessage, matter: Matter) -> Prompt:
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
        await work.outbox.add(replace(reply_to(message, content), topic=prompt.topic))
        return prompt

    async def answer(self, work: UnitOfWork, prompt_id: int, account: int, *, register: bool) -> Answer:
        """Acts on 登记 or 不用; returns what the person is told.

        Raises ``PromptGone`` and ``PromptNotYours``.
        """
        prompt = await work.prompts.get(prompt_id)
        if prompt is None or prompt.expires_at <= self._clock():
            raise PromptGone
        if prompt.message.sender_id != account:
            raise PromptNotYours
        await work.prompts.take(prompt_id)
        script = script_of(prompt.message.text)
        if not register:
            return Answer("intake.dismissed", script=script)
        await self._registration.register(work, prompt.message, via="confirmed", asked=prompt.service_code)
        return Answer("intake.registered_toast", script=script)

    async def answer_in_words(
        self, work: UnitOfWork, message: IncomingMessage, prompt_id: int, *, register: bool
    ) -> None:
        """The same for an answer that was typed; what is told takes the place of the question.

        Raises ``PromptGone`` and ``PromptNotYours``; whatever refuses it leaves the question as it was.
        """
        async with work.savepoint():
            told = await self.answer(work, prompt_id, message.sender_id, register=register)
        line = self._rules.wording.say(told.key, told.script)
        await work.outbox.add(
            Outgoing(
                platform=message.platform,
                chat_id=message.chat_id,
                thread_id=message.thread_id,
                content=Content(lines=(line,)),
                card=True,
                topic=f"{PROMPT_TOPIC}{prompt_id}",
            )
        )
