"""What nobody should send and somebody will: markup, format strings, control characters, floods, forged buttons."""

from __future__ import annotations

import pytest

from routing.ticket import Status
from tests.town import ADMIN, GAO, GARDEN, HE, LI, TENANT, ZHANG, Town

STRANGER = 2_000_000_001

HOSTILE = {
    "format strings": "{number} {0} {} {text!r:>9999} %s %(name)s ${HOME}",
    "markup": '<b>粗</b> <a href="https://evil.example">点我</a> </b> & &lt;i&gt; <script>alert(1)</script>',
    "markdown": "*星* _线_ `码` [点我](https://evil.example) ||藏||",
    "zero width": "漏\u200b水\u200d了\ufeff，\u2060三\u180e栋",
    "direction": "\u202e倒着写\u202c \u2066隔离\u2069",
    "control": "前\x01\x02\x07\x1b[31m后\x7f\u0085",
    "line ends": "一\r\n二\u2028三\u2029四\x0b五\x0c六",
    "SQL": "'; DROP TABLE tickets; -- \\' \" %27 _ %",
    "surrogates": "👨‍👩‍👧‍👦🏴\U000e0067\U000e0062𠮷野家",
    "very long": "漏" * 4080,
    "long emoji": "😀" * 2040,
    "one line of digits": "1" * 4000,
    "combining": "a" + "\u0301" * 500,
}


def as_long_as_a_message(text: str) -> str:
    """``text``, cut to the 4096 UTF-16 units that a person's app lets through."""
    return text.encode("utf-16-le")[: 2 * 4096].decode("utf-16-le", errors="ignore")


async def nothing_failed(town: Town) -> None:
    """No update is parked, nothing waits, and the platform refused nothing that was said to it."""
    async with town.database.unit_of_work() as work:
        assert await work.updates.parked() == ()
        assert await work.outbox.pending() == 0
    refused = [(call["method"], call["answer"]) for call in await town.people.calls() if call["status"] >= 400]
    assert refused == []


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
async def test_words_are_carried_as_they_are_and_become_nothing_else(town: Town, words: str) -> None:
    await town.people.add_user(STRANGER, words[:60].strip() or "甲", started=True)
    await town.people.set_member(GARDEN, STRANGER, "member")
    await town.say(STRANGER, GARDEN, as_long_as_a_message(f"/report 3栋单元门锁坏了 {words}"))
    ticket = await town.ticket()
    card = await town.with_button(HE, HE, "认领")
    assert len(card["text"].encode("utf-16-le")) // 2 <= 4096
    assert [entity["type"] for entity in card.get("entities", []) if entity["type"] not in {"url", "bot_command"}] == [
        "bold"
    ]
    if len(ticket.text) < 500:
        assert ticket.text in card["text"]
    await town.press(HE, HE, card, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, words[:400])
    assert (await town.ticket()).status is Status.RESOLVED
    await town.press_label(STRANGER, GARDEN, "没解决")
    await town.say(STRANGER, GARDEN, "/mine")
    await town.say(GAO, GAO, "/digest")
    assert (await town.ticket()).status is Status.IN_PROGRESS
    await nothing_failed(town)


async def test_commands_bear_any_words(town: Town) -> None:
    commands = ("bind", "invite", "urge", "find", "digest", "start", "duty", "todo")
    for words in HOSTILE.values():
        for person in (ADMIN, TENANT):
            for command in commands:
                await town.people.say(person, person, as_long_as_a_message(f"/{command} {words}"))
            await town.people.say(person, GARDEN, as_long_as_a_message(f"/bind {words}"))
            await town.people.say(person, GARDEN, as_long_as_a_message(f"/invite {words[:99]} {words}"))
        await town.settle()
    await nothing_failed(town)
    async with town.database.unit_of_work() as work:
        group = await work.groups.get("telegram", GARDEN)
    assert group is not None
    assert group.area_code == "TD101-X1"


async def test_names_with_braces_and_tags_are_names(town: Town) -> None:
    await town.people.add_user(STRANGER, "<b>{name}</b>", started=True)
    await town.people.set_member(GARDEN, STRANGER, "member")
    await town.say(STRANGER, GARDEN, "/report 3栋单元门锁坏了")
    assert "反映人 <b>{name}</b>" in (await town.with_button(HE, HE, "认领"))["text"]
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "{number}：<i>修好</i>")
    question = await town.with_button(STRANGER, GARDEN, "已解决")
    assert "办理结果：{number}：<i>修好</i>" in question["text"]
    assert "请<b>{name}</b>确认" in question["text"]
    await town.say(ADMIN, ADMIN, "/invite 网格员 TD101-01")
    await town.say(STRANGER, STRANGER, "/start invitation-token")
    assert (await town.texts(STRANGER))[-1].startswith("欢迎，<b>{name}</b>。")
    await nothing_failed(town)


async def test_a_flood_of_reports_by_one_person_is_stopped_and_answered_once_each(town: Town) -> None:
    matters = (
        "3栋单元门锁坏了",
        "楼道有老鼠",
        "广场舞音响太吵",
        "垃圾桶满了没人清",
        "绿化带的树倒了",
        "有人遛狗不牵绳",
    )
    for matter in matters:
        await town.people.say(ZHANG, GARDEN, f"/report {matter}")
    await town.settle()
    assert len(await town.tickets()) == 5
    assert "登记得有点快" in (await town.texts(ZHANG, GARDEN))[-1]
    await town.say(LI, GARDEN, "/report 5栋楼道灯不亮")
    assert len(await town.tickets()) == 6


FORGED = [
    "x",
    "p",
    "p:",
    "p::",
    ":::",
    "p:claim",
    "p:claim:",
    "p:claim::",
    "p:claim:abc:",
    "p:claim:1",
    "p:claim:1:x:y",
    "p:claim:-1:",
    "p:claim:0:",
    "p:claim:1.5:",
    "p:claim:1e3:",
    "p:claim:NaN:",
    "p:claim:9223372036854775807:",
    "p:claim:9223372036854775808:",
    "p:claim:99999999999999999999999999999999:",
    "p:resolve:-9223372036854775809:",
    "p:CLAIM:1:",
    "p:archive:1:",
    "p:release:1:",
    "p:reclassify:1:",
    "p:reopen:1:",
    "p:rate:1:satisfied",
    "p:rate:1:superb",
    "p:transfer_to:1:",
    "p:transfer_to:1:-1",
    "p:transfer_to:1:²",
    "p:transfer_to:1:99999999999999999999999999",
    "p:reason_hold:1:",
    "p:reason_return:1:{reason}",
    "p:approve:1:",
    "p:resume:1:",
    "p:register:1:",
    "p:register:9223372036854775808:",
    "p:dismiss:-1:",
    "q:claim:1:",
    "<b>p:claim:1:</b>",
    "{0}",
    "😀" * 16,
    "x" * 64,
]


async def test_forged_buttons_are_answered_and_change_nothing(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
    before = await town.ticket()
    for person, chat in ((HE, HE), (ZHANG, GARDEN)):
        message = (await town.people.history(person, chat))[-1]
        for data in FORGED:
            await town.people.press(person, chat, message["message_id"], data, force=True, wait=0)
        await town.settle()
        assert await town.ticket() == before, person
    answers = await town.people.calls("answerCallbackQuery")
    assert len(answers) == 2 * len(FORGED)
    assert all(call["params"]["text"] for call in answers)
    await nothing_failed(town)


async def test_a_button_of_another_ticket_does_what_its_data_says_only_for_whom_it_may(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
    ticket = await town.ticket()
    await town.say(ZHANG, ZHANG, "/start")
    message = (await town.people.history(ZHANG, ZHANG))[-1]
    for action in ("claim", "transfer", "resolve", "withdraw", "urge", "ask_return", "approve"):
        answer = await town.press(ZHANG, ZHANG, message, f"p:{action}:{ticket.id}:", forged=True)
        assert "没有这项操作的权限" in answer["text"], action
    await town.say(LI, LI, "/start")
    message = (await town.people.history(LI, LI))[-1]
    for action in ("confirm", "reopen", "rate"):
        answer = await town.press(LI, LI, message, f"p:{action}:{ticket.id}:satisfied", forged=True)
        assert "没有这项操作的权限" in answer["text"], action
    assert await town.ticket() == ticket
