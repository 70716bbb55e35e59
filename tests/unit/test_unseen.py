"""What raises a ticket unseen: handled sooner, while the group sees what it would see of anybody's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.catalogue import AppealType, Urgency
from routing.sla import DueTimes, later
from routing.ticket import Status, Ticket
from routing.unseen import as_public, pressed, raised, raised_urgency
from tests.contract.samples import ticket
from tests.town import configuration

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DISTRICT = configuration()
SERVICE = "property.facility"


def opened(urgency: Urgency = Urgency.NORMAL, **fields: Any) -> Ticket:
    limits = due(urgency)
    made = ticket(
        service_code=SERVICE,
        appeal_type=AppealType.HELP,
        urgency=urgency,
        accept_due_at=limits.accept_due_at,
        resolve_due_at=limits.resolve_due_at,
    )
    return replace(made, **fields)


def due(urgency: Urgency, at: datetime = NOW) -> DueTimes:
    return DISTRICT.sla.due_times(DISTRICT.catalogue.get(SERVICE), urgency, at, DISTRICT.calendar)


def public(one: Ticket) -> Ticket:
    limits = DISTRICT.sla.class_for(DISTRICT.catalogue.get(SERVICE), one.seen_urgency)
    return as_public(one, limits, DISTRICT.calendar)


def raise_once(one: Ticket) -> Ticket:
    urgency = raised_urgency(one)
    assert urgency is not None
    return raised(one, urgency, due(urgency))


@pytest.mark.parametrize(
    ("before", "after"),
    [(Urgency.NORMAL, Urgency.URGENT), (Urgency.URGENT, Urgency.EMERGENCY), (Urgency.EMERGENCY, None)],
)
def test_one_step_and_no_more(before: Urgency, after: Urgency | None) -> None:
    one = opened(before)
    assert raised_urgency(one) == after
    if after is not None:
        sooner = raise_once(one)
        assert sooner.urgency is after
        assert sooner.resolve_due_at <= one.resolve_due_at
        assert raised_urgency(sooner) is None, "it is raised once"
        assert public(sooner) == one, "the group sees the ordinary ticket"


@pytest.mark.parametrize(
    "fields",
    [{"appeal_type": AppealType.PRAISE}, {"appeal_type": AppealType.CONSULT}, {"status": Status.ARCHIVED}],
)
def test_what_is_not_handled_sooner(fields: dict[str, Any]) -> None:
    assert raised_urgency(opened(**fields)) is None


def test_what_everybody_sees_of_others_is_the_ticket_itself() -> None:
    one = opened()
    assert public(one) is one


SPANS = st.lists(st.tuples(st.sampled_from(["extend", "press", "emergency"]), st.integers(1, 72)), max_size=5)


@given(urgency=st.sampled_from([Urgency.NORMAL, Urgency.URGENT]), steps=SPANS)
def test_whatever_happens_in_public_the_group_cannot_tell_the_two_apart(
    urgency: Urgency, steps: list[tuple[str, int]]
) -> None:
    plain = opened(urgency)
    caring = raise_once(plain)
    now = NOW
    for what, hours in steps:
        now += timedelta(hours=hours)
        if what == "extend":
            # An approved extension is measured on the clock of the limit that it adds to.
            limits = [DISTRICT.sla.class_for(DISTRICT.catalogue.get(SERVICE), one.urgency) for one in (plain, caring)]
            if limits[0].resolve.clock is not limits[1].resolve.clock:
                continue
            span, clock = timedelta(hours=hours), limits[0].resolve.clock
            plain, caring = (
                replace(one, resolve_due_at=later(one.resolve_due_at, span, clock, DISTRICT.calendar))
                for one in (plain, caring)
            )
        else:
            said = Urgency.URGENT if what == "press" else Urgency.EMERGENCY
            plain = pressed(plain, plain, said, ("fire",), due(said, now))
            caring = pressed(caring, public(caring), said, ("fire",), due(said, now))
        assert public(caring) == plain
        assert caring.urgency.rank >= plain.urgency.rank
        assert caring.resolve_due_at <= plain.resolve_due_at


def test_what_brings_the_limit_nearer_for_all_is_seen_by_all() -> None:
    caring = raise_once(opened())
    sooner = replace(caring, resolve_due_at=caring.resolve_due_at - timedelta(hours=1))
    assert public(sooner).resolve_due_at == sooner.resolve_due_at
