"""Lead and co-handlers: the lead asks, each does a part, and the ticket is done when all parts are."""

from __future__ import annotations

from routing.subtask import Subtask, SubtaskState
from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.town import GARDEN, HE, LIN, LUO, TANG, ZHANG, Town, labels_of

LOCK = "/report 3栋单元门锁坏了，关不上"


async def ask(town: Town, label: str, task: str) -> None:
    """The property company asks somebody to help."""
    await town.press_label(HE, HE, "请协办")
    await town.press_label(HE, HE, label)
    await town.say(HE, HE, task)


async def opened(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.press_label(HE, HE, "认领")


async def subtasks(town: Town) -> tuple[Subtask, ...]:
    async with town.database.unit_of_work() as work:
        return await work.subtasks.of_ticket((await town.ticket()).id)


async def test_a_joint_ticket_is_done_when_every_part_is(town: Town) -> None:
    await opened(town)
    number = (await town.ticket()).number
    await ask(town, "网格员 林晓燕", "清理门口杂物，联系住户")
    await ask(town, "网格长 罗勇", "协调施工时间")
    assert f"已请 罗勇 协办（工单 {number}），全部协办完成后才能办结。" in await town.texts(HE)

    card = await town.with_button(LIN, LIN, "认领协办")
    assert labels_of(card) == ["认领协办", "完成协办"]
    for part in (f"工单 {number}", "协办事项 清理门口杂物，联系住户", "主办 物业 何志强", "门锁坏了"):
        assert part in card["text"]
    lead = await town.with_button(HE, HE, "请协办")
    assert "协办 林晓燕：清理门口杂物，联系住户（待认领）" in lead["text"]
    (public,) = [text for text in await town.texts(ZHANG, GARDEN) if f"单号 {number}" in text]
    assert "协办 林晓燕、罗勇" in public
    assert "清理门口杂物" not in public

    # Nobody else answers for her, and the lead cannot be done before she is.
    assert (
        "没有这项操作的权限" in (await town.press(TANG, TANG, await _any(town, TANG), _data(card), forged=True))["text"]
    )
    assert "还有 2 项协办没有完成" in (await town.press_label(HE, HE, "办结"))["text"]
    await town.say(LIN, LIN, "/todo")
    assert f"协办 1 项\n🤝 {number}｜清理门口杂物，联系住户" in (await town.texts(LIN))[-1]

    await town.press(LIN, LIN, card, "认领协办")
    claimed = await town.people.history(LIN, LIN)
    (same,) = [one for one in claimed if one["message_id"] == card["message_id"]]
    assert (labels_of(same), "协办中" in same["text"]) == (["完成协办"], True)
    await town.press_label(LIN, LIN, "完成协办")
    await town.press_label(LUO, LUO, "完成协办")
    assert f"✅ 罗勇 已完成工单 {number} 的协办：协调施工时间\n协办已全部完成，可以办结。" in await town.texts(HE)
    assert {one.state for one in await subtasks(town)} == {SubtaskState.DONE}
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了锁芯")
    ticket = await town.ticket()
    assert ticket.status is Status.RESOLVED
    kinds = [event.kind for event in await town.events(ticket)]
    assert kinds[3:] == [
        EventKind.SUBTASK_GIVEN,
        EventKind.SUBTASK_GIVEN,
        EventKind.SUBTASK_CLAIMED,
        EventKind.SUBTASK_DONE,
        EventKind.SUBTASK_DONE,
        EventKind.RESOLVED,
    ]


async def test_the_lead_takes_a_part_back_with_a_reason(town: Town) -> None:
    await opened(town)
    await ask(town, "网格员 林晓燕", "清理门口杂物")
    data = _data(await town.with_button(LIN, LIN, "认领协办"))
    await town.press_label(HE, HE, "撤回协办")
    await town.press_label(HE, HE, "林晓燕：清理门口杂物")
    await town.press_label(HE, HE, "已不需要")
    (recalled,) = await subtasks(town)
    assert (recalled.state, recalled.reason) == (SubtaskState.WITHDRAWN, "not_needed")
    number = (await town.ticket()).number
    assert f"何志强 撤回了工单 {number} 的协办“清理门口杂物”：已不需要" in await town.texts(LIN)
    # Her card says so and has no buttons any more; a press that was on its way is refused.
    (card,) = [one for one in await town.people.history(LIN, LIN) if "协办事项 清理门口杂物" in str(one.get("text"))]
    assert ("状态 已撤回" in card["text"], labels_of(card)) == (True, [])
    refused = await town.press(LIN, LIN, card, data, forged=True)
    assert "已经完成或撤回" in refused["text"]
    assert "林晓燕" not in (await town.with_button(HE, HE, "请协办"))["text"]
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了锁芯")
    assert (await town.ticket()).status is Status.RESOLVED


async def test_only_the_lead_asks_and_only_in_clear_words(town: Town) -> None:
    await opened(town)
    invite = (await town.with_button(HE, HE, "请协办"))["reply_markup"]["inline_keyboard"]
    (data,) = [button["callback_data"] for row in invite for button in row if button["text"] == "请协办"]
    for person in (LIN, LUO, TANG):
        answer = await town.press(person, person, await _any(town, person), data, forged=True)
        assert "没有这项操作的权限" in answer["text"]
    await ask(town, "网格员 林晓燕", "扫")
    assert "请用 2 到 200 个字写明请对方做什么。" in await town.texts(HE)
    assert await subtasks(town) == ()
    await town.say(HE, HE, "清扫门口")
    assert [one.task for one in await subtasks(town)] == ["清扫门口"]


async def test_parts_end_with_their_ticket(town: Town) -> None:
    await opened(town)
    await ask(town, "网格员 林晓燕", "清理门口杂物")
    await town.say(ZHANG, GARDEN, "修好了")
    await town.press_label(ZHANG, GARDEN, "已解决")
    ticket = await town.ticket()
    (ended,) = await subtasks(town)
    assert (ticket.status, ended.state, ended.reason) == (Status.ARCHIVED, SubtaskState.WITHDRAWN, "ticket_over")
    assert f"工单 {ticket.number} 已结束，协办“清理门口杂物”不用再做。" in await town.texts(LIN)
    (card,) = [one for one in await town.people.history(LIN, LIN) if "协办事项 清理门口杂物" in str(one.get("text"))]
    assert labels_of(card) == []


async def test_parts_stay_when_another_unit_takes_the_lead(town: Town) -> None:
    await opened(town)
    await ask(town, "网格长 罗勇", "协调施工时间")
    await town.press_label(HE, HE, "转派")
    await town.press_label(HE, HE, "网格员 林晓燕")
    await town.press_label(LIN, LIN, "接收")
    assert "还有 1 项协办没有完成" in (await town.press_label(LIN, LIN, "办结"))["text"]
    await town.press_label(LUO, LUO, "完成协办")
    assert any("罗勇 已完成" in text for text in await town.texts(LIN))
    await town.press_label(LIN, LIN, "办结")
    await town.say(LIN, LIN, "换了锁芯")
    assert (await town.ticket()).status is Status.RESOLVED


async def _any(town: Town, person: int) -> dict[str, object]:
    return await town.say(person, person, "/help")


def _data(message: dict[str, object]) -> str:
    markup = message["reply_markup"]
    assert isinstance(markup, dict)
    return str(markup["inline_keyboard"][0][0]["callback_data"])
