"""Chat groups and their areas."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import aliased

from models.registers import Registers
from models.revision import RegisterRevisions
from models.tables import ChatGroupRow
from models.tables_council import VoteRow
from models.tables_delivery import Delivery, OutboxRow, TopicCardRow
from models.tables_needs import NeedRow
from models.tables_tickets import TicketCardRow, TicketRow
from models.transaction import Transaction
from routing.groups import Group, GroupKind, GroupState

_FIELDS = tuple(field.name for field in fields(Group))
_KEY = ("platform", "chat_id")


class SqlGroupStore:
    """Chat groups in the database."""

    def __init__(self, transaction: Transaction, revisions: RegisterRevisions, registers: Registers) -> None:
        self._transaction = transaction
        self._revisions = revisions
        self._registers = registers

    async def get(self, platform: str, chat_id: int) -> Group | None:
        """The group, or none where the product never met it."""
        return (await self._registers.groups()).get(platform, chat_id)

    async def all(self) -> tuple[Group, ...]:
        """Every group, also those that were left."""
        return (await self._registers.groups()).groups

    async def put(self, group: Group) -> None:
        """Adds the group or overwrites it."""
        await self._revisions.bump("groups")
        statement = self._transaction.insert(ChatGroupRow)
        await self._transaction.execute(
            statement.on_conflict_do_update(
                index_elements=_KEY, set_={name: statement.excluded[name] for name in _FIELDS if name not in _KEY}
            ),
            {name: getattr(group, name) for name in _FIELDS},
        )

    async def set_state(self, platform: str, chat_id: int, state: GroupState) -> None:
        """Keeps whether the product can work in the group."""
        group = await self.get(platform, chat_id)
        if group is not None and group.state is not state:
            await self._revisions.bump("groups")
            await self._transaction.execute(update(ChatGroupRow).where(_is(platform, chat_id)).values(state=state))

    async def migrate(self, platform: str, old_chat_id: int, new_chat_id: int) -> None:
        """Follows a group that became a supergroup, with everything that is still to be said in it.

        Messages of the old group can no longer be edited, so the next state of a card is a new message. Doing it
        twice changes nothing; where the new chat is already known, the old one's binding wins, as it is what people
        set up.
        """
        if await self.get(platform, old_chat_id) is not None:
            await self._revisions.bump("groups")
            await self._transaction.execute(delete(ChatGroupRow).where(_is(platform, new_chat_id)))
            await self._transaction.execute(
                update(ChatGroupRow)
                .where(_is(platform, old_chat_id))
                .values(chat_id=new_chat_id, state=GroupState.ACTIVE)
            )
        await self._transaction.execute(
            update(TicketRow)
            .where(TicketRow.platform == platform, TicketRow.group_chat_id == old_chat_id)
            .values(group_chat_id=new_chat_id)
        )
        for row, chat_id in ((NeedRow, NeedRow.group_chat_id), (VoteRow, VoteRow.chat_id)):
            await self._transaction.execute(
                update(row).where(row.platform == platform, chat_id == old_chat_id).values({chat_id: new_chat_id})
            )
        already = aliased(TicketCardRow)
        is_card_of_old = and_(TicketCardRow.platform == platform, TicketCardRow.chat_id == old_chat_id)
        await self._transaction.execute(
            delete(TicketCardRow).where(
                is_card_of_old,
                select(already.ticket_id)
                .where(
                    already.ticket_id == TicketCardRow.ticket_id,
                    already.platform == platform,
                    already.chat_id == new_chat_id,
                )
                .exists(),
            )
        )
        await self._transaction.execute(
            update(TicketCardRow).where(is_card_of_old).values(chat_id=new_chat_id, thread_id=None, message_id=None)
        )
        await self._move_topic_cards(platform, old_chat_id, new_chat_id)
        await self._transaction.execute(
            update(OutboxRow)
            .where(
                OutboxRow.platform == platform,
                OutboxRow.chat_id == old_chat_id,
                OutboxRow.state == Delivery.WAITING,
            )
            # The messages that they answer or edit stayed behind as well.
            .values(chat_id=new_chat_id, reply_to=None, edits=None, thread_id=None)
        )

    async def _move_topic_cards(self, platform: str, old_chat_id: int, new_chat_id: int) -> None:
        already = aliased(TopicCardRow)
        is_of_old = and_(TopicCardRow.platform == platform, TopicCardRow.chat_id == old_chat_id)
        is_there_too = select(already.topic).where(
            already.topic == TopicCardRow.topic, already.platform == platform, already.chat_id == new_chat_id
        )
        await self._transaction.execute(delete(TopicCardRow).where(is_of_old, is_there_too.exists()))
        await self._transaction.execute(
            update(TopicCardRow).where(is_of_old).values(chat_id=new_chat_id, thread_id=None, message_id=None)
        )

    async def of_areas(self, kind: GroupKind, area_codes: Collection[str]) -> tuple[Group, ...]:
        """The groups of this kind bound to exactly these areas, without those that were left."""
        return (await self._registers.groups()).of_areas(kind, area_codes)


def _is(platform: str, chat_id: int) -> ColumnElement[bool]:
    return (ChatGroupRow.platform == platform) & (ChatGroupRow.chat_id == chat_id)
