"""Walking the dictionary finds the most probable cut."""

from __future__ import annotations

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.triage.segment_walk import SegmentWalk, join_letters

WORDS = st.text("今天气好\U0001f4a7", min_size=1, max_size=4)
TOTAL = 10_000


@given(st.dictionaries(WORDS, st.integers(0, 900), max_size=12), st.text("今天气好a\U0001f4a7", max_size=9))
def test_the_cut_is_the_most_probable_one(counts: dict[str, int], text: str) -> None:
    walk = SegmentWalk(list(counts), list(counts.values()), TOTAL)
    _check_cut(walk, counts, text)
    # How a word that stands alone is cut is remembered then.
    for again in (text, *counts, *counts, text):
        _check_cut(walk, counts, again)


def _check_cut(walk: SegmentWalk, counts: dict[str, int], text: str) -> None:
    inside = walk.inside(text)
    assert not inside[0]
    assert not inside[-1]
    edges = [position for position in range(len(text) + 1) if not inside[position]]
    words = [text[start:end] for start, end in pairwise(edges)]
    assert all(word in counts or len(word) == 1 for word in words)
    # Sums of the same numbers in another order differ in their last bit, which decides between equally likely cuts.
    assert _likelihood(counts, words) == pytest.approx(_likelihood(counts, _most_probable(counts, text)))


def test_of_equally_likely_cuts_the_one_whose_first_word_is_longer_wins() -> None:
    assert SegmentWalk(["今天今"], [425], TOTAL).inside("今天今天今") == [False, True, True, False, False, False]


def _likelihood(counts: dict[str, int], words: list[str]) -> float:
    return sum(log(counts.get(word, 0) or 1) - log(TOTAL) for word in words)


@pytest.mark.parametrize(
    ("text", "known", "joined"),
    [("a502室", (), (1, 2, 3)), ("5楼02", (), (3,)), ("ab12", (1,), (3,)), ("一5二", (), ()), ("", (), ())],
)
def test_letters_in_a_row_are_one_word_where_the_dictionary_has_none(
    text: str, known: tuple[int, ...], joined: tuple[int, ...]
) -> None:
    inside = [position in known for position in range(len(text) + 1)]
    join_letters(text, inside)
    assert [position for position, within in enumerate(inside) if within and position not in known] == list(joined)


def _most_probable(counts: dict[str, int], text: str) -> list[str]:
    """The likeliest words, looked for from the end on; of two that are equally likely the longer one comes first."""
    cuts: list[tuple[float, list[str]]] = [(0.0, [])]
    for start in range(len(text) - 1, -1, -1):
        parts = [text[start:end] for end in range(start + 1, len(text) + 1)]
        likely = [
            (log(counts.get(part, 0) or 1) - log(TOTAL) + cuts[-len(part)][0], len(part), [part, *cuts[-len(part)][1]])
            for part in parts
            if part in counts or len(part) == 1
        ]
        score, _, words = max(likely)
        cuts.append((score, words))
    return cuts[-1][1]
