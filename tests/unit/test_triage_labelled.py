"""The figures on our own labelled messages stay above their floors, on the tuned half and on the kept half."""

from __future__ import annotations

import pytest

from config.catalogue import load_catalogue
from routing.place import Place
from routing.triage.evaluation import Labelled, Report, Share, evaluate
from routing.triage.normalise import normalise
from routing.triage.places import place_in
from tests.labelled import DATA, LATER, read_labelled
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
        ("kept", "found", 0.97),
        ("kept", "opened", 0.85),
        ("kept", "service", 0.93),
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
        ("later", "false_tickets", 0.02),
        ("later", "false_prompts", 0.06),
        ("later", "false_emergencies", 0.01),
        ("kept", "false_tickets", 0.02),
        ("kept", "false_prompts", 0.06),
        ("kept", "false_emergencies", 0.01),
    ],
)
def test_is_at_most(half: str, figure: str, ceiling: float) -> None:
    assert _value(getattr(_report(HALVES[half]), figure)) <= ceiling


def test_places_of_many_authors_are_read_right() -> None:
    stated = read = made_up = 0
    rows = [row for path in sorted((DATA / "authored").glob("messages_*.jsonl")) for row in read_labelled(path)]
    for row in rows:
        said, found = _numbers(row.place), _numbers(place_in(normalise(row.text).text))
        stated += any(said)
        read += any(said) and said == found
        made_up += not any(said) and any(found)
    assert read / stated >= 0.97
    assert made_up / (len(rows) - stated) <= 0.01


def _numbers(place: Place | None) -> tuple[str | None, ...]:
    return (place.building, place.unit, place.floor, place.room) if place else (None,) * 4


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
