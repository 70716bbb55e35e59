"""How many tickets may be opened within a short time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing.catalogue import Urgency
from routing.flood import Flood, FloodRules, flood_of
from tests.town import configuration

RULES = FloodRules(window=timedelta(minutes=10), person=5, group=30)


@pytest.mark.parametrize(
    ("by_person", "in_group", "urgency", "expected"),
    [
        (0, 0, Urgency.NORMAL, None),
        (4, 29, Urgency.NORMAL, None),
        (5, 5, Urgency.NORMAL, Flood.PERSON),
        (5, 30, Urgency.EMERGENCY, Flood.PERSON),
        (0, 30, Urgency.NORMAL, Flood.GROUP),
        (0, 30, Urgency.URGENT, Flood.GROUP),
        (0, 500, Urgency.EMERGENCY, None),
    ],
)
def test_whose_limit_is_reached(by_person: int, in_group: int, urgency: Urgency, expected: Flood | None) -> None:
    assert flood_of(RULES, urgency, by_person=by_person, in_group=in_group) is expected


def test_the_packaged_limits_let_a_household_and_a_power_cut_through() -> None:
    flood = configuration().conversation.flood
    assert flood.person >= 3
    assert flood.group >= 20
    assert flood.group < 100, "a flood opens no hundred tickets"
