"""The list of needs, and who stands behind each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update

from models.columns import area_path_end
from models.tables_needs import NeedRow, PrivateChatRow, VoiceRow
from models.transaction import Transaction
from routing.need import ON_THE_LIST, Need, NeedFilter, NeedState, UnknownNeed, Voice

_FIELDS = tuple(field.name for field in fields(Need))
_COLUMNS = tuple(getattr(NeedRow, name) for name in _FIELDS)
_VOICE = (VoiceRow.need_id, VoiceRow.account, VoiceRow.name, VoiceRow.joined_at)
_ENDED = (NeedState.MET, NeedState.CLOSED)


class SqlNeedStore:
    """Needs in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, need: Need) -> Need:
        """Keeps a new need; returns it with its number, which no later need will have."""
        values = {name: getattr(need, name) for name in _FIELDS if name != "id"}
        ids = await self._transaction.execute(insert(NeedRow).values(values).returning(NeedRow.id))
        return replace(need, id=ids.scalar_one())

    async def get(self, need_id: int) -> Need:
        """The need of this number; raises ``UnknownNeed``."""
        return await self._one(select(*_COLUMNS).where(NeedRow.id == need_id), need_id)

    async def lock(self, need_id: int) -> Need:
        """The same, and no other transaction changes it before this one ends; raises ``UnknownNeed``."""
        return await self._one(select(*_COLUMNS).where(NeedRow.id == need_id).with_for_update(), need_id)

    async def _one(self, query: Select[*tuple[Any, ...]], need_id: int) -> Need:
        row = (await self._transaction.execute(query)).one_or_none()
        if row is None:
            raise UnknownNeed(need_id)
        return Need(*row)

    async def save(self, need: Need) -> None:
        """Writes the state of a need; its voices are counted by ``add_voice`` alone."""
        values = {name: getattr(need, name) for name in _FIELDS if name not in {"id", "voices"}}
        await self._transaction.execute(update(NeedRow).where(NeedRow.id == need.id).values(values))

    async def find(self, wanted: NeedFilter, *, limit: int) -> tuple[Need, ...]:
        """The needs of a filter, the most wanted first, of equals the oldest."""
        conditions = _conditions(wanted)
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(*conditions).order_by(NeedRow.voices.desc(), NeedRow.id).limit(limit)
        )
        return tuple(Need(*row) for row in rows)

    async def count(self, wanted: NeedFilter) -> int:
        """How many there are of a filter."""
        rows = await self._transaction.execute(select(func.count()).select_from(NeedRow).where(*_conditions(wanted)))
        return int(rows.scalar_one())

    async def of_message(self, platform: str, chat_id: int, message_id: int) -> Need | None:
        """The need that was said in this message of a group."""
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(
                NeedRow.platform == platform,
                NeedRow.group_chat_id == chat_id,
                NeedRow.source_message_id == message_id,
            )
        )
        row = rows.first()
        return None if row is None else Need(*row)

    async def newest_in(self, platform: str, chat_id: int, since: datetime) -> Need | None:
        """The need put on the list last in this group, where that was after ``since`` and it is still there."""
        foreseen = self._transaction.foreseen
        if foreseen is not None and not foreseen.has_needs.get((platform, chat_id), True):
            return None
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where(
                NeedRow.platform == platform,
                NeedRow.group_chat_id == chat_id,
                NeedRow.listed_at >= since,
                NeedRow.state.in_(sorted(ON_THE_LIST)),
            )
            .order_by(NeedRow.listed_at.desc(), NeedRow.id.desc())
            .limit(1)
        )
        row = rows.first()
        return None if row is None else Need(*row)

    async def listed_by(self, platform: str, account: int, since: datetime) -> int:
        """How many needs this person has put on the list since then."""
        rows = await self._transaction.execute(
            select(func.count()).where(
                NeedRow.platform == platform, NeedRow.account == account, NeedRow.listed_at >= since
            )
        )
        return int(rows.scalar_one())

    async def add_voice(self, voice: Voice) -> bool:
        """Puts a person behind a need; false where they stand behind it already. The need must be locked."""
        added = await self._transaction.execute(
            self._transaction.insert(VoiceRow)
            .values(need_id=voice.need_id, account=voice.account, name=voice.name, joined_at=voice.joined_at)
            .on_conflict_do_nothing()
        )
        if not added.rowcount:
            return False
        await self._transaction.execute(
            update(NeedRow).where(NeedRow.id == voice.need_id).values(voices=NeedRow.voices + 1)
        )
        return True

    async def voices(self, need_id: int) -> tuple[Voice, ...]:
        """Who stands behind a need, the first first."""
        rows = await self._transaction.execute(
            select(*_VOICE).where(VoiceRow.need_id == need_id).order_by(VoiceRow.joined_at, VoiceRow.account)
        )
        return tuple(Voice(*row) for row in rows)

    async def erase(self, ended_before: datetime, at: datetime) -> int:
        """Erases who asked from needs that ended before then; returns how many. How many there were stays."""
        rows = await self._transaction.execute(
            select(NeedRow.id).where(
                NeedRow.state.in_(_ENDED), NeedRow.erased_at.is_(None), NeedRow.ended_at < ended_before
            )
        )
        ids = [need_id for (need_id,) in rows]
        if ids:
            await self._transaction.execute(delete(VoiceRow).where(VoiceRow.need_id.in_(ids)))
            await self._transaction.execute(
                update(NeedRow).where(NeedRow.id.in_(ids)).values(account=None, source_message_id=None, erased_at=at)
            )
        return len(ids)


class SqlPrivateChats:
    """Who can be written to in private."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def started(self, platform: str, account: int) -> None:
        """This person has started the bot."""
        await self._transaction.execute(
            self._transaction.insert(PrivateChatRow).values(platform=platform, account=account).on_conflict_do_nothing()
        )

    async def stopped(self, platform: str, account: int) -> None:
        """This person cannot be written to any more."""
        await self._transaction.execute(
            delete(PrivateChatRow).where(PrivateChatRow.platform == platform, PrivateChatRow.account == account)
        )

    async def among(self, platform: str, accounts: Collection[int]) -> frozenset[int]:
        """Those of these people who can be written to."""
        if not accounts:
            return frozenset()
        rows = await self._transaction.execute(
            select(PrivateChatRow.account).where(
                PrivateChatRow.platform == platform, PrivateChatRow.account.in_(sorted(accounts))
            )
        )
        return frozenset(rows.scalars())


def _conditions(wanted: NeedFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.area_path:
        conditions += [NeedRow.area_path >= wanted.area_path, NeedRow.area_path < area_path_end(wanted.area_path)]
    if wanted.states:
        conditions.append(NeedRow.state.in_(sorted(wanted.states)))
    if wanted.since is not None:
        conditions.append(NeedRow.listed_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(NeedRow.listed_at < wanted.until)
    return conditions
