"""To whom digests go, on a real database: everybody gets each of their own once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from bot.jobs.digests import DigestJob
from bot.services.digests import DigestService
from models.database import Database
from routing.calendar import WorkingCalendar
from routing.digest_schedule import Period, Slot
from routing.outgoing import QueuedMessage
from routing.rota import Absence
from routing.staff import Role
from tests.integration.digests.histories import (
    CONFIGURATION,
    MORNING,
    RULES,
    SENT_TO,
    TREE,
    Hands,
    History,
    keep,
    local,
    post_id,
    service,
    ticket,
)


async def queued(database: Database) -> list[QueuedMessage]:
    """Everything that waits to be sent, taken out chat by chat."""
    taken: list[QueuedMessage] = []
    at = MORNING + timedelta(days=1)
    while True:
        async with database.unit_of_work() as work:
            rows = await work.outbox.take(at, limit=100, lease_seconds=60)
            for row in rows:
                await work.outbox.delivered(row, message_id=1, at=at)
            await work.commit()
        if not rows:
            return taken
        taken += rows


def titles(rows: Iterable[QueuedMessage]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.message.chat_id, []).append(row.message.content.title)
    return found


def expected(period: str) -> dict[int, list[str]]:
    return {account: [f"{TREE.get(code).name} {period}" for code in codes] for account, codes in SENT_TO.items()}


async def test_everybody_who_supervises_gets_the_own_areas(district: Database) -> None:
    job = DigestJob(district.unit_of_work, service())
    assert await job.run() == len(SENT_TO)
    assert titles(await queued(district)) == expected("日报")


async def test_a_second_tick_and_a_second_process_send_nothing_more(district: Database) -> None:
    first, second = (DigestJob(district.unit_of_work, service()) for _ in range(2))
    assert await first.run() == len(SENT_TO)
    assert await first.run() == 0
    assert await second.run() == 0
    assert titles(await queued(district)) == expected("日报")


async def test_processes_that_tick_at_once_send_once(district: Database) -> None:
    jobs = [DigestJob(district.unit_of_work, service(), batch=2) for _ in range(4)]
    sent = await asyncio.gather(*(job.run() for job in jobs))
    assert sum(sent) == len(SENT_TO)
    assert titles(await queued(district)) == expected("日报")


async def test_each_time_of_the_day_and_the_week_is_sent(district: Database) -> None:
    clock = Hands(local("2026-11-23 08:29"))
    job = DigestJob(district.unit_of_work, service(clock))
    assert await job.run() == 0
    clock.now = local("2026-11-23 08:30")  # a Monday
    assert await job.run() == 2 * len(SENT_TO)
    clock.now = local("2026-11-23 17:31")
    assert await job.run() == len(SENT_TO)
    sent = titles(await queued(district))
    assert sent[103] == ["河滨社区 日报", "河滨社区 周报", "河滨社区 日报"]


async def test_a_new_district_gets_no_digest_of_the_time_before_it(district: Database) -> None:
    minutes_later = MORNING + timedelta(minutes=10)
    clock = Hands(minutes_later)
    job = DigestJob(district.unit_of_work, service(clock), started_at=minutes_later)
    assert await job.run() == 0
    clock.now = local("2026-11-24 17:30")
    assert await job.run() == len(SENT_TO)
    restarted = DigestJob(
        district.unit_of_work,
        service(Hands(MORNING + timedelta(days=1, minutes=5))),
        started_at=MORNING + timedelta(days=1, minutes=4),
    )
    assert await restarted.run() == len(SENT_TO)


async def test_a_worker_that_was_down_sends_late_but_not_too_late(district: Database) -> None:
    late = DigestJob(district.unit_of_work, service(Hands(MORNING + timedelta(hours=2))))
    too_late = DigestJob(district.unit_of_work, service(Hands(MORNING + timedelta(hours=2, minutes=1))))
    assert await too_late.run() == 0
    assert await late.run() == len(SENT_TO)
    (content,) = [row.message.content for row in await queued(district) if row.message.chat_id == 103]
    # It is still the digest of its slot.
    assert content.lines[0] == "11-23 08:30 至 11-24 08:30"


async def test_after_a_crash_half_way_the_rest_is_sent_and_nobody_gets_it_twice(district: Database) -> None:
    digests = service()
    slot = Slot(Period.DAY, MORNING)
    async with district.unit_of_work() as work:
        recipients = await digests.recipients(work, slot)
    assert [one.account for one in recipients] == sorted(SENT_TO)
    async with district.unit_of_work() as work:
        assert await digests.send(work, slot, recipients[:2]) == 2
        await work.commit()
    async with district.unit_of_work() as work:
        # The process dies before the commit: nothing of this batch was sent.
        assert await digests.send(work, slot, recipients[2:4]) == 2
    assert await DigestJob(district.unit_of_work, service()).run() == len(SENT_TO) - 2
    assert titles(await queued(district)) == expected("日报")


async def test_an_area_whose_digest_cannot_be_made_keeps_it_from_nobody_else(district: Database) -> None:
    await keep(district, [History(ticket("G2", MORNING - timedelta(hours=1)))])

    class Broken(WorkingCalendar):
        """One that fails for whatever has a clock."""

        def subtract_working(self, end: datetime, duration: timedelta) -> datetime:
            raise ValueError("a fault")

    calendar = Broken(
        **{one.name: getattr(CONFIGURATION.calendar, one.name) for one in fields(WorkingCalendar) if one.init}
    )
    rules = replace(RULES, clocks=replace(RULES.clocks, calendar=calendar))
    job = DigestJob(
        district.unit_of_work, DigestService(rules, CONFIGURATION.digests, platform="telegram", clock=Hands())
    )
    for _ in range(2):
        with pytest.raises(ExceptionGroup) as raised:
            await job.run()
        # Those of the street, the community and the grid around it, one failure for each person.
        assert len(raised.value.exceptions) == 4
    assert titles(await queued(district)) == {104: ["一网格 日报"], 109: ["和平社区 日报"]}


async def test_a_stand_in_gets_the_digests_of_whom_they_stand_in_for(district: Database) -> None:
    day = timedelta(days=1)
    async with district.unit_of_work() as work:
        away, alone = await post_id(work, "社区书记"), await post_id(work, "街道干部")
        stand_in = await post_id(work, "网格长")
        await work.staff.add_absence(Absence(0, away, MORNING - day, MORNING + day, stand_in))
        # Nobody stands in here.
        await work.staff.add_absence(Absence(0, alone, MORNING - day, MORNING + day))
        await work.commit()
    assert await DigestJob(district.unit_of_work, service()).run() == len(SENT_TO) - 2
    found = titles(await queued(district))
    assert sorted(found[104]) == ["一网格 日报", "河滨社区 日报"]
    assert not {102, 103} & found.keys()


async def test_a_role_that_wants_only_the_week_gets_only_the_week(district: Database) -> None:
    weekly = replace(
        CONFIGURATION.digests,
        recipients={Role.COMMUNITY: frozenset({Period.WEEK}), Role.GRID_LEAD: frozenset()},
    )
    monday = Hands(local("2026-11-23 08:30"))
    assert await DigestJob(district.unit_of_work, service(monday, weekly)).run() == 2
    assert titles(await queued(district)) == {103: ["河滨社区 周报"], 109: ["和平社区 周报"]}
