"""Claims that lie, urges, 知悉 and 提级督办, as the people of a district live through them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.jobs.upkeep import ClockJob
from bot.services.board import TicketBoard
from bot.services.cards import CardMaker
from bot.services.clockwork import TRY_AGAIN, ClockService
from bot.services.rota import there_at
from bot.services.supervision import NothingToAcknowledge
from routing.escalation_plan import Channel, SpecialPlan
from routing.forecast import forecast
from routing.rota import parse_hours
from routing.staff import Actor, Role, Staff
from routing.ticket import Status, Ticket
from routing.ticket_events import EventKind
from tests.integration.clock_steps import LOCK, at, clockwork_with, said, tick
from tests.town import GAO, GARDEN, HE, LIN, LUO, STAFF_ROOM, TANG, XIE, ZHANG, Town, labels_of

LEAK = "/report 3栋一楼大厅漏水，顺着墙往下淌"
"""Urgent: one hour to claim, a day to do, by day and night."""


async def post_of(town: Town, ticket: Ticket) -> Staff:
    """The post that the ticket is given to."""
    assert ticket.assignee_id is not None
    async with town.database.unit_of_work() as work:
        return await work.staff.get(ticket.assignee_id)


async def told_silently(town: Town, moment: str) -> dict[int, bool]:
    """Who gets a message of its own when the clock job ticks at ``moment``, and whether it makes no sound."""
    town.clock.now = at(moment)
    for half in (town.cases.clockwork.sweep, town.cases.telling.tell):
        await ClockJob(town.database.unit_of_work, half).run()
    async with town.database.unit_of_work() as work:
        rows = await work.outbox.take(town.clock.now, limit=100, lease_seconds=60)
    return {row.message.chat_id: row.message.silent for row in rows}


async def test_a_claim_without_progress_is_asked_about_and_one_sentence_keeps_it(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.press_label(HE, HE, "认领")
    number = (await town.ticket()).number
    await tick(town, "11-25 09:59")
    assert await said(town, HE, "有进展吗") == 0
    for moment in ("11-25 10:00", "11-25 10:05"):
        await tick(town, moment)
        assert await said(town, HE, f"❓ 工单 {number} 有进展吗？") == 1
    (question,) = [one for one in await town.people.history(HE, HE) if "有进展吗" in str(one.get("text"))]
    assert labels_of(question) == ["有进展", "转派", "退回"]
    assert "11-26 10:05 前没有动静" not in question["text"]
    assert "11-26 10:00 前没有动静将收回" in question["text"]

    await town.press(HE, HE, question, "有进展")
    await town.say(HE, HE, "好")
    assert await said(town, HE, "请写清楚") == 1
    await town.say(HE, HE, "已联系厂家，明天上门换锁")
    ticket = await town.ticket()
    assert (ticket.status, ticket.progress_at, ticket.questioned_at) == (Status.IN_PROGRESS, at("11-25 10:05"), None)
    last = (await town.events(ticket))[-1]
    assert (last.kind, last.data["text"]) == (EventKind.PROGRESSED, "已联系厂家，明天上门换锁")
    assert ticket.resolve_due_at == at("11-26 10:00")
    ticket = await tick(town, "11-26 10:00")
    assert (ticket.status, ticket.lapses, ticket.escalation_level) == (Status.IN_PROGRESS, 0, 1)


async def test_what_nobody_moves_goes_round_twice_and_then_a_superior_decides(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    await town.press_label(HE, HE, "认领")
    opened = await town.ticket()
    await tick(town, "11-23 16:00")
    assert await said(town, HE, "有进展吗") == 1
    lapsed = await tick(town, "11-23 18:00")
    assert (lapsed.status, lapsed.assignee_id, lapsed.lapses) == (Status.DISPATCHED, None, 1)
    assert await said(town, HE, "认领后没有进展，已收回并上报 林晓燕、罗勇") == 1
    assert await said(town, LUO, "认领后一直没有进展") == 1

    await town.press_label(LUO, LUO, "认领")
    # At night the question is asked without a sound.
    assert (await told_silently(town, "11-24 00:00"))[LUO] is True
    town.clock.advance(minutes=2)
    await town.settle()
    assert (await tick(town, "11-24 02:02")).lapses == 2
    await town.press_label(TANG, TANG, "认领")
    await tick(town, "11-24 08:02")
    decided = await tick(town, "11-24 10:02")
    holder = await post_of(town, decided)
    assert (decided.status, decided.lapses, holder.role) == (Status.DISPATCHED, 3, Role.STREET)
    assert holder.account is not None
    assert await said(town, holder.account, f"已自动收回 2 次，请 {holder.name} 决定") == 1
    assert (decided.accept_due_at, decided.resolve_due_at) == (opened.accept_due_at, opened.resolve_due_at)
    # The clock takes it away no more without giving it to somebody who has to decide.
    later = await tick(town, "11-24 12:30")
    assert later.assignee_id is not None
    assert later.assignee_id != decided.assignee_id


async def test_an_urge_has_its_own_limit_and_comes_back_to_who_urged(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.press_label(HE, HE, "认领")
    number = (await town.ticket()).number
    await town.say(GAO, GAO, f"/urge {number} 马上")
    assert "没看懂时限“马上”。可以写：30分钟、2h、3天、2个工作日" in (await town.texts(GAO))[-1]
    assert (await town.ticket()).urge_due_at is None
    await town.say(GAO, GAO, f"/urge {number} 明天下午5点")
    assert f"已督办工单 {number}，请经办人在 11-24 17:00 前反馈。" in (await town.texts(GAO))[-1]
    await town.say(GAO, GAO, f"/urge {number} 12-01 18:00")
    assert (await town.ticket()).urge_due_at == at("12-01 18:00")
    await town.say(GAO, GAO, f"/urge {number} 2h")
    assert (await town.texts(GAO))[-1] == f"已督办工单 {number}，请经办人在 11-23 12:00 前反馈。"
    assert await said(town, HE, f"📣 高岚 督办工单 {number}，请在 11-23 12:00 前处理并反馈。") == 1
    assert "📣 督办 11-23 12:00 前反馈" in (await town.with_button(HE, HE, "有进展"))["text"]
    await tick(town, "11-23 11:59")
    assert await said(town, GAO, "仍没有反馈") == 0
    for moment in ("11-23 12:00", "11-23 12:10"):
        await tick(town, moment)
        assert await said(town, GAO, f"督办工单 {number} 已过反馈时限 11-23 12:00，仍没有反馈，经办 何") == 1
    assert (await town.events(await town.ticket()))[-1].kind is EventKind.URGE_EXPIRED

    await town.say(GAO, GAO, f"/urge {number}")
    assert (await town.ticket()).urge_due_at == at("11-24 12:00")
    await town.press_label(HE, HE, "有进展")
    await town.say(HE, HE, "配件已到，下午安装")
    assert await said(town, GAO, f"💬 工单 {number} 进展（何") == 1
    assert (await town.ticket()).urge_due_at is None
    await tick(town, "11-24 12:00")
    assert await said(town, GAO, "仍没有反馈") == 1


async def test_who_takes_note_of_an_escalation_lets_it_rest(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    assert (await tick(town, "11-23 12:00")).escalation_level == 1
    card = await town.with_button(LUO, LUO, "知悉")
    await town.press(LUO, LUO, card, "知悉")
    assert (await town.ticket()).acknowledged_until == at("11-25 12:00")
    assert "知悉" not in labels_of(await town.with_button(LUO, LUO, "督办"))
    ticket = await town.ticket()
    async with town.database.unit_of_work() as work:
        lead = Actor(LUO, "罗勇", await work.staff.of_account(LUO))
        with pytest.raises(NothingToAcknowledge):
            await town.cases.supervision.acknowledge(work, lead, ticket.id)
    for moment in ("11-24 12:00", "11-25 11:59"):
        assert (await tick(town, moment)).escalation_level == 1
    assert (await tick(town, "11-25 12:00")).escalation_level == 2
    # It has gone past the lead, who can no longer keep it from those above.
    refused = await town.press(LUO, LUO, await town.with_button(LUO, LUO, "知悉"), "知悉")
    assert "没有这项操作的权限" in str(refused)
    await town.press_label(TANG, TANG, "知悉")
    assert (await town.ticket()).acknowledged_until is not None


async def test_superiors_hear_in_the_staff_group_where_the_plan_says_so(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    rules = town.cases.rules
    base = replace(rules.clocks.policy.base, channels=frozenset({Channel.STAFF_GROUP}))
    rules = replace(rules, clocks=replace(rules.clocks, policy=replace(rules.clocks.policy, base=base)))
    clockwork = ClockService(rules, TicketBoard(rules, CardMaker(rules.wording)), town.clock)
    town.clock.now = at("11-23 12:00")
    async with town.database.unit_of_work() as work:
        await clockwork.sweep(work)
        await work.commit()
    await town.settle()
    assert await said(town, LUO, "超期工单上报") == 0
    assert [one for one in await town.texts(LIN, STAFF_ROOM) if "超期工单上报（第 1 级）" in one]


async def test_one_ticket_that_cannot_be_dealt_with_keeps_no_other_from_its_clock(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.say(ZHANG, GARDEN, LEAK)
    broken, other = await town.tickets()

    class Faulty(SpecialPlan):
        """One that fails for one of the tickets, as a fault of the program would."""

        def covers(self, ticket: Ticket) -> bool:
            if ticket.id == broken.id:
                raise KeyError("a fault")
            return False

    clockwork = clockwork_with(town, Faulty(frozenset(), frozenset(), town.cases.rules.clocks.policy.base))
    town.clock.now = at("11-23 12:00")
    await ClockJob(town.database.unit_of_work, clockwork.sweep).run()
    left, climbed = await town.tickets()
    assert (left.escalation_level, left.next_check_at) == (0, town.clock.now + TRY_AGAIN)
    assert [event.kind for event in await town.events(left)] == [event.kind for event in await town.events(broken)]
    assert (climbed.id, climbed.escalation_level) == (other.id, 1)
    town.clock.advance(minutes=15)
    await town.sweep()
    assert (await town.tickets())[0].escalation_level == 1


async def test_a_service_that_left_the_catalogue_keeps_its_tickets_clock(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    async with town.database.unit_of_work() as work:
        await work.tickets.save(replace(ticket, service_code="gone.service"))
        await work.commit()
    town.clock.now = at("11-23 12:00")
    await town.sweep()
    assert (await town.ticket()).escalation_level == 1
    await town.say(TANG, TANG, "/overdue")
    assert f"{ticket.number}｜其他诉求 gone.service｜" in (await town.texts(TANG))[-1]


async def test_the_third_rework_lifts(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.press_label(HE, HE, "认领")
    for count in (1, 2, 3):
        await town.press_label(HE, HE, "办结")
        await town.say(HE, HE, f"第{count}次更换了锁芯")
        town.clock.advance(minutes=10)
        await town.press_label(ZHANG, GARDEN, "没解决")
        ticket = await town.ticket()
        assert ticket.reopens == count
        assert ticket.status is (Status.DISPATCHED if count == 3 else Status.IN_PROGRESS)
    holder = await post_of(town, ticket)
    assert holder.role in {Role.GRID_WORKER, Role.GRID_LEAD}
    assert holder.account is not None
    assert await said(town, holder.account, f"已返工 3 次，提级由 {holder.name} 督办") == 1
    assert [event.kind for event in await town.events(ticket)][-2:] == [EventKind.REOPENED, EventKind.LIFTED]
    assert labels_of(await town.with_button(holder.account, holder.account, "认领"))


async def test_the_third_return_lifts_and_the_limits_stay(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    opened = await town.ticket()
    for count, (asks, decides) in enumerate(((HE, LUO), (LUO, TANG), (TANG, XIE)), start=1):
        await town.press_label(asks, asks, "退回")
        await town.press_label(asks, asks, "内容不清，联系不上反映人")
        await town.press_label(decides, decides, "同意")
        ticket = await town.ticket()
        assert (ticket.returns, ticket.status) == (count, Status.DISPATCHED)
        assert (ticket.accept_due_at, ticket.resolve_due_at) == (opened.accept_due_at, opened.resolve_due_at)
    holder = await post_of(town, ticket)
    assert holder.role is Role.SUPERVISOR
    assert [event.kind for event in await town.events(ticket)][-2:] == [EventKind.APPROVED, EventKind.LIFTED]


async def test_what_was_foretold_is_what_happens_with_leave_and_hours_to_come(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    # By the time that it reaches the community, its secretary is away and only somebody else is within hours.
    await town.say(TANG, TANG, "/leave 11-24 12-10 秦岚")
    async with town.database.unit_of_work() as work:
        named = [post for post in await work.staff.all() if post.name in {"孟小菊", "谢明"}]
        hours = {"孟小菊": parse_hours("sat 09:00-10:00"), "谢明": parse_hours("sun 09:00-10:00")}
        await work.staff.upsert([replace(post, hours=tuple(filter(None, [hours[post.name]]))) for post in named])
        await work.commit()
    rules, ticket = town.cases.rules, await town.ticket()
    async with town.database.unit_of_work() as work:
        steps = rules.ladder(ticket, await work.areas.tree())
        there = partial(there_at, rules, await work.staff.all(), await work.staff.absences(town.clock.now))
        foretold = forecast(ticket, rules.clocks, town.clock.now, steps=steps, posts_at=there)
    assert len(foretold) == 9
    names_by_level = {seen.after.escalation_level: [post.name for post in seen.superiors] for seen in foretold}
    assert (names_by_level[2], names_by_level[3]) == (["秦岚"], ["钱进"])
    for seen in foretold:
        town.clock.now = seen.at - timedelta(minutes=1)
        await town.sweep()
        before = await town.events(ticket)
        town.clock.now = seen.at
        await town.sweep()
        told = (await town.events(ticket))[len(before) :]
        names = [event.data["names"] for event in told if event.kind is EventKind.ESCALATED]
        assert names == ([[post.name for post in seen.superiors]] if seen.step.escalate_to_level else [])
        assert (await town.ticket()).escalation_level == seen.after.escalation_level


async def test_caps_on_what_may_be_asked_for(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.press_label(HE, HE, "认领")
    # A day on hold moves the limit, Thursday 10:00, by one working day each time.
    for count, due in ((1, at("11-27 10:00")), (2, at("11-30 10:00"))):
        await town.press_label(HE, HE, "挂账")
        await town.press_label(HE, HE, "等待第三方处理")
        await town.press_label(LUO, LUO, "同意")
        town.clock.advance(days=1)
        await town.press_label(HE, HE, "恢复办理")
        held = await town.ticket()
        assert (held.holds, held.status, held.resolve_due_at) == (count, Status.IN_PROGRESS, due)
    refused = await town.press_label(HE, HE, "挂账")
    assert "已达上限" in str(refused)
    await town.press_label(HE, HE, "延期")
    await town.press_label(HE, HE, "天气原因")
    await town.press_label(LUO, LUO, "同意")
    assert "已达上限" in str(await town.press_label(HE, HE, "延期"))


async def test_a_hold_is_not_forgotten_when_the_service_was_wrong(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "挂账")
    await town.press_label(HE, HE, "等待第三方处理")
    await town.press_label(LUO, LUO, "同意")
    town.clock.advance(days=1)
    await town.press_label(HE, HE, "恢复办理")
    assert (await town.ticket()).resolve_due_at == at("11-27 10:00")
    await town.press_label(HE, HE, "改类")
    await town.press_label(HE, HE, "其他类别…")
    await town.press_label(HE, HE, "物业服务")
    await town.press_label(HE, HE, "物业收费")
    changed = await town.ticket()
    # Five working days instead of three from the same dispatch, and the day on hold.
    assert (changed.service_code, changed.resolve_due_at) == ("property.fee", at("12-01 10:00"))


async def test_an_early_escalation_names_no_delay_and_takes_nothing(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    rules = town.cases.rules
    base = replace(rules.clocks.policy.base, first_at={"accept": 0.5, "resolve": 1.0})
    rules = replace(rules, clocks=replace(rules.clocks, policy=replace(rules.clocks.policy, base=base)))
    clockwork = ClockService(rules, TicketBoard(rules, CardMaker(rules.wording)), town.clock)
    ticket = await town.ticket()
    async with town.database.unit_of_work() as work:
        await work.tickets.save(rules.scheduled(ticket, await work.areas.tree(), town.clock.now))
        await work.commit()
    town.clock.now = at("11-23 11:00")
    async with town.database.unit_of_work() as work:
        assert await clockwork.sweep(work) == 1
        await work.commit()
    await town.settle()
    ticket = await town.ticket()
    assert (ticket.status, ticket.escalation_level) == (Status.DISPATCHED, 1)
    assert (await post_of(town, ticket)).account == HE
    assert await said(town, HE, f"🟡 工单 {ticket.number} 临近期限，已上报 林晓燕、罗勇") == 1
    assert await said(town, LUO, "⬆️ 临期工单上报（第 1 级）") == 1
    assert await said(town, LUO, "认领期限 11-23 12:00 将到") == 1


async def test_a_superior_urges_by_button_with_the_limit_of_the_district(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    await tick(town, "11-23 11:00")
    await town.press_label(LUO, LUO, "督办")
    urged = await town.ticket()
    assert (urged.urges, urged.urge_due_at) == (1, at("11-23 13:00"))
    await town.press_label(LIN, LIN, "认领")
    # To claim it is no word about it.
    await tick(town, "11-23 13:00")
    assert await said(town, LUO, "仍没有反馈，经办 林晓燕") == 1
    town.clock.now = at("11-23 17:31")
    await town.send_digests()
    assert await said(town, LUO, "📣 督办未反馈 1 件") == 1
