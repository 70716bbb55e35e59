"""Many tickets fall due at once: they are dealt with together, and one of them never keeps the others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from bot.jobs.upkeep import ClockJob
from bot.services.board import TicketBoard
from bot.services.cards import CardMaker
from bot.services.clockwork import TRY_AGAIN, ClockService
from bot.services.ports import UnitOfWork
from routing.outgoing import Content, Outgoing
from routing.ticket import EventKind, Ticket
from tests.town import GARDEN, MILL, WANG, ZHANG, Town

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
    await ClockJob(town.database.unit_of_work, town.cases.clockwork.sweep).run()
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


async def test_what_the_database_refuses_of_one_keeps_no_other(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCKS[0])
    await town.say(WANG, MILL, "/report 2幢单元门锁坏了，关不上")
    town.clock.advance(hours=3)
    broken, other = await town.tickets()

    class Board(TicketBoard):
        """One that writes what no database takes, as a fault of the program would."""

        async def post(self, work: UnitOfWork, ticket: Ticket, *args: Any, **more: Any) -> None:
            if ticket.id == broken.id:
                await work.outbox.add(Outgoing("telegram", GARDEN, Content("此单无主"), ticket_id=999_999))
            await super().post(work, ticket, *args, **more)

    rules = town.cases.rules
    clockwork = ClockService(rules, Board(rules, CardMaker(rules.wording)), town.clock)
    await ClockJob(town.database.unit_of_work, clockwork.sweep, clockwork.sweep_each).run()
    left, climbed = await town.tickets()
    assert (left.id, left.escalation_level, left.next_check_at) == (broken.id, 0, town.clock.now + TRY_AGAIN)
    assert (climbed.id, climbed.escalation_level) == (other.id, 1)
    assert EventKind.ESCALATED not in [one.kind for one in await town.events(left)]
