"""Reading ahead beside another process: what either wrote is seen, and what came too late is not kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models.database import Database
from routing.errors import NotKept
from routing.groups import Group, GroupState
from routing.message import Attachment
from routing.queries import TicketFilter
from routing.ticket import Status
from tests.contract.foresight.reading_ahead import (
    CHAT,
    NEIGHBOUR,
    SINCE,
    WRITER,
    bind,
    join,
    keep,
    outlook,
    reported,
    said,
)
from tests.contract.samples import NOW


async def test_of_two_that_read_at_once_the_later_is_not_kept(postgresql_url: str) -> None:
    one, other = Database(postgresql_url), Database(postgresql_url)
    await bind(one)
    async with one.unit_of_work() as first, other.unit_of_work() as second:
        for work, message in ((first, said(1)), (second, said(2, by=NEIGHBOUR))):
            await work.foresee(outlook(message))
            await work.updates.in_turn("local", CHAT)
            await work.updates.first_time("local", message.update_id, NOW)
        await first.commit()
        with pytest.raises(NotKept) as lost:
            await second.commit()
    assert lost.value.raced
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


async def test_who_waits_lets_the_other_finish_and_goes_on_from_there(postgresql_url: str) -> None:
    one, other = Database(postgresql_url), Database(postgresql_url)
    await bind(one)
    numbers = []
    async with one.unit_of_work() as first, other.unit_of_work() as second:
        await first.foresee(outlook(said(1)), waits=True)
        waiting = asyncio.create_task(second.foresee(outlook(said(2, by=NEIGHBOUR)), waits=True))
        await asyncio.sleep(0.2)
        for work, account in ((first, WRITER), (second, NEIGHBOUR)):
            await work.updates.in_turn("local", CHAT)
            numbers.append((await keep(work, reported(), account)).number)
            await work.commit()
            await waiting
    assert numbers == ["G1-1120-001", "G1-1120-002"]
    await one.close()
    await other.close()


async def test_who_races_for_a_number_waits_for_nobody_who_waits_for_it(postgresql_url: str) -> None:
    one, other = Database(postgresql_url), Database(postgresql_url)
    await bind(one)
    async with one.unit_of_work() as work:
        await work.groups.put(Group("local", CHAT - 1, "另一个群", area_code="G1"))
        await keep(work, reported())
        await work.commit()
    elsewhere = replace(outlook(replace(said(2), chat_id=CHAT - 1)), topics=frozenset({(CHAT - 1, "")}))
    async with one.unit_of_work() as racing, other.unit_of_work() as holding:
        await racing.foresee(outlook(said(1)))
        await holding.foresee(elsewhere, waits=True)
        await keep(racing, reported())
        race = asyncio.create_task(racing.commit())
        await asyncio.sleep(0.2)
        assert (await keep(holding, reported(group_chat_id=CHAT - 1))).number == "G1-1120-002"
        await holding.commit()
        with pytest.raises(NotKept) as lost:
            await race
    assert lost.value.raced
    assert "uq_tickets_number" in str(lost.value.__cause__), "no deadlock"
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
