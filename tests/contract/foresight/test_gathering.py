"""Gathering: what a batch writes at its end is what each row by itself would have been."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from models.database import Database
from models.migrate import upgrade
from routing.groups import Prompt
from routing.message import Attachment
from routing.outgoing import Content, Outgoing
from routing.queries import TicketFilter
from routing.ticket_events import EventKind, TicketEvent
from tests.contract.foresight.reading_ahead import CHAT, NEIGHBOUR, WRITER, bind, join, keep, outlook, reported, said
from tests.contract.samples import NOW, ODD_TEXTS, full_ticket


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


async def test_what_had_to_be_written_before_the_end_is_undone_with_the_rest(database: Database) -> None:
    await bind(database)
    async with database.unit_of_work() as work:
        # A process that knows the registers asks for nothing else first.
        await work.foresee(outlook())
    async with database.unit_of_work() as work:
        await work.foresee(outlook())
        kept = await keep(work, reported())
        # The list of what happened cannot be foreseen, so all that was gathered is written for it.
        assert len(await work.tickets.events(kept.id)) == 1
        await keep(work, reported(), NEIGHBOUR)
    async with database.unit_of_work() as work:
        assert await work.tickets.find(TicketFilter(), limit=5) == ()
        await work.foresee(outlook())
        kept = await keep(work, reported())
        assert len(await work.tickets.events(kept.id)) == 1
        await keep(work, reported(), NEIGHBOUR)
        await work.commit()
    async with database.unit_of_work() as work:
        assert len(await work.tickets.find(TicketFilter(), limit=5)) == 2


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


async def test_senders_are_woken_by_what_was_gathered(database: Database) -> None:
    await bind(database)
    woken: list[bool] = []
    database.on_commit(lambda: woken.append(True))
    async with database.unit_of_work() as work:
        await work.foresee(outlook())
        await keep(work, reported())
        await work.commit()
    assert woken == [True]


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
