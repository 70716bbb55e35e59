"""What daily work costs once there are many tickets, on PostgreSQL: finding what is due, and the digest of a day."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import event, text

from bot.district import use_cases
from bot.services.opening import path_of
from models.database import Database
from routing.digest_schedule import Period
from tests.bench.measure import ROUNDS, Figure
from tests.town import GARDEN, LI, MONDAY, TestClock, configuration, running_town, triage

MORE = 2_000_000
"""By default, beside a tenth of it; with ``--tickets 10000000`` filling takes some ten minutes, and 10 GB of disk."""
DUE = 10
"""Tickets that are due at once."""
SWEEPS = 100
"""Rounds of what takes a millisecond: in five, one busy moment of the machine would be all that is seen."""
YEARS = 5
_AT_ONCE = 500_000
_SECONDS = YEARS * 365 * 24 * 3600
_DISTRICT = "TD"
_COUNTED = "ix_tickets_"


async def measure_growth(database_url: str, more: int = MORE) -> list[Figure]:
    """Milliseconds with ``more`` tickets beside a tenth of them, and beside reading all of them."""
    fewer = more // 10
    await _prepare(database_url)
    clock = TestClock(MONDAY + timedelta(days=1))
    database, scanning = Database(database_url, clock=clock), Database(database_url, clock=clock)
    event.listen(scanning._engine.sync_engine, "connect", _without_indexes)
    cases = use_cases(configuration(), triage(), platform="telegram", clock=clock)

    async def sweep(opened: Database = database) -> None:
        async with opened.unit_of_work() as work:
            due = await work.tickets.take_due(clock(), limit=DUE)
        assert len(due) == DUE

    async def digest(opened: Database = database) -> None:
        async with opened.unit_of_work() as work:
            made = await cases.digests.compose(work, _DISTRICT, Period.DAY, MONDAY)
            assert made.new > 0

    try:
        await _fill(database, 0, fewer)
        (sweep_of_fewer,), (digest_of_fewer,) = await _in_turns(sweep, rounds=SWEEPS), await _in_turns(digest)
        await _fill(database, fewer, more)
        (sweep_of_more,) = await _in_turns(sweep, rounds=SWEEPS)
        digest_of_more, scan = await _in_turns(digest, lambda: digest(scanning))
        size = await _index_size(database)
    finally:
        await database.close()
        await scanning.close()
    return [
        Figure(
            f"finding {DUE} due tickets among {more:,}",
            f"{sweep_of_more * 1000:.1f} ms",
            f"among {fewer:,} {sweep_of_fewer * 1000:.1f} ms: {sweep_of_more / sweep_of_fewer:.2f} times as long;"
            f" the index of what is due has {size // 1024:,} KiB",
        ),
        Figure(
            f"digest of a day over {more:,} tickets",
            f"{digest_of_more * 1000:.0f} ms",
            f"without indexes {scan * 1000:,.0f} ms: {scan / digest_of_more:.0f} times as long;"
            f" over {fewer:,} tickets {digest_of_fewer * 1000:.0f} ms",
        ),
    ]


async def _in_turns(*works: Callable[[], Awaitable[None]], rounds: int = ROUNDS) -> list[float]:
    took: list[list[float]] = [[] for _ in works]
    for _ in range(rounds + 1):
        for times, work in zip(took, works, strict=True):
            began = time.perf_counter()
            await work()
            times.append(time.perf_counter() - began)
    return [statistics.median(times[1:]) for times in took]


async def _prepare(database_url: str) -> None:
    """One real ticket, as the pattern of all others."""
    async with running_town(database_url) as town:
        await town.say(LI, GARDEN, "3栋2单元电梯坏了，一直停在5楼，麻烦派人修一下")
        assert len(await town.tickets()) == 1


async def _fill(database: Database, have: int, wanted: int) -> None:
    """Adds archived tickets, evenly over some years and over all complexes, and once the due ones."""
    engine = database._engine
    async with database.unit_of_work() as work:
        tree = await work.areas.tree()
    places = [(area.code, path_of(tree, area.code)) for area in tree if area.level == "complex"]
    async with engine.begin() as connection:
        indexes = (
            await connection.execute(
                text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tickets' AND indexname LIKE :name"),
                {"name": f"{_COUNTED}%"},
            )
        ).all()
        columns = [
            name
            for (name,) in await connection.execute(
                text("SELECT column_name FROM information_schema.columns WHERE table_name = 'tickets'")
            )
        ]
        for name, _ in indexes:
            await connection.execute(text(f"DROP INDEX {name}"))
        # All of it is vacuumed once at the end.
        await connection.execute(text("ALTER TABLE tickets SET (autovacuum_enabled = off)"))
    for start in range(have, wanted, _AT_ONCE):
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL synchronous_commit = off"))
            given = {"start": start + 1, "end": min(start + _AT_ONCE, wanted)}
            await connection.execute(text(_filling(columns, places, wanted - have)), given)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        for _, definition in indexes:
            await connection.execute(text(definition))
        if not have:
            await connection.execute(text(_making_due()))
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("VACUUM ANALYZE tickets"))


def _filling(columns: list[str], places: list[tuple[str, str]], count: int) -> str:
    step = f"make_interval(secs => (n.g % {count})::float8 * {_SECONDS} / {count})"
    codes = ", ".join(f"'{code}'" for code, _ in places)
    paths = ", ".join(f"'{path}'" for _, path in places)
    new = {
        "id": "1000 + n.g",
        "number": "'B-' || n.g",
        "status": "'archived'",
        "area_code": f"(ARRAY[{codes}])[1 + n.g % {len(places)}]",
        "area_path": f"(ARRAY[{paths}])[1 + n.g % {len(places)}]",
        "reporter_id": "3000000000 + n.g / 20",
        "group_chat_id": f"-1 - n.g % {50 * len(places)}",
        "next_check_at": "NULL",
        "solved": "true",
        "resolution": "'已处理'",
        "claimed_at": f"t.created_at - {step} + interval '1 hour'",
        "first_claimed_at": f"t.created_at - {step} + interval '1 hour'",
        "resolved_at": f"t.created_at - {step} + interval '1 day'",
        "archived_at": f"t.created_at - {step} + interval '3 days'",
        **{name: f"t.{name} - {step}" for name in ("created_at", "dispatched_at", "accept_due_at", "resolve_due_at")},
    }
    values = ", ".join(new.get(name, f"t.{name}") for name in columns)
    return (
        f"INSERT INTO tickets ({', '.join(columns)}) SELECT {values}"
        " FROM tickets t, generate_series(CAST(:start AS bigint), CAST(:end AS bigint)) AS n(g)"
        " WHERE t.number NOT LIKE 'B-%'"
    )


def _making_due() -> str:
    return (
        f"UPDATE tickets SET status = 'dispatched', next_check_at = created_at, archived_at = NULL, resolved_at = NULL"
        f" WHERE id <= 1000 + {DUE} AND number LIKE 'B-%'"
    )


async def _index_size(database: Database) -> int:
    async with database._engine.connect() as connection:
        return int((await connection.execute(text("SELECT pg_relation_size('ix_tickets_due')"))).scalar_one())


def _without_indexes(connection: Any, _: Any) -> None:
    """As if the tables had none."""
    cursor = connection.cursor()
    for setting in ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan"):
        cursor.execute(f"SET {setting} = off")
    cursor.close()
    # What is set within a transaction goes with it.
    connection.commit()
