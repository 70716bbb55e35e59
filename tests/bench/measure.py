"""The measurements. Every figure that depends on the machine stands beside another of the same run."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import jieba

from config.bundle import build_triage
from config.catalogue import load_catalogue
from config.learned import load_learned
from config.lexicon import load_lexicon
from config.overlay import Overlay
from routing.triage.engine import Triage
from tests.bench.keywords import FEWER, MORE, widened
from tests.bench.load import rate
from tests.bench.memory import resident_bytes
from tests.bench.plain import PlainInserts
from tests.bench.talk import reports, talk
from tests.cli import bare_environment
from tests.process import free_port, serving
from tests.sandbox_server import running_sandbox
from tests.town import GARDEN, sample_world

ROUNDS = 5
SECRET = "bench"
TICKETS = 200
"""In one round."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; ``beside`` is what it is compared with, measured in the same run."""

    what: str
    value: str
    beside: str = ""


def measure_triage(count: int = 3000) -> list[Figure]:
    """Messages a second: deciding, and cutting the same messages with jieba alone."""
    began = time.perf_counter()
    engine = build_triage(Overlay())
    loading = time.perf_counter() - began
    lines = talk(count)
    jieba.setLogLevel("ERROR")
    jieba.initialize()

    def decide() -> None:
        for line in lines:
            engine.decide(line)

    def cut() -> None:
        for line in lines:
            jieba.lcut(line, HMM=False)

    deciding, cutting = _in_turns(decide, cut)
    return [
        Figure(
            "triage, 90 % chatter",
            f"{count / deciding:,.0f} messages/s",
            f"jieba.lcut alone {count / cutting:,.0f} messages/s: {cutting / deciding:.2f} times as fast",
        ),
        Figure("loading the lexicon", f"{loading:.2f} s"),
    ]


def measure_keywords(count: int = 3000) -> list[Figure]:
    """Messages a second with many invented keywords in the lexicon, beside few."""
    lexicon, catalogue, learned = load_lexicon(), load_catalogue(), load_learned()
    fewer, more = (Triage(widened(lexicon, keywords), catalogue, learned=learned) for keywords in (FEWER, MORE))
    lines = talk(count)

    def decide(engine: Triage) -> None:
        for line in lines:
            engine.decide(line)

    with_more, with_fewer = _in_turns(lambda: decide(more), lambda: decide(fewer))
    return [
        Figure(
            f"triage with {MORE:,} more keywords",
            f"{count / with_more:,.0f} messages/s",
            f"with {FEWER:,} more {count / with_fewer:,.0f} messages/s: {with_fewer / with_more:.2f} times as fast",
        )
    ]


def _in_turns(*works: Callable[[], None]) -> list[float]:
    """The median seconds of each, measured in turns so that a busy moment of the machine hits all of them."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS + 1):
        for times, work in zip(took, works, strict=True):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
    return [statistics.median(times[1:]) for times in took]


async def measure_webhook(name: str, database_url: str) -> list[Figure]:
    """Tickets a second through the webhook of the real service, and requests a second that only read the body."""
    lines = reports(TICKETS * (ROUNDS + 1))
    bodies = [_update(number, line) for number, line in enumerate(lines, start=1)]
    plain = PlainInserts(database_url) if name == "PostgreSQL" else None
    tickets, references, inserts = list[float](), list[float](), list[float]()
    async with _served(database_url) as port, httpx.AsyncClient(trust_env=False) as http:
        if plain is not None:
            await plain.prepare()
        counters = f"http://127.0.0.1:{port}/bench/counters"
        before = (await http.get(counters)).json()
        opened = before["tickets"]
        for number in range(ROUNDS + 1):
            part = bodies[number * TICKETS : (number + 1) * TICKETS]
            requests = await rate(port, "/telegram/webhook", part, SECRET)
            after = (await http.get(counters)).json()
            # Reports that join a ticket open none of their own; what counts is the tickets.
            tickets.append(requests * (after["tickets"] - opened) / len(part))
            references.append(await rate(port, "/bench/reference", part * 5, SECRET))
            if plain is not None:
                inserts.append(await plain.rate(opened + 1, after["tickets"]))
            opened = after["tickets"]
        total = opened - before["tickets"]
        statements = (after["statements"] - before["statements"]) / total
        size = after["resident_bytes"]
    ours, reading = statistics.median(tickets[1:]), statistics.median(references[1:])
    beside = f"only reading the body {reading:,.0f} requests/s"
    if inserts:
        writing = statistics.median(inserts[1:])
        beside += f"; asyncpg inserting the same rows {writing:,.0f} tickets/s: {ours / writing:.2f} times as fast"
    return [
        Figure(f"tickets through the webhook, {name}", f"{ours:,.0f} tickets/s", beside),
        Figure(f"statements for a ticket, {name}", f"{statements:.1f}"),
        Figure(f"memory after {total:,} tickets, {name}", _megabytes(size)),
    ]


async def measure_start() -> list[Figure]:
    """Seconds from the command to an answer, and the memory of a service that has just started."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="qunban-bench-") as folder:
        for what in ("first start (sample district loaded)", "second start"):
            began = time.perf_counter()
            async with serving(Path(folder), {"QUNBAN_LOG_LEVEL": "error"}) as service:
                took = time.perf_counter() - began
                size = resident_bytes(str(service.process.pid))
                figures.append(Figure(f"time to ready, {what}", f"{took:.1f} s"))
                await service.stop()
        figures.append(Figure("memory of a service that has just started", _megabytes(size)))
    return figures


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:,.0f} MiB"


def _update(number: int, text: str) -> bytes:
    """An update by a resident of their own, as nobody reports a thousand troubles."""
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": GARDEN, "type": "supergroup", "title": "锦绣花园业主群"},
        "from": {"id": 8_000_000_000 + number, "is_bot": False, "first_name": "居民"},
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}, ensure_ascii=False).encode()


@asynccontextmanager
async def _served(database_url: str) -> AsyncIterator[int]:
    """The service in a process of its own; its port."""
    port = free_port()
    async with running_sandbox(sample_world()) as sandbox:
        environment = {
            "QUNBAN_TELEGRAM_TOKEN": sample_world().token,
            "QUNBAN_TELEGRAM_API_URL": sandbox.url,
            "QUNBAN_TELEGRAM_MODE": "webhook",
            "QUNBAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "QUNBAN_WEBHOOK_SECRET": SECRET,
            "QUNBAN_DATABASE_URL": database_url,
            "QUNBAN_PORT": str(port),
            "QUNBAN_SAMPLE": "1",
        }
        with tempfile.TemporaryDirectory(prefix="qunban-bench-") as folder:
            process = await _start(folder, bare_environment({"PYTHONUNBUFFERED": "1", **environment}))
            try:
                assert process.stdout is not None
                async with asyncio.timeout(60):
                    assert await process.stdout.readline(), "the service did not start"
                yield port
            finally:
                process.terminate()
                await process.wait()


async def _start(folder: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    command: Sequence[str] = (sys.executable, "-m", "tests.bench.server")
    return await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE)
