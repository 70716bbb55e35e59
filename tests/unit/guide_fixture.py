"""The packaged guide over the packaged triage, built once for all tests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from config.bundle import load_configuration
from routing.guide.evaluation import LabelledQuestion
from routing.guide.items import Guide, guide_of
from routing.guide.matching import GuideMatcher
from routing.guide.replying import GuideReply, reply_of, services_of
from tests.unit.triage_fixture import packaged_triage

QUESTIONS = Path(__file__).parents[1] / "data" / "guide_questions.jsonl"


@cache
def packaged_guide() -> Guide:
    """The sample items and the certificates."""
    configuration = load_configuration()
    return guide_of(configuration.sample_items(), configuration.certificates)


@cache
def packaged_matcher() -> GuideMatcher:
    """The packaged guide, ready to be asked."""
    return GuideMatcher(packaged_guide(), load_configuration().guide, packaged_triage().segmenter)


def reply(text: str) -> GuideReply | None:
    """What the guide says to ``text``, as in a group."""
    decision = packaged_triage().decide(text)
    return reply_of(packaged_matcher().consult(text), decision, services_of(packaged_guide()))


def labelled_questions(part: str) -> list[LabelledQuestion]:
    """The labelled lines of ``part``: "tune" or "apart"."""
    lines = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [LabelledQuestion(one["id"], one["text"], tuple(one["items"])) for one in lines if one["set"] == part]
