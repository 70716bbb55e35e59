"""When digests are due, and what they look back on: a table that a colleague of the supervision office can check."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.digest_schedule import DigestRules, Period, SendTime, Slot, period_start, previous_slot, slots_due
from routing.staff import Role
from routing.ticket import Satisfaction

ZONE = ZoneInfo("Asia/Shanghai")
RULES = DigestRules(
    times=(
        SendTime(Period.DAY, time(8, 30)),
        SendTime(Period.DAY, time(17, 30)),
        SendTime(Period.WEEK, time(8, 30), weekday=0),
        SendTime(Period.MONTH, time(9, 0), day=1),
    ),
    recipients={Role.SUPERVISOR: frozenset(Period)},
    late=timedelta(hours=2),
    ranking_length=20,
    satisfied=frozenset({Satisfaction.SATISFIED, Satisfaction.FAIR}),
)


def local(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def slots(*wanted: tuple[Period, str]) -> tuple[Slot, ...]:
    return tuple(Slot(period, local(at).astimezone(UTC)) for period, at in wanted)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-24 08:29", ()),
        ("2026-11-24 08:30", ((Period.DAY, "2026-11-24 08:30"),)),
        ("2026-11-24 10:30", ((Period.DAY, "2026-11-24 08:30"),)),  # the last moment at which late is not too late
        ("2026-11-24 10:31", ()),
        ("2026-11-24 17:30", ((Period.DAY, "2026-11-24 17:30"),)),
        # Monday brings the week's digest beside the day's.
        ("2026-11-23 08:31", ((Period.DAY, "2026-11-23 08:30"), (Period.WEEK, "2026-11-23 08:30"))),
        ("2026-12-01 09:00", ((Period.DAY, "2026-12-01 08:30"), (Period.MONTH, "2026-12-01 09:00"))),
        ("2026-11-24 00:10", ()),
    ],
)
def test_what_is_due(now: str, due: tuple[tuple[Period, str], ...]) -> None:
    assert slots_due(RULES, local(now), ZONE) == slots(*due)


def test_a_worker_that_was_down_over_several_times_sends_only_the_newest_of_a_kind() -> None:
    patient = DigestRules(RULES.times, RULES.recipients, timedelta(hours=24), 20, RULES.satisfied)
    assert slots_due(patient, local("2026-11-25 07:00"), ZONE) == slots((Period.DAY, "2026-11-24 17:30"))


def test_a_slot_is_late_past_midnight_too() -> None:
    night = DigestRules(
        (SendTime(Period.DAY, time(23, 30)),), RULES.recipients, timedelta(hours=2), 20, RULES.satisfied
    )
    assert slots_due(night, local("2026-11-25 00:45"), ZONE) == slots((Period.DAY, "2026-11-24 23:30"))


@pytest.mark.parametrize(
    ("period", "at", "start"),
    [
        (Period.DAY, "2026-11-23 08:30", "2026-11-22 08:30"),
        (Period.WEEK, "2026-11-23 08:30", "2026-11-16 08:30"),
        (Period.MONTH, "2026-12-01 09:00", "2026-11-01 09:00"),
        (Period.MONTH, "2027-01-15 09:00", "2026-12-15 09:00"),
        (Period.MONTH, "2026-03-31 09:00", "2026-02-28 09:00"),  # February has no 31st
        (Period.MONTH, "2028-03-31 09:00", "2028-02-29 09:00"),
    ],
)
def test_what_a_digest_looks_back_on(period: Period, at: str, start: str) -> None:
    began = period_start(period, local(at), ZONE)
    assert began == local(start)
    assert began.tzinfo is UTC


def test_a_day_is_counted_on_the_wall_clock_where_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    after_change = datetime(2026, 3, 29, 8, 30, tzinfo=berlin)
    assert period_start(Period.DAY, after_change, berlin) == datetime(2026, 3, 28, 8, 30, tzinfo=berlin)


@pytest.mark.parametrize(
    ("period", "at", "before"),
    [
        (Period.DAY, "2026-11-24 08:30", "2026-11-23 17:30"),  # at its own time, the one before it is meant
        (Period.DAY, "2026-11-24 17:30", "2026-11-24 08:30"),
        (Period.DAY, "2026-11-24 12:00", "2026-11-24 08:30"),
        (Period.WEEK, "2026-11-25 12:00", "2026-11-23 08:30"),
        (Period.WEEK, "2026-11-23 08:30", "2026-11-16 08:30"),
        (Period.MONTH, "2026-12-01 09:00", "2026-11-01 09:00"),
        (Period.MONTH, "2026-12-01 08:00", "2026-11-01 09:00"),
    ],
)
def test_the_digest_before(period: Period, at: str, before: str) -> None:
    assert previous_slot(RULES, period, local(at), ZONE) == local(before)


def test_where_nothing_is_scheduled_the_digest_before_is_where_the_period_began() -> None:
    unscheduled = DigestRules((), RULES.recipients, RULES.late, 20, RULES.satisfied)
    at = local("2026-11-24 12:00")
    assert previous_slot(unscheduled, Period.WEEK, at, ZONE) == period_start(Period.WEEK, at, ZONE)


MOMENTS = st.integers(0, 3 * 366 * 24 * 60).map(lambda minutes: local("2025-01-01 00:00") + timedelta(minutes=minutes))


@given(MOMENTS)
def test_every_slot_is_found_in_its_time_and_never_before_it(now: datetime) -> None:
    for slot in slots_due(RULES, now, ZONE):
        assert timedelta(0) <= now - slot.at <= RULES.late
        assert slot.at.astimezone(ZONE).time() in {time(8, 30), time(17, 30), time(9, 0)}


@given(MOMENTS, st.sampled_from(Period))
def test_the_digest_before_lies_before_and_no_further_than_its_period(at: datetime, period: Period) -> None:
    before = previous_slot(RULES, period, at, ZONE)
    assert before < at
    # 32 days cover the longest month and the hours between two times of sending.
    assert at - before <= {Period.DAY: timedelta(days=1), Period.WEEK: timedelta(days=7)}.get(
        period, timedelta(days=32)
    )
