"""Who holds a post while somebody is away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models.database import Database
from routing.rota import Absence
from routing.staff import DutyHours, Role, Staff
from tests.contract.samples import NOW, settle, ticket

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> list[datetime]:
    return [NOW]


async def test_a_stand_in_holds_the_post_for_the_time_and_no_longer(database_url: str, clock: list[datetime]) -> None:
    database = Database(database_url, clock=lambda: clock[0])
    worker = await settle(database)
    async with database.unit_of_work() as work:
        other = await work.staff.add(
            Staff(0, "周建国", Role.GRID_WORKER, "G10", account=77, hours=(DutyHours(0, 4, 540, 1080),))
        )
        planned = await work.staff.add_absence(Absence(0, worker.id, NOW, NOW + DAY, other.id))
        await work.commit()
    async with database.unit_of_work() as work:
        held = await work.staff.get(worker.id)
        assert (held.id, held.name, held.account, held.role, held.area_code) == (
            worker.id,
            "周建国",
            77,
            worker.role,
            worker.area_code,
        )
        assert await work.staff.posts([worker.role], [worker.area_code]) == (held,)
        assert [(post.id, post.account) for post in await work.staff.of_account(77)] == [
            (worker.id, 77),
            (other.id, 77),
        ]
        assert worker.account is not None
        assert await work.staff.of_account(worker.account) == (worker,)
        assert await work.staff.all() == (worker, other), "the register knows no absences"
        assert await work.staff.absences(NOW) == (planned,)
    clock[0] = NOW + DAY
    async with database.unit_of_work() as work:
        assert await work.staff.get(worker.id) == worker
        assert await work.staff.of_account(77) == (other,)
        assert await work.staff.absences(clock[0]) == ()
    await database.close()


async def test_without_a_stand_in_nobody_is_on_duty(database_url: str) -> None:
    database = Database(database_url, clock=lambda: NOW)
    worker = await settle(database)
    async with database.unit_of_work() as work:
        await work.staff.add_absence(Absence(0, worker.id, NOW - DAY, NOW + DAY))
        held = await work.staff.get(worker.id)
        assert (held.name, held.account, held.on_duty) == (worker.name, worker.account, False)
    await database.close()


async def test_a_later_absence_replaces_those_that_it_overlaps(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        for first, last in ((0, 2), (4, 6), (1, 3)):
            await work.staff.add_absence(Absence(0, worker.id, NOW + first * DAY, NOW + last * DAY))
        found = await work.staff.absences(NOW)
        assert [(one.begins_at - NOW, one.ends_at - NOW) for one in found] == [(DAY, 3 * DAY), (4 * DAY, 6 * DAY)]
        assert await work.staff.drop_absences(worker.id, NOW + 2 * DAY, NOW + 9 * DAY) == 2
        assert await work.staff.absences(NOW) == ()


async def test_whose_turn_it_is(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        assert await work.staff.last_given([worker.id, 99], NOW - DAY) == {worker.id: 0, 99: 0}
        first = await work.tickets.add(ticket(assignee_id=worker.id), number_scope="G1", day="261120")
        second = await work.tickets.add(ticket(assignee_id=worker.id), number_scope="G1", day="261120")
        assert second.id > first.id
        assert await work.staff.last_given([worker.id], NOW - DAY) == {worker.id: second.id}
        assert await work.staff.last_given([worker.id], NOW + DAY) == {worker.id: 0}
        assert await work.staff.last_given([], NOW) == {}
