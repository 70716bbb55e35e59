"""Who may do what: a table over roles, and the rule that nobody acts outside the own area."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.areas import Area, AreaTree
from routing.catalogue import OwnerKind
from routing.errors import AlreadyHeld, IllegalTransition, NotAllowed
from routing.permissions import acting_post
from routing.staff import Actor, Role, Staff
from routing.ticket import PATROL, TRANSITIONS, Action, HandOver, Status, next_status
from routing.unit import is_same_unit
from tests.unit.staffed_ticket import NOBODY, NOW, POSTS, TICKET

MAY = {
    Action.CLAIM: {"holder", "worker", "lead", "community"},
    Action.TRANSFER: {"holder", "lead", "community", "street", "supervisor", "admin"},
    Action.ASK_RETURN: {"holder"},
    Action.ASK_EXTENSION: {"holder"},
    Action.ASK_HOLD: {"holder"},
    Action.RESOLVE: {"holder"},
    Action.INVITE: {"holder"},
    Action.RECALL: {"holder"},
    Action.ACCEPT: set[str](),
    Action.DECLINE: set[str](),
    Action.RESUME: {"holder", "lead", "community", "street", "supervisor", "admin"},
    Action.WITHDRAW: {"holder", "lead", "community", "street", "supervisor", "admin"},
    Action.APPROVE: {"lead", "community", "street", "supervisor", "admin"},
    Action.REFUSE: {"lead", "community", "street", "supervisor", "admin"},
    Action.URGE: {"lead", "community", "street", "supervisor", "admin"},
    Action.ACKNOWLEDGE: {"lead", "community", "street", "supervisor", "admin"},
    Action.PROGRESS: {"holder"},
    Action.LIFT: set[str](),
    Action.UPHOLD: {"community", "street", "supervisor", "admin"},
    Action.REDO: {"community", "street", "supervisor", "admin"},
    Action.RATE_UNIT: set[str](),
    Action.CONFIRM: set[str](),
    Action.RATE: set[str](),
}


@pytest.mark.parametrize("action", MAY)
@pytest.mark.parametrize("who", POSTS)
def test_table(action: Action, who: str) -> None:
    actor = Actor(POSTS[who].account or 0, who, (POSTS[who],))
    if who in MAY[action]:
        assert acting_post(actor, action, TICKET, POSTS["holder"]) == POSTS[who]
    else:
        with pytest.raises(NotAllowed):
            acting_post(actor, action, TICKET, POSTS["holder"])


@pytest.mark.parametrize("action", Action)
def test_a_resident_without_a_post_may_do_nothing_of_this(action: Action) -> None:
    with pytest.raises(NotAllowed):
        acting_post(NOBODY, action, TICKET, POSTS["holder"])


@pytest.mark.parametrize("who", POSTS)
def test_only_the_street_of_the_place_rates_a_department(who: str) -> None:
    post = POSTS[who]
    actor, done = Actor(post.account or 0, who, (post,)), replace(TICKET, assignee_id=12)
    if who == "street":
        assert acting_post(actor, Action.RATE_UNIT, done, POSTS["department"]) == post
    else:
        with pytest.raises(NotAllowed):
            acting_post(actor, Action.RATE_UNIT, done, POSTS["department"])


def test_who_did_it_does_not_settle_whether_it_is_done() -> None:
    own = replace(TICKET, assignee_id=7)
    for action in (Action.UPHOLD, Action.REDO):
        with pytest.raises(NotAllowed):
            acting_post(Actor(7, "唐", (POSTS["community"],)), action, own, POSTS["community"])
        assert acting_post(Actor(8, "谢", (POSTS["street"],)), action, own, POSTS["community"]) == POSTS["street"]


@pytest.mark.parametrize("who", POSTS)
@pytest.mark.parametrize("action", [Action.ACCEPT, Action.DECLINE])
def test_only_who_it_is_offered_to_answers(who: str, action: Action) -> None:
    post = POSTS[who]
    actor, offered = Actor(post.account or 0, who, (post,)), replace(TICKET, hand_over=HandOver(4, 1, NOW, NOW))
    if who == "other_worker":
        assert acting_post(actor, action, offered, POSTS["holder"]) == post
    else:
        with pytest.raises(NotAllowed):
            acting_post(actor, action, offered, POSTS["holder"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Role.GRID_WORKER, Role.COMMUNITY, True),
        (Role.GRID_WORKER, Role.PROPERTY, False),
        (Role.GRID_WORKER, Role.STREET, False),
        (Role.PROPERTY, Role.PROPERTY, True),
    ],
)
def test_units(one: Role, other: Role, same: bool) -> None:
    tree = AreaTree([Area("C", "社区", "community"), Area("G1", "网格", "grid", "C"), Area("G2", "网格", "grid", "C")])
    low = Staff(1, "甲", one, "G1")
    assert is_same_unit(low, Staff(2, "乙", other, "G1"), tree) is same
    assert is_same_unit(low, Staff(2, "乙", other, "C"), tree) is same
    # Two grids beside each other are two units, whoever works there.
    assert not is_same_unit(low, Staff(2, "乙", one, "G2"), tree)


def test_departments_are_units_by_what_they_do() -> None:
    tree = AreaTree([Area("C", "社区", "community")])
    water = Staff(1, "甲", Role.DEPARTMENT, "C", skills=frozenset({"utility.water"}))
    assert is_same_unit(water, replace(water, id=2), tree)
    assert not is_same_unit(water, replace(water, id=2, skills=frozenset({"utility.gas"})), tree)


FINDERS = {"holder", "other_property", "worker", "other_worker", "liaison", "lead", "community"}


@pytest.mark.parametrize("who", POSTS)
def test_only_who_found_it_on_a_round_solves_it_on_the_spot(who: str) -> None:
    post = POSTS[who]
    actor, found = Actor(post.account or 0, who, (post,)), replace(TICKET, via=PATROL, reporter_id=post.account)
    if who in FINDERS:
        assert acting_post(actor, Action.SOLVE_ON_SPOT, found, POSTS["holder"]) == post
    else:
        with pytest.raises(NotAllowed):
            acting_post(actor, Action.SOLVE_ON_SPOT, found, POSTS["holder"])
    for other in (replace(found, reporter_id=77), replace(found, via="talk")):
        with pytest.raises(NotAllowed):
            acting_post(actor, Action.SOLVE_ON_SPOT, other, POSTS["holder"])


def test_the_second_claim_names_who_has_it() -> None:
    held = replace(TICKET, status=Status.IN_PROGRESS)
    with pytest.raises(AlreadyHeld) as refused:
        acting_post(Actor(3, "林", (POSTS["worker"],)), Action.CLAIM, held, POSTS["holder"])
    assert refused.value.holder == "何"


def test_a_matter_of_the_negative_list_is_not_claimed_by_the_community() -> None:
    street = replace(TICKET, owner=OwnerKind.STREET, owner_area_code="S", assignee_id=8)
    with pytest.raises(NotAllowed):
        acting_post(Actor(7, "唐", (POSTS["community"],)), Action.CLAIM, street, POSTS["street"])


def test_a_contact_claims_only_services_of_its_skill() -> None:
    water = replace(TICKET, owner=OwnerKind.UTILITY, service_code="utility.water", assignee_id=None)
    contact = Actor(12, "向", (POSTS["department"],))
    assert acting_post(contact, Action.CLAIM, water, None) == POSTS["department"]
    with pytest.raises(NotAllowed):
        acting_post(contact, Action.CLAIM, replace(water, service_code="utility.power"), None)


def test_who_has_two_posts_acts_by_the_lower() -> None:
    both = Actor(3, "林", (POSTS["community"], POSTS["worker"]))
    assert acting_post(both, Action.CLAIM, TICKET, POSTS["holder"]) == POSTS["worker"]


def test_a_code_that_begins_like_another_covers_nothing_of_it() -> None:
    beside = replace(TICKET, area_path="D/S/C/G12/", area_code="G12", assignee_id=None)
    with pytest.raises(NotAllowed):
        acting_post(Actor(3, "林", (POSTS["worker"],)), Action.CLAIM, beside, None)


@given(st.sampled_from(Status), st.sampled_from(Action))
def test_what_is_not_in_the_table_of_transitions_is_refused(status: Status, action: Action) -> None:
    ticket = replace(TICKET, status=status)
    if (status, action) in TRANSITIONS:
        assert next_status(ticket, action) in Status
    else:
        with pytest.raises(IllegalTransition):
            next_status(ticket, action)


def test_nothing_leads_out_of_withdrawn_and_every_state_is_reached() -> None:
    assert not [action for status, action in TRANSITIONS if status is Status.WITHDRAWN]
    assert set(TRANSITIONS.values()) | {Status.ON_HOLD} == set(Status)
