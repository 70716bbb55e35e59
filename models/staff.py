"""The register of posts, and invitations to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from models.registers import ABSENCE_COLUMNS, POST_COLUMNS, Registers
from models.revision import RegisterRevisions
from models.tables import AbsenceRow, InvitationRow, PostRow
from models.tables_tickets import TicketRow
from models.transaction import Transaction
from routing.errors import UnknownPost
from routing.groups import Invitation
from routing.rota import Absence
from routing.staff import Role, Staff
from routing.ticket import OPEN_STATUSES

_FIELDS = tuple(field.name for field in fields(Staff))
_ABSENCE = tuple(field.name for field in fields(Absence))
_INVITATION = tuple(getattr(InvitationRow, field.name) for field in fields(Invitation))


class SqlStaffStore:
    """Posts in the database."""

    def __init__(self, transaction: Transaction, revisions: RegisterRevisions, registers: Registers) -> None:
        self._transaction = transaction
        self._revisions = revisions
        self._registers = registers

    async def get(self, staff_id: int) -> Staff:
        """The post of this id as it is held now; raises ``UnknownPost``."""
        post = (await self._registers.staff()).get(staff_id, self._transaction.now())
        if post is None:
            raise UnknownPost(staff_id)
        return post

    async def all(self) -> tuple[Staff, ...]:
        """Every post of the register, in the order in which they were added; absences are not looked at."""
        rows = await self._transaction.execute(select(*POST_COLUMNS).order_by(PostRow.id))
        return tuple(Staff(*row) for row in rows)

    async def of_account(self, account: int) -> tuple[Staff, ...]:
        """The posts that this person holds, and those that the person stands in for now."""
        return (await self._registers.staff()).of_account(account, self._transaction.now())

    async def posts(self, roles: Collection[Role], area_codes: Collection[str]) -> tuple[Staff, ...]:
        """The posts in any of these roles for exactly these areas, on duty or not, as they are held now."""
        if not roles or not area_codes:
            return ()
        return (await self._registers.staff()).of_areas(roles, area_codes, self._transaction.now())

    async def loads(self, staff_ids: Collection[int]) -> Mapping[int, int]:
        """How many open tickets each of these posts has, those with none included."""
        foreseen = self._transaction.foreseen
        known = foreseen.loads_of(staff_ids) if foreseen is not None else None
        if known is not None:
            return known
        loads = dict.fromkeys(staff_ids, 0)
        if loads:
            rows = await self._transaction.execute(
                select(TicketRow.assignee_id, func.count())
                .where(TicketRow.assignee_id.in_(list(loads)), TicketRow.status.in_(sorted(OPEN_STATUSES)))
                .group_by(TicketRow.assignee_id)
            )
            loads.update((assignee, count) for assignee, count in rows)
        return loads

    async def last_given(self, staff_ids: Collection[int], since: datetime) -> Mapping[int, int]:
        """The newest ticket that each of these posts has, of those opened since; 0 where there is none."""
        newest = dict.fromkeys(staff_ids, 0)
        if newest:
            rows = await self._transaction.execute(
                select(TicketRow.assignee_id, func.max(TicketRow.id))
                .where(TicketRow.assignee_id.in_(list(newest)), TicketRow.created_at >= since)
                .group_by(TicketRow.assignee_id)
            )
            newest.update((assignee, ticket_id) for assignee, ticket_id in rows)
        return newest

    async def add_absence(self, absence: Absence) -> Absence:
        """Keeps an absence; others of the same post that overlap it are replaced by it."""
        await self.drop_absences(absence.post_id, absence.begins_at, absence.ends_at)
        values = {name: getattr(absence, name) for name in _ABSENCE if name != "id"}
        rows = await self._transaction.execute(insert(AbsenceRow).values(values).returning(AbsenceRow.id))
        return replace(absence, id=rows.scalar_one())

    async def drop_absences(self, post_id: int, begins_at: datetime, ends_at: datetime) -> int:
        """Forgets the absences of a post that overlap this time; returns how many."""
        await self._revisions.bump("staff")
        overlapping = and_(AbsenceRow.begins_at < ends_at, AbsenceRow.ends_at > begins_at)
        dropped = await self._transaction.execute(
            delete(AbsenceRow).where(AbsenceRow.post_id == post_id, overlapping).returning(AbsenceRow.id)
        )
        return len(dropped.all())

    async def absences(self, since: datetime) -> tuple[Absence, ...]:
        """The absences that end after ``since``, by their beginning."""
        query = select(*ABSENCE_COLUMNS).where(AbsenceRow.ends_at > since)
        rows = await self._transaction.execute(query.order_by(AbsenceRow.begins_at, AbsenceRow.id))
        return tuple(Absence(*row) for row in rows)

    async def upsert(self, posts: Sequence[Staff]) -> int:
        """Adds posts and overwrites those that are there; returns how many are new or differ from before.

        A post is there where the id is the same; else where account, role and area are; else where name, role and
        area are and not both have an account. A register that leaves the account open does not take away one that an
        invitation has brought, and whether a person can be reached is kept, as no register knows it.
        """
        # Before reading, so that of two imports at once the later one sees what the earlier one wrote.
        await self._revisions.bump("staff")
        known = _Known(await self.all())
        changed = 0
        for post in posts:
            before = known.find(post)
            if before is None:
                known.add(await self._insert(post))
                changed += 1
                continue
            after = replace(post, id=before.id, account=post.account or before.account)
            if post.id != before.id and after.account == before.account:
                after = replace(after, reachable=before.reachable)
            if after != before:
                values = {name: getattr(after, name) for name in _FIELDS if name != "id"}
                await self._transaction.execute(update(PostRow).where(PostRow.id == before.id).values(values))
                known.change(before, after)
                changed += 1
        return changed

    async def add(self, post: Staff) -> Staff:
        """Adds one post and gives it its id; where the person already holds it, it comes back on duty instead."""
        await self._revisions.bump("staff")
        if post.account is not None:
            rows = await self._transaction.execute(
                update(PostRow)
                .where(PostRow.account == post.account, PostRow.role == post.role, PostRow.area_code == post.area_code)
                .values(on_duty=True, reachable=True)
                .returning(*POST_COLUMNS)
            )
            row = rows.one_or_none()
            if row is not None:
                return Staff(*row)
        return await self._insert(post)

    async def set_on_duty(self, account: int, on_duty: bool) -> int:
        """Puts all posts of a person on or off duty; returns how many changed."""
        return await self._set(PostRow.account == account, PostRow.on_duty != on_duty, on_duty=on_duty)

    async def set_reachable(self, account: int, reachable: bool) -> int:
        """Keeps whether the product may write to a person; returns how many posts changed."""
        return await self._set(PostRow.account == account, PostRow.reachable != reachable, reachable=reachable)

    async def add_invitation(self, invitation: Invitation) -> None:
        """Keeps a link that was made."""
        values = {field.name: getattr(invitation, field.name) for field in fields(Invitation)}
        await self._transaction.execute(insert(InvitationRow).values(values))

    async def use_invitation(self, token_hash: str, account: int, now: datetime) -> Invitation | None:
        """Uses a link up; none where it is unknown, used or expired. Of two who use it at once, one gets it."""
        rows = await self._transaction.execute(
            update(InvitationRow)
            .where(
                InvitationRow.token_hash == token_hash,
                InvitationRow.used_at.is_(None),
                InvitationRow.expires_at > now,
            )
            .values(used_by=account, used_at=now)
            .returning(*_INVITATION)
        )
        row = rows.one_or_none()
        return None if row is None else Invitation(*row)

    async def prune_invitations(self, expired_before: datetime) -> int:
        """Erases links that had expired by then, used or not; returns how many."""
        erased = await self._transaction.execute(delete(InvitationRow).where(InvitationRow.expires_at < expired_before))
        return int(erased.rowcount)

    async def _insert(self, post: Staff) -> Staff:
        values = {name: getattr(post, name) for name in _FIELDS if name != "id"}
        rows = await self._transaction.execute(insert(PostRow).values(values).returning(PostRow.id))
        return replace(post, id=rows.scalar_one())

    async def _set(self, *conditions: ColumnElement[bool], **values: bool) -> int:
        found = await self._transaction.execute(select(PostRow.id).where(*conditions).limit(1))
        if found.first() is None:
            return 0
        # The counter before the rows, everywhere in this order, so that no two transactions wait for each other.
        await self._revisions.bump("staff")
        changed = await self._transaction.execute(update(PostRow).where(*conditions).values(values))
        return int(changed.rowcount)


class _Known:
    """The posts that are there, by each of the three ways of knowing one again."""

    def __init__(self, posts: Sequence[Staff]) -> None:
        self._by_id: dict[int, Staff] = {}
        self._by_account: dict[tuple[int, Role, str], Staff] = {}
        self._by_name: dict[tuple[str, Role, str], dict[int, Staff]] = {}
        for post in posts:
            self.add(post)

    def add(self, post: Staff) -> None:
        self._by_id[post.id] = post
        if post.account is not None:
            self._by_account[post.account, post.role, post.area_code] = post
        self._by_name.setdefault((post.name, post.role, post.area_code), {})[post.id] = post

    def change(self, before: Staff, after: Staff) -> None:
        del self._by_id[before.id]
        if before.account is not None:
            del self._by_account[before.account, before.role, before.area_code]
        del self._by_name[before.name, before.role, before.area_code][before.id]
        self.add(after)

    def find(self, post: Staff) -> Staff | None:
        if post.id in self._by_id:
            return self._by_id[post.id]
        if post.account is not None and (post.account, post.role, post.area_code) in self._by_account:
            return self._by_account[post.account, post.role, post.area_code]
        same_name = self._by_name.get((post.name, post.role, post.area_code), {})
        return next((one for one in same_name.values() if post.account is None or one.account is None), None)
