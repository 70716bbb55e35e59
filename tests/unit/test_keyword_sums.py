"""Both forms of adding up keywords find the same, and the tree finds what stands in a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.triage.keyword_search import SearchedKeywords
from routing.triage.keyword_sums import Keywords, weight_of
from routing.triage.keyword_totals import Family
from routing.triage.keyword_walk import WalkedKeywords
from routing.triage.keywords import BITS, HALF
from routing.triage.trie import NOWHERE, ROOT, Trie
from routing.triage.vectors import packed

LETTERS = st.text("漏水^$\U0001f4a7a", max_size=12)
SPELLINGS = st.lists(st.text("漏水^$\U0001f4a7a", min_size=1, max_size=4), unique=True, max_size=25)
STEPS = st.integers(-30_000, 30_000)


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


def _family(*places: int) -> Family:
    family = Family()
    for place in places:
        family.add(f"label {place}", place, place / 4 - 0.25)
    family.is_apart = 0 not in places
    return family


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
        st.tuples(st.integers(0, 1 << 23), STEPS, STEPS),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 500),
    LETTERS,
    st.floats(HALF * 0.01 - 500, HALF * 0.01 + 500),
    st.booleans(),
    st.data(),
)
def test_both_forms_add_up_the_same(
    weighed: dict[str, tuple[int, int, int]], loud_from: int, text: str, least: float, alone: bool, data: st.DataObject
) -> None:
    squares, firsts, seconds = map(list, zip(*weighed.values(), strict=True))
    rows = [first + (second << 2 * BITS) for _, first, second in weighed.values()]
    keywords = Keywords(list(weighed), rows, squares, firsts, loud_from, 3, frozenset({1, 2}))
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
        assert (one.squares, one.first) == (other.squares, other.first)
        assert sorted(walked.numbers_of(text, one)) == sorted(searched.numbers_of(text, other)) == sorted(numbers)
        totals, others = walked.totals(text, one), searched.totals(text, other)
        family = _family(1, 2) if alone else _family(2, 0)
        assert totals.highest(family, 0.01) == others.highest(family, 0.01)
        assert totals.from_on(family, 0.01, least) == others.from_on(family, 0.01, least)
        sums = [one.first, 0, sum(seconds[number] for number in numbers)]
        assert [totals.at(place) - HALF for place in range(3)] == sums
        assert [others.at(place) - HALF for place in range(3)] == sums
        assert (one.squares, one.first) == (sum(squares[n] for n in numbers), sum(firsts[n] for n in numbers))


def test_numbers_that_cannot_be_packed_are_left_to_the_automaton() -> None:
    def can_hold(square: int = 1, first: int = 1, labels: int = 1) -> bool:
        return WalkedKeywords.can_hold(Keywords(["漏"], [0], [square], [first], 1, labels, frozenset()))

    assert can_hold((1 << 26) - 2, (1 << 17) - 1, 255)
    assert not can_hold(square=(1 << 26) - 1)
    assert not can_hold(first=1 << 17)
    assert not can_hold(first=-(1 << 20))
    assert can_hold(first=1 - (1 << 20))
    assert not can_hold(labels=256)
