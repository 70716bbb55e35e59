"""What nobody deals with climbs: reminders, the pool, every level of the chain, digests, by the district's clock."""

from __future__ import annotations

import pytest

from routing.queries import TicketFilter
from routing.ticket import Status
from tests.integration.clock_steps import LOCK, at, escalations, said, tick
from tests.town import GAO, GARDEN, HE, LIN, LUO, TANG, XIE, ZHANG, Town, labels_of, running_town

MENG, QIAN, DING, CITY = 1000000024, 1000000046, 1000000065, 1000000066
"""The community's second cadre, the street's, the district's second supervisor, and the city's."""


async def test_what_nobody_claims_climbs_the_whole_chain(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    number = (await town.ticket()).number

    await tick(town, "11-23 11:29")
    assert await said(town, HE, "⏰") == 0
    for moment in ("11-23 11:30", "11-23 11:31", "11-23 11:59"):
        await tick(town, moment)
        assert await said(town, HE, f"⏰ 工单 {number} 还没认领，期限 11-23 12:00") == 1

    released = await tick(town, "11-23 12:00")
    assert (released.status, released.assignee_id, released.escalation_level) == (Status.DISPATCHED, None, 1)
    assert await said(town, HE, f"🔴 工单 {number} 超时无人认领，已放回待领并上报 林晓燕、罗勇") == 1
    for person in (LIN, LUO):
        assert await said(town, person, "⬆️ 超期工单上报（第 1 级）") == 1
        assert "经办 暂无（可认领）" in (await town.with_button(person, person, "认领"))["text"]
    assert "正在安排人员" in (await _card(town, number))
    # Who lost it to the pool may still take it from there.
    assert labels_of(await town.with_button(HE, HE, "认领")) == ["认领"]

    # Eight working hours from each level to the next, earlier only where the second limit runs out as well.
    for before, moment, level, people in (
        ("11-24 11:59", "11-24 12:00", 2, (TANG, MENG)),
        ("11-25 11:59", "11-25 12:00", 3, (XIE, QIAN)),
        ("11-26 09:59", "11-26 10:00", 4, (GAO, DING)),
        ("11-27 09:59", "11-27 10:00", 5, (CITY,)),
    ):
        assert (await tick(town, before)).escalation_level == level - 1
        assert (await tick(town, moment)).escalation_level == level
        assert (await tick(town, moment)).escalation_level == level
        for person in people:
            assert await said(town, person, f"超期工单上报（第 {level} 级）") == 1, (person, level)

    # The top is told three times more, a weekend between; then the ticket only stays red.
    for moment, level in (("11-27 23:00", 5), ("11-29 12:00", 5), ("11-30 10:00", 6), ("12-01 10:00", 7)):
        assert (await tick(town, moment)).escalation_level == level
    last = await tick(town, "12-02 10:00")
    assert (last.escalation_level, last.next_check_at) == (8, None)
    assert (await tick(town, "12-20 10:00")).escalation_level == 8
    assert await said(town, CITY, "超期工单上报") == 4
    assert await escalations(town, last) == [
        (1, "accept", ["林晓燕", "罗勇"]),
        (2, "accept", ["唐丽", "孟小菊"]),
        (3, "accept", ["谢明", "钱进"]),
        (4, "resolve", ["高岚", "丁督查"]),
        (5, "resolve", ["市级督查员"]),
        (6, "resolve", ["市级督查员"]),
        (7, "resolve", ["市级督查员"]),
        (8, "resolve", ["市级督查员"]),
    ]


async def test_the_supervisor_reads_of_it_at_0830_and_on_demand(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    number = (await town.ticket()).number
    await tick(town, "11-24 12:00")

    await town.say(GAO, GAO, "/overdue")
    (listed,) = [one for one in await town.texts(GAO) if "超期工单 1 件" in one]
    assert f"🔴 {number}｜公共设施维修｜锦绣花园 3栋｜无人认领｜1天0小时" in listed

    town.clock.now = at("11-25 08:29")
    await town.send_digests()
    assert await said(town, GAO, "棠东区 日报") == 0
    town.clock.now = at("11-25 08:31")
    for _ in range(2):
        await town.send_digests()
    (digest,) = [one for one in await town.texts(GAO) if "棠东区 日报" in one]
    assert "11-24 08:30 至 11-25 08:30" in digest
    assert f"1. {number} 公共设施维修｜锦绣花园 3栋\n　无人认领｜超过认领期限 1天20小时（11-23 12:00 到期）" in digest
    assert "上次简报（11-24 17:30）以来没有升级" in digest
    for person, area in ((TANG, "桂花园社区"), (LUO, "桂花园社区"), (XIE, "棠花街道"), (CITY, "棠川市")):
        assert await said(town, person, f"{area} 日报") == 1
    assert await said(town, LIN, "日报") == await said(town, HE, "日报") == 0


async def test_a_late_claim_stops_the_climb_until_the_second_limit(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    number = (await town.ticket()).number
    assert (await tick(town, "11-24 12:00")).escalation_level == 1
    await town.press_label(LUO, LUO, "认领")
    claimed = await town.ticket()
    assert (claimed.status, claimed.resolve_due_at) == (Status.IN_PROGRESS, at("11-26 10:00"))
    assert "罗勇 已认领" in await _card(town, number)

    await tick(town, "11-25 11:59")
    assert await said(town, LUO, "快到办结期限") == 0
    for moment in ("11-25 12:00", "11-25 17:00"):
        await tick(town, moment)
        assert await said(town, LUO, f"⏰ 工单 {number} 快到办结期限：11-26 10:00") == 1
    assert (await tick(town, "11-26 09:59")).escalation_level == 1
    overdue = await tick(town, "11-26 10:00")
    assert (overdue.status, overdue.escalation_level) == (Status.IN_PROGRESS, 2)
    assert overdue.assignee_id == claimed.assignee_id
    assert await said(town, LUO, f"🔴 工单 {number} 已超期，已上报 唐丽、孟小菊") == 1
    assert await said(town, TANG, "超过办结期限 不到1分钟\n罗勇") == 1

    await town.say(GAO, GAO, "/overdue")
    assert await said(town, GAO, f"{number}｜公共设施维修｜锦绣花园 3栋｜罗勇｜不到1分钟") == 1
    await town.press_label(LUO, LUO, "办结")
    await town.say(LUO, LUO, "更换了锁芯")
    assert (await tick(town, "11-27 10:00")).escalation_level == 2
    await town.say(GAO, GAO, "/overdue")
    assert await said(town, GAO, "没有超期工单") == 1


async def test_working_time_stands_still_over_a_weekend(town: Town) -> None:
    town.clock.now = at("11-27 17:00")
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    assert (ticket.accept_due_at, ticket.resolve_due_at) == (at("11-30 10:00"), at("12-02 17:00"))
    assert "11-30 10:00 前响应" in await _card(town, ticket.number)
    for moment in ("11-27 23:00", "11-28 12:00", "11-29 18:00", "11-30 09:29"):
        assert (await tick(town, moment)).escalation_level == 0
        assert await said(town, HE, "⏰") == 0
    await tick(town, "11-30 09:30")
    assert await said(town, HE, "⏰") == 1
    assert (await tick(town, "11-30 10:00")).escalation_level == 1


async def test_a_round_the_clock_class_runs_at_night(town: Town) -> None:
    town.clock.now = at("11-28 23:40")
    await town.say(ZHANG, GARDEN, "/report 3栋一楼大厅漏水，顺着墙往下淌")
    ticket = await town.ticket()
    assert (ticket.urgency, ticket.accept_due_at) == ("urgent", at("11-29 00:40"))
    await tick(town, "11-29 00:25")
    assert await said(town, HE, "⏰") == 1
    for moment, level in (("11-29 00:40", 1), ("11-29 02:39", 1), ("11-29 02:40", 2), ("11-29 04:40", 3)):
        assert (await tick(town, moment)).escalation_level == level
    assert await said(town, XIE, "超期工单上报（第 3 级）") == 1


async def test_an_emergency_climbs_every_quarter_of_an_hour(town: Town) -> None:
    town.clock.now = at("11-28 23:40")
    await town.say(ZHANG, GARDEN, "3栋楼道好大的燃气味，快来人")
    ticket = await town.ticket()
    assert ticket.accept_due_at == at("11-28 23:55")
    top = 5
    moments = ("23:55", "00:10", "00:25", "00:40", "00:55", "01:10", "01:25", "01:40")
    for level, moment in enumerate(moments, start=1):
        day = "11-28" if moment.startswith("23") else "11-29"
        climbed = await tick(town, f"{day} {moment}")
        assert climbed.escalation_level == level
    assert climbed.escalation_level == top + 3
    assert (await tick(town, "11-29 01:55")).escalation_level == top + 3
    levels = [level for level, _, _ in await escalations(town, climbed)]
    assert levels == list(range(1, top + 4))


async def test_a_job_that_slept_takes_one_step_and_two_at_once_take_it_once(database_url: str) -> None:
    async with running_town(database_url) as town:
        await town.say(ZHANG, GARDEN, LOCK)
        town.clock.now = at("11-30 15:00")
        first, second = town.database.unit_of_work(), town.database.unit_of_work()
        async with first as work:
            assert await town.cases.clockwork.sweep(work) == 1
            await work.commit()
        async with second as work:
            assert await town.cases.clockwork.sweep(work) == 0
        await town.settle()
        ticket = await town.ticket()
        assert (ticket.escalation_level, ticket.assignee_id) == (1, None)
        assert await said(town, LIN, "超期工单上报（第 1 级）") == 1
        assert await said(town, HE, "⏰") == 0
        async with town.database.unit_of_work() as work:
            overdue = await work.tickets.find(TicketFilter(overdue_at=town.clock.now), limit=5)
        assert [one.number for one in overdue] == [ticket.number]


@pytest.mark.parametrize("person", [ZHANG, LIN])
async def test_those_who_supervise_nothing_get_no_list(town: Town, person: int) -> None:
    await town.say(person, person, "/overdue")
    assert await said(town, person, "没有这项操作的权限") == 1


async def _card(town: Town, number: str) -> str:
    (card,) = [one for one in await town.texts(ZHANG, GARDEN) if f"单号 {number}" in one]
    return card
