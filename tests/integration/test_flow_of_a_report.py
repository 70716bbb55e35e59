"""The main way of a report, by everybody who takes part, through the real dispatcher and an HTTP Bot API."""

from __future__ import annotations

from dataclasses import dataclass

from routing.ticket import Satisfaction, Status
from routing.ticket_events import EventKind
from routing.triage.decision import Ask, OpenTicket
from tests.decisions import texts
from tests.sandbox_server import png
from tests.town import (
    CHEN,
    GARDEN,
    HE,
    LI,
    LIN,
    LUO,
    RIVERSIDE,
    STAFF_ROOM,
    TANG,
    TENANT,
    XIE,
    ZHANG,
    Town,
    configuration,
    labels_of,
    triage,
)


@dataclass(frozen=True)
class Middling:
    """Something that triage asks about."""

    text: str
    service_code: str


def _middling() -> Middling:
    """One of several sayings that are neither clear nor nothing; which of them triage asks about may change."""
    for text in (
        "电梯又咋了",
        "又停电了？",
        "这电梯真是…",
        "楼上今天好吵啊哈哈",
        "物业费是不是要涨啊",
        "这几天蚊子好多",
        "网又卡了",
    ):
        decision = triage().decide(text)
        if isinstance(decision, Ask):
            return Middling(text, decision.service_code)
    raise AssertionError("triage asks about nothing")


MIDDLING = _middling()


def _hardly_named() -> Middling:
    """The first labelled message that triage asks about, and would file under "other" where it had to register it."""
    for text in texts():
        decision = triage().decide(text)
        filed = triage().decide(text, addressed=True)
        if isinstance(decision, Ask) and isinstance(filed, OpenTicket) and filed.service_code == "other":
            return Middling(text, decision.service_code)
    raise AssertionError("triage names everything that it asks about")


async def test_a_report_goes_to_the_property_company_and_is_confirmed_and_rated(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋2单元502门口的电梯坏了，老人下不去，电话13812345678", photo=png())
    ticket = await town.ticket()
    assert (ticket.service_code, ticket.status, ticket.owner_reason) == (
        "property.elevator",
        Status.DISPATCHED,
        "managed",
    )
    (group_card,) = [text for text in await town.texts(ZHANG, GARDEN) if ticket.number in text]
    assert "电梯" in group_card
    assert "何志强" in group_card
    assert "3栋" in group_card
    assert "502" not in group_card
    assert "13812345678" not in group_card
    handler_card = await town.with_button(HE, HE, "认领")
    assert "502" in handler_card["text"]
    assert labels_of(handler_card) == ["认领", "转派", "退回", "不是诉求", "改类"]

    answer = await town.press(HE, HE, handler_card, "认领")
    assert ticket.number in answer["text"]
    assert any("何志强 已认领" in text for text in await town.texts(ZHANG, GARDEN))
    assert len([text for text in await town.texts(ZHANG, GARDEN) if ticket.number in text]) == 1

    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, photo=png(colour=(10, 200, 10)))
    await town.say(HE, HE, "更换了门机皮带，502室门口试运行正常")
    question = await town.with_button(ZHANG, GARDEN, "已解决")
    assert "更换了门机皮带" in question["text"]
    assert "502" not in question["text"]
    assert (await town.ticket()).status is Status.RESOLVED

    stranger = await town.press(LI, GARDEN, question, "已解决")
    assert "没有这项操作的权限" in stranger["text"]
    await town.press(ZHANG, GARDEN, question, "已解决")
    await town.press_label(ZHANG, GARDEN, "满意")
    done = await town.ticket()
    assert (done.status, done.solved, done.satisfaction) == (Status.ARCHIVED, True, Satisfaction.SATISFIED)
    kinds = [event.kind for event in await town.events(done)]
    assert kinds == [
        EventKind.OPENED,
        EventKind.DISPATCHED,
        EventKind.CLAIMED,
        EventKind.RESOLVED,
        EventKind.CONFIRMED,
        EventKind.RATED,
    ]


async def test_chatter_is_neither_answered_nor_stored(town: Town) -> None:
    for text in ("早上好", "今天天气真好", "周末去爬山吗", "手机没电了先不聊", "哈哈哈"):
        await town.say(ZHANG, GARDEN, text)
    assert await town.tickets() == []
    assert len(await town.texts(ZHANG, GARDEN)) == 5


async def test_not_solved_reopens_to_the_same_handler_with_the_history(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋单元门锁坏了，关不上")
    await _resolve(town, "已修")
    await town.press_label(ZHANG, GARDEN, "没解决")
    ticket = await town.ticket()
    assert (ticket.status, ticket.reopens, ticket.solved) == (Status.IN_PROGRESS, 1, False)
    card = await town.with_button(HE, HE, "办结")
    assert "第 1 次返工" in card["text"]
    assert "已修" in card["text"]


async def test_silence_archives_after_two_days(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋单元门锁坏了，关不上")
    await _resolve(town, "已修好门锁")
    town.clock.advance(hours=47)
    await town.sweep()
    assert (await town.ticket()).status is Status.RESOLVED
    town.clock.advance(hours=1)
    await town.sweep()
    ticket = await town.ticket()
    assert (ticket.status, ticket.solved) == (Status.ARCHIVED, None)


async def test_a_middling_message_is_asked_about_and_only_its_writer_decides(town: Town) -> None:
    await town.say(ZHANG, GARDEN, MIDDLING.text)
    assert await town.tickets() == []
    question = await town.with_button(ZHANG, GARDEN, "登记")
    assert "自己选择" in (await town.press(LI, GARDEN, question, "登记"))["text"]
    assert await town.tickets() == []
    await town.press(ZHANG, GARDEN, question, "登记")
    assert (await town.ticket()).service_code == MIDDLING.service_code
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    again = await town.press(ZHANG, GARDEN, question, data, forged=True)
    assert "过期" in again["text"]
    assert len(await town.tickets()) == 1


async def test_dismissed_questions_leave_nothing(town: Town) -> None:
    await town.say(ZHANG, GARDEN, MIDDLING.text)
    await town.press_label(ZHANG, GARDEN, "不用")
    assert await town.tickets() == []
    assert any("不登记" in text for text in await town.texts(ZHANG, GARDEN))


async def test_report_mention_and_reply_always_register(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 想问问广场能不能加两把椅子")
    await town.say(LI, GARDEN, "@qunban_bot 我家门口的石墩子谁来挪一下")
    said = await town.say(TENANT, GARDEN, "这个事情没人管")
    await town.say(LI, GARDEN, "登记", reply_to=said["message_id"])
    tickets = await town.tickets()
    assert [ticket.reporter_id for ticket in tickets] == [ZHANG, LI, TENANT]
    await town.say(ZHANG, GARDEN, "登记", reply_to=said["message_id"])
    assert len(await town.tickets()) == 3


async def test_traditional_script_is_answered_in_traditional(town: Town) -> None:
    await town.say(CHEN, RIVERSIDE, "電梯壞了兩天，沒有人來修")
    ticket = await town.ticket()
    assert ticket.owner_reason == "entrusted"
    (card,) = [text for text in await town.texts(CHEN, RIVERSIDE) if ticket.number in text]
    assert "已登記" in card
    assert "負責" in card
    # A bare command tells nothing of its writer; what they reported last does.
    for command, answer in (
        ("/mine", "我反映的事 1 件\n🟢"),
        ("/help", "在羣裏直接說問題即可"),
        ("/needs", "清單還是空的"),
    ):
        await town.say(CHEN, RIVERSIDE, command)
        assert answer in (await town.texts(CHEN, RIVERSIDE))[-1]
    await town.say(CHEN, CHEN, "/volunteer 陪诊")
    assert "按下面的按钮选择" in (await town.texts(CHEN))[-1], "words of their own tell more"
    await town.say(CHEN, CHEN, "/volunteer")
    page = (await town.people.history(CHEN, CHEN))[-1]
    assert "按下面的按鈕選擇" in page["text"]
    assert "✅ 陪診" in labels_of(page)
    await town.press(CHEN, CHEN, page, "✅ 陪診")
    assert "按下面的按鈕選擇" in (await town.texts(CHEN))[-1]
    await town.press_label(TANG, TANG, "同意")
    assert "社區已同意您的志願者報名" in (await town.texts(CHEN))[-1]
    # Whoever reported nothing reads Simplified.
    await town.say(ZHANG, GARDEN, "/help")
    assert "在群里直接说问题即可" in (await town.texts(ZHANG, GARDEN))[-1]


async def test_what_was_asked_about_is_what_gets_registered(town: Town) -> None:
    """Learned keywords alone tell what it is about, too little to file it there unasked; but its writer has agreed."""
    said = _hardly_named()
    await town.say(ZHANG, GARDEN, said.text)
    question = await town.with_button(ZHANG, GARDEN, "登记")
    assert configuration().catalogue.get(said.service_code).name in question["text"]
    await town.press(ZHANG, GARDEN, question, "登记")
    ticket = await town.ticket()
    assert (ticket.service_code, ticket.via) == (said.service_code, "confirmed")


async def test_an_emergency_says_whom_to_call_and_reaches_worker_lead_and_community(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋楼道好大的燃气味，快来人")
    ticket = await town.ticket()
    assert ticket.urgency == "emergency"
    (card,) = [text for text in await town.texts(ZHANG, GARDEN) if ticket.number in text]
    assert "119" in card
    for person in (LIN, LUO, TANG):
        texts = await town.texts(person)
        assert any("紧急工单" in text for text in texts), person
        assert any(ticket.number in text for text in texts), person
    assert any(ticket.number in text for text in await town.texts(LIN, STAFF_ROOM))


async def test_transfer_return_extension_and_hold(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋单元门锁坏了，关不上")
    await town.press_label(HE, HE, "转派")
    await town.press_label(HE, HE, "网格员 林晓燕")
    ticket = await town.ticket()
    due = ticket.resolve_due_at
    assert ticket.status is Status.DISPATCHED
    stale = await town.press(HE, HE, await _card_of(town, HE), "claim:nonsense", forged=True)
    assert stale["text"]
    await town.press_label(LIN, LIN, "认领")
    await town.press_label(LIN, LIN, "退回")
    await town.press_label(LIN, LIN, "不属于我的职责")
    assert (await town.ticket()).status is Status.IN_PROGRESS
    await town.press_label(LUO, LUO, "不同意")
    ticket = await town.ticket()
    assert (ticket.status, ticket.request, ticket.returns) == (Status.IN_PROGRESS, None, 0)

    await town.press_label(LIN, LIN, "延期")
    await town.press_label(LIN, LIN, "等待配件或材料")
    await town.press_label(LUO, LUO, "同意")
    extended = await town.ticket()
    assert extended.resolve_due_at > due
    again = await town.press_label(LIN, LIN, "延期")
    assert "上限" in again["text"]

    await town.press_label(LIN, LIN, "挂账")
    await town.press_label(LIN, LIN, "需要申请维修资金")
    await town.press_label(LUO, LUO, "同意")
    held = await town.ticket()
    assert held.status is Status.ON_HOLD
    assert held.next_check_at is None
    town.clock.advance(days=30)
    await town.sweep()
    assert (await town.ticket()).escalation_level == 0
    await town.press_label(LIN, LIN, "恢复办理")
    resumed = await town.ticket()
    assert resumed.status is Status.IN_PROGRESS
    assert resumed.resolve_due_at > town.clock.now

    await town.press_label(LIN, LIN, "退回")
    await town.press_label(LIN, LIN, "地点不归我管")
    await town.press_label(LUO, LUO, "同意")
    returned = await town.ticket()
    assert (returned.status, returned.returns, returned.resolve_due_at) == (
        Status.DISPATCHED,
        1,
        resumed.resolve_due_at,
    )
    assert labels_of(await _card_of(town, LUO))[0] == "认领"


async def test_a_foreign_handler_is_refused_at_every_button(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋单元门锁坏了，关不上")
    card = await town.with_button(HE, HE, "认领")
    data = {
        button["text"]: button["callback_data"] for row in card["reply_markup"]["inline_keyboard"] for button in row
    }
    before = await town.ticket()
    other = await town.say(XIE, XIE, "/start")
    for label, forged in data.items():
        message = (await town.people.history(XIE, XIE))[-1]
        answer = await town.press(ZHANG, GARDEN, (await town.people.history(ZHANG, GARDEN))[-1], forged, forged=True)
        assert "权限" in answer["text"], label
        assert message["message_id"] >= other["message_id"]
    assert await town.ticket() == before


async def _card_of(town: Town, person: int) -> dict[str, object]:
    messages = await town.people.history(person, person)
    return next(one for one in messages if "单号" in str(one.get("text", "")))


async def _resolve(town: Town, result: str) -> None:
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, result)
