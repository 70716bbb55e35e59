"""The papers of an ordered item: ticked by the handler; complete, they start the promise of eight minutes."""

from __future__ import annotations

from datetime import timedelta

from routing.ticket import Status, Ticket
from routing.ticket_events import EventKind
from tests.sandbox_server import Json
from tests.town import GARDEN, LI, LIN, TANG, ZHANG, Town, labels_of

PAPERS = ["身份证原件", "一寸白底照片", "租房合同或房产证", "居住满半年的登记记录"]


async def ordered(town: Town) -> Ticket:
    """张敏 wants it done; the community secretary, who answers for it, has claimed it."""
    await town.say(ZHANG, GARDEN, "居住证怎么办，要带什么材料")
    await town.press_label(ZHANG, GARDEN, "帮我办")
    await town.press_label(TANG, TANG, "认领")
    return await town.ticket()


async def card(town: Town) -> Json:
    """The handler's card."""
    return await town.with_button(TANG, TANG, "办结")


async def complete(town: Town) -> str:
    """Ticks every paper; returns the last answer."""
    told = ""
    for paper in PAPERS:
        told = str((await town.press(TANG, TANG, await card(town), f"☐ {paper}"))["text"])
    return told


async def test_the_card_has_the_papers_once_it_is_claimed(town: Town) -> None:
    await ordered(town)
    shown = await card(town)
    assert (
        "材料 0/4（居住证办理）\n还缺 身份证原件、一寸白底照片、租房合同或房产证、居住满半年的登记记录" in shown["text"]
    )
    assert labels_of(shown)[:4] == [f"☐ {paper}" for paper in PAPERS]


async def test_papers_are_ticked_and_unticked(town: Town) -> None:
    await ordered(town)
    assert (await town.press_label(TANG, TANG, "☐ 一寸白底照片"))["text"] == "已收到：一寸白底照片（1/4）"
    shown = await card(town)
    assert labels_of(shown)[:2] == ["☐ 身份证原件", "☑ 一寸白底照片"]
    assert "材料 1/4" in shown["text"]
    (public,) = [text for text in await town.texts(ZHANG, GARDEN) if "📋 居住证办理｜材料 1/4" in text]
    assert "照片" not in public
    assert (await town.press_label(TANG, TANG, "☑ 一寸白底照片"))["text"] == "改为未收到：一寸白底照片（0/4）"


async def test_complete_papers_start_eight_minutes(town: Town) -> None:
    before = await ordered(town)
    told = await complete(town)
    ticket = await town.ticket()
    assert told == "材料齐全，开始计时：11-23 10:08 前办结。"
    assert ticket.checklist is not None
    assert ticket.checklist.complete_at == town.clock.now
    assert ticket.resolve_due_at == town.clock.now + timedelta(minutes=8)
    assert "✅ 材料齐全，11-23 10:08 前办结" in (await card(town))["text"]
    line = f"您办的“居住证办理”材料已齐，11-23 10:08 前办结（单号 {ticket.number}）。"
    assert line in await town.texts(ZHANG, GARDEN)
    kinds = [event.kind for event in await town.events(ticket)]
    assert kinds.count(EventKind.PAPERS_TICKED) == 4
    # One of them is missing after all: the limit of before holds again.
    await town.press_label(TANG, TANG, "☑ 身份证原件")
    again = await town.ticket()
    assert again.resolve_due_at == before.resolve_due_at
    assert again.checklist is not None
    assert again.checklist.complete_at is None


async def test_the_promise_counts_working_time_only(town: Town) -> None:
    await ordered(town)
    town.clock.advance(hours=7, minutes=55)
    await complete(town)
    # Three minutes before closing time: the rest is due the next morning.
    local = (await town.ticket()).resolve_due_at - timedelta(hours=-8)
    assert (local.day, f"{local:%H:%M}") == (24, "09:03")


async def test_a_promise_that_runs_out_reminds_and_goes_up(town: Town) -> None:
    await ordered(town)
    await complete(town)
    town.clock.advance(minutes=7)
    await town.sweep()
    assert any("快到办结期限：11-23 10:08" in text for text in await town.texts(TANG))
    town.clock.advance(minutes=2)
    await town.sweep()
    ticket = await town.ticket()
    assert ticket.escalation_level == 1
    assert any(f"工单 {ticket.number} 已超期" in text for text in await town.texts(TANG))


async def test_a_promise_that_is_kept_escalates_nothing(town: Town) -> None:
    await ordered(town)
    await complete(town)
    await town.press_label(TANG, TANG, "办结")
    await town.say(TANG, TANG, "居住证已受理，回执已交本人")
    town.clock.advance(minutes=30)
    await town.sweep()
    ticket = await town.ticket()
    assert (ticket.status, ticket.escalation_level) == (Status.RESOLVED, 0)
    await town.say(TANG, TANG, "/digest")
    assert "⏱ 资料齐全即办 1 件，按时办结 1 件" in (await town.texts(TANG))[-1]


async def test_only_the_holder_ticks_and_only_what_is_listed(town: Town) -> None:
    ticket = await ordered(town)
    shown = await card(town)
    row = shown["reply_markup"]["inline_keyboard"][0]
    data = str(row[0]["callback_data"])
    for other in (LIN, ZHANG, LI):
        message = (await town.people.history(other, GARDEN))[-1]
        assert "没有这项操作的权限" in (await town.press(other, GARDEN, message, data, forged=True))["text"]
    for argument in ("4", "99", "-1", "x", ""):
        forged = data.rpartition(":")[0] + f":{argument}"
        told = await town.press(TANG, TANG, shown, forged, forged=True)
        assert f"工单 {ticket.number} 没有这份材料" in told["text"]
    assert (await town.ticket()).checklist == ticket.checklist


async def test_a_ticket_without_an_item_has_no_papers(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 居住证的事想找社区聊聊")
    await town.press_label(TANG, TANG, "认领")
    shown = await card(town)
    assert not any(label.startswith(("☐", "☑")) for label in labels_of(shown))
    ticket = await town.ticket()
    told = await town.press(TANG, TANG, shown, f"p:tick:{ticket.id}:0", forged=True)
    assert "没有这份材料" in told["text"]
