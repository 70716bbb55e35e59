"""The process is killed between commit and send; once it runs again, what was committed goes out exactly once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update

from models.database import Database
from models.engine import connect, parse_url
from models.tables_delivery import Delivery, OutboxRow
from models.tables_pace import SendPaceRow
from routing.queries import TicketFilter
from routing.ticket import Status
from tests.process import serving
from tests.sandbox_server import People, running_sandbox
from tests.town import GARDEN, HE, LIN, STAFF_ROOM, ZHANG, load_registers, sample_world


async def test_what_was_committed_before_a_kill_goes_out_once_after_the_restart(
    database_url: str, tmp_path: Path
) -> None:
    await _load(database_url)
    async with running_sandbox(sample_world()) as sandbox:
        people = sandbox.people
        environment = {
            "QUNBAN_DATABASE_URL": database_url,
            "QUNBAN_TELEGRAM_TOKEN": sandbox.token,
            "QUNBAN_TELEGRAM_API_URL": sandbox.url,
        }
        async with serving(tmp_path, environment) as process:
            # One chat never gets an answer, one is told to wait, one works: every stage in which a message can be.
            await people.plan_fault("hang", method="sendMessage", chat_id=GARDEN, seconds=600)
            await people.plan_fault("too_many_requests", method="sendMessage", chat_id=HE, seconds=600)
            await people.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
            await people.settle()
            await people.wait_for_text(STAFF_ROOM, "单号")
            # A kill between sending and marking would rightly send it once more.
            await _until_marked(database_url, STAFF_ROOM)
            await people.wait_for_call("sendMessage", lambda call: call["status"] == 429)
            await people.until_faults_are_met()
            await process.kill()

        assert await _cards(people, GARDEN) == []
        assert await _cards(people, HE) == []
        number = await _number(database_url)
        await _as_if_minutes_had_passed(database_url)
        async with serving(tmp_path, environment) as process:
            await people.wait_for_text(GARDEN, number)
            await people.wait_for_text(HE, number)
            # The rest of the flow works on what the killed process left.
            card = await people.wait_for_text(STAFF_ROOM, number)
            answer = await people.press(LIN, STAFF_ROOM, card["message_id"], "认领")
            assert answer["text"] == f"您已认领工单 {number}"
            await people.wait_for_text(GARDEN, "林晓燕 已认领")
            assert await process.stop() == 0
        for chat in (GARDEN, HE, STAFF_ROOM):
            assert len(await _cards(people, chat)) == 1, chat


async def _load(database_url: str) -> None:
    database = Database(database_url)
    await load_registers(database)
    await database.close()


async def _number(database_url: str) -> str:
    """The number of the only ticket."""
    database = Database(database_url)
    async with database.unit_of_work() as work:
        (ticket,) = await work.tickets.find(TicketFilter(), limit=2)
    await database.close()
    assert ticket.status is Status.DISPATCHED
    return ticket.number


async def _cards(people: People, chat: int) -> list[str]:
    return [str(one["text"]) for one in await people.chat(chat) if "单号" in str(one.get("text", ""))]


async def _until_marked(database_url: str, chat_id: int) -> None:
    """Returns once what was sent to the chat is kept as delivered."""
    engine = connect(parse_url(database_url), pool_size=1, max_overflow=0)
    unmarked = select(OutboxRow.id).where(OutboxRow.chat_id == chat_id, OutboxRow.state != Delivery.DELIVERED)
    async with asyncio.timeout(60):
        while True:
            async with engine.connect() as connection:
                if (await connection.execute(unmarked)).first() is None:
                    break
            await asyncio.sleep(0.05)
    await engine.dispose()


async def _as_if_minutes_had_passed(database_url: str) -> None:
    """Leases and pauses of the outbox run out, which takes as long as they last."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    engine = connect(parse_url(database_url), pool_size=1, max_overflow=0)
    async with engine.begin() as connection:
        await connection.execute(update(OutboxRow).where(OutboxRow.leased_until.is_not(None)).values(leased_until=past))
        await connection.execute(update(OutboxRow).where(OutboxRow.not_before.is_not(None)).values(not_before=past))
        # A pause that the platform asked for outlives the process, too.
        await connection.execute(delete(SendPaceRow))
    await engine.dispose()
