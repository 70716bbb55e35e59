"""Votes in the group: one voice for each account, changeable until the end, closed by the clock, kept on record."""

from __future__ import annotations

from datetime import timedelta

from bot.services.desk import Press
from routing.staff import Actor
from routing.vote import Ballot, Vote, VoteState
from tests.sandbox_server import Json
from tests.town import ADMIN, GARDEN, HE, LI, LIN, MILL, TANG, TENANT, TONG, WANG, ZHANG, Town, labels_of

LIAISON = 1000000021
CALL = "/vote 要不要装门禁 | 要 | 不要 | 2小时"


async def vote(town: Town, number: int = 1) -> Vote:
    async with town.database.unit_of_work() as work:
        return await work.civic.votes.get(number)


async def card(town: Town, number: int = 1) -> Json:
    (found,) = [
        one for one in await town.people.history(ZHANG, GARDEN) if str(one.get("text")).startswith(f"🗳 投票 {number}：")
    ]
    return found


async def test_an_anonymous_vote_tells_nothing_until_it_ends_and_then_everything(town: Town) -> None:
    await town.say(TANG, GARDEN, CALL)
    shown = await card(town)
    assert shown["text"].splitlines() == [
        "🗳 投票 1：要不要装门禁",
        "唐丽 发起，不记名，结束后公布票数",
        "1. 要",
        "2. 不要",
        "已投 0 人",
        "截止 11-23 12:00，截止前可以改选",
    ]
    assert labels_of(shown) == ["要", "不要"]
    assert "已投：要" in (await town.press(ZHANG, GARDEN, shown, "要"))["text"]
    await town.press(LI, GARDEN, shown, "不要")
    await town.press(TENANT, GARDEN, shown, "要")
    assert "您投的就是：要" in (await town.press(TENANT, GARDEN, shown, "要"))["text"]
    assert "已改为：不要" in (await town.press(ZHANG, GARDEN, shown, "不要"))["text"]
    assert "已投 3 人" in (await card(town))["text"]
    assert "▇" not in (await card(town))["text"]

    town.clock.advance(hours=2)
    late = await town.press(TONG, GARDEN, await card(town), "要")
    assert "投票 1 已结束" in late["text"]
    await town.sweep()
    await town.sweep()
    results = [one for one in await town.texts(ZHANG, GARDEN) if "结果：要不要装门禁" in one]
    assert len(results) == 1
    assert results[0].splitlines()[1:] == [
        "要 ▇▇▇▇▇ 1 票（33%）",
        "不要 ▇▇▇▇▇▇▇▇▇▇ 2 票（67%）",
        "结果：不要（3 人投票，得 2 票）",
    ]
    closed = await vote(town)
    assert (closed.state, closed.result, labels_of(await card(town))) == (VoteState.CLOSED, (1, 2), [])
    # Nobody can find out afterwards who chose what.
    async with town.database.unit_of_work() as work:
        assert await work.civic.votes.choices(1) == ()
    await town.say(TANG, TANG, "/digest")
    assert "🗳 投票\n1. 要不要装门禁｜结果：不要（3 人投票，得 2 票）" in (await town.texts(TANG))[-1]
    await town.say(ZHANG, GARDEN, "/votes")
    assert "1. 要不要装门禁｜结果：不要（3 人投票，得 2 票）" in (await town.texts(ZHANG, GARDEN))[-1]


async def test_a_named_vote_counts_openly_and_is_on_record(town: Town) -> None:
    await town.say(TANG, GARDEN, "/vote 周六还是周日开会 | 周六 | 周日 | 明天 | 记名")
    await town.press(ZHANG, GARDEN, await card(town), "周六")
    await town.press(LI, GARDEN, await card(town), "周日")
    assert "周六 ▇▇▇▇▇▇▇▇▇▇ 1 票（50%）" in (await card(town))["text"]
    named = await vote(town)
    assert (named.ballot, named.closes_at - town.clock.now) == (Ballot.NAMED, timedelta(hours=32))
    town.clock.advance(hours=32)
    await town.sweep()
    assert "结果：周六、周日 票数相同（2 人投票）" in (await card(town))["text"]
    async with town.database.unit_of_work() as work:
        assert [(one.name, one.option) for one in await work.civic.votes.choices(1)] == [("张敏", 0), ("李大爷", 1)]


async def test_only_the_community_and_those_above_call_a_vote(town: Town) -> None:
    for person in (ZHANG, LIN, HE, TONG):
        await town.say(person, GARDEN, CALL)
        assert (await town.texts(person, GARDEN))[-1] == "您没有这项操作的权限。"
    await town.say(ADMIN, GARDEN, CALL)
    assert (await vote(town)).called_by == "系统管理员"
    for person in (ZHANG, LIN):
        await town.say(person, person, "/vote 取消 1")
        assert "没有这项操作的权限" in (await town.texts(person))[-1]
    assert (await vote(town)).state is VoteState.RUNNING
    await town.say(TANG, TANG, "/vote 取消 1")
    assert "投票 1（要不要装门禁）已取消" in (await town.texts(TANG))[-1]
    assert ((await vote(town)).state, labels_of(await card(town))) == (VoteState.CANCELLED, [])
    await town.say(TANG, TANG, "/vote 取消 1")
    assert "投票 1 已结束" in (await town.texts(TANG))[-1]
    await town.say(TANG, TANG, "/vote 取消 7")
    assert "没有编号为 7 的投票" in (await town.texts(TANG))[-1]


async def test_who_has_a_post_here_or_sits_elsewhere_has_no_voice(town: Town) -> None:
    await town.say(TANG, GARDEN, CALL)
    shown = await card(town)
    for person in (LIN, HE, TANG, ADMIN):
        assert "不参加居民投票" in (await town.press(person, GARDEN, shown, "要"))["text"]
    elsewhere = await town.say(WANG, MILL, "/votes")
    answer = await town.press(WANG, MILL, elsewhere, "p:vote_choose:1:0", forged=True)
    assert "没有这项操作的权限" in answer["text"]
    for argument in ("2", "-1", "x", ""):
        answer = await town.press(ZHANG, GARDEN, shown, f"p:vote_choose:1:{argument}", forged=True)
        assert "没有这项操作的权限" in answer["text"]
    assert "没有编号为 9 的投票" in (await town.press(ZHANG, GARDEN, shown, "p:vote_choose:9:0", forged=True))["text"]
    assert "已投 0 人" in (await card(town))["text"]
    # A liaison is a neighbour like the others.
    async with town.database.unit_of_work() as work:
        posts = await work.staff.of_account(LIAISON)
        press = Press(Actor(LIAISON, "段红", posts), "telegram", GARDEN, None)
        assert (await town.cases.civic.votes.choose(work, press, 1, "0")).key == "votes.chosen"


async def test_what_is_no_vote_is_explained(town: Town) -> None:
    for written, said in (
        ("/vote", "用法"),
        ("/vote 只有标题", "没看懂这个投票"),
        ("/vote 标题 | 一个选项", "没看懂这个投票"),
        ("/vote 标题 | 同 | 同", "没看懂这个投票"),
        ("/vote 标题 | 甲 | 乙 | 1小时后", None),
        ("/vote 标题 | 甲 | 乙 | 90天", "没看懂截止时间“90天”"),
        ("/vote 标题 | 甲 | 乙 | 昨天", "没看懂截止时间“昨天”"),
    ):
        await town.say(TANG, GARDEN, written)
        if said is not None:
            assert said in (await town.texts(TANG, GARDEN))[-1], written
    await town.say(TANG, TANG, CALL)
    assert "请在居民群里发" in (await town.texts(TANG))[-1]


async def test_a_vote_that_nobody_takes_part_in_says_so(town: Town) -> None:
    await town.say(TANG, GARDEN, CALL)
    town.clock.advance(hours=3)
    await town.sweep()
    assert "结果：没有人投票" in (await card(town))["text"]
