"""Working time of a district: opening hours, weekends, public holidays and make-up workdays (调休).

Pure arithmetic over days that are given as data; where they come from is the configuration's matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
_MOST_DAYS = 4000
"""Days whose working time is kept in mind: ten years and more, at some hundred bytes each."""


@dataclass(frozen=True, slots=True)
class OpenHours:
    """A stretch of a working day on the local clock; closing at 00:00 means the end of the day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When the offices of a district work. Moments go in aware, in any zone, and come out in UTC."""

    timezone: ZoneInfo
    weekdays: frozenset[int]
    """Monday is 0."""
    hours: tuple[OpenHours, ...]
    """In order and without overlap."""
    days_off: frozenset[date] = frozenset()
    """Public holidays, and days taken off in exchange for a make-up workday."""
    days_on: frozenset[date] = frozenset()
    """Days worked although they are weekends; they win over ``days_off``."""
    day_names: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    """What a holiday is called, for explanations."""
    unpublished_years: frozenset[int] = frozenset()
    """Years of which the make-up workdays are not announced yet, so that their days off are an estimate."""
    _known: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The working time of days that were asked for, as limits ask for the same few days again and again."""

    def __post_init__(self) -> None:
        if not self.weekdays or not self.hours:
            raise ValueError("a working calendar needs weekdays and hours")
        last = time.min
        for stretch in self.hours:
            ends_day = stretch.closes == time.min and stretch is self.hours[-1]
            if stretch.opens < last or not (stretch.opens < stretch.closes or ends_day):
                raise ValueError("opening hours must be in order and must not overlap")
            last = stretch.closes

    def local_date(self, moment: datetime) -> date:
        """The day on the local clock."""
        return _aware(moment).astimezone(self.timezone).date()

    def is_workday(self, day: date) -> bool:
        """Whether the offices work on this day at all."""
        return day in self.days_on or (day.weekday() in self.weekdays and day not in self.days_off)

    def is_open(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in working time; the opening belongs to it, the closing does not."""
        now = _aware(moment).astimezone(UTC)
        return any(opens <= now < closes for opens, closes in self._stretches_of(self.local_date(moment)))

    def next_opening(self, moment: datetime) -> datetime:
        """``moment`` itself where it lies in working time, else the next opening."""
        now = _aware(moment).astimezone(UTC)
        for opens, closes in self._stretches_from(moment):
            if now < closes:
                return max(now, opens)
        raise AssertionError("working days never end")

    def add_working(self, start: datetime, duration: timedelta) -> datetime:
        """The first moment at which ``duration`` of working time has passed since ``start``.

        A start outside working time begins to count at the next opening. What runs out at closing time is due at
        closing time, not at the next opening.

        Raises:
            ValueError: the duration is negative or a time is naive.
        """
        if duration < _NOTHING:
            raise ValueError("a duration of working time is never negative")
        begin = _aware(start).astimezone(UTC)
        if duration == _NOTHING:
            return begin
        left = duration
        for opens, closes in self._stretches_from(start):
            usable = closes - max(begin, opens)
            if usable <= _NOTHING:
                continue
            if left <= usable:
                return max(begin, opens) + left
            left -= usable
        raise AssertionError("working days never end")

    def subtract_working(self, end: datetime, duration: timedelta) -> datetime:
        """The first moment from which no more than ``duration`` of working time is left until ``end``.

        The counterpart of :meth:`add_working`: both name the same moment when a limit is partly used up.

        Raises:
            ValueError: the duration is negative or a time is naive.
        """
        if duration < _NOTHING:
            raise ValueError("a duration of working time is never negative")
        finish = _aware(end).astimezone(UTC)
        left = duration
        for opens, closes in self._stretches_until(end):
            usable = min(finish, closes) - opens
            if usable <= _NOTHING:
                continue
            if left == _NOTHING:
                # Nothing is left since the latest closing, or at once where ``end`` lies in working time.
                return min(finish, closes)
            if left < usable:
                return min(finish, closes) - left
            left -= usable
        raise AssertionError("working days never end")

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two moments; nothing where ``end`` is not after ``start``."""
        begin, finish = _aware(start).astimezone(UTC), _aware(end).astimezone(UTC)
        total = _NOTHING
        if finish <= begin:
            return total
        for opens, closes in self._stretches_from(start):
            if opens >= finish:
                return total
            total += max(_NOTHING, min(closes, finish) - max(opens, begin))
        raise AssertionError("working days never end")

    def days_between(self, start: datetime, end: datetime) -> Iterator[date]:
        """The local days from that of ``start`` to that of ``end``, both included."""
        day, last = self.local_date(start), self.local_date(end)
        while day <= last:
            yield day
            day += _DAY

    def _stretches_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = self.local_date(start)
        while True:
            yield from self._stretches_of(day)
            day += _DAY

    def _stretches_until(self, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = self.local_date(end)
        while True:
            yield from reversed(self._stretches_of(day))
            day -= _DAY

    def _stretches_of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The working time of one local day in UTC; converted edge by edge, so that a clock change cannot shift it."""
        known = self._known.get(day)
        if known is None:
            if len(self._known) >= _MOST_DAYS:
                self._known.clear()
            hours = self.hours if self.is_workday(day) else ()
            known = tuple((self._moment(day, h.opens), self._closing(day, h.closes)) for h in hours)
            self._known[day] = known
        return known

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.timezone).astimezone(UTC)

    def _closing(self, day: date, at: time) -> datetime:
        return self._moment(day + _DAY if at == time.min else day, at)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment
