"""Updates on real connections: the short way for usual requests, and the long way for all others."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

import config
from bot.telegram.decode import MalformedUpdate
from bot.telegram.feed import UpdateFailed
from bot.web.app import create_app
from bot.web.health import ReadinessChecks
from bot.web.server import WebServer, listen
from bot.web.webhook import BODY_LIMIT, PATH, SECRET_HEADER, Webhook
from config.texts import load_texts

SECRET = "s3cret"
TEXTS = load_texts([Path(config.__file__).parent / "data"])


class Feed:
    """Ends at once, or once ``wait`` is set where the update says so."""

    def __init__(self) -> None:
        self.fed: list[bytes] = []
        self.at_once: list[bool] = []
        """Whether each was taken before any task was made for it."""
        self.came = asyncio.Event()
        self.wait = asyncio.Event()
        self.trouble: Exception | None = None

    def take(self, raw: bytes) -> Coroutine[Any, Any, None] | None:
        self.fed.append(raw)
        self.came.set()
        self.at_once.append(asyncio.current_task() is None)
        if raw.startswith(b"wait"):
            return self._later()
        if self.trouble is not None:
            raise self.trouble
        return None

    async def _later(self) -> None:
        await self.wait.wait()
        if self.trouble is not None:
            raise self.trouble


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: dict[str, str]


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def answer(self) -> Answer:
        """The next answer, its body left out."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        await self._reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(head[0].split()[1]), headers)

    async def is_closed(self) -> bool:
        """Whether the server closes the connection without another byte."""
        return await self._reader.read() == b""


class Wire:
    """A server with a webhook."""

    def __init__(self, server: WebServer, port: int, feed: Feed) -> None:
        self.server = server
        self.feed = feed
        self._port = port
        self._clients: list[Client] = []

    async def connect(self) -> Client:
        """A new connection."""
        client = Client(*await asyncio.open_connection("127.0.0.1", self._port))
        self._clients.append(client)
        return client

    async def send(self, request: bytes) -> Client:
        """A new connection on which the request is sent."""
        client = await self.connect()
        client.writer.write(request)
        return client

    async def until_fed(self, *bodies: bytes) -> None:
        """Returns once the feed has been given these."""
        async with asyncio.timeout(10):
            while self.feed.fed != list(bodies):
                await self.feed.came.wait()
                self.feed.came.clear()

    async def speak_elsewhere(self) -> None:
        """Has another connection answered, so that what could be answered meanwhile has been."""
        client = await self.send(request(line="GET /healthz HTTP/1.1"))
        assert (await client.answer()).status == 200

    def close(self) -> None:
        for client in self._clients:
            client.writer.close()


@asynccontextmanager
async def running() -> AsyncIterator[Wire]:
    feed = Feed()
    app = create_app(
        version="1",
        texts=TEXTS,
        readiness=ReadinessChecks({}),
        registry=CollectorRegistry(),
        webhook=Webhook(feed.take, SECRET),
    )
    listening = listen("127.0.0.1", 0)
    server = WebServer(app, listening)
    serving = asyncio.create_task(server.run())
    await server.wait_until_ready()
    wire = Wire(server, listening.getsockname()[1], feed)
    try:
        yield wire
    finally:
        wire.close()
        server.stop()
        await serving


def request(body: bytes = b"{}", *headers: str, line: str = f"POST {PATH} HTTP/1.1", secret: str = SECRET) -> bytes:
    given = headers or (f"Content-Length: {len(body)}",)
    head = "\r\n".join((line, "Host: qunban", f"{SECRET_HEADER}: {secret}", *given))
    return f"{head}\r\n\r\n".encode() + body


async def test_one_update_after_another_on_one_connection() -> None:
    async with running() as wire:
        client = await wire.connect()
        for body in (b"1", b"2", b"3"):
            client.writer.write(request(body))
            answer = await client.answer()
            assert answer.status == 200
            assert answer.headers["content-length"] == "0"
            assert "date" in answer.headers
        assert wire.feed.fed == [b"1", b"2", b"3"]
        assert wire.feed.at_once == [True, True, True]


async def test_a_request_that_comes_in_pieces_is_read_to_its_end() -> None:
    async with running() as wire:
        whole = request(b"a body in pieces")
        client = await wire.connect()
        for part in (whole[:20], whole[20:-10], whole[-10:-5], whole[-5:]):
            client.writer.write(part)
            await client.writer.drain()
            await wire.speak_elsewhere()
        assert (await client.answer()).status == 200
        assert wire.feed.fed == [b"a body in pieces"]


async def test_nothing_is_acknowledged_before_it_is_done() -> None:
    async with running() as wire:
        client = await wire.send(request(b"wait"))
        await wire.until_fed(b"wait")
        answer = asyncio.create_task(client.answer())
        await wire.speak_elsewhere()
        assert not answer.done()
        wire.feed.wait.set()
        assert (await answer).status == 200


async def test_what_follows_on_the_same_connection_is_answered_afterwards() -> None:
    async with running() as wire:
        client = await wire.send(request(b"wait") + request(b"?", secret="guess") + request(b"3"))
        await wire.until_fed(b"wait")
        await wire.speak_elsewhere()
        assert wire.feed.fed == [b"wait"]
        wire.feed.wait.set()
        assert [(await client.answer()).status for _ in range(3)] == [200, 401, 200]
        assert wire.feed.fed == [b"wait", b"3"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request(b"?", secret="guess"), 401),
        (request(b"", f"Content-Length: {BODY_LIMIT + 1}"), 413),
        (request(b"2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 200),
        (request(b"{}", "Content-Length: 2", "Connection: close"), 200),
        (request(line=f"POST {PATH} HTTP/1.0"), 200),
        (request(line=f"POST {PATH}?more HTTP/1.1"), 200),
        (request(line=f"GET {PATH} HTTP/1.1"), 405),
        (request(line=f"POST {PATH}/more HTTP/1.1"), 404),
    ],
    ids=["guess", "too-big", "chunked", "close", "old", "query", "method", "path"],
)
async def test_unusual_requests_go_the_long_way(sent: bytes, status: int) -> None:
    async with running() as wire:
        client = await wire.send(sent)
        assert (await client.answer()).status == status
        assert not any(wire.feed.at_once)
        assert len(wire.feed.fed) == (status == 200)


async def test_who_asks_whether_to_send_the_body_is_told_to() -> None:
    async with running() as wire:
        client = await wire.connect()
        client.writer.write(request(b"", "Content-Length: 2", "Expect: 100-continue"))
        assert (await client.answer()).status == 100
        client.writer.write(b"{}")
        assert (await client.answer()).status == 200


@pytest.mark.parametrize(
    ("trouble", "status"), [(UpdateFailed(1, 1), 503), (MalformedUpdate(None), 400), (RuntimeError("anything"), 500)]
)
@pytest.mark.parametrize("body", [b"{}", b"wait"])
async def test_trouble_is_told_by_the_status(trouble: Exception, status: int, body: bytes) -> None:
    async with running() as wire:
        wire.feed.trouble = trouble
        wire.feed.wait.set()
        client = await wire.send(request(body))
        answer = await client.answer()
        assert answer.status == status
        assert ("retry-after" in answer.headers) == (status == 503)
        wire.feed.trouble = None
        client.writer.write(request(b"next"))
        assert (await client.answer()).status == 200


async def test_a_server_that_stops_answers_what_is_at_work() -> None:
    async with running() as wire:
        idle, busy = await wire.send(request(b"1")), await wire.send(request(b"wait"))
        assert (await idle.answer()).status == 200
        await wire.until_fed(b"1", b"wait")
        wire.server.stop()
        assert await idle.is_closed()
        wire.feed.wait.set()
        answer = await busy.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert await busy.is_closed()


async def test_who_goes_away_meanwhile_does_no_harm() -> None:
    async with running() as wire:
        gone = await wire.send(request(b"wait"))
        await wire.until_fed(b"wait")
        gone.writer.close()
        await gone.writer.wait_closed()
        await wire.speak_elsewhere()
        wire.feed.wait.set()
        client = await wire.send(request(b"next"))
        assert (await client.answer()).status == 200
    gc.collect()
