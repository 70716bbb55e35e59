"""The measurements. Every figure that depends on the machine stands beside another of the same run."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

import jieba

from config.bundle import build_triage
from config.catalogue import load_catalogue
from config.learned import load_learned
from config.lexicon import load_lexicon
from config.overlay import Overlay
from routing.triage.engine import IS_COMPILED, Triage
from tests.bench.keywords import FEWER, MORE, widened
from tests.bench.memory import resident_bytes
from tests.bench.talk import labelled_talk, reports, talk
from tests.process import serving

ROUNDS = 5
_SOURCES = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; ``beside`` is what it is compared with, measured in the same run."""

    what: str
    value: str
    beside: str = ""


def measure_triage(count: int = 3000) -> list[Figure]:
    """Messages a second: deciding, and cutting the same messages with jieba alone.

    Where triage is compiled, then the same once more by its sources.
    """
    began = time.process_time()
    engine = build_triage(Overlay())
    loading = time.process_time() - began
    jieba.setLogLevel("ERROR")
    jieba.initialize()
    form = "compiled" if IS_COMPILED else "interpreted"
    compared = [
        _beside_jieba(f"triage, {form}, {what}", engine, lines)
        for what, lines in (
            ("90 % chatter, invented", talk(count)),
            ("90 % chatter, labelled messages", labelled_talk(count)),
            ("reports alone, invented", reports(count)),
        )
    ]
    figures = [*compared, Figure("loading the lexicon", f"{loading:.2f} s of the processor")]
    return figures + _measure_interpreted() if IS_COMPILED else figures


def _measure_interpreted() -> list[Figure]:
    """The same by the sources, in a process of its own; loading is left out."""
    told = subprocess.run(
        [sys.executable, "-P", "-m", "tests.bench.measure"],
        env={**os.environ, "PYTHONPATH": str(_SOURCES)},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return [Figure(*row) for row in json.loads(told)][:-1]


def _beside_jieba(what: str, engine: Triage, lines: list[str]) -> Figure:
    def decide() -> None:
        for line in lines:
            engine.decide(line)

    def cut() -> None:
        for line in lines:
            jieba.lcut(line, HMM=False)

    deciding, cutting = _in_turns(decide, cut)
    count = len(lines)
    return Figure(
        what,
        f"{count / deciding:,.0f} messages/s",
        f"jieba.lcut alone {count / cutting:,.0f} messages/s: {cutting / deciding:.2f} times as fast",
    )


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
    """The median seconds of the processor of each, measured in turns so that a busy moment hits all of them."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS + 1):
        for times, work in zip(took, works, strict=True):
            began = time.process_time()
            work()
            times.append(time.process_time() - began)
    return [statistics.median(times[1:]) for times in took]


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


if __name__ == "__main__":
    sys.stdout.write(json.dumps([astuple(figure) for figure in measure_triage()]))
