"""What is foretold of a ticket, by hand-computed times and the people of the sample district."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from routing.catalogue import Urgency
from routing.forecast import Foreseen, forecast
from routing.ladder import ladder
from routing.staff import Role
from routing.ticket import Status, Ticket
from tests.unit.district import CLOCK, DUTIES, POSTS, SHANGHAI, TREE, local
from tests.unit.ticket_life import claimed, ticket


def foretold(one: Ticket, at: datetime) -> tuple[Foreseen, ...]:
    """All of it, with the register as it stands."""
    one = replace(one, area_code="TD101-X1", area_path="TC/TD/TD1/TD101/TD101-01/TD101-X1/")
    steps = ladder(one, CLOCK.policy.plan_for(one), TREE, DUTIES)
    return forecast(one, CLOCK, at, steps=steps, posts_at=lambda _: POSTS)


def lines(one: Ticket, at: str) -> list[tuple[str, str]]:
    """Local times and what happens, for a table."""
    found = []
    for seen in foretold(one, local(at)):
        step = seen.step
        what = [f"remind {name}" for name, _ in step.reminders]
        what += ["question"] if step.question else []
        what += ["release"] if step.release else ["decide"] if step.decide else []
        if step.escalate_to_level is not None:
            roles = "/".join(sorted({post.role.value for post in seen.superiors}))
            what.append(f"{step.cause} → {seen.after.escalation_level} {roles}")
        what += ["archive"] if step.archive else []
        found.append((seen.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"), ", ".join(what)))
    return found


def test_nobody_claims_an_ordinary_ticket() -> None:
    assert lines(ticket(local("2026-11-23 10:00"), holder=9001), "2026-11-23 10:00") == [
        ("2026-11-23 11:30", "remind accept"),
        ("2026-11-23 12:00", "release, accept → 1 grid_lead/grid_worker"),
        ("2026-11-24 12:00", "accept → 2 community"),
        ("2026-11-25 12:00", "remind resolve, accept → 3 street"),
        ("2026-11-26 10:00", "resolve → 4 supervisor"),
        ("2026-11-27 10:00", "resolve → 5 supervisor"),
        ("2026-11-30 10:00", "resolve → 6 supervisor"),
        ("2026-12-01 10:00", "resolve → 7 supervisor"),
        ("2026-12-02 10:00", "resolve → 8 supervisor"),
    ]


def test_a_claim_over_the_end_of_the_year_is_left_lying() -> None:
    """1 January 2027 is free, then a weekend: the claim of Thursday 17:00 is asked about on Tuesday 17:00."""
    one = claimed(ticket(local("2026-12-31 16:00"), "property.fee", holder=9001), local("2026-12-31 17:00"), 9001)
    assert lines(one, "2026-12-31 17:00")[:5] == [
        ("2027-01-05 17:00", "question"),
        ("2027-01-06 17:00", "release, idle → 1 grid_lead/grid_worker"),
        ("2027-01-07 14:00", "remind resolve"),  # 30 of 40 hours
        ("2027-01-07 17:00", "accept → 2 community"),
        ("2027-01-08 16:00", "resolve → 3 street"),
    ]


def test_over_the_spring_festival_of_2027() -> None:
    """5 to 10 February 2027 are free by law, the 6th and 7th a weekend as well; no make-up days are announced."""
    one = ticket(local("2027-02-04 17:00"), holder=9001)
    assert lines(one, "2027-02-04 17:00")[:4] == [
        ("2027-02-11 09:30", "remind accept"),
        ("2027-02-11 10:00", "release, accept → 1 grid_lead/grid_worker"),
        ("2027-02-12 10:00", "accept → 2 community"),
        ("2027-02-15 10:00", "remind resolve, accept → 3 street"),
    ]


def test_an_emergency_on_new_years_night() -> None:
    one = ticket(local("2026-12-31 23:50"), "utility.gas", Urgency.EMERGENCY, holder=9001)
    assert [at for at, _ in lines(one, "2026-12-31 23:50")] == [
        "2027-01-01 00:01",
        "2027-01-01 00:05",
        "2027-01-01 00:20",
        "2027-01-01 00:35",
        "2027-01-01 00:50",
        "2027-01-01 01:05",
        "2027-01-01 01:20",
        "2027-01-01 01:35",
        "2027-01-01 01:50",
        # The limit to resolve is yellow on the next day; the top has heard of it often enough.
        "2027-01-01 17:50",
    ]


@pytest.mark.parametrize("status", [Status.ON_HOLD, Status.ARCHIVED, Status.WITHDRAWN])
def test_what_rests_has_nothing_to_come(status: Status) -> None:
    one = replace(ticket(local("2026-11-16 09:00")), status=status, held_at=local("2026-11-16 10:00"))
    assert lines(one, "2026-11-16 10:00") == []


def test_what_is_done_is_archived_by_silence() -> None:
    one = replace(ticket(local("2026-11-16 09:00")), status=Status.RESOLVED, resolved_at=local("2026-11-20 17:00"))
    assert lines(one, "2026-11-21 09:00") == [("2026-11-22 17:00", "archive")]


def test_what_was_taken_away_too_often_goes_to_somebody() -> None:
    one = replace(ticket(local("2026-11-23 10:00"), holder=9001), lapses=CLOCK.handling.most_lapses)
    first, second, *_ = (seen for seen in foretold(one, local("2026-11-23 10:00")) if seen.step.decide)
    holder = next(post for post in POSTS if post.id == first.after.assignee_id)
    assert holder.role in {Role.GRID_WORKER, Role.GRID_LEAD}
    assert second.before.assignee_id == holder.id


def test_a_forecast_from_later_begins_with_what_is_overdue() -> None:
    one = ticket(local("2026-11-23 10:00"), holder=9001)
    (at, what), *_ = lines(one, "2026-11-23 15:00")
    assert (at, what) == ("2026-11-23 15:00", "release, accept → 1 grid_lead/grid_worker")
