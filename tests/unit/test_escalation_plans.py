"""Chains as a district sets them, claims without progress, urges and 知悉: by hand-computed times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.escalation import PACKAGED, load_escalation
from config.handling import PACKAGED as PACKAGED_HANDLING
from config.handling import load_handling
from routing.catalogue import Urgency
from routing.clock_moments import ClockRules, next_check
from routing.escalation import applied, check
from routing.escalation_plan import Channel, QuietHours
from routing.ladder import is_told_at, ladder, level_of, told_at
from routing.spans import span_of
from routing.staff import Role
from routing.ticket import PendingRequest, RequestKind, Status, Ticket
from tests.unit.district import CATALOGUE, CLOCK, DUTIES, ORGANISATION, POSTS, SHANGHAI, TREE, local
from tests.unit.ticket_life import TOP, claimed, delays, ticket, tickets, told


def rules_with(tmp_path: Path, old: str, new: str) -> ClockRules:
    """The packaged rules with another line in escalation.yaml."""
    packaged = PACKAGED.read_text(encoding="utf-8")
    assert old in packaged
    path = tmp_path / "escalation.yaml"
    path.write_text(packaged.replace(old, new), encoding="utf-8")
    return replace(CLOCK, policy=load_escalation(ORGANISATION, CATALOGUE, path))


def steps_until(one: Ticket, until: str, rules: ClockRules) -> list[tuple[str, object]]:
    """When the ticket goes up, to which level, as the clock job of ``rules`` sees it."""
    found: list[tuple[str, object]] = []
    one = replace(one, next_check_at=next_check(one, rules, one.dispatched_at, top=TOP))
    while one.next_check_at is not None and one.next_check_at <= local(until):
        now = one.next_check_at
        step = check(one, rules, now, top=TOP)
        if step.escalate_to_level is not None:
            found.append((now.astimezone(SHANGHAI).strftime("%m-%d %H:%M"), step.escalate_to_level))
        one = applied(one, step, now)
    return found


def test_a_plan_of_its_own_for_some_services_in_some_areas(tmp_path: Path) -> None:
    plan = """plans:
  - {services: [utility], areas: [TD1], repeat_hours: {emergency: 1, urgent: 1, normal: 1}, repeats_at_top: 0}
  - {services: [property.facility], first_at: {accept: 0.5, resolve: 1.25}}"""
    rules = rules_with(tmp_path, "plans: []", plan)
    water = ticket(local("2026-11-21 22:00"), "utility.water")
    assert steps_until(water, "2026-12-24 00:00", rules) == [
        ("11-21 22:30", 1),  # claimed by nobody within thirty minutes; then every hour instead of every eight
        ("11-21 23:30", 2),
        ("11-22 00:30", 3),
        ("11-22 01:30", 4),
    ]
    elsewhere = replace(water, area_path="TC/TD/TD2/")
    assert steps_until(elsewhere, "2026-11-22 12:00", rules) == [("11-21 22:30", 1), ("11-22 06:30", 2)]
    # Two hours to claim: at half of them one level up; 24 to do, and only six more hours later up for them.
    lock = ticket(local("2026-11-16 09:00"))
    assert steps_until(lock, "2026-11-16 12:00", rules) == [("11-16 10:00", 1)]
    lock = replace(claimed(lock, local("2026-11-16 09:30")), progress_at=local("2026-11-18 17:00"))
    assert steps_until(lock, "2026-11-20 12:00", rules) == [("11-19 16:00", 1)]


def test_an_early_escalation_takes_nothing_away(tmp_path: Path) -> None:
    rules = rules_with(tmp_path, "first_at: {accept: 1.0", "first_at: {accept: 0.5")
    one = ticket(local("2026-11-16 09:00"))
    step = check(one, rules, local("2026-11-16 10:00"), top=TOP)
    assert (step.escalate_to_level, step.cause, step.release) == (1, "accept", False)


def test_a_chain_of_its_own_and_how_far_it_goes(tmp_path: Path) -> None:
    one = replace(ticket(local("2026-11-16 09:00")), owner_area_code="TD101-X1", area_code="TD101-X1")
    usual = ladder(one, CLOCK.policy.plan_for(one), TREE, DUTIES)
    assert [step.key for step in usual] == ["property", "grid_team", "community", "street", "supervisor", "city"]
    for plan, keys in (
        ("highest: street", ["property", "grid_team", "community", "street"]),
        ("chain: [community, supervisor]", ["property", "community", "supervisor"]),
        ("chain: [property, street, city], highest: street", ["property", "street"]),
    ):
        rules = rules_with(tmp_path, "plans: []", f"plans: [{{{plan}}}]")
        assert [step.key for step in ladder(one, rules.policy.plan_for(one), TREE, DUTIES)] == keys


def test_a_level_that_nobody_fills_is_passed_over() -> None:
    one = replace(ticket(local("2026-11-16 09:00")), owner_area_code="TD101-X1", area_code="TD101-X1")
    steps = ladder(one, CLOCK.policy.base, TREE, DUTIES)
    without = [post for post in POSTS if post.role is not Role.COMMUNITY]
    level, posts = told_at(steps, 2, without, one)
    assert (level, {post.role for post in posts}) == (3, {Role.STREET})
    lead = next(post for post in POSTS if post.role is Role.GRID_LEAD and post.area_code in steps[1].area_codes)
    street = posts[0]
    assert (level_of(steps, lead), level_of(steps, street), level_of(steps, None)) == (1, 3, 0)
    assert is_told_at(steps, 1, lead)
    assert is_told_at(steps, 1, street)
    assert not is_told_at(steps, 2, lead)


@pytest.mark.parametrize(
    ("service", "urgency", "claimed_at", "question", "lapse"),
    [
        ("property.facility", "normal", "2026-11-16 09:00", "2026-11-17 18:00", "2026-11-18 18:00"),
        ("property.facility", "normal", "2026-11-20 15:00", "2026-11-24 15:00", "2026-11-25 15:00"),  # a weekend
        ("property.fee", "normal", "2026-09-30 13:00", "2026-10-09 12:00", "2026-10-10 12:00"),  # National Day
        ("property.fee", "normal", "2026-02-13 17:00", "2026-02-24 17:00", "2026-02-25 17:00"),  # worked 14 February
        ("property.fee", "normal", "2026-12-31 17:00", "2027-01-05 17:00", "2027-01-06 17:00"),  # into 2027
        ("property.fee", "normal", "2027-02-04 17:00", "2027-02-12 17:00", "2027-02-15 17:00"),  # Spring Festival 2027
        ("utility.water", "normal", "2026-11-21 23:00", "2026-11-22 15:00", "2026-11-22 23:00"),  # round the clock
        ("property.facility", "urgent", "2026-11-21 23:00", "2026-11-22 05:00", "2026-11-22 07:00"),
        ("utility.gas", "emergency", "2026-02-17 02:00", "2026-02-17 03:00", "2026-02-17 03:30"),
    ],
)
def test_a_claim_without_progress_is_questioned_and_lapses(
    service: str, urgency: str, claimed_at: str, question: str, lapse: str
) -> None:
    at = local(claimed_at)
    one = replace(claimed(ticket(at, service, Urgency(urgency)), at), resolve_due_at=at + timedelta(days=400))
    asked = check(one, CLOCK, local(question), top=TOP)
    assert asked.question
    assert not check(one, CLOCK, local(question) - timedelta(seconds=1), top=TOP).question
    one = applied(one, asked, local(question))
    assert check(one, CLOCK, local(lapse) - timedelta(seconds=1), top=TOP).is_nothing
    lapsed = check(one, CLOCK, local(lapse), top=TOP)
    assert (lapsed.cause, lapsed.release, lapsed.escalate_to_level) == ("idle", True, 1)
    after = applied(one, lapsed, local(lapse))
    assert (after.status, after.assignee_id, after.lapses, after.progress_at) == (Status.DISPATCHED, None, 1, None)
    assert (after.accept_due_at, after.resolve_due_at) == (one.accept_due_at, one.resolve_due_at)


def test_progress_keeps_the_claim_and_a_waiting_request_asks_nothing() -> None:
    one = claimed(ticket(local("2026-11-16 09:00"), "civic.suggestion"), local("2026-11-16 09:00"))
    moved = replace(one, progress_at=local("2026-11-17 10:00"))
    assert not check(moved, CLOCK, local("2026-11-18 09:00"), top=TOP).question
    assert check(moved, CLOCK, local("2026-11-19 10:00"), top=TOP).question
    request = PendingRequest(RequestKind.HOLD, "funds", 7, local("2026-11-16 10:00"))
    assert not check(replace(one, request=request), CLOCK, local("2026-11-19 10:00"), top=TOP).question


def test_what_the_clock_took_away_too_often_a_person_decides() -> None:
    """Dispatched Monday 09:00: twice it goes back to the pool by itself, the third time a superior has it."""
    one = ticket(local("2026-11-16 09:00"))
    causes = []
    for when in ("2026-11-16 11:00", "2026-11-17 11:00", "2026-11-18 11:00", "2026-11-18 18:00"):
        step = check(one, CLOCK, local(when), top=TOP)
        causes.append((step.release, step.decide))
        one = replace(applied(one, step, local(when)), assignee_id=12)
    assert causes == [(True, False), (True, False), (False, True), (False, True)]
    assert (one.lapses, one.status) == (4, Status.DISPATCHED)


def test_whom_a_person_gave_it_to_after_the_limit_has_the_interval_to_claim() -> None:
    """Claimed at once, handed on the next day, the limit to claim long past."""
    one = claimed(ticket(local("2026-11-16 09:00")), local("2026-11-16 09:10"))
    given = replace(
        one, status=Status.DISPATCHED, assignee_id=12, claimed_at=None, assigned_at=local("2026-11-17 10:00")
    )
    given = replace(given, next_check_at=next_check(given, CLOCK, local("2026-11-17 10:00"), top=TOP))
    assert told(given, "2026-11-19 12:00") == [
        ("11-18 10:00:00", "accept → 1 released"),
        ("11-18 11:00:00", "remind resolve"),
        ("11-18 18:00:00", "resolve → 2"),
    ]


def test_the_limit_to_resolve_waits_for_nobody() -> None:
    one = claimed(ticket(local("2026-11-16 09:00")), local("2026-11-16 09:10"))
    given = replace(
        one, status=Status.DISPATCHED, assignee_id=12, claimed_at=None, assigned_at=local("2026-11-18 17:00")
    )
    step = check(given, CLOCK, local("2026-11-18 18:00"), top=TOP)
    assert (step.cause, step.escalate_to_level, step.release) == ("resolve", 1, False)


def test_an_acknowledged_escalation_rests_until_its_deadline() -> None:
    one = ticket(local("2026-11-16 09:00"), holder=None)
    at = local("2026-11-16 11:00")
    one = applied(one, check(one, CLOCK, at, top=TOP), at)
    noted = replace(one, acknowledged_until=local("2026-11-17 16:00"))
    assert check(noted, CLOCK, local("2026-11-17 15:59"), top=TOP).escalate_to_level is None
    later = check(noted, CLOCK, local("2026-11-17 16:00"), top=TOP)
    assert later.escalate_to_level == 2
    assert applied(noted, later, local("2026-11-17 16:00")).acknowledged_until is None
    # A limit that runs out meanwhile is another matter than the one that was noted.
    slept = replace(one, acknowledged_until=local("2026-11-20 16:00"))
    assert check(slept, CLOCK, local("2026-11-18 17:59"), top=TOP).escalate_to_level is None
    assert check(slept, CLOCK, local("2026-11-18 18:00"), top=TOP).cause == "resolve"


def test_an_urge_runs_out_once() -> None:
    one = claimed(ticket(local("2026-11-16 09:00")), local("2026-11-16 09:10"))
    one = replace(one, urge_due_at=local("2026-11-16 16:00"), urged_by=3)
    assert next_check(one, CLOCK, local("2026-11-16 14:00"), top=TOP) == local("2026-11-16 16:00")
    step = check(one, CLOCK, local("2026-11-16 16:00"), top=TOP)
    assert (step.urge_expired, step.escalate_to_level) == (True, None)
    assert not check(
        applied(one, step, local("2026-11-16 16:00")), CLOCK, local("2026-11-16 17:00"), top=TOP
    ).urge_expired
    held = replace(one, status=Status.ON_HOLD, held_at=local("2026-11-16 15:00"))
    assert check(held, CLOCK, local("2026-11-16 16:00"), top=TOP).is_nothing


@pytest.mark.parametrize(
    ("start", "end", "at", "quiet"),
    [
        ("22:00", "07:00", "2026-11-16 21:59", False),
        ("22:00", "07:00", "2026-11-16 22:00", True),
        ("22:00", "07:00", "2026-11-17 00:00", True),
        ("22:00", "07:00", "2026-11-17 06:59", True),
        ("22:00", "07:00", "2026-11-17 07:00", False),
        ("12:00", "14:00", "2026-11-17 13:00", True),
        ("12:00", "14:00", "2026-11-17 14:00", False),
        ("00:00", "00:00", "2026-11-17 00:00", False),
    ],
)
def test_quiet_hours(start: str, end: str, at: str, quiet: bool) -> None:
    hours = QuietHours(_time(start), _time(end))
    assert hours.contains(local(at), SHANGHAI) is quiet
    policy = replace(CLOCK.policy, quiet_hours=hours)
    one = ticket(local("2026-11-16 09:00"))
    assert policy.is_quiet(one, local(at), SHANGHAI) is quiet
    assert not policy.is_quiet(replace(one, urgency=Urgency.EMERGENCY), local(at), SHANGHAI)


def _time(written: str) -> time:
    return time.fromisoformat(written)


@given(tickets, st.lists(delays, max_size=12), st.sets(st.integers(0, 11)))
def test_a_ticket_is_never_taken_away_for_ever_and_its_limits_stay(
    one: Ticket, gaps: Iterable[timedelta], claims: set[int]
) -> None:
    """Whoever claims again and again, however the job sleeps: limits never move, and after the cap somebody decides."""
    limits = one.accept_due_at, one.resolve_due_at
    now = one.dispatched_at
    for number, gap in enumerate(gaps):
        now += gap
        step = check(one, CLOCK, now, top=TOP)
        assert not (step.release and step.decide)
        assert not step.release or one.lapses < CLOCK.handling.most_lapses
        one = applied(one, step, now)
        if number in claims and one.status is Status.DISPATCHED:
            one = claimed(one, now)
        assert (one.accept_due_at, one.resolve_due_at) == limits
        assert one.is_open


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("2h", 120), ("30m", 30), ("1.5小时", 90), ("90分钟", 90), (" 2 H ", 120), ("1个小时", 60), ("240h", 14400)],
)
def test_spans(written: str, minutes: int) -> None:
    assert span_of(written) == timedelta(minutes=minutes)


@pytest.mark.parametrize("written", ["", "2", "h", "2d", "0h", "0.5m", "241h", "-2h", "2h2h", "二小时", "²h", "99999h"])
def test_what_is_no_span(written: str) -> None:
    assert span_of(written) is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("plans: []", "plans: [{chain: [nobody]}]", "'nobody' is none of the stations"),
        ("plans: []", "plans: [{highest: nobody}]", "'nobody' is none of the stations"),
        ("plans: []", "plans: [{services: [nothing]}]", "'nothing' is neither a service nor a group"),
        ("plans: []", "plans: [{repeats: 1}]", "unknown key 'repeats'"),
        ("channels: [private]", "channels: [letter]", "'letter' is none of private, staff_group"),
        ("channels: [private]", "channels: []", "at least one channel"),
        ("accept: 1.0", "accept: 0", "no positive share"),
        ('from: "22:00"', 'from: "25:00"', "no time of the day"),
    ],
)
def test_a_wrong_plan_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        rules_with(tmp_path, old, new)


def test_a_plan_keeps_what_it_does_not_name(tmp_path: Path) -> None:
    rules = rules_with(tmp_path, "plans: []", "plans: [{channels: [private, staff_group]}]")
    plan = rules.policy.plan_for(ticket(local("2026-11-16 09:00")))
    assert plan == replace(CLOCK.policy.base, channels=frozenset(Channel))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("ask_after_hours: 16", "ask_after_hours: 0", "no positive number"),
        ("most_lapses: 2", "most_lapses: -1", "no whole number"),
        ("returns: 3", "returns: 0", "no whole number from 1 on"),
        ("most_holds: 2", "", "'most_holds' is missing"),
        ("  normal: 8", "  usual: 8", "unknown key 'usual'"),
    ],
)
def test_wrong_handling_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    packaged = PACKAGED_HANDLING.read_text(encoding="utf-8")
    assert old in packaged
    path = tmp_path / "handling.yaml"
    path.write_text(packaged.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_handling(path)


def test_every_third_return_or_rework_lifts() -> None:
    assert [count for count in range(10) if CLOCK.handling.lifts_after_return(count)] == [3, 6, 9]
    assert [count for count in range(10) if CLOCK.handling.lifts_after_reopening(count)] == [3, 6, 9]
