"""Needs in the chat: a wish, neighbours behind it, a partner, a project, and the good news."""

from __future__ import annotations

from dataclasses import replace

from routing.need import NeedState
from routing.partner import Offer, OfferState, Partner, PartnerKind
from routing.project import ProjectState
from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.integration.civic_steps import BENCH, any_card, card, forged, need, needs, project
from tests.town import GARDEN, HE, LI, LIN, MILL, TANG, TENANT, TONG, WANG, ZHANG, ZOU, Town, labels_of

JOIN = "🙋 我也想要"


async def test_from_a_wish_to_a_bench(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "/mine")  # Who has spoken to the bot can be told in private.
    await town.say(ZHANG, GARDEN, BENCH)
    ticket = await town.ticket()
    assert (ticket.status, ticket.resolution) == (Status.ARCHIVED, "已列入需求清单（需求 1）")
    assert ticket.first_claimed_at == town.clock.now
    assert EventKind.LISTED_AS_NEED in {event.kind for event in await town.events(ticket)}
    shown = await card(town)
    assert shown["text"].splitlines()[0] == "需求 1：休闲座椅"
    assert ("🙋 1 人想要" in shown["text"], labels_of(shown)) == (True, [JOIN])
    # One message in the group, and no handler is bothered.
    assert [one for one in await town.texts(ZHANG, GARDEN) if ticket.number in one] == []
    assert not any(ticket.number in one for one in await town.texts(TANG))

    # Neighbours stand behind it, each once, by button and by word; the card counts.
    assert "共 2 人想要" in (await town.press(LI, GARDEN, await card(town), JOIN))["text"]
    assert "您已经在里面了" in (await town.press(LI, GARDEN, await card(town), JOIN))["text"]
    await town.say(TENANT, GARDEN, "我也想要！", reply_to=(await card(town))["message_id"])
    await town.say(TONG, GARDEN, "+1")
    assert "🙋 4 人想要" in (await card(town))["text"]
    assert [one.status for one in await town.tickets()] == [Status.ARCHIVED]

    await town.say(LI, LI, "/mine")
    assert ticket.number in (await town.texts(LI))[-1]

    # The bank that offered a bench is asked, with the reasons; the teacher of calligraphy is not.
    (proposal,) = [one for one in await town.texts(ZOU) if "也许您能帮上" in one]
    assert "您的资源：可以捐两张长椅" in proposal
    assert "依据：类别相同、就在服务范围内、说法相近" in proposal
    assert not any("也许您能帮上" in one for one in await town.texts(TONG))

    await town.press_label(ZOU, ZOU, "🤝 认领需求 1")
    assert ((await need(town)).state, (await project(town)).state) == (NeedState.CLAIMED, ProjectState.CLAIMED)
    assert "棠川银行桂花园支行 已认领，等社区确认" in (await card(town))["text"]
    asked = await town.with_button(TANG, TANG, "同意")
    assert labels_of(asked) == ["同意", "不同意"]
    await town.press(TANG, TANG, asked, "同意")
    assert "🔧 棠川银行桂花园支行 正在办（项目 1）" in (await card(town))["text"]
    begun = [one for one in await town.texts(ZHANG, GARDEN) if "需求 1 开始办了" in one]
    assert len(begun) == 1
    # In private hears who has spoken to the bot and asked for it.
    assert sum("需求 1 开始办了" in one for one in await town.texts(ZHANG)) == 1
    assert sum("需求 1 开始办了" in one for one in await town.texts(LI)) == 1
    assert not any("需求 1 开始办了" in one for one in await town.texts(TENANT))

    # Steps are done by their sides, the last word is the community's.
    assert (
        "还有 3 步没有完成"
        in (await town.press(TANG, TANG, await any_card(town, TANG), forged("project_finish", 1), forged=True))["text"]
    )
    await town.press_label(TANG, TANG, "✔ 完成：现场对接")
    await town.press_label(ZOU, ZOU, "✔ 完成：落实到位")
    await town.press_label(TANG, TANG, "✔ 完成：验收公示")
    await town.press_label(TANG, TANG, "✅ 办成了")
    assert ((await need(town)).state, (await project(town)).state) == (NeedState.MET, ProjectState.DONE)
    done = await card(town)
    assert ("✅ 已办成，感谢棠川银行桂花园支行" in done["text"], labels_of(done)) == (True, [])
    assert sum("需求 1 办成了" in one for one in await town.texts(LI, GARDEN)) == 1
    assert sum("需求 1 办成了" in one for one in await town.texts(ZHANG)) == 1


async def test_whoever_may_not_is_refused_and_nothing_changes(town: Town) -> None:
    await town.say(ZHANG, GARDEN, BENCH)
    for person, action in (
        (ZHANG, "need_claim"),
        (TANG, "need_claim"),
        (TONG, "need_close"),
        (LIN, "need_close"),
        (HE, "need_close_for"),
    ):
        answer = await town.press(
            person, person, await any_card(town, person), forged(action, 1, "covered"), forged=True
        )
        assert "没有这项操作的权限" in answer["text"], (person, action)
    assert (await need(town)).state is NeedState.OPEN
    await town.press_label(ZOU, ZOU, "🤝 认领需求 1")
    for person in (ZHANG, LIN, HE, ZOU, TONG):
        for action in ("project_agree", "project_disagree", "project_cancel", "project_finish", "project_leave"):
            if (person, action) == (ZOU, "project_leave"):
                continue
            answer = await town.press(person, person, await any_card(town, person), forged(action, 1), forged=True)
            assert "没有这项操作的权限" in answer["text"], (person, action)
    assert (await project(town)).state is ProjectState.CLAIMED
    # What does not exist, and buttons of yesterday, are answered too.
    for data, said in (
        (forged("need_join", 99), "没有编号为 99 的需求"),
        (forged("project_agree", 99), "没有编号为 99 的项目"),
        (forged("project_finish", 1), "状态已变化"),
        (forged("project_step", 1, "77"), "已完成或已取消"),
        (forged("offer_approve", 99), "没有编号为 99 的资源"),
        (forged("need_close", 1), "状态已变化"),
        (forged("need_claim", 1, "x"), "没有这项操作的权限"),
    ):
        answer = await town.press(TANG, TANG, await any_card(town, TANG), data, forged=True)
        assert said in answer["text"], data


async def test_nobody_of_elsewhere_sees_or_claims_a_need(town: Town) -> None:
    await town.say(WANG, MILL, "/need 办个书法班")
    await town.say(ZHANG, GARDEN, "/need 1")
    assert "没有编号为 1 的需求" in (await town.texts(ZHANG, GARDEN))[-1]
    async with town.database.unit_of_work() as work:
        (club,) = await work.civic.partners.put([Partner(0, "远处的书画社", PartnerKind.SOCIAL, "TD301", account=LI)])
        far = Offer(0, "书法班", "lessons", "TD301", "TC/TD/TD3/TD301/", OfferState.LISTED, "telegram", town.clock.now)
        offer = await work.civic.partners.add_offer(replace(far, partner_id=club.id))
        await work.commit()
    message = await any_card(town, LI)
    for argument in ("", str(offer.id)):
        answer = await town.press(LI, LI, message, forged("need_claim", 1, argument), forged=True)
        assert "没有这项操作的权限" in answer["text"]
    await town.say(LI, LI, "/need 1")
    assert "没有编号为 1 的需求" in (await town.texts(LI))[-1]
    assert (await need(town)).state is NeedState.OPEN
    # Nobody but a partner has been proposed anything.
    answer = await town.press(ZHANG, ZHANG, await any_card(town, ZHANG), forged("match_no", 1), forged=True)
    assert "没有这项操作的权限" in answer["text"]
    await town.press_label(TONG, TONG, "不合适")
    assert any("好的，这次不认领。" in one for one in await town.texts(TONG))


async def test_a_handler_lists_what_nobody_owes(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "建议每月开一次业主大会")
    await town.say(LI, GARDEN, "+1")
    ticket = await town.ticket()
    assert ticket.status is Status.DISPATCHED
    answer = await town.press_label(TANG, TANG, "列入需求清单")
    assert "已列入需求清单（需求 1）" in answer["text"]
    ticket = await town.ticket()
    assert (ticket.status, ticket.resolution) == (Status.ARCHIVED, "已列入需求清单（需求 1）")
    assert ((await need(town)).voices, (await need(town)).kind) == (2, "")
    assert "需求 1：其他" in (await card(town))["text"]


async def test_the_same_wish_is_listed_once(town: Town) -> None:
    await town.say(ZHANG, GARDEN, BENCH)
    await town.say(LI, GARDEN, "能不能在3栋楼下装几张长椅")
    assert [(one.voices, one.state) for one in await needs(town)] == [(2, NeedState.OPEN)]
    assert any("清单里已有这一项（需求 1）" in one for one in await town.texts(LI, GARDEN))
    assert "🙋 2 人想要" in (await card(town))["text"]


async def test_the_community_takes_a_need_off_the_list_and_says_why(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/need 在花坛里养孔雀")
    await town.say(TANG, TANG, "/need 1")
    await town.press_label(TANG, TANG, "下架")
    await town.press_label(TANG, TANG, "暂时没有条件")
    assert (await need(town)).state is NeedState.CLOSED
    shown = await card(town)
    assert ("已下架：暂时没有条件" in shown["text"], labels_of(shown)) == (True, [])
    answer = await town.press(LI, GARDEN, shown, forged("need_join", 1), forged=True)
    assert "状态已变化" in answer["text"]


async def test_lists_show_the_most_wanted_first_and_take_voices(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/need 办个书法班")
    await town.say(LI, GARDEN, "/need 多放几个充电的地方")
    await town.say(TENANT, GARDEN, "+1")
    await town.say(TENANT, GARDEN, "/needs")
    listed = (await town.people.history(TENANT, GARDEN))[-1]
    assert listed["text"].splitlines()[1:3] == [
        "2. 多放几个充电的地方｜2 人想要｜待认领",
        "1. 办个书法班｜1 人想要｜待认领",
    ]
    assert labels_of(listed) == ["🙋 需求 2", "🙋 需求 1"]
    await town.press(TENANT, GARDEN, listed, "🙋 需求 1")
    assert [one.voices for one in await needs(town)] == [2, 2]
    # A voice is given in the group; the community's private list only tells.
    await town.say(TANG, TANG, "/needs")
    assert "2. 多放几个充电的地方" in (await town.texts(TANG))[-1]
    await town.say(TANG, TANG, "/need 2")
    private = await town.people.history(TANG, TANG)
    assert [labels_of(one) for one in (private[-3], private[-1])] == [[], ["下架"]]
    # A resident's private chat lies in no area.
    await town.say(TENANT, TENANT, "/needs")
    assert "请在小区群里发" in (await town.texts(TENANT))[-1]
    await town.say(TENANT, GARDEN, "/projects")
    assert (await town.texts(TENANT, GARDEN))[-1] == "没有进行中的项目。"


async def test_needs_have_bounds(town: Town) -> None:
    for written, said in (
        ("/need", "用法"),
        ("/need 树", "请用 3 到 200 个字写清楚"),
        ("/need 77", "没有编号为 77 的需求"),
    ):
        await town.say(ZHANG, GARDEN, written)
        assert any(said in one for one in await town.texts(ZHANG, GARDEN)), written
    for what in ("办个书法班", "放一场露天电影", "在广场放几张乒乓球桌", "再建一个图书室"):
        await town.say(ZHANG, GARDEN, f"/need {what}")
    assert len(await needs(town)) == 3
    assert any("一天最多提 3 项" in one for one in await town.texts(ZHANG, GARDEN))
    # Telephone numbers are not for everybody to read.
    await town.say(LI, GARDEN, "/need 想学太极，请联系 13800001234")
    shown = await card(town, 4, LI)
    assert "想学太极，请联系 138****1234" in shown["text"]


async def test_plus_one_still_means_the_trouble_that_was_reported_last(town: Town) -> None:
    await town.say(ZHANG, GARDEN, BENCH)
    town.clock.advance(minutes=5)
    await town.say(ZHANG, GARDEN, "3栋2单元电梯停了")
    await town.say(LI, GARDEN, "+1")
    assert (await need(town)).voices == 1
    (elevator,) = [one for one in await town.tickets() if one.service_code == "property.elevator"]
    async with town.database.unit_of_work() as work:
        assert len(await work.tickets.reporters(elevator.id)) == 2


async def test_who_asked_is_forgotten_a_year_after(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/need 在花坛里养孔雀")
    await town.say(TANG, TANG, "/need 1")
    await town.press_label(TANG, TANG, "下架")
    await town.press_label(TANG, TANG, "暂时没有条件")
    town.clock.advance(days=364)
    await town.upkeep()
    async with town.database.unit_of_work() as work:
        assert len(await work.civic.needs.voices(1)) == 1
    town.clock.advance(days=2)
    await town.upkeep()
    async with town.database.unit_of_work() as work:
        assert await work.civic.needs.voices(1) == ()
    kept = await need(town)
    assert (kept.account, kept.voices) == (None, 1)


async def test_a_list_goes_with_its_group_to_another_number(town: Town) -> None:
    await town.say(ZHANG, GARDEN, BENCH)
    async with town.database.unit_of_work() as work:
        await work.groups.migrate("telegram", GARDEN, GARDEN - 1)
        await work.commit()
    assert (await need(town)).group_chat_id == GARDEN - 1


async def test_the_menu_and_the_help_name_what_neighbours_can_do(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "/help")
    said = " ".join(await town.texts(ZHANG))
    for command in ("/needs", "/offers", "/projects", "/votes"):
        assert command in said
    await town.say(TANG, TANG, "/help")
    assert "/vote 标题" in " ".join(await town.texts(TANG))
