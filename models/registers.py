"""The registers (areas, staff, groups) as this process last read them, read anew once somebody has changed them.

Every message is looked at in the light of all three, and they change a few times a day. A counter of changes in the
database says whether a copy is still true, so a transaction asks one question instead of a dozen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import fields
from typing import Generic, TypeVar

from sqlalchemy import select

from models.revision import Register, RegisterRevisions
from models.tables import AbsenceRow, AreaRow, ChatGroupRow, PostRow
from models.tables_care import CarePersonRow
from models.tables_guide import ServiceItemRow
from models.transaction import Transaction
from routing.areas import Area, AreaTree
from routing.care_match import CareEntry, CareIndex
from routing.groups import Group, GroupKind, GroupState
from routing.guide.items import ServiceItem
from routing.place import Place
from routing.rota import Absence
from routing.staff import Staff
from routing.staff_book import StaffBook

AREA_COLUMNS = (
    AreaRow.code,
    AreaRow.name,
    AreaRow.level,
    AreaRow.parent_code,
    AreaRow.kind,
    AreaRow.management,
    AreaRow.aliases,
    AreaRow.households,
    AreaRow.numbers,
)
POST_COLUMNS = tuple(getattr(PostRow, field.name) for field in fields(Staff))
ABSENCE_COLUMNS = tuple(getattr(AbsenceRow, field.name) for field in fields(Absence))
CARE_COLUMNS = (
    CarePersonRow.id,
    CarePersonRow.name,
    CarePersonRow.area_code,
    CarePersonRow.building,
    CarePersonRow.unit,
    CarePersonRow.floor,
    CarePersonRow.room,
    CarePersonRow.account,
    CarePersonRow.cadre_id,
)
GROUP_COLUMNS = tuple(getattr(ChatGroupRow, field.name) for field in fields(Group))

_Value = TypeVar("_Value")


class GroupBook:
    """All chat groups."""

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self.groups = tuple(groups)
        self._by_chat = {(group.platform, group.chat_id): group for group in self.groups}

    def get(self, platform: str, chat_id: int) -> Group | None:
        """The group of this chat."""
        return self._by_chat.get((platform, chat_id))

    def of_areas(self, kind: GroupKind, area_codes: Collection[str]) -> tuple[Group, ...]:
        """The groups of this kind bound to exactly these areas, without those that were left."""
        found = [
            group
            for group in self.groups
            if group.kind is kind and group.area_code in area_codes and group.state is not GroupState.LEFT
        ]
        return tuple(sorted(found, key=lambda group: (group.platform, group.chat_id)))


class _Copy(Generic[_Value]):
    """A register as it was at a revision."""

    def __init__(self, empty: _Value) -> None:
        self.revision: int | None = None
        self.value = empty


class RegisterCache:
    """The copies of one process; one for a ``Database``, shared by its units of work."""

    def __init__(self) -> None:
        self.areas = _Copy(AreaTree(()))
        self.staff = _Copy(StaffBook())
        self.groups = _Copy(GroupBook())
        self.items: _Copy[tuple[ServiceItem, ...]] = _Copy(())
        self.care = _Copy(CareIndex(()))


class Registers:
    """The registers as one unit of work sees them."""

    def __init__(self, transaction: Transaction, revisions: RegisterRevisions, cache: RegisterCache) -> None:
        self._transaction = transaction
        self._revisions = revisions
        self.cache = cache

    async def tree(self) -> AreaTree:
        """All areas in the order of the register."""
        return await self._current("areas", self.cache.areas, self._read_tree)

    async def staff(self) -> StaffBook:
        """All posts, and the absences that are not over."""
        return await self._current("staff", self.cache.staff, self._read_staff)

    async def groups(self) -> GroupBook:
        """All groups, by platform and title."""
        return await self._current("groups", self.cache.groups, self._read_groups)

    async def care(self) -> CareIndex:
        """By what people on the care list are known again, and nothing more of them."""
        return await self._current("care", self.cache.care, self._read_care)

    async def items(self) -> tuple[ServiceItem, ...]:
        """All service items, in the order of the register."""
        return await self._current("items", self.cache.items, self._read_items)

    async def _current(self, register: Register, copy: _Copy[_Value], read: Callable[[], Awaitable[_Value]]) -> _Value:
        if self._revisions.changed_here(register):
            return await read()
        known = self._transaction.revisions
        revision = known[register] if known is not None else await self._revisions.current(register)
        if copy.revision != revision:
            # A change committed between the two reads is seen with an older revision, and read once more next time.
            value = await read()
            copy.value, copy.revision = value, revision
            return value
        return copy.value

    async def _read_tree(self) -> AreaTree:
        rows = await self._transaction.execute(select(*AREA_COLUMNS).order_by(AreaRow.id))
        return AreaTree(Area(*row) for row in rows)

    async def _read_staff(self) -> StaffBook:
        posts = await self._transaction.execute(select(*POST_COLUMNS).order_by(PostRow.id))
        absences = await self._transaction.execute(
            select(*ABSENCE_COLUMNS).where(AbsenceRow.ends_at > self._transaction.now())
        )
        return StaffBook((Staff(*row) for row in posts), (Absence(*row) for row in absences))

    async def _read_items(self) -> tuple[ServiceItem, ...]:
        rows = await self._transaction.execute(select(ServiceItemRow.item).order_by(ServiceItemRow.id))
        return tuple(item for (item,) in rows)

    async def _read_groups(self) -> GroupBook:
        rows = await self._transaction.execute(
            select(*GROUP_COLUMNS).order_by(ChatGroupRow.platform, ChatGroupRow.title, ChatGroupRow.chat_id)
        )
        return GroupBook(Group(*row) for row in rows)

    async def _read_care(self) -> CareIndex:
        rows = await self._transaction.execute(
            select(*CARE_COLUMNS).where(CarePersonRow.removed_at.is_(None)).order_by(CarePersonRow.id)
        )
        return CareIndex(
            CareEntry(person_id, name, area_code, Place(building, unit, floor, room), account, cadre_id)
            for person_id, name, area_code, building, unit, floor, room, account, cadre_id in rows
        )
