"""Reading ahead and gathering: every answer is what it would be without, and what was gathered is written once."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from models.database import Database, SqlUnitOfWork
from models.migrate import upgrade
from routing.errors import NotKept
from routing.groups import Group, GroupState, Prompt
from routing.message import Attachment, IncomingMessage, RepliedMessage
from routing.outgoing import Content, Outgoing
from routing.queries import Outlook, TicketFilter
from routing.staff import Staff
from routing.ticket import OPEN_STATUSES, Status, Ticket
from routing.ticket_events import EventKind, Reporter, TicketEvent
from tests.contract.samples import NOW, ODD_TEXTS, full_ticket, settle, ticket

CHAT, WRITER, NEIGHBOUR = -100, 7, 8
ALIVE = OPEN_STATUSES | {Status.RESOLVED}
SINCE = NOW - timedelta(hours=24)


def said(update_id: int = 1, *, reply_to: int | None = None, edited: bool = False, by: int = WRITER) -> IncomingMessage:
    answered = RepliedMessage(reply_to, 5, True, "灯坏了", "李") if reply_to is not None else None
    return IncomingMessage(
        "local", update_id, CHAT, "group", None, update_id, by, "王", NOW, "灯坏了", reply_to=answered, edited=edited
    )


def outlook(*messages: IncomingMessage, limit: int = 50, topics: tuple[str, ...] = ("",)) -> Outlook:
    return Outlook(
        messages or (said(),),
        topics=frozenset((CHAT, service) for service in topics),
        statuses=ALIVE,
        since=SINCE,
        limit=limit,
        day="1120",
        counted_since=SINCE,
        heard_since=SINCE,
    )


def reported(**fields: object) -> Ticket:
    return ticket(**{"group_chat_id": CHAT, "reporter_id": WRITER, "reporter_name": "王", **fields})


def assert_spent(work: SqlUnitOfWork) -> None:
    assert not work.foresees


async def bind(database: Database) -> Staff:
    """A group of grid G1 and its worker."""
    worker = await settle(database)
    async with database.unit_of_work() as work:
        await work.groups.put(Group("local", CHAT, "业主群", area_code="G1"))
        await work.commit()
    return worker


async def keep(work: SqlUnitOfWork, new: Ticket, account: int = WRITER) -> Ticket:
    """Opens a ticket as the product does."""
    kept = await work.tickets.add(new, number_scope="G1", day="1120")
    await work.tickets.add_reporter(Reporter(kept.id, account, "王", 1, NOW))
    await work.tickets.record(TicketEvent(kept.id, EventKind.OPENED, NOW, data={"via": "talk"}))
    await work.tickets.link_message(kept.id, "local", CHAT, 1)
    await work.outbox.add(Outgoing("local", CHAT, Content(kept.number), ticket_id=kept.id, card=True))
    return kept


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


async def test_numbers_go_on_whichever_way_they_are_given(database: Database) -> None:
    await bind(database)
    numbers = []
    for ahead in (True, False, True, True, False):
        async with database.unit_of_work() as work:
            if ahead:
                await work.foresee(outlook())
            numbers += [(await keep(work, reported())).number for _ in range(2)]
            await work.commit()
    assert numbers == [f"G1-1120-{serial:03d}" for serial in range(1, 11)]


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


@pytest.mark.parametrize("written", [False, True])
async def test_a_part_is_undone_alone(database: Database, written: bool) -> None:
    await bind(database)
    async with database.unit_of_work() as work:
        await work.foresee(outlook(said(1), said(2)))
        async with work.savepoint():
            assert await work.updates.first_time("local", 1, NOW)
            first = await keep(work, reported())
        with suppress(ZeroDivisionError):
            async with work.savepoint():
                assert await work.updates.first_time("local", 2, NOW)
                await work.updates.in_turn("local", CHAT)
                lost = await keep(work, reported())
                if written:
                    await work.tickets.set_solved(lost.id, WRITER, True)
                raise ZeroDivisionError
        assert work.foresees
        async with work.savepoint():
            assert await work.updates.first_time("local", 2, NOW)
            second = await keep(work, reported())
        await work.commit()
    assert (first.number, second.number) == ("G1-1120-001", "G1-1120-002")
    async with database.unit_of_work() as work:
        known = await work.tickets.find(TicketFilter(platform="local"), limit=5)
        assert {one.id for one in known} == {first.id, second.id}
        assert await work.outbox.pending() == 2
        assert not await work.updates.first_time("local", 1, NOW)
        assert not await work.updates.first_time("local", 2, NOW)


async def test_an_update_is_new_once(database: Database) -> None:
    await bind(database)
    for expected in (True, False):
        async with database.unit_of_work() as work:
            await work.foresee(outlook())
            assert await work.updates.first_time("local", 1, NOW) is expected
            assert not await work.updates.first_time("local", 1, NOW)
            await work.commit()


async def test_a_question_gathered_is_kept(database: Database) -> None:
    await bind(database)
    ids = []
    for _ in range(2):
        async with database.unit_of_work() as work:
            await work.foresee(outlook())
            ids.append((await work.prompts.ask(Prompt(0, said(), "repair", NOW, NOW))).id)
            await work.commit()
    async with database.unit_of_work() as work:
        assert [await work.prompts.get(one) for one in ids] == [Prompt(one, said(), "repair", NOW, NOW) for one in ids]
        later = await work.prompts.ask(Prompt(0, said(), "repair", NOW, NOW))
    assert later.id not in ids


async def test_of_two_that_read_at_once_the_later_is_not_kept(postgresql_url: str) -> None:
    one, other = Database(postgresql_url), Database(postgresql_url)
    await bind(one)
    async with one.unit_of_work() as first, other.unit_of_work() as second:
        for work, message in ((first, said(1)), (second, said(2, by=NEIGHBOUR))):
            await work.foresee(outlook(message))
            await work.updates.in_turn("local", CHAT)
            await work.updates.first_time("local", message.update_id, NOW)
        await first.commit()
        with pytest.raises(NotKept):
            await second.commit()
    async with other.unit_of_work() as work:
        assert await work.updates.first_time("local", 2, NOW), "nothing of it was written"
    await one.close()
    await other.close()


async def test_who_did_not_read_ahead_has_turns_too(postgresql_url: str) -> None:
    one, other = Database(postgresql_url), Database(postgresql_url)
    await bind(one)
    async with one.unit_of_work() as ahead, other.unit_of_work() as plain:
        await ahead.foresee(outlook())
        await ahead.updates.in_turn("local", CHAT)
        await plain.updates.in_turn("local", CHAT)
        await plain.commit()
        with pytest.raises(NotKept):
            await ahead.commit()
    await one.close()
    await other.close()


async def test_the_same_update_or_number_of_another_process_is_not_kept_twice(postgresql_url: str) -> None:
    one, other = Database(postgresql_url), Database(postgresql_url)
    await bind(one)
    async with one.unit_of_work() as first, other.unit_of_work() as second:
        for work, update_id in ((first, 1), (second, 2)):
            await work.foresee(outlook(said(update_id)))
            await keep(work, reported())
        await first.commit()
        with pytest.raises(NotKept):
            await second.commit()
    async with other.unit_of_work() as work:
        assert (await keep(work, reported())).number == "G1-1120-002"
    await one.close()
    await other.close()


async def test_a_register_changed_by_another_process_is_seen(database: Database, database_url: str) -> None:
    await bind(database)
    other = Database(database_url)
    async with other.unit_of_work() as work:
        await work.foresee(outlook())
        assert await work.groups.get("local", CHAT) is not None
    async with database.unit_of_work() as work:
        await work.groups.set_state("local", CHAT, GroupState.LEFT)
        await work.commit()
    async with other.unit_of_work() as work:
        await work.foresee(outlook())
        group = await work.groups.get("local", CHAT)
    assert group is not None
    assert group.state is GroupState.LEFT
    await other.close()


async def test_senders_are_woken_by_what_was_gathered(database: Database) -> None:
    await bind(database)
    woken: list[bool] = []
    database.on_commit(lambda: woken.append(True))
    async with database.unit_of_work() as work:
        await work.foresee(outlook())
        await keep(work, reported())
        await work.commit()
    assert woken == [True]


async def join(work: SqlUnitOfWork, ticket_id: int, account: int) -> list[object]:
    """Somebody else stands behind a ticket, as the product does it; what the stores then say."""
    kept = await work.tickets.lock(ticket_id)
    answers: list[object] = [await work.tickets.add_reporter(Reporter(kept.id, account, "李", 2, NOW, said="我家也是"))]
    answers += [await work.tickets.reporters(kept.id), await work.tickets.card_chats(kept.id)]
    answers.append(await work.subtasks.of_ticket(kept.id))
    kept = await work.tickets.save(replace(kept, urges=kept.urges + 1, last_said_at=NOW))
    await work.tickets.record(TicketEvent(kept.id, EventKind.REPORTER_ADDED, NOW, account))
    await work.tickets.link_message(kept.id, "local", CHAT, 2)
    for chat_id in (CHAT, account):
        card = Outgoing("local", chat_id, Content(f"{kept.number} {kept.urges}"), ticket_id=kept.id, card=True)
        await work.outbox.add(card, replace(card, card=False, content=Content("收到")))
    return [*answers, kept, await work.tickets.card_chats(kept.id)]


async def waiting(database: Database) -> list[tuple[int, str, bool]]:
    """The messages that wait, in their order per chat."""
    found = []
    while True:
        async with database.unit_of_work() as work:
            taken = await work.outbox.take(NOW + timedelta(days=1), limit=10, lease_seconds=60)
            for row in taken:
                found.append((row.message.chat_id, row.message.content.title, row.message.card))
                await work.outbox.delivered(row, message_id=None, at=NOW)
            await work.commit()
        if not taken:
            return sorted(found, key=lambda one: one[0])


@pytest.mark.parametrize("opened_before", [True, False])
async def test_who_joins_a_ticket_known_ahead_does_so_as_without(
    sqlite_url: str, postgresql_url: str, opened_before: bool
) -> None:
    told = []
    for url in (sqlite_url, postgresql_url):
        for day, ahead in (("1120", True), ("1121", False)):
            database = Database(url, clock=lambda: NOW)
            await bind(database)
            async with database.unit_of_work() as work:
                if ahead and not opened_before:
                    await work.foresee(outlook())
                kept = await work.tickets.add(reported(), number_scope="G1", day=day)
                await work.outbox.add(Outgoing("local", CHAT, Content("alt"), ticket_id=kept.id, card=True))
                if opened_before:
                    await work.commit()
                    if ahead:
                        await work.foresee(outlook())
                answers = [await join(work, kept.id, account) for account in (NEIGHBOUR, NEIGHBOUR + 1, NEIGHBOUR)]
                assert work.foresees is ahead
                await work.commit()
            async with database.unit_of_work() as work:
                assert await work.tickets.get(kept.id) == answers[-1][-2]
                events = [event.actor for event in await work.tickets.events(kept.id)]
                linked = await work.tickets.of_message("local", CHAT, 2)
                reporters = [one.account for one in await work.tickets.reporters(kept.id)]
            assert linked is not None
            assert linked.id == kept.id
            shown = str((answers, events, reporters, await waiting(database)))
            told.append(re.sub(r"\b(ticket_)?id=\d+", "", shown).replace(kept.number, "G"))
            await database.close()
    assert len(set(told)) == 1, told


async def test_a_ticket_changed_by_another_process_meanwhile_is_not_overwritten(postgresql_url: str) -> None:
    one, other = Database(postgresql_url), Database(postgresql_url)
    await bind(one)
    async with one.unit_of_work() as work:
        kept = await keep(work, reported())
        await work.commit()
    async with one.unit_of_work() as ahead, other.unit_of_work() as plain:
        await ahead.foresee(outlook())
        await join(ahead, kept.id, NEIGHBOUR)
        await plain.tickets.save(replace(kept, status=Status.IN_PROGRESS))
        await plain.commit()
        with pytest.raises(NotKept):
            await ahead.commit()
    async with one.unit_of_work() as work:
        assert (await work.tickets.get(kept.id)).status is Status.IN_PROGRESS
        assert len(await work.tickets.reporters(kept.id)) == 1
    await one.close()
    await other.close()


async def test_a_ticket_that_changed_since_it_was_read_ahead_is_read_anew(
    database: Database, database_url: str
) -> None:
    await bind(database)
    async with database.unit_of_work() as work:
        kept = await keep(work, reported())
        await work.commit()
    other = Database(database_url)
    photo = Attachment("photo", "file")
    expected = [
        kept,
        kept,
        replace(kept, attachments=(photo,)),
        replace(kept, attachments=(photo,), urges=1, version=2),
    ]
    for turn, wanted in enumerate(expected):
        if turn == 2:
            async with database.unit_of_work() as work:
                await work.tickets.add_attachments(kept.id, [photo])
                await work.commit()
        if turn == 3:
            async with database.unit_of_work() as work:
                await work.tickets.save(replace(kept, urges=1))
                await work.commit()
        async with other.unit_of_work() as work:
            await work.foresee(outlook())
            filter_ = TicketFilter(platform="local", group_chat_id=CHAT, reporter=WRITER)
            assert await work.tickets.find(filter_, limit=5) == (wanted,)
            assert work.foresees
    await other.close()


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


async def test_what_this_process_wrote_is_what_the_stores_say(postgresql_url: str) -> None:
    """A copy of what was written stands for the row, so it must be the row, whatever became of the transaction."""
    database = Database(postgresql_url)
    worker = await bind(database)
    known: list[int] = []
    for text in (*ODD_TEXTS, "ab\x00c", "\\u0000", "\ud800"):
        async with database.unit_of_work() as work:
            await work.foresee(outlook())
            async with work.savepoint():
                kept = await keep(work, reported(text=text, assignee_id=worker.id, dangers=("gas", text)))
            with suppress(ZeroDivisionError):
                async with work.savepoint():
                    await work.tickets.save(replace(await work.tickets.lock(kept.id), urges=5))
                    if text == ODD_TEXTS[0]:
                        await work.tickets.events(kept.id)
                    raise ZeroDivisionError
            async with work.savepoint():
                await work.tickets.save(replace(await work.tickets.lock(kept.id), urges=1, reminded=frozenset({"a"})))
            if text == ODD_TEXTS[1]:
                await work.tickets.add_attachments(kept.id, [Attachment("photo", "file")])
            await work.commit()
        known.append(kept.id)
    async with database.unit_of_work() as work:
        await work.foresee(outlook())
        ahead = {one: await work.tickets.lock(one) for one in known}
        assert work.foresees
    async with database.unit_of_work() as work:
        assert {one: await work.tickets.get(one) for one in known} == ahead
    await database.close()


async def test_a_process_hears_of_what_others_were_told(postgresql_url: str) -> None:
    one, other = Database(postgresql_url), Database(postgresql_url)
    await bind(one)

    async def heard(database: Database) -> tuple[tuple[int, object], ...]:
        async with database.unit_of_work() as work:
            await work.foresee(outlook())
            return await work.tickets.heard_of("local", CHAT)

    async def tell(database: Database, update_id: int, **fields: object) -> None:
        async with database.unit_of_work() as work:
            await work.foresee(outlook(said(update_id)))
            await work.updates.in_turn("local", CHAT)
            await keep(work, reported(**fields))
            await work.commit()

    await heard(one)
    await tell(one, 1, last_said_at=NOW)
    await tell(one, 2, created_at=SINCE - timedelta(seconds=1))
    await tell(one, 3, reporter_id=None)
    assert await heard(one) == ()
    assert await heard(other) == ((WRITER, NOW),)
    assert await heard(other) == ()
    await tell(other, 4, reporter_id=NEIGHBOUR)
    assert set(await heard(one)) == {(WRITER, NOW), (NEIGHBOUR, NOW)}
    await one.close()
    await other.close()


def read(value: object) -> object:
    """A value of a row; of JSON, what it says, since the order of names says nothing."""
    return msgspec.json.decode(value) if isinstance(value, str) and value.startswith(("{", "[")) else value


async def test_what_is_gathered_is_written_as_each_row_by_itself(tmp_path: Path) -> None:
    """SQLite keeps whatever it is given, so every value must be given in the same form."""
    written = []
    for ahead in (False, True):
        database = Database(f"sqlite+aiosqlite:///{tmp_path}/{ahead}.db", clock=lambda: NOW)
        await upgrade(f"sqlite+aiosqlite:///{tmp_path}/{ahead}.db")
        worker = await bind(database)
        elsewhere = NOW.astimezone(timezone(timedelta(hours=8)))
        for text in (*ODD_TEXTS, "ab\x00c", "\\u0000", "\ud800"):
            async with database.unit_of_work() as work:
                if ahead:
                    await work.foresee(outlook())
                full = replace(full_ticket(text, worker.id), platform="local", group_chat_id=CHAT, created_at=elsewhere)
                kept = await keep(work, full)
                await join(work, kept.id, NEIGHBOUR)
                data = {"set": frozenset({"b", "a"}), "place": kept.place, "text": text, "at": NOW, "none": None}
                await work.tickets.record(TicketEvent(kept.id, EventKind.OPENED, elsewhere, data=data))
                await work.commit()
        async with database._engine.connect() as connection:
            tables = ["tickets", "ticket_reporters", "ticket_messages", "ticket_events", "ticket_cards"]
            queries = [f"SELECT * FROM {table} ORDER BY 1, 2, 3" for table in tables]
            # States of a card that a later one of the same transaction takes the place of are not even written.
            told = (
                "platform, chat_id, thread_id, reply_to, ticket_id, card, silent, content, state, created_at, attempts"
            )
            queries.append(f"SELECT {told} FROM outbox WHERE state <> 'superseded' ORDER BY id")
            rows = [await connection.exec_driver_sql(query) for query in queries]
            written.append([[tuple(map(read, row)) for row in each] for each in rows])
        await database.close()
    assert written[0] == written[1]
