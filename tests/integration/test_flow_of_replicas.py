"""Several processes of one service: one polls, all send, and what one leaves behind another one takes over."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from models.database import Database
from routing.queries import TicketFilter
from tests.process import Serving, free_port, serving
from tests.sandbox_server import People, RunningSandbox, running_sandbox
from tests.town import GARDEN, MILL, WANG, ZHANG, load_registers, sample_world

TAKEN_OVER_SECONDS = 60.0
"""Half of it is what the product promises; the machine may be busy."""


@pytest.fixture
async def url(postgresql_url: str) -> str:
    database = Database(postgresql_url)
    await load_registers(database)
    await database.close()
    return postgresql_url


def _environment(url: str, sandbox: RunningSandbox) -> dict[str, str]:
    return {
        "QUNBAN_DATABASE_URL": url,
        "QUNBAN_TELEGRAM_TOKEN": sandbox.token,
        "QUNBAN_TELEGRAM_API_URL": sandbox.url,
    }


async def _texts(people: People, chat: int, part: str) -> list[str]:
    return [str(one["text"]) for one in await people.chat(chat) if part in str(one.get("text", ""))]


async def _numbers(url: str) -> list[str]:
    database = Database(url)
    async with database.unit_of_work() as work:
        found = await work.tickets.find(TicketFilter(), limit=100)
    await database.close()
    return [ticket.number for ticket in found]


async def _poller(people: People, processes: list[Serving]) -> int:
    """Which of the processes polls: the one whose metrics count updates."""
    async with asyncio.timeout(TAKEN_OVER_SECONDS), httpx.AsyncClient(trust_env=False) as http:
        while True:
            for index, process in enumerate(processes):
                if process.process.returncode is None and "qunban_updates_total{" in (await http.get(process.url)).text:
                    return index
            await asyncio.sleep(0.1)


async def test_one_polls_and_another_one_takes_over_when_it_is_killed(url: str, tmp_path: Path) -> None:
    async with running_sandbox(sample_world()) as sandbox:
        people, environment = sandbox.people, _environment(url, sandbox)
        async with (
            serving(tmp_path, environment, "--role", "worker") as one,
            serving(tmp_path, environment, "--role", "worker") as other,
        ):
            await people.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
            await people.wait_for_text(GARDEN, "单号")
            polling = await _poller(people, [one, other])
            await (one, other)[polling].kill()
            await people.say(WANG, MILL, "/report 2幢单元门锁坏了，关不上")
            await people.wait_for_text(MILL, "单号", seconds=TAKEN_OVER_SECONDS)
            await people.settle()
            # Telegram ends a poll by 409 when somebody else polls as well.
            calls = await people.calls("getUpdates")
            assert {call["status"] for call in calls} <= {200, 0, None}, calls
            assert await (other, one)[polling].stop() == 0
        numbers = await _numbers(url)
        assert len(numbers) == 2
        for number in numbers:
            cards = [card for chat in (GARDEN, MILL) for card in await _texts(people, chat, f"单号 {number}")]
            assert len(cards) == 1, "sent once, though two could send"


async def test_what_a_killed_process_had_in_hand_is_sent_by_another_one(url: str, tmp_path: Path) -> None:
    async with running_sandbox(sample_world()) as sandbox:
        people, environment = sandbox.people, _environment(url, sandbox)
        await people.plan_fault("hang", method="sendMessage", chat_id=GARDEN, seconds=600)
        async with serving(tmp_path, environment) as first:
            await people.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
            await people.settle()
            await _until_planned(sandbox.url, 0)
            async with serving(tmp_path, environment, "--role", "worker") as second:
                await first.kill()
                # Nobody touches the leases here: they run out by themselves.
                await people.wait_for_text(GARDEN, "单号", seconds=TAKEN_OVER_SECONDS)
                assert await second.stop() == 0
        assert len(await _texts(people, GARDEN, "单号")) == 1


async def _until_planned(url: str, count: int) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http, asyncio.timeout(TAKEN_OVER_SECONDS):
        while True:
            if len((await http.get("/sandbox/control/faults")).json()) <= count:
                return
            await asyncio.sleep(0.02)


async def test_a_rolling_restart_loses_and_doubles_nothing(url: str, tmp_path: Path) -> None:
    said = [f"/report {number}栋单元门锁坏了，关不上" for number in range(1, 5)]
    async with running_sandbox(sample_world()) as sandbox:
        people, environment = sandbox.people, _environment(url, sandbox)

        async def talk() -> None:
            for text in said:
                await people.say(ZHANG, GARDEN, text)
                await asyncio.sleep(0.7)

        talking = asyncio.create_task(talk())
        async with serving(tmp_path, environment, "--role", "worker") as old:
            await people.wait_for_text(GARDEN, "单号")
            async with serving(tmp_path, environment, "--role", "worker") as new:
                assert await old.stop() == 0
                await talking
                await people.settle(TAKEN_OVER_SECONDS)
                numbers = await _numbers(url)
                for number in numbers:
                    await people.wait_for_text(GARDEN, f"单号 {number}", seconds=TAKEN_OVER_SECONDS)
                assert await new.stop() == 0
        assert len(numbers) == len(said)
        for number in numbers:
            assert len(await _texts(people, GARDEN, f"单号 {number}")) == 1


async def test_a_message_of_a_web_process_wakes_the_worker(url: str, tmp_path: Path) -> None:
    port = free_port()
    async with running_sandbox(sample_world()) as sandbox:
        environment = {
            **_environment(url, sandbox),
            "QUNBAN_TELEGRAM_MODE": "webhook",
            "QUNBAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "QUNBAN_WEBHOOK_SECRET": "open-sesame",
            "QUNBAN_PORT": str(port),
        }
        async with (
            serving(tmp_path, environment, "--role", "worker") as worker,
            serving(tmp_path, environment, "--role", "web") as web,
        ):
            await sandbox.people.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
            await sandbox.people.wait_for_text(GARDEN, "单号")
            assert await web.stop() == 0
            assert await worker.stop() == 0
