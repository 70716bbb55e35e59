"""The care list and its visits in the database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from models.database import Database
from routing.care import CareCommand, CareLook, CarePerson, UnknownCarePerson
from routing.care_visits import Occasion, Slot, UnknownVisit, VisitAction, VisitRules, VisitState, ended, unmet
from routing.place import Place
from routing.staff import Role
from tests.contract.samples import NOW, settle, ticket

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HOME = Place("3", "2", None, "302")
RULES = VisitRules(time(9), 48 * HOUR, 24 * HOUR, 2 * HOUR, (Role.COMMUNITY,), 1)
MONTHLY = Occasion("monthly", "月度走访", 20 * DAY, month_day=1)
CHILDREN = Occasion("children", "儿童节走访", 7 * DAY, kinds=frozenset({"child"}))


def person(**fields: Any) -> CarePerson:
    made = CarePerson(0, "王秀珍", ("elder_alone",), "X1", HOME, 500, "0000-1", None, "耳背")
    return replace(made, **fields)


def slot(occasion: Occasion, key: str, opens: datetime = NOW) -> Slot:
    return Slot(occasion, key, opens, opens + occasion.within)


async def test_who_is_added_is_found_changed_and_removed(database: Database) -> None:
    worker = await settle(database)
    child = person(name="小明明", kinds=("child", "relief"), area_code="G10", place=Place(), account=None)
    async with database.unit_of_work() as work:
        assert len(await work.care.index()) == 0
        assert await work.care.upsert([person(cadre_id=worker.id), child]) == 2
        assert len(await work.care.index()) == 2, "a change is seen within its own transaction"
        await work.commit()
    async with database.unit_of_work() as work:
        first, second = await work.care.persons(["X1", "G10"])
        assert first == person(id=first.id, cadre_id=worker.id)
        assert second == replace(child, id=second.id)
        assert await work.care.get(first.id) == first
        assert await work.care.persons(["G10"]) == (second,)
        assert await work.care.persons(cadre_ids=[worker.id]) == (first,)
        assert await work.care.persons() == ()
        index = await work.care.index()
        assert [entry.person_id for entry in index.of_account(500)] == [first.id]
        assert [entry.cadre_id for entry in index.at("D/D-S1/G1/X1/", HOME)] == [worker.id]
        assert await work.care.upsert([first]) == 0, "nothing differs"
        assert await work.care.upsert([replace(first, note="视力差")]) == 1
        assert await work.care.remove(second.id, NOW)
        assert not await work.care.remove(second.id, NOW)
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.care.persons(["X1", "G10"]) == (replace(first, note="视力差"),)
        assert (await work.care.get(second.id)).removed_at == NOW
        assert len(await work.care.index()) == 1
        with pytest.raises(UnknownCarePerson):
            await work.care.get(999)


async def test_another_process_sees_a_change_and_a_rolled_back_one_is_forgotten(database_url: str) -> None:
    here, there = Database(database_url), Database(database_url)
    await settle(here)
    async with there.unit_of_work() as work:
        assert len(await work.care.index()) == 0
    async with here.unit_of_work() as work:
        await work.care.upsert([person()])
        assert len(await work.care.index()) == 1
    async with here.unit_of_work() as work:
        assert len(await work.care.index()) == 0, "that was never committed"
        await work.care.upsert([person()])
        await work.commit()
    async with there.unit_of_work() as work:
        assert len(await work.care.index()) == 1
    await here.close()
    await there.close()


async def test_what_names_who_was_removed_is_erased_in_time(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        await work.care.upsert([person(cadre_id=worker.id)])
        (listed,) = await work.care.persons(["X1"])
        (visit,) = await work.care_visits.open_slot(slot(MONTHLY, "2026-11"), RULES, limit=5)
        await work.care_visits.save(ended(visit, VisitAction.REPORT, NOW, worker.id, "腿脚不便"))
        opened = await work.tickets.add(ticket(), number_scope="G1", day="261120")
        assert await work.care.concern(opened.id, [listed.id], NOW) == {listed.id}
        await work.care.remove(listed.id, NOW)
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.care.erase(NOW, NOW, limit=9) == 0, "its time has not come"
        assert await work.care.erase(NOW + DAY, NOW + DAY, limit=9) == 1
        assert await work.care.erase(NOW + DAY, NOW + DAY, limit=9) == 0
        gone = await work.care.get(listed.id)
        assert gone == CarePerson(listed.id, "", (), "X1", Place(), removed_at=NOW)
        (left,) = await work.care_visits.of_person(listed.id, limit=5)
        assert (left.state, left.report, left.cadre_id) == (VisitState.DONE, "", None)
        assert await work.care.concern(opened.id, [listed.id], NOW) == {listed.id}


async def test_a_ticket_concerns_somebody_once(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        await work.care.upsert([person(), person(name="李国庆")])
        one, two = (listed.id for listed in await work.care.persons(["X1"]))
        opened = await work.tickets.add(ticket(), number_scope="G1", day="261120")
        assert await work.care.concern(opened.id, [], NOW) == frozenset()
        assert await work.care.concern(opened.id, [one], NOW) == {one}
        assert await work.care.concern(opened.id, [one, two], NOW) == {two}


async def test_looks_are_kept_newest_first_and_forgotten_in_time(database: Database) -> None:
    old = CareLook(NOW, 11, "唐丽", "community", "D-S1-C1", CareCommand.LIST, "chat", "月度走访", None, 3)
    new = replace(old, at=NOW + HOUR, command=CareCommand.SHOW, person_id=7, count=1, account=None, channel="console")
    async with database.unit_of_work() as work:
        await work.care.record(old)
        await work.care.record(new)
        await work.care.record(replace(old, area_code="elsewhere"))
        assert await work.care.looks(["D-S1-C1"], NOW, limit=9) == (new, old)
        assert await work.care.looks(["D-S1-C1"], NOW, limit=1) == (new,)
        assert await work.care.looks(["D-S1-C1"], NOW + HOUR, limit=9) == (new,)
        assert await work.care.prune_looks(NOW + HOUR) == 2
        assert await work.care.looks(["D-S1-C1"], NOW, limit=9) == (new,)


async def test_each_slot_gives_everybody_one_visit(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        await work.care.upsert(
            [person(cadre_id=worker.id), person(name="李国庆"), person(name="小明明", kinds=("child",))]
        )
        ids = [listed.id for listed in await work.care.persons(["X1"])]
        first = await work.care_visits.open_slot(slot(MONTHLY, "2026-11"), RULES, limit=2)
        rest = await work.care_visits.open_slot(slot(MONTHLY, "2026-11"), RULES, limit=2)
        assert [visit.person_id for visit in (*first, *rest)] == ids
        assert (first[0].cadre_id, first[0].due_at, first[0].state) == (worker.id, NOW + 20 * DAY, VisitState.OPEN)
        assert await work.care_visits.open_slot(slot(MONTHLY, "2026-11"), RULES, limit=2) == ()
        children = await work.care_visits.open_slot(slot(CHILDREN, "2026-06-01"), RULES, limit=9)
        assert [visit.person_id for visit in children] == ids[2:]
        later = slot(MONTHLY, "2026-12", NOW + 30 * DAY)
        (again,) = await work.care_visits.open_slot(later, RULES, limit=9, person_ids=[ids[0]])
        assert await work.care_visits.older(again) == (first[0],)
        assert await work.care_visits.older(first[0]) == ()


async def test_two_processes_open_no_visit_twice(database_url: str) -> None:
    databases = Database(database_url), Database(database_url)
    await settle(databases[0])
    async with databases[0].unit_of_work() as work:
        await work.care.upsert([person(name=f"王秀{number}") for number in range(20)])
        await work.commit()

    async def tick(database: Database) -> int:
        async with database.unit_of_work() as work:
            opened = await work.care_visits.open_slot(slot(MONTHLY, "2026-11"), RULES, limit=20)
            await work.commit()
        return len(opened)

    assert sum(await asyncio.gather(*map(tick, databases * 2))) == 20
    async with databases[0].unit_of_work() as work:
        assert len(await work.care_visits.open_of(["X1"])) == 20
    for database in databases:
        await database.close()


async def test_due_visits_and_counts(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        await work.care.upsert(
            [person(name=name, cadre_id=worker.id) for name in ("王秀珍", "李国庆", "赵大有", "钱多多")]
        )
        visits = list(await work.care_visits.open_slot(slot(MONTHLY, "2026-11"), RULES, limit=9))
        due = NOW + 18 * DAY
        assert await work.care_visits.take_due(due - HOUR, limit=9) == ()
        assert len(await work.care_visits.take_due(due, limit=3)) == 3
        done = ended(visits[0], VisitAction.REPORT, NOW + DAY, worker.id, "身体好")
        await work.care_visits.save(done)
        missing = unmet(visits[1], RULES, NOW + DAY)
        await work.care_visits.save(missing)
        assert await work.care_visits.end_of(visits[2].person_id, NOW + DAY) == 1
        assert await work.care_visits.open_of(cadre_ids=[worker.id]) == (missing, visits[3])
        assert await work.care_visits.open_of(["G10"]) == ()
        counts = await work.care_visits.counts(["X1"], NOW, NOW + 2 * DAY)
        assert counts == {VisitState.DONE: 1, VisitState.UNMET: 1, VisitState.CANCELLED: 1, VisitState.OPEN: 1}
        assert await work.care_visits.counts(["X1"], NOW + 2 * DAY, NOW + 3 * DAY) == {
            VisitState.UNMET: 1,
            VisitState.OPEN: 1,
        }
        assert await work.care_visits.lock(missing.id) == missing
        assert await work.care_visits.forget_reports(NOW + DAY) == 0
        assert await work.care_visits.forget_reports(NOW + 2 * DAY) == 1
        assert (await work.care_visits.lock(done.id)).report == ""
        with pytest.raises(UnknownVisit):
            await work.care_visits.lock(999)


async def test_a_moment_keeps_its_zone(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        await work.care.upsert([person(removed_at=None)])
        (listed,) = await work.care.persons(["X1"])
        await work.care.upsert([replace(listed, removed_at=datetime(2026, 11, 21, tzinfo=UTC))])
        assert (await work.care.get(listed.id)).removed_at == datetime(2026, 11, 21, tzinfo=UTC)
