"""Tickets, their numbers, events, reporters and messages."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from models.database import Database
from routing.errors import ConcurrentChange, UnknownTicket
from routing.message import Attachment
from routing.ticket import Status, Ticket
from routing.ticket_events import EventKind, Reporter, TicketEvent
from tests.contract.samples import NOW, ODD_TEXTS, full_ticket, open_ticket, settle, ticket


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_every_field_comes_back_as_it_was(database: Database, text: str) -> None:
    worker = await settle(database)
    full = full_ticket(text, worker.id)
    defaults = ticket()
    empty = [name.name for name in fields(Ticket) if getattr(full, name.name) == getattr(defaults, name.name)]
    assert set(empty) <= {
        "id",
        "number",
        "service_code",
        "created_at",
        "accept_due_at",
        "resolve_due_at",
        "version",
    } | {
        "text",
        "reporter_name",
        "resolution",
    }, "the sample has to fill every field"
    async with database.unit_of_work() as work:
        kept = await work.tickets.add(full, number_scope="G1", day="20261120")
        await work.commit()
    assert kept == replace(full, id=kept.id, number="G1-20261120-001", version=1)
    async with database.unit_of_work() as work:
        for read in (
            await work.tickets.get(kept.id),
            await work.tickets.lock(kept.id),
            await work.tickets.by_number(kept.number),
        ):
            assert read == kept
            assert read.created_at.utcoffset() == timedelta(0)


async def test_saving_writes_every_field_but_the_fixed_ones(database: Database) -> None:
    worker = await settle(database)
    kept = await open_ticket(database)
    changed = replace(full_ticket("😀", worker.id), id=kept.id, number=kept.number, version=kept.version)
    async with database.unit_of_work() as work:
        saved = await work.tickets.save(changed)
        await work.commit()
    assert saved == replace(changed, version=2)
    async with database.unit_of_work() as work:
        read = await work.tickets.get(kept.id)
    fixed: dict[str, Any] = {"platform": kept.platform, "created_at": kept.created_at, "attachments": ()}
    assert read == replace(saved, **fixed)


async def test_saving_back_to_nothing(database: Database) -> None:
    worker = await settle(database)
    kept = await open_ticket(database, assignee_id=worker.id, solved=True, next_check_at=NOW)
    async with database.unit_of_work() as work:
        await work.tickets.save(replace(kept, assignee_id=None, solved=None, next_check_at=None))
        read = await work.tickets.get(kept.id)
        assert (read.assignee_id, read.solved, read.next_check_at) == (None, None, None)


async def test_an_old_version_is_not_saved(database: Database) -> None:
    await settle(database)
    kept = await open_ticket(database)
    async with database.unit_of_work() as work:
        await work.tickets.save(replace(kept, status=Status.IN_PROGRESS))
        with pytest.raises(ConcurrentChange) as refused:
            await work.tickets.save(replace(kept, status=Status.WITHDRAWN))
        assert refused.value.number == kept.number
        with pytest.raises(ConcurrentChange):
            await work.tickets.save(replace(kept, id=404))
        await work.commit()
    async with database.unit_of_work() as work:
        assert (await work.tickets.get(kept.id)).status is Status.IN_PROGRESS


async def test_what_is_not_there_is_named(database: Database) -> None:
    async with database.unit_of_work() as work:
        with pytest.raises(UnknownTicket) as by_id:
            await work.tickets.get(404)
        with pytest.raises(UnknownTicket):
            await work.tickets.lock(404)
        with pytest.raises(UnknownTicket) as by_number:
            await work.tickets.by_number("G1-20261120-404")
        with pytest.raises(UnknownTicket):
            await work.tickets.add_attachments(404, [Attachment("photo", "a")])
        assert await work.tickets.of_message("local", 1, 1) is None
        assert await work.tickets.events(404) == ()
        assert await work.tickets.reporters(404) == ()
    assert (by_id.value.ticket, by_number.value.ticket) == ("404", "G1-20261120-404")


async def test_numbers_count_for_each_scope_and_day(database: Database) -> None:
    await settle(database)
    wanted = [("G1", "1120"), ("G1", "1120"), ("G10", "1120"), ("G1", "1121"), ("牌楼", "1120"), ("G1", "1120")]
    async with database.unit_of_work() as work:
        numbers = [(await work.tickets.add(ticket(), number_scope=scope, day=day)).number for scope, day in wanted]
        await work.commit()
    assert numbers == ["G1-1120-001", "G1-1120-002", "G10-1120-001", "G1-1121-001", "牌楼-1120-001", "G1-1120-003"]


async def test_a_number_rolled_back_leaves_no_gap(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        await work.tickets.add(ticket(), number_scope="G1", day="1120")
    assert (await open_ticket(database)).number == "G1-20261120-001"


async def test_numbers_go_on_beyond_three_digits(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        for _ in range(1000):
            last = await work.tickets.add(ticket(), number_scope="G1", day="1120")
    assert last.number == "G1-1120-1000"


async def test_events_stay_in_order(database: Database) -> None:
    await settle(database)
    kept, other = await open_ticket(database), await open_ticket(database)
    events = [
        TicketEvent(
            kept.id,
            kind,
            NOW + timedelta(seconds=5 - index),
            actor=index or None,
            actor_name=ODD_TEXTS[index % len(ODD_TEXTS)],
            data={"text": ODD_TEXTS[index % len(ODD_TEXTS)], "list": [1, None, True], "nested": {"水": 1.5}},
        )
        for index, kind in enumerate(EventKind)
    ]
    async with database.unit_of_work() as work:
        await work.tickets.record()
        await work.tickets.record(*events[:3])
        await work.tickets.record(TicketEvent(other.id, EventKind.OPENED, NOW), *events[3:])
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.tickets.events(kept.id) == tuple(events)
        assert await work.tickets.events(other.id) == (TicketEvent(other.id, EventKind.OPENED, NOW),)


async def test_reporters_join_once(database: Database) -> None:
    await settle(database)
    kept = await open_ticket(database)
    first = Reporter(kept.id, 7_000_000_001, ODD_TEXTS[0], 44, NOW)
    second = Reporter(kept.id, 5, "王阿姨", None, NOW + timedelta(minutes=1), solved=False)
    async with database.unit_of_work() as work:
        assert await work.tickets.add_reporter(second)
        assert await work.tickets.add_reporter(first)
        assert not await work.tickets.add_reporter(replace(first, name="again"))
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.tickets.reporters(kept.id) == (first, second)
        await work.tickets.set_solved(kept.id, 5, True)
        assert await work.tickets.reporters(kept.id) == (first, replace(second, solved=True))


async def test_files_are_added_once_and_spoil_no_claim(database: Database) -> None:
    await settle(database)
    first = Attachment("photo", "file-a", "a", 1)
    kept = await open_ticket(database, attachments=(first,))
    second, third = Attachment("video", "file-b"), Attachment("photo", "file-c", "c")
    async with database.unit_of_work() as work:
        await work.tickets.add_attachments(kept.id, [])
        await work.tickets.add_attachments(kept.id, [second, replace(first, file_id="a again"), third, third])
        saved = await work.tickets.save(replace(kept, status=Status.IN_PROGRESS))
        await work.commit()
    async with database.unit_of_work() as work:
        read = await work.tickets.get(kept.id)
    assert read.attachments == (first, second, third)
    assert (read.status, read.version) == (Status.IN_PROGRESS, saved.version)


async def test_a_message_leads_to_one_ticket(database: Database) -> None:
    await settle(database)
    one, other = await open_ticket(database), await open_ticket(database)
    async with database.unit_of_work() as work:
        await work.tickets.link_message(one.id, "local", -5, 9_000_000_001)
        await work.tickets.link_message(one.id, "local", -5, 9_000_000_001)
        assert await work.tickets.of_message("local", -5, 9_000_000_001) == one
        await work.tickets.link_message(other.id, "local", -5, 9_000_000_001)
        assert await work.tickets.of_message("local", -5, 9_000_000_001) == other
        assert await work.tickets.of_message("telegram", -5, 9_000_000_001) is None
        assert await work.tickets.of_message("local", -6, 9_000_000_001) is None


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_a_due_ticket_is_the_one_that_any_other_query_gives(database: Database, text: str) -> None:
    worker = await settle(database)
    full = full_ticket(text, worker.id)
    async with database.unit_of_work() as work:
        kept = await work.tickets.add(full, number_scope="G1", day="d")
        plain = await work.tickets.add(ticket(next_check_at=NOW), number_scope="G1", day="d")
        await work.commit()
    async with database.unit_of_work() as work:
        due = await work.tickets.take_due(NOW + timedelta(days=1), limit=9)
        # A value of an enumeration equals its text, so what is compared is what each says it is.
        assert [repr(one) for one in due] == [repr(await work.tickets.get(one.id)) for one in (plain, kept)]


async def test_due_tickets_come_longest_due_first(database: Database) -> None:
    await settle(database)
    late = await open_ticket(database, next_check_at=NOW - timedelta(minutes=1))
    now = await open_ticket(database, next_check_at=NOW)
    later = await open_ticket(database, next_check_at=NOW - timedelta(hours=1))
    await open_ticket(database, next_check_at=NOW + timedelta(microseconds=1))
    await open_ticket(database)
    async with database.unit_of_work() as work:
        assert await work.tickets.take_due(NOW, limit=10) == (later, late, now)
        assert await work.tickets.take_due(NOW, limit=1) == (later,)
        assert await work.tickets.take_due(NOW - timedelta(days=1), limit=1) == ()
