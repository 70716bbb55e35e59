"""Digests on a real database: figures agree with a recount of the events, and everybody gets each digest once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.district import rules_of
from bot.jobs.digests import DigestJob
from bot.services.digests import DigestService
from bot.services.ports import UnitOfWork
from config.bundle import load_configuration
from models.database import Database
from routing.areas import Area, AreaTree
from routing.calendar import WorkingCalendar
from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.digest import Digest
from routing.digest_schedule import DigestRules, Period, Slot, period_start
from routing.errors import NotAllowed, UnknownArea
from routing.outgoing import QueuedMessage
from routing.place import Place
from routing.rates import Rate
from routing.rota import Absence
from routing.script import Script
from routing.staff import Actor, Role, Staff
from routing.ticket import Satisfaction, Status, Ticket
from routing.ticket_events import EventKind, TicketEvent

ZONE = ZoneInfo("Asia/Shanghai")
CONFIGURATION = load_configuration()
RULES = rules_of(CONFIGURATION)

# The code of one community is the beginning of another's, as prefixes of paths must not be taken for areas.
AREAS = (
    Area("S", "东兴街道", "street"),
    Area("C1", "河滨社区", "community", "S"),
    Area("C10", "西林社区", "community", "S"),
    Area("C2", "和平社区", "community", "S"),
    Area("G1", "一网格", "grid", "C1"),
    Area("G2", "二网格", "grid", "C1"),
    Area("G3", "三网格", "grid", "C10"),
    Area("B1", "3栋", "building", "G1"),
)
TREE = AreaTree(AREAS)
POSTS = (
    Staff(0, "督查员", Role.SUPERVISOR, "S", account=101),
    Staff(0, "街道干部", Role.STREET, "S", account=102),
    Staff(0, "社区书记", Role.COMMUNITY, "C1", account=103),
    Staff(0, "网格长", Role.GRID_LEAD, "G1", account=104),
    Staff(0, "王芳", Role.GRID_WORKER, "G1", account=105),
    Staff(0, "下岗干部", Role.STREET, "S", account=106, on_duty=False),
    Staff(0, "没来过", Role.COMMUNITY, "C10"),
    Staff(0, "拉黑了", Role.COMMUNITY, "C10", account=107, reachable=False),
    # One person in two posts, and one who holds two posts for the same area.
    Staff(0, "两头跑", Role.GRID_LEAD, "G2", account=108),
    Staff(0, "两头跑", Role.GRID_LEAD, "G3", account=108),
    Staff(0, "一肩挑", Role.COMMUNITY, "C2", account=109),
    Staff(0, "一肩挑", Role.SUPERVISOR, "C2", account=109),
)
SENT_TO = {101: ["S"], 102: ["S"], 103: ["C1"], 104: ["G1"], 108: ["G2", "G3"], 109: ["C2"]}


def local(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)


MORNING = local("2026-11-24 08:30")


@dataclass
class Hands:
    """A clock that the test turns."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now


def service(clock: Hands | None = None, digests: DigestRules = CONFIGURATION.digests) -> DigestService:
    return DigestService(RULES, digests, platform="telegram", clock=clock or Hands())


@pytest.fixture
async def district(database: Database) -> Database:
    async with database.unit_of_work() as work:
        await work.areas.upsert(AREAS)
        await work.staff.upsert(POSTS)
        await work.commit()
    return database


async def post_id(work: UnitOfWork, name: str) -> int:
    return next(post.id for post in await work.staff.all() if post.name == name)


def ticket(area_code: str, created_at: datetime, **fields: Any) -> Ticket:
    limits = RULES.due_times("property.facility", Urgency.NORMAL, created_at)
    plain = Ticket(
        id=0,
        number="",
        status=Status.DISPATCHED,
        service_code="property.facility",
        appeal_type=AppealType.HELP,
        urgency=Urgency.NORMAL,
        text="楼道灯不亮",
        place=Place(building="3", unit="2", room="502"),
        area_code=area_code,
        area_path="".join(f"{area.code}/" for area in reversed(TREE.path(area_code))),
        owner=OwnerKind.GRID,
        owner_area_code=area_code,
        platform="telegram",
        script=Script.HANS,
        created_at=created_at,
        dispatched_at=created_at,
        accept_due_at=limits.accept_due_at,
        resolve_due_at=limits.resolve_due_at,
        reporter_name="李阿姨",
    )
    return replace(plain, **fields)


@dataclass
class History:
    """What happened to one ticket, and the row that this left behind."""

    ticket: Ticket
    events: list[tuple[EventKind, datetime]] = field(default_factory=list)

    def happened(self, kind: EventKind, at: datetime, **changes: Any) -> None:
        self.events.append((kind, at))
        self.ticket = replace(self.ticket, **changes)

    def last(self, kind: EventKind) -> datetime | None:
        return max((at for happened, at in self.events if happened is kind), default=None)

    def stands(self, kind: EventKind, start: datetime, end: datetime) -> bool:
        """Whether its last one lies in the period and nobody reopened the ticket after it."""
        last, reopened = self.last(kind), self.last(EventKind.REOPENED)
        return last is not None and start <= last < end and (reopened is None or reopened < last)

    def within(self, kind: EventKind, start: datetime, end: datetime) -> int:
        return sum(happened is kind and start <= at < end for happened, at in self.events)


def random_history(random: Random, worker: int, now: datetime) -> History:
    """A life that the transitions allow, cut off at ``now``."""
    at = now - timedelta(minutes=random.randrange(0, 12 * 24 * 60))
    history = History(ticket(random.choice(["C1", "C10", "C2", "G1", "G2", "G3", "B1"]), at, assignee_id=worker))
    history.happened(EventKind.OPENED, at)

    def later(most_hours: int) -> bool:
        nonlocal at
        at += timedelta(minutes=random.randrange(1, most_hours * 60))
        return at < now

    while history.ticket.status is Status.DISPATCHED and random.random() < 0.3 and later(12):
        history.happened(EventKind.ESCALATED, at, escalation_level=history.ticket.escalation_level + 1)
    if random.random() < 0.1 and later(4):
        history.happened(EventKind.WITHDRAWN, at, status=Status.WITHDRAWN)
        return history
    if random.random() < 0.2 or not later(30):
        return history
    history.happened(EventKind.CLAIMED, at, status=Status.IN_PROGRESS, claimed_at=at, first_claimed_at=at)
    while random.random() < 0.8 and later(90):
        history.happened(EventKind.RESOLVED, at, status=Status.RESOLVED, resolved_at=at)
        answer = random.choice(["reopen", "confirm", "silence", "nothing"])
        if answer == "nothing" or not later(40):
            return history
        if answer == "reopen":
            # Whether the row still says when it was last reported as done must not matter.
            kept = random.choice([None, history.ticket.resolved_at])
            history.happened(EventKind.REOPENED, at, status=Status.IN_PROGRESS, resolved_at=kept, solved=False)
            continue
        solved = True if answer == "confirm" else None
        history.happened(EventKind.ARCHIVED, at, status=Status.ARCHIVED, archived_at=at, solved=solved)
        if solved is not None and random.random() < 0.7:
            history.happened(EventKind.RATED, at, satisfaction=random.choice(list(Satisfaction)))
        if random.random() < 0.3 and later(20):
            history.happened(
                EventKind.REOPENED,
                at,
                status=Status.IN_PROGRESS,
                resolved_at=None,
                archived_at=None,
                solved=None,
                satisfaction=None,
            )
            continue
        return history
    return history


async def keep(database: Database, histories: Iterable[History]) -> None:
    async with database.unit_of_work() as work:
        for history in histories:
            added = await work.tickets.add(history.ticket, number_scope=history.ticket.area_code, day="261124")
            await work.tickets.record(*(TicketEvent(added.id, kind, at) for kind, at in history.events))
        await work.commit()


def recount(histories: Sequence[History], start: datetime, end: datetime) -> dict[str, object]:
    """The same figures, counted one ticket at a time from what happened to it."""
    resolved = [one for one in histories if one.stands(EventKind.RESOLVED, start, end)]
    archived = [one for one in histories if one.stands(EventKind.ARCHIVED, start, end)]
    reopened = [one for one in histories if one.within(EventKind.REOPENED, start, end)]
    solved = sum(one.ticket.solved is True for one in archived)
    rated = [one for one in archived if one.ticket.satisfaction is not None]
    accepted, in_time = 0, 0
    for one in histories:
        claimed, due = one.last(EventKind.CLAIMED), one.ticket.accept_due_at
        if not start <= one.ticket.dispatched_at < end:
            continue
        if claimed is not None and claimed < end:
            accepted += 1
            in_time += claimed <= due
        elif due < end and one.ticket.status is not Status.WITHDRAWN:
            accepted += 1
    return {
        "new": sum(one.within(EventKind.OPENED, start, end) for one in histories),
        "resolved": len(resolved),
        "archived": len(archived),
        "response": Rate(in_time, accepted),
        "on_time": Rate(
            sum((one.last(EventKind.RESOLVED) or end) <= one.ticket.resolve_due_at for one in resolved), len(resolved)
        ),
        "solved": Rate(solved, solved + len(reopened)),
        "satisfied": Rate(sum(one.ticket.satisfaction is not Satisfaction.DISSATISFIED for one in rated), len(rated)),
        "rework": Rate(len(reopened), len(reopened) + len(resolved)),
    }


def told(digest: Digest) -> dict[str, object]:
    rates = digest.rates
    return {
        "new": digest.new,
        "resolved": digest.resolved,
        "archived": digest.archived,
        "response": rates.response,
        "on_time": rates.on_time,
        "solved": rates.solved,
        "satisfied": rates.satisfied,
        "rework": rates.rework,
    }


@pytest.mark.parametrize("seed", range(4))
async def test_figures_agree_with_a_recount_of_what_happened(district: Database, seed: int) -> None:
    random = Random(seed)
    async with district.unit_of_work() as work:
        worker = await post_id(work, "王芳")
    histories = [random_history(random, worker, MORNING) for _ in range(150)]
    await keep(district, histories)
    for area_code in ("S", "C1", "C10", "C2", "G1"):
        inside = [one for one in histories if TREE.within(one.ticket.area_code, area_code)]
        for period in Period:
            async with district.unit_of_work() as work:
                digest = await service().compose(work, area_code, period, MORNING)
            start = period_start(period, MORNING, ZONE)
            assert told(digest) == recount(inside, start, MORNING), (area_code, period)
            still_open = [one.ticket for one in inside if one.ticket.is_open]
            assert digest.open.total == len(still_open)
            assert (
                digest.open.red
                == len(digest.red)
                == sum(RULES.colour(one, MORNING).value == "red" for one in still_open)
            )
            assert digest.escalations.times == sum(
                one.within(EventKind.ESCALATED, digest.escalations.since, MORNING) for one in inside
            )


async def test_areas_below_are_counted_each_for_itself(district: Database) -> None:
    random = Random(99)
    async with district.unit_of_work() as work:
        worker = await post_id(work, "王芳")
    histories = [random_history(random, worker, MORNING) for _ in range(120)]
    await keep(district, histories)
    async with district.unit_of_work() as work:
        digest = await service().compose(work, "S", Period.WEEK, MORNING)
    assert {area.area_code for area in digest.ranking} == {"C1", "C10", "C2"}
    for area in digest.ranking:
        inside = [one for one in histories if TREE.within(one.ticket.area_code, area.area_code)]
        expected = recount(inside, digest.start, digest.end)
        assert (area.new, area.resolved) == (expected["new"], expected["resolved"])
        assert (area.rates.on_time, area.rates.rework) == (expected["on_time"], expected["rework"])
        assert area.open == sum(one.ticket.is_open for one in inside)


async def test_buildings_are_not_ranked(district: Database) -> None:
    await keep(district, [History(ticket("B1", MORNING - timedelta(hours=1)))])
    async with district.unit_of_work() as work:
        assert (await service().compose(work, "G1", Period.DAY, MORNING)).ranking == ()
        assert (await service().compose(work, "G1", Period.DAY, MORNING)).new == 1


async def test_an_overdue_ticket_is_told_with_place_and_holder_but_no_room_and_no_words(district: Database) -> None:
    async with district.unit_of_work() as work:
        worker = await post_id(work, "王芳")
    opened = MORNING - timedelta(days=20)
    place = Place(building="3", unit="2", room="502", spot="联系13800001111")
    claimed = ticket("G1", opened, assignee_id=worker, status=Status.IN_PROGRESS, place=place)
    await keep(district, [History(claimed), History(ticket("G3", opened))])
    async with district.unit_of_work() as work:
        digests = service()
        contents = digests.content(await digests.compose(work, "S", Period.DAY, MORNING), Script.HANS)
    text = "\n".join(line for content in contents for line in content.lines)
    assert "G1-261124-001 公共设施维修｜一网格 3栋2单元" in text
    assert "王芳｜超过办结期限" in text
    assert "无人认领｜" in text
    assert not any(secret in text for secret in ("502", "13800001111", "李阿姨", "楼道灯不亮"))


async def test_times_of_a_digest_are_utc_whatever_zone_was_asked_in(district: Database) -> None:
    async with district.unit_of_work() as work:
        digest = await service().compose(work, "S", Period.DAY, MORNING.astimezone(ZONE))
    assert (digest.end, digest.end.tzinfo, digest.start.tzinfo) == (MORNING, UTC, UTC)


async def test_an_unknown_area_is_refused(district: Database) -> None:
    async with district.unit_of_work() as work:
        with pytest.raises(UnknownArea):
            await service().compose(work, "nowhere", Period.DAY, MORNING)


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


async def actor(work: UnitOfWork, account: int) -> Actor:
    return Actor(account, "", await work.staff.of_account(account))


async def test_on_demand_tells_of_the_own_areas_up_to_now(district: Database) -> None:
    clock = Hands(MORNING + timedelta(hours=4))
    await keep(district, [History(ticket("G1", MORNING + timedelta(hours=3, minutes=59)))])
    async with district.unit_of_work() as work:
        digests = service(clock)
        (one,) = await digests.on_demand(work, await actor(work, 103), Period.DAY)
        assert one.title == "河滨社区 日报"
        assert "新增 1 件，办结 0 件，归档 0 件" in one.lines
        assert "上次简报（11-24 08:30）以来没有升级" in one.lines
        two = await digests.on_demand(work, await actor(work, 108), Period.MONTH)
        assert [content.title for content in two] == ["二网格 月报", "三网格 月报"]
        # Two posts for one area are one area.
        assert len(await digests.on_demand(work, await actor(work, 109), Period.WEEK)) == 1
        # Who is off duty, or gets none unasked, may still ask.
        assert len(await digests.on_demand(work, await actor(work, 106), Period.DAY)) == 1


@pytest.mark.parametrize("account", [105, 999])
async def test_who_supervises_nothing_is_refused(district: Database, account: int) -> None:
    async with district.unit_of_work() as work:
        with pytest.raises(NotAllowed):
            await service().on_demand(work, await actor(work, account), Period.DAY)


async def test_a_flat_district_of_many_grids_is_counted(district: Database) -> None:
    async with district.unit_of_work() as work:
        await work.areas.upsert([Area(f"F{number}", f"{number}网格", "grid", "C2") for number in range(1400)])
        await work.commit()
    await keep(district, [History(ticket("C2", MORNING - timedelta(hours=1)))])
    async with district.unit_of_work() as work:
        digest = await service().compose(work, "C2", Period.DAY, MORNING)
    assert digest.new == 1
