"""Reports in the private chat by somebody of whom nothing is known yet: named or not, the area is asked once."""

from __future__ import annotations

import pytest

from tests.sandbox_server import png
from tests.town import GARDEN, HE, LI, LIN, TENANT, ZHANG, Town, labels_of

NOISE = "匿名 楼下麻将馆半夜还在吵"


async def test_who_never_reported_anything_chooses_where_they_live(town: Town) -> None:
    await town.say(ZHANG, ZHANG, f"/report {NOISE}", photo=png())
    assert await town.tickets() == []
    question = (await town.people.history(ZHANG, ZHANG))[-1]
    assert "您说的是哪个小区的事？" in question["text"]
    assert labels_of(question) == ["锦绣花园", "棉纺厂宿舍", "滨河新居"]
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    stranger = await town.say(LI, LI, "/help")
    assert "请由发消息的邻居自己选择" in (await town.press(LI, LI, stranger, data, forged=True))["text"]
    await town.press(ZHANG, ZHANG, question, "棉纺厂宿舍")
    ticket = await town.ticket()
    assert (ticket.anonymous, ticket.reporter_name, ticket.text) == (True, "", "楼下麻将馆半夜还在吵")
    assert (ticket.area_code, len(ticket.attachments)) == ("TD101-X2", 1)
    texts = await town.texts(ZHANG)
    assert "好的，棉纺厂宿舍。" in texts
    assert texts[-1].startswith(f"已登记：噪音扰民\n单号 {ticket.number}\n地点 棉纺厂宿舍")
    # The next time nobody is asked.
    town.clock.advance(hours=1)
    await town.say(ZHANG, ZHANG, "/report 匿名 楼道里堆满纸箱，怕着火")
    assert [one.area_path.startswith(ticket.area_path) for one in await town.tickets()] == [True, True]


async def test_the_name_may_stand_in_the_report_or_be_written_as_the_answer(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "/report 匿名 锦绣花园5栋有人高空抛物")
    assert (await town.ticket()).area_code.startswith("TD101-X1")
    await town.say(LI, LI, NOISE)
    assert "您说的是哪个小区的事？" in (await town.texts(LI))[-1]
    await town.say(LI, LI, "就是滨河新居")
    newest = (await town.tickets())[-1]
    assert (newest.area_code, newest.anonymous) == ("TD101-X3", True)
    await town.say(TENANT, TENANT, "锦绣花园和棉纺厂宿舍之间的路灯不亮")
    asked = (await town.people.history(TENANT, TENANT))[-1]
    assert "您说的是哪一处？" in asked["text"]
    assert labels_of(asked) == ["锦绣花园", "棉纺厂宿舍"]
    await town.say(TENANT, TENANT, "桂花园社区的锦绣花园这边")
    assert (await town.tickets())[-1].area_code == "TD101-X1"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("你好", "您好，我是群办小助手"),
        ("謝謝！", "不客氣"),
        ("👍", "好的。有事请直接说"),
        ("23:07", "没听出要办什么事"),
        ("今晚喫啥嗎", "沒聽出要辦什麼事"),
    ],
)
async def test_small_talk_opens_nothing_and_is_told_how_to_report(town: Town, said: str, answer: str) -> None:
    await town.say(ZHANG, ZHANG, "/start in-TD101-X1")
    await town.say(ZHANG, ZHANG, said)
    assert await town.tickets() == []
    assert (await town.texts(ZHANG))[-1].startswith(answer)
    await town.say(ZHANG, ZHANG, "路灯不亮")
    await town.say(ZHANG, ZHANG, "/report 门坏了")
    assert [ticket.text for ticket in await town.tickets()] == ["路灯不亮", "门坏了"]


async def test_a_link_from_the_group_brings_the_area_along(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/help")
    link = (await town.texts(ZHANG, GARDEN))[-1].rpartition("https://t.me/qunban_bot?start=")[2]
    assert link == "in-TD101-X1"
    await town.say(ZHANG, ZHANG, f"/start {link}")
    assert "请把 锦绣花园 的事写在这里" in (await town.texts(ZHANG))[-1]
    await town.say(ZHANG, ZHANG, NOISE)
    ticket = await town.ticket()
    assert (ticket.area_code, ticket.anonymous, ticket.group_chat_id) == ("TD101-X1", True, None)
    # A link to nowhere is no link, and an invitation that does not exist stays refused.
    await town.say(ZHANG, ZHANG, "/start in-NOWHERE")
    assert "邀请链接已经用过或过期" in (await town.texts(ZHANG))[-1]


async def test_a_private_report_has_its_card_in_the_private_chat(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "锦绣花园3栋2单元302厨房漏水")
    ticket = await town.ticket()
    (card,) = [one for one in await town.people.history(ZHANG, ZHANG) if ticket.number in str(one.get("text"))]
    assert "负责 物业 何志强" in card["text"]
    assert "待认领" in card["text"]
    assert labels_of(card) == []
    await town.press_label(HE, HE, "认领")
    (claimed,) = [text for text in await town.texts(ZHANG) if ticket.number in text]
    assert "何志强 已认领" in claimed
    # Who handles matters has no use for a card that only tells.
    await town.say(LIN, LIN, "/report 锦绣花园5栋单元门坏了")
    newest = (await town.tickets())[-1]
    assert f"已登记，单号 {newest.number}" in (await town.texts(LIN))[-1]


async def test_a_private_emergency_is_told_whom_to_call(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "/report 匿名 锦绣花园3栋2单元好大的煤气味")
    ticket = await town.ticket()
    assert (ticket.urgency, ticket.anonymous) == ("emergency", True)
    (card,) = [text for text in await town.texts(ZHANG) if ticket.number in text]
    assert card.startswith("🚨 紧急：燃气\n请开窗通风、关阀门")


@pytest.mark.parametrize("wish", ["匿名", "我想匿名举报", "可以匿名嗎？", "你好，能匿名反映一件事吗", "/report 匿名"])
async def test_a_wish_to_stay_unknown_holds_for_the_report_that_follows(town: Town, wish: str) -> None:
    await town.say(ZHANG, ZHANG, "锦绣花园3栋楼道灯不亮")
    await town.say(ZHANG, ZHANG, wish)
    assert (await town.texts(ZHANG))[-1].startswith(
        ("好的。请接着写什么事、在哪里，我匿名登记", "好的。請接着寫什麼事")
    )
    await town.say(ZHANG, ZHANG, "谢谢")
    await town.say(ZHANG, ZHANG, photo=png())
    await town.say(ZHANG, ZHANG, "三栋楼道灯就是被人打坏的")
    named, nameless = await town.tickets()
    assert (named.anonymous, named.text) == (False, "锦绣花园3栋楼道灯不亮")
    assert (nameless.anonymous, nameless.reporter_name, len(nameless.attachments)) == (True, "", 1)
    assert nameless.text == "三栋楼道灯就是被人打坏的"


async def test_a_question_that_nobody_answers_keeps_nothing(town: Town) -> None:
    await town.say(ZHANG, ZHANG, NOISE)
    question = (await town.people.history(ZHANG, ZHANG))[-1]
    town.clock.advance(hours=25)
    await town.upkeep()
    assert "已经过期" in (await town.press(ZHANG, ZHANG, question, "锦绣花园"))["text"]
    assert await town.tickets() == []
