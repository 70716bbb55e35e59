"""Ticks: calls each job at its interval, never twice at once, and lets it finish before the process stops.

The scheduler keeps nothing but the ticks themselves. What is due is read from the database by the job, so any number
of processes may tick, and a tick that was missed is made up for by the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import CollectorRegistry, Counter

from bot.jobs.clock_watch import ClockWatch
from bot.services.ports import Clock

log = structlog.get_logger(__name__)

LOOK_SECONDS = 10.0
"""How often the clock is compared with time as it passes."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again; ``run`` returns how much it did."""

    name: str
    every_seconds: int
    run: Callable[[], Awaitable[int]]


class JobMetrics:
    """How the jobs went."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._runs = Counter(
            "qunban_job_runs", "Runs of a job by outcome (done, failed)", ("job", "outcome"), registry=registry
        )
        self._items = Counter("qunban_job_items", "What the runs of a job dealt with", ("job",), registry=registry)

    def done(self, job: str, items: int) -> None:
        """A run ended and dealt with so many things."""
        self._runs.labels(job, "done").inc()
        self._items.labels(job).inc(items)

    def failed(self, job: str) -> None:
        """A run broke off; what it had committed stays, and the next run goes on."""
        self._runs.labels(job, "failed").inc()


class Ticker:
    """Runs jobs on the event loop. A job that takes longer than its interval is called once when it has ended."""

    def __init__(
        self, jobs: Sequence[Job], metrics: JobMetrics, *, clock: Clock = _utc_now, look_seconds: float = LOOK_SECONDS
    ) -> None:
        """``clock`` is looked at every ``look_seconds``; once it was set, every job is called at once."""
        self._clock = clock
        self._look_seconds = look_seconds
        self._jobs = tuple(jobs)
        self._metrics = metrics
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Lets ``run`` end once the jobs at work have ended."""
        self._stopping.set()

    async def run(self) -> None:
        """Calls every job now and then at its interval, until ``stop``."""
        for job in self._jobs:
            self._scheduler.add_job(
                self._tick,
                "interval",
                args=(job,),
                id=job.name,
                seconds=job.every_seconds,
                next_run_time=datetime.now(UTC),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._scheduler.start()
        try:
            await self._watch_the_clock()
        finally:
            # By itself the scheduler would cancel the jobs at work.
            self._scheduler.pause()
            while self._running:
                await asyncio.gather(*self._running, return_exceptions=True)
            self._scheduler.shutdown(wait=False)

    async def _watch_the_clock(self) -> None:
        """Returns at ``stop``. The scheduler waits for moments: set back by an hour, it would call nobody for one."""
        watch = ClockWatch(asyncio.get_running_loop().time)
        while not self._stopping.is_set():
            if watch.set_by(self._clock()):
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._look_seconds)

    async def _tick(self, job: Job) -> None:
        # A task of our own, which the scheduler neither cancels nor forgets.
        task = asyncio.create_task(self._run(job), name=f"job {job.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _run(self, job: Job) -> None:
        try:
            items = await job.run()
        except Exception:  # Its next tick tries again, and the other jobs go on.
            self._metrics.failed(job.name)
            log.exception("job_failed", job=job.name)
            return
        self._metrics.done(job.name, items)
        if items:
            log.info("job_done", job=job.name, items=items)
