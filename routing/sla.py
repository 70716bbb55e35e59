"""Limits and their clocks: until when a ticket must be claimed and done, and when it changes its colour.

Limits count from dispatch, never from the claim: otherwise leaving a ticket unclaimed would be the safest thing to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from routing.calendar import WorkingCalendar
from routing.catalogue import Service, Urgency

EMERGENCY_CLASS = "emergency"
URGENT_CLASS = "urgent"


class Clock(StrEnum):
    """What a limit counts in."""

    ROUND_THE_CLOCK = "24x7"
    WORKING = "working"
    """Working time of the district's calendar."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a handler has, and on which clock it runs."""

    duration: timedelta
    clock: Clock

    def due_from(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """When the limit runs out for work dispatched at ``start`` (UTC)."""
        return later(start, self.duration, self.clock, calendar)


@dataclass(frozen=True, slots=True)
class SlaClass:
    """A pair of limits that services share."""

    key: str
    accept: Limit
    resolve: Limit

    @property
    def slowness(self) -> tuple[bool, timedelta, timedelta]:
        """Bigger is slower: working time is slower than the whole clock, then the time to resolve, then to accept.

        A limit in working time may sleep through a week of holidays, so it counts as the slower one whatever its hours.
        """
        return self.resolve.clock is Clock.WORKING, self.resolve.duration, self.accept.duration


class Colour(StrEnum):
    """The three-colour warning (三色预警): how much of a limit is used up."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @property
    def rank(self) -> int:
        """Bigger is worse, for choosing the worst of several."""
        return {Colour.GREEN: 0, Colour.YELLOW: 1, Colour.RED: 2}[self]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which share of a limit a ticket is yellow, and from which it is red."""

    yellow_from: float = 0.75
    red_from: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.yellow_from < self.red_from:
            raise ValueError("yellow comes before red")


@dataclass(frozen=True, slots=True)
class StandingThresholds:
    """From which overdue share of its open tickets somebody is yellow and red, and below which satisfaction."""

    overdue_yellow: float = 0.1
    overdue_red: float = 0.3
    satisfied_yellow: float = 0.85
    satisfied_red: float = 0.6
    least_ratings: int = 5
    """Fewer ratings than that do not colour anybody."""

    def __post_init__(self) -> None:
        if not 0 < self.overdue_yellow < self.overdue_red <= 1:
            raise ValueError("overdue: yellow comes before red, both above 0 and at most 1")
        if not 0 <= self.satisfied_red < self.satisfied_yellow <= 1:
            raise ValueError("satisfied: red lies below yellow, both from 0 to 1")
        if self.least_ratings < 1:
            raise ValueError("least_ratings is at least 1")


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of an explanation: a stable code and its data; the edge turns it into a sentence."""

    code: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueTimes:
    """Both due times of a ticket (UTC), and the class and clock they come from."""

    accept_due_at: datetime
    resolve_due_at: datetime
    clock: Clock
    sla_key: str


@dataclass(frozen=True, slots=True)
class SlaTable:
    """All classes by key; "emergency" and "urgent" are always among them."""

    classes: Mapping[str, SlaClass]
    thresholds: Thresholds = field(default_factory=Thresholds)
    standing: StandingThresholds = field(default_factory=StandingThresholds)

    def __post_init__(self) -> None:
        if missing := {EMERGENCY_CLASS, URGENT_CLASS} - self.classes.keys():
            raise ValueError(f"the table lacks the classes {sorted(missing)}")

    def class_for(self, service: Service, urgency: Urgency) -> SlaClass:
        """The class whose limits hold.

        An emergency always has the emergency class. An urgent matter has the urgent class where the service's own
        is slower (see :attr:`SlaClass.slowness`). Everything else has the service's own.
        """
        own = self.classes[service.sla]
        if urgency is Urgency.EMERGENCY:
            return self.classes[EMERGENCY_CLASS]
        if urgency is Urgency.URGENT and own.slowness > self.classes[URGENT_CLASS].slowness:
            return self.classes[URGENT_CLASS]
        return own

    def due_times(
        self, service: Service, urgency: Urgency, dispatched_at: datetime, calendar: WorkingCalendar
    ) -> DueTimes:
        """Both due times for work dispatched at ``dispatched_at`` (aware, any zone).

        Raises:
            KeyError: the service names a class that the table lacks; loading the configuration rules it out.
            ValueError: the time is naive.
        """
        chosen = self.class_for(service, urgency)
        accept = chosen.accept.due_from(dispatched_at, calendar)
        resolve = chosen.resolve.due_from(dispatched_at, calendar)
        return DueTimes(accept, resolve, chosen.resolve.clock, chosen.key)

    def why(
        self, service: Service, urgency: Urgency, dispatched_at: datetime, calendar: WorkingCalendar
    ) -> tuple[Reason, ...]:
        """How those due times come about; raises as ``due_times`` does."""
        chosen, times = self.class_for(service, urgency), self.due_times(service, urgency, dispatched_at, calendar)
        why: tuple[Reason, ...] = (
            Reason(_why_class(chosen, service, urgency), {"sla": chosen.key, "own_sla": service.sla}),
            Reason(
                "limits",
                {
                    "clock": chosen.resolve.clock.value,
                    "accept_minutes": round(chosen.accept.duration.total_seconds() / 60),
                    "resolve_minutes": round(chosen.resolve.duration.total_seconds() / 60),
                },
            ),
        )
        if Clock.WORKING in (chosen.accept.clock, chosen.resolve.clock):
            why += _why_working(dispatched_at, max(times.accept_due_at, times.resolve_due_at), calendar)
        return why


def _why_class(chosen: SlaClass, service: Service, urgency: Urgency) -> str:
    if urgency is Urgency.EMERGENCY:
        return "sla_of_emergency"
    if urgency is Urgency.URGENT:
        return "sla_of_urgent" if chosen.key != service.sla else "sla_own_not_slower"
    return "sla_of_service"


def _why_working(start: datetime, end: datetime, calendar: WorkingCalendar) -> tuple[Reason, ...]:
    """What made a limit in working time end later than on the clock on the wall."""
    reasons: list[Reason] = []
    if not calendar.is_open(start):
        reasons.append(Reason("counts_from_opening", {"at": calendar.next_opening(start)}))
    weekends: list[date] = []
    for day in calendar.days_between(start, end):
        if day in calendar.days_on:
            reasons.append(Reason("makeup_workday", {"date": day}))
        elif day in calendar.days_off:
            reasons.append(Reason("day_off", {"date": day, "name": calendar.day_names.get(day, "")}))
        elif not calendar.is_workday(day):
            weekends.append(day)
    if weekends:
        reasons.append(Reason("weekend", {"dates": tuple(weekends)}))
    years = {day.year for day in calendar.days_between(start, end)}
    reasons.extend(Reason("makeup_days_unpublished", {"year": y}) for y in sorted(years & calendar.unpublished_years))
    return tuple(reasons)


def later(start: datetime, duration: timedelta, clock: Clock, calendar: WorkingCalendar) -> datetime:
    """The moment ``duration`` after ``start`` on ``clock`` (UTC)."""
    if clock is Clock.WORKING:
        return calendar.add_working(start, duration)
    if start.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return start.astimezone(UTC) + duration


def earlier(end: datetime, duration: timedelta, clock: Clock, calendar: WorkingCalendar) -> datetime:
    """The first moment from which at most ``duration`` on ``clock`` is left until ``end`` (UTC)."""
    if clock is Clock.WORKING:
        return calendar.subtract_working(end, duration)
    return end.astimezone(UTC) - duration


def elapsed(start: datetime, end: datetime, clock: Clock, calendar: WorkingCalendar) -> timedelta:
    """How much time passes on ``clock`` from ``start`` to ``end``; nothing where ``end`` is not after ``start``."""
    if clock is Clock.WORKING:
        return calendar.working_between(start, end)
    return max(timedelta(0), end - start)


def reached_at(share: float, limit: Limit, due: datetime, calendar: WorkingCalendar) -> datetime:
    """The first moment at which ``share`` of the limit is used up (UTC)."""
    if share == 1.0:
        return due.astimezone(UTC)
    if share > 1.0:
        return later(due, limit.duration * (share - 1.0), limit.clock, calendar)
    return earlier(due, limit.duration * (1.0 - share), limit.clock, calendar)


def yellow_at(limit: Limit, due: datetime, calendar: WorkingCalendar, thresholds: Thresholds) -> datetime:
    """When the limit turns yellow (UTC)."""
    return reached_at(thresholds.yellow_from, limit, due, calendar)


def colour(limit: Limit, due: datetime, now: datetime, calendar: WorkingCalendar, thresholds: Thresholds) -> Colour:
    """The colour of one limit at ``now``."""
    if now >= reached_at(thresholds.red_from, limit, due, calendar):
        return Colour.RED
    return Colour.YELLOW if now >= yellow_at(limit, due, calendar, thresholds) else Colour.GREEN


def resumed_due(
    due: datetime, held_at: datetime, resumed_at: datetime, clock: Clock, calendar: WorkingCalendar
) -> datetime:
    """The due time after a pause from ``held_at`` to ``resumed_at``, so that the pause gains or loses nothing.

    What was left when the pause began is left when it ends, measured on the limit's own clock; what was overdue then
    is overdue by as much.
    """
    if resumed_at <= held_at:
        return due.astimezone(UTC)
    if due > held_at:
        return later(resumed_at, elapsed(held_at, due, clock, calendar), clock, calendar)
    overdue = elapsed(due, held_at, clock, calendar)
    return earlier(resumed_at, overdue, clock, calendar) if overdue else resumed_at.astimezone(UTC)


def carried_due(
    original: datetime, present: datetime, other: datetime, clock: Clock, calendar: WorkingCalendar
) -> datetime:
    """The due time of another limit from the same dispatch, with everything that was added to the first one.

    ``original`` is what the first limit gave, ``present`` what holds, extensions and reworks have made of it, ``other``
    what the new limit (on ``clock``) gives. What was added is measured on the new clock.
    """
    return later(other, elapsed(original, present, clock, calendar), clock, calendar)
