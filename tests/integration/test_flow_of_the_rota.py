"""Duty hours, leave with a stand-in, whose turn it is, and what household liaisons hear."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.bundle import Configuration, load_configuration
from config.organisation import PACKAGED
from routing.rota import parse_hours
from routing.staff import Role, Staff
from routing.ticket import Status
from tests.integration.clock_steps import at, said
from tests.town import GARDEN, HE, LIN, LUO, TANG, ZHANG, ZHOU, Town, running_town

LIAISON = 1000000021
"""The household liaison of the garden's third building."""
NOISE = "/report 楼下烧烤摊半夜还在吵，睡不着"


async def holder(town: Town) -> str | None:
    """Who has the newest ticket, as its card names them."""
    newest = (await town.tickets())[-1]
    if newest.assignee_id is None:
        return None
    async with town.database.unit_of_work() as work:
        return (await work.staff.get(newest.assignee_id)).name


async def give_hours(town: Town, account: int, *written: str) -> None:
    """Writes hours of duty into the register."""
    hours = tuple(each for one in written if (each := parse_hours(one)))
    async with town.database.unit_of_work() as work:
        posts = [post for post in await work.staff.all() if post.account == account]
        await work.staff.upsert([replace(post, hours=hours) for post in posts])
        await work.commit()


@pytest.mark.parametrize(
    ("moment", "expected", "reason"),
    [
        ("11-23 08:59", "唐丽", "nobody_on_duty"),
        ("11-23 09:00", "林晓燕", "grid"),
        ("11-28 10:00", "唐丽", "nobody_on_duty"),
    ],
)
async def test_outside_the_hours_it_goes_up_at_once(town: Town, moment: str, expected: str, reason: str) -> None:
    await give_hours(town, LIN, "mon-fri 09:00-18:00")
    town.clock.now = at(moment)
    await town.say(ZHANG, GARDEN, NOISE)
    assert (await holder(town), (await town.ticket()).owner_reason) == (expected, reason)


async def test_a_stand_in_gets_the_tickets_and_may_act_as_the_one_away(town: Town) -> None:
    await town.say(LIN, LIN, "/leave 11-24 11-25 周建国")
    assert await said(town, LIN, "已登记 11-24 至 11-25 不在岗，期间的工单由 周建国 代办。") == 1
    assert await said(town, ZHOU, "林晓燕 11-24 至 11-25 不在岗，由您替班") == 1

    await town.say(ZHANG, GARDEN, NOISE)
    assert await holder(town) == "林晓燕"

    town.clock.now = at("11-24 09:00")
    await town.say(ZHANG, GARDEN, "/report 3栋两家邻居闹矛盾，请来调解")
    assert await holder(town) == "周建国"
    await town.press_label(ZHOU, ZHOU, "认领")
    claimed = (await town.tickets())[-1]
    assert claimed.status is Status.IN_PROGRESS
    assert any("周建国 已认领" in text and claimed.number in text for text in await town.texts(ZHANG, GARDEN))
    assert await said(town, LIN, claimed.number) == 0

    # From the day after it is hers again, what the stand-in began included.
    town.clock.now = at("11-26 00:00")
    assert await holder(town) == "林晓燕"
    await town.say(LIN, LIN, "/todo")
    assert await said(town, LIN, claimed.number) == 1


async def test_without_a_stand_in_it_goes_up_and_leave_can_be_taken_back(town: Town) -> None:
    town.clock.now = at("11-23 10:00")
    await town.say(LIN, LIN, "/leave 今天 明天")
    assert await said(town, LIN, "没有替班人") == 1
    await town.say(ZHANG, GARDEN, NOISE)
    assert await holder(town) != "林晓燕"
    await town.say(LIN, LIN, "/leave 取消")
    assert await said(town, LIN, "已取消请假") == 1
    await town.say(LIN, LIN, "/leave 取消")
    assert await said(town, LIN, "没有登记过请假") == 1
    await town.say(ZHANG, GARDEN, "/report 3栋两家邻居闹矛盾，请来调解")
    assert await holder(town) == "林晓燕"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "用法：/leave"),
        ("11-24", "用法：/leave"),
        ("11-26 11-24 周建国", "没看懂请假的日期"),
        ("11-01 11-02 周建国", "没看懂请假的日期"),
        ("13-45 11-24 周建国", "没看懂请假的日期"),
        ("11-24 2027-11-24 周建国", "没看懂请假的日期"),
        ("11-24 11-25 没这个人", "没有找到能替班的“没这个人”"),
        ("11-24 11-25 林晓燕", "没有找到能替班的“林晓燕”"),
    ],
)
async def test_leave_that_cannot_be(town: Town, words: str, answer: str) -> None:
    await town.say(LIN, LIN, f"/leave {words}".strip())
    assert await said(town, LIN, answer) == 1
    async with town.database.unit_of_work() as work:
        assert await work.staff.absences(town.clock.now) == ()


async def test_residents_take_no_leave(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "/leave 11-24 11-25")
    assert await said(town, ZHANG, "没有这项操作的权限") == 1


async def test_the_liaison_of_the_building_hears_of_it(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 3栋2单元502门口堆满杂物，过不去人")
    ticket = await town.ticket()
    (told,) = [text for text in await town.texts(LIAISON) if ticket.number in text]
    assert told.startswith("📌 您负责的范围有新事项")
    assert "502" not in told
    (message,) = [one for one in await town.people.history(LIAISON, LIAISON) if ticket.number in str(one.get("text"))]
    assert "reply_markup" not in message
    await town.say(ZHANG, GARDEN, "/report 5栋门口堆满杂物，过不去人")
    assert await said(town, LIAISON, "📌") == 1


def with_rota(folder: Path, rota: str) -> Configuration:
    """The packaged configuration with another rota."""
    packaged = PACKAGED.read_text(encoding="utf-8")
    changed = packaged.replace("rota: {turn: least_loaded, tell_liaisons: true}", f"rota: {rota}")
    assert changed != packaged
    (folder / "organisation.yaml").write_text(changed, encoding="utf-8")
    return load_configuration(folder)


async def test_round_robin_gives_turn_by_turn(database_url: str, tmp_path: Path) -> None:
    district = with_rota(tmp_path, "{turn: round_robin, tell_liaisons: false}")
    async with running_town(database_url, district=district) as town:
        async with town.database.unit_of_work() as work:
            second = await work.staff.add(Staff(0, "新网格员", Role.GRID_WORKER, "TD101-01", account=2_000_000_009))
            await work.commit()
        names = []
        for matter in ("烧烤摊半夜还在吵", "两家邻居闹矛盾，请来调解", "广场舞音响太吵"):
            await town.say(ZHANG, GARDEN, f"/report 3栋{matter}")
            names.append(await holder(town))
            town.clock.advance(hours=30)
        assert names == ["林晓燕", second.name, "林晓燕"]
        assert await said(town, LIAISON, "📌") == 0


async def test_superiors_away_are_told_through_their_stand_ins(town: Town) -> None:
    await town.say(TANG, TANG, "/leave 11-23 12-31 罗勇")
    await town.say(ZHANG, GARDEN, NOISE)
    for _ in range(30):
        town.clock.advance(hours=2)
        await town.sweep()
    assert await said(town, LUO, "超期工单上报（第 2 级）") == 1
    assert await said(town, TANG, "超期工单上报") == 0
    assert await said(town, HE, "超期工单上报") == 0
