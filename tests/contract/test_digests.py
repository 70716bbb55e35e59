"""Counts of a period: each measure by an example on either side of its bounds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.database import Database
from routing.queries import PeriodCounts
from routing.ticket import Satisfaction, Status
from routing.ticket_events import EventKind, TicketEvent
from tests.contract.samples import NOW, open_ticket, settle

SINCE = NOW
UNTIL = NOW + timedelta(days=1)
TICK = timedelta(microseconds=1)
BEFORE = SINCE - timedelta(days=30)
"""When tickets of older periods were opened."""

NOTHING: dict[str, Any] = {
    "new": 0,
    "resolved": 0,
    "archived": 0,
    "escalations": 0,
    "accepted_on_time": 0,
    "accepted": 0,
    "resolved_on_time": 0,
    "asked_solved": 0,
    "solved": 0,
    "ratings": dict.fromkeys(Satisfaction, 0),
    "reopened": 0,
    "by_service": {},
    "patrol_found": 0,
    "patrol_solved": 0,
    "street_ratings": dict.fromkeys(Satisfaction, 0),
}


async def old_ticket(database: Database, **fields: Any) -> int:
    """A ticket of which nothing happened in the period but what is given."""
    times = {"created_at": BEFORE, "dispatched_at": BEFORE, "accept_due_at": BEFORE, "resolve_due_at": BEFORE}
    return (await open_ticket(database, **(times | fields))).id


async def counts(database: Database, area_path: str = "", since: datetime = SINCE) -> PeriodCounts:
    """The counts of the period."""
    async with database.unit_of_work() as work:
        return await work.digests.counts(area_path, since, UNTIL)


def but(**expected: Any) -> PeriodCounts:
    """Nothing but these counts."""
    return PeriodCounts(**(NOTHING | expected))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        # New is what was created, whatever became of it.
        ({"created_at": SINCE}, {"new": 1, "by_service": {"lighting.corridor": 1}}),
        ({"created_at": UNTIL - TICK, "status": Status.WITHDRAWN}, {"new": 1, "by_service": {"lighting.corridor": 1}}),
        ({"created_at": SINCE - TICK}, {}),
        ({"created_at": UNTIL}, {}),
        # Response: dispatched in the period, claimed or past the limit by its end.
        ({"dispatched_at": SINCE, "accept_due_at": UNTIL}, {}),
        ({"dispatched_at": SINCE, "accept_due_at": UNTIL - TICK}, {"accepted": 1}),
        ({"dispatched_at": SINCE, "accept_due_at": UNTIL - TICK, "status": Status.WITHDRAWN}, {}),
        (
            {"dispatched_at": SINCE, "accept_due_at": UNTIL, "first_claimed_at": UNTIL - TICK},
            {"accepted": 1, "accepted_on_time": 1},
        ),
        ({"dispatched_at": SINCE, "accept_due_at": UNTIL, "first_claimed_at": UNTIL}, {}),
        (
            {"dispatched_at": SINCE, "accept_due_at": SINCE, "first_claimed_at": SINCE},
            {"accepted": 1, "accepted_on_time": 1},
        ),
        ({"dispatched_at": SINCE, "accept_due_at": SINCE, "first_claimed_at": SINCE + TICK}, {"accepted": 1}),
        (
            {"dispatched_at": SINCE, "accept_due_at": SINCE, "first_claimed_at": SINCE, "status": Status.WITHDRAWN},
            {"accepted": 1, "accepted_on_time": 1},
        ),
        ({"dispatched_at": SINCE - TICK, "accept_due_at": SINCE, "first_claimed_at": SINCE}, {}),
        # Completion: reported as done in the period, and still.
        (
            {"resolved_at": SINCE, "resolve_due_at": SINCE, "status": Status.RESOLVED},
            {"resolved": 1, "resolved_on_time": 1},
        ),
        ({"resolved_at": SINCE + TICK, "resolve_due_at": SINCE, "status": Status.ARCHIVED}, {"resolved": 1}),
        ({"resolved_at": SINCE, "resolve_due_at": SINCE, "status": Status.IN_PROGRESS}, {}),
        ({"resolved_at": UNTIL, "resolve_due_at": UNTIL, "status": Status.RESOLVED}, {}),
        # Archive, answers and ratings.
        ({"archived_at": SINCE, "status": Status.ARCHIVED}, {"archived": 1}),
        ({"archived_at": SINCE, "status": Status.IN_PROGRESS, "solved": True}, {}),
        (
            {"archived_at": SINCE, "status": Status.ARCHIVED, "solved": True},
            {"archived": 1, "asked_solved": 1, "solved": 1},
        ),
        ({"archived_at": SINCE, "status": Status.ARCHIVED, "solved": False}, {"archived": 1, "asked_solved": 1}),
        (
            {"archived_at": SINCE, "status": Status.ARCHIVED, "satisfaction": Satisfaction.FAIR},
            {"archived": 1, "ratings": NOTHING["ratings"] | {Satisfaction.FAIR: 1}},
        ),
        ({"archived_at": UNTIL, "status": Status.ARCHIVED, "solved": True}, {}),
        (
            {"archived_at": SINCE, "status": Status.ARCHIVED, "street_rating": Satisfaction.SATISFIED},
            {"archived": 1, "street_ratings": NOTHING["street_ratings"] | {Satisfaction.SATISFIED: 1}},
        ),
        ({"status": Status.IN_PROGRESS, "archived_at": SINCE, "street_rating": Satisfaction.FAIR}, {}),
        # Found on rounds; what was put right on the spot betters no rate.
        (
            {"created_at": SINCE, "via": "patrol"},
            {"new": 1, "by_service": {"lighting.corridor": 1}, "patrol_found": 1},
        ),
        (
            {
                "created_at": SINCE,
                "dispatched_at": SINCE,
                "accept_due_at": SINCE,
                "resolved_at": SINCE,
                "archived_at": SINCE,
                "status": Status.ARCHIVED,
                "via": "patrol_solved",
            },
            {"patrol_found": 1, "patrol_solved": 1},
        ),
        ({"created_at": UNTIL, "via": "patrol"}, {}),
    ],
)
async def test_each_measure(database: Database, fields: dict[str, Any], expected: dict[str, Any]) -> None:
    await settle(database)
    await old_ticket(database, **fields)
    assert await counts(database) == but(**expected)


async def test_events_count_steps_up_and_tickets_reopened(database: Database) -> None:
    await settle(database)
    one, other = await old_ticket(database), await old_ticket(database)
    escalated, reopened = EventKind.ESCALATED, EventKind.REOPENED
    async with database.unit_of_work() as work:
        await work.tickets.record(
            TicketEvent(one, escalated, SINCE - TICK),
            TicketEvent(one, escalated, SINCE),
            TicketEvent(one, escalated, UNTIL - TICK),
            TicketEvent(one, escalated, UNTIL),
            TicketEvent(other, escalated, SINCE),
            TicketEvent(one, reopened, SINCE),
            TicketEvent(one, reopened, SINCE + TICK),
            TicketEvent(other, reopened, UNTIL),
            TicketEvent(other, EventKind.CLAIMED, SINCE),
        )
        await work.commit()
    assert await counts(database) == but(escalations=3, reopened=1)


async def test_areas_are_counted_apart(database: Database) -> None:
    await settle(database)
    for path, service in [("A/1/", "a"), ("A/1/B/", "a"), ("A/1/", "b"), ("A/10/", "c"), ("A/2/", "d")]:
        ticket_id = await old_ticket(
            database,
            area_path=path,
            service_code=service,
            created_at=SINCE,
            archived_at=SINCE,
            status=Status.ARCHIVED,
            satisfaction=Satisfaction.SATISFIED,
        )
        async with database.unit_of_work() as work:
            await work.tickets.record(TicketEvent(ticket_id, EventKind.ESCALATED, SINCE))
            await work.commit()
    async with database.unit_of_work() as work:
        found = await work.digests.counts_by_child(["A/1/", "A/10/", "A/3/", "A/", "A/1/"], SINCE, UNTIL)
        assert await work.digests.counts_by_child([], SINCE, UNTIL) == {}
    assert {path: (one.new, one.escalations, dict(one.by_service)) for path, one in found.items()} == {
        "A/1/": (3, 3, {"a": 2, "b": 1}),
        "A/10/": (1, 1, {"c": 1}),
        "A/3/": (0, 0, {}),
        "A/": (5, 5, {"a": 2, "b": 1, "c": 1, "d": 1}),
    }
    assert next(iter(found["A/"].by_service)) == "a", "the most frequent service comes first"
    assert found["A/3/"] == but()
    assert found["A/1/"].ratings[Satisfaction.SATISFIED] == 3
    assert await counts(database, "A/1/") == found["A/1/"]
    assert (await counts(database)).new == 5


async def test_open_tickets_come_next_due_first(database: Database) -> None:
    await settle(database)
    later = await open_ticket(database, resolve_due_at=UNTIL, status=Status.ON_HOLD)
    sooner = await open_ticket(database, resolve_due_at=SINCE, status=Status.IN_PROGRESS)
    await open_ticket(database, area_path="D/D-S1/D-S1-C1/G10/")
    for status in (Status.RESOLVED, Status.ARCHIVED, Status.WITHDRAWN):
        await open_ticket(database, status=status)
    async with database.unit_of_work() as work:
        assert await work.digests.open_tickets("D/D-S1/D-S1-C1/G1/") == (sooner, later)
        assert len(await work.digests.open_tickets("")) == 3


async def test_events_of_an_area_and_period(database: Database) -> None:
    await settle(database)
    inside, outside = await open_ticket(database), await open_ticket(database, area_path="D/D-S1/D-S1-C1/G10/")
    late = TicketEvent(inside.id, EventKind.ESCALATED, UNTIL - TICK, data={"level": 2})
    early = TicketEvent(inside.id, EventKind.REOPENED, SINCE, 5, "王阿姨")
    async with database.unit_of_work() as work:
        await work.tickets.record(
            late,
            early,
            TicketEvent(inside.id, EventKind.CLAIMED, SINCE),
            TicketEvent(inside.id, EventKind.ESCALATED, UNTIL),
            TicketEvent(outside.id, EventKind.ESCALATED, SINCE),
        )
        kinds = {EventKind.ESCALATED, EventKind.REOPENED}
        assert await work.digests.events_between(inside.area_path, kinds, SINCE, UNTIL) == (early, late)
        assert await work.digests.events_between(inside.area_path, set(), SINCE, UNTIL) == ()
        assert len(await work.digests.events_between("", kinds, SINCE, UNTIL)) == 3


async def test_a_digest_is_sent_once_for_each_slot(database: Database) -> None:
    async with database.unit_of_work() as work:
        assert await work.digests.first_time(5, "day", NOW)
        assert not await work.digests.first_time(5, "day", NOW)
        assert await work.digests.first_time(5, "week", NOW)
        assert await work.digests.first_time(6, "day", NOW)
        assert await work.digests.first_time(5, "day", NOW + timedelta(hours=9))


async def test_which_digests_were_sent_is_forgotten_after_a_while(database: Database) -> None:
    async with database.unit_of_work() as work:
        for days in (40, 30, 1):
            assert await work.digests.first_time(5, "day", NOW - timedelta(days=days))
        assert await work.digests.prune(NOW - timedelta(days=30)) == 1
        assert await work.digests.first_time(5, "day", NOW - timedelta(days=40))
        assert not await work.digests.first_time(5, "day", NOW - timedelta(days=30))
