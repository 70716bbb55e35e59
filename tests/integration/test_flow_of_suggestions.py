"""Suggestions: neighbours support one, the community owes an answer in time, and the group reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.motion import Motion, MotionState
from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.town import (
    GARDEN,
    LI,
    LIN,
    TANG,
    TENANT,
    TONG,
    XIE,
    ZHANG,
    Town,
    configuration,
    labels_of,
    running_town,
)

MEETING = "建议每月开一次业主大会"
SUPPORT = "👍 支持"
ANSWER = "从下个月起，每月最后一个周六上午在活动室开业主大会。"


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    """The sample district, where three supporters oblige."""
    packaged = configuration()
    support = replace(packaged.council.support, least=3, share=0.0)
    district = replace(packaged, council=replace(packaged.council, support=support))
    async with running_town(database_url, district=district) as running:
        yield running


async def motion(town: Town) -> Motion | None:
    async with town.database.unit_of_work() as work:
        return await work.civic.motions.of_ticket((await town.ticket()).id)


async def supported(town: Town) -> Motion:
    """A suggestion with three behind it."""
    await town.say(ZHANG, GARDEN, MEETING)
    await town.press_label(LI, GARDEN, SUPPORT)
    await town.press_label(TENANT, GARDEN, SUPPORT)
    owed = await motion(town)
    assert owed is not None
    return owed


async def card(town: Town) -> str:
    number = (await town.ticket()).number
    (text,) = [one for one in await town.texts(ZHANG, GARDEN) if f"单号 {number}" in one and "📢" not in one]
    return text


async def test_from_a_suggestion_to_an_answer(town: Town) -> None:
    await town.say(ZHANG, GARDEN, MEETING)
    assert "👍 1 人支持，满 3 人社区须公开答复" in await card(town)
    assert "共 2 人" in (await town.press_label(LI, GARDEN, SUPPORT))["text"]
    assert "已经支持过" in (await town.press_label(LI, GARDEN, SUPPORT))["text"]
    assert "已经支持过" in (await town.press_label(ZHANG, GARDEN, SUPPORT))["text"]
    assert await motion(town) is None

    # Words count as the button does, and the group reads no extra message for each.
    before = len(await town.texts(ZHANG, GARDEN))
    await town.say(TENANT, GARDEN, "支持！")
    assert len(await town.texts(ZHANG, GARDEN)) == before + 1
    owed = await motion(town)
    assert owed is not None
    assert (owed.state, owed.supporters) == (MotionState.OWED, 3)
    assert "👍 3 人支持，社区将在" in await card(town)
    await town.say(TONG, GARDEN, "+1")
    assert "👍 4 人支持" in await card(town)

    asked = await town.with_button(TANG, TANG, "答复")
    assert "建议 建议每月开一次业主大会" in asked["text"]
    await town.press(TANG, TANG, asked, "答复")
    await town.say(TANG, TANG, "研究一下")
    assert "请写 10 到 600 个字" in (await town.texts(TANG))[-1]
    await town.say(TANG, TANG, ANSWER)
    (published,) = [one for one in await town.texts(ZHANG, GARDEN) if "社区答复居民建议" in one]
    for part in ("3 人支持", MEETING, ANSWER, "—— 唐丽"):
        assert part in published
    assert "社区已答复" in await card(town)
    answered = await motion(town)
    assert answered is not None
    assert (answered.state, answered.answer, answered.answered_by) == (MotionState.ANSWERED, ANSWER, "唐丽")
    assert (
        "已经答复过了" in (await town.press(TANG, TANG, asked, f"p:motion_answer:{answered.id}:", forged=True))["text"]
    )
    kinds = [event.kind for event in await town.events(await town.ticket())]
    assert [kind for kind in kinds if kind in {EventKind.SUPPORTED, EventKind.ANSWER_OWED, EventKind.ANSWERED}] == [
        EventKind.SUPPORTED,
        EventKind.ANSWER_OWED,
        EventKind.SUPPORTED,
        EventKind.SUPPORTED,
        EventKind.ANSWERED,
    ]
    # The clock has nothing more to say.
    town.clock.advance(days=20)
    await town.sweep()
    assert [one for one in await town.texts(XIE) if "居民建议" in one] == []


async def test_an_answer_that_does_not_come_reminds_and_goes_up(town: Town) -> None:
    owed = await supported(town)
    town.clock.now = owed.due_at - timedelta(hours=3)
    await town.sweep()
    await town.sweep()
    assert sum("快到答复期限" in one for one in await town.texts(TANG)) == 1
    town.clock.now = owed.due_at
    await town.sweep()
    await town.sweep()
    assert sum("超过答复期限" in one and "谢明" in one for one in await town.texts(TANG)) == 1
    await town.say(TANG, TANG, "/digest")
    assert "📣 待答复的居民建议 1 件" in (await town.texts(TANG))[-1]
    assert "3 人支持｜超过答复期限" in (await town.texts(TANG))[-1]
    # The street may answer in the community's place.
    await town.press_label(XIE, XIE, "答复")
    await town.say(XIE, XIE, ANSWER)
    late = await motion(town)
    assert late is not None
    assert (late.state, late.answered_by, late.level) == (MotionState.ANSWERED, "谢明", 1)
    # Nobody else's card offers what is done.
    assert not any("答复" in labels_of(one) for one in await town.people.history(TANG, TANG))


async def test_only_the_community_and_those_above_answer(town: Town) -> None:
    owed = await supported(town)
    for person in (ZHANG, LIN, TONG):
        message = await town.say(person, person, "/help")
        answer = await town.press(person, person, message, f"p:motion_answer:{owed.id}:", forged=True)
        assert "没有这项操作的权限" in answer["text"]
    message = await town.say(TANG, TANG, "/help")
    assert "没有找到" in (await town.press(TANG, TANG, message, "p:motion_answer:99:", forged=True))["text"]
    assert (await motion(town)) == owed


async def test_what_is_no_suggestion_cannot_be_supported(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋2单元电梯停了")
    ticket = await town.ticket()
    message = (await town.people.history(LI, GARDEN))[-1]
    assert labels_of(message) == []
    answer = await town.press(LI, GARDEN, message, f"p:motion_support:{ticket.id}:", forged=True)
    assert "没有这项操作的权限" in answer["text"]


async def test_a_suggestion_that_is_over_takes_no_more_support(town: Town) -> None:
    owed = await supported(town)
    shown = await town.with_button(LI, GARDEN, SUPPORT)
    await town.press_label(TANG, TANG, "认领")
    await town.press_label(TANG, TANG, "办结")
    await town.say(TANG, TANG, "已定好日期，每月最后一个周六开会")
    ticket = await town.ticket()
    assert ticket.status is Status.RESOLVED
    answer = await town.press(TONG, GARDEN, shown, f"p:motion_support:{ticket.id}:", forged=True)
    assert f"建议（工单 {ticket.number}）已结束" in answer["text"]
    # The result that the group has read is the answer.
    town.clock.now = owed.due_at
    await town.sweep()
    over = await motion(town)
    assert over is not None
    assert (over.state, over.answer) == (MotionState.ANSWERED, "已定好日期，每月最后一个周六开会")


async def test_a_withdrawn_suggestion_is_owed_no_answer(town: Town) -> None:
    owed = await supported(town)
    await town.press_label(TANG, TANG, "不是诉求")
    town.clock.now = owed.due_at
    await town.sweep()
    over = await motion(town)
    assert over is not None
    assert over.state is MotionState.LAPSED
    assert not any("超过答复期限" in one for one in await town.texts(TANG))
