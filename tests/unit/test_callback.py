"""When words contradict a button of the call-back: a table of cases, and the bounds of its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.callback import load_callback
from config.errors import ConfigError
from routing.callback import Archived, Doubt, doubt_of
from routing.conversation import without_name
from routing.ticket import Satisfaction, Status
from tests.town import configuration
from tests.unit.staffed_ticket import NOW, TICKET

RULES = load_callback()
WORDS = configuration().conversation.words
DONE = replace(TICKET, status=Status.ARCHIVED, archived_at=NOW, solved=True)
HAPPY = replace(DONE, satisfaction=Satisfaction.SATISFIED)


@pytest.mark.parametrize(
    ("text", "ticket", "solved", "replies", "doubt"),
    [
        ("没修好", DONE, True, False, Doubt.PERSON),
        ("還是沒修好！", DONE, True, False, Doubt.PERSON),
        ("还是坏的", HAPPY, True, True, Doubt.PERSON),
        # Nobody who says so pressed anything: they are asked to.
        ("没修好", DONE, None, False, Doubt.REPORTER),
        ("没修好", replace(DONE, solved=None), None, False, Doubt.REPORTER),
        # Anger counts as the answer of somebody who pressed "satisfied".
        ("满意什么，糊弄人", HAPPY, True, True, Doubt.PERSON),
        ("滿意什麼，糊弄人", HAPPY, True, True, Doubt.PERSON),
        ("满意什么，糊弄人", HAPPY, True, False, None),
        ("满意什么，糊弄人", DONE, True, True, None),
        ("糊弄人", replace(DONE, satisfaction=Satisfaction.DISSATISFIED), True, True, None),
        ("谢谢师傅", HAPPY, True, True, None),
        ("修好了", HAPPY, True, False, None),
        ("没修好吗？", DONE, True, False, None),
        # A person decides already, or it is no longer archived.
        ("没修好", replace(DONE, disputed_at=NOW), True, False, None),
        ("没修好", replace(DONE, status=Status.IN_PROGRESS), True, False, None),
    ],
)
def test_cases(text: str, ticket: object, solved: bool | None, replies: bool, doubt: Doubt | None) -> None:
    assert isinstance(ticket, type(DONE))
    found = doubt_of(text, [Archived(ticket, solved)], ticket if replies else None, RULES, WORDS, NOW)
    assert found == (None if doubt is None else (ticket, doubt))


def test_words_count_for_48_hours() -> None:
    for span, counts in ((timedelta(hours=48), True), (timedelta(hours=48, seconds=1), False)):
        found = doubt_of("没修好", [Archived(DONE, True)], None, RULES, WORDS, NOW + span)
        assert (found is not None) is counts


def test_a_reply_means_the_ticket_that_it_answers() -> None:
    other = replace(DONE, id=2)
    own = [Archived(DONE, True), Archived(other, True)]
    assert doubt_of("没修好", own, other, RULES, WORDS, NOW) == (other, Doubt.PERSON)
    assert doubt_of("没修好", own, replace(DONE, id=3), RULES, WORDS, NOW) is None
    assert doubt_of("没修好", own, None, RULES, WORDS, NOW) == (DONE, Doubt.PERSON)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("匿名 楼下麻将馆半夜还在吵", "楼下麻将馆半夜还在吵"),
        ("匿名：有人乱扔垃圾", "有人乱扔垃圾"),
        ("匿名举报，饭店油烟直排", "饭店油烟直排"),
        ("匿名", ""),
        ("他匿名举报了", None),
        ("楼道灯不亮", None),
    ],
)
def test_the_wish_to_stay_unknown(text: str, left: str | None) -> None:
    assert without_name(text) == left


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("contradiction_hours: 0\nangry: 骗人\n", "callback.yaml:1"),
        ("contradiction_hours: 48\n", "angry"),
        ("contradiction_hours: 48\nangry: 骗人\nmore: 1\n", "callback.yaml:3"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "callback.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_callback(path)
    assert reason in f"{Path(refused.value.path).name}:{refused.value.line} {refused.value.reason}"
