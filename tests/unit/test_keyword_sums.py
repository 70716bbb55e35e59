"""Both forms of adding up keywords find the same, and the tree finds what stands in a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.triage.keyword_search import SearchedKeywords
from routing.triage.keyword_sums import Keywords, weight_of
from routing.triage.keyword_walk import WalkedKeywords
from routing.triage.keywords import BITS, HALF
from routing.triage.trie import NOWHERE, ROOT, Trie
from routing.triage.vectors import packed

LETTERS = st.text("漏水^$\U0001f4a7a", max_size=12)
SPELLINGS = st.lists(st.text("漏水^$\U0001f4a7a", min_size=1, max_size=4), unique=True, max_size=25)
STEPS = st.integers(-100_000, 100_000)


def _found(trie: Trie, text: str) -> list[tuple[int, int, int]]:
    """Number, start and end of every spelling in ``text``, by walking from each character."""
    found: list[tuple[int, int, int]] = []
    for start in range(len(text)):
        node = ROOT
        for end in range(start, len(text)):
            node = trie.after(node, ord(text[end]))
            if node == NOWHERE:
                break
            if (number := trie.number(node)) >= 0:
                found.append((number, start, end + 1))
            if not trie.goes_on(node):
                break
    return found


@given(SPELLINGS, LETTERS)
def test_a_tree_finds_every_spelling_where_it_stands(spellings: list[str], text: str) -> None:
    stands = [
        (number, start, start + len(spelling))
        for number, spelling in enumerate(spellings)
        for start in range(len(text))
        if text.startswith(spelling, start)
    ]
    assert sorted(_found(Trie(spellings), text)) == sorted(stands)


@given(st.lists(st.integers(-(1 << 31), (1 << 31) - 1)))
def test_numbers_are_packed_as_they_are(numbers: list[int]) -> None:
    assert list(packed(numbers)) == numbers


@given(
    st.dictionaries(
        st.text("漏水^$\U0001f4a7a", min_size=1, max_size=4) | st.text("ab", min_size=1, max_size=2).map("\0".__add__),
        st.tuples(st.integers(0, 1 << 24), STEPS, STEPS),
        min_size=1,
        max_size=25,
    ),
    st.integers(-500, 500),
    LETTERS,
    st.floats(HALF * 0.01 - 500, HALF * 0.01 + 500),
    st.data(),
)
def test_both_forms_add_up_the_same(
    weighed: dict[str, tuple[int, int, int]], loud_from: int, text: str, least: float, data: st.DataObject
) -> None:
    squares, firsts, seconds = map(list, zip(*weighed.values(), strict=True))
    rows = [first + (second << 2 * BITS) for _, first, second in weighed.values()]
    keywords = Keywords(list(weighed), rows, squares, firsts, seconds, loud_from, 3)
    named = [number for number, spelling in enumerate(weighed) if spelling.startswith("\0")]
    classes = data.draw(st.lists(st.sampled_from(named), max_size=4)) if named else []
    assert WalkedKeywords.can_hold(keywords)
    searched, walked = SearchedKeywords(keywords), WalkedKeywords(keywords)
    numbers = searched.numbers(text, classes)
    assert sorted(walked.numbers(text, classes)) == sorted(numbers)
    assert walked.loud(text) == searched.loud(text)
    for place, weights in ((0, firsts), (1, [0] * len(rows)), (2, seconds)):
        steps = sorted((-abs(weights[one]), -weights[one], one) for one in numbers if weights[one])
        told = walked.weighed(numbers, place)
        assert told == searched.weighed(numbers, place)
        assert [weight_of(one) for one in told] == [(number, -negated) for _, negated, number in steps]
    for one, other in (
        (walked.sums(text, classes), searched.sums(text, classes)),
        (walked.added(numbers), searched.added(numbers)),
    ):
        assert (one.squares, one.first, walked.second(one)) == (other.squares, other.first, searched.second(other))
        totals, others = walked.totals(text, classes, one), searched.totals(text, classes, other)
        sums = [one.first, 0, walked.second(one)]
        assert [totals.at(place) - HALF for place in range(3)] == sums
        assert [others.at(place) - HALF for place in range(3)] == sums
        asked = ([2, 0], [0.5, -0.25], 0.01)
        assert totals.highest(*asked, -9e9) == others.highest(*asked, -9e9)
        assert totals.from_on(*asked, least) == others.from_on(*asked, least)
        assert (one.squares, one.first) == (sum(squares[n] for n in numbers), sum(firsts[n] for n in numbers))


def test_numbers_that_cannot_be_packed_are_left_to_the_automaton() -> None:
    assert WalkedKeywords.can_hold(Keywords(["漏"], [0], [1], [1], [1], 1, 1))
    assert not WalkedKeywords.can_hold(Keywords(["漏"], [0], [1], [1 << 31], [1], 1, 1))
    assert not WalkedKeywords.can_hold(Keywords(["漏"], [0], [1], [1], [-(1 << 31)], 1, 1))
    assert not WalkedKeywords.can_hold(Keywords(["漏"], [0], [1 << 36], [1], [1], 1, 1))
    assert not WalkedKeywords.can_hold(Keywords(["漏"], [0], [1], [1], [1], 1, 1000))
