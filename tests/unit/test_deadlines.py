"""Until when somebody wants to hear of something, as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.deadlines import FURTHEST, DeadlineUnclear, deadline_of
from routing.sla import Clock
from tests.unit.district import CLOCK, SHANGHAI, local

THURSDAY = local("2026-11-26 16:00")


@pytest.mark.parametrize(
    ("written", "clock", "due"),
    [
        ("2h", "working", "11-26 18:00"),
        ("3小时", "working", "11-27 10:00"),  # one of them on the next morning
        ("3小时", "24x7", "11-26 19:00"),
        ("三十分钟内", "working", "11-26 16:30"),
        ("两个小时", "24x7", "11-26 18:00"),
        ("3天", "working", "11-29 16:00"),  # a Sunday: days are those on the wall
        ("三天内", "24x7", "11-29 16:00"),
        ("1个工作日", "24x7", "11-27 16:00"),
        ("2个工作日", "24x7", "11-30 16:00"),  # over the weekend
        ("两工作日内", "working", "11-30 16:00"),
        ("明天下午5点", "working", "11-27 17:00"),
        ("明天下午五点半", "working", "11-27 17:30"),
        ("今晚8点", "working", "11-26 20:00"),
        ("17:30", "working", "11-26 17:30"),
        ("周五下午3点", "working", "11-27 15:00"),
        ("下周一 10点", "working", "11-30 10:00"),
        ("12-01 18:00", "working", "12-01 18:00"),
        ("12-1 8:00", "working", "12-01 08:00"),
        ("2026-12-02 09：30", "working", "12-02 09:30"),
        ("12月1日", "working", "12-01 18:00"),  # closing time
        ("1-15 9:00", "working", "01-15 09:00"),  # of the next year
    ],
)
def test_deadlines(written: str, clock: str, due: str) -> None:
    found = deadline_of(written, THURSDAY, Clock(clock), CLOCK.calendar)
    assert found.astimezone(SHANGHAI).strftime("%m-%d %H:%M") == due


@pytest.mark.parametrize(
    "written",
    [
        "快点",
        "0天",
        "0个工作日",
        "明天25点",
        "16:00",
        "11-26 15:59",
        "11-20",
        "2-30",
        "61天",
        "3-01",
        "99个工作日",
        "",
        "2",
    ],
)
def test_what_is_no_time_to_come_is_refused(written: str) -> None:
    with pytest.raises(DeadlineUnclear) as refused:
        deadline_of(written, THURSDAY, Clock.WORKING, CLOCK.calendar)
    assert refused.value.written == written


@given(st.text(max_size=20))
def test_whatever_is_written_is_a_time_to_come_or_refused(written: str) -> None:
    try:
        due = deadline_of(written, THURSDAY, Clock.WORKING, CLOCK.calendar)
    except DeadlineUnclear:
        return
    assert THURSDAY < due <= THURSDAY + FURTHEST
