"""Votes and voices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from models.columns import area_path_end
from models.tables_council import ChoiceRow, VoteRow
from models.transaction import Transaction
from routing.vote import Ballot, Choice, UnknownVote, Vote, VoteState

_FIELDS = tuple(field.name for field in fields(Vote))
_COLUMNS = tuple(getattr(VoteRow, name) for name in _FIELDS)
_CHOICE_FIELDS = tuple(field.name for field in fields(Choice))
_CHOICE = tuple(getattr(ChoiceRow, name) for name in _CHOICE_FIELDS)


class SqlVoteStore:
    """Votes in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, vote: Vote) -> Vote:
        """Keeps a new vote; returns it with its number."""
        values = {name: getattr(vote, name) for name in _FIELDS if name != "id"}
        ids = await self._transaction.execute(insert(VoteRow).values(values).returning(VoteRow.id))
        return replace(vote, id=ids.scalar_one())

    async def get(self, vote_id: int) -> Vote:
        """The vote of this number; raises ``UnknownVote``."""
        return await self._one(select(*_COLUMNS).where(VoteRow.id == vote_id), vote_id)

    async def lock(self, vote_id: int) -> Vote:
        """The same, and no other transaction changes it before this one ends; raises ``UnknownVote``."""
        return await self._one(select(*_COLUMNS).where(VoteRow.id == vote_id).with_for_update(), vote_id)

    async def _one(self, query: Select[*tuple[Any, ...]], vote_id: int) -> Vote:
        row = (await self._transaction.execute(query)).one_or_none()
        if row is None:
            raise UnknownVote(vote_id)
        return Vote(*row)

    async def save(self, vote: Vote) -> None:
        """Writes the state of a vote."""
        values = {name: getattr(vote, name) for name in _FIELDS if name != "id"}
        await self._transaction.execute(update(VoteRow).where(VoteRow.id == vote.id).values(values))

    async def find(
        self,
        states: Collection[VoteState] = (),
        *,
        area_path: str = "",
        ended_since: datetime | None = None,
        limit: int,
    ) -> tuple[Vote, ...]:
        """The votes in any of these states (any at all where none is named) in an area, the newest first."""
        conditions: list[ColumnElement[bool]] = []
        if states:
            conditions.append(VoteRow.state.in_(sorted(states)))
        if area_path:
            conditions += [VoteRow.area_path >= area_path, VoteRow.area_path < area_path_end(area_path)]
        if ended_since is not None:
            conditions.append(VoteRow.ended_at >= ended_since)
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(*conditions).order_by(VoteRow.id.desc()).limit(limit)
        )
        return tuple(Vote(*row) for row in rows)

    async def choose(self, choice: Choice) -> int | None:
        """Keeps what a person chose in place of what they chose before, which is returned. The vote must be locked."""
        rows = await self._transaction.execute(
            select(ChoiceRow.option).where(ChoiceRow.vote_id == choice.vote_id, ChoiceRow.account == choice.account)
        )
        before = rows.scalar_one_or_none()
        statement = self._transaction.insert(ChoiceRow).values({name: getattr(choice, name) for name in _CHOICE_FIELDS})
        await self._transaction.execute(
            statement.on_conflict_do_update(
                index_elements=["vote_id", "account"],
                set_={name: statement.excluded[name] for name in ("name", "option", "at")},
            )
        )
        return before

    async def choices(self, vote_id: int) -> tuple[Choice, ...]:
        """What everybody chose, the first first."""
        rows = await self._transaction.execute(
            select(*_CHOICE).where(ChoiceRow.vote_id == vote_id).order_by(ChoiceRow.at, ChoiceRow.account)
        )
        return tuple(Choice(*row) for row in rows)

    async def forget_choices(self, vote_id: int) -> None:
        """Erases who chose what; the result stays."""
        await self._transaction.execute(delete(ChoiceRow).where(ChoiceRow.vote_id == vote_id))

    async def take_due(self, now: datetime, *, limit: int) -> tuple[Vote, ...]:
        """Votes whose end has come, locked until this transaction ends; what others hold is left out."""
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where(VoteRow.state == VoteState.RUNNING, VoteRow.closes_at <= now)
            .order_by(VoteRow.closes_at, VoteRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return tuple(Vote(*row) for row in rows)

    async def erase(self, ended_before: datetime) -> int:
        """Erases who chose what in named votes that ended before then; returns how many choices."""
        ended = select(VoteRow.id).where(VoteRow.ended_at < ended_before, VoteRow.ballot == Ballot.NAMED)
        gone = await self._transaction.execute(delete(ChoiceRow).where(ChoiceRow.vote_id.in_(ended)))
        return int(gone.rowcount)
