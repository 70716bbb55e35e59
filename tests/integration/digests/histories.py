"""A small district, and what may have happened to its tickets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.district import rules_of
from bot.services.digests import DigestService
from bot.services.ports import UnitOfWork
from config.bundle import load_configuration
from models.database import Database
from routing.areas import Area, AreaTree
from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.digest_schedule import DigestRules
from routing.place import Place
from routing.script import Script
from routing.staff import Role, Staff
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
