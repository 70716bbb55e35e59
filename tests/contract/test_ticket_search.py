"""Finding tickets: each field of the filter, and the indexes that answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.database import Database
from models.ticket_rows import narrowed
from routing.queries import TicketFilter
from routing.ticket import OPEN_STATUSES, Status
from routing.ticket_events import Reporter
from tests.contract.samples import NOW, open_ticket, settle


async def found(database: Database, limit: int = 100, offset: int = 0, **wanted: Any) -> list[int]:
    """The ids that a filter finds, in order of age."""
    async with database.unit_of_work() as work:
        tickets = await work.tickets.find(TicketFilter(**wanted), limit=limit, offset=offset)
    return [ticket.id for ticket in tickets][::-1]


async def test_the_newest_come_first_and_in_pages(database: Database) -> None:
    await settle(database)
    ids = [(await open_ticket(database, created_at=NOW + timedelta(minutes=index // 2))).id for index in range(6)]
    assert await found(database) == ids
    assert await found(database, limit=2) == ids[4:]
    assert await found(database, limit=3, offset=2) == ids[1:4]
    assert await found(database, since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=2)) == ids[2:4]


async def test_an_area_takes_what_is_below_and_nothing_beside(database: Database) -> None:
    await settle(database)
    paths = ["A/", "A/1/", "A/1/B/", "A/10/", "A/1_/", "A/%/", "a/1/", "A/街/道/", "A0/"]
    ids = {path: (await open_ticket(database, area_path=path)).id for path in paths}

    async def below(path: str) -> set[str]:
        chosen = await found(database, area_path=path)
        return {path for path, ticket_id in ids.items() if ticket_id in chosen}

    assert await below("A/1/") == {"A/1/", "A/1/B/"}
    assert await below("A/10/") == {"A/10/"}
    assert await below("A/1_/") == {"A/1_/"}
    assert await below("A/%/") == {"A/%/"}
    assert await below("A/街/") == {"A/街/道/"}
    assert await below("A/") == set(paths) - {"a/1/", "A0/"}
    assert await below("B/") == set()
    assert await below("") == set(paths)


async def test_each_field_narrows(database: Database) -> None:
    worker = await settle(database)
    plain = (await open_ticket(database)).id
    held = (await open_ticket(database, status=Status.IN_PROGRESS, assignee_id=worker.id)).id
    other = (await open_ticket(database, service_code="gas.leak", platform="telegram", group_chat_id=-5)).id
    assert await found(database, statuses=frozenset({Status.DISPATCHED})) == [plain, other]
    assert await found(database, statuses=frozenset(Status)) == [plain, held, other]
    assert await found(database, service_code="gas.leak") == [other]
    assert await found(database, assignee_ids=frozenset({worker.id, 404})) == [held]
    assert await found(database, assignee_ids=frozenset()) == [], "nobody's tickets are not everybody's"
    assert await found(database, in_pool=True) == [plain, other]
    assert await found(database, platform="telegram") == [other]
    assert await found(database, group_chat_id=-5) == [other]
    assert await found(database, service_code="gas.leak", assignee_ids=frozenset({worker.id})) == []


async def test_whoever_stands_behind_a_ticket_finds_it(database: Database) -> None:
    await settle(database)
    first = (await open_ticket(database, reporter_id=5)).id
    joined = (await open_ticket(database, reporter_id=6)).id
    await open_ticket(database)
    async with database.unit_of_work() as work:
        await work.tickets.add_reporter(Reporter(first, 5, "a", None, NOW))
        await work.tickets.add_reporter(Reporter(joined, 5, "a", None, NOW))
        await work.commit()
    assert await found(database, reporter=5) == [first, joined]
    assert await found(database, reporter=6) == [joined]
    assert await found(database, reporter=404) == []


async def test_overdue_is_open_with_a_running_clock_past_a_limit(database: Database) -> None:
    await settle(database)
    limits = {"accept_due_at": NOW, "resolve_due_at": NOW + timedelta(hours=1)}
    ids = {status: (await open_ticket(database, status=status, **limits)).id for status in Status}
    dispatched, in_progress = ids[Status.DISPATCHED], ids[Status.IN_PROGRESS]
    assert await found(database, overdue_at=NOW - timedelta(microseconds=1)) == []
    assert await found(database, overdue_at=NOW) == [dispatched]
    assert await found(database, overdue_at=NOW + timedelta(hours=1)) == [dispatched, in_progress]


@pytest.mark.parametrize(
    ("word", "finds"),
    [
        ("漏水", ["text", "resolution"]),
        ("100%", ["percent"]),
        ("%", ["percent"]),
        ("_", ["underscore"]),
        ("\\", ["backslash"]),
        ("a_c", []),
        ("ABC", ["letters"]),
        ("20261120-003", ["percent"]),
        ("'", []),
        ("😀", ["letters"]),
    ],
)
async def test_a_word_is_looked_for_as_it_is_written(database: Database, word: str, finds: list[str]) -> None:
    await settle(database)
    texts = {
        "text": {"text": "厨房漏水了"},
        "resolution": {"resolution": "已修好漏水"},
        "percent": {"text": "满了100%"},
        "underscore": {"text": "a_b"},
        "backslash": {"text": "a\\b"},
        "letters": {"text": "abc😀"},
    }
    ids = {name: (await open_ticket(database, **values)).id for name, values in texts.items()}
    assert await found(database, word=word) == [ids[name] for name in finds]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (TicketFilter(area_path="D/D-S1/"), "ix_tickets_area_path"),
        (TicketFilter(area_path="D/D-S1/", statuses=OPEN_STATUSES), "ix_tickets_open_area_path"),
        (TicketFilter(assignee_ids=frozenset({1}), statuses=OPEN_STATUSES), "ix_tickets_open_assignee"),
        (TicketFilter(group_chat_id=5, since=NOW), "ix_tickets_group"),
    ],
)
async def test_indexes_answer(database: Database, wanted: TicketFilter, index: str) -> None:
    async with database._engine.connect() as connection:
        query = narrowed(wanted).order_by(None)
        if database.dialect == "postgresql":
            await connection.execute(text("SET enable_seqscan = off"))
            prefix = "EXPLAIN "
        else:
            prefix = "EXPLAIN QUERY PLAN "
        plan = await connection.execute(
            text(prefix + str(query.compile(connection.sync_connection, compile_kwargs={"literal_binds": True})))
        )
        lines = "\n".join(str(tuple(row)) for row in plan)
    assert f"{index}" in lines, lines
