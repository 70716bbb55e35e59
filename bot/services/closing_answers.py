"""已解决, 没解决 and 满意 typed in answer to the bot's own question, which they settle as its buttons do."""

from __future__ import annotations

from bot.services.confirmation import ConfirmationService
from bot.services.desk import Press
from bot.services.ports import UnitOfWork
from bot.services.rules import Rules
from routing.errors import IllegalTransition, NotAllowed
from routing.followup import FollowUp, follow_up_of, plain
from routing.message import IncomingMessage
from routing.staff import Actor
from routing.ticket import Satisfaction, Status, Ticket


class ClosingAnswerService:
    """Hears answers to "is it solved?" and to the rating after it; what is said beside them goes its usual way."""

    def __init__(self, rules: Rules, confirmation: ConfirmationService) -> None:
        self._rules = rules
        self._confirmation = confirmation
        say = rules.wording.say
        self._ratings = {plain(say(f"satisfaction.{rating}")): rating for rating in Satisfaction}

    async def heard(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Does what the button would; false where nothing was asked, or it was not the writer who was asked."""
        replied = message.reply_to
        if replied is None or not replied.sender_is_bot_self or message.edited or message.attachments:
            return False
        rating = self._ratings.get(plain(message.text))
        follow = follow_up_of(message.text, self._rules.conversation.words)
        kind = follow.kind if follow is not None else None
        if rating is None and kind not in {FollowUp.DONE, FollowUp.UNDONE}:
            return False
        ticket = await work.tickets.of_message(message.platform, message.chat_id, replied.message_id)
        if ticket is None:
            return False
        press = Press(
            Actor(message.sender_id, message.sender_name), message.platform, message.chat_id, replied.message_id
        )
        try:
            async with work.savepoint():
                if rating is not None and self._asks(replied.text, "confirmed.title", ticket):
                    await self._confirmation.rate(work, press, ticket.id, rating)
                elif ticket.status is not Status.RESOLVED or not self._asks(replied.text, "resolved.title", ticket):
                    return False
                elif kind is FollowUp.DONE:
                    await self._confirmation.confirm(work, press, ticket.id)
                elif kind is FollowUp.UNDONE:
                    await self._confirmation.reopen(work, press, ticket.id)
        except (NotAllowed, IllegalTransition):
            return False
        return True

    def _asks(self, text: str, key: str, ticket: Ticket) -> bool:
        """Whether the message is the question that begins with this sentence, and about this ticket."""
        return ticket.number in text and text.startswith(
            self._rules.wording.say(key, ticket.script, number=ticket.number)
        )
