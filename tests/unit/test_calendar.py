"""Arithmetic of working time, on the real calendar of 2026 and as properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import load_calendar
from config.errors import ConfigError
from routing.calendar import OpenHours, WorkingCalendar

CALENDAR = load_calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


moments = st.timedeltas(timedelta(0), timedelta(days=900)).map(lambda after: datetime(2025, 1, 1, tzinfo=UTC) + after)
durations = st.timedeltas(timedelta(0), timedelta(hours=200))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-20 09:00", True),
        ("2026-11-20 08:59:59", False),
        ("2026-11-20 11:59:59", True),
        ("2026-11-20 12:00", False),  # lunch
        ("2026-11-20 13:00", True),
        ("2026-11-20 18:00", False),
        ("2026-11-21 10:00", False),  # a Saturday
        ("2026-02-14 10:00", True),  # a Saturday worked for the Spring Festival
        ("2026-02-28 10:00", True),
        ("2026-02-16 10:00", False),  # New Year's Eve of the lunar calendar, a Monday
        ("2026-02-23 10:00", False),  # last day of the Spring Festival
        ("2026-02-24 10:00", True),
        ("2026-09-20 10:00", True),  # a Sunday worked for the National Day
        ("2026-10-07 10:00", False),
        ("2026-10-08 10:00", True),
        ("2026-10-10 10:00", True),  # a Saturday
        ("2027-01-01 10:00", False),
    ],
)
def test_offices_are_open(moment: str, is_open: bool) -> None:
    assert CALENDAR.is_open(local(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 12:30", "2026-11-20 13:00"),
        ("2026-11-20 18:00", "2026-11-23 09:00"),
        ("2026-02-14 18:00", "2026-02-24 09:00"),
        ("2026-09-30 18:30", "2026-10-08 09:00"),
    ],
)
def test_next_opening(moment: str, opening: str) -> None:
    assert CALENDAR.next_opening(local(moment)) == local(opening)


@given(moments, durations)
def test_what_is_added_is_measured_again(start: datetime, duration: timedelta) -> None:
    assert CALENDAR.working_between(start, CALENDAR.add_working(start, duration)) == duration


@given(moments, durations)
def test_adding_lands_in_working_time(start: datetime, duration: timedelta) -> None:
    end = CALENDAR.add_working(start, duration)
    assert end == start or CALENDAR.is_open(end - timedelta(microseconds=1))


@given(moments, durations, durations)
def test_adding_in_two_parts_is_adding_at_once(start: datetime, first: timedelta, second: timedelta) -> None:
    at_once = CALENDAR.add_working(start, first + second)
    in_parts = CALENDAR.add_working(CALENDAR.add_working(start, first), second)
    assert at_once == in_parts


@given(moments, moments, durations)
def test_a_later_start_never_ends_earlier(one: datetime, other: datetime, duration: timedelta) -> None:
    early, late = sorted((one, other))
    assert CALENDAR.add_working(early, duration) <= CALENDAR.add_working(late, duration)


@given(moments, moments, moments)
def test_stretches_of_time_add_up(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    whole = CALENDAR.working_between(first, last)
    assert whole == CALENDAR.working_between(first, middle) + CALENDAR.working_between(middle, last)
    assert CALENDAR.working_between(last, first) == timedelta(0)


@given(moments, durations)
def test_what_is_subtracted_is_left(end: datetime, duration: timedelta) -> None:
    start = CALENDAR.subtract_working(end, duration)
    assert CALENDAR.working_between(start, end) == duration
    assert CALENDAR.working_between(start - timedelta(microseconds=1), end) > duration


@given(moments, st.timedeltas(timedelta(minutes=1), timedelta(hours=80)), st.floats(0.05, 0.95))
def test_the_way_back_meets_the_way_forth(start: datetime, limit: timedelta, share: float) -> None:
    """When three quarters are used up is the same moment, counted from the start or back from the end."""
    used = limit * share
    due = CALENDAR.add_working(start, limit)
    assert CALENDAR.subtract_working(due, limit - used) == CALENDAR.add_working(start, used)


@given(moments)
def test_the_zone_of_the_caller_does_not_matter(start: datetime) -> None:
    there = start.astimezone(NEW_YORK)
    assert CALENDAR.add_working(there, timedelta(hours=5)) == CALENDAR.add_working(start, timedelta(hours=5))
    assert CALENDAR.add_working(there, timedelta(hours=5)).tzinfo is UTC


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.add_working(local("2026-01-05 10:00").replace(tzinfo=None), timedelta(hours=1))


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working(local("2026-01-05 10:00"), timedelta(hours=-1))
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.subtract_working(local("2026-01-05 10:00"), timedelta(hours=-1))


def test_offices_open_around_the_clock() -> None:
    calendar = WorkingCalendar(SHANGHAI, frozenset(range(7)), (OpenHours(time(0), time(0)),))
    start = local("2026-12-31 23:30")
    assert calendar.add_working(start, timedelta(hours=49)) == start + timedelta(hours=49)
    assert calendar.is_open(local("2026-12-31 23:59"))


def test_a_clock_change_neither_gives_nor_takes_time() -> None:
    """On 8 March 2026 the clocks of New York lack the hour from two to three."""
    calendar = WorkingCalendar(NEW_YORK, frozenset({6}), (OpenHours(time(0), time(4)),))
    start = datetime(2026, 3, 8, 0, 0, tzinfo=NEW_YORK)
    assert calendar.working_between(start, start + timedelta(days=1)) == timedelta(hours=3)
    assert calendar.add_working(start, timedelta(hours=3)) == datetime(2026, 3, 8, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "hours",
    [
        (),
        (OpenHours(time(9), time(9)),),
        (OpenHours(time(13), time(18)), OpenHours(time(9), time(12))),
        (OpenHours(time(9), time(13)), OpenHours(time(12), time(18))),
        (OpenHours(time(9), time(0)), OpenHours(time(13), time(18))),
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: tuple[OpenHours, ...]) -> None:
    with pytest.raises(ValueError, match="hours"):
        WorkingCalendar(SHANGHAI, frozenset({0}), hours)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_single_days_override_the_national_calendar(tmp_path: Path) -> None:
    overrides = write(tmp_path, "o.yaml", "2027-02-20: on\n2027-02-11: off 春节调休\n2026-02-14: off\n")
    calendar = load_calendar(overrides=overrides)
    assert calendar.is_workday(date(2027, 2, 20))
    assert not calendar.is_workday(date(2027, 2, 11))
    assert calendar.day_names[date(2027, 2, 11)] == "春节调休"
    assert not calendar.is_workday(date(2026, 2, 14))


def test_a_year_counts_as_announced_once_it_has_a_makeup_workday(tmp_path: Path) -> None:
    off_only = write(tmp_path, "off.yaml", "2027-02-11: off\n")
    with_on = write(tmp_path, "on.yaml", "2027-02-20: on\n")
    assert 2026 not in CALENDAR.unpublished_years
    assert 2027 in load_calendar(overrides=off_only).unpublished_years
    assert 2027 not in load_calendar(overrides=with_on).unpublished_years


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("2027-02-30: on\n", 1, "no date"),
        ("2027-02-20: on\n2027-02-21: maybe\n", 2, "neither on nor off"),
        ("2055-02-20: on\n", 1, "outside the years"),
    ],
)
def test_a_wrong_override_is_named_with_its_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        load_calendar(overrides=write(tmp_path, "o.yaml", text))
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("country: CN", "country: XX", "no public holidays"),
        ("Asia/Shanghai", "Asia/Neijiang", "no time zone"),
        ("[mon,", "[mo,", "none of mon"),
        ('["09:00", "12:00"]', '["12:00", "09:00"]', "opening hours"),
        ('["09:00", "12:00"]', '["9 Uhr", "12:00"]', "no time"),
        ('["09:00", "12:00"]', '["09:00"]', "pair"),
        ("country: CN\n", "", "'country' is missing"),
        ("workdays: [mon, tue, wed, thu, fri]", "workdays: []", "weekdays"),
    ],
)
def test_a_wrong_calendar_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    packaged = (Path(__file__).parents[2] / "config" / "data" / "calendar.yaml").read_text(encoding="utf-8")
    assert old in packaged
    with pytest.raises(ConfigError, match=reason):
        load_calendar(write(tmp_path, "calendar.yaml", packaged.replace(old, new)))
