"""The colours that digests told, and ratings by who did the work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from models.database import Database
from routing.digest_schedule import Period
from routing.rates import Rate
from routing.sla import Colour
from routing.standing import Standing, Subject
from routing.ticket import PATROL_SOLVED, Satisfaction, Status
from tests.contract.samples import NOW, settle, ticket

DAY = timedelta(days=1)
RED = Standing(Subject.AREA, "G1", "一网格", Rate(1, 2), Rate(0, 0), Colour.RED)
GREEN = Standing(Subject.HANDLER, "7", "王芳", Rate(0, 2), Rate(3, 3), Colour.GREEN)


async def test_what_the_digest_before_told_is_kept_and_nothing_older(database: Database) -> None:
    async with database.unit_of_work() as work:
        assert await work.standings.told_before("C", Period.DAY, NOW) is None
        await work.standings.keep_told("C", Period.DAY, NOW, [RED, GREEN])
        # Of one slot the first is what people read.
        await work.standings.keep_told("C", Period.DAY, NOW, [])
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.standings.told_before("C", Period.DAY, NOW) is None
        assert await work.standings.told_before("C", Period.DAY, NOW + DAY) == (RED,)
        assert await work.standings.told_before("C", Period.WEEK, NOW + DAY) is None
        assert await work.standings.told_before("C1", Period.DAY, NOW + DAY) is None
        await work.standings.keep_told("C", Period.DAY, NOW + DAY, [])
        assert await work.standings.told_before("C", Period.DAY, NOW + DAY) == (RED,)
        assert await work.standings.told_before("C", Period.DAY, NOW + 2 * DAY) == ()
        await work.standings.keep_told("C", Period.DAY, NOW + 2 * DAY, [RED])
        assert await work.standings.told_before("C", Period.DAY, NOW + DAY) is None


async def test_ratings_are_counted_by_post_of_what_was_archived_in_the_period(database: Database) -> None:
    worker = await settle(database)
    rated = ticket(
        assignee_id=worker.id, status=Status.ARCHIVED, archived_at=NOW, satisfaction=Satisfaction.DISSATISFIED
    )
    tickets = [
        rated,
        rated,
        replace(rated, satisfaction=Satisfaction.SATISFIED),
        replace(rated, satisfaction=None),
        replace(rated, archived_at=NOW + DAY),
        replace(rated, archived_at=NOW - timedelta(seconds=1)),
        replace(rated, status=Status.IN_PROGRESS),
        replace(rated, via=PATROL_SOLVED),
        replace(rated, assignee_id=None),
    ]
    async with database.unit_of_work() as work:
        for one in tickets:
            await work.tickets.add(one, number_scope="G10", day="261122")
        found = await work.standings.ratings(rated.area_path, NOW, NOW + DAY)
        assert found == {worker.id: {Satisfaction.DISSATISFIED: 2, Satisfaction.SATISFIED: 1}}
        assert await work.standings.ratings("elsewhere/", NOW, NOW + DAY) == {}
