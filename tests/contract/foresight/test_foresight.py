"""Reading ahead: every answer of the stores is what it would be without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.database import Database, SqlUnitOfWork
from routing.message import IncomingMessage
from routing.queries import TicketFilter
from routing.ticket import Status
from routing.ticket_events import EventKind, Reporter
from tests.contract.foresight.reading_ahead import (
    ALIVE,
    CHAT,
    NEIGHBOUR,
    SINCE,
    WRITER,
    bind,
    keep,
    outlook,
    reported,
    said,
)
from tests.contract.samples import NOW, ODD_TEXTS, full_ticket


def assert_spent(work: SqlUnitOfWork) -> None:
    assert not work.foresees


async def seen(work: SqlUnitOfWork, ticket_id: int) -> list[object]:
    """All that the stores say of a ticket and of its group."""
    filters = (
        TicketFilter(platform="local", group_chat_id=CHAT, statuses=ALIVE, since=SINCE),
        TicketFilter(platform="local", group_chat_id=CHAT, reporter=WRITER),
        TicketFilter(platform="local", group_chat_id=CHAT, reporter=WRITER, statuses=frozenset({Status.ARCHIVED})),
        TicketFilter(platform="local", group_chat_id=CHAT, reporter=WRITER, since=NOW),
        TicketFilter(platform="local", reporter=WRITER),
        TicketFilter(platform="local", group_chat_id=CHAT, reporter=NEIGHBOUR),
    )
    (worker,) = [post.id for post in await work.staff.all()]
    return [
        *[await work.tickets.find(wanted, limit=20) for wanted in filters],
        await work.tickets.reporters(ticket_id),
        await work.tickets.card_chats(ticket_id),
        await work.tickets.of_message("local", CHAT, 1),
        await work.tickets.of_message("local", CHAT, 2),
        await work.staff.loads([worker]),
        await work.subtasks.of_ticket(ticket_id),
    ]


@pytest.mark.parametrize("message", [said(1), said(1, reply_to=2), said(1, edited=True)])
async def test_what_was_read_ahead_is_what_the_stores_say(database: Database, message: IncomingMessage) -> None:
    worker = await bind(database)
    async with database.unit_of_work() as work:
        await keep(work, reported(assignee_id=worker.id))
        older = replace(
            full_ticket(ODD_TEXTS[0], worker.id),
            platform="local",
            group_chat_id=CHAT,
            reporter_id=WRITER,
            created_at=NOW,
        )
        other = await keep(work, replace(older, status=Status.ARCHIVED, text=ODD_TEXTS[1]))
        await work.tickets.add_reporter(Reporter(other.id, NEIGHBOUR, "李", 3, NOW, solved=True, said="也是"))
        await keep(work, reported(created_at=SINCE - timedelta(seconds=1)))
        await keep(work, reported(group_chat_id=CHAT - 1))
        await work.commit()
    async with database.unit_of_work() as plain:
        expected = await seen(plain, other.id)
    for _ in range(2):
        async with database.unit_of_work() as work:
            await work.foresee(outlook(message))
            assert await seen(work, other.id) == expected


@pytest.mark.parametrize("service", ["repair.lift", 'a"b', "a\\b", "a,b", "{a}", "灯 "])
async def test_tickets_of_a_service_are_found_whatever_it_is_called(database: Database, service: str) -> None:
    await bind(database)
    async with database.unit_of_work() as work:
        kept = await keep(work, reported(service_code=service))
        await keep(work, reported(service_code="other"))
        await work.commit()
    async with database.unit_of_work() as work:
        await work.foresee(outlook(topics=("", service)))
        of_service = TicketFilter(
            platform="local", group_chat_id=CHAT, service_code=service, statuses=ALIVE, since=SINCE
        )
        assert [one.id for one in await work.tickets.find(of_service, limit=20)] == [kept.id]


async def test_a_ticket_gathered_is_seen_at_once_and_kept_as_any_other(database: Database) -> None:
    worker = await bind(database)
    for text in ODD_TEXTS:
        async with database.unit_of_work() as work:
            await work.foresee(outlook())
            kept = await keep(
                work, reported(text=text, reporter_name=text, assignee_id=worker.id, dangers=("gas", text))
            )
            gathered = await seen(work, kept.id)
            assert work.foresees
            await work.commit()
        async with database.unit_of_work() as work:
            assert await seen(work, kept.id) == gathered
            assert await work.tickets.get(kept.id) == kept
            assert [event.kind for event in await work.tickets.events(kept.id)] == [EventKind.OPENED]


async def test_what_a_store_says_needs_no_statement_that_it_was_not_foreseen(database: Database) -> None:
    await bind(database)
    async with database.unit_of_work() as work:
        await work.foresee(outlook())
        kept = await keep(work, reported())
        assert [one.kind for one in await work.tickets.events(kept.id)] == [EventKind.OPENED], (
            "it is written to be read"
        )
        saved = await work.tickets.save(replace(await work.tickets.lock(kept.id), urges=1))
        assert (await work.tickets.get(kept.id)).urges == 1
        assert work.foresees
        await work.tickets.set_solved(kept.id, WRITER, False)
        assert [one.solved for one in await work.tickets.reporters(kept.id)] == [False]
        assert (await work.tickets.find(TicketFilter(platform="local", group_chat_id=CHAT), limit=5)) == (saved,)
        assert_spent(work)
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.tickets.get(kept.id) == saved


@pytest.mark.parametrize("topics", [("",), ("repair",), ("repair", "noise"), ("repair", ""), ()])
async def test_the_tickets_of_a_topic_are_found_whatever_was_foreseen(
    database: Database, topics: tuple[str, ...]
) -> None:
    await bind(database)
    async with database.unit_of_work() as work:
        for service in ("repair", "noise", "lift", "repair"):
            kept = await keep(work, reported(service_code=service, reporter_id=NEIGHBOUR), NEIGHBOUR)
        await keep(work, reported(status=Status.ARCHIVED, service_code="repair"))
        await work.commit()

    async def found(work: SqlUnitOfWork) -> list[object]:
        wanted = TicketFilter(platform="local", group_chat_id=CHAT, statuses=ALIVE, since=SINCE)
        answers: list[object] = []
        for service in ("repair", "noise", "lift", ""):
            tickets = await work.tickets.find(replace(wanted, service_code=service), limit=20)
            answers.append([(one.text, one.service_code, one.status) for one in tickets])
        return [*answers, await work.tickets.count_open("local", CHAT, SINCE)]

    async def changed(work: SqlUnitOfWork) -> list[object]:
        answers = await found(work)
        moved = await work.tickets.save(replace(await work.tickets.lock(kept.id), service_code="noise"))
        fresh = await keep(work, reported(service_code="lift"))
        answers += await found(work)
        await work.tickets.save(replace(fresh, status=Status.WITHDRAWN))
        await work.tickets.save(replace(moved, status=Status.IN_PROGRESS))
        return [*answers, *await found(work)]

    async with database.unit_of_work() as work:
        expected = await changed(work)
    async with database.unit_of_work() as work:
        await work.foresee(outlook(topics=topics))
        assert await changed(work) == expected
        assert work.foresees is bool(topics), "a ticket that was not read ahead is changed in the database itself"
