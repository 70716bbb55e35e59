"""The disk of an SQLite database is full for a while: nothing is half written, nothing lost, nobody has to restart."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from bot.web.webhook import PATH, SECRET_HEADER
from models.database import Database
from routing.queries import TicketFilter
from routing.ticket import Ticket
from tests.process import free_port, serving
from tests.sandbox_server import running_sandbox
from tests.town import GARDEN, LI, MILL, WANG, ZHANG, load_registers, sample_world

SECRET = "a-secret-of-the-disk"
WHILE_FULL = {(LI, GARDEN): "5栋楼道灯不亮了", (WANG, MILL): "2幢下水道堵了，污水冒出来了"}


async def test_a_disk_that_is_full_for_a_while(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    await load_registers(database)
    port = free_port()
    async with running_sandbox(sample_world()) as sandbox:
        people = sandbox.people
        environment = {
            "QUNBAN_DATABASE_URL": sqlite_url,
            "QUNBAN_TELEGRAM_TOKEN": sandbox.token,
            "QUNBAN_TELEGRAM_API_URL": sandbox.url,
            "QUNBAN_TELEGRAM_MODE": "webhook",
            "QUNBAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "QUNBAN_WEBHOOK_SECRET": SECRET,
            "QUNBAN_PORT": str(port),
        }
        async with (
            serving(tmp_path, environment) as service,
            httpx.AsyncClient(base_url=service.url, trust_env=False, timeout=30) as http,
        ):
            await people.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
            await people.wait_for_text(GARDEN, "单号")
            before = _rows(tmp_path)

            # No file of the process may grow, its log among them.
            resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            for (person, group), text in WHILE_FULL.items():
                await people.say(person, group, f"/report {text}")
            assert (await _deliver(http)).status_code == 503
            ready = await http.get("/readyz")
            assert ready.status_code == 503
            assert ready.json()["checks"]["database"] == {"ok": False, "reason": "disk_error"}
            assert (await http.get("/healthz")).status_code == 200
            assert _rows(tmp_path) == before

            resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            await people.settle()
            for _, group in WHILE_FULL:
                await people.wait_for_text(group, "单号")
            assert (await _deliver(http)).status_code == 200
            await _until_ready(http)
            assert await service.stop() == 0
        told = [str(one.get("text", "")) for group in (GARDEN, MILL) for one in await people.chat(group)]
    async with database.unit_of_work() as work:
        tickets = await work.tickets.find(TicketFilter(), limit=10)
        assert await work.updates.parked() == ()
    await database.close()
    assert Counter(ticket.reporter_id for ticket in tickets) == {ZHANG: 2, LI: 1, WANG: 1}
    for ticket in tickets:
        assert sum(_announces(text, ticket) for text in told) <= 1
    with sqlite3.connect(tmp_path / "qunban.db") as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _announces(text: str, ticket: Ticket) -> bool:
    return f"单号 {ticket.number}" in text


def _rows(folder: Path) -> dict[str, int]:
    """How many rows the tables have that a report writes to."""
    tables = ("tickets", "ticket_events", "outbox", "handled_updates", "failed_updates")
    with sqlite3.connect(folder / "qunban.db") as file:
        return {table: file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


async def _deliver(http: httpx.AsyncClient) -> httpx.Response:
    """The platform delivers one more report; the same one every time."""
    update: dict[str, Any] = {
        "update_id": 1,
        "message": {
            "message_id": 900_001,
            "date": 1_790_000_000,
            "chat": {"id": GARDEN, "type": "supergroup", "title": "锦绣花园业主群"},
            "from": {"id": ZHANG, "is_bot": False, "first_name": "张敏"},
            "text": "/report 7栋电梯坏了",
        },
    }
    return await http.post(PATH, json=update, headers={SECRET_HEADER: SECRET})


async def _until_ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            if (await http.get("/readyz")).status_code == 200:
                return
            await asyncio.sleep(0.1)
