"""``python -m tests.bench.replica drain|sweep|tell DATABASE_URL API_URL``: one of several worker processes.

It says ``ready``, waits for a line, works until nothing is left, and says how much it did.
"""

from __future__ import annotations

import asyncio
import random
import sys

import uvloop
from prometheus_client import CollectorRegistry

from bot.district import use_cases
from bot.heap import settle
from bot.jobs.outbox import OutboxRunner
from bot.jobs.upkeep import ClockJob
from bot.metrics import OutboxMetrics
from bot.telegram.limits import Rates, SendLimits
from bot.telegram.sender import TelegramSender, open_bot
from models.database import Database
from routing.pace import Rate
from tests.bench.overdue import NOW
from tests.town import TestClock, configuration, triage

_FREE = Rates(overall=Rate(1, 0.0), chat=Rate(1, 0.0), group=Rate(1, 0.0))
"""None at all: the platform's rates would make any number of processes as slow as one."""
TOKEN = "1:bench"


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def work(kind: str, database_url: str, api_url: str) -> None:
    clock = TestClock(NOW)
    database = Database(database_url, clock=clock)
    bot = open_bot(TOKEN, api_url)
    runner = OutboxRunner(
        unit_of_work=database.unit_of_work,
        sender=TelegramSender(bot),
        limits=SendLimits(_FREE),
        clock=clock,
        randomness=random.random,
        metrics=OutboxMetrics(CollectorRegistry()),
    )
    cases = use_cases(configuration(), triage(), platform="telegram", clock=clock)
    jobs = {
        "drain": runner.run_once,
        "sweep": ClockJob(database.unit_of_work, cases.clockwork.sweep).run,
        "tell": ClockJob(database.unit_of_work, cases.telling.tell).run,
    }
    await database.ping()
    settle()
    _say("ready")
    while await asyncio.to_thread(sys.stdin.readline):
        _say(str(await jobs[kind]()))
    await bot.session.close()
    await database.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(work(*sys.argv[1:4]))
