"""Two worker processes beside one, and many overdue tickets at once beside django-helpdesk, on PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.district import UseCases, use_cases
from bot.heap import settle
from models.database import Database
from models.migrate import upgrade
from routing.outgoing import Content, Outgoing
from tests.bench.django_helpdesk import helpdesk_rates
from tests.bench.measure import ROUNDS, Figure
from tests.bench.overdue import NOW, add_overdue, prepare
from tests.cli import bare_environment
from tests.town import TestClock, configuration, triage

MESSAGES = 800
OVERDUE = 500
SWEPT = 4_000
"""Overdue tickets for one process and for two: with fewer, who begins first is done before the other has begun."""
ANSWER_SECONDS = 0.15
"""How long the platform takes for a message, as Telegram does."""
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took, and what the workers had of the processors meanwhile."""

    seconds: float
    busy: float


async def measure_replicas(url: str, other_url: str) -> list[Figure]:
    """Draining the outbox and sweeping overdue tickets, by one process and by two; both databases are empty."""
    await upgrade(url)
    await prepare(url)
    database = Database(url, clock=TestClock(NOW))
    try:
        async with _platform() as api_url:
            drain = await _by_one_and_two("drain", url, api_url, lambda: _queue(database))
            sweep = await _by_one_and_two("sweep", url, api_url, lambda: add_overdue(database, SWEPT))
            tell = await _by_one_and_two("tell", url, api_url, lambda: _notices(database))
        together, busy = await _at_once(database)
    finally:
        await database.close()
    helpdesk = await helpdesk_rates(other_url, ROUNDS, escalated=OVERDUE // 5)
    beside = "django-helpdesk could not be installed"
    if helpdesk is not None:
        theirs = statistics.median(helpdesk["escalated"])
        beside = f"django-helpdesk {theirs:,.0f} tickets/s: {OVERDUE / together / theirs:.1f} times as fast"
    return [
        _beside(f"sending {MESSAGES} messages, a platform that takes {ANSWER_SECONDS * 1000:.0f} ms", *drain, MESSAGES),
        _beside(f"escalating {SWEPT:,} overdue tickets", *sweep, SWEPT),
        _beside(f"putting into words what is told of {OVERDUE} escalated tickets", *tell, OVERDUE),
        Figure(
            f"escalating {OVERDUE} overdue tickets in one transaction",
            f"{together * 1000:.0f} ms, of them {busy * 1000:.0f} ms of CPU; {OVERDUE / together:,.0f} tickets/s",
            beside,
        ),
    ]


def _beside(what: str, one: Took, two: Took, count: int) -> Figure:
    return Figure(
        f"{what}, two processes",
        f"{count / two.seconds:,.0f}/s, {two.busy:.2f} s of CPU",
        f"one process {count / one.seconds:,.0f}/s, {one.busy:.2f} s: {one.seconds / two.seconds:.2f} times as fast",
    )


async def _queue(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.outbox.add(
            *(Outgoing("telegram", 1_000 + number, Content(lines=("电梯已修好",))) for number in range(MESSAGES))
        )
        await work.commit()


async def _at_once(database: Database) -> tuple[float, float]:
    """The median seconds for all of them in one transaction of this process, and those of its processor."""
    times, busy = [], []
    # As in a process that serves: what was there at the start is not looked through for garbage.
    settle()
    for _ in range(ROUNDS + 1):
        await add_overdue(database, OVERDUE)
        began, worked = time.perf_counter(), time.process_time()
        await _escalate(database)
        times.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
    gc.unfreeze()
    return statistics.median(times[1:]), statistics.median(busy[1:])


async def _notices(database: Database) -> None:
    await add_overdue(database, OVERDUE)
    await _escalate(database)


async def _escalate(database: Database) -> None:
    cases = _cases()
    async with database.unit_of_work() as work:
        assert await cases.clockwork.sweep(work, limit=OVERDUE) == OVERDUE
        await work.commit()


@cache
def _cases() -> UseCases:
    return use_cases(configuration(), triage(), platform="telegram", clock=TestClock(NOW))


async def _by_one_and_two(
    kind: str, url: str, api_url: str, refill: Callable[[], Awaitable[None]]
) -> tuple[Took, Took]:
    """The medians by one process and by two, in turns."""
    took: dict[int, list[Took]] = {1: [], 2: []}
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(_replica(kind, url, api_url)) for _ in range(2)]
        for _ in range(ROUNDS + 1):
            for count, times in took.items():
                await refill()
                pids = [process.pid for process in processes]
                began, worked = time.perf_counter(), _cpu_seconds(pids)
                await asyncio.gather(*(_done(process) for process in processes[:count]))
                times.append(Took(time.perf_counter() - began, _cpu_seconds(pids) - worked))
    return _median(took[1][1:]), _median(took[2][1:])


def _median(times: Sequence[Took]) -> Took:
    return Took(statistics.median(one.seconds for one in times), statistics.median(one.busy for one in times))


def _cpu_seconds(pids: Iterable[int]) -> float:
    """What these processes have had of the processors so far."""
    # The command's name, in brackets, may hold blanks; user and system time are the 14th and 15th field (proc(5)).
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


async def _done(process: asyncio.subprocess.Process) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"go\n")
    await process.stdin.drain()
    return int(await process.stdout.readline())


@asynccontextmanager
async def _replica(kind: str, url: str, api_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "tests.bench.replica", kind, url, api_url),
        cwd=_ROOT,
        env=bare_environment({}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(120):
        assert await process.stdout.readline() == b"ready\n"
    try:
        yield process
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def _platform() -> AsyncIterator[str]:
    """A Bot API that takes every message after a while."""
    body = b'{"ok":true,"result":{"message_id":7,"date":1790000000,"chat":{"id":1000,"type":"private"}}}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = next(line for line in head.splitlines() if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                await asyncio.sleep(ANSWER_SECONDS)
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
