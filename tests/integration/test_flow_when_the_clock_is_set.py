"""Somebody sets the clock by an hour while the service runs: nothing comes twice, nothing waits for an hour."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.jobs.outbox import LEASE_SECONDS
from models.database import Database
from routing.outgoing import Content, Outgoing
from routing.queries import TicketFilter
from routing.ticket import Status, Ticket
from routing.ticket_events import EventKind
from tests.moved_clock import PROGRAM, MovedClock
from tests.process import serving
from tests.sandbox_server import running_sandbox
from tests.town import DENG, GARDEN, HE, WU, ZHANG, ZHOU, Town, load_registers, sample_world

FIRE = "/report 3栋2单元电梯里有人被困住了"


@pytest.mark.parametrize("hours", [(1, -1), (-1, 1), (-1, -1), (-25, 25)])
async def test_a_ticket_lives_through_it(town: Town, hours: tuple[int, int]) -> None:
    """Set between the steps of a ticket's life; the clock job ticks after each."""
    moves = iter(hours * 5)

    async def somebody_sets_the_clock() -> None:
        town.clock.advance(hours=next(moves))
        await town.sweep()
        await town.send_digests()

    with capture_logs() as logs:
        await town.say(ZHANG, GARDEN, FIRE)
        await somebody_sets_the_clock()
        await town.press_label(HE, HE, "认领")
        await somebody_sets_the_clock()
        await town.press_label(HE, HE, "办结")
        await town.say(HE, HE, "人已救出，电梯已停用检修")
        await somebody_sets_the_clock()
        ticket = await town.ticket()
        assert ticket.status is Status.RESOLVED
        await town.say(ZHANG, GARDEN, "/mine")
        await somebody_sets_the_clock()
        await town.upkeep()
    assert _escalated_twice(await _levels(town, ticket)) == []
    assert not [entry for entry in logs if entry["log_level"] in {"error", "critical"}]
    kinds = Counter(event.kind for event in await town.events(ticket))
    assert kinds[EventKind.OPENED] == kinds[EventKind.CLAIMED] == kinds[EventKind.RESOLVED] == 1


async def _levels(town: Town, ticket: Ticket) -> list[object]:
    return [event.data["level"] for event in await town.events(ticket) if event.kind is EventKind.ESCALATED]


def _escalated_twice(levels: list[object]) -> list[object]:
    return [level for level, count in Counter(levels).items() if count > 1]


async def test_two_processes_live_through_it(postgresql_url: str, tmp_path: Path) -> None:
    clock = MovedClock(tmp_path / "clock")
    clock.start()
    database = Database(postgresql_url, clock=clock)
    await load_registers(database)
    async with running_sandbox(sample_world()) as sandbox:
        people = sandbox.people
        environment = {
            "QUNBAN_DATABASE_URL": postgresql_url,
            "QUNBAN_TELEGRAM_TOKEN": sandbox.token,
            "QUNBAN_TELEGRAM_API_URL": sandbox.url,
        }
        program = (*PROGRAM, str(tmp_path / "clock"))
        async with serving(tmp_path, environment, program=program), serving(tmp_path, environment, program=program):
            await people.say(ZHANG, GARDEN, FIRE)
            card = await people.wait_for_text(HE, "单号")

            # Set on while one process waits for the platform: the other does not send the same.
            await people.plan_fault("hang", method="sendMessage", chat_id=ZHOU, seconds=11)
            await _queue(database, ZHOU, "在途")
            await people.until_faults_are_met()
            clock.move(hours=1)
            await people.wait_for_text(ZHOU, "在途")
            tried = [call["status"] for call in await people.calls("sendMessage") if "在途" in str(call["params"])]
            assert tried == [504, 200]
            await _until_escalated(database)

            # Set back while the platform wants a pause, and with a row in the hands of a process that died.
            await people.plan_fault("too_many_requests", method="sendMessage", chat_id=WU, seconds=60)
            await _queue(database, WU, "歇会儿")
            await people.until_faults_are_met()
            await _as_if_a_process_had_died(database, clock(), DENG, "遗留")
            clock.move(hours=-1)
            await people.say(ZHANG, GARDEN, "/report 5栋楼道灯不亮了")
            await people.wait_for_text(GARDEN, "楼道灯")
            answer = await people.press(HE, HE, card["message_id"], "认领")
            assert "您已认领" in str(answer["text"])
            await people.wait_for_text(WU, "歇会儿")
            await people.wait_for_text(DENG, "遗留", seconds=40)
    async with database.unit_of_work() as work:
        tickets = await work.tickets.find(TicketFilter(), limit=10)
        assert len(tickets) == 2
        for ticket in tickets:
            events = await work.tickets.events(ticket.id)
            levels = [event.data["level"] for event in events if event.kind is EventKind.ESCALATED]
            assert _escalated_twice(levels) == []
    await database.close()
    assert "clock_was_set" in (tmp_path / "errors.log").read_text("utf-8")


async def _queue(database: Database, chat: int, text: str) -> None:
    async with database.unit_of_work() as work:
        await work.outbox.add(Outgoing("telegram", chat, Content(text)))
        await work.commit()


async def _as_if_a_process_had_died(database: Database, now: datetime, chat: int, text: str) -> None:
    """A row that was taken and will neither be renewed nor marked."""
    async with database.unit_of_work() as work:
        await work.outbox.add(Outgoing("telegram", chat, Content(text)))
        rows = await work.outbox.take(now, limit=5, lease_seconds=LEASE_SECONDS)
        await work.commit()
    assert [row.message.content.title for row in rows] == [text]


async def _until_escalated(database: Database) -> None:
    async with asyncio.timeout(30):
        while True:
            async with database.unit_of_work() as work:
                (ticket,) = await work.tickets.find(TicketFilter(), limit=2)
            if ticket.escalation_level:
                return
            await asyncio.sleep(0.1)
