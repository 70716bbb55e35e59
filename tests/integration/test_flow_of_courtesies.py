"""Greetings, thanks and questions about oneself that are said to the bot: answered in a sentence, and no tickets."""

from __future__ import annotations

import pytest

from tests.sandbox_server import png
from tests.town import CHEN, GARDEN, LIN, RIVERSIDE, STAFF_ROOM, TENANT, ZHANG, Town

ME = "@qunban_bot"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("你好", "您好，我是群办小助手。有事请直接说什么事、在哪里"),
        ("在吗？", "您好，我是群办小助手"),
        ("你能做什么？", "您说的事我会登记，转给负责的人"),
        ("谢谢啦！", "不客气，有事随时说。"),
        ("😀", "好的。有事请直接说什么事、在哪里。"),
        ("不用了", "好的。有事请直接说什么事、在哪里。"),
        ("我的单子怎么样了", "您没有在本群登记过事项。"),
        ("謝謝！", "不客氣，有事隨時說。"),
    ],
)
async def test_a_mention_with_nothing_to_register_opens_nothing(town: Town, said: str, answer: str) -> None:
    await town.say(TENANT, GARDEN, f"{ME} {said}")
    assert await town.tickets() == []
    assert (await town.texts(TENANT, GARDEN))[-1].startswith(answer)
    # The same without the mention is talk between neighbours.
    before = len(await town.texts(TENANT, GARDEN))
    await town.say(TENANT, GARDEN, said)
    assert len(await town.texts(TENANT, GARDEN)) == before + 1


async def test_any_content_beside_a_greeting_is_registered(town: Town) -> None:
    await town.say(TENANT, GARDEN, f"{ME} 你好，那个石墩子谁来挪一下")
    await town.say(ZHANG, GARDEN, f"{ME} 你好", photo=png())
    assert [ticket.reporter_id for ticket in await town.tickets()] == [TENANT, ZHANG]


async def test_thanks_are_no_part_of_what_was_reported(town: Town) -> None:
    await town.say(ZHANG, GARDEN, f"{ME} 3栋2单元楼道灯坏了")
    await town.say(ZHANG, GARDEN, f"{ME} 谢谢")
    assert (await town.ticket()).text == "3栋2单元楼道灯坏了"


async def test_staff_are_greeted_too_and_told_of_their_own_commands_in_private(town: Town) -> None:
    await town.say(LIN, GARDEN, f"{ME} 你好")
    assert (await town.texts(LIN, GARDEN))[-1].startswith("您好，我是群办小助手")
    await town.say(LIN, STAFF_ROOM, f"{ME} 你好")
    assert (await town.texts(LIN, STAFF_ROOM))[-1].startswith("您好，林晓燕。")
    await town.say(LIN, LIN, "你好")
    assert (await town.texts(LIN))[-1] == "您好，林晓燕。/todo 看待办，/help 看能做什么。"
    assert await town.tickets() == []


async def test_ones_own_matters_are_listed_and_proposed_to_be_closed(town: Town) -> None:
    await town.say(CHEN, RIVERSIDE, "1棟樓下的井蓋鬆了")
    ticket = await town.ticket()
    await town.say(CHEN, RIVERSIDE, f"{ME} 我的單子怎麼樣了")
    assert (await town.texts(CHEN, RIVERSIDE))[-1].startswith(f"我反映的事 1 件\n🟢 {ticket.number}")
    await town.say(CHEN, CHEN, "查进度")
    assert (await town.texts(CHEN))[-1].startswith(f"我反映的事 1 件\n🟢 {ticket.number}")
    await town.say(CHEN, CHEN, "不用了，謝謝")
    asked = await town.with_button(CHEN, CHEN, "已解決")
    assert ticket.number in asked["text"]
    await town.press(CHEN, CHEN, asked, "已解決")
    assert (await town.ticket()).status == "archived"


async def test_what_was_reported_in_private_is_not_shown_in_a_group(town: Town) -> None:
    """Or whoever asks for their own matters would tell the neighbours which nameless report is theirs."""
    await town.say(ZHANG, ZHANG, "/report 匿名 锦绣花园5栋有人高空抛物")
    ticket = await town.ticket()
    await town.say(ZHANG, GARDEN, "/mine")
    await town.say(ZHANG, GARDEN, f"{ME} 我的单子怎么样了")
    texts = await town.texts(ZHANG, GARDEN)
    assert not any(ticket.number in text for text in texts)
    assert texts[-1] == "您没有在本群登记过事项。私下登记的，请私聊我发 /mine。"
    await town.say(ZHANG, ZHANG, "/mine")
    assert ticket.number in (await town.texts(ZHANG))[-1]


async def test_a_command_with_nothing_behind_it_but_manners_registers_nothing(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 测试一下")
    assert (await town.texts(ZHANG, GARDEN))[-1].startswith("请把要反映的事写在后面")
    await town.say(LIN, LIN, "/patrol 你好")
    assert (await town.texts(LIN))[-1].startswith("用法：/patrol 内容")
    assert await town.tickets() == []
    await town.say(ZHANG, GARDEN, "/report 测试一下", photo=png())
    assert len(await town.tickets()) == 1


async def test_a_misspelt_command_is_answered_where_the_bot_is_meant(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/mien@qunban_bot")
    assert (await town.texts(ZHANG, GARDEN))[-1] == "没有这个命令。发 /help 看能做什么。"
    before = len(await town.texts(ZHANG, GARDEN))
    await town.say(ZHANG, GARDEN, "/mien")
    await town.say(ZHANG, GARDEN, "/mien@weather_bot")
    assert len(await town.texts(ZHANG, GARDEN)) == before + 2, "it may be another bot's"
    await town.say(ZHANG, ZHANG, "/mien")
    assert "一定登记" in "".join(await town.texts(ZHANG))


async def test_a_bare_mention_in_answer_to_a_message_registers_that_message(town: Town) -> None:
    said = await town.say(TENANT, GARDEN, "那个石墩子谁来挪一下")
    await town.say(ZHANG, GARDEN, ME, reply_to=said["message_id"])
    ticket = await town.ticket()
    assert (ticket.text, ticket.reporter_id) == ("那个石墩子谁来挪一下", TENANT)
    await town.say(ZHANG, GARDEN, ME)
    assert (await town.texts(ZHANG, GARDEN))[-1].startswith("请把要反映的事写在后面")
    assert len(await town.tickets()) == 1
