"""How well the guide answers the labelled questions, and what it must never answer."""

from __future__ import annotations

import pytest

from routing.guide.evaluation import LabelledQuestion, evaluate_guide
from routing.guide.replying import Answered, AskBack
from routing.triage.evaluation import Share
from tests.unit.guide_fixture import labelled_questions, packaged_guide, reply


@pytest.mark.parametrize("part", ["tune", "apart"])
def test_the_figures_hold(part: str) -> None:
    rows = labelled_questions(part)
    assert sum(bool(row.items) for row in rows) >= 75
    assert sum(not row.items for row in rows) >= 50
    report = evaluate_guide(rows, reply)
    assert (report.right.value or 0) >= 0.90, report.misses
    assert (report.wrong.value or 0) <= 0.03, report.misses
    assert (report.wrong_of_all.value or 0) <= 0.03, report.misses


def test_every_entry_is_asked_for_and_every_label_is_one() -> None:
    asked = {code for part in ("tune", "apart") for row in labelled_questions(part) for code in row.items}
    assert asked == set(packaged_guide().entries)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("居住证怎么办", "residence_permit"),
        ("居住證要帶什麼材料", "residence_permit"),
        ("孩子上学要居住证明，社区开不开", "residence"),
        ("单位要无犯罪记录证明，哪里开", "no_crime"),
    ],
)
def test_what_is_asked_is_answered(text: str, code: str) -> None:
    assert reply(text) == Answered(code)


@pytest.mark.parametrize(
    "text",
    [
        "居住证终于办好了",
        "你们医保交了吗",
        "家里失火了，有没有救助，找谁申请",
        "3栋水管爆了，找谁修",
        "有人晕倒了，社保卡在他身上，找谁",
        "残疾人补贴三个月没到账了，找谁",
        "低保被取消了，凭什么",
        "居住证",
        "今晚吃啥",
    ],
)
def test_reports_and_chatter_are_none_of_its_business(text: str) -> None:
    assert reply(text) is None


def test_whoever_is_unsure_asks_back() -> None:
    assert reply("医保怎么弄") == AskBack(("medical_join",))
    found = reply("失业金和失业证怎么办")
    assert isinstance(found, AskBack)
    assert set(found.codes) == {"jobless_benefit", "jobless_register"}


def test_the_report_counts_each_kind_of_answer() -> None:
    given: dict[str, Answered | AskBack | None] = {
        "a": Answered("x"),
        "b": AskBack(("y", "x")),
        "c": Answered("y"),
        "d": None,
        "e": Answered("x"),
        "f": None,
    }
    rows = [LabelledQuestion(text, text, () if text in "ef" else ("x",)) for text in given]
    report = evaluate_guide(rows, given.__getitem__)
    assert (report.right, report.asked_back, report.wrong) == (Share(1, 4), Share(1, 4), Share(1, 4))
    assert (report.disturbed, report.wrong_of_all) == (Share(1, 2), Share(2, 6))
    assert [(miss.id, miss.got) for miss in report.misses] == [("b", "y x?"), ("c", "y"), ("d", ""), ("e", "x")]
