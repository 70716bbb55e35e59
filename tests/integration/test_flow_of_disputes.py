"""Three parties settle a dispute: named, heard, a day agreed, the outcome confirmed by each; or the street takes it."""

from __future__ import annotations

import pytest

from routing.dispute import Dispute, PartyKind
from routing.dispute_states import DisputeState
from tests.integration.clock_steps import at, said
from tests.town import GARDEN, HE, LI, LIN, TANG, XIE, ZHANG, Town, labels_of

ABOUT = "电梯维修费怎么分摊"
REFUSED = "您没有这项操作的权限。"


async def disputes(town: Town) -> tuple[Dispute, ...]:
    async with town.database.unit_of_work() as work:
        return await work.disputes.find()


async def dispute(town: Town) -> Dispute:
    (one,) = await disputes(town)
    return one


async def opened(town: Town) -> Dispute:
    """The community opens one for the garden, whose property company it finds by itself."""
    await town.say(TANG, TANG, f"/mediate 锦绣花园 {ABOUT}")
    return await dispute(town)


async def answer(town: Town, person: int, label: str, words: str) -> None:
    """Presses a button of the card and writes the words that it asks for."""
    await town.press_label(person, person, label)
    await town.say(person, person, words)


async def name_owners(town: Town) -> str:
    """The chairman of the owners' committee is named; returns the line by which he joins."""
    await answer(town, TANG, "＋业委会", "马建平")
    return (await town.texts(TANG))[-1].rpartition("\n")[2]


async def test_three_parties_from_the_first_word_to_the_confirmed_outcome(town: Town) -> None:
    one = await opened(town)
    assert [(party.kind, party.name) for party in one.parties] == [
        (PartyKind.COMMITTEE, "唐丽"),
        (PartyKind.PROPERTY, "何志强"),
    ]
    card = await town.with_button(TANG, TANG, "提议时间")
    for part in (f"三方协商 {one.number}｜征集意见", "地点 锦绣花园", f"事由 {ABOUT}", "· 物业 何志强：未陈述"):
        assert part in card["text"]
    link = await name_owners(town)
    assert "· 业委会 马建平：未陈述，由社区代办" in (await town.with_button(TANG, TANG, "提议时间"))["text"]

    # He joins by the link, once; the property company needs none.
    await town.say(LI, LI, link)
    assert f"马建平，您已加入协商 {one.number}。" in await town.texts(LI)
    await town.say(ZHANG, ZHANG, link)
    assert "参加链接已经用过" in (await town.texts(ZHANG))[-1]

    await answer(town, LI, "写陈述", "维修费应从公共收益里出")
    await answer(town, HE, "写陈述", "公共收益不够，差两万元")
    await answer(town, TANG, "写陈述", "社区愿意协调申请维修资金")
    shown = (await town.with_button(TANG, TANG, "提议时间"))["text"]
    assert "何志强的陈述：公共收益不够，差两万元" in shown
    assert "马建平的陈述：维修费应从公共收益里出" in shown
    seen = [text for text in await town.texts(LI) if "三方协商" in text][-1]
    assert ("维修费应从公共收益里出" in seen, "差两万元" in seen) == (True, False)

    await answer(town, TANG, "提议时间", "11-26 15:00")
    assert await said(town, HE, f"协商 {one.number}：唐丽 提议 11-26 15:00 开会，请在卡片上答复。") == 1
    await town.press_label(HE, HE, "时间不合适")
    assert await said(town, TANG, f"协商 {one.number}：何志强 说时间不合适，请另提时间。") == 1
    await answer(town, HE, "提议时间", "11-27 下午3点")
    # Everybody but who proposed is asked anew.
    assert [party.accepted for party in (await dispute(town)).parties] == [None, True, None]
    await town.press_label(TANG, TANG, "同意时间")
    await town.press_label(LI, LI, "同意时间")
    agreed = await dispute(town)
    assert (agreed.state, agreed.meeting_at) == (DisputeState.MEETING, at("11-27 15:00"))
    for person in (TANG, HE, LI):
        assert await said(town, person, f"协商 {one.number}：各方都同意，11-27 15:00 开会。") == 1

    assert "会议还没有开" in (await town.press_label(TANG, TANG, "写结果"))["text"]
    town.clock.now = at("11-27 16:00")
    await answer(town, TANG, "写结果", "物业先垫付，月底前修好")
    assert await said(town, LI, "物业先垫付，月底前修好") >= 1
    await town.press_label(HE, HE, "确认结果")
    await answer(town, LI, "有异议", "要写明从公共收益里归还")
    objected = await dispute(town)
    assert (objected.state, objected.parties[2].objection) == (DisputeState.MEETING, "要写明从公共收益里归还")
    assert "马建平的异议：要写明从公共收益里归还" in (await town.with_button(TANG, TANG, "写结果"))["text"]
    await answer(town, TANG, "写结果", "物业先垫付，月底前修好，从公共收益里归还")
    await town.press_label(HE, HE, "确认结果")
    assert (await dispute(town)).state is DisputeState.CONFIRMING
    await town.press_label(LI, LI, "确认结果")
    solved = await dispute(town)
    assert (solved.state, solved.closed_at) == (DisputeState.SOLVED, town.clock.now)
    for person in (TANG, HE, LI):
        assert await said(town, person, f"✅ 协商 {one.number} 各方都已确认，矛盾化解。") == 1
        final = [text for text in await town.texts(person) if f"三方协商 {one.number}｜" in text]
        assert len(final) == 1, "one card, edited in place"
        assert "｜已化解" in final[0]
    async with town.database.unit_of_work() as work:
        kinds = [event.kind for event in await work.disputes.events(one.id)]
    assert (kinds[0], kinds[-1], len(kinds)) == ("opened", "dp_confirm", 17)


async def test_the_parties_are_reminded_of_their_meeting(town: Town) -> None:
    one = await opened(town)
    await answer(town, TANG, "提议时间", "11-27 15:00")
    await town.press_label(HE, HE, "同意时间")
    reminder = f"⏰ 协商 {one.number} 的会议 11-27 15:00 开始（锦绣花园）"
    for moment, heard in (
        ("11-26 14:59", 0),
        ("11-26 15:00", 1),
        ("11-27 13:59", 1),
        ("11-27 14:00", 2),
        ("11-27 15:00", 2),
    ):
        town.clock.now = at(moment)
        await town.sweep()
        await town.sweep()
        assert [await said(town, person, reminder) for person in (TANG, HE)] == [heard, heard], moment
    assert (await dispute(town)).remind_at is None


async def test_a_meeting_that_was_put_off_is_reminded_of_at_its_new_time_alone(town: Town) -> None:
    await opened(town)
    await answer(town, TANG, "提议时间", "11-27 15:00")
    await town.press_label(HE, HE, "同意时间")
    await answer(town, TANG, "提议时间", "11-30 15:00")
    town.clock.now = at("11-27 14:30")
    await town.sweep()
    await town.press_label(HE, HE, "同意时间")
    town.clock.now = at("11-30 14:40")
    await town.sweep()
    assert [await said(town, HE, f"的会议 {day} 15:00 开始") for day in ("11-27", "11-30")] == [0, 1]


async def test_who_is_not_in_the_chat_takes_part_through_the_community(town: Town) -> None:
    one = await opened(town)
    await name_owners(town)
    await answer(town, TANG, "写陈述（代马建平）", "费用应该物业出")
    heard = (await dispute(town)).parties[2]
    assert (heard.statement, heard.stated_through) == ("费用应该物业出", "唐丽")
    assert "马建平的陈述（唐丽 代记）：费用应该物业出" in (await town.with_button(TANG, TANG, "提议时间"))["text"]
    await answer(town, TANG, "提议时间", "明天15:00")
    await town.press_label(TANG, TANG, "同意时间（代马建平）")
    await town.press_label(HE, HE, "同意时间")
    assert (await dispute(town)).state is DisputeState.MEETING
    # Once he has joined, nobody answers for him any more.
    town.clock.now = at("11-24 16:00")
    await answer(town, TANG, "写结果", "物业承担一半")
    card = await town.with_button(TANG, TANG, "确认结果（代马建平）")
    link = [text for text in await town.texts(TANG) if "/start party-" in text][-1].rpartition("\n")[2]
    await town.say(LI, LI, link)
    refused = await town.press(TANG, TANG, card, _data(card, "确认结果（代马建平）"), forged=True)
    assert REFUSED in refused["text"]
    await town.press_label(LI, LI, "确认结果")
    await town.press_label(HE, HE, "确认结果")
    assert (await dispute(town)).state is DisputeState.SOLVED
    assert one.id == (await dispute(town)).id


async def test_what_does_not_succeed_is_unsolved_or_goes_to_the_street(town: Town) -> None:
    one = await opened(town)
    await answer(town, TANG, "未化解", "双方都不肯让步")
    unsolved = await dispute(town)
    assert (unsolved.state, unsolved.reason, unsolved.closed_at) == (
        DisputeState.UNSOLVED,
        "双方都不肯让步",
        town.clock.now,
    )
    assert await said(town, HE, f"协商 {one.number} 未能化解：双方都不肯让步") == 1
    await answer(town, TANG, "移交街道", "涉及多个小区，请街道主持")
    handed = await dispute(town)
    assert (handed.state, handed.handed_at) == (DisputeState.HANDED_OVER, town.clock.now)
    card = await town.with_button(XIE, XIE, "提议时间")
    assert "说明 涉及多个小区，请街道主持" in card["text"]
    assert labels_of(card) == ["提议时间", "未化解"]
    # The community no longer mediates; it stays a party.
    mine = [one for one in await town.people.history(TANG, TANG) if "｜已移交街道" in str(one.get("text"))][-1]
    assert labels_of(mine) == []
    assert REFUSED in (await town.press(TANG, TANG, mine, _data(card, "提议时间"), forged=True))["text"]
    await answer(town, XIE, "提议时间", "11-25 10:00")
    for person in (TANG, HE):
        await town.press_label(person, person, "同意时间")
    assert (await dispute(town)).state is DisputeState.MEETING


async def test_it_grows_out_of_a_ticket_and_its_reporter_is_a_party(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "/start")
    await town.say(ZHANG, GARDEN, "/report 物业乱收电梯维修费，我们不服")
    ticket = await town.ticket()
    await town.say(TANG, TANG, f"/mediate {ticket.number}")
    one = await dispute(town)
    assert (one.ticket_id, one.subject) == (ticket.id, ticket.text)
    assert [(party.kind, party.account) for party in one.parties][-1] == (PartyKind.RESIDENT, ZHANG)
    assert "写陈述" in labels_of(await town.with_button(ZHANG, ZHANG, "写陈述"))
    await town.say(ZHANG, ZHANG, "/mediate")
    assert f"{one.number}｜锦绣花园｜征集意见" in (await town.texts(ZHANG))[-1]


async def test_only_mediators_open_and_only_those_concerned_look(town: Town) -> None:
    for person in (ZHANG, LIN, HE):
        await town.say(person, person, f"/mediate 锦绣花园 {ABOUT}")
        assert (await town.texts(person))[-1] == REFUSED
    assert await disputes(town) == ()
    one = await opened(town)
    for person, sees in ((TANG, True), (HE, True), (XIE, True), (LIN, False), (ZHANG, False)):
        await town.say(person, person, f"/mediate {one.number}")
        assert ((await town.texts(person))[-1] != REFUSED, person) == (sees, person)
    card = await town.with_button(TANG, TANG, "提议时间")
    other = await town.say(ZHANG, ZHANG, "/help")
    for label in ("写陈述", "＋物业", "提议时间", "未化解", "移交街道"):
        assert REFUSED in (await town.press(ZHANG, ZHANG, other, _data(card, label), forged=True))["text"], label
    await town.say(TANG, TANG, "/mediate D9999")
    assert "没有编号为 D9999 的协商" in (await town.texts(TANG))[-1]
    for place in ("不存在的地方", "第一网格、第二网格", "TD999"):
        await town.say(TANG, TANG, f"/mediate {place} 事由")
        assert f"没认出“{place}”是哪里" in (await town.texts(TANG))[-1]
    await town.say(TANG, TANG, "/mediate TD101-01-261123-999")
    assert "没有找到工单 TD101-01-261123-999" in (await town.texts(TANG))[-1]


async def test_an_old_button_answers_no_new_question(town: Town) -> None:
    await opened(town)
    await answer(town, TANG, "提议时间", "11-25 10:00")
    card = await town.with_button(HE, HE, "同意时间")
    data = _data(card, "同意时间")
    await answer(town, TANG, "提议时间", "11-26 10:00")
    assert "状态已变化" in (await town.press(HE, HE, card, data, forged=True))["text"]
    await answer(town, TANG, "提议时间", "昨天")
    assert "没看懂时限“昨天”" in (await town.texts(TANG))[-1]
    await town.say(TANG, TANG, "11-27 10:00")
    assert (await dispute(town)).proposed_at == at("11-27 10:00"), "what was not understood may be written again"


@pytest.mark.parametrize("asks", ["/digest", "/digest 月"])
async def test_digests_count_mediation(town: Town, asks: str) -> None:
    one = await opened(town)
    await town.say(TANG, TANG, f"/mediate 锦绣花园 {ABOUT}，第二件")
    town.clock.advance(minutes=1)
    await town.say(TANG, TANG, f"/mediate {one.number}")
    await answer(town, TANG, "移交街道", "请街道主持")
    town.clock.advance(minutes=1)
    await town.say(TANG, TANG, asks)
    told = (await town.texts(TANG))[-1]
    assert "🤝 三方协商：进行中 1 件，化解 0 件，未化解 0 件，移交街道 1 件" in told
    assert ABOUT not in told


def _data(message: dict[str, object], label: str) -> str:
    markup = message["reply_markup"]
    assert isinstance(markup, dict)
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    return str(next(button["callback_data"] for button in buttons if button["text"] == label))
