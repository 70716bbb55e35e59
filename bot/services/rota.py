"""The rota: who is there now, whose turn it is, and the absences that staff report themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.errors import NotAllowed, QunbanError
from routing.outgoing import Content, Outgoing
from routing.permissions import RANK
from routing.rota import Absence, Turn, held_by, present
from routing.staff import Actor, Staff

TURNS_LOOK_BACK = timedelta(days=30)
"""Tickets older than that say nothing of whose turn it is."""
LONGEST_LEAVE = timedelta(days=190)
"""A maternity leave (158 days in most provinces) with room to spare; longer ones are for the register."""

_DAY = re.compile(r"(?:(?P<year>\d{4})[-./年])?(?P<month>\d{1,2})[-./月](?P<day>\d{1,2})日?")
_BY_NAME = {"今天": 0, "明天": 1, "后天": 2}


class LeaveUnclear(QunbanError):
    """The days of a leave are no days, run backwards, lie in the past or are too many."""

    code = "leave_unclear"


class UnknownStandIn(QunbanError):
    """Nobody who could stand in has this name, or several have."""

    code = "unknown_stand_in"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def there_now(rules: Rules, posts: Iterable[Staff], now: datetime) -> tuple[Staff, ...]:
    """The posts, those outside their hours of duty marked as off duty."""
    return present(posts, now.astimezone(rules.clocks.calendar.timezone))


def there_at(rules: Rules, register: Sequence[Staff], absences: Sequence[Absence], at: datetime) -> tuple[Staff, ...]:
    """The posts of the whole register as they will be held at ``at``, by the leave and the hours that are known."""
    return there_now(rules, held_by(register, absences, at), at)


async def turns(work: UnitOfWork, rules: Rules, posts: Sequence[Staff], now: datetime) -> Mapping[int, int]:
    """What the choice among posts goes by, smallest first: their open tickets, or the last that each was given."""
    ids = [post.id for post in posts]
    if rules.duties.organisation.rota.turn is Turn.ROUND_ROBIN:
        return await work.staff.last_given(ids, now - TURNS_LOOK_BACK)
    return await work.staff.loads(ids)


class RotaService:
    """Absences with a stand-in."""

    def __init__(self, rules: Rules, clock: Clock, *, platform: str) -> None:
        self._rules = rules
        self._platform = platform
        self._clock = clock
        self._zone = rules.clocks.calendar.timezone

    async def leave(self, work: UnitOfWork, actor: Actor, first: str, last: str, stand_in: str) -> Content:
        """Reports the person absent from the first to the last day, both included; "" means that nobody stands in.

        What the posts get meanwhile goes to the stand-in. Raises ``NotAllowed`` for who has no post, ``LeaveUnclear``
        and ``UnknownStandIn``.
        """
        if not actor.posts:
            raise NotAllowed("leave")
        days = self.day(first), self.day(last)
        own = [post for post in await work.staff.all() if post.account == actor.account]
        if not own:
            # Whoever only stands in for somebody has no post of their own to be absent from.
            raise NotAllowed("leave")
        found = await self.stand_in(work, own, stand_in) if stand_in else None
        await self.plan(work, own, *days, found)
        shown = {"first": days[0].strftime("%m-%d"), "last": days[1].strftime("%m-%d")}
        if found is None or found.account is None:
            return self._said("rota.leave_alone", **shown)
        told = self._said("rota.stood_in", **shown, name=own[0].name)
        await work.outbox.add(Outgoing(self._platform, found.account, told))
        return self._said("rota.leave", **shown, name=found.name)

    async def back(self, work: UnitOfWork, actor: Actor) -> Content:
        """Takes back every absence of the person from now on."""
        if not actor.posts:
            raise NotAllowed("leave")
        now, dropped = self._clock(), 0
        for post in await work.staff.all():
            if post.account == actor.account:
                dropped += await work.staff.drop_absences(post.id, now, datetime.max.replace(tzinfo=UTC))
        return self._said("rota.back" if dropped else "rota.never_away")

    async def plan(
        self, work: UnitOfWork, posts: Iterable[Staff], first: date, last: date, stand_in: Staff | None
    ) -> None:
        """Keeps an absence of each post, from the beginning of the first to the end of the last day."""
        begins, ends = self._midnight(first), self._midnight(last + timedelta(days=1))
        if not begins < ends or ends <= self._clock() or ends - begins > LONGEST_LEAVE:
            raise LeaveUnclear
        for post in posts:
            await work.staff.add_absence(Absence(0, post.id, begins, ends, stand_in.id if stand_in else None))

    def day(self, written: str) -> date:
        """A day as people write it: 11-24, 2026-11-24, 11月24日, 明天; without a year the next such day."""
        today = self._clock().astimezone(self._zone).date()
        if written in _BY_NAME:
            return today + timedelta(days=_BY_NAME[written])
        found = _DAY.fullmatch(written)
        if found is None:
            raise LeaveUnclear
        try:
            day = date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
            # In December people write 1-3 and mean the next year.
            is_past = not found["year"] and day < today - timedelta(days=180)
            return day.replace(year=day.year + 1) if is_past else day
        except ValueError:
            raise LeaveUnclear from None

    @staticmethod
    async def stand_in(work: UnitOfWork, own: Sequence[Staff], name: str) -> Staff:
        """The person of this name in the same district; of several the one whose posts lie where the own ones do."""
        mine = {post.account for post in own}
        tree = await work.areas.tree()
        around = {area.code for post in own if post.area_code in tree for area in tree.path(post.area_code)}
        named = [
            post
            for post in await work.staff.all()
            if post.name == name
            and post.account is not None
            and post.account not in mine
            and post.area_code in tree
            and tree.path(post.area_code)[-1].code in around
        ]
        near = [post for post in named if post.area_code in around] or named
        if len({post.account for post in near}) != 1:
            raise UnknownStandIn(name)
        return max(near, key=lambda post: (RANK[post.role], -post.id))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self._zone).astimezone(UTC)

    def _said(self, key: str, **fields: object) -> Content:
        return Content(lines=(self._rules.wording.say(key, **fields),))
