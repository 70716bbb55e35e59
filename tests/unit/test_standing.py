"""The colours of areas and handlers, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.sla import PACKAGED, load_sla
from routing.rates import Rate
from routing.sla import Colour, StandingThresholds
from routing.standing import Standing, Subject, colour_changes, standing_colour, standing_of
from tests.unit.district import CATALOGUE


@pytest.mark.parametrize(
    ("overdue", "satisfied", "expected"),
    [
        ((0, 0), (0, 0), "green"),
        ((0, 10), (5, 5), "green"),
        ((1, 11), (0, 0), "green"),  # 9.1 %
        ((1, 10), (0, 0), "yellow"),
        ((2, 10), (0, 0), "yellow"),
        ((3, 10), (0, 0), "red"),
        ((1, 1), (20, 20), "red"),
        ((0, 10), (18, 20), "green"),  # 90 % satisfied
        ((0, 10), (17, 20), "yellow"),  # exactly 85 % is reached
        ((0, 10), (16, 20), "yellow"),
        ((0, 10), (12, 20), "red"),
        ((0, 10), (0, 4), "green"),  # too few ratings
        ((0, 10), (0, 5), "red"),
        ((1, 10), (0, 5), "red"),
        ((3, 10), (5, 5), "red"),
    ],
)
def test_colours(overdue: tuple[int, int], satisfied: tuple[int, int], expected: str) -> None:
    assert standing_colour(Rate(*overdue), Rate(*satisfied), StandingThresholds()) is Colour(expected)


def area(code: str, overdue: tuple[int, int], satisfied: tuple[int, int] = (0, 0)) -> Standing:
    return standing_of(Subject.AREA, code, f"{code}网格", Rate(*overdue), Rate(*satisfied), StandingThresholds())


def changed(earlier: Sequence[Standing], now: Sequence[Standing]) -> list[tuple[str, str, str, str]]:
    """Who, the colour before and after, and why."""
    return [
        (one.now.code, one.before.value, one.now.colour.value, "/".join(one.because))
        for one in colour_changes(earlier, now, StandingThresholds())
    ]


def test_changes_are_told_with_what_made_them_and_the_gravest_first() -> None:
    earlier = [area("A", (0, 10)), area("B", (1, 10)), area("C", (3, 10), (4, 5)), area("D", (3, 10))]
    now = [area("A", (1, 10)), area("B", (1, 10), (0, 5)), area("C", (0, 9), (5, 5)), area("D", (4, 10))]
    handler = replace(now[0], subject=Subject.HANDLER, code="7")
    assert changed(earlier, [handler, *now]) == [
        ("B", "yellow", "red", "satisfied"),
        ("A", "green", "yellow", "overdue"),
        ("7", "green", "yellow", "overdue"),
        ("C", "red", "green", "overdue"),
    ]


def test_who_is_named_only_once_was_or_is_green() -> None:
    assert changed([], [area("A", (3, 10), (0, 5)), area("B", (0, 1))]) == [("A", "green", "red", "overdue/satisfied")]
    assert changed([area("A", (1, 1)), area("B", (0, 1))], []) == [("A", "red", "green", "overdue")]
    (gone,) = colour_changes([area("A", (1, 1))], [], StandingThresholds())
    assert (gone.now.name, gone.now.overdue) == ("A网格", Rate(0, 0))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("overdue_red: 0.3", "overdue_red: 0.1", "yellow comes before red"),
        ("overdue_red: 0.3", "overdue_red: 1.1", "at most 1"),
        ("satisfied_red: 0.6", "satisfied_red: 0.9", "red lies below yellow"),
        ("least_ratings: 5", "least_ratings: 0", "at least 1"),
        ("least_ratings: 5", "least_ratings: few", "no whole number"),
        ("overdue_red: 0.3, ", "", "'overdue_red' is missing"),
    ],
)
def test_wrong_thresholds_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    packaged = PACKAGED.read_text(encoding="utf-8")
    assert packaged.count(old) == 1
    path = tmp_path / "sla.yaml"
    path.write_text(packaged.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_sla(CATALOGUE, path)


def test_thresholds_are_configuration(tmp_path: Path) -> None:
    packaged = PACKAGED.read_text(encoding="utf-8")
    path = tmp_path / "sla.yaml"
    path.write_text(packaged.replace("overdue_red: 0.3", "overdue_red: 0.2"), encoding="utf-8")
    assert load_sla(CATALOGUE, path).standing.overdue_red == 0.2
    path.write_text(packaged[: packaged.index("# Colours of areas")], encoding="utf-8")
    assert load_sla(CATALOGUE, path).standing == StandingThresholds()
