"""Words that a person is to write next: awaited in the private chat for a while, and in vain after that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.services.desk import Answer, Taken, TicketDesk
from bot.services.ports import UnitOfWork
from routing.errors import QunbanError
from routing.groups import Dialogue
from routing.message import IncomingMessage
from routing.staff import Actor
from routing.ticket import Action

LIFETIME = timedelta(minutes=30)
"""How long a sentence is awaited: whoever writes later may well mean something else."""
SHORTEST_RESULT = 2
LONGEST_RESULT = 500


class ResultTooShort(QunbanError):
    """The sentence about the work says nothing."""

    code = "result_too_short"

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class ResultTooLong(QunbanError):
    """The sentence about the work does not fit on a card."""

    code = "result_too_long"

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class DialogueOver(QunbanError):
    """The bot waits for nothing from this person any more."""

    code = "dialogue_over"


async def await_words(
    work: UnitOfWork,
    platform: str,
    account: int,
    expects: str,
    expires_at: datetime,
    *,
    ticket_id: int | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Takes the next message of the account's private chat, until ``expires_at``, for what ``expects`` names."""
    await work.prompts.begin(Dialogue(platform, account, account, expects, ticket_id, expires_at, data or {}))


async def take_awaited(
    desk: TicketDesk, work: UnitOfWork, actor: Actor, message: IncomingMessage, action: Action
) -> tuple[Dialogue, Taken] | Answer:
    """The dialogue that ``message`` answers, and its ticket locked for ``action``.

    What refuses the ticket, or the end of the time, ends the dialogue, which would else catch whatever the person
    says next; the refusal is then the answer. Raises ``DialogueOver`` where nothing was awaited.
    """
    dialogue = await work.prompts.dialogue(message.platform, message.chat_id, actor.account)
    if dialogue is None or dialogue.ticket_id is None:
        raise DialogueOver
    try:
        if dialogue.expires_at <= desk.clock():
            raise DialogueOver
        return dialogue, await desk.take(work, actor, action, dialogue.ticket_id)
    except QunbanError as refusal:
        await work.prompts.end(message.platform, message.chat_id, actor.account)
        return Answer(f"error.{refusal.code}", refusal.fields())


def result_of(text: str) -> str:
    """What was written about the work; raises ``ResultTooShort`` or ``ResultTooLong``."""
    result = text.strip()
    if len(result) < SHORTEST_RESULT:
        raise ResultTooShort(SHORTEST_RESULT)
    if len(result) > LONGEST_RESULT:
        raise ResultTooLong(LONGEST_RESULT)
    return result
