"""What the clock did to tickets, on its way to those who are to hear of it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.database import Database, SqlUnitOfWork
from routing.clock_notice import ClockChange, ClockNotice
from routing.errors import ConcurrentChange
from routing.escalation import ClockStep
from routing.escalation_plan import Channel
from routing.ticket import Status
from routing.ticket_events import EventKind, TicketEvent
from tests.contract.samples import NOW, open_ticket, settle

MINUTE = timedelta(minutes=1)


def notice(ticket_id: int, level: int = 1) -> ClockNotice:
    return ClockNotice(
        ticket_id=ticket_id,
        at=NOW,
        step=ClockStep(reminders=(("resolve", NOW + MINUTE),), escalate_to_level=level, cause="accept", release=True),
        level=level,
        holder_id=3,
        superior_ids=(4, 5),
        decider_id=None,
        lapses=2,
        due_at=NOW - MINUTE,
        urged_by=None,
        urge_due_at=None,
        answer_by=None,
        offered_to=None,
        channels=(Channel.PRIVATE,),
    )


async def keep(work: SqlUnitOfWork, one: ClockNotice) -> None:
    before = await work.tickets.get(one.ticket_id)
    event = TicketEvent(before.id, EventKind.ESCALATED, NOW, data={"level": one.level, "names": ["𠮷"]})
    after = replace(
        before,
        status=Status.DISPATCHED,
        escalation_level=one.level,
        escalated_at=NOW,
        reminded=frozenset({"accept", "resolve"}),
    )
    await work.tickets.save_clock(ClockChange(after, NOW + MINUTE, (event,), one))
    assert await work.tickets.get(before.id) == replace(after, version=before.version + 1, next_check_at=NOW + MINUTE)
    assert (await work.tickets.events(before.id))[-1] == event


async def kept(database: Database, count: int) -> list[int]:
    await settle(database)
    return [(await open_ticket(database)).id for _ in range(count)]


async def test_they_come_back_as_they_were_with_their_tickets(database: Database) -> None:
    first, second = await kept(database, 2)
    woken = []
    database.on_commit(lambda: woken.append(True))
    async with database.unit_of_work() as work:
        for told in (notice(second), notice(first, 1), notice(first, 2)):
            await keep(work, told)
        await work.commit()
    assert woken, "whoever sends has to know that there is something to tell"
    async with database.unit_of_work() as work:
        backlog = await work.outbox.backlog()
        assert (backlog.waiting, backlog.oldest) == (3, NOW)
        one, other = await work.clock_notices.take(NOW, limit=9)
        assert (one.notice, other.notice) == (notice(second), notice(first, 1)), "of each ticket only the first"
        assert one.ticket == await work.tickets.get(second)
        await work.clock_notices.told([one.id, other.id])
        await work.commit()
    async with database.unit_of_work() as work:
        (last,) = await work.clock_notices.take(NOW, limit=9)
        assert last.notice == notice(first, 2)


async def test_one_that_is_postponed_waits_with_what_follows_of_its_ticket(database: Database) -> None:
    first, second = await kept(database, 2)
    async with database.unit_of_work() as work:
        for one in (notice(first, 1), notice(first, 2), notice(second)):
            await keep(work, one)
        await work.commit()
    async with database.unit_of_work() as work:
        broken, _ = await work.clock_notices.take(NOW, limit=9)
        await work.clock_notices.postpone(broken.id, NOW + 15 * MINUTE)
        await work.commit()
    async with database.unit_of_work() as work:
        assert [one.notice.ticket_id for one in await work.clock_notices.take(NOW, limit=9)] == [second]
        assert len(await work.clock_notices.take(NOW + 15 * MINUTE, limit=9, together=False)) == 2
        assert await work.clock_notices.prune(NOW) == 0
        assert await work.clock_notices.prune(NOW + MINUTE) == 3


async def test_two_processes_share_them_and_keep_off_tickets_that_are_being_changed(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    await settle(database)
    ids = [(await open_ticket(database)).id for _ in range(4)]
    async with database.unit_of_work() as work:
        for ticket_id in (*ids, ids[0]):
            await keep(work, notice(ticket_id))
        await work.commit()
    async with (
        database.unit_of_work() as desk,
        database.unit_of_work() as one,
        database.unit_of_work() as other,
    ):
        await desk.tickets.lock(ids[1])
        first = await one.clock_notices.take(NOW, limit=2)
        second = await other.clock_notices.take(NOW, limit=9)
        assert [found.ticket.id for found in first] == [ids[0], ids[2]], "what somebody is changing is left for later"
        assert [found.ticket.id for found in second] == [ids[3]], "what comes later of a ticket waits for the first"
    await database.close()


async def test_a_ticket_that_changed_meanwhile_is_not_overwritten(database: Database) -> None:
    first, second = await kept(database, 2)
    async with database.unit_of_work() as work:
        stale, fresh = await work.tickets.get(first), await work.tickets.get(second)
        await work.tickets.save(replace(stale, urges=1))
        with pytest.raises(ConcurrentChange):
            await work.tickets.save_clock(ClockChange(fresh, NOW), ClockChange(stale, NOW, notice=notice(first)))


async def test_what_is_still_being_written_is_seen_by_whatever_is_asked_next(database: Database) -> None:
    first, second = await kept(database, 2)
    async with database.unit_of_work() as work:
        for ticket_id in (first, second):
            change = ClockChange(await work.tickets.get(ticket_id), NOW + MINUTE, notice=notice(ticket_id))
            await work.tickets.save_clock(change, wait=False)
        assert (await work.tickets.get(second)).next_check_at == NOW + MINUTE
        await work.tickets.save_clock(ClockChange(await work.tickets.get(first), NOW), wait=False)
        await work.commit()
    async with database.unit_of_work() as work:
        assert [(await work.tickets.get(one)).next_check_at for one in (first, second)] == [NOW, NOW + MINUTE]
        assert len(await work.clock_notices.take(NOW, limit=9)) == 2


async def test_what_was_not_committed_is_undone_even_while_it_is_being_written(database: Database) -> None:
    (first,) = await kept(database, 1)
    async with database.unit_of_work() as work:
        change = ClockChange(await work.tickets.get(first), NOW + MINUTE, notice=notice(first))
        await work.tickets.save_clock(change, wait=False)
    async with database.unit_of_work() as work:
        assert (await work.tickets.get(first)).next_check_at is None
        assert await work.clock_notices.take(NOW, limit=9) == ()


async def test_who_is_stopped_while_it_is_being_written_leaves_nothing_behind(database: Database) -> None:
    (first,) = await kept(database, 1)
    is_under_way = asyncio.Event()

    async def write() -> None:
        async with database.unit_of_work() as work:
            change = ClockChange(await work.tickets.get(first), NOW + MINUTE, notice=notice(first))
            await work.tickets.save_clock(change, wait=False)
            is_under_way.set()
            await asyncio.Event().wait()

    writing = asyncio.create_task(write())
    await is_under_way.wait()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    async with database.unit_of_work() as work:
        assert (await work.tickets.get(first)).next_check_at is None
        assert await work.clock_notices.take(NOW, limit=9) == ()


async def test_a_refusal_that_nobody_waited_for_cannot_be_missed(database: Database) -> None:
    (first,) = await kept(database, 1)

    async def overwrite() -> None:
        async with database.unit_of_work() as work:
            stale = await work.tickets.get(first)
            await work.tickets.save(replace(stale, urges=1))
            await work.tickets.save_clock(ClockChange(stale, NOW, notice=notice(first)), wait=False)
            with contextlib.suppress(ConcurrentChange):
                await work.tickets.get(first)
            await work.commit()

    with pytest.raises(ConcurrentChange):
        await overwrite()
    async with database.unit_of_work() as work:
        assert (await work.tickets.get(first)).urges == 0
        assert await work.clock_notices.take(NOW, limit=9) == ()


async def test_nothing_to_write_is_nothing_to_tell(database: Database) -> None:
    (first,) = await kept(database, 1)
    async with database.unit_of_work() as work:
        await work.tickets.save_clock()
        await work.tickets.save_clock(ClockChange(await work.tickets.get(first), None))
        assert (await work.tickets.get(first)).next_check_at is None
        assert await work.clock_notices.take(NOW, limit=9) == ()


@pytest.mark.parametrize("levels", [(1, 1, 1), (1, 2, 1), (0, 0, 0)])
@pytest.mark.parametrize("moments", [(NOW, NOW, NOW), (NOW, None, NOW), (None, NOW, None), (None, None, None)])
async def test_what_is_the_same_in_all_of_them_and_what_is_not(
    database: Database, levels: tuple[int, ...], moments: tuple[datetime | None, ...]
) -> None:
    ids = await kept(database, 3)
    marks = [frozenset({"accept"}), frozenset({"accept"}), frozenset({"accept" if levels[1] == 1 else "resolve"})]
    async with database.unit_of_work() as work:
        wanted = [
            replace(
                await work.tickets.get(one), escalation_level=level, escalated_at=at, questioned_at=at, reminded=mark
            )
            for one, level, at, mark in zip(ids, levels, moments, marks, strict=True)
        ]
        # A ticket may have several events, and all of them may be told of one ticket.
        events = [TicketEvent(ids[0], EventKind.ESCALATED, NOW, data={"level": level}) for level in levels]
        changes = [ClockChange(one, at) for one, at in zip(wanted, moments, strict=True)]
        await work.tickets.save_clock(replace(changes[0], events=tuple(events)), *changes[1:])
        await work.commit()
    async with database.unit_of_work() as work:
        for one, at in zip(wanted, moments, strict=True):
            assert await work.tickets.get(one.id) == replace(one, version=one.version + 1, next_check_at=at)
        assert (await work.tickets.events(ids[0]))[-3:] == tuple(events)
