"""The clock of a ticket: single checks, a whole life minute by minute, and what holds for every ticket."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.escalation import PACKAGED, load_escalation
from routing.catalogue import OTHER, UnknownService, Urgency
from routing.clock_moments import decision_at, next_check, ticket_colour
from routing.escalation import CLOCK_FIELDS, ClockStep, applied, check
from routing.sla import Colour
from routing.ticket import Status, Ticket
from tests.unit.district import CATALOGUE, CLOCK, ORGANISATION, local
from tests.unit.ticket_life import TOP, claimed, delays, ticket, tickets, told

MINUTE = timedelta(minutes=1)


def test_a_ticket_that_nobody_claims_climbs_the_whole_chain() -> None:
    """Dispatched Monday 09:00, to be claimed by 11:00 and done by Wednesday 18:00; then up once a working day."""
    assert told(ticket(local("2026-11-16 09:00")), "2027-03-01 00:00") == [
        ("11-16 10:30:00", "remind accept"),
        ("11-16 11:00:00", "accept → 1 released"),
        ("11-17 11:00:00", "accept → 2"),
        ("11-18 11:00:00", "remind resolve, accept → 3"),
        ("11-18 18:00:00", "resolve → 4"),
        ("11-19 18:00:00", "resolve → 5"),
        ("11-20 18:00:00", "resolve → 6"),
        ("11-23 18:00:00", "resolve → 7"),
    ]


def test_a_claimed_ticket_is_reminded_once_and_climbs_when_it_runs_out() -> None:
    one = claimed(ticket(local("2026-11-16 09:00")), local("2026-11-16 09:30"))
    assert told(one, "2026-11-20 12:00") == [
        ("11-18 09:30:00", "question"),  # two working days without any progress
        ("11-18 11:00:00", "remind resolve"),  # 18 of 24 working hours
        ("11-18 18:00:00", "resolve → 1"),
        ("11-19 09:30:00", "idle → 2 released"),
        ("11-20 09:30:00", "resolve → 3"),
    ]


def test_an_emergency_climbs_every_quarter_of_an_hour_even_at_night() -> None:
    one = ticket(local("2026-02-17 02:00"), "utility.gas", Urgency.EMERGENCY)
    assert told(one, "2026-02-17 06:00") == [
        ("02-17 02:11:15", "remind accept"),
        ("02-17 02:15:00", "accept → 1 released"),
        ("02-17 02:30:00", "accept → 2"),
        ("02-17 02:45:00", "accept → 3"),
        ("02-17 03:00:00", "accept → 4"),
        ("02-17 03:15:00", "accept → 5"),
        ("02-17 03:30:00", "accept → 6"),
        ("02-17 03:45:00", "accept → 7"),  # the top was told three times more, then it stays red
    ]


def test_working_limits_sleep_over_the_spring_festival() -> None:
    one = claimed(ticket(local("2026-02-13 17:00")), local("2026-02-13 17:10"))
    assert told(one, "2026-02-26 12:00") == [
        ("02-24 17:10:00", "question"),
        ("02-25 10:00:00", "remind resolve"),
        ("02-25 17:00:00", "resolve → 1"),
        ("02-25 17:10:00", "idle → 2 released"),
    ]


def test_a_claim_after_release_stops_the_accept_limit() -> None:
    one = ticket(local("2026-11-16 09:00"))
    at_due = local("2026-11-16 11:00")
    one = applied(one, check(one, CLOCK, at_due, top=TOP), at_due)
    assert one.assignee_id is None
    assert one.status is Status.DISPATCHED
    one = claimed(one, local("2026-11-16 14:00"), holder=9)
    assert told(one, "2026-11-19 09:00") == [
        ("11-18 11:00:00", "remind resolve"),
        ("11-18 14:00:00", "question"),
        ("11-18 18:00:00", "resolve → 2"),
    ]


def test_whoever_gets_it_after_its_limit_has_the_whole_interval() -> None:
    """A superior hands an expired ticket to somebody: the next check does not take it away at once."""
    one = ticket(local("2026-11-16 09:00"))
    at_due = local("2026-11-16 11:00")
    one = applied(one, check(one, CLOCK, at_due, top=TOP), at_due)
    one = replace(one, assignee_id=12)
    assert check(one, CLOCK, at_due + timedelta(minutes=5), top=TOP).is_nothing
    step = check(one, CLOCK, local("2026-11-17 11:00"), top=TOP)
    assert step.release
    assert step.escalate_to_level == 2


def test_a_job_that_slept_takes_one_step_and_leaves_time_to_act() -> None:
    one = ticket(local("2026-11-16 09:00"), urgency=Urgency.URGENT)
    late = local("2026-11-20 03:00")
    levels = []
    for _ in range(3):
        step = check(one, CLOCK, late, top=TOP)
        one = applied(one, step, late)
        levels.append(step.escalate_to_level)
        assert step.reminders == ()
    assert levels == [1, None, None]
    assert one.next_check_at == late + timedelta(hours=2)
    assert check(one, CLOCK, late + timedelta(hours=2), top=TOP).escalate_to_level == 2


def test_on_hold_nothing_falls_due() -> None:
    one = claimed(ticket(local("2026-11-16 09:00")), local("2026-11-16 09:30"))
    held = replace(one, status=Status.ON_HOLD, held_at=local("2026-11-16 10:00"))
    assert check(held, CLOCK, local("2027-11-16 10:00"), top=TOP) == ClockStep()
    assert next_check(held, CLOCK, local("2026-11-16 10:00"), top=TOP) is None


@pytest.mark.parametrize("status", [Status.ARCHIVED, Status.WITHDRAWN])
def test_what_is_over_needs_no_clock(status: Status) -> None:
    one = replace(ticket(local("2026-11-16 09:00")), status=status)
    assert check(one, CLOCK, local("2027-11-16 10:00"), top=TOP) == ClockStep()


def test_silence_for_two_days_archives() -> None:
    done = local("2026-11-20 17:00")
    one = replace(ticket(local("2026-11-16 09:00")), status=Status.RESOLVED, resolved_at=done)
    two_days = timedelta(hours=48)
    assert next_check(one, CLOCK, done, top=TOP) == done + two_days
    assert check(one, CLOCK, done + two_days - MINUTE, top=TOP).is_nothing
    step = check(one, CLOCK, done + two_days, top=TOP)
    assert step == ClockStep(archive=True)
    after = applied(one, step, done + two_days)
    assert (after.status, after.archived_at) == (Status.ARCHIVED, done + two_days)


def test_a_contradiction_goes_up_and_is_then_decided_for_the_resident() -> None:
    """Said on Friday 17:00; eight working hours are a day, so Monday 17:00 and Tuesday 17:00."""
    done = replace(ticket(local("2026-11-16 09:00"), holder=7), status=Status.ARCHIVED, archived_at=local("2026-11-19"))
    said = replace(done, disputed_at=local("2026-11-20 17:00"), solved=True)
    monday, tuesday = local("2026-11-23 17:00"), local("2026-11-24 17:00")
    assert next_check(said, CLOCK, said.archived_at or monday, top=TOP) == decision_at(said, CLOCK) == monday
    assert check(said, CLOCK, monday - MINUTE, top=TOP).is_nothing
    up = check(said, CLOCK, monday, top=TOP)
    assert (up.decision_goes_up, up.redo_until, up.next_check_at) == (True, None, tuesday)
    asked = applied(said, up, monday)
    again = check(asked, CLOCK, tuesday, top=TOP)
    assert (again.decision_goes_up, again.redo_until) == (False, local("2026-11-27 17:00"))
    after = applied(asked, again, tuesday)
    assert (after.status, after.disputed_at, after.reopens, after.solved) == (Status.IN_PROGRESS, None, 1, False)
    assert (after.resolve_due_at, after.reminded, after.archived_at) == (local("2026-11-27 17:00"), frozenset(), None)
    assert after.next_check_at == again.next_check_at


def test_a_job_that_slept_leaves_the_next_level_its_time() -> None:
    done = replace(ticket(local("2026-11-16 09:00"), holder=7), status=Status.ARCHIVED, archived_at=local("2026-11-19"))
    said, late = replace(done, disputed_at=local("2026-11-20 17:00")), local("2026-12-07 10:00")
    asked = applied(said, check(said, CLOCK, late, top=TOP), late)
    assert decision_at(asked, CLOCK) == local("2026-12-08 10:00")
    assert check(asked, CLOCK, late, top=TOP).is_nothing


def test_a_ticket_of_a_service_that_left_the_catalogue_goes_by_the_clock_of_everything_else() -> None:
    opened = local("2026-11-16 09:00")
    gone = replace(ticket(opened), service_code="gone.service")
    known = replace(gone, service_code=OTHER)
    at = local("2026-11-18 17:59")
    assert check(gone, CLOCK, at, top=TOP) == check(known, CLOCK, at, top=TOP)
    assert ticket_colour(gone, CLOCK, at) is ticket_colour(known, CLOCK, at)
    with pytest.raises(UnknownService):
        CATALOGUE.get("gone.service")


@pytest.mark.parametrize(
    ("status", "now", "colour"),
    [
        (Status.DISPATCHED, "2026-11-16 10:00", Colour.GREEN),
        (Status.DISPATCHED, "2026-11-16 10:45", Colour.YELLOW),  # the limit to claim
        (Status.DISPATCHED, "2026-11-16 11:00", Colour.RED),
        (Status.IN_PROGRESS, "2026-11-16 11:00", Colour.GREEN),  # no longer counts
        (Status.IN_PROGRESS, "2026-11-18 11:00", Colour.YELLOW),
        (Status.IN_PROGRESS, "2026-11-18 18:00", Colour.RED),
        (Status.ON_HOLD, "2026-12-30 18:00", Colour.YELLOW),  # as when it was put on hold
        (Status.RESOLVED, "2026-12-30 18:00", Colour.GREEN),  # as when it was done
    ],
)
def test_the_colour_of_a_ticket(status: Status, now: str, colour: Colour) -> None:
    one = replace(ticket(local("2026-11-16 09:00")), status=status)
    if status is Status.ON_HOLD:
        one = replace(one, held_at=local("2026-11-18 12:00"))
    if status is Status.RESOLVED:
        one = replace(one, resolved_at=local("2026-11-17 12:00"))
    assert ticket_colour(one, CLOCK, local(now)) is colour


@given(tickets, delays, st.booleans())
def test_a_second_check_at_the_same_moment_finds_nothing(one: Ticket, delay: timedelta, is_claimed: bool) -> None:
    now = one.dispatched_at + delay
    if is_claimed:
        one = claimed(one, one.dispatched_at)
    step = check(one, CLOCK, now, top=TOP)
    again = check(applied(one, step, now), CLOCK, now, top=TOP)
    assert again.is_nothing
    assert again.next_check_at == step.next_check_at


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (Status.IN_PROGRESS, ClockStep((("resolve", local("2026-11-20 09:00")),), question=True, urge_expired=True)),
        (Status.IN_PROGRESS, ClockStep(escalate_to_level=2, cause="idle", release=True, hand_over_lapsed=True)),
        (Status.DISPATCHED, ClockStep(escalate_to_level=3, cause="accept", decide=True)),
        (Status.RESOLVED, ClockStep(archive=True)),
        (Status.ARCHIVED, ClockStep(decision_goes_up=True)),
    ],
)
def test_a_step_changes_nothing_but_the_fields_of_the_clock(status: Status, step: ClockStep) -> None:
    """What the sweep writes of a ticket are these alone, so a change of another one would be lost."""
    at = local("2026-11-16 09:00")
    before = replace(ticket(at), status=status, acknowledged_until=at, questioned_at=at, progress_at=at, claimed_at=at)
    after = applied(before, step, local("2026-11-19 09:00"))
    changed = {one.name for one in fields(Ticket) if getattr(before, one.name) != getattr(after, one.name)}
    assert changed <= set(CLOCK_FIELDS)
    assert changed > {"next_check_at"}


@given(tickets, delays)
def test_nothing_falls_due_before_the_stored_moment(one: Ticket, delay: timedelta) -> None:
    now = one.dispatched_at + delay
    one = applied(one, check(one, CLOCK, now, top=TOP), now)
    if one.next_check_at is None:
        assert check(one, CLOCK, now + timedelta(days=400), top=TOP).is_nothing
    else:
        assert one.next_check_at > now
        assert check(one, CLOCK, one.next_check_at - timedelta(microseconds=1), top=TOP).is_nothing
        assert not check(one, CLOCK, one.next_check_at, top=TOP).is_nothing


@given(tickets, st.booleans(), st.integers(0, 6))
def test_a_life_ends_after_every_level_was_told_once(one: Ticket, is_claimed: bool, top: int) -> None:
    if is_claimed:
        one = claimed(one, one.dispatched_at)
    one = replace(one, next_check_at=next_check(one, CLOCK, one.dispatched_at, top=top))
    levels: list[int] = []
    reminded: list[str] = []
    while one.next_check_at is not None:
        now = one.next_check_at
        step = check(one, CLOCK, now, top=top)
        levels += [step.escalate_to_level] if step.escalate_to_level is not None else []
        reminded += [name for name, _ in step.reminders]
        one = applied(one, step, now)
    assert levels == list(range(1, top + CLOCK.policy.base.repeats_at_top + 1))
    assert len(reminded) == len(set(reminded))
    assert one.is_open


@given(tickets, st.lists(st.timedeltas(timedelta(seconds=1), timedelta(days=5)), max_size=30))
def test_a_job_that_ticks_as_it_likes_skips_no_level(one: Ticket, gaps: list[timedelta]) -> None:
    now = one.dispatched_at
    for gap in gaps:
        now += gap
        before = one.escalation_level
        step = check(one, CLOCK, now, top=TOP)
        one = applied(one, step, now)
        assert one.escalation_level - before in {0, 1}
        assert (step.cause is not None) == (step.escalate_to_level is not None)
        assert not step.release or step.escalate_to_level is not None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("emergency: 0.25", "emergency: 0", "no positive number"),
        ("emergency: 0.25\n", "panic: 0.25\n", "unknown key 'panic'"),
        ("repeats_at_top: 3", "repeats_at_top: -1", "no whole number"),
        ("archive_after_hours: 48", "archive_after_hours: nan", "no positive number"),
        ("archive_after_hours: 48", "", "'archive_after_hours' is missing"),
    ],
)
def test_a_wrong_policy_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    packaged = PACKAGED.read_text(encoding="utf-8")
    assert old in packaged
    path = tmp_path / "escalation.yaml"
    path.write_text(packaged.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_escalation(ORGANISATION, CATALOGUE, path)
