"""The rules of a dispute: every move in every state, who may speak for whom, and when all have agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.dispute import (
    Dispute,
    IllegalDisputeMove,
    MeetingAhead,
    PartiesMissing,
    Party,
    PartyKind,
    accepted,
    concluded,
    confirmed,
    declined,
    dispute_id_of,
    handed_over,
    left_unsolved,
    may_lead,
    may_speak_for,
    next_state,
    objected,
    proposed,
    stated,
)
from routing.dispute_states import DISPUTE_TRANSITIONS, DisputeMove, DisputeState
from routing.errors import NotAllowed
from routing.mediation_counts import GoingOn, MediationCounts, going_on, mediation_counts
from routing.staff import Actor, Role, Staff

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TANG = Staff(11, "唐丽", Role.COMMUNITY, "C", account=911)
XIE = Staff(13, "谢明", Role.STREET, "S", account=913)
HE = Staff(9, "何志强", Role.PROPERTY, "X", account=909)
PARTIES = (
    Party(1, PartyKind.COMMITTEE, "唐丽", post_id=11),
    Party(2, PartyKind.PROPERTY, "何志强", post_id=9),
    Party(3, PartyKind.OWNERS, "马建平"),
)
NEW = Dispute(
    id=12,
    area_code="X",
    area_path="S/C/X/",
    subject="电梯维修费怎么分摊",
    platform="telegram",
    opened_by=11,
    lead_post=11,
    opened_at=NOW,
    parties=PARTIES,
)
PROPOSED = proposed(NEW, NOW + DAY, PARTIES[0], "唐丽")
AGREED = accepted(accepted(PROPOSED, 2, 1), 3, 1)
WRITTEN = concluded(AGREED, "物业先垫付", PARTIES[0], NOW + DAY)


@pytest.mark.parametrize("state", DisputeState)
@pytest.mark.parametrize("move", DisputeMove)
def test_what_is_not_in_the_table_is_refused(state: DisputeState, move: DisputeMove) -> None:
    one = replace(NEW, state=state)
    if (state, move) in DISPUTE_TRANSITIONS:
        assert next_state(one, move) is DISPUTE_TRANSITIONS[state, move]
    else:
        with pytest.raises(IllegalDisputeMove):
            next_state(one, move)


def test_from_every_open_state_it_can_end_and_solved_is_the_end() -> None:
    for state in DisputeState:
        ways = {move for (origin, move) in DISPUTE_TRANSITIONS if origin is state}
        assert (not ways) is (state is DisputeState.SOLVED)
        if replace(NEW, state=state).is_open:
            assert {DisputeMove.LEAVE_UNSOLVED, DisputeMove.HAND_OVER} <= ways


def test_a_day_is_agreed_with_the_last_consent() -> None:
    assert [party.accepted for party in PROPOSED.parties] == [True, None, None]
    first = accepted(PROPOSED, 3, 1)
    assert (first.state, first.meeting_at) == (DisputeState.SCHEDULING, None)
    assert (AGREED.state, AGREED.meeting_at) == (DisputeState.MEETING, NOW + DAY)


def test_whoever_a_day_does_not_suit_keeps_it_open_and_a_new_day_asks_all_anew() -> None:
    refused = accepted(declined(PROPOSED, 2, 1), 3, 1)
    assert (refused.state, [party.accepted for party in refused.parties]) == (
        DisputeState.SCHEDULING,
        [True, False, True],
    )
    again = proposed(refused, NOW + 2 * DAY, PARTIES[1], "何志强")
    assert ([party.accepted for party in again.parties], again.round) == ([None, True, None], 2)
    with pytest.raises(IllegalDisputeMove):
        accepted(again, 1, 1)
    postponed = proposed(AGREED, NOW + 3 * DAY, None, "谢明")
    assert (postponed.state, postponed.meeting_at) == (DisputeState.SCHEDULING, None)
    assert {party.accepted for party in postponed.parties} == {None}


def test_nobody_meets_alone_and_no_outcome_comes_before_the_meeting() -> None:
    with pytest.raises(PartiesMissing):
        proposed(replace(NEW, parties=PARTIES[:1]), NOW + DAY, PARTIES[0], "唐丽")
    with pytest.raises(MeetingAhead):
        concluded(AGREED, "物业先垫付", PARTIES[0], NOW + DAY - timedelta(seconds=1))


def test_it_is_solved_with_the_last_confirmation_and_an_objection_takes_all_of_them_back() -> None:
    assert [party.confirmed for party in WRITTEN.parties] == [True, None, None]
    half = confirmed(WRITTEN, 2, WRITTEN.round, NOW + DAY)
    assert (half.state, half.closed_at) == (DisputeState.CONFIRMING, None)
    solved = confirmed(half, 3, WRITTEN.round, NOW + 2 * DAY)
    assert (solved.state, solved.closed_at) == (DisputeState.SOLVED, NOW + 2 * DAY)
    against = objected(half, 3, "不公平")
    assert (against.state, against.parties[2].objection) == (DisputeState.MEETING, "不公平")
    rewritten = concluded(against, "各担一半", PARTIES[0], NOW + DAY)
    assert [(party.confirmed, party.objection) for party in rewritten.parties] == [(True, ""), (None, ""), (None, "")]
    with pytest.raises(IllegalDisputeMove):
        confirmed(rewritten, 2, WRITTEN.round, NOW + DAY)


def test_statements_add_up_and_say_through_whom() -> None:
    one = stated(stated(NEW, 3, "第一句", NOW, "唐丽"), 3, "第二句", NOW + DAY, "")
    assert (one.party(3).statement, one.party(3).stated_at, one.party(3).stated_through) == (
        "第一句\n第二句",
        NOW + DAY,
        "",
    )
    with pytest.raises(NotAllowed):
        stated(NEW, 9, "不是一方", NOW, "")


def test_who_mediates_before_and_after_the_street_has_it() -> None:
    handed = handed_over(NEW, XIE.id, "请街道主持", NOW)
    assert (handed.state, handed.lead_post, handed.handed_at) == (DisputeState.HANDED_OVER, XIE.id, NOW)
    elsewhere = replace(TANG, area_code="C2")
    cases = [(TANG, True, False), (XIE, True, True), (HE, False, False), (elsewhere, False, False)]
    for post, before, after in cases:
        assert (may_lead(post, NEW), may_lead(post, handed)) == (before, after), post


@pytest.mark.parametrize(
    ("actor", "speaks"),
    [
        (Actor(911, "唐丽", (TANG,)), [True, False, True]),  # herself, and who is not in the chat
        (Actor(909, "何志强", (HE,)), [False, True, False]),
        (Actor(950, "替班人", (replace(HE, account=950),)), [False, True, False]),  # who stands in for the post
        (Actor(800, "邻居", ()), [False, False, False]),
    ],
)
def test_who_speaks_for_whom(actor: Actor, speaks: list[bool]) -> None:
    assert [may_speak_for(actor, NEW, party) for party in PARTIES] == speaks
    joined = replace(PARTIES[2], account=800)
    assert may_speak_for(actor, NEW, joined) is (actor.account == 800)


@pytest.mark.parametrize(
    ("written", "number"),
    [("D0012", 12), ("d12", 12), (" D7 ", 7), ("12", None), ("D", None), ("DX12", None), ("D１", None), ("", None)],
)
def test_numbers(written: str, number: int | None) -> None:
    assert dispute_id_of(written) == number
    assert dispute_id_of(NEW.number) == 12


def test_digests_count_ends_in_the_period_and_tell_nothing_of_the_matter() -> None:
    solved = replace(NEW, id=1, state=DisputeState.SOLVED, closed_at=NOW)
    unsolved = left_unsolved(replace(NEW, id=2), "谈不拢", NOW + DAY)
    handed = handed_over(replace(NEW, id=3), 13, "请街道主持", NOW)
    later = replace(NEW, id=4, opened_at=NOW + 2 * DAY)
    every = [solved, unsolved, handed, replace(AGREED, id=5), later]
    counts = mediation_counts(every, NOW, NOW + DAY)
    assert counts == MediationCounts(going_on=1, solved=1, unsolved=0, handed_over=1)
    assert counts.total == 3
    assert going_on(every, NOW + DAY) == (GoingOn("D0005", "X", DisputeState.MEETING, NOW + DAY),)


@given(st.lists(st.tuples(st.sampled_from(["accept", "decline", "propose"]), st.sampled_from([1, 2, 3])), max_size=30))
def test_a_day_is_agreed_exactly_when_all_have_accepted_the_same_one(steps: list[tuple[str, int]]) -> None:
    one, willing = PROPOSED, {1}
    for kind, party_id in steps:
        if one.state is DisputeState.MEETING and kind != "propose":
            continue
        if kind == "propose":
            one, willing = proposed(one, NOW + DAY, one.party(party_id), ""), {party_id}
        elif kind == "accept":
            one, willing = accepted(one, party_id, one.round), willing | {party_id}
        else:
            one, willing = declined(one, party_id, one.round), willing - {party_id}
        assert (one.state is DisputeState.MEETING) is (willing == {1, 2, 3})
