"""When digests go out, to whom, and which stretch of time they tell of.

A digest tells of the day, week or month that ends at its own moment, by the clock on the district's wall. Weekly
digests so join without gap or overlap, and one that is asked for in between includes what happened a minute ago.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from routing.staff import Role
from routing.ticket import Satisfaction


class Period(StrEnum):
    """How much a digest looks back on."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class SendTime:
    """A regular time of sending, local to the district.

    A weekly one names its ``weekday`` (Monday is 0), a monthly one its ``day`` (1 to 28, which every month has).
    """

    period: Period
    time: time
    weekday: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One occasion on which a digest of this period is sent; ``at`` is aware UTC."""

    period: Period
    at: datetime


@dataclass(frozen=True, slots=True)
class DigestRules:
    """What a district decides about its digests."""

    times: tuple[SendTime, ...]
    recipients: Mapping[Role, frozenset[Period]]
    """Which roles supervise the area of their post, and which digests come to them unasked."""
    late: timedelta
    """How long after its time a digest that could not be sent is still worth sending."""
    ranking_length: int
    """How many of the areas below are listed."""
    satisfied: frozenset[Satisfaction]
    """Which answers count for the satisfaction rate."""


def period_start(period: Period, at: datetime, zone: tzinfo) -> datetime:
    """When the period that ends at ``at`` (aware) began: the same time on the wall a day, a week or a month before.

    A day that the month before does not have becomes its last one (31 March looks back to 28 or 29 February).
    """
    local = at.astimezone(zone).replace(tzinfo=None)
    if period is Period.DAY:
        start = local - timedelta(days=1)
    elif period is Period.WEEK:
        start = local - timedelta(days=7)
    else:
        before = local.replace(day=1) - timedelta(days=1)
        start = before.replace(day=min(local.day, monthrange(before.year, before.month)[1]))
    return start.replace(tzinfo=zone).astimezone(UTC)


def slots_due(rules: DigestRules, now: datetime, zone: tzinfo) -> tuple[Slot, ...]:
    """What should have gone out by ``now`` (aware) and is still worth sending, at most one slot of each period.

    A worker that was down over several times sends only the newest of each kind: the older one would repeat it.
    Whether a recipient has it already is for the store to say.
    """
    due: list[Slot] = []
    for period in Period:
        newest = _newest(rules, period, now, zone, before=now + timedelta.resolution)
        if newest is not None and now - newest <= rules.late:
            due.append(Slot(period, newest))
    return tuple(due)


def previous_slot(rules: DigestRules, period: Period, at: datetime, zone: tzinfo) -> datetime:
    """When the digest before the one of ``at`` went out; where none of this period is scheduled, its beginning."""
    return _newest(rules, period, at, zone, before=at) or period_start(period, at, zone)


def _newest(rules: DigestRules, period: Period, at: datetime, zone: tzinfo, *, before: datetime) -> datetime | None:
    """The newest regular time of ``period`` strictly before ``before``."""
    found = [
        slot
        for send_time in rules.times
        if send_time.period is period
        for slot in _occurrences(send_time, at, zone)
        if slot < before
    ]
    return max(found, default=None)


def _occurrences(send_time: SendTime, at: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The occurrence in the day, week or month of ``at``, and the one before it."""
    today = at.astimezone(zone).date()
    if send_time.period is Period.WEEK:
        this = today - timedelta(days=(today.weekday() - (send_time.weekday or 0)) % 7)
        days = (this, this - timedelta(days=7))
    elif send_time.period is Period.MONTH:
        this = today.replace(day=send_time.day or 1)
        days = (this, (this.replace(day=1) - timedelta(days=1)).replace(day=this.day))
    else:
        days = (today, today - timedelta(days=1))
    return tuple(datetime.combine(day, send_time.time, tzinfo=zone).astimezone(UTC) for day in days)
