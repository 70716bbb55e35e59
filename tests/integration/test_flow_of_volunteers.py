"""Volunteers: signing up, calls for help, the first who claims, hours that count."""

from __future__ import annotations

from typing import Any

import pytest

from bot.jobs.upkeep import ClockJob
from routing.digest_schedule import Period
from routing.script import Script
from routing.ticket import Status
from routing.ticket_events import EventKind
from routing.volunteering import HelpCall, HelpState, VolunteerState
from tests.town import (
    CHEN,
    GARDEN,
    HE,
    LI,
    LIN,
    LUO,
    MILL,
    RIVERSIDE,
    TANG,
    TENANT,
    WANG,
    ZHANG,
    Town,
    labels_of,
)

ERRAND = "5栋1单元101的李大爷发烧下不了楼，谁能帮买药"
"""A report that calls for volunteers by its words."""
OTHER_COMMUNITY = 1000000037


async def tick(town: Town) -> None:
    await ClockJob(town.database.unit_of_work, town.cases.help_calls.sweep).run()
    await town.settle()


async def volunteer(town: Town, account: int, group: int, words: str = "") -> None:
    """Signs somebody up, and the community says yes."""
    await town.say(account, group, f"/volunteer {words}".strip())
    await town.press_label(TANG, TANG, "同意")


async def calls(town: Town) -> tuple[HelpCall, ...]:
    async with town.database.unit_of_work() as work:
        return tuple([call for ticket in await town.tickets() for call in await work.help.of_ticket(ticket.id)])


async def newest(town: Town, account: int) -> dict[str, Any]:
    return (await town.people.history(account, account))[-1]


async def asked(town: Town) -> None:
    """Two volunteers, and a report that both are asked to help with."""
    await volunteer(town, TENANT, GARDEN)
    await volunteer(town, WANG, MILL)
    await town.say(ZHANG, GARDEN, f"/report {ERRAND}")


async def test_who_signs_up_is_asked_for_by_the_community(town: Town) -> None:
    await town.say(WANG, MILL, "/volunteer 陪诊 换灯泡")
    page = await town.with_button(WANG, WANG, "✅ 陪诊")
    assert "等待社区同意" in page["text"]
    assert "能帮的事：陪诊、换灯泡" in page["text"]
    await town.press(WANG, WANG, page, "✅ 陪诊")
    card = await town.with_button(TANG, TANG, "同意")
    assert "王芳（棉纺厂宿舍）报名志愿者" in card["text"]
    for account in (OTHER_COMMUNITY, LIN, LUO, WANG):
        await town.say(account, account, "/help")
        forged = await town.press(account, account, await newest(town, account), "p:vol_yes:1:", forged=True)
        assert "没有这项操作的权限" in forged["text"]
    await town.press(TANG, TANG, card, "同意")
    assert "已经有人处理过" in (await town.press(TANG, TANG, card, "p:vol_no:1:", forged=True))["text"]
    assert "社区已同意您的志愿者报名，有合适的事会私聊请您。" in await town.texts(WANG)
    async with town.database.unit_of_work() as work:
        kept = await work.volunteers.of_account(WANG)
    assert kept is not None
    assert (kept.state, kept.kinds, kept.area_code) == (VolunteerState.ACTIVE, ("bulb",), "TD101-X2")
    group = await town.texts(WANG, MILL)
    assert not [text for text in group if "志愿" in text], "it is between the volunteer and the community"


async def test_in_private_the_area_must_be_known(town: Town) -> None:
    await town.say(WANG, WANG, "/volunteer")
    assert (await town.texts(WANG))[-1] == "请在小区群里发 /volunteer，我才知道您住哪里。"
    await town.say(WANG, MILL, "/report 2幢楼道灯坏了")
    await town.say(WANG, WANG, "/volunteer")
    assert "等待社区同意" in (await town.texts(WANG))[-1]


async def test_a_report_calls_volunteers_and_the_first_has_it(town: Town) -> None:
    await asked(town)
    ticket = await town.ticket()
    assert ticket.assignee_id is not None
    for account in (TENANT, WANG):
        card = await town.with_button(account, account, "我来帮")
        assert "邻里帮忙：代买代取" in card["text"]
        assert "5栋" in card["text"]
        for private in ("101", "李大爷", ticket.number):
            assert private not in card["text"], "the address is public until it is claimed"
    claimed = await town.press_label(TENANT, TENANT, "我来帮")
    assert "谢谢" in claimed["text"]
    late = await town.press(WANG, WANG, (await town.people.history(WANG, WANG))[-1], "p:help_claim:1:", forged=True)
    assert "来晚一步" in late["text"]
    mine = await town.with_button(TENANT, TENANT, "完成了")
    assert "101室" in mine["text"]
    assert ticket.number in mine["text"]
    theirs = await newest(town, WANG)
    assert labels_of(theirs) == []
    assert "已有人认领" in theirs["text"]
    assert "101" not in theirs["text"]
    after = await town.ticket()
    assert (after.assignee_id, after.status) == (ticket.assignee_id, Status.DISPATCHED), "the handler stays in charge"
    for text in await town.texts(ZHANG, GARDEN):
        assert "志愿" not in text


async def test_who_reports_it_done_is_confirmed_and_the_hours_count(town: Town) -> None:
    await asked(town)
    (holder,) = await holders(town)
    await town.press_label(TENANT, TENANT, "我来帮")
    assert [text for text in await town.texts(holder) if "志愿者 小杨 认领了“代买代取”" in text]
    await town.press_label(TENANT, TENANT, "完成了")
    await town.press_label(TENANT, TENANT, "1 小时")
    await town.say(TENANT, TENANT, "/hours")
    assert "我：今年 0 小时，累计 0 小时" in (await town.texts(TENANT))[-1], "nobody has confirmed it"
    card = await town.with_button(holder, holder, "确认完成")
    assert "用时 1 小时" in card["text"]
    for account in (TENANT, WANG, OTHER_COMMUNITY):
        await town.say(account, account, "/help")
        forged = await town.press(account, account, await newest(town, account), "p:help_confirm:1:", forged=True)
        assert "没有这项操作的权限" in forged["text"]
    await town.press(holder, holder, card, "还没做完")
    assert any("还没做完" in text for text in await town.texts(TENANT))
    await town.press_label(TENANT, TENANT, "完成了")
    await town.press_label(TENANT, TENANT, "2 小时")
    await town.press_label(holder, holder, "确认完成")
    assert "🤝 “代买代取”已确认，记 2 小时，谢谢您！" in await town.texts(TENANT)
    stale = await town.press(holder, holder, card, "p:help_confirm:1:", forged=True)
    assert "已经有了结果" in stale["text"]
    await town.say(TENANT, TENANT, "/hours")
    assert "我：今年 2 小时，累计 2 小时" in (await town.texts(TENANT))[-1]
    await town.say(TANG, TANG, "/hours")
    assert "小杨｜本月 2 小时｜累计 2 小时｜在岗" in (await town.texts(TANG))[-1]
    await town.say(LI, LI, "/hours")
    assert "您还没有报名志愿者" in (await town.texts(LI))[-1]
    kinds = [event.kind for event in await town.events(await town.ticket())]
    assert [kind for kind in kinds if kind.startswith("help")] == [
        EventKind.HELP_ASKED,
        EventKind.HELP_CLAIMED,
        EventKind.HELP_DONE,
    ]
    town.clock.advance(minutes=5)
    async with town.database.unit_of_work() as work:
        digest = await town.cases.digests.compose(work, "TD101", Period.DAY, town.clock())
    text = "\n".join(line for part in town.cases.digests.content(digest, Script.HANS) for line in part.lines)
    assert "志愿服务：求助 1 次，无人认领 0 次，完成 1 次，共 2 小时" in text
    assert "小杨" not in text


async def holders(town: Town) -> list[int]:
    """The accounts of the ticket's assignee, or of the community where nobody has it."""
    ticket = await town.ticket()
    async with town.database.unit_of_work() as work:
        post = await work.staff.get(ticket.assignee_id or 0)
    return [post.account or 0]


async def test_who_cannot_come_gives_it_back(town: Town) -> None:
    await asked(town)
    (holder,) = await holders(town)
    await town.press_label(TENANT, TENANT, "我来帮")
    await town.press_label(TENANT, TENANT, "来不了")
    assert [text for text in await town.texts(holder) if "志愿者 小杨 来不了" in text]
    card = await town.with_button(WANG, WANG, "我来帮")
    assert "101" not in card["text"]
    assert "101" not in (await town.with_button(TENANT, TENANT, "我来帮"))["text"], "nor for who had it"
    await town.press(WANG, WANG, card, "我来帮")
    (call,) = await calls(town)
    assert call.state is HelpState.CLAIMED


async def test_where_nobody_claims_the_handler_is_told(town: Town) -> None:
    await asked(town)
    (holder,) = await holders(town)
    town.clock.advance(hours=4)
    await tick(town)
    assert [text for text in await town.texts(holder) if "到时没人认领" in text]
    assert labels_of(await newest(town, WANG)) == []
    assert "已过期" in (await newest(town, WANG))["text"]
    late = await town.press(WANG, WANG, await newest(town, WANG), "p:help_claim:1:", forged=True)
    assert "已经有了结果" in late["text"]


async def test_who_is_not_heard_of_is_asked_and_then_relieved(town: Town) -> None:
    await asked(town)
    (holder,) = await holders(town)
    await town.press_label(TENANT, TENANT, "我来帮")
    town.clock.advance(hours=24)
    await tick(town)
    assert [text for text in await town.texts(TENANT) if "做好了吗" in text]
    town.clock.advance(hours=24)
    await tick(town)
    assert [text for text in await town.texts(holder) if "一直没有反馈，已收回" in text]
    (call,) = await calls(town)
    assert call.state is HelpState.LAPSED


async def test_a_report_that_nobody_confirms_goes_to_the_community(town: Town) -> None:
    await asked(town)
    (holder,) = await holders(town)
    await town.press_label(TENANT, TENANT, "我来帮")
    await town.press_label(TENANT, TENANT, "完成了")
    await town.press_label(TENANT, TENANT, "0.5 小时")
    for title, account in (("志愿服务还没确认", holder), ("请社区确认", TANG)):
        town.clock.advance(hours=24)
        await tick(town)
        assert [text for text in await town.texts(account) if title in text]
    await town.press_label(TANG, TANG, "确认完成")
    (call,) = await calls(town)
    assert (call.state, call.minutes) == (HelpState.CONFIRMED, 30)


async def test_a_call_ends_with_its_ticket(town: Town) -> None:
    await asked(town)
    await town.press_label(TENANT, TENANT, "我来帮")
    (holder,) = await holders(town)
    await town.press_label(holder, holder, "不是诉求")
    await tick(town)
    (call,) = await calls(town)
    assert call.state is HelpState.WITHDRAWN
    assert [text for text in await town.texts(TENANT) if "不用再去了" in text]


async def test_the_handler_asks_volunteers_by_button(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "请志愿者")
    nobody = await town.press_label(HE, HE, "陪伴探望")
    assert "附近还没有能帮“陪伴探望”的志愿者" in nobody["text"]
    await volunteer(town, WANG, MILL, "陪伴探望")
    await volunteer(town, CHEN, RIVERSIDE, "换灯泡")
    await town.press_label(HE, HE, "请志愿者")
    answer = await town.press_label(HE, HE, "陪伴探望")
    assert "已请 1 位志愿者帮忙" in answer["text"]
    assert "我来帮" in labels_of(await newest(town, WANG))
    assert not [one for one in await town.people.history(CHEN, CHEN) if "我来帮" in labels_of(one)]
    await town.press_label(HE, HE, "请志愿者")
    again = await town.press_label(HE, HE, "换灯泡")
    assert "已经在请志愿者了" in again["text"]
    await town.say(CHEN, CHEN, "/help")
    stranger = await town.press(CHEN, CHEN, await newest(town, CHEN), "p:help_claim:1:", forged=True)
    assert "没有这项操作的权限" in stranger["text"], "who was not asked cannot claim"
    other = await town.press(LUO, LUO, await town_message(town, LUO), "p:ask_volunteers:1:", forged=True)
    assert "没有这项操作的权限" in other["text"]


async def town_message(town: Town, account: int) -> dict[str, Any]:
    await town.say(account, account, "/help")
    return await newest(town, account)


@pytest.mark.parametrize("who", [TENANT, WANG])
async def test_who_leaves_is_asked_no_more_and_gives_back_what_was_taken(town: Town, who: int) -> None:
    await asked(town)
    await town.press_label(who, who, "我来帮")
    await town.say(who, who, "/volunteer 退出")
    assert "已退出志愿者，谢谢您！" in await town.texts(who)
    (call,) = await calls(town)
    assert call.state is HelpState.OPEN
    back = await town.press(who, who, await newest(town, who), "p:help_claim:1:", forged=True)
    assert "没有这项操作的权限" in back["text"]
    town.clock.advance(days=400)
    await town.upkeep()
    async with town.database.unit_of_work() as work:
        assert await work.volunteers.of_account(who) is None


async def test_the_reporter_is_not_asked_to_help_themselves(town: Town) -> None:
    await volunteer(town, TENANT, GARDEN)
    await town.say(TENANT, GARDEN, f"/report {ERRAND}")
    assert await calls(town) == ()
