"""The rota (值班): weekly hours of posts, absences with a stand-in, and who of several has the next turn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from routing.staff import DutyHours, Staff

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60

_WRITTEN = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? +(?P<opens>\d{1,2}:\d\d) ?- ?(?P<closes>\d{1,2}:\d\d)"
)


class Turn(StrEnum):
    """Who of several that could take a matter gets it."""

    LEAST_LOADED = "least_loaded"
    """Whoever has the fewest open tickets."""
    ROUND_ROBIN = "round_robin"
    """Whoever has waited longest for one."""


@dataclass(frozen=True, slots=True)
class RotaRules:
    """How a district hands out work."""

    turn: Turn = Turn.LEAST_LOADED
    tell_liaisons: bool = True
    """Whether household liaisons hear of matters in their buildings."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which somebody else holds a post, or nobody does. Times are aware UTC, the end exclusive."""

    id: int
    post_id: int
    begins_at: datetime
    ends_at: datetime
    stand_in_id: int | None = None
    """A post of the person who stands in (替班人)."""


def parse_hours(written: str) -> DutyHours | None:
    """The hours that ``written`` means, as "mon-fri 09:00-18:00" or "sat 20:00-06:00" (until the next morning).

    None where it means none.
    """
    found = _WRITTEN.fullmatch(written.strip().lower())
    if found is None or found["first"] not in WEEKDAYS or (found["last"] or "mon") not in WEEKDAYS:
        return None
    opens, closes = _minutes(found["opens"]), _minutes(found["closes"])
    if opens is None or closes is None or opens in (closes, MINUTES_A_DAY):
        return None
    first = WEEKDAYS.index(found["first"])
    return DutyHours(first, WEEKDAYS.index(found["last"]) if found["last"] else first, opens, closes)


def written_hours(hours: DutyHours) -> str:
    """The hours as :func:`parse_hours` reads them."""
    days = WEEKDAYS[hours.first_day]
    if hours.last_day != hours.first_day:
        days += "-" + WEEKDAYS[hours.last_day]
    return f"{days} {_clock(hours.opens)}-{_clock(hours.closes)}"


def in_hours(post: Staff, local: datetime) -> bool:
    """Whether the post has duty at ``local``, the district's own time; a post without hours always has."""
    if not post.hours:
        return True
    today, minute = local.weekday(), local.hour * 60 + local.minute
    return any(_covers(each, today, minute) for each in post.hours)


def present(posts: Iterable[Staff], local: datetime) -> tuple[Staff, ...]:
    """The posts, those outside their hours marked as off duty."""
    return tuple(post if in_hours(post, local) else replace(post, on_duty=False) for post in posts)


def held_by(posts: Iterable[Staff], absences: Iterable[Absence], at: datetime) -> tuple[Staff, ...]:
    """The posts as they are held at ``at`` (aware): by whoever stands in for one who is away, or by nobody.

    ``posts`` is the whole register, in which stand-ins are looked up. A stand-in brings name, account and duty; role,
    area and hours stay those of the post. A post without a stand-in is off duty meanwhile.
    """
    register = {post.id: post for post in posts}
    away = away_at(absences, at)
    return tuple(as_held(post, away.get(post.id), register) for post in register.values())


def away_at(absences: Iterable[Absence], at: datetime) -> dict[int, Absence]:
    """The absence of each post that is away at ``at``, by the post's id."""
    return {one.post_id: one for one in absences if one.begins_at <= at < one.ends_at}


def as_held(post: Staff, absence: Absence | None, register: Mapping[int, Staff]) -> Staff:
    """The post in the hands of whoever stands in during the absence; where nobody of the register does, off duty."""
    if absence is None:
        return post
    stand_in = register.get(absence.stand_in_id) if absence.stand_in_id is not None else None
    if stand_in is None:
        return replace(post, on_duty=False)
    return replace(
        post,
        name=stand_in.name,
        account=stand_in.account,
        reachable=stand_in.reachable,
        on_duty=stand_in.on_duty,
    )


def _covers(hours: DutyHours, today: int, minute: int) -> bool:
    if hours.opens < hours.closes:
        return _is_among(hours, today) and hours.opens <= minute < hours.closes
    begun = _is_among(hours, today) and minute >= hours.opens
    return begun or (_is_among(hours, (today - 1) % 7) and minute < hours.closes)


def _is_among(hours: DutyHours, day: int) -> bool:
    """Days may run over the end of the week: fri-mon are four days."""
    return (day - hours.first_day) % 7 <= (hours.last_day - hours.first_day) % 7


def _minutes(clock: str) -> int | None:
    hour, minute = (int(part) for part in clock.split(":"))
    total = hour * 60 + minute
    return total if minute < 60 and total <= MINUTES_A_DAY else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
