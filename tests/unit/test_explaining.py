"""Decisions are explained in Chinese, at once and later from what a ticket's event kept."""

from __future__ import annotations

from dataclasses import asdict
from zoneinfo import ZoneInfo

from bot.services.explaining import Explainer
from bot.services.wording import Wording
from routing.triage.evidence_rows import evidence_in, rows_of
from tests.town import configuration, triage

EXPLAINER = Explainer(Wording(configuration().texts, configuration().catalogue, ZoneInfo("UTC")))


def test_a_person_reads_decision_place_hits_cues_and_scores() -> None:
    lines = EXPLAINER.explanation(triage().explain("3栋电梯坏了没人修"))
    assert lines[0].startswith("结论 直接登记：电梯")
    assert "位置 3栋" in lines
    assert any(line.startswith("命中 “电梯坏了” → 电梯") for line in lines)
    assert any("没人管" in line for line in lines)
    assert any(line.startswith("得分 电梯") and "0.8" in line for line in lines)
    assert len(set(lines)) == len(lines)


def test_silence_is_explained_too() -> None:
    lines = EXPLAINER.explanation(triage().explain("不是漏水，是空调水"))
    assert lines[0] == "结论 不登记、不回复"
    assert any(line.startswith("不算 “漏水”") for line in lines)


def test_what_an_event_kept_reads_the_same() -> None:
    decision = triage().decide("3栋电梯坏了没人修")
    assert EXPLAINER.recorded(rows_of(decision.evidence)) == EXPLAINER.evidence(decision.evidence)


def test_events_of_older_versions_name_the_fields_of_evidence() -> None:
    decision = triage().decide("3栋电梯坏了没人修")
    assert evidence_in([asdict(one) for one in decision.evidence]) == list(decision.evidence)


def test_every_cue_of_the_lexicon_has_a_name() -> None:
    for name in triage().lexicon.cues:
        assert f"explain.cue.{name}" in configuration().texts, name


def test_what_is_no_evidence_is_passed_over() -> None:
    assert EXPLAINER.recorded(None) == []
    good = ["push", "new_cue: x", "某词", 0, 2, 0.1, None]
    bad = [
        ["nonsense", *good[1:]],
        good[:3],
        [*good[:5], "much", None],
        {"kind": "push"},
        [*good[:3], None, 2, 0.1, None],
        1,
    ]
    assert EXPLAINER.recorded([*bad, good]) == ["加分 “某词” 其他线索（new_cue）（+0.10）"]
