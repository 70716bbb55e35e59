"""Reports that concern people on the care list: handled sooner, the cadre told, and the group none the wiser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from routing.areas import Area
from routing.catalogue import Urgency
from routing.ticket import Ticket
from tests.care_list import GRANNY, OLD_LI, PERSONS, list_persons
from tests.town import GARDEN, LI, LIN, MILL, TANG, TENANT, WANG, ZHANG, ZHOU, Town, running_town

LEAK = "3栋2单元302漏水，滴到楼下了"
"""A matter of the home of somebody on the list."""


async def group_texts(town: Town) -> list[str]:
    """What stands in the group, the day's serial left out."""
    return [re.sub(r"TD101-\S+", "NUMBER", text) for text in await town.texts(ZHANG, GARDEN)]


@asynccontextmanager
async def two_towns(url: str, other: str) -> AsyncIterator[tuple[Town, Town]]:
    async with running_town(url) as plain, running_town(other) as caring:
        await list_persons(caring)
        yield plain, caring


@pytest.fixture
def other_url(request: pytest.FixtureRequest, database_url: str) -> str:
    """A second database, of the other kind."""
    name = "sqlite_url" if database_url.startswith("postgresql") else "postgresql_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (TENANT, LEAK),
        (LI, "3栋楼道灯不亮了，请来修"),
        (LI, "5栋1单元101停电了"),
        (LI, "/report 电梯按键失灵"),
    ],
)
async def test_the_group_sees_the_same_whether_somebody_is_on_the_list_or_not(
    database_url: str, other_url: str, who: int, said: str
) -> None:
    async with two_towns(database_url, other_url) as towns:
        seen = []
        for town in towns:
            await town.say(who, GARDEN, said)
            await town.press_label(HANDLER[said], HANDLER[said], "认领")
            town.clock.advance(minutes=70)
            await town.sweep()
            await town.say(who, GARDEN, "/mine")
            await town.say(who, GARDEN, "有人来处理吗？催一下")
            seen.append(await group_texts(town))
        (plain,), (caring,) = [await town.tickets() for town in towns]
        assert seen[0] == seen[1]
        assert (plain.public_view, caring.seen_urgency) == (None, plain.urgency)
        assert caring.urgency.rank == plain.urgency.rank + 1
        assert caring.resolve_due_at <= plain.resolve_due_at
        assert caring.assignee_id == plain.assignee_id
        told = [text for text in await towns[1].texts(ZHOU if said is LEAK else TANG) if "关爱名单" in text]
        (text,) = told
        assert (GRANNY if said is LEAK else OLD_LI) in text
        assert caring.number in text


HANDLER = {
    LEAK: 1000000009,
    "3栋楼道灯不亮了，请来修": 1000000009,
    "5栋1单元101停电了": 1000000017,
    "/report 电梯按键失灵": 1000000009,
}


async def statements_of_a_report(town: Town, building: int) -> int:
    """How many statements the intake of a report needs that concerns nobody on the list."""
    counted = 0

    def count(*_: Any) -> None:
        nonlocal counted
        counted += 1

    engine = town.database._engine.sync_engine
    await town.people.say(ZHANG, GARDEN, f"/report {building}栋单元门锁坏了，关不上")
    event.listen(engine, "before_cursor_execute", count)
    await town.take_in()
    event.remove(engine, "before_cursor_execute", count)
    await town.settle()
    return counted


async def test_others_cost_no_statement_and_no_message(town: Town) -> None:
    await statements_of_a_report(town, 1)
    before = await statements_of_a_report(town, 2)
    await list_persons(town)
    await statements_of_a_report(town, 3)
    assert await statements_of_a_report(town, 4) == before, "the list is read once and then held in memory"
    await town.say(TENANT, GARDEN, "/report 3栋1单元302漏水")
    assert [ticket.public_view for ticket in await town.tickets()] == [None] * 5
    for account in (ZHOU, TANG):
        assert not [text for text in await town.texts(account) if "关爱名单" in text]


async def test_an_address_that_comes_later_counts_as_well(town: Town) -> None:
    await list_persons(town)
    await town.say(TENANT, GARDEN, "家里漏水了")
    before = await town.ticket()
    shown = await group_texts(town)
    town.clock.advance(minutes=3)
    await town.say(TENANT, GARDEN, "3栋2单元302")
    after = await town.ticket()
    assert (before.public_view, after.seen_urgency) == (None, before.urgency)
    assert after.urgency.rank == before.urgency.rank + 1
    due = [line for text in shown for line in text.splitlines() if "前" in line]
    now_shown = "\n".join(await group_texts(town))
    assert due
    assert all(line in now_shown for line in due)
    assert len([text for text in await town.texts(ZHOU) if "关爱名单" in text]) == 1
    await town.say(TENANT, GARDEN, "水越来越大了，302门口都是水")
    assert len([text for text in await town.texts(ZHOU) if "关爱名单" in text]) == 1, "they are told once"


async def test_an_anonymous_report_gives_nobody_away(town: Town) -> None:
    await list_persons(town)
    await town.say(LI, GARDEN, "/report 电梯坏了")
    await town.say(LI, LI, "/report 匿名 有人在楼道里堆杂物")
    _, anonymous = sorted(await town.tickets(), key=lambda one: one.id)
    assert anonymous.anonymous
    assert anonymous.public_view is None
    assert len([text for text in await town.texts(TANG) if OLD_LI in text]) == 1


@pytest.mark.parametrize(
    "said",
    [
        "三楼王奶奶两天没出门了",
        "三樓王奶奶兩天沒出門了",
        "302敲门没人应，好几天没见到人了",
        "王秀珍的电话一直打不通",
        "@qunban_bot 王奶奶好久没见到了，没动静",
        "/report 王奶奶家敲门没人应",
    ],
)
async def test_a_worried_neighbours_message_is_an_emergency(town: Town, said: str) -> None:
    await list_persons(town)
    await town.say(ZHANG, GARDEN, said)
    ticket = await town.ticket()
    assert (ticket.service_code, ticket.urgency, ticket.public_view) == ("service.elderly", Urgency.EMERGENCY, None)
    (text,) = [text for text in await town.texts(ZHOU) if "请立即上门" in text]
    assert GRANNY in text
    assert "3栋2单元302室" in text
    for text in await town.texts(ZHANG, GARDEN):
        assert GRANNY not in text or text == said
        assert "关爱" not in text
        assert "名单" not in text
    await no_trace(town, ticket, said)


async def test_a_worry_is_no_detail_of_a_question_that_was_asked_before(town: Town) -> None:
    await list_persons(town)
    await town.say(ZHANG, GARDEN, "请问老年活动中心的卡在哪里办，要带什么材料")
    await town.say(ZHANG, GARDEN, "三楼王奶奶两天没出门了")
    asked, alarm = await town.tickets()
    assert (asked.service_code, asked.urgency) == ("service.elderly", Urgency.NORMAL)
    assert (alarm.text, alarm.urgency) == ("三楼王奶奶两天没出门了", Urgency.EMERGENCY)


async def no_trace(town: Town, ticket: Ticket, said: str) -> None:
    """Nothing of the list stands in the ticket or in its events."""
    traces = f"{ticket} {await town.events(ticket)}".replace(said, "")
    for secret in (GRANNY, "elder_alone", "关爱", "0000-0000201", "耳背"):
        assert secret not in traces.replace(said.replace("@qunban_bot ", "").replace("/report ", ""), "")


@pytest.mark.parametrize(
    ("who", "group", "said"),
    [
        (ZHANG, GARDEN, "张爷爷好久没见到了"),
        (ZHANG, GARDEN, "5栋王奶奶好久没见到了"),
        (ZHANG, GARDEN, "王奶奶好久没见到了，刚看见她了"),
        (WANG, MILL, "王奶奶好久没见到了"),
    ],
)
async def test_others_are_left_to_triage(town: Town, who: int, group: int, said: str) -> None:
    await list_persons(town)
    await town.say(who, group, said)
    assert not [ticket for ticket in await town.tickets() if ticket.urgency is Urgency.EMERGENCY]
    assert not [text for text in await town.texts(ZHOU) if "关爱名单" in text]


async def test_a_second_neighbour_joins_and_a_grid_worker_is_believed_at_once(town: Town) -> None:
    await list_persons(town)
    await town.say(LIN, GARDEN, "王奶奶敲门没人应")
    await town.say(ZHANG, GARDEN, "王奶奶好久没见到了，电话打不通")
    ticket = await town.ticket()
    assert ticket.urgency is Urgency.EMERGENCY
    async with town.database.unit_of_work() as work:
        assert len(await work.tickets.reporters(ticket.id)) == 2
    assert len([text for text in await town.texts(ZHOU) if "请立即上门" in text]) == 1


async def test_a_danger_told_aloud_later_is_seen_by_the_group(town: Town) -> None:
    await list_persons(town)
    await town.say(TENANT, GARDEN, "3栋2单元302停电了")
    assert (await town.ticket()).public_view is not None
    await town.say(TENANT, GARDEN, "302电线冒火花着火了！")
    newest = max(await town.tickets(), key=lambda one: one.id)
    assert (newest.urgency, newest.seen_urgency) == (Urgency.EMERGENCY, Urgency.EMERGENCY)


async def test_who_is_off_the_list_is_not_watched_any_more(town: Town) -> None:
    (granny, _) = await list_persons(town)
    async with town.database.unit_of_work() as work:
        await work.care.remove(granny.id, town.clock())
        await work.commit()
    await town.say(TENANT, GARDEN, LEAK)
    assert (await town.ticket()).public_view is None


async def test_the_list_of_another_district_is_another_districts(town: Town) -> None:
    elsewhere = replace(PERSONS[1], area_code="ZZ1")
    async with town.database.unit_of_work() as work:
        await work.areas.upsert([Area("ZZ", "外市", "city"), Area("ZZ1", "外区", "district", "ZZ")])
        await work.care.upsert([elsewhere])
        await work.commit()
    await town.say(LI, GARDEN, "/report 电梯按键失灵")
    assert (await town.ticket()).public_view is None
    assert not [text for text in await town.texts(TANG) if "关爱名单" in text]
