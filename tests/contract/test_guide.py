"""The register of service items, and questions that nothing answered, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.database import Database
from routing.areas import Area
from routing.guide.checklist import Appointment, Half, checklist_of
from routing.guide.items import Mode, ServiceItem
from routing.guide.questions import OpenQuestion
from tests.contract.samples import open_ticket, settle

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PERMIT = ServiceItem(
    code="permit",
    name="居住证办理",
    service_code="service.residence",
    words=("居住证", "暂住证+补|换"),
    topics=("户口",),
    documents=("身份证", "照片"),
    modes=(Mode.ASSISTED, Mode.ONLINE),
    bookable=True,
    checked=date(2026, 10, 1),
)
MEAL = ServiceItem("meal", "助餐", "service.elderly", ("助餐",))


async def items_of(database: Database) -> tuple[ServiceItem, ...]:
    async with database.unit_of_work() as work:
        return await work.items.all()


async def test_items_are_kept_whole_and_in_order(database: Database) -> None:
    async with database.unit_of_work() as work:
        assert await work.items.upsert([PERMIT, MEAL]) == 2
        # Whoever changed the register sees the change at once.
        assert await work.items.all() == (PERMIT, MEAL)
        await work.commit()
    assert await items_of(database) == (PERMIT, MEAL)


async def test_only_what_differs_is_written(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.items.upsert([PERMIT, MEAL])
        await work.commit()
    changed = replace(PERMIT, fee="免费")
    async with database.unit_of_work() as work:
        assert await work.items.upsert([changed, MEAL]) == 1
        await work.commit()
    assert await items_of(database) == (changed, MEAL)
    async with database.unit_of_work() as work:
        assert await work.items.remove(["permit", "nothing"]) == 1
        assert await work.items.remove([]) == 0
        await work.commit()
    assert await items_of(database) == (MEAL,)


async def test_another_process_sees_the_change(database_url: str) -> None:
    one, other = Database(database_url), Database(database_url)
    try:
        assert await items_of(other) == ()
        async with one.unit_of_work() as work:
            await work.items.upsert([MEAL])
            await work.commit()
        assert await items_of(other) == (MEAL,)
    finally:
        await one.close()
        await other.close()


async def test_a_change_that_is_undone_is_forgotten(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.items.upsert([MEAL])
    assert await items_of(database) == ()


def question(text: str, area_path: str, at: datetime) -> OpenQuestion:
    return OpenQuestion(0, area_path.strip("/").rpartition("/")[2], area_path, text, "service.health", "", at)


@pytest.fixture
async def asked(database: Database) -> Database:
    """Three questions in two communities."""
    async with database.unit_of_work() as work:
        communities = [Area("A1", "一社区", "community", "A"), Area("A2", "二社区", "community", "A")]
        await work.areas.upsert([Area("A", "区", "district"), *communities])
        for minute, (text, path) in enumerate([("甲", "A/A1/"), ("乙", "A/A2/"), ("丙", "A/A1/")]):
            await work.questions.add(question(text, path, NOON + timedelta(minutes=minute)))
        await work.commit()
    return database


async def test_questions_are_listed_by_area_newest_first(asked: Database) -> None:
    async with asked.unit_of_work() as work:
        assert [one.text for one in await work.questions.waiting("A/A1/", limit=9)] == ["丙", "甲"]
        assert [one.text for one in await work.questions.waiting("A/", limit=2)] == ["丙", "乙"]
        assert (await work.questions.count("A/"), await work.questions.count("A/A2/")) == (3, 1)


async def test_a_question_is_settled_in_its_own_area_once(asked: Database) -> None:
    async with asked.unit_of_work() as work:
        (newest, _) = await work.questions.waiting("A/A1/", limit=9)
        assert not await work.questions.settle(newest.id, "A/A2/", NOON)
        assert await work.questions.settle(newest.id, "A/", NOON)
        assert not await work.questions.settle(newest.id, "A/", NOON)
        assert [one.text for one in await work.questions.waiting("A/A1/", limit=9)] == ["甲"]


async def test_old_questions_are_forgotten_settled_or_not(asked: Database) -> None:
    async with asked.unit_of_work() as work:
        assert await work.questions.prune(NOON + timedelta(minutes=1)) == 1
        assert [one.text for one in await work.questions.waiting("A/", limit=9)] == ["丙", "乙"]


async def test_a_ticket_keeps_its_papers(database: Database) -> None:
    papers = checklist_of(PERMIT, Appointment(date(2026, 11, 24), Half.AFTERNOON))
    await settle(database)
    ticket = await open_ticket(database, checklist=papers)
    async with database.unit_of_work() as work:
        assert (await work.tickets.get(ticket.id)).checklist == papers
        bare = await work.tickets.save(replace(ticket, checklist=None))
        assert (await work.tickets.get(bare.id)).checklist is None
