"""Trouble on demand, Telegram's limits, the record of calls, persistence, the stop, and who is let in."""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter, TelegramServerError
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from fastapi import FastAPI

from bot.sandbox.app import create_sandbox
from tests.sandbox_server import RunningSandbox, png, running_sandbox, until
from tests.sandbox_world import BASIC_GROUP, GARDEN, NEIGHBOUR, RESIDENT, TOKEN, WORLD


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def bot_for(server: RunningSandbox) -> Bot:
    return Bot(server.token, session=AiohttpSession(api=TelegramAPIServer.from_base(server.url)))


async def test_too_many_requests_for_the_next_calls(server: RunningSandbox, bot: Bot) -> None:
    await server.people.plan_fault("too_many_requests", count=2, method="sendMessage", seconds=7)
    for _ in range(2):
        with pytest.raises(TelegramRetryAfter) as caught:
            await bot.send_message(GARDEN, "x")
        assert caught.value.retry_after == 7
        await bot.get_me()
    await bot.send_message(GARDEN, "y")
    assert [one["text"] for one in await server.people.chat(GARDEN)] == ["y"]


async def test_a_fault_may_concern_one_chat(server: RunningSandbox, bot: Bot) -> None:
    await server.people.plan_fault("server_error", chat_id=GARDEN)
    await bot.send_message(RESIDENT, "x")
    with pytest.raises(TelegramServerError):
        await bot.send_message(GARDEN, "x")
    await bot.send_message(GARDEN, "x")


async def test_a_lost_answer_hides_work_that_was_done(server: RunningSandbox, bot: Bot) -> None:
    await server.people.plan_fault("lost_answer", method="sendMessage")
    with pytest.raises(TelegramServerError):
        await bot.send_message(GARDEN, "一次")
    assert [one["text"] for one in await server.people.chat(GARDEN)] == ["一次"]


async def test_a_server_may_hang(server: RunningSandbox, bot: Bot) -> None:
    await server.people.plan_fault("hang", seconds=60)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.send_message(GARDEN, "x"), 0.2)
    assert await server.people.chat(GARDEN) == []
    await bot.send_message(GARDEN, "x")


async def test_faults_can_be_forgotten(server: RunningSandbox, bot: Bot) -> None:
    await server.people.plan_fault("server_error", count=1000)
    await server.people.clear_faults()
    await bot.send_message(GARDEN, "x")


async def test_limits_of_a_group() -> None:
    clock = Clock()
    async with running_sandbox(WORLD, clock=clock) as server, bot_for(server).context() as bot:
        await bot.send_message(GARDEN, "没有限制")
        await bot.send_message(GARDEN, "x")
        await server.people.enforce_limits()
        await bot.send_message(GARDEN, "0")
        with pytest.raises(TelegramRetryAfter) as too_fast:
            await bot.send_message(GARDEN, "x")
        assert too_fast.value.retry_after == 1
        await bot.send_message(BASIC_GROUP, "x")
        for number in range(1, 20):
            clock.pass_by(1)
            await bot.send_message(GARDEN, str(number))
        clock.pass_by(1)
        with pytest.raises(TelegramRetryAfter) as too_many:
            await bot.send_message(GARDEN, "x")
        assert too_many.value.retry_after == 40
        clock.pass_by(40)
        await bot.send_message(GARDEN, "x")


async def test_a_press_grows_too_old() -> None:
    clock = Clock()
    async with running_sandbox(WORLD, clock=clock) as server, bot_for(server).context() as bot:
        button = InlineKeyboardButton(text="认领", callback_data="claim")
        card = await bot.send_message(GARDEN, "卡片", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
        await server.people.press(RESIDENT, GARDEN, card.message_id, "claim", wait=0)
        (update,) = await bot.get_updates(timeout=5)
        assert update.callback_query is not None
        clock.pass_by(120)
        with pytest.raises(TelegramBadRequest, match="query is too old"):
            await bot.answer_callback_query(update.callback_query.id)


async def test_calls_are_on_record(server: RunningSandbox, bot: Bot) -> None:
    await bot.send_message(GARDEN, "一")
    with pytest.raises(TelegramBadRequest):
        await bot.send_message(-1, "二")
    first, second = await server.people.calls("sendMessage")
    assert (first["status"], first["params"]["text"], first["answer"]["result"]["text"]) == (200, "一", "一")
    assert (second["status"], second["answer"]["description"]) == (400, "Bad Request: chat not found")
    later = await server.people.wait_for_call("sendMessage", since=first["number"])
    assert later["number"] == second["number"]


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "var" / "sandbox.db"
    async with running_sandbox(WORLD, state) as server, bot_for(server).context() as bot:
        said = await server.people.say(RESIDENT, GARDEN, "漏水", photo=png())
        card = await bot.send_message(GARDEN, "卡片", reply_to_message_id=said["message_id"])
        new_id = await server.people.migrate(BASIC_GROUP, NEIGHBOUR)
    async with running_sandbox(WORLD, state) as server, bot_for(server).context() as bot:
        assert [one["message_id"] for one in await server.people.chat(GARDEN)] == [said["message_id"], card.message_id]
        await bot.edit_message_text("办结", chat_id=GARDEN, message_id=card.message_id)
        first = (await bot.get_updates(timeout=5))[0].message
        assert first is not None
        assert first.photo is not None
        downloaded = await bot.download(first.photo[-1])
        assert downloaded is not None
        assert downloaded.read() == png()
        await bot.send_message(new_id, "还在")
        fresh = await server.people.say(RESIDENT, GARDEN, "又漏了")
        assert fresh["message_id"] == card.message_id + 1


async def test_the_stop_ends_long_polls_streams_and_presses_at_once() -> None:
    async with asyncio.timeout(15):
        async with running_sandbox(WORLD) as server, httpx.AsyncClient(base_url=server.url, timeout=60) as http:
            polling = asyncio.create_task(http.get(f"/bot{TOKEN}/getUpdates", params={"timeout": 50}))
            async with http.stream("GET", "/sandbox/stream", params={"as": RESIDENT}) as stream:
                lines = stream.aiter_lines()
                assert await anext(lines) == "retry: 1000"
                await server.sandbox.aclose()
                assert "event: message" not in [line async for line in lines]
            assert (await polling).json() == {"ok": True, "result": []}
            assert (await http.get("/sandbox/personas")).status_code == 503


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8080"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_other_sites_are_kept_out(server: RunningSandbox, headers: dict[str, str], status: int) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        assert (await http.get("/sandbox/personas", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("messages", {"as": "x", "chat_id": GARDEN, "text": "x"}, 404, "person_unknown"),
        ("messages", {"as": RESIDENT, "chat_id": GARDEN, "text": " "}, 422, "nothing_written"),
        ("messages", {"as": RESIDENT, "chat_id": GARDEN, "text": "字" * 4097}, 422, "text_too_long"),
        ("messages", {"as": RESIDENT, "chat_id": GARDEN, "text": "x", "reply_to": 99}, 409, "quoted_message_gone"),
        ("messages", {"as": RESIDENT, "chat_id": GARDEN, "text": "x", "reply_to": "y"}, 422, "bad_value"),
        ("press", {"as": RESIDENT, "chat_id": GARDEN, "message_id": 99, "data": "x"}, 404, "message_gone"),
        ("control/faults", {"kind": "earthquake"}, 422, "bad_value"),
        ("control/topics", {"chat_id": GARDEN, "by": RESIDENT, "name": "x"}, 409, "not_a_forum"),
        ("control/bot", {"chat_id": GARDEN}, 422, "bad_value"),
    ],
)
async def test_people_are_told_what_is_wrong(
    server: RunningSandbox, path: str, body: dict[str, object], status: int, code: str
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        response = await http.post(f"/sandbox/{path}", json=body)
    assert (response.status_code, response.json()) == (status, {"code": code})


@pytest.mark.parametrize(
    ("client", "status"), [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.168.1.7", 403)]
)
async def test_other_machines_are_kept_out(client: str, status: int) -> None:
    sandbox = create_sandbox(WORLD, None)
    transport = httpx.ASGITransport(sandbox, client=(client, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as http:
        for path in ("/", "/sandbox/personas", f"/bot{TOKEN}/getMe"):
            assert (await http.get(path)).status_code == status
    await sandbox.aclose()


async def test_it_can_be_mounted_behind_other_routes() -> None:
    sandbox = create_sandbox(WORLD, None)
    app = FastAPI()
    app.get("/healthz")(lambda: {"up": True})
    app.mount("/", sandbox)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8080") as http:
        assert (await http.get("/healthz")).json() == {"up": True}
        assert "<title>" in (await http.get("/")).text
        assert (await http.get("/sandbox/assets/chat.js")).headers["content-type"].startswith("text/javascript")
        assert (await http.get(f"/bot{TOKEN}/getMe")).json()["ok"]
        assert (await http.post("/sandbox/edit", json={"as": "nobody"})).json() == {"code": "person_unknown"}
    await sandbox.aclose()
    await sandbox.aclose()


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
async def test_parameters_come_in_four_ways(server: RunningSandbox, way: str) -> None:
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    given = {"chat_id": str(GARDEN), "text": "一", "reply_markup": json.dumps(markup)}
    async with httpx.AsyncClient(base_url=server.url) as http:
        path = f"/bot{TOKEN}/sendmessage"
        match way:
            case "query":
                response = await http.get(path, params=given)
            case "form":
                response = await http.post(path, data=given)
            case "json":
                response = await http.post(path, json={"chat_id": GARDEN, "text": "一", "reply_markup": markup})
            case _:
                response = await http.post(path, files={name: (None, value) for name, value in given.items()})
    result = response.json()["result"]
    assert (result["text"], result["reply_markup"]["inline_keyboard"][0][0]["callback_data"]) == ("一", "b")


async def test_it_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    port_file = tmp_path / "log"
    with port_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.sandbox.server", "--port", "0", "--state", str(tmp_path / "s.db"), stderr=log
        )
    try:
        await until(lambda: b"running on http://127.0.0.1:" in port_file.read_bytes())
        url = port_file.read_text().partition("running on ")[2].split()[0]
        async with httpx.AsyncClient(base_url=url) as http:
            assert (await http.get(f"/bot{TOKEN}/getMe")).json()["result"]["username"] == WORLD.bot_username
            assert "群办" in (await http.get("/")).text
    finally:
        os.kill(process.pid, signal.SIGTERM)
        async with asyncio.timeout(15):
            await process.wait()
    assert process.returncode in {0, -signal.SIGTERM}
