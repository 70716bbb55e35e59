"""Walking the lexicon's words finds the same as the search of the interpreted form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.triage.lexicon import CUE, Lexicon, Part, Rule
from routing.triage.matcher import IDIOM, QUESTION_WORD, REPAIRED, Matcher
from routing.triage.normalise import Normalised
from routing.triage.reading import Reading
from routing.triage.segment import Segmenter
from tests.unit.triage_fixture import packaged_triage

WORDS = st.text("漏水停电没", min_size=1, max_size=3)
CLASSES = ("wet", "dark", IDIOM, QUESTION_WORD, REPAIRED)
PARTS = st.builds(
    Part,
    words=st.frozensets(WORDS, max_size=2),
    classes=st.frozensets(st.sampled_from(CLASSES), min_size=1, max_size=1),
)
RULES = st.builds(
    Rule,
    target=st.sampled_from(("leak", "power", f"{CUE}sure")),
    text=st.just("rule"),
    parts=st.lists(PARTS, min_size=1, max_size=3).map(tuple),
    absent=st.lists(PARTS, max_size=1).map(tuple),
    weight=st.just(0.6),
)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return packaged_triage().segmenter


@given(
    classes=st.fixed_dictionaries({name: st.frozensets(WORDS, min_size=1, max_size=4) for name in CLASSES}),
    rules=st.lists(RULES, min_size=1, max_size=8).map(tuple),
    texts=st.lists(st.text("漏水停电没a\U0001f4a7", max_size=12), min_size=1, max_size=3),
)
def test_walking_finds_what_searching_finds(
    classes: dict[str, frozenset[str]], rules: tuple[Rule, ...], texts: list[str], segmenter: Segmenter
) -> None:
    lexicon = Lexicon(classes=classes, rules=rules)
    searching, walking = (Matcher(lexicon, len, {"wet": 70_000, IDIOM: 3}, walks=walks) for walks in (False, True))
    for text in texts:
        found, walked = searching.search(text), walking.search(text)
        assert walked.may_name_service == found.may_name_service
        assert walking.has_idiom(walked) == searching.has_idiom(found)
        assert {role.slots for role in walking.roles_of(walked)} == {role.slots for role in searching.roles_of(found)}
        assert sorted(walked.taught()) == sorted({*found.taught()})
        for of_walked, of_found in ((walking.services, searching.services), (walking.cues, searching.cues)):
            assert [one.order for one in of_walked(walked)] == [one.order for one in of_found(found)]
        hits = [(walking.roles[number].slots, *span) for number, *span in walking.hits(walked)]
        assert hits == [(searching.roles[number].slots, *span) for number, *span in searching.hits(found)]
        held = searching.services(found) + searching.cues(found)
        by_search, by_walk = (
            Reading(Normalised(text, text), words, held, matcher, segmenter).index
            for matcher, words in ((searching, found), (walking, walked))
        )
        for slot in {slot for role in searching.different_roles for slot in role.slots}:
            assert [span for _, *span in by_walk.of(slot)] == [span for _, *span in by_search.of(slot)]
