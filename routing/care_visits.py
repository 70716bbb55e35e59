"""Visits to people on the care list (三必到): when one is due, what may become of it, and how a missed one climbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from routing.care_match import UnseenWords
from routing.errors import RoutingError
from routing.staff import Role


class VisitState(StrEnum):
    """Where a visit stands."""

    OPEN = "open"
    """Due, and not made yet."""
    UNMET = "unmet"
    """Somebody came and met nobody (没见到人)."""
    DONE = "done"
    MISSED = "missed"
    """The next one of its occasion came before it was made."""
    CANCELLED = "cancelled"
    """The person is off the list."""


class VisitAction(StrEnum):
    """What happens to a visit."""

    REPORT = "report"
    NOT_MET = "not_met"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"


OPEN_VISITS = frozenset({VisitState.OPEN, VisitState.UNMET})
"""Somebody still has to go."""

_S, _A = VisitState, VisitAction

VISIT_MOVES: Mapping[tuple[VisitState, VisitAction], VisitState] = MappingProxyType(
    {
        (_S.OPEN, _A.REPORT): _S.DONE,
        (_S.UNMET, _A.REPORT): _S.DONE,
        (_S.OPEN, _A.NOT_MET): _S.UNMET,
        (_S.OPEN, _A.SUPERSEDE): _S.MISSED,
        (_S.UNMET, _A.SUPERSEDE): _S.MISSED,
        (_S.OPEN, _A.CANCEL): _S.CANCELLED,
        (_S.UNMET, _A.CANCEL): _S.CANCELLED,
    }
)
"""Every legal move; what is not here is refused."""


class IllegalVisitMove(RoutingError):
    """The visit is not in a state for this: somebody has reported it already, usually."""

    code = "illegal_visit_move"

    def __init__(self, state: str, action: str) -> None:
        super().__init__(state, action)
        self.state = state
        self.action = action


class UnknownVisit(RoutingError):
    """No visit has this id."""

    code = "unknown_visit"

    def __init__(self, visit_id: int) -> None:
        super().__init__(visit_id)
        self.visit_id = visit_id


class UnknownOccasion(RoutingError):
    """No occasion that can be called for has this name."""

    code = "unknown_occasion"

    def __init__(self, occasion: str, known: str) -> None:
        super().__init__(occasion, known)
        self.occasion = occasion
        self.known = known


@dataclass(frozen=True, slots=True)
class YearlyDay:
    """A day of every year, or of one year where ``year`` is given (days of the lunar calendar move)."""

    month: int
    day: int
    year: int | None = None

    def on(self, year: int) -> date | None:
        """The day in that year; none where it is another year's, or a 29 February that the year lacks."""
        if self.year is not None and self.year != year:
            return None
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why and when somebody goes: on a day of every month, on some days, or when it is called for."""

    code: str
    name: str
    within: timedelta
    """From the opening until it is due."""
    kinds: frozenset[str] = frozenset()
    """Kinds of hardship that it is for; none means all."""
    month_day: int | None = None
    days: tuple[YearlyDay, ...] = ()
    ahead: timedelta = timedelta(0)
    """How long before such a day it opens; it is then due on the day."""

    @property
    def is_on_call(self) -> bool:
        """Whether a person has to call for it."""
        return self.month_day is None and not self.days


@dataclass(frozen=True, slots=True)
class Slot:
    """One time that an occasion comes round. ``key`` tells it from the others of the occasion."""

    occasion: Occasion
    key: str
    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class VisitRules:
    """When visits are asked for in the day, and how one that was not made climbs."""

    opens: time
    """The local time at which visits of the day are asked for."""
    remind_before: timedelta
    climb_every: timedelta
    unmet_every: timedelta
    """The same where somebody came and met nobody: hours count then."""
    chain: tuple[Role, ...]
    """Who hears, from the first to the last; each in an area around the person."""
    repeats_at_top: int


@dataclass(frozen=True, slots=True)
class CareRules:
    """Everything that ``care.yaml`` says."""

    kinds: Mapping[str, str]
    occasions: tuple[Occasion, ...]
    visits: VisitRules
    unseen: UnseenWords
    service: str
    """The service of the ticket that a worried neighbour's message opens."""
    dangers: tuple[str, ...]

    def occasion(self, word: str) -> Occasion:
        """The occasion of this code or name; raises ``UnknownOccasion``."""
        found = next((one for one in self.occasions if word in {one.code, one.name}), None)
        if found is None:
            raise UnknownOccasion(word, "、".join(one.name for one in self.occasions if one.is_on_call))
        return found


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit that is due or was; times are aware UTC."""

    id: int
    person_id: int
    area_code: str
    occasion: str
    slot: str
    cadre_id: int | None
    """The post of the paired cadre when it was opened; nobody's where there is none."""
    opened_at: datetime
    due_at: datetime
    state: VisitState = VisitState.OPEN
    level: int = 0
    """How often it went up: 1 is the first of the chain."""
    reminded: bool = False
    next_check_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: int | None = None
    """The post of who reported it."""
    report: str = ""

    def moved(self, action: VisitAction) -> VisitState:
        """Where ``action`` leads; raises ``IllegalVisitMove``."""
        try:
            return VISIT_MOVES[self.state, action]
        except KeyError:
            raise IllegalVisitMove(self.state, action) from None


def opened_visit(person_id: int, area_code: str, cadre_id: int | None, slot: Slot, rules: VisitRules) -> Visit:
    """A new visit. Where nobody is paired it goes up at once, since nobody would go."""
    first_check = _first_check(slot, rules) if cadre_id is not None else slot.opens_at
    return Visit(
        0, person_id, area_code, slot.occasion.code, slot.key, cadre_id, slot.opens_at, slot.due_at,
        next_check_at=first_check,
    )  # fmt: skip


def _first_check(slot: Slot, rules: VisitRules) -> datetime:
    """When the cadre is reminded; where the visit is asked for later than that, half way to its end."""
    return max(slot.due_at - rules.remind_before, slot.opens_at + (slot.due_at - slot.opens_at) / 2)


def ended(visit: Visit, action: VisitAction, at: datetime, by: int | None = None, report: str = "") -> Visit:
    """The visit after its last move; raises ``IllegalVisitMove``."""
    state = visit.moved(action)
    return replace(visit, state=state, ended_at=at, ended_by=by, report=report, next_check_at=None)


def unmet(visit: Visit, rules: VisitRules, at: datetime) -> Visit:
    """The visit on which nobody was met: it goes up one step at once, and on from there by the hour."""
    state = visit.moved(VisitAction.NOT_MET)
    return replace(visit, state=state, level=max(1, visit.level), next_check_at=at + rules.unmet_every)


@dataclass(frozen=True, slots=True)
class VisitStep:
    """What falls due for a visit at a moment."""

    after: Visit
    remind: bool = False
    climbs: bool = False


def checked(visit: Visit, rules: VisitRules, now: datetime) -> VisitStep:
    """What the clock does to a visit now: a reminder before it is due, then one step up after the other.

    At the top it is told ``repeats_at_top`` times more and then only stands in lists and digests.
    """
    if visit.state not in OPEN_VISITS or visit.next_check_at is None or visit.next_check_at > now:
        return VisitStep(visit)
    nobody_goes = visit.cadre_id is None and visit.level == 0
    if visit.state is VisitState.OPEN and now < visit.due_at and not nobody_goes:
        climbed_already = visit.level > 0
        return VisitStep(
            replace(visit, reminded=True, next_check_at=visit.due_at), remind=not visit.reminded and not climbed_already
        )
    most = len(rules.chain) + rules.repeats_at_top
    if visit.level >= most:
        return VisitStep(replace(visit, next_check_at=None))
    every = rules.unmet_every if visit.state is VisitState.UNMET else rules.climb_every
    level = visit.level + 1
    # What went up only because nobody is paired waits until it is due before it goes further.
    again = max(visit.due_at, now) if nobody_goes and now < visit.due_at else now + every
    return VisitStep(replace(visit, level=level, next_check_at=again if level < most else None), climbs=True)


def slots_at(occasions: Sequence[Occasion], rules: VisitRules, now: datetime, zone: ZoneInfo) -> tuple[Slot, ...]:
    """The times of all occasions that have come and are not over yet."""
    return tuple(
        slot
        for occasion in occasions
        for slot in _slots_around(occasion, rules, now.astimezone(zone).date(), zone)
        if slot.opens_at <= now < slot.due_at
    )


def called_slot(occasion: Occasion, now: datetime, zone: ZoneInfo) -> Slot:
    """The time of an occasion that is called for now; of several calls on one day the first counts."""
    return Slot(occasion, now.astimezone(zone).date().isoformat(), now.astimezone(UTC), now + occasion.within)


def _slots_around(occasion: Occasion, rules: VisitRules, today: date, zone: ZoneInfo) -> Iterator[Slot]:
    if occasion.month_day is not None:
        last_month = today.replace(day=1) - timedelta(days=1)
        for first in (last_month.replace(day=1), today.replace(day=1)):
            day = _day_of_month(first, occasion.month_day)
            opens = _at(day, rules.opens, zone)
            yield Slot(occasion, f"{first:%Y-%m}", opens, opens + occasion.within)
    for yearly in occasion.days:
        # A day early in January opens in the old year.
        for year in (today.year, today.year + 1):
            on = yearly.on(year)
            if on is not None:
                opens = _at(on, rules.opens, zone) - occasion.ahead
                yield Slot(occasion, on.isoformat(), opens, opens + occasion.within)


def _day_of_month(first: date, wanted: int) -> date:
    """The wanted day, or the last day of a month that has fewer."""
    following = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=wanted - 1), following - timedelta(days=1))


def _at(day: date, opens: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, opens, tzinfo=zone).astimezone(UTC)
