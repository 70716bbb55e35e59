"""Projects in the chat: a partner claims a need, the community agrees, steps are done in time or go up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing.need import NeedState
from routing.project import ProjectState
from tests.integration.civic_steps import BENCH, any_card, card, claimed, forged, need, project, under_way
from tests.integration.clock_steps import at, said
from tests.town import GAO, GARDEN, LI, LIN, MILL, TANG, TONG, WANG, XIE, ZHANG, ZOU, Town, labels_of


async def proposals(town: Town, person: int) -> list[str]:
    """The first line and the buttons of each message by which a need is proposed to the person."""
    said = [(one, str(one.get("text", "")).splitlines()[:1]) for one in await town.people.history(person, person)]
    return [part for one, first in said if first and first[0].startswith("🤝") for part in (*first, *labels_of(one))]


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
    for written, answer in (
        ("/project 1 | 揭牌 | 昨天", "不是今后的日期"),
        ("/project 1 | 9 | 12-20", "已完成或已取消"),
        ("/project 一", "用法"),
        ("/project 99", "没有编号为 99 的项目"),
    ):
        await town.say(TANG, TANG, written)
        assert answer in (await town.texts(TANG))[-1], written
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


async def test_an_offer_that_nobody_decides_goes_up(town: Town) -> None:
    await town.say(LI, GARDEN, "/offer 周末可以教书法班")
    due = "11-25 10:00"  # Sixteen working hours after ten on a Monday.
    remind, late = f"请社区在 {due} 前确认", f"社区一直没有确认，{due} 已到期，已上报 谢明"
    for moment, told, above in (("11-24 14:59", 0, 0), ("11-24 15:00", 1, 0), ("11-25 09:59", 1, 0)):
        town.clock.now = at(moment)
        await town.sweep()
        await town.sweep()
        assert (await said(town, TANG, remind), await said(town, XIE, "资源 6")) == (told, above), moment
    town.clock.now = at(due)
    await town.sweep()
    await town.sweep()
    assert [await said(town, person, late) for person in (TANG, XIE)] == [1, 1]
    # Whoever hears of it can decide it, and then nobody is asked any more.
    await town.press_label(XIE, XIE, "同意")
    decided = [one for one in await town.people.history(TANG, TANG) if "状态 可用" in one.get("text", "")]
    assert [labels_of(one) for one in decided] == [[]]
    town.clock.now = at("12-10 10:00")
    before = [await town.texts(person) for person in (TANG, XIE, GAO)]
    await town.sweep()
    assert [await town.texts(person) for person in (TANG, XIE, GAO)] == before


async def test_an_offer_from_before_there_was_a_limit_has_one_from_now_on(town: Town) -> None:
    await town.say(LI, GARDEN, "/offer 周末可以教书法班")
    async with town.database.unit_of_work() as work:
        offer = await work.civic.partners.offer(6)
        await work.civic.partners.save_offer(replace(offer, decide_due_at=None, next_check_at=offer.offered_at))
        await work.commit()
    town.clock.now = at("11-30 10:00")
    await town.sweep()
    assert await said(town, TANG, "⏰") == 0
    town.clock.now = at("12-02 10:00")
    await town.sweep()
    assert await said(town, XIE, "12-02 10:00 已到期") == 1


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
