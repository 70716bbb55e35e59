"""When visits are due, what may become of them, and how a missed one climbs."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.care_visits import (
    OPEN_VISITS,
    VISIT_MOVES,
    IllegalVisitMove,
    Occasion,
    Slot,
    Visit,
    VisitAction,
    VisitRules,
    VisitState,
    YearlyDay,
    called_slot,
    checked,
    ended,
    opened_visit,
    slots_at,
    unmet,
)
from routing.staff import Role

ZONE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = VisitRules(time(9), 48 * HOUR, 24 * HOUR, 2 * HOUR, (Role.COMMUNITY, Role.STREET), 1)
MONTHLY = Occasion("monthly", "月度走访", 20 * DAY, month_day=31)
FESTIVAL = Occasion("festival", "节前走访", 7 * DAY, days=(YearlyDay(1, 2), YearlyDay(9, 25, 2026)), ahead=7 * DAY)
WEATHER = Occasion("weather", "极端天气", DAY)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("occasion", "now", "keys"),
    [
        (MONTHLY, "2026-11-30 08:59", []),
        (MONTHLY, "2026-11-30 09:00", ["2026-11"]),
        (MONTHLY, "2026-12-20 08:59", ["2026-11"]),
        (MONTHLY, "2026-12-20 09:00", []),
        (MONTHLY, "2026-02-28 09:00", ["2026-02"]),
        (FESTIVAL, "2025-12-26 09:00", ["2026-01-02"]),
        (FESTIVAL, "2026-01-02 08:59", ["2026-01-02"]),
        (FESTIVAL, "2026-01-02 09:00", []),
        (FESTIVAL, "2026-09-18 09:00", ["2026-09-25"]),
        (FESTIVAL, "2027-09-20 09:00", []),
        (WEATHER, "2026-09-18 09:00", []),
    ],
)
def test_when_an_occasion_comes_round(occasion: Occasion, now: str, keys: list[str]) -> None:
    assert [slot.key for slot in slots_at([occasion], RULES, local(now), ZONE)] == keys


def test_what_is_called_for_runs_from_now() -> None:
    now = local("2026-07-20 15:00")
    slot = called_slot(WEATHER, now, ZONE)
    assert (slot.key, slot.opens_at, slot.due_at) == ("2026-07-20", now, now + DAY)
    assert WEATHER.is_on_call
    assert not MONTHLY.is_on_call
    assert not FESTIVAL.is_on_call


OPENED = local("2026-11-01 09:00")
SLOT = Slot(MONTHLY, "2026-11", OPENED, OPENED + 10 * DAY)


def steps(visit: Visit, until: datetime) -> list[tuple[float, str]]:
    """What the clock does, with the days since it was opened."""
    found = []
    while visit.next_check_at is not None and visit.next_check_at <= until:
        now = visit.next_check_at
        step = checked(visit, RULES, now)
        days = (now - OPENED) / DAY
        if step.remind:
            found.append((days, "remind"))
        if step.climbs:
            found.append((days, f"level {step.after.level}"))
        visit = step.after
    return found


def test_a_visit_that_nobody_makes_is_reminded_of_and_climbs_to_an_end() -> None:
    assert steps(opened_visit(1, "X1", 70, SLOT, RULES), OPENED + 100 * DAY) == [
        (8, "remind"),
        (10, "level 1"),
        (11, "level 2"),
        (12, "level 3"),
    ]


def test_who_has_less_time_than_the_reminder_is_reminded_half_way() -> None:
    soon = Slot(WEATHER, "2026-11-01", OPENED, OPENED + DAY)
    assert steps(opened_visit(1, "X1", 70, soon, RULES), OPENED + 1.5 * DAY) == [(0.5, "remind"), (1, "level 1")]


def test_where_nobody_is_paired_it_goes_up_at_once_and_on_when_it_is_due() -> None:
    assert steps(opened_visit(1, "X1", None, SLOT, RULES), OPENED + 100 * DAY) == [
        (0, "level 1"),
        (10, "level 2"),
        (11, "level 3"),
    ]


def test_where_nobody_was_met_it_goes_up_by_the_hour() -> None:
    visit = unmet(opened_visit(1, "X1", 70, SLOT, RULES), RULES, OPENED + DAY)
    assert (visit.state, visit.level) == (VisitState.UNMET, 1)
    assert steps(visit, OPENED + 100 * DAY) == [(1 + 2 / 24, "level 2"), (1 + 4 / 24, "level 3")]


@pytest.mark.parametrize("action", VisitAction)
@pytest.mark.parametrize("state", VisitState)
def test_the_table_of_moves(state: VisitState, action: VisitAction) -> None:
    visit = Visit(1, 1, "X1", "monthly", "2026-11", 70, OPENED, OPENED + DAY, state=state)
    if (state, action) in VISIT_MOVES:
        assert visit.moved(action) is VISIT_MOVES[state, action]
    else:
        with pytest.raises(IllegalVisitMove):
            visit.moved(action)
    if state not in OPEN_VISITS:
        assert not any((state, one) in VISIT_MOVES for one in VisitAction)


def test_what_is_reported_rests() -> None:
    done = ended(opened_visit(1, "X1", 70, SLOT, RULES), VisitAction.REPORT, OPENED + DAY, 70, "身体好")
    assert (done.state, done.next_check_at, done.ended_by, done.report) == (VisitState.DONE, None, 70, "身体好")
    assert checked(done, RULES, OPENED + 100 * DAY).after == done


@given(
    has_cadre=st.booleans(),
    gaps=st.lists(st.timedeltas(timedelta(0), 30 * DAY), max_size=30),
    unmet_at=st.integers(0, 30),
)
def test_however_late_the_clock_ticks_it_ends_and_never_goes_down(
    has_cadre: bool, gaps: list[timedelta], unmet_at: int
) -> None:
    now = OPENED
    visit = opened_visit(1, "X1", 70 if has_cadre else None, SLOT, RULES)
    climbs = 0
    for index, gap in enumerate(gaps):
        now += gap
        if index == unmet_at:
            visit = unmet(visit, RULES, now)
        step = checked(visit, RULES, now)
        assert visit.level <= step.after.level <= visit.level + 1
        assert not (step.remind and visit.reminded)
        climbs += step.climbs
        visit = step.after
    assert climbs <= len(RULES.chain) + RULES.repeats_at_top
    final = visit
    for _ in range(20):
        if final.next_check_at is None:
            break
        final = checked(final, RULES, final.next_check_at).after
    assert final.next_check_at is None
