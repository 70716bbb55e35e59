"""Needs, resources and projects in the chat: a wish, neighbours behind it, a partner, a project, and the good news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing.need import Need, NeedFilter, NeedState
from routing.partner import Offer, OfferState, Partner, PartnerKind
from routing.project import Project, ProjectState
from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.sandbox_server import Json
from tests.town import GAO, GARDEN, HE, LI, LIN, MILL, TANG, TENANT, TONG, WANG, XIE, ZHANG, ZOU, Town, labels_of

BENCH = "希望3栋楼下装几张长椅，老人走累了能歇歇"
JOIN = "🙋 我也想要"


async def needs(town: Town) -> tuple[Need, ...]:
    async with town.database.unit_of_work() as work:
        return await work.civic.needs.find(NeedFilter(), limit=100)


async def need(town: Town) -> Need:
    (one,) = await needs(town)
    return one


async def project(town: Town, project_id: int = 1) -> Project:
    async with town.database.unit_of_work() as work:
        return await work.civic.projects.get(project_id)


async def card(town: Town, number: int = 1, user: int = ZHANG, chat: int = GARDEN) -> Json:
    """The need's card in the group."""
    found = [one for one in await town.people.history(user, chat) if f"需求 {number}：" in str(one.get("text"))]
    assert len(found) == 1, [one.get("text") for one in found]
    return found[0]


async def claimed(town: Town) -> None:
    """A bench is wanted, and the bank has claimed it."""
    await town.say(ZHANG, GARDEN, BENCH)
    await town.press_label(ZOU, ZOU, "🤝 认领需求 1")


async def under_way(town: Town) -> None:
    await claimed(town)
    await town.press_label(TANG, TANG, "同意")


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


def forged(action: str, subject: int, argument: str = "") -> str:
    return f"p:{action}:{subject}:{argument}"


async def proposals(town: Town, person: int) -> list[str]:
    """The first line and the buttons of each message by which a need is proposed to the person."""
    said = [(one, str(one.get("text", "")).splitlines()[:1]) for one in await town.people.history(person, person)]
    return [part for one, first in said if first and first[0].startswith("🤝") for part in (*first, *labels_of(one))]


async def any_card(town: Town, person: int) -> Json:
    return await town.say(person, person, "/help")


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


async def test_of_two_partners_the_first_gets_it(town: Town) -> None:
    await town.say(ZHANG, GARDEN, BENCH)
    message = await any_card(town, TONG)
    await town.press_label(ZOU, ZOU, "🤝 认领需求 1")
    answer = await town.press(TONG, TONG, message, forged("need_claim", 1), forged=True)
    assert "需求 1 的状态已变化" in answer["text"]


async def test_a_claim_that_is_not_agreed_to_leaves_the_need_open(town: Town) -> None:
    await claimed(town)
    # What was proposed has no button while somebody is at it.
    assert await proposals(town, ZOU) == ["🤝 需求 1 现在不用再认领"]
    await town.press_label(TANG, TANG, "不同意")
    assert ((await need(town)).state, (await project(town)).state) == (NeedState.OPEN, ProjectState.REFUSED)
    assert "⏳ 待认领" in (await card(town))["text"]
    assert any("状态 未同意" in one for one in await town.texts(ZOU))
    assert await proposals(town, ZOU) == ["🤝 需求 1（休闲座椅）也许您能帮上", "🤝 认领需求 1", "不合适"]
    # Another may claim it now: the teacher is of the same community.
    await town.say(TONG, TONG, "/need 1")
    await town.press_label(TONG, TONG, "🤝 认领需求 1")
    assert (await project(town, 2)).state is ProjectState.CLAIMED


async def test_a_partner_gives_up_and_the_neighbours_hear(town: Town) -> None:
    await under_way(town)
    await town.press_label(ZOU, ZOU, "退出")
    assert ((await need(town)).state, (await project(town)).state) == (NeedState.OPEN, ProjectState.CANCELLED)
    assert any("需求重新开放认领" in one for one in await town.texts(ZHANG, GARDEN))
    town.clock.advance(days=30)
    before = await town.texts(TANG)
    await town.sweep()
    assert await town.texts(TANG) == before


async def test_a_claim_that_nobody_answers_goes_up(town: Town) -> None:
    await claimed(town)
    town.clock.advance(hours=31)
    await town.sweep()
    assert any("⏰ 棠川银行桂花园支行 认领了需求 1（项目 1）" in one for one in await town.texts(TANG))
    assert not any("项目 1" in one for one in await town.texts(XIE))
    town.clock.advance(days=2)
    await town.sweep()
    await town.sweep()
    late = [one for one in await town.texts(XIE) if "一直没有确认" in one]
    assert len(late) == 1
    assert "谢明" in late[0]


async def test_a_late_step_reminds_and_goes_up_once_for_each_level(town: Town) -> None:
    await under_way(town)
    await town.press_label(TANG, TANG, "✔ 完成：现场对接")
    async with town.database.unit_of_work() as work:
        (_, step, _) = await work.civic.projects.steps(1)
    town.clock.now = step.due_at - timedelta(hours=3)
    await town.sweep()
    assert sum("“落实到位”快到期了" in one for one in await town.texts(ZOU)) == 1
    town.clock.now = step.due_at + timedelta(minutes=1)
    await town.sweep()
    await town.sweep()
    for person in (ZOU, TANG, XIE):
        assert sum("“落实到位”已超期" in one for one in await town.texts(person)) == 1, person
    await town.say(TANG, TANG, "/projects")
    assert "🔴 落实到位已超期" in (await town.texts(TANG))[-1]
    # A new date makes it a new promise.
    await town.say(TANG, TANG, "/project 1 | 2 | 30天")
    assert "“落实到位”改到" in (await town.texts(TANG))[-1]
    await town.say(TANG, TANG, "/projects")
    assert "🔴" not in (await town.texts(TANG))[-1]
    town.clock.advance(days=3)
    await town.sweep()
    assert sum("“落实到位”已超期" in one for one in await town.texts(ZOU)) == 1


async def test_the_community_adds_steps(town: Town) -> None:
    await under_way(town)
    await town.say(TANG, TANG, "/project 1 | 揭牌 | 12-20 | 认领方")
    await town.say(TANG, TANG, "/project 1")
    assert "4. 揭牌（认领方，12-20 前）" in (await town.texts(TANG))[-1]
    for written, said in (
        ("/project 1 | 揭牌 | 昨天", "不是今后的日期"),
        ("/project 1 | 9 | 12-20", "已完成或已取消"),
        ("/project 一", "用法"),
        ("/project 99", "没有编号为 99 的项目"),
    ):
        await town.say(TANG, TANG, written)
        assert said in (await town.texts(TANG))[-1], written
    await town.say(LIN, LIN, "/project 1 | 揭牌 | 12-20")
    assert "没有这项操作的权限" in (await town.texts(LIN))[-1]


async def test_what_a_neighbour_offers_waits_for_the_community(town: Town) -> None:
    await town.say(WANG, MILL, "/need 办个书法班，孩子放假学学")
    assert "需求 1：兴趣课程" in (await card(town, 1, WANG, MILL))["text"]
    await town.say(LI, LI, "/mine")
    await town.say(LI, GARDEN, "/offer 我退休前教书法，周末可以教书法班")
    asked = await town.with_button(TANG, TANG, "同意")
    assert "提供 李大爷" in asked["text"]
    await town.say(TANG, TANG, "/digest")
    assert "待社区确认的资源 1 项" in (await town.texts(TANG))[-1]
    await town.press(TANG, TANG, asked, "同意")
    assert any("已列入清单，谢谢" in one for one in await town.texts(LI))
    fits = await town.with_button(LI, LI, "🤝 认领需求 1")
    assert "依据：类别相同、同一社区、说法相近" in fits["text"]
    await town.press(LI, LI, fits, "🤝 认领需求 1")
    assert "李大爷 已认领" in (await card(town, 1, WANG, MILL))["text"]
    assert "已处理过了" in (await town.press(TANG, TANG, asked, forged("offer_approve", 6), forged=True))["text"]
    await town.say(LI, LI, "/offers")
    await town.press_label(LI, LI, "撤回资源 6")
    await town.say(LI, LI, "/offers")
    assert "书法，周末" not in (await town.texts(LI))[-1]


async def test_what_is_given_in_one_complex_is_listed_in_the_next(town: Town) -> None:
    await town.say(LI, GARDEN, "/offer 周末可以教书法班")
    await town.press_label(TANG, TANG, "同意")
    await town.say(WANG, MILL, "/offers")
    assert "周末可以教书法班" in (await town.texts(WANG, MILL))[-1]


async def test_an_offer_that_is_refused_stands_on_no_list(town: Town) -> None:
    await town.say(LI, GARDEN, "/offer 卖保健品，人人八折")
    await town.press_label(TANG, TANG, "不同意")
    await town.say(ZHANG, GARDEN, "/offers")
    listed = (await town.texts(ZHANG, GARDEN))[-1]
    assert "保健品" not in listed


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


async def test_the_digest_tells_of_the_three_lists(town: Town) -> None:
    await town.say(TANG, TANG, "/digest")
    assert "三张清单" not in (await town.texts(TANG))[-1]
    await under_way(town)
    await town.say(LI, GARDEN, "/need 办个书法班")
    await town.say(ZHANG, GARDEN, "+1")
    town.clock.advance(minutes=1)
    await town.say(TANG, TANG, "/digest")
    told = (await town.texts(TANG))[-1]
    assert "新增需求 2 项，清单上 2 项，其中待确认 0 项，实施中 1 项" in told
    assert "呼声高：2. 办个书法班（2 人）" in told
    assert "超期项目" not in told
    town.clock.advance(days=10)
    await town.say(TANG, TANG, "/digest")
    assert (
        "🔴 超期项目 1 个\n1. 休闲座椅（需求 1）｜棠川银行桂花园支行｜🔴 现场对接已超期" in (await town.texts(TANG))[-1]
    )
    await town.say(GAO, GAO, "/digest")
    assert any("🔴 超期项目 1 个" in one for one in await town.texts(GAO))


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


async def test_who_stopped_the_bot_is_told_in_the_group_alone(town: Town) -> None:
    await town.say(LI, LI, "/mine")
    await town.say(LI, GARDEN, BENCH)
    await town.people.block(LI)
    await town.press_label(ZOU, ZOU, "🤝 认领需求 1")
    await town.press_label(TANG, TANG, "同意")
    await town.settle()
    assert any("需求 1 开始办了" in one for one in await town.texts(ZHANG, GARDEN))
    async with town.database.unit_of_work() as work:
        assert await work.civic.private_chats.among("telegram", [LI]) == frozenset()


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
