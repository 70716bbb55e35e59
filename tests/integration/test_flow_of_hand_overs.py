"""转派 to another unit: whoever leads stays responsible until it is accepted, and the clock goes on."""

from __future__ import annotations

from datetime import datetime, timedelta

from routing.ticket import Status, Ticket
from routing.ticket_events import EventKind
from tests.town import GARDEN, HE, LIN, LUO, SHANGHAI, TANG, ZHANG, Town, labels_of

LOCK = "/report 3栋单元门锁坏了，关不上"
"""Two working hours to claim, twenty-four to finish; reported at ten."""


async def offered(town: Town) -> Ticket:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "转派")
    await town.press_label(HE, HE, "网格员 林晓燕")
    return await town.ticket()


async def account_of(town: Town, ticket: Ticket) -> int | None:
    async with town.database.unit_of_work() as work:
        return (await work.staff.get(ticket.assignee_id or 0)).account


async def test_the_lead_stays_responsible_until_it_is_accepted(town: Town) -> None:
    ticket = await offered(town)
    assert (ticket.status, await account_of(town, ticket)) == (Status.IN_PROGRESS, HE)
    assert ticket.hand_over is not None
    assert ticket.hand_over.due_at == datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
    assert "已请 林晓燕 接收，11-23 12:00 前答复；接收之前仍由您负责。" in await town.texts(HE)
    question = await town.with_button(LIN, LIN, "接收")
    assert labels_of(question) == ["接收", "不接收"]
    assert "何志强 转派给您，请在 11-23 12:00 前答复" in question["text"]
    assert "已转 林晓燕，等待接收" in (await town.with_button(HE, HE, "办结"))["text"]
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for person in (LUO, TANG, HE):
        message = await town.say(person, person, "/help")
        assert "没有这项操作的权限" in (await town.press(person, person, message, data, forged=True))["text"]

    town.clock.advance(minutes=30)
    await town.press(LIN, LIN, question, "接收")
    taken = await town.ticket()
    assert (taken.status, taken.hand_over, await account_of(town, taken)) == (Status.IN_PROGRESS, None, LIN)
    assert (taken.resolve_due_at, taken.first_claimed_at) == (ticket.resolve_due_at, ticket.first_claimed_at)
    assert f"林晓燕 已接收工单 {ticket.number}。" in await town.texts(HE)
    assert "办结" in labels_of(await town.with_button(LIN, LIN, "办结"))
    await town.press_label(LIN, LIN, "办结")
    await town.say(LIN, LIN, "换了锁芯")
    assert (await town.ticket()).status is Status.RESOLVED
    assert [event.kind for event in await town.events(taken)][3:5] == [
        EventKind.HAND_OVER_OFFERED,
        EventKind.TRANSFERRED,
    ]


async def test_what_is_declined_stays_with_the_lead(town: Town) -> None:
    ticket = await offered(town)
    await town.press_label(LIN, LIN, "不接收")
    kept = await town.ticket()
    assert (kept.status, kept.hand_over, await account_of(town, kept)) == (Status.IN_PROGRESS, None, HE)
    assert kept.resolve_due_at == ticket.resolve_due_at
    assert f"林晓燕 不接收工单 {ticket.number}，仍由您负责办理。" in await town.texts(HE)
    assert (await town.events(kept))[-1].kind is EventKind.HAND_OVER_DECLINED


async def test_silence_declines(town: Town) -> None:
    ticket = await offered(town)
    for minute, is_offered in ((59, True), (60, False)):
        town.clock.now = datetime(2026, 11, 23, 11, 0, tzinfo=SHANGHAI) + timedelta(minutes=minute)
        await town.sweep()
        assert ((await town.ticket()).hand_over is not None) is is_offered
    assert f"林晓燕 没有按时答复，工单 {ticket.number} 仍由您负责办理。" in await town.texts(HE)
    (declined,) = [event for event in await town.events(ticket) if event.kind is EventKind.HAND_OVER_DECLINED]
    assert declined.data["by"] == "silence"
    assert "没有这项操作的权限" in (await town.press_label(LIN, LIN, "接收"))["text"]
    assert await account_of(town, await town.ticket()) == HE


async def test_what_the_lead_finishes_meanwhile_is_no_longer_offered(town: Town) -> None:
    await offered(town)
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了锁芯")
    done = await town.ticket()
    assert (done.status, done.hand_over) == (Status.RESOLVED, None)
    assert (await town.press_label(LIN, LIN, "接收"))["text"]
    assert (await town.ticket()).status is Status.RESOLVED


async def test_a_superior_gives_it_to_another_without_asking(town: Town) -> None:
    await offered(town)
    await town.say(LUO, LUO, "/todo")
    ticket = await town.ticket()
    async with town.database.unit_of_work() as work:
        (lin,) = await work.staff.of_account(LIN)
    message = await town.say(LUO, LUO, "/help")
    await town.press(LUO, LUO, message, f"p:transfer_to:{ticket.id}:{lin.id}", forged=True)
    given = await town.ticket()
    assert (given.status, given.hand_over, given.assignee_id) == (Status.DISPATCHED, None, lin.id)
    assert (await town.press_label(LIN, LIN, "认领"))["text"]
