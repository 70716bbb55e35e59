"""Which offers are proposed for a need, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.bundle import load_configuration
from routing.areas import Area, AreaTree
from routing.need import Need, NeedState
from routing.need_matching import Agreement, best_needs, best_offers, is_near, match
from routing.partner import Offer, OfferState
from routing.script import Script

RULES = load_configuration().needs
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
TREE = AreaTree(
    [
        Area("D", "区", "district"),
        Area("S1", "甲街道", "street", "D"),
        Area("S2", "乙街道", "street", "D"),
        Area("C1", "一社区", "community", "S1"),
        Area("C2", "二社区", "community", "S1"),
        Area("C3", "三社区", "community", "S2"),
        Area("X1", "一小区", "complex", "C1"),
        Area("X2", "二小区", "complex", "C1"),
        Area("X3", "三小区", "complex", "C2"),
        Area("X4", "四小区", "complex", "C3"),
    ]
)
CODES = sorted(area.code for area in TREE)
TEXTS = ("装几张长椅", "可以捐两张长椅", "办个书法班", "书法老师可以上课", "我们有会议室", "")


def need(text: str, area: str, **fields: object) -> Need:
    made = Need(1, text, RULES.kind_of(text), NeedState.OPEN, area, area, "local", Script.HANS, AT, account=5, voices=1)
    return replace(made, **fields)  # type: ignore[arg-type]  # Each test names fields of its own.


def offer(text: str, area: str, offer_id: int = 1) -> Offer:
    return Offer(offer_id, text, RULES.kind_of(text), area, area, OfferState.LISTED, "local", AT)


@pytest.mark.parametrize(
    ("area", "agreements"),
    [
        ("X1", (Agreement.KIND, Agreement.AREA, Agreement.WORDS)),
        ("C1", (Agreement.KIND, Agreement.AREA, Agreement.WORDS)),
        ("X2", (Agreement.KIND, Agreement.COMMUNITY, Agreement.WORDS)),
        ("X3", (Agreement.KIND, Agreement.STREET, Agreement.WORDS)),
        ("X4", None),
        ("gone", None),
    ],
)
def test_the_nearer_the_better_and_another_street_is_too_far(
    area: str, agreements: tuple[Agreement, ...] | None
) -> None:
    found = match(need("装几张长椅", "X1"), offer("可以捐两张长椅", area), TREE, RULES)
    assert (None if found is None else tuple(one.agreement for one in found.evidence)) == agreements


def test_nearness_alone_is_no_reason() -> None:
    assert match(need("装几张长椅", "X1"), offer("可以教书法班", "X1"), TREE, RULES) is None


def test_the_best_come_first_and_no_more_than_are_asked_at_once() -> None:
    offers = [
        offer("可以捐两张长椅", "X3", 1),
        offer("座椅两把", "X1", 2),
        offer("可以捐三张长椅", "X1", 3),
        offer("可以捐四张长椅", "X1", 4),
        offer("可以捐五张长椅", "X2", 5),
    ]
    found = best_offers(need("装几张长椅", "X1"), offers, TREE, RULES)
    assert [one.offer_id for one in found] == [3, 4, 5]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_of_equal_needs_the_more_wanted_comes_first() -> None:
    needs = [need("装几张长椅", "X1", id=1, voices=2), need("装几张长椅", "X1", id=2, voices=9)]
    assert [one.need_id for one in best_needs(offer("可以捐两张长椅", "X1"), needs, TREE, RULES)] == [2, 1]


@given(st.sampled_from(TEXTS), st.sampled_from(CODES), st.sampled_from(TEXTS), st.sampled_from(CODES))
def test_a_match_is_explained_and_never_outside_its_bounds(wanted: str, there: str, given_: str, here: str) -> None:
    found = match(need(wanted, there), offer(given_, here), TREE, RULES)
    if found is None:
        return
    assert RULES.match.least <= found.score <= 1
    assert found.score == pytest.approx(min(1.0, sum(one.weight for one in found.evidence)))
    assert {Agreement.KIND, Agreement.WORDS} & {one.agreement for one in found.evidence}


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_nearness_holds_both_ways(one: str, other: str) -> None:
    assert is_near(one, other, TREE) == is_near(other, one, TREE)
    assert is_near(one, one, TREE)


def test_a_partner_may_help_in_its_community_and_no_further() -> None:
    assert is_near("X1", "X2", TREE)
    assert is_near("S1", "X3", TREE)
    assert not is_near("X1", "X3", TREE)
    assert not is_near("X1", "gone", TREE)
