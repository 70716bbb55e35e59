"""Rates: explicit fractions, honest rounding, and a lower bound that few cases cannot push up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.rates import Rate

FRACTIONS = st.integers(0, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 3), (4, 3), (1, 0), (0, -1)])
def test_what_is_no_rate_is_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="no rate"):
        Rate(numerator, denominator)


def test_nothing_counted_is_neither_none_nor_all() -> None:
    nothing = Rate(0, 0)
    assert (nothing.share, nothing.per_mille, nothing.lower_bound) == (None, None, None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "per_mille"),
    [
        (0, 7, 0),
        (7, 7, 1000),
        (1, 3, 333),
        (2, 3, 667),
        (1, 2000, 1),  # half a tenth is rounded up
        (1, 100_000, 1),  # one is never shown as none
        (99_999, 100_000, 999),  # one missing is never shown as all
    ],
)
def test_tenths_of_a_per_cent(numerator: int, denominator: int, per_mille: int) -> None:
    assert Rate(numerator, denominator).per_mille == per_mille


@pytest.mark.parametrize(
    ("numerator", "denominator", "bound"),
    # Values of the published formula, to three places.
    [(1, 1, 0.207), (9, 10, 0.596), (90, 100, 0.826), (95, 100, 0.888), (0, 10, 0.0), (10, 10, 0.722)],
)
def test_lower_bound_of_wilsons_interval(numerator: int, denominator: int, bound: float) -> None:
    assert Rate(numerator, denominator).lower_bound == pytest.approx(bound, abs=0.0006)


@given(FRACTIONS)
def test_shares_lie_between_none_and_all(fraction: tuple[int, int]) -> None:
    rate = Rate(*fraction)
    if not rate.denominator:
        assert rate.share is None
        return
    assert rate.share is not None
    assert rate.lower_bound is not None
    assert rate.per_mille is not None
    assert 0 <= rate.lower_bound <= rate.share <= 1
    assert (rate.per_mille == 0) is (rate.numerator == 0)
    assert (rate.per_mille == 1000) is (rate.numerator == rate.denominator)
    assert abs(rate.per_mille / 1000 - rate.share) <= 0.001


@given(FRACTIONS.filter(lambda fraction: fraction[1] > 0), st.integers(2, 50))
def test_the_same_share_counts_for_more_with_more_cases(fraction: tuple[int, int], times: int) -> None:
    few = Rate(*fraction).lower_bound
    many = Rate(fraction[0] * times, fraction[1] * times).lower_bound
    assert few is not None
    assert many is not None
    assert many >= few
