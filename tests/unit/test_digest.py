"""Making a digest of counts and open tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.areas import Area
from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.digest import Digest, RankedArea
from routing.digest_composition import Below, Material, build_digest, rank, rates_of
from routing.digest_schedule import Period
from routing.place import Place
from routing.queries import PeriodCounts
from routing.rates import Rate
from routing.script import Script
from routing.sla import Colour, StandingThresholds
from routing.ticket import Satisfaction, Status, Ticket
from routing.ticket_events import EventKind, TicketEvent

END = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
START = END - timedelta(days=1)
HOUR = timedelta(hours=1)
FAIR_COUNTS = frozenset({Satisfaction.SATISFIED, Satisfaction.FAIR})
NOTHING = PeriodCounts(
    new=0,
    resolved=0,
    archived=0,
    escalations=0,
    accepted_on_time=0,
    accepted=0,
    resolved_on_time=0,
    asked_solved=0,
    solved=0,
    ratings={},
    reopened=0,
    by_service={},
    patrol_found=0,
    patrol_solved=0,
    street_ratings={},
)
COUNTS = PeriodCounts(
    new=12,
    resolved=8,
    archived=5,
    escalations=3,
    accepted_on_time=9,
    accepted=10,
    resolved_on_time=6,
    asked_solved=4,
    solved=3,
    ratings={Satisfaction.SATISFIED: 2, Satisfaction.FAIR: 1, Satisfaction.DISSATISFIED: 1},
    reopened=2,
    by_service={},
    patrol_found=0,
    patrol_solved=0,
    street_ratings={},
)
TICKET = Ticket(
    id=1,
    number="A1-261124-001",
    status=Status.IN_PROGRESS,
    service_code="housing.leak",
    appeal_type=AppealType.HELP,
    urgency=Urgency.NORMAL,
    text="楼上漏水",
    place=Place(building="3", unit="2", room="502"),
    area_code="G1",
    area_path="S/C/G1/",
    owner=OwnerKind.PROPERTY,
    owner_area_code="G1",
    platform="telegram",
    script=Script.HANS,
    created_at=START,
    dispatched_at=START,
    accept_due_at=END - 5 * HOUR,
    resolve_due_at=END - 2 * HOUR,
    assignee_id=7,
)


def digest_of(
    *tickets: Ticket,
    counts: PeriodCounts = COUNTS,
    below: Sequence[Below] = (),
    escalated: Sequence[TicketEvent] = (),
    colours: Mapping[int, Colour] | None = None,
) -> Digest:
    material = Material(
        area=Area("S", "东兴街道", "street"),
        period=Period.DAY,
        start=START,
        end=END,
        counts=counts,
        open_tickets=tickets,
        below=below,
        escalated=escalated,
        escalated_since=END - 15 * HOUR,
        holders={7: "王芳"},
    )
    return build_digest(
        material,
        colour_of=lambda ticket: (colours or {}).get(ticket.id, Colour.RED),
        place_of=lambda ticket: f"{ticket.place.building}栋",
        satisfied=FAIR_COUNTS,
        thresholds=StandingThresholds(),
    )


def test_figures_are_those_of_the_counts() -> None:
    digest = digest_of()
    assert (digest.new, digest.resolved, digest.archived) == (12, 8, 5)
    assert (digest.start, digest.end, digest.area_name) == (START, END, "东兴街道")


def test_rates_name_what_they_are_made_of() -> None:
    rates = digest_of().rates
    assert rates.response == Rate(9, 10)
    assert rates.on_time == Rate(6, 8)
    # Three answered that it is solved, two that it is not.
    assert rates.solved == Rate(3, 5)
    assert rates.satisfied == Rate(3, 4)
    # Two completions were sent back, eight stand.
    assert rates.rework == Rate(2, 10)


def test_which_answers_count_as_satisfied_is_the_districts_choice() -> None:
    assert rates_of(COUNTS, frozenset({Satisfaction.SATISFIED})).satisfied == Rate(2, 4)


def test_urges_without_an_answer_are_listed_the_oldest_first() -> None:
    tickets = (
        replace(TICKET, id=1, number="later", urge_due_at=END - HOUR),
        replace(TICKET, id=2, number="earlier", urge_due_at=END - 2 * HOUR, assignee_id=None),
        replace(TICKET, id=3, number="not yet", urge_due_at=END + HOUR),
        replace(TICKET, id=4, number="rests", urge_due_at=END - HOUR, status=Status.ON_HOLD, held_at=START),
        replace(TICKET, id=5, number="none"),
    )
    found = digest_of(*tickets).unanswered
    assert [(one.number, one.holder) for one in found] == [("earlier", None), ("later", "王芳")]


def test_open_tickets_are_counted_by_colour() -> None:
    tickets = [replace(TICKET, id=number) for number in range(1, 7)]
    tickets[5] = replace(tickets[5], status=Status.ON_HOLD, held_at=END - 3 * HOUR)
    colours = {1: Colour.GREEN, 2: Colour.GREEN, 3: Colour.YELLOW, 4: Colour.RED, 5: Colour.GREEN, 6: Colour.YELLOW}
    shown = digest_of(*tickets, colours=colours).open
    assert (shown.green, shown.yellow, shown.red, shown.on_hold, shown.total) == (3, 2, 1, 1, 6)


def test_what_came_after_the_slot_is_left_for_the_next_digest() -> None:
    assert digest_of(replace(TICKET, created_at=END)).open.total == 0
    assert digest_of(replace(TICKET, created_at=END - timedelta(seconds=1))).open.total == 1


@pytest.mark.parametrize(
    ("change", "limit", "overdue"),
    [
        ({}, "resolve", 2 * HOUR),
        ({"status": Status.DISPATCHED, "resolve_due_at": END + HOUR}, "accept", 5 * HOUR),
        # Unclaimed, and even the time to resolve has run out: that is the graver news.
        ({"status": Status.DISPATCHED}, "resolve", 2 * HOUR),
        ({"status": Status.DISPATCHED, "resolve_due_at": END}, "resolve", timedelta(0)),
        # Put aside an hour after it fell due: it is not getting later.
        ({"status": Status.ON_HOLD, "held_at": END - HOUR}, "resolve", HOUR),
        # A district that calls nine tenths red: nothing is overdue yet.
        ({"resolve_due_at": END + HOUR}, "resolve", timedelta(0)),
    ],
)
def test_an_overdue_ticket_says_which_limit_and_how_long(
    change: dict[str, Any], limit: str, overdue: timedelta
) -> None:
    (red,) = digest_of(replace(TICKET, **change)).red
    assert (red.limit, red.overdue) == (limit, overdue)


def test_an_overdue_ticket_says_who_has_it_and_where_it_is() -> None:
    held, pool = digest_of(TICKET, replace(TICKET, id=2, number="A1-261124-002", assignee_id=None)).red
    assert (held.number, held.holder, held.place, held.service_code) == (TICKET.number, "王芳", "3栋", "housing.leak")
    assert pool.holder is None


def test_emergencies_come_first_then_what_is_overdue_longest() -> None:
    recent = replace(TICKET, id=2, number="recent", resolve_due_at=END - HOUR)
    ancient = replace(TICKET, id=3, number="ancient", resolve_due_at=END - 40 * HOUR)
    emergency = replace(recent, id=4, number="emergency", urgency=Urgency.EMERGENCY)
    order = [red.number for red in digest_of(recent, TICKET, emergency, ancient).red]
    assert order == ["emergency", "ancient", TICKET.number, "recent"]


def test_escalations_are_counted_by_step_and_by_ticket() -> None:
    steps = [TicketEvent(number, EventKind.ESCALATED, END - HOUR) for number in (1, 1, 2)]
    went_up = digest_of(escalated=steps).escalations
    assert (went_up.times, went_up.tickets, went_up.since) == (3, 2, END - 15 * HOUR)


def below(code: str, counts: PeriodCounts) -> Below:
    return Below(Area(code, f"社区{code}", "community"), f"S/{code}/", counts)


def test_areas_below_are_counted_by_the_path_of_their_tickets() -> None:
    tickets = (
        replace(TICKET, id=1, area_path="S/C1/G/"),
        replace(TICKET, id=2, area_path="S/C1/"),
        replace(TICKET, id=3, area_path="S/C10/G/"),
    )
    ranking = digest_of(*tickets, below=[below("C1", COUNTS), below("C10", NOTHING)], colours={2: Colour.GREEN}).ranking
    assert [(area.area_code, area.open, area.red) for area in ranking] == [("C1", 2, 1), ("C10", 1, 1)]


def ranked(code: str, on_time: tuple[int, int], *, red: int = 0, new: int = 1) -> RankedArea:
    rates = replace(rates_of(NOTHING, FAIR_COUNTS), on_time=Rate(*on_time))
    return RankedArea(None, code, code, new=new, resolved=on_time[1], open=red, red=red, rates=rates)


@pytest.mark.parametrize(
    ("areas", "order"),
    [
        # One lucky case does not beat steady work.
        ([ranked("lucky", (1, 1)), ranked("steady", (95, 100))], [(1, "steady"), (2, "lucky")]),
        ([ranked("worse", (5, 10)), ranked("better", (9, 10))], [(1, "better"), (2, "worse")]),
        # Equal rates: fewer overdue first.
        ([ranked("a", (9, 10), red=2), ranked("b", (9, 10), red=1)], [(1, "b"), (2, "a")]),
        # Equal in everything: the same number, and the next one is skipped.
        (
            [ranked("c", (1, 10)), ranked("b", (9, 10)), ranked("a", (9, 10))],
            [(1, "a"), (1, "b"), (3, "c")],
        ),
        # Nothing finished: neither good nor bad, below and without a number; nothing at all: not listed.
        (
            [ranked("idle", (0, 0)), ranked("failing", (0, 3)), ranked("empty", (0, 0), new=0)],
            [(1, "failing"), (None, "idle")],
        ),
    ],
)
def test_the_order_is_fair(areas: list[RankedArea], order: list[tuple[int | None, str]]) -> None:
    assert [(area.position, area.area_code) for area in rank(areas)] == order


COUNT = st.integers(0, 500)


@st.composite
def period_counts(draw: st.DrawFn) -> PeriodCounts:
    """Counts as a store gives them: parts never exceed their whole."""
    accepted, resolved, archived = draw(COUNT), draw(COUNT), draw(COUNT)
    asked = draw(st.integers(0, archived))
    satisfied, fair, dissatisfied = draw(COUNT), draw(COUNT), draw(COUNT)
    return PeriodCounts(
        new=draw(COUNT),
        resolved=resolved,
        archived=archived,
        escalations=draw(COUNT),
        accepted_on_time=draw(st.integers(0, accepted)),
        accepted=accepted,
        resolved_on_time=draw(st.integers(0, resolved)),
        asked_solved=asked,
        solved=draw(st.integers(0, asked)),
        ratings={
            Satisfaction.SATISFIED: satisfied,
            Satisfaction.FAIR: fair,
            Satisfaction.DISSATISFIED: dissatisfied,
        },
        reopened=draw(COUNT),
        by_service={},
        patrol_found=draw(COUNT),
        patrol_solved=0,
        street_ratings={},
    )


@given(period_counts(), st.sets(st.sampled_from(Satisfaction)))
def test_rates_of_any_counts_are_rates(counts: PeriodCounts, satisfied: set[Satisfaction]) -> None:
    rates = rates_of(counts, satisfied)
    for rate in (rates.response, rates.on_time, rates.solved, rates.satisfied, rates.rework):
        assert 0 <= rate.numerator <= rate.denominator


@given(st.lists(period_counts(), max_size=8))
def test_the_order_keeps_every_area_and_never_puts_a_lower_bound_first(all_counts: list[PeriodCounts]) -> None:
    ranking = digest_of(below=[below(str(number), counts) for number, counts in enumerate(all_counts)]).ranking
    told = {str(number) for number, counts in enumerate(all_counts) if counts.new or counts.resolved}
    assert {area.area_code for area in ranking} == told
    numbered = [area for area in ranking if area.position is not None]
    bounds = [area.rates.on_time.lower_bound or 0.0 for area in numbered]
    assert bounds == sorted(bounds, reverse=True)
    assert all(area.rates.on_time.denominator for area in numbered)
    positions = [area.position or 0 for area in numbered]
    assert positions == sorted(positions)
    assert all(area.position is None for area in ranking[len(numbered) :])
