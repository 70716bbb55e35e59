"""What digests say, on a real database: their figures agree with a recount of the events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.services.ports import UnitOfWork
from models.database import Database
from routing.areas import Area
from routing.digest import Digest
from routing.digest_schedule import Period, period_start
from routing.errors import NotAllowed, UnknownArea
from routing.place import Place
from routing.rates import Rate
from routing.script import Script
from routing.staff import Actor
from routing.ticket import Satisfaction, Status
from routing.ticket_events import EventKind
from tests.integration.digests.histories import (
    MORNING,
    RULES,
    TREE,
    ZONE,
    Hands,
    History,
    keep,
    post_id,
    random_history,
    service,
    ticket,
)


def recount(histories: Sequence[History], start: datetime, end: datetime) -> dict[str, object]:
    """The same figures, counted one ticket at a time from what happened to it."""
    resolved = [one for one in histories if one.stands(EventKind.RESOLVED, start, end)]
    archived = [one for one in histories if one.stands(EventKind.ARCHIVED, start, end)]
    reopened = [one for one in histories if one.within(EventKind.REOPENED, start, end)]
    solved = sum(one.ticket.solved is True for one in archived)
    rated = [one for one in archived if one.ticket.satisfaction is not None]
    accepted, in_time = 0, 0
    for one in histories:
        claimed, due = one.last(EventKind.CLAIMED), one.ticket.accept_due_at
        if not start <= one.ticket.dispatched_at < end:
            continue
        if claimed is not None and claimed < end:
            accepted += 1
            in_time += claimed <= due
        elif due < end and one.ticket.status is not Status.WITHDRAWN:
            accepted += 1
    return {
        "new": sum(one.within(EventKind.OPENED, start, end) for one in histories),
        "resolved": len(resolved),
        "archived": len(archived),
        "response": Rate(in_time, accepted),
        "on_time": Rate(
            sum((one.last(EventKind.RESOLVED) or end) <= one.ticket.resolve_due_at for one in resolved), len(resolved)
        ),
        "solved": Rate(solved, solved + len(reopened)),
        "satisfied": Rate(sum(one.ticket.satisfaction is not Satisfaction.DISSATISFIED for one in rated), len(rated)),
        "rework": Rate(len(reopened), len(reopened) + len(resolved)),
    }


def told(digest: Digest) -> dict[str, object]:
    rates = digest.rates
    return {
        "new": digest.new,
        "resolved": digest.resolved,
        "archived": digest.archived,
        "response": rates.response,
        "on_time": rates.on_time,
        "solved": rates.solved,
        "satisfied": rates.satisfied,
        "rework": rates.rework,
    }


@pytest.mark.parametrize("seed", range(4))
async def test_figures_agree_with_a_recount_of_what_happened(district: Database, seed: int) -> None:
    random = Random(seed)
    async with district.unit_of_work() as work:
        worker = await post_id(work, "王芳")
    histories = [random_history(random, worker, MORNING) for _ in range(150)]
    await keep(district, histories)
    for area_code in ("S", "C1", "C10", "C2", "G1"):
        inside = [one for one in histories if TREE.within(one.ticket.area_code, area_code)]
        for period in Period:
            async with district.unit_of_work() as work:
                digest = await service().compose(work, area_code, period, MORNING)
            start = period_start(period, MORNING, ZONE)
            assert told(digest) == recount(inside, start, MORNING), (area_code, period)
            still_open = [one.ticket for one in inside if one.ticket.is_open]
            assert digest.open.total == len(still_open)
            assert (
                digest.open.red
                == len(digest.red)
                == sum(RULES.colour(one, MORNING).value == "red" for one in still_open)
            )
            assert digest.escalations.times == sum(
                one.within(EventKind.ESCALATED, digest.escalations.since, MORNING) for one in inside
            )


async def test_areas_below_are_counted_each_for_itself(district: Database) -> None:
    random = Random(99)
    async with district.unit_of_work() as work:
        worker = await post_id(work, "王芳")
    histories = [random_history(random, worker, MORNING) for _ in range(120)]
    await keep(district, histories)
    async with district.unit_of_work() as work:
        digest = await service().compose(work, "S", Period.WEEK, MORNING)
    assert {area.area_code for area in digest.ranking} == {"C1", "C10", "C2"}
    for area in digest.ranking:
        inside = [one for one in histories if TREE.within(one.ticket.area_code, area.area_code)]
        expected = recount(inside, digest.start, digest.end)
        assert (area.new, area.resolved) == (expected["new"], expected["resolved"])
        assert (area.rates.on_time, area.rates.rework) == (expected["on_time"], expected["rework"])
        assert area.open == sum(one.ticket.is_open for one in inside)


async def test_buildings_are_not_ranked(district: Database) -> None:
    await keep(district, [History(ticket("B1", MORNING - timedelta(hours=1)))])
    async with district.unit_of_work() as work:
        assert (await service().compose(work, "G1", Period.DAY, MORNING)).ranking == ()
        assert (await service().compose(work, "G1", Period.DAY, MORNING)).new == 1


async def test_an_overdue_ticket_is_told_with_place_and_holder_but_no_room_and_no_words(district: Database) -> None:
    async with district.unit_of_work() as work:
        worker = await post_id(work, "王芳")
    opened = MORNING - timedelta(days=20)
    place = Place(building="3", unit="2", room="502", spot="联系13800001111")
    claimed = ticket("G1", opened, assignee_id=worker, status=Status.IN_PROGRESS, place=place)
    await keep(district, [History(claimed), History(ticket("G3", opened))])
    async with district.unit_of_work() as work:
        digests = service()
        contents = digests.content(await digests.compose(work, "S", Period.DAY, MORNING), Script.HANS)
    text = "\n".join(line for content in contents for line in content.lines)
    assert "G1-261124-001 公共设施维修｜一网格 3栋2单元" in text
    assert "王芳｜超过办结期限" in text
    assert "无人认领｜" in text
    assert not any(secret in text for secret in ("502", "13800001111", "李阿姨", "楼道灯不亮"))


async def test_times_of_a_digest_are_utc_whatever_zone_was_asked_in(district: Database) -> None:
    async with district.unit_of_work() as work:
        digest = await service().compose(work, "S", Period.DAY, MORNING.astimezone(ZONE))
    assert (digest.end, digest.end.tzinfo, digest.start.tzinfo) == (MORNING, UTC, UTC)


async def test_an_unknown_area_is_refused(district: Database) -> None:
    async with district.unit_of_work() as work:
        with pytest.raises(UnknownArea):
            await service().compose(work, "nowhere", Period.DAY, MORNING)


async def actor(work: UnitOfWork, account: int) -> Actor:
    return Actor(account, "", await work.staff.of_account(account))


async def test_on_demand_tells_of_the_own_areas_up_to_now(district: Database) -> None:
    clock = Hands(MORNING + timedelta(hours=4))
    await keep(district, [History(ticket("G1", MORNING + timedelta(hours=3, minutes=59)))])
    async with district.unit_of_work() as work:
        digests = service(clock)
        (one,) = await digests.on_demand(work, await actor(work, 103), Period.DAY)
        assert one.title == "河滨社区 日报"
        assert "新增 1 件，办结 0 件，归档 0 件" in one.lines
        assert "上次简报（11-24 08:30）以来没有升级" in one.lines
        two = await digests.on_demand(work, await actor(work, 108), Period.MONTH)
        assert [content.title for content in two] == ["二网格 月报", "三网格 月报"]
        # Two posts for one area are one area.
        assert len(await digests.on_demand(work, await actor(work, 109), Period.WEEK)) == 1
        # Who is off duty, or gets none unasked, may still ask.
        assert len(await digests.on_demand(work, await actor(work, 106), Period.DAY)) == 1


@pytest.mark.parametrize("account", [105, 999])
async def test_who_supervises_nothing_is_refused(district: Database, account: int) -> None:
    async with district.unit_of_work() as work:
        with pytest.raises(NotAllowed):
            await service().on_demand(work, await actor(work, account), Period.DAY)


async def test_a_flat_district_of_many_grids_is_counted(district: Database) -> None:
    async with district.unit_of_work() as work:
        await work.areas.upsert([Area(f"F{number}", f"{number}网格", "grid", "C2") for number in range(1400)])
        await work.commit()
    await keep(district, [History(ticket("C2", MORNING - timedelta(hours=1)))])
    async with district.unit_of_work() as work:
        digest = await service().compose(work, "C2", Period.DAY, MORNING)
    assert digest.new == 1
