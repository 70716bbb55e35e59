"""Serving processes: what they start with, how they stop, and what they refuse."""

from __future__ import annotations

import asyncio
import json
import signal
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.database import Database
from routing.queries import TicketFilter
from routing.ticket import Ticket
from tests.cli import PROGRAM, Shell, bare_environment
from tests.process import free_port, serving
from tests.sandbox_server import People, running_sandbox
from tests.town import CHEN, GARDEN, LI, MILL, RIVERSIDE, WANG, ZHANG, sample_world

SECRET = "open-sesame"


async def _tickets(folder: Path) -> tuple[Ticket, ...]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'var' / 'qunban.db'}")
    async with database.unit_of_work() as work:
        found = await work.tickets.find(TicketFilter(), limit=100)
    await database.close()
    return found


async def test_the_first_start_serves_the_sample_district_and_a_stop_is_clean(tmp_path: Path) -> None:
    async with serving(tmp_path, {}) as service, httpx.AsyncClient(base_url=service.url, trust_env=False) as http:
        assert (await http.get("/healthz")).status_code == 200
        ready = await http.get("/readyz")
        assert ready.json() == {
            "ready": True,
            "checks": {name: {"ok": True, "reason": None} for name in ("database", "migrations", "chat")},
        }
        assert "text/html" in (await http.get("/")).headers["content-type"]
        assert "qunban_job_runs_total" in (await http.get("/metrics")).text
        assert await service.stop() == 0
    shell = Shell(tmp_path)
    assert len(json.loads((await asyncio.to_thread(shell.run, "areas", "export", "--json")).output)) == 90


async def test_own_registers_are_left_alone(tmp_path: Path) -> None:
    register = "code,name,level,parent_code\nTC,棠川市,city,\n"
    (tmp_path / "areas.csv").write_text(register, encoding="utf-8")
    shell = Shell(tmp_path)
    assert (await asyncio.to_thread(shell.run, "areas", "import", "areas.csv")).exit_code == 0
    async with serving(tmp_path, {}) as service:
        assert await service.stop(signal.SIGINT) == 0
    assert len(json.loads((await asyncio.to_thread(shell.run, "areas", "export", "--json")).output)) == 1


async def test_what_was_said_before_a_stop_is_answered_once_after_the_next_start(tmp_path: Path) -> None:
    said = {
        (ZHANG, GARDEN): "3栋2单元电梯坏了，来人修一下",
        (LI, GARDEN): "5栋楼道灯不亮了，麻烦修一下",
        (WANG, MILL): "2幢下水道堵了，污水冒出来了",
        (CHEN, RIVERSIDE): "1栋垃圾沒人清運，請處理一下",
    }
    async with serving(tmp_path, {}) as service, People(service.url) as people:
        for (person, room), text in said.items():
            await people.say(person, room, text)
        assert await service.stop() == 0
    async with serving(tmp_path, {}) as service, People(service.url) as people:
        for (_, room), text in said.items():
            original = next(one for one in await people.chat(room) if one.get("text") == text)
            await people.wait_for(room, partial(_answers, original["message_id"]))
        await people.settle()
        answers = [
            one
            for room in (GARDEN, MILL, RIVERSIDE)
            for one in await people.chat(room)
            if one["from"]["is_bot"] and "reply_to_message" in one
        ]
        assert await service.stop() == 0
    assert sorted(ticket.text for ticket in await _tickets(tmp_path)) == sorted(said.values())
    assert len(answers) == len(said)


def _answers(number: int, message: dict[str, Any]) -> bool:
    replied = message.get("reply_to_message")
    return bool(message["from"]["is_bot"]) and replied is not None and replied["message_id"] == number


async def test_an_update_at_work_is_finished_before_the_process_ends(tmp_path: Path) -> None:
    """The request has arrived in part when the process is told to stop; it is answered, and nothing else is taken."""
    port = free_port()
    async with running_sandbox(sample_world()) as sandbox:
        environment = _webhook(sandbox.url, port)
        shell = Shell(tmp_path, {"QUNBAN_SAMPLE": "1", **environment})
        async with serving(tmp_path, {"QUNBAN_SAMPLE": "1", **environment}) as service:
            body = json.dumps(_update("3栋2单元电梯坏了，来人修一下"), ensure_ascii=False).encode()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                b"POST /telegram/webhook HTTP/1.1\r\nHost: qunban\r\nContent-Type: application/json\r\n"
                b"Expect: 100-continue\r\nX-Telegram-Bot-Api-Secret-Token: " + SECRET.encode() + b"\r\n"
                b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n"
            )
            # The server asks for the body once the route reads it, so from here on the request is at work.
            assert b"100 Continue" in await reader.readline()
            writer.write(body[:40])
            await writer.drain()
            service.process.send_signal(signal.SIGTERM)
            await _until_refused(port)
            writer.write(body[40:])
            await writer.drain()
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            assert b"HTTP/1.1 200" in answer
            assert await service.process.wait() == 0
        listed = json.loads((await asyncio.to_thread(shell.run, "tickets", "list", "--json")).output)
        assert [ticket["service_code"] for ticket in listed] == ["property.elevator"]


async def _until_refused(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return
            writer.close()
            await writer.wait_closed()
            await asyncio.sleep(0.02)


async def test_web_and_worker_share_the_work_of_one_service(tmp_path: Path) -> None:
    port = free_port()
    async with running_sandbox(sample_world()) as sandbox:
        environment = {"QUNBAN_SAMPLE": "1", **_webhook(sandbox.url, port)}
        # What a proxy says in the platform's place does not end a start.
        for kind, method in (("proxy_page", "getMe"), ("no_result", "setWebhook"), ("cut_answer", "setMyCommands")):
            await sandbox.people.plan_fault(kind, method=method)
        async with (
            serving(tmp_path, environment, "--role", "web") as web,
            serving(tmp_path, environment, "--role", "worker") as worker,
        ):
            probed = worker.url.removesuffix("/metrics")
            async with httpx.AsyncClient(base_url=probed, trust_env=False) as http:
                assert (await http.get("/healthz")).status_code == 200
                assert (await http.get("/readyz")).json()["ready"]
                assert "qunban_outbox_lag_seconds" in (await http.get("/metrics")).text
                assert (await http.get("/")).status_code == 404
                assert (await http.post("/telegram/webhook")).status_code == 404
                # Reports that are being committed must not hold up the talk behind them: it gets every connection.
                informed = await http.get(f"{sandbox.url}/bot{sample_world().token}/getWebhookInfo")
                assert informed.json()["result"]["max_connections"] == 100
            original = await sandbox.people.say(ZHANG, GARDEN, "3栋2单元电梯坏了，来人修一下")
            card = await sandbox.people.wait_for(GARDEN, partial(_answers, original["message_id"]))
            assert "TD101" in card["text"]
            assert await worker.stop() == 0
            assert await web.stop() == 0


@pytest.mark.parametrize(
    ("environment", "arguments", "says"),
    [
        ({"QUNBAN_HOST": "0.0.0.0"}, (), "QUNBAN_HOST: the local chat listens on loopback only"),
        ({}, ("--role", "worker"), "QUNBAN_TELEGRAM_TOKEN: missing"),
        ({"QUNBAN_DATABASE_URL": "mysql://x"}, (), "QUNBAN_DATABASE_URL: "),
        ({"QUNBAN_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/q"}, (), "the database cannot be used"),
        ({"QUNBAN_CONFIG_DIR": "nowhere"}, (), "QUNBAN_CONFIG_DIR: no such folder: nowhere"),
    ],
)
async def test_a_start_that_cannot_be_ends_with_one_line(
    tmp_path: Path, environment: dict[str, str], arguments: tuple[str, ...], says: str
) -> None:
    exit_code, errors = await _refused(tmp_path, environment, *arguments)
    assert exit_code == 1
    (line,) = errors.strip().splitlines()
    assert line.startswith(f"qunban: {says}")
    assert "hunter2" not in line


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with serving(tmp_path, {}) as service:
        port = service.url.rpartition(":")[2]
        other = tmp_path / "other"
        other.mkdir()
        exit_code, errors = await _refused(other, {"QUNBAN_PORT": port})
        assert exit_code == 1
        assert errors.strip() == f"qunban: QUNBAN_PORT: cannot listen on {port}: Address already in use"


async def test_a_token_that_the_platform_does_not_know_is_named(tmp_path: Path) -> None:
    async with running_sandbox(sample_world()) as sandbox:
        environment = {"QUNBAN_TELEGRAM_TOKEN": "1:wrong", "QUNBAN_TELEGRAM_API_URL": sandbox.url, "QUNBAN_PORT": "0"}
        exit_code, errors = await _refused(tmp_path, environment)
    assert exit_code == 1
    assert "qunban: QUNBAN_TELEGRAM_TOKEN: the platform knows no bot with it" in errors
    assert "1:wrong" not in errors


async def test_not_ready_while_the_platform_is_away(tmp_path: Path) -> None:
    environment = {
        **_webhook(f"http://127.0.0.1:{free_port()}", port := free_port()),
        "QUNBAN_LOG_FORMAT": "json",
    }
    process = await _start(tmp_path, environment)
    try:
        # The port is taken first and answered once everything is loaded, which takes its time on a busy machine.
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as http:
            ready = await _first_answer(http, "/readyz")
            assert ready.status_code == 503
            assert ready.json()["checks"]["database"]["ok"]
            assert not ready.json()["checks"]["chat"]["ok"]
            early = await http.post(
                "/telegram/webhook",
                json=_update("电梯坏了"),
                headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
            )
            assert early.status_code == 503
            page = await http.get("/")
            assert "群办" in page.text
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    assert SECRET not in (tmp_path / "errors.log").read_text("utf-8")


async def _first_answer(http: httpx.AsyncClient, path: str) -> httpx.Response:
    async with asyncio.timeout(60):
        while True:
            try:
                return await http.get(path)
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


async def _start(folder: Path, environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    with (folder / "errors.log").open("ab") as errors:
        return await asyncio.create_subprocess_exec(
            *PROGRAM, "run", *arguments, cwd=folder, env=bare_environment(environment), stdout=errors, stderr=errors
        )


async def _refused(folder: Path, environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    process = await _start(folder, environment, *arguments)
    exit_code = await asyncio.wait_for(process.wait(), 60)
    return exit_code, (folder / "errors.log").read_text("utf-8")


def _webhook(api_url: str, port: int) -> dict[str, str]:
    return {
        "QUNBAN_TELEGRAM_TOKEN": sample_world().token,
        "QUNBAN_TELEGRAM_API_URL": api_url,
        "QUNBAN_TELEGRAM_MODE": "webhook",
        "QUNBAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "QUNBAN_WEBHOOK_SECRET": SECRET,
        "QUNBAN_PORT": str(port),
    }


def _update(text: str) -> dict[str, Any]:
    return {
        "update_id": 1,
        "message": {
            "message_id": 5,
            "date": 1_790_000_000,
            "chat": {"id": GARDEN, "type": "supergroup", "title": "锦绣花园业主群"},
            "from": {"id": ZHANG, "is_bot": False, "first_name": "张敏"},
            "text": text,
        },
    }
