"""Who looked at what names residents: kept, found again by ticket and by person, erased on schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from models.database import Database
from routing.audit import MOST_NAMED, Look
from tests.contract.samples import NOW, ODD_TEXTS, open_ticket, settle

DAY = timedelta(days=1)
LONG_AGO = NOW - 1000 * DAY
FIND = Look(NOW, 17, "高敏", "supervisor", "TD", "/find", "chat", about="漏水", count=2)
SHOW = Look(NOW - DAY, None, "root", "operator", "", "tickets show", "console", about="T-1", why="来电查询", count=1)


async def test_looks_come_back_as_they_were_newest_first(database: Database) -> None:
    await settle(database)
    one, other = await open_ticket(database), await open_ticket(database)
    looks = (
        replace(FIND, tickets=(one.id, other.id)),
        replace(SHOW, tickets=(other.id,)),
        *(replace(SHOW, at=NOW - 2 * DAY, name=text, about=text, why=text) for text in ODD_TEXTS),
    )
    async with database.unit_of_work() as work:
        for look in reversed(looks):
            await work.audit.record(look)
        await work.commit()
    async with database.unit_of_work() as work:
        found = await work.audit.looks(LONG_AGO)
        assert found[:2] == looks[:2]
        assert set(found) == set(looks)
        assert await work.audit.looks(NOW) == looks[:1]
        assert await work.audit.looks(LONG_AGO, ticket_id=other.id) == looks[:2]
        assert await work.audit.looks(LONG_AGO, ticket_id=one.id) == looks[:1]
        assert await work.audit.looks(LONG_AGO, about="T-1") == looks[1:2]
        assert await work.audit.looks(LONG_AGO, by="高敏") == await work.audit.looks(LONG_AGO, by="17") == looks[:1]
        assert await work.audit.looks(LONG_AGO, limit=1) == looks[:1]


async def test_a_look_at_too_many_to_name_may_have_shown_any(database: Database) -> None:
    await settle(database)
    one = await open_ticket(database)
    export = Look(NOW, None, "root", "operator", "", "tickets export", "console", count=MOST_NAMED + 1)
    async with database.unit_of_work() as work:
        await work.audit.record(replace(export, tickets=(one.id,)))
        assert await work.audit.looks(LONG_AGO, ticket_id=one.id) == (export,)
        assert await work.audit.looks(LONG_AGO, ticket_id=one.id + 1) == (export,)


async def test_old_looks_are_erased(database: Database) -> None:
    await settle(database)
    one = await open_ticket(database)
    async with database.unit_of_work() as work:
        await work.audit.record(replace(FIND, tickets=(one.id,)))
        await work.audit.record(replace(SHOW, tickets=(one.id,)))
        assert await work.audit.prune(NOW - DAY) == 0
        assert await work.audit.prune(NOW) == 1
        assert await work.audit.looks(LONG_AGO) == (replace(FIND, tickets=(one.id,)),)
        assert await work.audit.prune(NOW + DAY) == 1
        assert await work.audit.looks(LONG_AGO) == ()
