"""Messages to the outside: rows written in the transaction of their cause, leased to senders in order per chat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from models.tables_clock import ClockNoticeRow
from models.tables_delivery import Delivery, OutboxRow
from models.tables_tickets import TicketCardRow, TicketMessageRow
from models.topic_cards import TopicCards, TopicKey, topic_key
from models.transaction import Transaction
from routing.outgoing import Backlog, Outgoing, QueuedMessage
from routing.pace import LONGEST_PAUSE_SECONDS

_Card = tuple[int, str, int]
"""Ticket, platform and chat: what a card is known by."""

_IS_WAITING = OutboxRow.state == Delivery.WAITING
_MESSAGE_FIELDS = tuple(field.name for field in fields(Outgoing))
_MESSAGE = tuple(getattr(OutboxRow, name) for name in _MESSAGE_FIELDS)
_message_values = attrgetter(*_MESSAGE_FIELDS)


class SqlOutbox:
    """The outbox in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.topics = TopicCards(transaction)

    async def add(self, *messages: Outgoing) -> None:
        """Queues messages. A card takes the place of its older states that nobody is sending yet.

        Should one of those have been meant to ring, the newer one rings.
        """
        if not messages:
            return
        now = self._transaction.now()
        of_tickets, of_topics = [_card(message) for message in messages], [topic_key(message) for message in messages]
        keys: list[_Card | TopicKey | None] = [card or topic for card, topic in zip(of_tickets, of_topics, strict=True)]
        cards = {card: index for index, card in enumerate(of_tickets) if card is not None}
        topics = {topic: index for index, topic in enumerate(of_topics) if topic is not None}
        newest = {*cards.values(), *topics.values()}
        loud = {key for key, message in zip(keys, messages, strict=True) if key is not None and not message.silent}
        foreseen = self._transaction.foreseen
        # Whether an older state was to ring matters only where the newer one is not.
        gathers = foreseen is not None and loud >= cards.keys() and all(foreseen.knows(one) for one, _, _ in cards)
        if foreseen is not None and gathers:
            self._transaction.supersede([card for card in cards if foreseen.has_card(card[0], card[2])], now)
        elif cards:
            loud |= await self._supersede(cards, now)
        if topics:
            loud |= await self.topics.supersede(topics)
        rows = [
            dict(zip(_MESSAGE_FIELDS, _message_values(message), strict=True))
            | {
                "silent": message.silent and keys[index] not in loud,
                "state": Delivery.WAITING,
                "created_at": now,
                "attempts": 0,
            }
            for index, message in enumerate(messages)
            if keys[index] is None or index in newest
        ]
        await self._transaction.add(OutboxRow, rows)
        if cards:
            chats = [
                {
                    "ticket_id": ticket_id,
                    "platform": platform,
                    "chat_id": chat_id,
                    "thread_id": messages[index].thread_id,
                }
                for (ticket_id, platform, chat_id), index in cards.items()
            ]
            if foreseen is not None and gathers:
                await self._transaction.add(TicketCardRow, chats)
                foreseen.add_cards(chats)
            else:
                await self._transaction.execute(self._transaction.insert(TicketCardRow).on_conflict_do_nothing(), chats)
        if topics:
            await self.topics.expect([messages[index] for index in topics.values()])
        self._transaction.wrote_outbox = True

    async def take(
        self, now: datetime, *, limit: int, lease_seconds: int, takes_over: bool = True
    ) -> tuple[QueuedMessage, ...]:
        """Leases messages that may be sent now to the caller, the longest waiting first.

        Of each chat only the first waiting message is given, and none while another of that chat is in a sender's
        hands. A lease that ran out, because its sender died, may be taken again, unless ``takes_over`` is false: then
        nothing of a chat is given that anybody ever leased a message of and did not give back. ``attempts`` is how
        often a message was taken before.

        A lease or a pause that ends later than any of now could, was written before the clock was set back; whoever
        has such a lease and lives has renewed it before anybody takes over.
        """
        other = aliased(OutboxRow)
        # Rows of one chat may be committed in another order than that of their ids: then a later one is in hand.
        latest = now + timedelta(seconds=2 * lease_seconds)
        leased: ColumnElement[bool] = other.leased_until.is_not(None)
        free: ColumnElement[bool] = OutboxRow.leased_until.is_(None)
        if takes_over:
            leased = and_(other.leased_until > now, other.leased_until <= latest)
            free = or_(free, OutboxRow.leased_until <= now, OutboxRow.leased_until > latest)
        in_hand = select(other.id).where(*_same_chat(other), leased)
        pause_ends = OutboxRow.not_before
        rested = or_(
            pause_ends.is_(None), pause_ends <= now, pause_ends > now + timedelta(seconds=LONGEST_PAUSE_SECONDS)
        )
        due = (
            _heads()
            # PostgreSQL looks again at a row that another sender has just changed, but not at what a subquery said.
            .where(rested, free, ~in_hand.exists())
            .order_by(OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        taken = await self._transaction.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(select(due.c.id)))
            .values(leased_until=now + timedelta(seconds=lease_seconds), attempts=OutboxRow.attempts + 1)
            .returning(OutboxRow.id, OutboxRow.attempts, OutboxRow.created_at, *_MESSAGE)
        )
        rows = sorted(taken.all(), key=lambda row: int(row[0]))
        outgoing = {row[0]: Outgoing(*row[3:]) for row in rows}
        cards = await self._card_messages({key for message in outgoing.values() if (key := _card(message)) is not None})
        topics = await self.topics.messages({topic for one in outgoing.values() if (topic := topic_key(one))})
        return tuple(
            QueuedMessage(
                id=row_id,
                message=outgoing[row_id],
                attempts=attempts - 1,
                created_at=created_at,
                card_message_id=_sent_as(outgoing[row_id], cards, topics),
            )
            for row_id, attempts, created_at, *_ in rows
        )

    async def renew(self, rows: Collection[QueuedMessage], until: datetime) -> int:
        """Prolongs the leases of messages that the caller still has; returns how many it still had."""
        if not rows:
            return 0
        held = tuple_(OutboxRow.id, OutboxRow.attempts).in_([(row.id, row.attempts + 1) for row in rows])
        renewed = await self._transaction.execute(
            update(OutboxRow).where(_IS_WAITING, OutboxRow.leased_until.is_not(None), held).values(leased_until=until)
        )
        return int(renewed.rowcount)

    async def delivered(self, row: QueuedMessage, *, message_id: int | None, at: datetime) -> None:
        """Keeps that a message went out, and which message of the chat it became.

        A card is found again by it, to be edited; an answer to a message about a ticket finds the ticket by it.
        """
        await self._transaction.execute(
            update(OutboxRow)
            .where(OutboxRow.id == row.id)
            .values(state=Delivery.DELIVERED, finished_at=at, leased_until=None, error=None)
        )
        message = row.message
        if message_id is not None and message.topic:
            await self.topics.sent(message, message_id)
        if message.ticket_id is None or message_id is None:
            return
        if _card(message) is not None:
            # A group may have moved while the card was on its way, so there may be none where it arrived.
            await self._transaction.execute(
                self._transaction.insert(TicketCardRow)
                .values(
                    ticket_id=message.ticket_id,
                    platform=message.platform,
                    chat_id=message.chat_id,
                    thread_id=message.thread_id,
                    message_id=message_id,
                )
                .on_conflict_do_update(
                    index_elements=["ticket_id", "platform", "chat_id"], set_={"message_id": message_id}
                )
            )
        await self._transaction.execute(
            self._transaction.insert(TicketMessageRow)
            .values(
                platform=message.platform,
                chat_id=message.chat_id,
                message_id=message_id,
                ticket_id=message.ticket_id,
            )
            .on_conflict_do_nothing()
        )

    async def retry(self, row: QueuedMessage, *, not_before: datetime, error: str) -> None:
        """Puts a message back until ``not_before``; ``error`` is a code. A card that has a newer state is dropped.

        Where the lease ran out and another sender has taken the message since, this does nothing.
        """
        if row.message.card and await self._has_newer(row):
            values: dict[str, Any] = {"state": Delivery.SUPERSEDED, "finished_at": self._transaction.now()}
        else:
            values = {"not_before": not_before}
        await self._transaction.execute(
            update(OutboxRow).where(_is_held(row)).values(leased_until=None, error=error, **values)
        )
        self._transaction.wrote_outbox = True

    async def lift_pauses(self) -> int:
        """Ends every pause of waiting messages; returns how many. For the case that the clock was set back."""
        paused = update(OutboxRow).where(_IS_WAITING, OutboxRow.not_before.is_not(None)).values(not_before=None)
        return int((await self._transaction.execute(paused)).rowcount)

    async def give_up(self, row: QueuedMessage, *, at: datetime, error: str) -> None:
        """Keeps that a message cannot be delivered and why (a code); those behind it in the chat go on."""
        await self._transaction.execute(
            update(OutboxRow)
            .where(_is_held(row))
            .values(state=Delivery.FAILED, finished_at=at, leased_until=None, error=error)
        )

    async def pending(self) -> int:
        """How many messages wait or are being sent."""
        return int((await self._transaction.execute(select(func.count()).where(_IS_WAITING))).scalar_one())

    async def backlog(self) -> Backlog:
        """How many messages wait or are being sent, the oldest of them, and how many were given up.

        What is still to be put into words waits too, and counts as one message.
        """
        waiting = await self._transaction.execute(
            select(func.count(), func.min(OutboxRow.created_at)).where(_IS_WAITING)
        )
        untold = await self._transaction.execute(select(func.count(), func.min(ClockNoticeRow.at)))
        (count, oldest), (notices, since) = waiting.one(), untold.one()
        first = min((moment for moment in (oldest, since) if moment is not None), default=None)
        return Backlog(waiting=count + notices, oldest=first, given_up=await self.given_up())

    async def given_up(self) -> int:
        """How many messages could not be delivered and have not been pruned yet."""
        failed = OutboxRow.state == Delivery.FAILED
        return int((await self._transaction.execute(select(func.count()).where(failed))).scalar_one())

    async def prune(self, before: datetime) -> int:
        """Erases messages that were finished before then, whatever became of them; returns how many."""
        erased = await self._transaction.execute(delete(OutboxRow).where(OutboxRow.finished_at < before))
        return int(erased.rowcount)

    async def _supersede(self, cards: dict[_Card, int], now: datetime) -> set[_Card]:
        """Drops older states of these cards that nobody is sending; returns the cards of which one was to ring."""
        key = tuple_(OutboxRow.ticket_id, OutboxRow.platform, OutboxRow.chat_id)
        dropped = await self._transaction.execute(
            update(OutboxRow)
            .where(_IS_WAITING, OutboxRow.card, key.in_(list(cards)), _is_free(now))
            .values(state=Delivery.SUPERSEDED, finished_at=now)
            .returning(OutboxRow.ticket_id, OutboxRow.platform, OutboxRow.chat_id, OutboxRow.silent)
        )
        return {(ticket, platform, chat) for ticket, platform, chat, silent in dropped if not silent}

    async def _card_messages(self, cards: set[_Card]) -> dict[_Card, int]:
        if not cards:
            return {}
        key = (TicketCardRow.ticket_id, TicketCardRow.platform, TicketCardRow.chat_id)
        rows = await self._transaction.execute(
            select(*key, TicketCardRow.message_id).where(
                tuple_(*key).in_(list(cards)), TicketCardRow.message_id.is_not(None)
            )
        )
        return {(ticket, platform, chat): message_id for ticket, platform, chat, message_id in rows}

    async def _has_newer(self, row: QueuedMessage) -> bool:
        if topic_key(row.message) is not None:
            return await self.topics.has_newer(row.id, row.message)
        newer = await self._transaction.execute(
            select(OutboxRow.id)
            .where(
                _IS_WAITING,
                OutboxRow.card,
                OutboxRow.id > row.id,
                OutboxRow.ticket_id == row.message.ticket_id,
                OutboxRow.platform == row.message.platform,
                OutboxRow.chat_id == row.message.chat_id,
            )
            .limit(1)
        )
        return newer.first() is not None


def _heads() -> Select[int]:
    """The first waiting row of each chat."""
    other = aliased(OutboxRow)
    earlier = select(other.id).where(*_same_chat(other), other.id < OutboxRow.id)
    return select(OutboxRow.id).where(_IS_WAITING, ~earlier.exists())


def _same_chat(other: type[OutboxRow]) -> tuple[ColumnElement[bool], ...]:
    """``other`` waits in the chat of the row that the query around it is about."""
    return (
        other.platform == OutboxRow.platform,
        other.chat_id == OutboxRow.chat_id,
        other.state == Delivery.WAITING,
    )


def _card(message: Outgoing) -> _Card | None:
    if not message.card or message.topic or message.ticket_id is None:
        return None
    return message.ticket_id, message.platform, message.chat_id


def _sent_as(message: Outgoing, cards: dict[_Card, int], topics: dict[TopicKey, int]) -> int | None:
    topic, card = topic_key(message), _card(message)
    if topic is not None:
        return topics.get(topic)
    return cards.get(card) if card is not None else None


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= now)


def _is_held(row: QueuedMessage) -> ColumnElement[bool]:
    """Whether the caller's lease is the latest: every lease counts an attempt."""
    return and_(OutboxRow.id == row.id, _IS_WAITING, OutboxRow.attempts == row.attempts + 1)
