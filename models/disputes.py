"""Disputes, their parties and what happened to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from models.columns import area_path_end
from models.tables_disputes import DisputeEventRow, DisputePartyRow, DisputeRow
from models.transaction import Transaction
from routing.dispute import NUMBER_SIGN, Dispute, DisputeEvent, Party, UnknownDispute
from routing.dispute_states import OPEN_DISPUTES, DisputeState

_FIELDS = tuple(field.name for field in fields(Dispute) if field.name != "parties")
_COLUMNS = tuple(getattr(DisputeRow, name) for name in _FIELDS)
_PARTY_FIELDS = tuple(field.name for field in fields(Party))
_PARTY_COLUMNS = tuple(getattr(DisputePartyRow, name) for name in _PARTY_FIELDS)
_EVENT_FIELDS = tuple(field.name for field in fields(DisputeEvent))
_EVENT_COLUMNS = tuple(getattr(DisputeEventRow, name) for name in _EVENT_FIELDS)


class SqlDisputeStore:
    """Disputes in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, dispute: Dispute) -> Dispute:
        """Keeps a new dispute and its parties; returns it with their ids."""
        values = {name: getattr(dispute, name) for name in _FIELDS if name != "id"}
        ids = await self._transaction.execute(insert(DisputeRow).values(values).returning(DisputeRow.id))
        added = replace(dispute, id=ids.scalar_one(), parties=())
        for party in dispute.parties:
            added = await self.add_party(added, party)
        return added

    async def add_party(self, dispute: Dispute, party: Party) -> Dispute:
        """Keeps one party more; returns the dispute with it."""
        values = {name: getattr(party, name) for name in _PARTY_FIELDS if name != "id"} | {"dispute_id": dispute.id}
        ids = await self._transaction.execute(insert(DisputePartyRow).values(values).returning(DisputePartyRow.id))
        return replace(dispute, parties=(*dispute.parties, replace(party, id=ids.scalar_one())))

    async def get(self, dispute_id: int) -> Dispute:
        """The dispute of this id; raises ``UnknownDispute``."""
        found = await self._found(DisputeRow.id == dispute_id)
        if not found:
            raise UnknownDispute(f"{NUMBER_SIGN}{dispute_id:04d}")
        return found[0]

    async def lock(self, dispute_id: int) -> Dispute:
        """The same, and no other transaction changes it before this one ends; raises ``UnknownDispute``."""
        await self._transaction.execute(select(DisputeRow.id).where(DisputeRow.id == dispute_id).with_for_update())
        return await self.get(dispute_id)

    async def of_party(self, party_id: int) -> Dispute:
        """The dispute that a party belongs to, locked; raises ``UnknownDispute``."""
        rows = await self._transaction.execute(select(DisputePartyRow.dispute_id).where(DisputePartyRow.id == party_id))
        return await self.lock(rows.scalar_one_or_none() or 0)

    async def save(self, dispute: Dispute) -> None:
        """Writes the state of a dispute that was locked, and of its parties."""
        values = {name: getattr(dispute, name) for name in _FIELDS if name != "id"}
        await self._transaction.execute(update(DisputeRow).where(DisputeRow.id == dispute.id).values(values))
        for party in dispute.parties:
            known = {name: getattr(party, name) for name in _PARTY_FIELDS if name != "id"}
            await self._transaction.execute(update(DisputePartyRow).where(DisputePartyRow.id == party.id).values(known))

    async def record(self, *events: DisputeEvent) -> None:
        """Adds to the list of what happened."""
        if events:
            rows = [{name: getattr(event, name) for name in _EVENT_FIELDS} for event in events]
            await self._transaction.execute(insert(DisputeEventRow), rows)

    async def events(self, dispute_id: int) -> tuple[DisputeEvent, ...]:
        """What happened to a dispute, in order."""
        rows = await self._transaction.execute(
            select(*_EVENT_COLUMNS).where(DisputeEventRow.dispute_id == dispute_id).order_by(DisputeEventRow.id)
        )
        return tuple(DisputeEvent(*row) for row in rows)

    async def find(
        self,
        area_path: str = "",
        states: Sequence[DisputeState] = (),
        account: int | None = None,
        since: datetime | None = None,
    ) -> tuple[Dispute, ...]:
        """The disputes of an area, in any of these states, with a party of this account; the newest first.

        ``since`` leaves out what ended before.
        """
        conditions: list[ColumnElement[bool]] = []
        if area_path:
            conditions.append(and_(DisputeRow.area_path >= area_path, DisputeRow.area_path < area_path_end(area_path)))
        if states:
            conditions.append(DisputeRow.state.in_(sorted(states)))
        if since is not None:
            ended_at = func.coalesce(DisputeRow.closed_at, DisputeRow.handed_at)
            conditions.append(or_(DisputeRow.state.in_(sorted(OPEN_DISPUTES)), ended_at >= since))
        if account is not None:
            own = select(DisputePartyRow.dispute_id).where(DisputePartyRow.account == account)
            conditions.append(DisputeRow.id.in_(own))
        return await self._found(*conditions)

    async def take_due(self, now: datetime, *, limit: int) -> tuple[Dispute, ...]:
        """Disputes that the clock has to look at, locked until this transaction ends.

        What another process has locked is left to it.
        """
        rows = await self._transaction.execute(
            select(DisputeRow.id)
            .where(DisputeRow.remind_at <= now)
            .order_by(DisputeRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return await self._found(DisputeRow.id.in_(list(rows.scalars())))

    async def erase(self, ended_before: datetime, at: datetime) -> int:
        """Erases names, statements and words of disputes that ended before then; returns how many.

        Area, state, times and kinds of parties stay for the statistics.
        """
        ended_at = func.coalesce(DisputeRow.closed_at, DisputeRow.handed_at)
        over = DisputeRow.state.not_in(sorted(OPEN_DISPUTES))
        old = (over, ended_at < ended_before, DisputeRow.erased_at.is_(None))
        erased = await self._transaction.execute(
            update(DisputeRow)
            .where(*old)
            .values(subject="", outcome="", reason="", proposed_by="", erased_at=at)
            .returning(DisputeRow.id)
        )
        ids = [row[0] for row in erased]
        for dispute_id in ids:
            await self._transaction.execute(
                update(DisputePartyRow)
                .where(DisputePartyRow.dispute_id == dispute_id)
                .values(name="", account=None, statement="", stated_through="", objection="", token_hash="")
            )
            await self._transaction.execute(delete(DisputeEventRow).where(DisputeEventRow.dispute_id == dispute_id))
        return len(ids)

    async def _found(self, *conditions: ColumnElement[bool]) -> tuple[Dispute, ...]:
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(*conditions).order_by(DisputeRow.opened_at.desc(), DisputeRow.id.desc())
        )
        found = {row[0]: Dispute(*row) for row in rows}
        if not found:
            return ()
        parties = await self._transaction.execute(
            select(DisputePartyRow.dispute_id, *_PARTY_COLUMNS)
            .where(DisputePartyRow.dispute_id.in_(list(found)))
            .order_by(DisputePartyRow.id)
        )
        for dispute_id, *row in parties:
            found[dispute_id] = replace(found[dispute_id], parties=(*found[dispute_id].parties, Party(*row)))
        return tuple(found.values())
