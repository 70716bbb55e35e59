"""``make bench``: measures, prints one table, and writes it to ``docs/performance.md``.

``python -m tests.bench --tickets 10000000`` does it with more tickets in the database, which takes long to fill.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from bot.service import MOST_CONNECTIONS
from tests.bench.growth import MORE, YEARS, measure_growth
from tests.bench.intake import (
    CONNECTIONS,
    EACH_SECOND,
    REPORTS,
    TALK,
    measure_reports,
    measure_sqlite,
    measure_talk,
)
from tests.bench.learning import measure_learning
from tests.bench.measure import ROUNDS, Figure, measure_keywords, measure_start, measure_triage
from tests.bench.pgbench import CLIENTS
from tests.bench.replicas import ANSWER_SECONDS, measure_replicas
from tests.bench.server import GROUPS
from tests.postgres import postgres_server

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.bench")
    options.add_argument("--tickets", type=int, default=MORE, help="how many the database is filled with at most")
    most: int = options.parse_args().tickets
    console = Console(width=150)
    figures: list[Figure] = []
    with console.status("triage"):
        figures += measure_triage()
        figures += measure_keywords()
    with console.status("learning"):
        figures += measure_learning()
    with console.status("webhook on SQLite"):
        figures += _run(measure_sqlite())
    with postgres_server() as server:
        with console.status("talk on PostgreSQL"):
            figures += _run(measure_talk(server.empty_database()))
        with console.status("reports on PostgreSQL"):
            databases = (server.empty_database() for _ in range(3))
            figures += _run(measure_reports(*databases))
        with console.status("two processes, and many overdue tickets"):
            figures += _run(measure_replicas(server.empty_database(), server.empty_database()))
        with console.status(f"{most:,} tickets"):
            url = server.migrated_database()
            figures += _run(measure_growth(url, most))
            server.drop(url)
    with console.status("start"):
        figures += _run(measure_start())
    table = Table("what", "figure", "beside it, in the same run", box=None, header_style="bold", pad_edge=False)
    for figure in figures:
        table.add_row(figure.what, figure.value, figure.beside)
    console.print(table)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(figures), encoding="utf-8")
    console.print(f"written to {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}")


def _run(measuring: Coroutine[Any, Any, list[Figure]]) -> list[Figure]:
    """On the loop that the product serves with: what sends requests has little of the processors by it, too."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measuring)


def page(figures: Sequence[Figure]) -> str:
    """The page of the documentation."""
    rows = "\n".join(f"| {figure.what} | {figure.value} | {figure.beside} |" for figure in figures)
    return f"""# Performance

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, on {machine()}. Figures of another machine differ; what stands
beside a figure was measured in the same run, in turns with it, and says more than the figure alone.

| what | figure | beside it, in the same run |
| --- | --- | --- |
{rows}

How it is measured (the median of {ROUNDS} rounds after one that is not counted):

- *Triage* decides about group talk, nine parts chatter and one part reports, invented from patterns or taken from the
  labelled messages in `tests/data`. Beside it jieba cuts the same lines. Where the machine has a C compiler it runs
  *compiled*, as with `make run` and in the image, and so do all other rows; *interpreted* are its sources. *More
  keywords* are invented: nine in ten join the packaged word classes, the others are rules of their own. Counted is the
  time of the processor, of one core.
- *Learned lexicon*: the service of labelled requests, learned from four fifths of them, by keywords alone and without
  rules. Beside it scikit-learn's linear support vector machine on words and groups of one to three characters.
- *Webhook*: the real service in a process of its own, on loopback over {CONNECTIONS} connections, with {GROUPS}
  groups of one complex; talk also over {MOST_CONNECTIONS}, as many as the service lets the platform open. Talk is
  {TALK:,} messages a round, nine parts chatter and one part reports, or a "+1" to one. Beside it the same process only
  reads the body in a route of FastAPI, or gives it to a dispatcher of aiogram whose only handler does nothing. The
  acknowledgement is timed from the moment at which a message was due, at {EACH_SECOND} messages a second.
- *Webhook to commit*: {REPORTS} reports a round, each by another resident. A ticket is counted when it is committed
  with its number, events, limits and the first messages in the outbox. Beside it pgbench writes the rows of such a
  ticket with {CLIENTS} clients and prepared statements, into the same tables of another database of the same server;
  and Python's sqlite3 writes them into a file with the same tables and settings. Statements are what the process
  sends, those of reports that joined a ticket included. CPU is that of the process alone.
- *django-helpdesk* opens tickets of the same texts by its public form and by its e-mail intake, on the same server,
  without sending mail, after our rounds.
- *Two processes* are workers of their own on one database, beside one of them. For sending, the platform's rates are
  lifted, since they make any number of processes as slow as one; it answers after {ANSWER_SECONDS} s. Escalating a
  ticket takes it up one level with its events, its next check, and a notice of whom to tell what; putting it into
  words, which whoever sends does afterwards, makes of it new states of five cards and three messages.
  django-helpdesk's `escalate_tickets` raises the priority and adds an entry; it has nobody to write to.
- *Many tickets* lie evenly over {YEARS} years and all complexes. The digest of a day is that of the whole district;
  beside it the same queries with the use of indexes turned off.
- *Memory* is what is resident; *time to ready* is from the command until the service says that it serves.
"""


def machine() -> str:
    """Processor, memory, system and Python of this machine."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [
            line.partition(":")[2].strip()
            for line in information.read_text("utf-8").splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main()
