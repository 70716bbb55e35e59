"""A ticket under the packaged clock, and its life minute by minute as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.clock_moments import next_check
from routing.escalation import ClockStep, applied, check
from routing.place import Place
from routing.script import Script
from routing.ticket import Action, Status, Ticket, next_status
from tests.unit.district import CATALOGUE, CLOCK, local

TOP = 4


def ticket(
    at: datetime, service: str = "property.facility", urgency: Urgency = Urgency.NORMAL, holder: int | None = 7
) -> Ticket:
    """A ticket as it is dispatched at ``at``."""
    due = CLOCK.sla.due_times(CATALOGUE.get(service), urgency, at, CLOCK.calendar)
    fresh = Ticket(
        id=1,
        number="TD101-01-20261116-001",
        status=Status.DISPATCHED,
        service_code=service,
        appeal_type=AppealType.HELP,
        urgency=urgency,
        text="楼道灯不亮",
        place=Place(building="3"),
        area_code="TD101-01",
        area_path="TC/TD/TD1/TD101/TD101-01/",
        owner=OwnerKind.PROPERTY,
        owner_area_code="TD101-X1",
        platform="telegram",
        script=Script.HANS,
        created_at=at,
        dispatched_at=at,
        accept_due_at=due.accept_due_at,
        resolve_due_at=due.resolve_due_at,
        assignee_id=holder,
    )
    return replace(fresh, next_check_at=next_check(fresh, CLOCK, at, top=TOP))


def claimed(one: Ticket, at: datetime, holder: int = 7) -> Ticket:
    changed = replace(
        one,
        status=next_status(one, Action.CLAIM),
        assignee_id=holder,
        claimed_at=at,
        first_claimed_at=one.first_claimed_at or at,
    )
    return replace(changed, next_check_at=next_check(changed, CLOCK, at, top=TOP))


def life(one: Ticket, until: datetime) -> Iterator[tuple[datetime, ClockStep, Ticket]]:
    """What a job does that looks exactly when the row says so."""
    while one.next_check_at is not None and one.next_check_at <= until:
        now = one.next_check_at
        step = check(one, CLOCK, now, top=TOP)
        one = applied(one, step, now)
        yield now, step, one


def told(one: Ticket, until: str) -> list[tuple[str, str]]:
    """The life of a ticket as local times and what happened, to be compared with a table."""
    lines = []
    for now, step, _ in life(one, local(until)):
        what = [f"remind {name}" for name, _ in step.reminders]
        if step.question:
            what.append("question")
        if step.urge_expired:
            what.append("urge expired")
        if step.escalate_to_level is not None:
            taken = " released" if step.release else " decide" if step.decide else ""
            what.append(f"{step.cause} → {step.escalate_to_level}{taken}")
        if step.archive:
            what.append("archive")
        lines.append((now.astimezone(CLOCK.calendar.timezone).strftime("%m-%d %H:%M:%S"), ", ".join(what)))
    return lines


starts = st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda after: datetime(2025, 6, 1, tzinfo=UTC) + after)
tickets = st.builds(
    ticket, starts, st.sampled_from(sorted(CATALOGUE.services)), st.sampled_from(Urgency), st.sampled_from([None, 7])
)
delays = st.timedeltas(timedelta(0), timedelta(days=40))
