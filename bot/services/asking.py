"""Asks in a group whether something shall be registered, and takes the yes or no that its writer types."""

from __future__ import annotations

from bot.services.group_memory import GroupMemory
from bot.services.ports import UnitOfWork
from bot.services.prompting import PromptGone, PromptService
from bot.services.rules import Rules
from routing.conversation import asks_to_register
from routing.groups import prompt_of
from routing.message import IncomingMessage
from routing.triage.decision import Ignore, Matter
from routing.triage.engine import Triage


class AskingService:
    """The question with its buttons, for people who would rather write than press.

    An answer to the question's message counts as long as its buttons do. Without that, yes or no must be the next that
    the writer says, within minutes: it is kept in mind by the process that asked, so talk costs the database nothing,
    and a restart costs no more than a press of the button.
    """

    def __init__(self, triage: Triage, rules: Rules, prompts: PromptService, memory: GroupMemory) -> None:
        self._triage = triage
        self._rules = rules
        self._prompts = prompts
        self._memory = memory

    async def ask(self, work: UnitOfWork, message: IncomingMessage, matter: Matter) -> None:
        """Asks the writer of the message."""
        prompt = await self._prompts.ask(work, message, matter)
        self._memory.note_question(message, prompt.id)

    def may_be_answered_by(self, message: IncomingMessage) -> bool:
        """Whether the message says yes or no to a question of a short while ago; decided in memory.

        Where its writer goes on to something else, a later yes may be one to a neighbour. A photo or an address may
        follow what the bot asked about.
        """
        if self._memory.question_to(message) is None:
            return False
        if self._rules.addressed.answer_of(message.text) is not None:
            return True
        if not message.attachments and message.location is None:
            decision = self._triage.decide(message.text)
            if not isinstance(decision, Ignore) or decision.place is None:
                self._memory.drop_question(message)
        return False

    async def answered(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Acts on a typed yes or no; false for every other message.

        Raises ``PromptGone`` and ``PromptNotYours`` where somebody clearly wants something registered.
        """
        agrees = self._rules.addressed.answer_of(message.text)
        if agrees is None or message.edited or message.attachments:
            return False
        prompt_id = await self._question(work, message)
        if prompt_id is None:
            return False
        try:
            await self._prompts.answer_in_words(work, message, prompt_id, register=agrees)
        except PromptGone:
            # 好的 to a question that was settled long ago is politeness; 登记 wants something done.
            if message.reply_to is None or not asks_to_register(message.text):
                return False
            raise
        return True

    async def _question(self, work: UnitOfWork, message: IncomingMessage) -> int | None:
        if message.reply_to is None:
            return self._memory.question_to(message)
        if not message.reply_to.sender_is_bot_self:
            return None
        answered = (message.platform, message.chat_id, message.reply_to.message_id)
        return prompt_of(await work.outbox.topics.of_message(*answered))
