"""Several at once: on PostgreSQL their transactions overlap, on SQLite they queue; the outcome is the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from models.database import Database
from routing.errors import AlreadyHeld, ConcurrentChange
from routing.groups import Group
from routing.need import Need, NeedMoved, NeedState, Voice, require_need_move
from routing.outgoing import Content, Outgoing
from routing.script import Script
from routing.staff import Staff
from routing.ticket import Status
from tests.contract.samples import NOW, open_ticket, settle, ticket


async def claim(database: Database, ticket_id: int, post: Staff, meeting: asyncio.Barrier | None = None) -> str:
    """Claims as the product does: lock, look, save."""
    async with database.unit_of_work() as work:
        if meeting is not None:
            await meeting.wait()
        kept = await work.tickets.lock(ticket_id)
        if kept.status is not Status.DISPATCHED:
            raise AlreadyHeld(kept.number, str(kept.assignee_id))
        await work.tickets.save(replace(kept, status=Status.IN_PROGRESS, assignee_id=post.id))
        await work.commit()
    return post.name


async def test_of_two_who_claim_at_once_one_wins(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        other = await work.staff.add(replace(worker, id=0, name="王强", account=5))
        await work.commit()
    for _ in range(5):
        kept = await open_ticket(database)
        meeting = asyncio.Barrier(2)
        ends = await asyncio.gather(
            claim(database, kept.id, worker, meeting), claim(database, kept.id, other, meeting), return_exceptions=True
        )
        winners = [end for end in ends if isinstance(end, str)]
        assert len(winners) == 1
        assert sum(isinstance(end, AlreadyHeld) for end in ends) == 1
        async with database.unit_of_work() as work:
            after = await work.tickets.get(kept.id)
        assert after.assignee_id == {"李芳": worker.id, "王强": other.id}[winners[0]]
        assert after.version == 2


async def test_without_a_lock_the_version_lets_one_win(database: Database) -> None:
    await settle(database)
    kept = await open_ticket(database)

    async def save(text: str) -> None:
        async with database.unit_of_work() as work:
            await work.tickets.save(replace(kept, resolution=text))
            await work.commit()

    ends = await asyncio.gather(save("a"), save("b"), return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [ConcurrentChange]


async def test_numbers_are_unique_under_fifty_at_once(database: Database) -> None:
    await settle(database)

    async def add(index: int) -> str:
        async with database.unit_of_work() as work:
            kept = await work.tickets.add(ticket(), number_scope="G1", day="1120")
            if index % 5 == 4:
                return ""
            await work.commit()
        return kept.number

    numbers = [number for number in await asyncio.gather(*map(add, range(50))) if number]
    assert sorted(numbers) == [f"G1-1120-{serial:03d}" for serial in range(1, 41)], "unique, and without gaps"


async def test_an_update_delivered_twice_at_once_is_handled_once(database: Database) -> None:
    await settle(database)

    async def handle() -> bool:
        async with database.unit_of_work() as work:
            if not await work.updates.first_time("telegram", 7, NOW):
                return False
            await work.tickets.add(ticket(), number_scope="G1", day="1120")
            await work.commit()
        return True

    assert sorted(await asyncio.gather(*(handle() for _ in range(6)))) == [False] * 5 + [True]
    async with database.unit_of_work() as work:
        assert (await work.digests.open_tickets(""))[1:] == ()


async def test_a_second_delivery_goes_on_where_the_first_failed(database: Database) -> None:
    first_is_in = asyncio.Event()

    async def fail() -> None:
        async with database.unit_of_work() as work:
            assert await work.updates.first_time("telegram", 7, NOW)
            first_is_in.set()
            await asyncio.sleep(0)

    async def again() -> bool:
        await first_is_in.wait()
        async with database.unit_of_work() as work:
            return await work.updates.first_time("telegram", 7, NOW)

    _, handled = await asyncio.gather(fail(), again())
    assert handled


async def test_due_tickets_go_to_one_job_each(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    await settle(database)
    ids = [(await open_ticket(database, next_check_at=NOW)).id for _ in range(4)]
    async with database.unit_of_work() as one, database.unit_of_work() as other:
        first = [due.id for due in await one.tickets.take_due(NOW, limit=2)]
        second = [due.id for due in await other.tickets.take_due(NOW, limit=10)]
    assert (first, second) == (ids[:2], ids[2:]), "what is locked is skipped, not waited for"
    await database.close()


async def test_messages_go_to_one_sender_each(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.outbox.add(*(Outgoing("local", index % 10, Content(str(index))) for index in range(60)))
        await work.commit()
    sent: list[tuple[int, int]] = []

    async def send() -> None:
        while True:
            async with database.unit_of_work() as work:
                taken = await work.outbox.take(NOW, limit=3, lease_seconds=60)
                await work.commit()
            for row in taken:
                sent.append((row.message.chat_id, int(row.message.content.title)))
                async with database.unit_of_work() as work:
                    await work.outbox.delivered(row, message_id=row.id, at=NOW)
                    await work.commit()
            async with database.unit_of_work() as work:
                if not await work.outbox.pending():
                    return

    await asyncio.gather(*(send() for _ in range(4)))
    assert Counter(number for _, number in sent) == Counter(range(60)), "each exactly once"
    for chat in range(10):
        numbers = [number for chat_id, number in sent if chat_id == chat]
        assert numbers == sorted(numbers), "in order per chat"


async def test_two_senders_never_hold_one_chat(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.unit_of_work() as work:
        await work.outbox.add(*(Outgoing("local", 1, Content(str(index))) for index in range(3)))
        await work.commit()
    async with database.unit_of_work() as one, database.unit_of_work() as other:
        (first,) = await one.outbox.take(NOW, limit=5, lease_seconds=60)
        assert await other.outbox.take(NOW, limit=5, lease_seconds=60) == ()
        await one.commit()
        assert await other.outbox.take(NOW, limit=5, lease_seconds=60) == ()
    assert first.message.content.title == "0"
    await database.close()


async def test_registers_changed_at_once_lose_nothing(database: Database) -> None:
    await settle(database)

    async def add(index: int) -> None:
        async with database.unit_of_work() as work:
            await work.groups.put(Group("local", index, "a"))
            await work.staff.upsert([Staff(0, "张伟", worker.role, "G10", account=5)])
            await work.staff.set_on_duty(5, index % 2 == 0)
            await work.commit()

    async with database.unit_of_work() as work:
        (worker,) = await work.staff.all()
    await asyncio.gather(*map(add, range(10)))
    async with database.unit_of_work() as work:
        assert len(await work.groups.all()) == 10
        assert len(await work.staff.all()) == 2, "the same post was imported ten times at once"


async def test_two_processes_write_to_one_sqlite_file(sqlite_url: str) -> None:
    one, other = Database(sqlite_url), Database(sqlite_url)

    async def put(database: Database, chat_id: int) -> None:
        async with database.unit_of_work() as work:
            groups = await work.groups.all()
            await work.groups.put(Group("local", chat_id, str(len(groups))))
            await work.commit()

    await asyncio.gather(
        *(put(database, 10 * index + turn) for turn in range(10) for index, database in enumerate((one, other)))
    )
    async with one.unit_of_work() as work:
        titles = sorted(int(group.title) for group in await work.groups.all())
    await asyncio.gather(one.close(), other.close())
    assert titles == sorted(set(titles)), "each read what the one before it wrote"


@pytest.mark.parametrize("count", [1, 3])
async def test_digests_are_sent_by_one_process(database: Database, count: int) -> None:
    async def send() -> bool:
        async with database.unit_of_work() as work:
            first = await work.digests.first_time(5, "day", NOW)
            await work.commit()
        return first

    assert sum(await asyncio.gather(*(send() for _ in range(count)))) == 1


async def test_of_two_partners_who_claim_a_need_at_once_one_gets_it(database: Database) -> None:
    await settle(database)
    for _ in range(5):
        async with database.unit_of_work() as work:
            need = await work.civic.needs.add(
                Need(0, "长椅", "seating", NeedState.OPEN, "G1", "D/G1/", "local", Script.HANS, NOW, account=5)
            )
            await work.commit()
        meeting = asyncio.Barrier(2)

        async def claims(need_id: int = need.id, meeting: asyncio.Barrier = meeting) -> None:
            async with database.unit_of_work() as work:
                await meeting.wait()
                kept = await work.civic.needs.lock(need_id)
                require_need_move(kept, NeedState.CLAIMED)
                await work.civic.needs.save(replace(kept, state=NeedState.CLAIMED))
                await work.commit()

        ends = await asyncio.gather(claims(), claims(), return_exceptions=True)
        assert Counter(type(end) for end in ends) == {type(None): 1, NeedMoved: 1}


async def test_voices_at_once_are_all_counted(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        need = await work.civic.needs.add(
            Need(0, "长椅", "seating", NeedState.OPEN, "G1", "D/G1/", "local", Script.HANS, NOW, account=5)
        )
        await work.commit()

    async def joins(account: int) -> None:
        async with database.unit_of_work() as work:
            await work.civic.needs.lock(need.id)
            await work.civic.needs.add_voice(Voice(need.id, account, "人", NOW))
            await work.commit()

    await asyncio.gather(*(joins(account) for account in (1, 2, 3, 4, 1, 2)))
    async with database.unit_of_work() as work:
        assert (await work.civic.needs.get(need.id)).voices == len(await work.civic.needs.voices(need.id)) == 4
