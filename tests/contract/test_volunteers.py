"""Volunteers and the calls for their help in the database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.database import Database
from routing.ticket import Status
from routing.volunteering import (
    HelpAction,
    HelpCall,
    HelpState,
    HelpTaken,
    UnknownHelpCall,
    UnknownVolunteer,
    Volunteer,
    VolunteerState,
    over,
)
from tests.contract.samples import NOW, open_ticket, settle

DAY = timedelta(days=1)
WANG = Volunteer(0, 500, "王芳", "G1", ("bulb", "doctor"), VolunteerState.ASKED, NOW)


def call(ticket_id: int, **fields: Any) -> HelpCall:
    made = HelpCall(0, ticket_id, "bulb", "D/D-S1/D-S1-C1/G1/", NOW, NOW + DAY, next_check_at=NOW + DAY)
    return replace(made, **fields)


async def test_volunteers_are_kept_by_account(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        kept = await work.volunteers.put(WANG)
        assert await work.volunteers.of_account(500) == kept
        assert await work.volunteers.of_account(501) is None
        active = replace(kept, kinds=(), state=VolunteerState.ACTIVE, decided_at=NOW, decided_by=3)
        assert (await work.volunteers.put(active)).id == kept.id
        other = await work.volunteers.put(replace(WANG, account=501, area_code="G10"))
        assert await work.volunteers.of_areas(["G1", "G10"]) == (active, other)
        assert await work.volunteers.of_areas(["G10"]) == (other,)
        await work.volunteers.put(replace(other, state=VolunteerState.LEFT, decided_at=NOW))
        assert await work.volunteers.of_areas(["G10"]) == ()
        assert await work.volunteers.erase(NOW) == 0
        assert await work.volunteers.erase(NOW + DAY) == 1
        assert await work.volunteers.erase(NOW + DAY) == 0
        assert await work.volunteers.of_account(501) is None
        with pytest.raises(UnknownVolunteer):
            await work.volunteers.get(other.id)
        assert await work.volunteers.get(kept.id) == active


async def test_of_two_who_claim_at_once_one_wins(database_url: str) -> None:
    databases = Database(database_url), Database(database_url)
    await settle(databases[0])
    opened = await open_ticket(databases[0])
    async with databases[0].unit_of_work() as work:
        ids = [(await work.volunteers.put(replace(WANG, account=account))).id for account in (1, 2, 3, 4)]
        asked = await work.help.add(call(opened.id))
        await work.commit()

    async def claim(database: Database, volunteer: int) -> bool:
        async with database.unit_of_work() as work:
            try:
                await work.help.claim(replace(asked, state=HelpState.CLAIMED, volunteer_id=volunteer))
            except HelpTaken:
                return False
            await work.commit()
            return True

    won = await asyncio.gather(*(claim(databases[index % 2], one) for index, one in enumerate(ids)))
    assert sorted(won) == [False, False, False, True]
    async with databases[0].unit_of_work() as work:
        kept = await work.help.lock(asked.id)
        assert (kept.state, kept.volunteer_id) == (HelpState.CLAIMED, ids[won.index(True)])
        assert await work.help.claimed_by(ids[won.index(True)]) == (kept,)
    for database in databases:
        await database.close()


async def test_calls_fall_due_and_end_with_their_ticket(database: Database) -> None:
    await settle(database)
    going_on, ended = await open_ticket(database), await open_ticket(database, status=Status.ARCHIVED)
    async with database.unit_of_work() as work:
        first = await work.help.add(call(going_on.id))
        second = await work.help.add(call(ended.id))
        done = await work.help.add(call(ended.id, state=HelpState.REPORTED))
        assert await work.help.of_ticket(ended.id) == (second, done)
        assert await work.help.take_due(NOW, limit=9) == ()
        assert {one.id for one in await work.help.take_due(NOW + DAY, limit=9)} == {first.id, second.id, done.id}
        assert await work.help.end_with_tickets(NOW, limit=9) == (second,)
        assert await work.help.end_with_tickets(NOW, limit=9) == ()
        assert (await work.help.lock(second.id)).state is HelpState.WITHDRAWN
        with pytest.raises(UnknownHelpCall):
            await work.help.lock(999)


async def test_minutes_and_counts(database: Database) -> None:
    await settle(database)
    opened = await open_ticket(database)
    async with database.unit_of_work() as work:
        volunteer = await work.volunteers.put(WANG)
        for minutes, at in ((60, NOW), (30, NOW + DAY)):
            reported = call(
                opened.id, state=HelpState.REPORTED, volunteer_id=volunteer.id, minutes=minutes, reported_at=at
            )
            kept = await work.help.add(reported)
            await work.help.save(over(kept, HelpAction.CONFIRM, at))
        lapsed = await work.help.add(call(opened.id, opened_at=NOW - 9 * DAY))
        await work.help.save(over(lapsed, HelpAction.EXPIRE, NOW))
        await work.help.add(
            call(opened.id, state=HelpState.REPORTED, volunteer_id=volunteer.id, minutes=99, reported_at=NOW)
        )
        assert await work.help.minutes([volunteer.id], NOW, NOW + 2 * DAY) == {volunteer.id: 90}
        assert await work.help.minutes([volunteer.id], NOW, NOW + DAY) == {volunteer.id: 60}
        assert await work.help.minutes([], NOW, NOW + DAY) == {}
        assert await work.help.counts("D/D-S1/", NOW, NOW + DAY) == (3, 1, 1, 60)
        assert await work.help.counts("D/D-S1/", NOW - 10 * DAY, NOW + 2 * DAY) == (4, 1, 2, 90)
        assert await work.help.counts("D/D-S2/", NOW, NOW + DAY) == (0, 0, 0, 0)
