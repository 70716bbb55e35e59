"""Cards of what is no ticket (a need, a project, a vote): which message of a chat shows them, to be edited in place."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, tuple_, update

from models.tables_delivery import Delivery, OutboxRow, TopicCardRow
from models.transaction import Transaction
from routing.outgoing import Outgoing

TopicKey = tuple[str, str, int]
"""Topic, platform and chat: what such a card is known by."""


def topic_key(message: Outgoing) -> TopicKey | None:
    """What the card is known by; none for a message that is no card of a topic."""
    return (message.topic, message.platform, message.chat_id) if message.card and message.topic else None


class TopicCards:
    """The part of the outbox that knows cards of topics."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def chats(self, topic: str) -> tuple[tuple[str, int, int | None], ...]:
        """Platform, chat and thread of every chat that has a card of the topic, or will have one."""
        rows = await self._transaction.execute(
            select(TopicCardRow.platform, TopicCardRow.chat_id, TopicCardRow.thread_id)
            .where(TopicCardRow.topic == topic)
            .order_by(TopicCardRow.platform, TopicCardRow.chat_id)
        )
        return tuple((platform, chat_id, thread_id) for platform, chat_id, thread_id in rows)

    async def of_message(self, platform: str, chat_id: int, message_id: int) -> str | None:
        """The topic whose card this message is."""
        rows = await self._transaction.execute(
            select(TopicCardRow.topic).where(
                TopicCardRow.platform == platform,
                TopicCardRow.chat_id == chat_id,
                TopicCardRow.message_id == message_id,
            )
        )
        return rows.scalars().first()

    async def supersede(self, cards: Collection[TopicKey]) -> set[TopicKey]:
        """Drops older states of these cards that nobody is sending; returns the cards of which one was to ring."""
        now = self._transaction.now()
        key = tuple_(OutboxRow.topic, OutboxRow.platform, OutboxRow.chat_id)
        is_free = OutboxRow.leased_until.is_(None) | (OutboxRow.leased_until <= now)
        dropped = await self._transaction.execute(
            update(OutboxRow)
            .where(OutboxRow.state == Delivery.WAITING, OutboxRow.card, key.in_(list(cards)), is_free)
            .values(state=Delivery.SUPERSEDED, finished_at=now)
            .returning(OutboxRow.topic, OutboxRow.platform, OutboxRow.chat_id, OutboxRow.silent)
        )
        return {(topic, platform, chat) for topic, platform, chat, silent in dropped if not silent}

    async def expect(self, messages: Collection[Outgoing]) -> None:
        """Keeps that these chats have a card from now on, though it is not sent yet."""
        await self._transaction.execute(
            self._transaction.insert(TopicCardRow).on_conflict_do_nothing(),
            [
                {
                    "topic": message.topic,
                    "platform": message.platform,
                    "chat_id": message.chat_id,
                    "thread_id": message.thread_id,
                }
                for message in messages
            ],
        )

    async def messages(self, cards: Collection[TopicKey]) -> dict[TopicKey, int]:
        """The message that each of these cards became, of those that were sent."""
        if not cards:
            return {}
        key = (TopicCardRow.topic, TopicCardRow.platform, TopicCardRow.chat_id)
        rows = await self._transaction.execute(
            select(*key, TopicCardRow.message_id).where(
                tuple_(*key).in_(list(cards)), TopicCardRow.message_id.is_not(None)
            )
        )
        return {(topic, platform, chat): message_id for topic, platform, chat, message_id in rows}

    async def sent(self, message: Outgoing, message_id: int) -> None:
        """Keeps which message of the chat the card became."""
        await self._transaction.execute(
            self._transaction.insert(TopicCardRow)
            .values(
                topic=message.topic,
                platform=message.platform,
                chat_id=message.chat_id,
                thread_id=message.thread_id,
                message_id=message_id,
            )
            .on_conflict_do_update(index_elements=["topic", "platform", "chat_id"], set_={"message_id": message_id})
        )

    async def has_newer(self, row_id: int, message: Outgoing) -> bool:
        """Whether a newer state of the same card waits."""
        newer = await self._transaction.execute(
            select(OutboxRow.id)
            .where(
                OutboxRow.state == Delivery.WAITING,
                OutboxRow.card,
                OutboxRow.id > row_id,
                OutboxRow.topic == message.topic,
                OutboxRow.platform == message.platform,
                OutboxRow.chat_id == message.chat_id,
            )
            .limit(1)
        )
        return newer.first() is not None
