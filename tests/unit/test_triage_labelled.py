"""The figures on our own labelled messages stay above their floors, on the tuned half and on the kept half."""

from __future__ import annotations

import pytest

from config.catalogue import load_catalogue
from routing.triage.evaluation import Labelled, Report, Share, evaluate
from tests.labelled import LATER, read_labelled
from tests.unit.triage_fixture import packaged_triage

ROWS = read_labelled()
HALVES = {"tuned": ROWS[0::2], "kept": ROWS[1::2], "later": read_labelled(LATER)}


def _report(rows: list[Labelled]) -> Report:
    return evaluate(rows, packaged_triage().decide)


def _value(share: Share) -> float:
    assert share.value is not None
    return share.value


@pytest.mark.parametrize(
    ("half", "figure", "floor"),
    [
        ("tuned", "found", 0.97),
        ("tuned", "opened", 0.85),
        ("tuned", "service", 0.93),
        ("tuned", "appeal", 0.85),
        ("tuned", "emergencies", 1.0),
        ("tuned", "places", 0.97),
        ("later", "found", 0.97),
        ("later", "opened", 0.85),
        ("later", "service", 0.93),
        ("later", "appeal", 0.85),
        ("later", "emergencies", 1.0),
        ("later", "places", 0.97),
        ("kept", "found", 0.92),
        ("kept", "opened", 0.8),
        ("kept", "service", 0.9),
        ("kept", "appeal", 0.85),
        ("kept", "emergencies", 1.0),
        ("kept", "places", 0.85),
    ],
)
def test_is_at_least(half: str, figure: str, floor: float) -> None:
    report = _report(HALVES[half])
    assert _value(getattr(report, figure)) >= floor, [miss for miss in report.misses if miss.what == figure]


@pytest.mark.parametrize(
    ("half", "figure", "ceiling"),
    [
        ("tuned", "false_tickets", 0.02),
        ("tuned", "false_prompts", 0.06),
        ("tuned", "false_emergencies", 0.01),
        ("later", "false_tickets", 0.05),
        ("later", "false_prompts", 0.06),
        ("later", "false_emergencies", 0.01),
        ("kept", "false_tickets", 0.1),
        ("kept", "false_prompts", 0.06),
        ("kept", "false_emergencies", 0.01),
    ],
)
def test_is_at_most(half: str, figure: str, ceiling: float) -> None:
    assert _value(getattr(_report(HALVES[half]), figure)) <= ceiling


def test_the_set_covers_what_it_should() -> None:
    labelled = {code for row in ROWS for code in row.services}
    assert labelled == set(load_catalogue().services)
    assert {row.expect for row in ROWS} == {"open", "ask", "ignore"}
    assert len({row.text for row in ROWS}) == len(ROWS) >= 250


def test_misses_are_named() -> None:
    rows = [Labelled("x1", "大家早", "open", ("property.elevator",), ("help",))]
    report = _report(rows)
    assert report.found == Share(0, 1)
    assert [(miss.id, miss.what, miss.got) for miss in report.misses] == [("x1", "found", "ignore")]
    assert report.by_service["property.elevator"] == Share(0, 1)
