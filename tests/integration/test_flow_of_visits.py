"""Visits to people on the care list: asked for, made, missed, and taken up the chain."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.jobs.upkeep import ClockJob
from routing.care_visits import Visit, VisitState
from routing.digest_schedule import Period
from routing.script import Script
from tests.care_list import GRANNY, OLD_LI, list_persons
from tests.town import GAO, LIN, MILL, SHANGHAI, TANG, WANG, XIE, ZHANG, ZHOU, Town, labels_of

FIRST = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI).astimezone(UTC)
"""The monthly visits are asked for."""
REPORT = "精神好，药够吃，厨房灯坏了"


async def tick(town: Town) -> None:
    await ClockJob(town.database.unit_of_work, town.cases.visits.sweep).run()
    await town.settle()


async def opened(town: Town) -> None:
    """The list is there and its monthly visits are asked for."""
    await list_persons(town)
    town.clock.now = FIRST
    await tick(town)


async def visits(town: Town) -> tuple[Visit, ...]:
    async with town.database.unit_of_work() as work:
        (granny, old_li) = await work.care.persons(["TD101-X1"])
        return (
            *await work.care_visits.of_person(granny.id, limit=9),
            *await work.care_visits.of_person(old_li.id, limit=9),
        )


async def about(town: Town, account: int, *words: str) -> list[str]:
    """What somebody was told that has all these words."""
    return [text for text in await town.texts(account) if all(word in text for word in words)]


async def test_a_visit_is_asked_for_made_and_reported(town: Town) -> None:
    await list_persons(town)
    await tick(town)
    assert await visits(town) == ()
    town.clock.now = FIRST
    await tick(town)
    await tick(town)
    card = await town.with_button(ZHOU, ZHOU, "已走访")
    assert labels_of(card) == ["已走访", "没见到人"]
    for part in (GRANNY, "月度走访", "锦绣花园 3栋2单元302室", "0000-0000201", "耳背", "12-21 09:00 前"):
        assert part in card["text"]
    assert len(await about(town, ZHOU, GRANNY)) == 1
    await town.press(ZHOU, ZHOU, card, "已走访")
    await town.say(ZHOU, ZHOU, "好")
    assert "请写 2 到 500 个字" in (await town.texts(ZHOU))[-1]
    await town.say(ZHOU, ZHOU, REPORT)
    assert (await town.texts(ZHOU))[-1] == f"已登记走访：{GRANNY}。"
    mine = (await visits(town))[0]
    assert (mine.state, mine.report) == (VisitState.DONE, REPORT)
    (same,) = [one for one in await town.people.history(ZHOU, ZHOU) if one["message_id"] == card["message_id"]]
    assert labels_of(same) == []
    assert REPORT in same["text"]
    assert "已经登记过了" in (await town.press(ZHOU, ZHOU, same, "p:visited:1:", forged=True))["text"]
    assert not await town.tickets(), "a report of a visit opens nothing by itself"


async def test_where_nobody_is_paired_the_community_hears_at_once_and_may_report(town: Town) -> None:
    await opened(town)
    (text,) = await about(town, TANG, OLD_LI)
    assert "没有结对干部" in text
    await town.press_label(TANG, TANG, "已走访")
    await town.say(TANG, TANG, "已送药上门")
    assert (await visits(town))[1].state is VisitState.DONE


async def test_a_missed_visit_climbs_with_limits_and_each_level_sees_its_fields(town: Town) -> None:
    await opened(town)
    town.clock.advance(days=18)
    await tick(town)
    assert len(await about(town, ZHOU, "走访快到期", GRANNY)) == 2, "the card, and a message that rings"
    assert not await about(town, TANG, GRANNY)
    town.clock.advance(days=2)
    await tick(town)
    (community,) = await about(town, TANG, GRANNY)
    assert "走访逾期" in community
    assert "0000-0000201" in community
    town.clock.advance(days=1)
    await tick(town)
    (street,) = await about(town, XIE, GRANNY)
    assert "302室" in street
    for hidden in ("0000-0000201", "耳背"):
        assert hidden not in street
    town.clock.advance(days=1)
    await tick(town)
    (supervisor, *_) = await about(town, GAO, "独居老人")
    for hidden in (GRANNY, "302", "0000-0000201", "耳背"):
        assert hidden not in supervisor
    assert labels_of((await town.people.history(GAO, GAO))[-1]) == []
    before = len(await town.texts(GAO))
    for _ in range(10):
        town.clock.advance(days=1)
        await tick(town)
    assert len(await town.texts(GAO)) <= before + 4, "the top is told so often and no more"


async def test_what_was_missed_gives_way_to_the_next(town: Town) -> None:
    await opened(town)
    town.clock.now = datetime(2027, 1, 1, 9, 0, tzinfo=SHANGHAI).astimezone(UTC)
    await tick(town)
    newer, older = (await visits(town))[:2]
    assert (newer.slot, newer.state, older.slot, older.state) == (
        "2027-01",
        VisitState.OPEN,
        "2026-12",
        VisitState.MISSED,
    )


async def test_where_nobody_was_met_it_goes_up_at_once(town: Town) -> None:
    await opened(town)
    answer = await town.press_label(ZHOU, ZHOU, "没见到人")
    assert "已上报 唐丽" in answer["text"]
    (text,) = await about(town, TANG, GRANNY)
    assert "走访没见到人" in text
    town.clock.advance(hours=2)
    await tick(town)
    assert await about(town, XIE, "走访没见到人", GRANNY)
    card = await town.with_button(ZHOU, ZHOU, "已走访")
    assert labels_of(card) == ["已走访"]
    await town.press(ZHOU, ZHOU, card, "已走访")
    await town.say(ZHOU, ZHOU, "在女儿家，已通电话")
    assert (await visits(town))[0].state is VisitState.DONE
    sent = len(await town.texts(XIE))
    town.clock.advance(days=2)
    await tick(town)
    assert len(await town.texts(XIE)) == sent


@pytest.mark.parametrize("account", [LIN, ZHANG, GAO])
async def test_a_forged_press_of_somebody_else_changes_nothing(town: Town, account: int) -> None:
    await opened(town)
    await town.say(account, account, "/help")
    message = (await town.people.history(account, account))[-1]
    for action in ("visited", "not_met"):
        answer = await town.press(account, account, message, f"p:{action}:1:", forged=True)
        assert "没有这项操作的权限" in answer["text"]
    assert (await visits(town))[0].state is VisitState.OPEN


async def test_visits_are_called_for(town: Town) -> None:
    (granny, _) = await list_persons(town)
    await town.say(TANG, TANG, f"/care 走访 出院探访 {granny.id}")
    assert (await town.texts(TANG))[-1] == "已发起走访：出院探访，共 1 人。"
    assert len(await about(town, ZHOU, GRANNY, "出院探访")) == 1
    await town.say(TANG, TANG, "/care 走访 极端天气")
    assert "已发起走访：极端天气，共 2 人。" in await town.texts(TANG)
    town.clock.advance(hours=11)
    await tick(town)
    assert await about(town, ZHOU, "快到期", "极端天气") == []
    town.clock.advance(hours=1)
    await tick(town)
    reminders = await about(town, ZHOU, "快到期", "极端天气")
    assert reminders
    assert not any("未结对" in one for one in reminders)
    await town.say(TANG, TANG, "/care 走访 节假日")
    assert "没有“节假日”这种走访，可以写：极端天气、出院探访、突发困难。" in (await town.texts(TANG))[-1]
    await town.say(ZHOU, ZHOU, "/care 走访 极端天气")
    assert "没有这项操作的权限" in (await town.texts(ZHOU))[-1]


async def test_lists_and_digests_of_visits(town: Town) -> None:
    await opened(town)
    await town.say(ZHOU, MILL, "/visits")
    (listed,) = await about(town, ZHOU, "待走访 1 次")
    assert GRANNY in listed
    assert not [text for text in await town.texts(WANG, MILL) if GRANNY in text]
    await town.press_label(ZHOU, ZHOU, "没见到人")
    await town.say(GAO, GAO, "/visits")
    supervised = (await town.texts(GAO))[-1]
    assert "没见到人" in supervised
    assert GRANNY not in supervised
    await town.say(LIN, LIN, "/visits")
    assert "没有这项操作的权限" in (await town.texts(LIN))[-1]
    async with town.database.unit_of_work() as work:
        digest = await town.cases.digests.compose(work, "TD101", Period.DAY, town.clock())
        (content, *_) = town.cases.digests.content(digest, Script.HANS)
        other = await town.cases.digests.compose(work, "TD201", Period.DAY, town.clock())
    text = "\n".join(content.lines)
    assert "走访：已走访 0，待走访 1，没见到人 1，错过 0" in text
    assert GRANNY not in text
    assert not [line for block in other.notes for line in block if "走访" in line]


async def test_who_is_off_the_list_is_visited_no_more(town: Town) -> None:
    await opened(town)
    await town.say(TANG, TANG, "/care 移出 1 已搬离本小区")
    town.clock.advance(days=40)
    await tick(town)
    async with town.database.unit_of_work() as work:
        (left,) = await work.care_visits.of_person(1, limit=9)
    assert left.state is VisitState.CANCELLED
