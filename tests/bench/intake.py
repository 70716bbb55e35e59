"""The way in: requests, tickets and waits beside what does less, in turns with it."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import httpx

from bot.service import MOST_CONNECTIONS
from bot.web.webhook import PATH
from models.database import Database
from models.migrate import upgrade
from tests.bench.django_helpdesk import helpdesk_rates
from tests.bench.load import rate, waits
from tests.bench.measure import ROUNDS, Figure
from tests.bench.pgbench import CLIENTS, pgbench_rate, script_of_a_ticket
from tests.bench.server import found_groups, group_id
from tests.bench.sqlite_plain import plain_rate
from tests.bench.talk import reports, talk
from tests.cli import bare_environment
from tests.process import free_port
from tests.sandbox_server import running_sandbox
from tests.town import load_registers, sample_world

SECRET = "bench"
CONNECTIONS = 32
TALK_CONNECTIONS = (MOST_CONNECTIONS, CONNECTIONS)
"""Talk comes over as many connections as the platform may open, and over fewer, as when it is behind with little."""
REPORTS, TALK = 480, 2_000
"""Messages in one round: reports only, and talk of which nine parts in ten are chatter."""
EACH_SECOND = 300
_SECONDS_OF_TALK = 5
_numbers = count(1)


@dataclass(slots=True)
class Served:
    """The real service in a process of its own."""

    port: int
    http: httpx.AsyncClient

    async def counters(self) -> dict[str, float]:
        """What it has done so far."""
        counted: dict[str, float] = (await self.http.get(f"http://127.0.0.1:{self.port}/bench/counters")).json()
        return counted

    async def rate(self, path: str, bodies: Sequence[bytes], connections: int = CONNECTIONS) -> float:
        """Requests a second."""
        return await rate(self.port, path, bodies, SECRET, connections)

    async def waits(self, path: str, bodies: Sequence[bytes]) -> list[float]:
        """Seconds until the answer, at ``EACH_SECOND`` requests a second."""
        return await waits(self.port, path, bodies, SECRET, each_second=EACH_SECOND, connections=CONNECTIONS)


def updates(lines: Iterable[str]) -> list[bytes]:
    """Updates of the lines, each by a resident of their own, as nobody reports a thousand troubles."""
    return [_update(next(_numbers), line) for line in lines]


def _update(number: int, text: str) -> bytes:
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": group_id(number), "type": "supergroup", "title": "锦绣花园业主群"},
        "from": {"id": 8_000_000_000 + number, "is_bot": False, "first_name": "居民"},
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}, ensure_ascii=False).encode()


async def measure_talk(database_url: str) -> list[Figure]:
    """Requests of talk a second, beside a route that reads and one that asks aiogram; and how long they wait."""
    found = {connections: _Talk(connections) for connections in TALK_CONNECTIONS}
    tails: dict[str, list[float]] = {path: [] for path in (PATH, "/bench/read")}
    # Nobody reports again what was reported in the round before: that would join its ticket.
    said = iter(talk(TALK * len(found) * (ROUNDS + 1)))
    async with served(database_url) as service:
        for _ in range(ROUNDS + 1):
            for one in found.values():
                await one.run(service, list(islice(said, TALK)))
        for _ in range(ROUNDS):
            for path, tail in tails.items():
                tail.append(_p99(await service.waits(path, updates(talk(EACH_SECOND * _SECONDS_OF_TALK)))))
    added = statistics.median(tails[PATH]) - statistics.median(tails["/bench/read"])
    return [
        *(one.figure() for one in found.values()),
        Figure(
            f"p99 of the acknowledgement, {EACH_SECOND} messages/s, 90 % chatter",
            f"{statistics.median(tails[PATH]) * 1000:.1f} ms",
            f"the route that reads the body {statistics.median(tails['/bench/read']) * 1000:.1f} ms: "
            f"{added * 1000:.1f} ms more",
        ),
    ]


class _Talk:
    """Rounds of talk over so many connections, the first of which is not counted."""

    _PATHS = (PATH, "/bench/read", "/bench/aiogram")

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._rates: dict[str, list[float]] = {path: [] for path in self._PATHS}
        self._costs: dict[str, list[float]] = {path: [] for path in self._PATHS}

    async def run(self, service: Served, lines: Sequence[str]) -> None:
        """One round: the same lines by each way."""
        for path in self._PATHS:
            before = await service.counters()
            self._rates[path].append(await service.rate(path, updates(lines), self._connections))
            self._costs[path].append(((await service.counters())["cpu"] - before["cpu"]) / len(lines))

    def figure(self) -> Figure:
        """Our rate beside both others, and what each takes of the processor."""
        ours, reading, asking = (statistics.median(self._rates[path][1:]) for path in self._PATHS)
        cost = [statistics.median(self._costs[path][1:]) * 1e6 for path in self._PATHS]
        return Figure(
            f"webhook, 90 % chatter, PostgreSQL, {self._connections} connections",
            f"{ours:,.0f} requests/s, {cost[0]:,.0f} µs of CPU each",
            f"a FastAPI route that reads the body {reading:,.0f}/s, {cost[1]:,.0f} µs: {ours / reading:.2f} times as "
            f"fast; one that calls feed_raw_update {asking:,.0f}/s, {cost[2]:,.0f} µs: {ours / asking:.2f} times",
        )


def _p99(found: list[float]) -> float:
    return statistics.quantiles(found, n=100)[98]


async def measure_reports(database_url: str, plain_url: str, helpdesk_url: str) -> list[Figure]:
    """Tickets a second on PostgreSQL, beside pgbench and django-helpdesk, each in an empty database of one server."""
    await upgrade(plain_url)
    plain = Database(plain_url)
    await load_registers(plain)
    await found_groups(plain)
    await plain.close()
    inserts: list[float] = []
    rounds = _Rounds()
    async with served(database_url) as service:
        with tempfile.TemporaryDirectory(prefix="qunban-bench-") as folder:
            script = Path(folder) / "ticket.sql"
            for _ in range(ROUNDS + 1):
                await rounds.run(service)
                script.write_text(await script_of_a_ticket(database_url), encoding="utf-8")
                inserts.append(await pgbench_rate(plain_url, script))
    ours, writing = rounds.tickets, statistics.median(inserts[1:])
    figures = [
        rounds.figure(
            "PostgreSQL",
            f"pgbench, the same rows, {CLIENTS} clients {writing:,.0f}/s: {ours / writing:.2f} times as fast",
        ),
        rounds.statements("PostgreSQL"),
        rounds.memory("PostgreSQL"),
    ]
    helpdesk = await helpdesk_rates(helpdesk_url, ROUNDS)
    if helpdesk is None:
        return [*figures, Figure("tickets/s beside django-helpdesk", "not measured", "it could not be installed")]
    beside = "; ".join(
        f"by {name} {statistics.median(rates):,.0f}/s: {ours / statistics.median(rates):.0f} times as fast"
        for name, rates in helpdesk.items()
    )
    return [*figures, Figure("tickets/s beside django-helpdesk", f"{ours:,.0f} tickets/s", beside)]


async def measure_sqlite() -> list[Figure]:
    """Tickets a second on SQLite, beside the plain module of Python writing the same rows."""
    rounds, plain = _Rounds(), list[float]()
    with tempfile.TemporaryDirectory(prefix="qunban-bench-") as folder:
        path = Path(folder) / "bench.db"
        async with served(f"sqlite+aiosqlite:///{path}") as service:
            for _ in range(ROUNDS + 1):
                await rounds.run(service)
                plain.append(await asyncio.to_thread(plain_rate, path, REPORTS))
    writing = statistics.median(plain[1:])
    return [
        rounds.figure(
            "SQLite",
            f"sqlite3, the same rows, a transaction each {writing:,.0f}/s: "
            f"{rounds.tickets / writing:.2f} times as fast",
        ),
        rounds.statements("SQLite", "what a batch reads and writes by the driver itself is not among them"),
        rounds.memory("SQLite"),
    ]


class _Rounds:
    """Rounds of reports, the first of which is not counted."""

    def __init__(self) -> None:
        self._rates: list[float] = []
        self._costs: list[float] = []
        self._statements: list[float] = []
        self._size = 0.0
        self._lines = iter(reports(REPORTS * (ROUNDS + 1)))

    async def run(self, service: Served) -> None:
        """One round."""
        bodies = updates(next(self._lines) for _ in range(REPORTS))
        before = await service.counters()
        requests = await service.rate(PATH, bodies)
        after = await service.counters()
        # Reports that join a ticket open none of their own; what counts is the tickets.
        opened = after["tickets"] - before["tickets"]
        self._rates.append(requests * opened / REPORTS)
        self._costs.append((after["cpu"] - before["cpu"]) / opened)
        self._statements.append((after["statements"] - before["statements"]) / opened)
        self._size = after["resident_bytes"]

    @property
    def tickets(self) -> float:
        """Tickets a second."""
        return statistics.median(self._rates[1:])

    def figure(self, name: str, beside: str) -> Figure:
        """Their rate and what they cost."""
        cost = statistics.median(self._costs[1:]) * 1000
        value = f"{self.tickets:,.0f} tickets/s, {cost:.1f} ms of CPU each"
        return Figure(f"webhook to commit, reports only, {name}", value, beside)

    def statements(self, name: str, beside: str = "") -> Figure:
        """Statements for a ticket, those of reports that joined one included."""
        return Figure(f"statements for a ticket, {name}", f"{statistics.median(self._statements[1:]):.2f}", beside)

    def memory(self, name: str) -> Figure:
        """What is resident after all of them."""
        return Figure(f"memory after {REPORTS * len(self._rates):,} reports, {name}", f"{self._size / 2**20:,.0f} MiB")


@asynccontextmanager
async def served(database_url: str) -> AsyncIterator[Served]:
    """Runs the service until the block ends."""
    port = free_port()
    async with running_sandbox(sample_world()) as sandbox, httpx.AsyncClient(trust_env=False, timeout=60) as http:
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
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.bench.server"),
                cwd=folder,
                env=bare_environment({"PYTHONUNBUFFERED": "1", **environment}),
                stdout=asyncio.subprocess.PIPE,
            )
            try:
                assert process.stdout is not None
                async with asyncio.timeout(120):
                    assert await process.stdout.readline(), "the service did not start"
                yield Served(port, http)
            finally:
                process.terminate()
                await process.wait()
