"""Ticks: a job runs at once and again, a failing one goes on, and stopping waits for what is running."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from bot.jobs.scheduler import Job, JobMetrics, Ticker


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


async def test_every_job_runs_at_the_start(registry: CollectorRegistry) -> None:
    ran = {"a": asyncio.Event(), "b": asyncio.Event()}

    async def run_a() -> int:
        ran["a"].set()
        return 3

    async def run_b() -> int:
        ran["b"].set()
        return 0

    ticker = Ticker([Job("a", 3600, run_a), Job("b", 3600, run_b)], JobMetrics(registry))
    serving = asyncio.create_task(ticker.run())
    await asyncio.gather(*(event.wait() for event in ran.values()))
    ticker.stop()
    await serving
    assert registry.get_sample_value("qunban_job_items_total", {"job": "a"}) == 3
    assert registry.get_sample_value("qunban_job_runs_total", {"job": "b", "outcome": "done"}) == 1


async def test_stopping_waits_for_a_job_at_work(registry: CollectorRegistry) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def run() -> int:
        begun.set()
        await may_end.wait()
        return 1

    ticker = Ticker([Job("slow", 3600, run)], JobMetrics(registry))
    serving = asyncio.create_task(ticker.run())
    await begun.wait()
    ticker.stop()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not serving.done()
    may_end.set()
    await serving
    assert registry.get_sample_value("qunban_job_runs_total", {"job": "slow", "outcome": "done"}) == 1


async def test_a_job_that_fails_is_called_again(registry: CollectorRegistry) -> None:
    calls: list[int] = []
    again = asyncio.Event()

    async def run() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError
        again.set()
        return 0

    ticker = Ticker([Job("shaky", 1, run)], JobMetrics(registry))
    serving = asyncio.create_task(ticker.run())
    await again.wait()
    ticker.stop()
    await serving
    assert registry.get_sample_value("qunban_job_runs_total", {"job": "shaky", "outcome": "failed"}) == 1


async def test_told_to_stop_before_the_start_it_ends_at_once(registry: CollectorRegistry) -> None:
    ticker = Ticker([], JobMetrics(registry))
    ticker.stop()
    await ticker.run()


async def test_once_the_clock_was_set_every_job_is_called(registry: CollectorRegistry) -> None:
    """Set back by an hour, a scheduler that waits for moments would call nobody for an hour."""
    calls: list[int] = []
    called = asyncio.Event()
    now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    async def run() -> int:
        calls.append(1)
        called.set()
        return 0

    ticker = Ticker([Job("hourly", 3600, run)], JobMetrics(registry), clock=lambda: now, look_seconds=0.01)
    serving = asyncio.create_task(ticker.run())
    for by in (timedelta(), timedelta(hours=-1), timedelta(hours=1)):
        now += by
        async with asyncio.timeout(15):
            await called.wait()
        called.clear()
    ticker.stop()
    await serving
    assert len(calls) == 3
