"""Due times, colours and pauses: tables that can be checked with a calendar on the wall, and properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import load_calendar
from config.catalogue import load_catalogue
from config.errors import ConfigError
from config.sla import PACKAGED, load_sla
from routing.catalogue import OwnerKind, Service, Urgency
from routing.sla import (
    Clock,
    Colour,
    Limit,
    SlaClass,
    SlaTable,
    Thresholds,
    carried_due,
    colour,
    elapsed,
    reached_at,
    resumed_due,
    yellow_at,
)

CALENDAR = load_calendar()
CATALOGUE = load_catalogue()
TABLE = load_sla(CATALOGUE)
SHANGHAI = ZoneInfo("Asia/Shanghai")

WORKING_8H = Limit(timedelta(hours=8), Clock.WORKING)
ALWAYS_24H = Limit(timedelta(hours=24), Clock.ROUND_THE_CLOCK)


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


# Working days have 8 hours, 9–12 and 13–18. 2026: 14 and 28 February (Saturdays) are worked, 15–23 February are off;
# 4 January (Sunday) and 9 May (Saturday) are worked, 1–3 January and 1–5 May off; 20 September (Sunday) and 10 October
# (Saturday) are worked, 25–27 September and 1–7 October off.
DUE = [
    # An ordinary week. normal: 2 hours to claim, 3 working days to resolve.
    ("property.facility", "normal", "2026-11-16 09:00", "2026-11-16 11:00", "2026-11-18 18:00"),
    ("property.facility", "normal", "2026-11-16 10:00", "2026-11-16 12:00", "2026-11-19 10:00"),
    ("property.cleaning", "normal", "2026-11-16 11:00", "2026-11-16 14:00", "2026-11-19 11:00"),  # across lunch
    ("property.cleaning", "normal", "2026-11-16 11:30", "2026-11-16 14:30", "2026-11-19 11:30"),
    ("property.cleaning", "normal", "2026-11-16 12:00", "2026-11-16 15:00", "2026-11-19 12:00"),  # in the lunch break
    ("property.cleaning", "normal", "2026-11-16 12:40", "2026-11-16 15:00", "2026-11-19 12:00"),
    ("environment.garbage", "normal", "2026-11-16 17:30", "2026-11-17 10:30", "2026-11-19 17:30"),  # over the night
    ("environment.garbage", "normal", "2026-11-16 18:00", "2026-11-17 11:00", "2026-11-19 18:00"),  # at closing time
    ("environment.garbage", "normal", "2026-11-16 23:59", "2026-11-17 11:00", "2026-11-19 18:00"),  # before midnight
    ("environment.garbage", "normal", "2026-11-17 00:00", "2026-11-17 11:00", "2026-11-19 18:00"),  # at midnight
    ("environment.garbage", "normal", "2026-11-17 08:00", "2026-11-17 11:00", "2026-11-19 18:00"),
    ("traffic.parking", "normal", "2026-11-20 17:00", "2026-11-23 10:00", "2026-11-25 17:00"),  # Friday's last hour
    ("traffic.parking", "normal", "2026-11-20 16:00", "2026-11-20 18:00", "2026-11-25 16:00"),  # due as Friday closes
    ("traffic.parking", "normal", "2026-11-21 10:00", "2026-11-23 11:00", "2026-11-25 18:00"),  # a Saturday
    ("order.pet", "normal", "2026-11-22 23:30", "2026-11-23 11:00", "2026-11-25 18:00"),  # a Sunday's night
    # Other classes. general: 4 hours and 5 days; consult: 2 hours and 2 days; suggestion: 1 day and 10 days.
    ("property.fee", "normal", "2026-11-16 09:00", "2026-11-16 14:00", "2026-11-20 18:00"),
    ("property.fee", "normal", "2026-11-18 15:00", "2026-11-19 10:00", "2026-11-25 15:00"),
    ("other", "normal", "2026-11-19 16:00", "2026-11-20 11:00", "2026-11-26 16:00"),
    ("service.certificate", "normal", "2026-11-19 16:00", "2026-11-19 18:00", "2026-11-23 16:00"),
    ("civic.suggestion", "normal", "2026-11-16 10:00", "2026-11-17 10:00", "2026-11-30 10:00"),
    ("civic.praise", "normal", "2026-11-20 17:00", "2026-11-23 17:00", "2026-11-24 17:00"),
    # Round the clock: utilities 30 minutes and 24 hours, urgent 1 hour and 24, emergency 15 minutes and 24.
    ("utility.water", "normal", "2026-11-21 23:45", "2026-11-22 00:15", "2026-11-22 23:45"),
    ("utility.gas", "emergency", "2026-11-21 23:50", "2026-11-22 00:05", "2026-11-22 23:50"),
    ("utility.power", "urgent", "2026-02-17 03:00", "2026-02-17 03:30", "2026-02-18 03:00"),  # own class is not slower
    ("utility.telecom", "normal", "2026-11-20 17:00", "2026-11-23 12:00", "2026-11-27 17:00"),
    ("utility.telecom", "urgent", "2026-11-20 17:00", "2026-11-20 18:00", "2026-11-21 17:00"),
    ("housing.leak", "normal", "2026-10-01 22:00", "2026-10-01 23:00", "2026-10-02 22:00"),
    ("housing.leak", "emergency", "2026-10-01 22:00", "2026-10-01 22:15", "2026-10-02 22:00"),
    ("property.elevator", "normal", "2026-12-31 23:30", "2027-01-01 00:30", "2027-01-01 23:30"),
    ("property.security", "urgent", "2026-02-16 12:00", "2026-02-16 13:00", "2026-02-17 12:00"),
    ("order.pet", "urgent", "2026-11-22 23:30", "2026-11-23 00:30", "2026-11-23 23:30"),
    ("civic.suggestion", "emergency", "2026-02-17 00:00", "2026-02-17 00:15", "2026-02-18 00:00"),
    # Spring Festival 2026.
    ("property.facility", "normal", "2026-02-13 17:00", "2026-02-14 10:00", "2026-02-25 17:00"),
    ("property.facility", "normal", "2026-02-14 10:00", "2026-02-14 12:00", "2026-02-26 10:00"),
    ("property.facility", "normal", "2026-02-14 17:30", "2026-02-24 10:30", "2026-02-26 17:30"),
    ("property.facility", "normal", "2026-02-18 08:00", "2026-02-24 11:00", "2026-02-26 18:00"),
    ("property.fee", "normal", "2026-02-23 15:00", "2026-02-24 14:00", "2026-02-28 18:00"),
    ("property.fee", "normal", "2026-02-26 16:00", "2026-02-27 11:00", "2026-03-04 16:00"),
    ("service.insurance", "normal", "2026-02-27 17:00", "2026-02-28 10:00", "2026-03-02 17:00"),
    # New Year, Tomb-Sweeping Day, Labour Day and Dragon Boat Festival 2026.
    ("traffic.parking", "normal", "2025-12-31 17:00", "2026-01-04 10:00", "2026-01-06 17:00"),
    ("traffic.parking", "normal", "2026-01-03 12:00", "2026-01-04 11:00", "2026-01-06 18:00"),
    ("traffic.parking", "normal", "2026-04-03 17:00", "2026-04-07 10:00", "2026-04-09 17:00"),
    ("traffic.parking", "normal", "2026-04-30 17:00", "2026-05-06 10:00", "2026-05-08 17:00"),
    ("property.fee", "normal", "2026-05-06 09:00", "2026-05-06 14:00", "2026-05-11 18:00"),  # Saturday the 9th counts
    ("traffic.parking", "normal", "2026-06-18 17:00", "2026-06-22 10:00", "2026-06-24 17:00"),
    # Mid-autumn and National Day 2026.
    ("traffic.parking", "normal", "2026-09-18 17:00", "2026-09-20 10:00", "2026-09-22 17:00"),
    ("traffic.parking", "normal", "2026-09-24 17:00", "2026-09-28 10:00", "2026-09-30 17:00"),
    ("traffic.parking", "normal", "2026-09-30 17:00", "2026-10-08 10:00", "2026-10-10 17:00"),
    ("civic.suggestion", "normal", "2026-09-30 09:00", "2026-09-30 18:00", "2026-10-19 18:00"),
    # Year's end, into 2027 (1 January is off; the next make-up days are not announced).
    ("traffic.parking", "normal", "2026-12-31 17:00", "2027-01-04 10:00", "2027-01-06 17:00"),
    ("civic.suggestion", "normal", "2026-12-24 09:00", "2026-12-24 18:00", "2027-01-07 18:00"),
    # Spring Festival and Labour Day 2027 as estimated from the law alone.
    ("property.facility", "normal", "2027-02-04 17:00", "2027-02-11 10:00", "2027-02-15 17:00"),
    ("property.facility", "normal", "2027-04-30 17:00", "2027-05-05 10:00", "2027-05-07 17:00"),
    ("property.facility", "normal", "2027-09-30 17:00", "2027-10-06 10:00", "2027-10-08 17:00"),
    # To the second.
    ("property.facility", "normal", "2026-11-16 11:59:59", "2026-11-16 14:59:59", "2026-11-19 11:59:59"),
]


@pytest.mark.parametrize(("service", "urgency", "at", "accept", "resolve"), DUE)
def test_due_times(service: str, urgency: str, at: str, accept: str, resolve: str) -> None:
    due = TABLE.due_times(CATALOGUE.get(service), Urgency(urgency), local(at), CALENDAR)
    assert due.accept_due_at.astimezone(SHANGHAI) == local(accept)
    assert due.resolve_due_at.astimezone(SHANGHAI) == local(resolve)
    assert due.accept_due_at.tzinfo is UTC
    assert due.resolve_due_at.tzinfo is UTC


def sla_class(key: str, accept: float, resolve: float, clock: Clock) -> SlaClass:
    return SlaClass(key, Limit(timedelta(hours=accept), clock), Limit(timedelta(hours=resolve), clock))


@pytest.mark.parametrize(
    ("own", "chosen"),
    [
        (sla_class("own", 0.1, 0.2, Clock.WORKING), "urgent"),  # however short, it may sleep through a holiday
        (sla_class("own", 8, 80, Clock.WORKING), "urgent"),
        (sla_class("own", 1, 25, Clock.ROUND_THE_CLOCK), "urgent"),
        (sla_class("own", 0.5, 25, Clock.ROUND_THE_CLOCK), "urgent"),  # the time to resolve decides first
        (sla_class("own", 2, 24, Clock.ROUND_THE_CLOCK), "urgent"),
        (sla_class("own", 2, 23, Clock.ROUND_THE_CLOCK), "own"),
        (sla_class("own", 1, 24, Clock.ROUND_THE_CLOCK), "own"),
        (sla_class("own", 0.5, 24, Clock.ROUND_THE_CLOCK), "own"),
    ],
)
def test_an_urgent_matter_never_waits_longer_than_its_service(own: SlaClass, chosen: str) -> None:
    table = SlaTable({"own": own, "urgent": TABLE.classes["urgent"], "emergency": TABLE.classes["emergency"]})
    service = Service("x.y", "x", "某事", OwnerKind.GRID, "own", "")
    assert table.class_for(service, Urgency.URGENT).key == chosen
    assert table.class_for(service, Urgency.NORMAL).key == "own"
    assert table.class_for(service, Urgency.EMERGENCY).key == "emergency"


def codes(service: str, urgency: Urgency, at: str) -> list[str]:
    return [reason.code for reason in TABLE.why(CATALOGUE.get(service), urgency, local(at), CALENDAR)]


def test_the_reasons_tell_class_clock_and_skipped_days() -> None:
    assert codes("property.facility", Urgency.NORMAL, "2026-11-16 09:00") == ["sla_of_service", "limits"]
    assert codes("property.facility", Urgency.URGENT, "2026-11-21 09:00") == ["sla_of_urgent", "limits"]
    assert codes("utility.water", Urgency.URGENT, "2026-11-21 09:00") == ["sla_own_not_slower", "limits"]
    assert codes("utility.water", Urgency.EMERGENCY, "2026-11-21 09:00") == ["sla_of_emergency", "limits"]
    assert codes("property.facility", Urgency.NORMAL, "2026-11-20 18:30") == [
        "sla_of_service",
        "limits",
        "counts_from_opening",
        "weekend",
    ]
    why = TABLE.why(CATALOGUE.get("property.facility"), Urgency.NORMAL, local("2026-02-13 17:00"), CALENDAR)
    assert [reason.data["date"] for reason in why if reason.code == "makeup_workday"] == [date(2026, 2, 14)]
    assert {str(reason.data["name"]) for reason in why if reason.code == "day_off"} >= {"农历除夕", "春节"}


def test_a_year_without_announced_makeup_days_is_said() -> None:
    assert "makeup_days_unpublished" in codes("traffic.parking", Urgency.NORMAL, "2026-12-31 17:00")
    assert "makeup_days_unpublished" not in codes("traffic.parking", Urgency.NORMAL, "2026-12-15 17:00")
    assert "makeup_days_unpublished" not in codes("traffic.parking", Urgency.URGENT, "2027-03-01 17:00")


@pytest.mark.parametrize(
    ("limit", "due", "now", "expected"),
    [
        (WORKING_8H, "2026-11-16 18:00", "2026-11-16 15:59:59", Colour.GREEN),
        (WORKING_8H, "2026-11-16 18:00", "2026-11-16 16:00", Colour.YELLOW),  # six of eight hours
        (WORKING_8H, "2026-11-16 18:00", "2026-11-16 17:59:59", Colour.YELLOW),
        (WORKING_8H, "2026-11-16 18:00", "2026-11-16 18:00", Colour.RED),
        (WORKING_8H, "2026-11-23 10:00", "2026-11-20 16:59", Colour.GREEN),
        (WORKING_8H, "2026-11-23 10:00", "2026-11-20 17:00", Colour.YELLOW),  # two hours before, over a weekend
        (WORKING_8H, "2026-11-23 10:00", "2026-11-22 12:00", Colour.YELLOW),
        (WORKING_8H, "2026-11-23 10:00", "2026-11-23 10:00", Colour.RED),
        (ALWAYS_24H, "2026-11-16 18:00", "2026-11-16 11:59", Colour.GREEN),
        (ALWAYS_24H, "2026-11-16 18:00", "2026-11-16 12:00", Colour.YELLOW),
        (ALWAYS_24H, "2026-11-16 18:00", "2026-11-20 12:00", Colour.RED),
    ],
)
def test_colours(limit: Limit, due: str, now: str, expected: Colour) -> None:
    assert colour(limit, local(due), local(now), CALENDAR, Thresholds()) is expected


def test_thresholds_are_configurable() -> None:
    thresholds = Thresholds(yellow_from=0.5, red_from=1.25)
    due = local("2026-11-16 18:00")
    assert colour(WORKING_8H, due, local("2026-11-16 14:00"), CALENDAR, thresholds) is Colour.YELLOW
    assert colour(WORKING_8H, due, local("2026-11-17 10:59"), CALENDAR, thresholds) is Colour.YELLOW
    assert colour(WORKING_8H, due, local("2026-11-17 11:00"), CALENDAR, thresholds) is Colour.RED
    with pytest.raises(ValueError, match="yellow"):
        Thresholds(yellow_from=1.0, red_from=1.0)


moments = st.timedeltas(timedelta(0), timedelta(days=900)).map(lambda after: datetime(2025, 1, 1, tzinfo=UTC) + after)
limits = st.builds(Limit, st.timedeltas(timedelta(minutes=5), timedelta(hours=80)), st.sampled_from(Clock))
pauses = st.timedeltas(timedelta(0), timedelta(days=30))


@given(moments, limits)
def test_a_limit_turns_yellow_when_three_quarters_have_passed(start: datetime, limit: Limit) -> None:
    due = limit.due_from(start, CALENDAR)
    turns = yellow_at(limit, due, CALENDAR, Thresholds())
    assert elapsed(start, turns, limit.clock, CALENDAR) == limit.duration - limit.duration * 0.25
    assert colour(limit, due, turns, CALENDAR, Thresholds()) is Colour.YELLOW
    assert colour(limit, due, turns - timedelta(microseconds=1), CALENDAR, Thresholds()) is Colour.GREEN


@given(moments, limits, pauses, pauses)
def test_colours_only_get_worse(start: datetime, limit: Limit, one: timedelta, other: timedelta) -> None:
    due = limit.due_from(start, CALENDAR)
    early, late = sorted((start + one, start + other))
    thresholds = Thresholds()
    assert colour(limit, due, early, CALENDAR, thresholds).rank <= colour(limit, due, late, CALENDAR, thresholds).rank


@given(moments, limits, st.floats(0.1, 2.0))
def test_a_share_is_reached_when_it_is_used(start: datetime, limit: Limit, share: float) -> None:
    reached = reached_at(share, limit, limit.due_from(start, CALENDAR), CALENDAR)
    used = elapsed(start, reached, limit.clock, CALENDAR) / limit.duration
    assert used == pytest.approx(share, abs=1e-6)


@given(moments, limits, pauses, pauses)
def test_a_pause_neither_gains_nor_loses_time(
    start: datetime, limit: Limit, after: timedelta, pause: timedelta
) -> None:
    due = limit.due_from(start, CALENDAR)
    held, resumed = start + after, start + after + pause
    new = resumed_due(due, held, resumed, limit.clock, CALENDAR)
    if pause:
        assert elapsed(resumed, new, limit.clock, CALENDAR) == elapsed(held, due, limit.clock, CALENDAR)
        assert elapsed(new, resumed, limit.clock, CALENDAR) == elapsed(due, held, limit.clock, CALENDAR)
    else:
        assert new == due
    assert new >= due or elapsed(new, due, limit.clock, CALENDAR) == timedelta(0)


@given(moments, limits, pauses, pauses, pauses)
def test_two_pauses_end_to_end_are_one(
    start: datetime, limit: Limit, after: timedelta, first: timedelta, second: timedelta
) -> None:
    due = limit.due_from(start, CALENDAR)
    held = start + after
    middle, end = held + first, held + first + second
    at_once = resumed_due(due, held, end, limit.clock, CALENDAR)
    in_parts = resumed_due(resumed_due(due, held, middle, limit.clock, CALENDAR), middle, end, limit.clock, CALENDAR)
    for moment in (end, end + timedelta(days=3)):
        left = elapsed(moment, at_once, limit.clock, CALENDAR), elapsed(at_once, moment, limit.clock, CALENDAR)
        assert left == (
            elapsed(moment, in_parts, limit.clock, CALENDAR),
            elapsed(in_parts, moment, limit.clock, CALENDAR),
        )


@given(moments, limits, st.lists(st.tuples(pauses, pauses), max_size=8))
def test_however_often_it_is_put_on_hold_exactly_the_limit_is_worked(
    start: datetime, limit: Limit, rounds: list[tuple[timedelta, timedelta]]
) -> None:
    """Over a whole flow of work and holds: what was worked until each hold and what is left add up to the limit."""
    due, now, worked = limit.due_from(start, CALENDAR), start, timedelta(0)
    for work, pause in rounds:
        held = now + work
        if held >= due:
            break
        worked += elapsed(now, held, limit.clock, CALENDAR)
        due = resumed_due(due, held, held + pause, limit.clock, CALENDAR)
        now = held + pause
    assert worked + elapsed(now, due, limit.clock, CALENDAR) == limit.duration


@given(moments, limits, limits, pauses, pauses)
def test_another_limit_keeps_the_pauses_of_the_first(
    start: datetime, limit: Limit, other: Limit, after: timedelta, pause: timedelta
) -> None:
    """Reclassified after a hold or before it, the ticket is due at the same moment."""
    other = Limit(other.duration, limit.clock)
    first, second = limit.due_from(start, CALENDAR), other.due_from(start, CALENDAR)
    held = min(start + after, first, second)
    present = resumed_due(first, held, held + pause, limit.clock, CALENDAR)
    carried = carried_due(first, present, second, limit.clock, CALENDAR)
    resumed = resumed_due(second, held, held + pause, limit.clock, CALENDAR)
    assert elapsed(carried, resumed, limit.clock, CALENDAR) == timedelta(0)
    assert elapsed(resumed, carried, limit.clock, CALENDAR) == timedelta(0)
    assert carried_due(first, first, second, limit.clock, CALENDAR) == second


@given(moments, moments, limits)
def test_who_starts_later_is_never_due_earlier(one: datetime, other: datetime, limit: Limit) -> None:
    early, late = sorted((one, other))
    assert limit.due_from(early, CALENDAR) <= limit.due_from(late, CALENDAR)


@pytest.mark.parametrize(
    ("held", "resumed", "due"),
    [
        ("2026-11-16 14:00", "2026-11-18 09:00", "2026-11-18 14:00"),  # four hours were left
        ("2026-11-16 14:00", "2026-11-21 12:00", "2026-11-23 14:00"),  # resumed on a Saturday
        ("2026-11-16 20:00", "2026-11-18 11:00", "2026-11-18 11:00"),  # held just as it fell due
        ("2026-11-17 10:00", "2026-11-18 11:00", "2026-11-18 10:00"),  # an hour overdue stays an hour overdue
    ],
)
def test_pauses(held: str, resumed: str, due: str) -> None:
    new = resumed_due(local("2026-11-16 18:00"), local(held), local(resumed), Clock.WORKING, CALENDAR)
    assert new == local(due)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  emergency:", "  emergencies:", "'emergency' is missing"),
        ("  praise:", "  prize:", "'praise' of service 'civic.praise' is missing"),
        ("accept_hours: 0.25", "accept_hours: 0", "no positive number"),
        ("accept_hours: 0.25", "accept_hours: .inf", "number"),
        ("accept_hours: 0.25", "accept_hours: soon", "no number"),
        ("clock: 24x7}", "clock: 24/7}", "none of 24x7, working"),
        ("yellow_from: 0.75", "yellow_from: 1.5", "yellow"),
        ("yellow_from: 0.75, ", "", "'yellow_from' is missing"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    packaged = PACKAGED.read_text(encoding="utf-8")
    assert old in packaged
    path = tmp_path / "sla.yaml"
    path.write_text(packaged.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_sla(CATALOGUE, path)
