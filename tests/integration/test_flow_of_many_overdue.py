"""Many tickets fall due at once: they are dealt with together, and one of them never keeps the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from sqlalchemy import event

from bot.jobs.upkeep import ClockJob
from bot.services.board import TicketBoard
from bot.services.cards import CardMaker
from bot.services.clock_telling import ClockTelling
from bot.services.clockwork import TRY_AGAIN
from bot.services.ports import UnitOfWork
from routing.escalation_plan import Channel, SpecialPlan
from routing.outgoing import Content, Outgoing
from routing.ticket import Ticket
from routing.ticket_events import EventKind
from tests.integration.clock_steps import clockwork_with, said
from tests.town import GARDEN, LUO, MILL, TANG, WANG, ZHANG, Town

LOCKS = tuple(f"/report {number}栋单元门锁坏了，关不上" for number in (1, 2, 3, 4))


async def _report(town: Town, count: int) -> None:
    for text in LOCKS[:count]:
        await town.say(ZHANG, GARDEN, text)
    town.clock.advance(hours=3)


async def _statements_of_a_sweep(town: Town) -> int:
    counted = 0

    def count(*_: Any) -> None:
        nonlocal counted
        counted += 1

    engine = town.database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    for half in (town.cases.clockwork.sweep, town.cases.telling.tell):
        await ClockJob(town.database.unit_of_work, half).run()
    event.remove(engine, "before_cursor_execute", count)
    return counted


async def test_many_cost_as_many_statements_as_one(town: Town) -> None:
    await _report(town, 1)
    one = await _statements_of_a_sweep(town)
    await town.settle()
    await _report(town, 4)
    assert [ticket.escalation_level for ticket in await town.tickets()].count(1) == 1
    many = await _statements_of_a_sweep(town)
    await town.settle()
    assert all(ticket.escalation_level >= 1 for ticket in await town.tickets())
    assert many <= one + 2, "tables that had no rows before may need a statement of their own on SQLite"
    for ticket in await town.tickets():
        kinds = [one.kind for one in await town.events(ticket)]
        assert kinds.count(EventKind.ESCALATED) == ticket.escalation_level


async def test_those_that_are_written_while_others_are_looked_at_go_up_once_each(town: Town) -> None:
    await _report(town, 4)
    async with town.database.unit_of_work() as work:
        assert await town.cases.clockwork.sweep(work, at_once=1) == 4
        await work.commit()
    await town.settle()
    for ticket in await town.tickets():
        kinds = [one.kind for one in await town.events(ticket)]
        assert (ticket.escalation_level, kinds.count(EventKind.ESCALATED)) == (1, 1)
        assert await said(town, LUO, f"{ticket.number}\n") == 1


async def _report_two(town: Town) -> tuple[Ticket, Ticket]:
    await town.say(ZHANG, GARDEN, LOCKS[0])
    await town.say(WANG, MILL, "/report 2幢单元门锁坏了，关不上")
    town.clock.advance(hours=3)
    one, other = await town.tickets()
    return one, other


async def test_what_cannot_be_written_of_one_keeps_no_other(town: Town) -> None:
    broken, other = await _report_two(town)

    class Faulty(SpecialPlan):
        """One that no database can keep, for one of the tickets, as a fault of the program would make it."""

        def covers(self, ticket: Ticket) -> bool:
            return ticket.id == broken.id

    base = town.cases.rules.clocks.policy.base
    plan = replace(base, channels=frozenset({cast(Channel, object())}))
    clockwork = clockwork_with(town, Faulty(frozenset(), frozenset(), plan))
    await ClockJob(town.database.unit_of_work, clockwork.sweep, clockwork.sweep_each).run()
    left, climbed = await town.tickets()
    assert (left.id, left.escalation_level, left.next_check_at) == (broken.id, 0, town.clock.now + TRY_AGAIN)
    assert (climbed.id, climbed.escalation_level) == (other.id, 1)
    assert EventKind.ESCALATED not in [one.kind for one in await town.events(left)]


async def test_what_the_database_refuses_of_one_keeps_nobody_else_from_hearing(town: Town) -> None:
    broken, other = await _report_two(town)
    await ClockJob(town.database.unit_of_work, town.cases.clockwork.sweep).run()

    class Board(TicketBoard):
        """One that writes what no database takes, as a fault of the program would."""

        async def post(self, work: UnitOfWork, ticket: Ticket, *args: Any, **more: Any) -> None:
            if ticket.id == broken.id:
                await work.outbox.add(Outgoing("telegram", GARDEN, Content("此单无主"), ticket_id=999_999))
            await super().post(work, ticket, *args, **more)

    rules = town.cases.rules
    telling = ClockTelling(rules, Board(rules, CardMaker(rules.wording)), town.clock)
    await ClockJob(town.database.unit_of_work, telling.tell, telling.tell_each).run()
    assert [ticket.escalation_level for ticket in await town.tickets()] == [1, 1]
    await town.settle()
    assert await said(town, LUO, f"{broken.number}\n") == 0
    assert await said(town, LUO, f"{other.number}\n") == 1
    # Nothing is lost: what could not be put into words is tried again, and then tells of the moment it happened at.
    town.clock.advance(minutes=15)
    await town.settle()
    assert await said(town, LUO, f"{broken.number}\n超过认领期限 1小时0分钟") == 1


async def test_what_was_not_told_at_once_is_told_of_each_moment_and_shown_as_it_is_now(town: Town) -> None:
    await _report(town, 1)
    for _ in range(2):
        await ClockJob(town.database.unit_of_work, town.cases.clockwork.sweep).run()
        town.clock.advance(days=1)
    (ticket,) = await town.tickets()
    assert ticket.escalation_level == 2
    await town.settle()
    for person, level, late in ((LUO, 1, "1小时0分钟"), (TANG, 2, "1天1小时")):
        assert await said(town, person, f"超期工单上报（第 {level} 级）\n{ticket.number}\n超过认领期限 {late}") == 1
        assert await said(town, person, "⬆️ 已升级 2 次") == 1
        assert await said(town, person, "⬆️ 已升级 1 次") == 0
