"""Authors who are left out of learning are understood: learned keywords alone, and together with the rules.

The shipped lexicon has seen these authors, so each is judged by one learned without them. That takes a while, so only
what decides between request and talk is learned here, from some of the messages.
"""

from __future__ import annotations

from functools import lru_cache

import pytest

from config.learned import load_learned
from config.overlay import PACKAGED
from routing.triage.judge import Judge
from routing.triage.learned import LearnedLexicon
from routing.triage.learning import Corpus, Example
from routing.triage.teaching import REQUEST, answered_right, lessons
from tests.labelled import DATA, read_labelled
from tests.unit.triage_fixture import packaged_triage

AUTHORS = {
    "b": DATA / "messages_b.jsonl",
    "d": DATA / "authored" / "messages_d.jsonl",
    "f": DATA / "authored" / "messages_f.jsonl",
}


@lru_cache
def _examples(author: str) -> tuple[Example, ...]:
    triage = packaged_triage()
    return tuple(lessons(read_labelled(AUTHORS[author]), triage.keywords, triage.catalogue.services))


def _learned_without(author: str) -> LearnedLexicon:
    others = [one for other in AUTHORS if other != author for one in _examples(other)]
    return Corpus(others).learn([REQUEST], version="test")


@pytest.mark.parametrize(("author", "floor"), [("b", 0.85), ("d", 0.82), ("f", 0.78)])
def test_requests_of_an_author_who_was_left_out(author: str, floor: float) -> None:
    judge = Judge(_learned_without(author))
    share = answered_right(judge, _examples(author), {REQUEST: (REQUEST,)})[REQUEST]
    assert share.value is not None
    assert share.value >= floor, share


def test_the_shipped_lexicon_is_what_is_learned_from_the_messages() -> None:
    """Learning the whole again takes half a minute; a wrong or stale file would fail on what it was made of."""
    judge = Judge(load_learned([PACKAGED / "learned"]))
    for author in AUTHORS:
        share = answered_right(judge, _examples(author), {REQUEST: (REQUEST,)})[REQUEST]
        assert share.value is not None
        assert share.value >= 0.97, (author, share)
