"""Limits of steps and answers: one reminder, then up level by level, and every moment is looked at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.bundle import load_configuration
from routing.promise import Promise, PromiseRules, PromiseStep, next_look, promise_step, remind_at

CALENDAR = load_configuration().calendar
RULES = PromiseRules(remind_at=0.75, repeat=timedelta(hours=8))
MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 09:00, when the offices open.
HOUR = timedelta(hours=1)


def due(hours: float) -> datetime:
    return CALENDAR.add_working(MONDAY, hours * HOUR)


PROMISE = Promise(MONDAY, due(16))


@pytest.mark.parametrize(
    ("promise", "hours", "step"),
    [
        (PROMISE, 0, PromiseStep()),
        (PROMISE, 11.9, PromiseStep()),
        (PROMISE, 12, PromiseStep(remind=True)),
        (replace(PROMISE, is_reminded=True), 13, PromiseStep()),
        # What ran out while nobody looked is told once, not twice.
        (PROMISE, 16, PromiseStep(escalate_to=1)),
        (replace(PROMISE, level=1, escalated_at=due(16)), 23.9, PromiseStep()),
        (replace(PROMISE, level=1, escalated_at=due(16)), 24, PromiseStep(escalate_to=2)),
        (replace(PROMISE, level=2, escalated_at=due(24)), 80, PromiseStep()),
    ],
)
def test_steps(promise: Promise, hours: float, step: PromiseStep) -> None:
    assert promise_step(promise, RULES, CALENDAR, due(hours), top=2) == step


def test_where_nobody_stands_above_whoever_owes_it_hears_once() -> None:
    assert promise_step(PROMISE, RULES, CALENDAR, due(16), top=0) == PromiseStep(escalate_to=0)
    told = replace(PROMISE, escalated_at=due(16))
    assert promise_step(told, RULES, CALENDAR, due(90), top=0).is_nothing
    assert next_look(told, RULES, CALENDAR, due(90), top=0) is None


@given(hours=st.integers(1, 200), top=st.integers(0, 4), start=st.integers(0, 10_000))
def test_looking_only_when_told_to_tells_everything_once(hours: int, top: int, start: int) -> None:
    made = MONDAY + timedelta(minutes=start)
    promise = Promise(made, CALENDAR.add_working(made, timedelta(hours=hours)))
    told: list[str] = []
    now: datetime | None = made
    for _ in range(20):
        if now is None:
            break
        step = promise_step(promise, RULES, CALENDAR, now, top=top)
        if step.remind:
            told.append("remind")
            promise = replace(promise, is_reminded=True)
        if step.escalate_to is not None:
            told.append(f"up {step.escalate_to}")
            promise = replace(promise, level=step.escalate_to, escalated_at=now)
        later = next_look(promise, RULES, CALENDAR, now, top=top)
        assert later is None or later > now or not step.is_nothing
        now = later
    assert now is None
    reminded = ["remind"] if remind_at(Promise(made, promise.due_at), RULES, CALENDAR) < promise.due_at else []
    assert told == [*reminded, *(f"up {level}" for level in (range(1, top + 1) if top else [0]))]
