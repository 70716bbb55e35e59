"""Needs, offers, projects, suggestions and votes: every move tried, and who may make which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.bundle import load_configuration
from routing.civic_rights import ALLOWED, CivicAction, civic_post, may
from routing.errors import NotAllowed, QunbanError
from routing.motion import Motion, MotionOver, MotionState, require_motion_move
from routing.need import Need, NeedMoved, NeedState, require_need_move, require_on_the_list
from routing.need_rules import PlannedStep
from routing.partner import Offer, OfferOver, OfferState, require_offer_move
from routing.permissions import RANK
from routing.project import (
    Project,
    ProjectMoved,
    ProjectState,
    StepsOpen,
    current_step,
    plan,
    require_complete,
    require_project_move,
)
from routing.script import Script
from routing.staff import Actor, Role, Staff
from routing.vote import Ballot, Vote, VoteOver, VoteState, require_vote_move

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
CALENDAR = load_configuration().calendar
N, O, P, M, V = NeedState, OfferState, ProjectState, MotionState, VoteState  # noqa: E741 - they are read side by side.
NEED = Need(1, "长椅", "seating", N.OPEN, "A", "A/", "local", Script.HANS, AT, account=5)
OFFER = Offer(1, "长椅", "seating", "A", "A/", O.PROPOSED, "local", AT)
PROJECT = Project(1, 1, 1, P.CLAIMED, "A", "A/", "local", AT, AT + timedelta(days=1))
MOTION = Motion(1, 1, M.OWED, "A", "A/", 10, AT, AT + timedelta(days=5))
VOTE = Vote(
    1, "题", ("是", "否"), Ballot.NAMED, V.RUNNING, "A", "A/", "local", -1, None, "唐丽", AT, AT + timedelta(days=1)
)

LEGAL: list[tuple[Any, Callable[[Any, Any], None], type[QunbanError], set[tuple[Any, Any]]]] = [
    (
        NEED,
        require_need_move,
        NeedMoved,
        {
            (N.OPEN, N.CLAIMED),
            (N.OPEN, N.CLOSED),
            (N.CLAIMED, N.UNDER_WAY),
            (N.CLAIMED, N.OPEN),
            (N.UNDER_WAY, N.MET),
            (N.UNDER_WAY, N.OPEN),
            (N.CLOSED, N.OPEN),
        },
    ),
    (
        OFFER,
        require_offer_move,
        OfferOver,
        {(O.PROPOSED, O.LISTED), (O.PROPOSED, O.REFUSED), (O.PROPOSED, O.WITHDRAWN), (O.LISTED, O.WITHDRAWN)},
    ),
    (
        PROJECT,
        require_project_move,
        ProjectMoved,
        {
            (P.CLAIMED, P.UNDER_WAY),
            (P.CLAIMED, P.REFUSED),
            (P.CLAIMED, P.CANCELLED),
            (P.UNDER_WAY, P.DONE),
            (P.UNDER_WAY, P.CANCELLED),
        },
    ),
    (MOTION, require_motion_move, MotionOver, {(M.OWED, M.ANSWERED), (M.OWED, M.LAPSED)}),
    (VOTE, require_vote_move, VoteOver, {(V.RUNNING, V.CLOSED), (V.RUNNING, V.CANCELLED)}),
]


@pytest.mark.parametrize(("value", "require", "refusal", "legal"), LEGAL, ids=lambda one: type(one).__name__)
def test_moves(value: Any, require: Callable[[Any, Any], None], refusal: type[QunbanError], legal: set[Any]) -> None:
    kind: Any = type(value.state)
    for before, after in product(list(kind), repeat=2):
        stood = replace(value, state=before)
        if (before, after) in legal:
            require(stood, after)
        else:
            with pytest.raises(refusal):
                require(stood, after)


@pytest.mark.parametrize("state", N)
def test_nobody_joins_what_is_off_the_list(state: NeedState) -> None:
    if state in {N.MET, N.CLOSED}:
        with pytest.raises(NeedMoved):
            require_on_the_list(replace(NEED, state=state))
    else:
        require_on_the_list(replace(NEED, state=state))


STEPS = tuple(
    PlannedStep(name, timedelta(hours=hours), by) for name, hours, by in (("对接", 8, False), ("做", 20, True))
)


def test_steps_are_planned_one_behind_the_other_in_working_time() -> None:
    first, second = plan(PROJECT, STEPS, CALENDAR, AT)
    assert (first.planned_at, first.due_at) == (AT, CALENDAR.add_working(AT, timedelta(hours=8)))
    assert (second.planned_at, second.due_at) == (first.due_at, CALENDAR.add_working(AT, timedelta(hours=28)))
    assert [(one.position, one.name, one.by_partner) for one in (first, second)] == [
        (1, "对接", False),
        (2, "做", True),
    ]


def test_a_project_is_complete_when_every_step_is_done() -> None:
    first, second = plan(PROJECT, STEPS, CALENDAR, AT)
    assert current_step((second, first)) == first
    done = replace(first, done_at=AT)
    assert current_step((done, second)) == second
    with pytest.raises(StepsOpen) as refused:
        require_complete(PROJECT, (done, second))
    assert refused.value.count == 1
    require_complete(PROJECT, (done, replace(second, done_at=AT)))
    assert current_step((done, replace(second, done_at=AT))) is None


@given(st.lists(st.integers(1, 80), max_size=6), st.integers(0, 20_000))
def test_no_step_is_due_before_the_one_it_waits_for(hours: list[int], minutes: int) -> None:
    steps = tuple(PlannedStep("x", timedelta(hours=one), by_partner=True) for one in hours)
    begin = AT + timedelta(minutes=minutes)
    planned = plan(PROJECT, steps, CALENDAR, begin)
    moments = [begin, *(step.due_at for step in planned)]
    assert moments == sorted(moments)
    assert len(planned) == len(hours)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", CivicAction)
def test_who_may(role: Role, action: CivicAction) -> None:
    high = {Role.COMMUNITY, Role.STREET, Role.SUPERVISOR, Role.ADMIN}
    expected = role in high
    actor = Actor(1, "人", (Staff(1, "人", role, "S"),))
    assert may(actor, action, "D/S/C/X/") is expected
    assert not may(actor, action, "D/S2/C/X/")
    assert not may(actor, action, "D/")
    if not expected:
        with pytest.raises(NotAllowed):
            civic_post(actor, action, "D/S/C/X/")


def test_every_action_has_its_roles_and_residents_have_none() -> None:
    assert set(ALLOWED) == set(CivicAction)
    for action in CivicAction:
        with pytest.raises(NotAllowed):
            civic_post(Actor(1, "居民"), action, "D/S/")


def test_nobody_acts_above_need() -> None:
    posts = tuple(Staff(RANK[role], "人", role, "D") for role in (Role.ADMIN, Role.COMMUNITY, Role.STREET))
    assert civic_post(Actor(1, "人", posts), CivicAction.AGREE, "D/S/").role is Role.COMMUNITY
