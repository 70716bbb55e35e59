"""Questions that wait for an answer, and dialogues."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, delete, exists, insert, literal, select

from models.tables_delivery import DialogueRow, PromptRow, TopicCardRow
from models.transaction import Transaction
from routing.groups import PROMPT_TOPIC, Dialogue, Prompt

_PROMPT_FIELDS = tuple(field.name for field in fields(Prompt))
_PROMPT_COLUMNS = tuple(getattr(PromptRow, name) for name in _PROMPT_FIELDS)
_DIALOGUE_FIELDS = tuple(field.name for field in fields(Dialogue))
_DIALOGUE_COLUMNS = tuple(getattr(DialogueRow, name) for name in _DIALOGUE_FIELDS)
_KEY = ("platform", "chat_id", "account")


class SqlPromptStore:
    """Questions and dialogues in the database. Neither is expired by itself: who reads one looks at ``expires_at``."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def ask(self, prompt: Prompt) -> Prompt:
        """Keeps a question; returns it with its id, which no later question will have."""
        values = {name: getattr(prompt, name) for name in _PROMPT_FIELDS if name != "id"}
        foreseen = self._transaction.foreseen
        if foreseen is not None and foreseen.prompt_ids:
            kept = replace(prompt, id=foreseen.prompt_ids.pop())
            await self._transaction.add(PromptRow, [values | {"id": kept.id}])
            return kept
        ids = await self._transaction.execute(insert(PromptRow).values(values).returning(PromptRow.id))
        return replace(prompt, id=ids.scalar_one())

    async def take(self, prompt_id: int) -> Prompt | None:
        """Takes the question out and erases it; of two who answer at once, one gets it."""
        rows = await self._transaction.execute(
            delete(PromptRow).where(PromptRow.id == prompt_id).returning(*_PROMPT_COLUMNS)
        )
        row = rows.one_or_none()
        return None if row is None else Prompt(*row)

    async def get(self, prompt_id: int) -> Prompt | None:
        """The question, left where it is."""
        rows = await self._transaction.execute(select(*_PROMPT_COLUMNS).where(PromptRow.id == prompt_id))
        row = rows.one_or_none()
        return None if row is None else Prompt(*row)

    async def expire(self, now: datetime) -> int:
        """Erases the questions and dialogues whose time is over; returns how many.

        Which message a question became is forgotten with it, and with one that was answered.
        """
        prompts = await self._transaction.execute(delete(PromptRow).where(PromptRow.expires_at <= now))
        dialogues = await self._transaction.execute(delete(DialogueRow).where(DialogueRow.expires_at <= now))
        waits = exists().where(TopicCardRow.topic == literal(PROMPT_TOPIC) + cast(PromptRow.id, String))
        await self._transaction.execute(delete(TopicCardRow).where(TopicCardRow.topic.startswith(PROMPT_TOPIC), ~waits))
        return int(prompts.rowcount + dialogues.rowcount)

    async def begin(self, dialogue: Dialogue) -> None:
        """Begins a dialogue in place of the one that this person had in this chat."""
        statement = self._transaction.insert(DialogueRow).values(
            {name: getattr(dialogue, name) for name in _DIALOGUE_FIELDS}
        )
        await self._transaction.execute(
            statement.on_conflict_do_update(
                index_elements=_KEY,
                set_={name: statement.excluded[name] for name in _DIALOGUE_FIELDS if name not in _KEY},
            )
        )

    async def dialogue(self, platform: str, chat_id: int, account: int) -> Dialogue | None:
        """The dialogue with this person in this chat."""
        rows = await self._transaction.execute(select(*_DIALOGUE_COLUMNS).where(_is(platform, chat_id, account)))
        row = rows.one_or_none()
        return None if row is None else Dialogue(*row)

    async def end(self, platform: str, chat_id: int, account: int) -> None:
        """Ends it, where there is one."""
        await self._transaction.execute(delete(DialogueRow).where(_is(platform, chat_id, account)))


def _is(platform: str, chat_id: int, account: int) -> ColumnElement[bool]:
    return (DialogueRow.platform == platform) & (DialogueRow.chat_id == chat_id) & (DialogueRow.account == account)
