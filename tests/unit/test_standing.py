"""The colours of areas and handlers, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.sla import PACKAGED, load_sla
from routing.rates import Rate
from routing.sla import Colour, StandingThresholds
from routing.standing import standing_colour
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
