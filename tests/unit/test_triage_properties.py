"""What holds for every text: triage never raises, is pure, and its work is bounded."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.triage.decision import EvidenceKind, Ignore
from tests.unit.triage_fixture import packaged_triage

LONGEST = 4096
"""Characters of the longest message that a chat platform delivers."""

MOST_STEPS = 100_000
"""Matching steps for the worst text that the lexicon's own words can make: about 20 ms."""

WORDS = sorted(packaged_triage().lexicon.words())


def _texts() -> st.SearchStrategy[str]:
    words = st.lists(st.sampled_from(WORDS) | st.sampled_from([" ", "，", "。", "3栋", "吗"]), max_size=30).map("".join)
    # Halves of pairs are what input holds that was cut or read wrongly.
    broken = st.text(st.sampled_from("\ud800\udfff電梯壞了，3棟們"), max_size=20)
    return st.text(max_size=200) | words | broken


@settings(max_examples=300, deadline=None)
@given(_texts(), st.booleans(), st.booleans())
def test_never_raises_and_is_pure(text: str, addressed: bool, has_media: bool) -> None:
    triage = packaged_triage()
    first = triage.decide(text, addressed=addressed, has_media=has_media)
    assert triage.decide(text, addressed=addressed, has_media=has_media) == first
    assert 0.0 <= first.confidence <= 1.0
    if addressed:
        assert not isinstance(first, Ignore)
    for one in first.evidence:
        assert text[one.start : one.end] == one.text


@settings(max_examples=300, deadline=None)
@given(_texts())
def test_who_looks_at_everything_decides_the_same(text: str) -> None:
    triage = packaged_triage()
    explained = triage.explain(text)
    # Scores are told to two digits.
    certainly = bool(explained.scores) and explained.scores[0][2] >= triage.thresholds.ask + 0.01
    named = any(one.kind is EvidenceKind.SERVICE for one in explained.decision.evidence)
    if isinstance(explained.decision, Ignore):
        assert not (certainly and named)
    else:
        assert explained.scores[0][2] >= triage.thresholds.ask - 0.01


def test_work_is_bounded_on_the_longest_messages() -> None:
    shuffled = random.Random(7).sample(WORDS, len(WORDS))
    texts = ["".join(itertools.islice(itertools.cycle(shuffled), start, start + 2000))[:LONGEST] for start in (0, 900)]
    texts += ["电梯坏了" * 1024, "没" * LONGEST, "3-2-502 " * 512, "楼上漏水，" * 800]
    for text in texts:
        assert packaged_triage().explain(text[:LONGEST]).steps <= MOST_STEPS
