"""The order in which keywords are walked: what is met together lies together in memory."""

from __future__ import annotations

from collections.abc import Sequence

from routing.triage.keyword_sums import NO_TEXT, Keywords
from routing.triage.trie import Trie


def met_first(keywords: Keywords) -> list[int]:
    """The numbers of the keywords: first word classes, of which every text has a dozen, then those that are met most.

    The more texts have a keyword, the lower the square of its idf.
    """
    spellings, squares = keywords.spellings, keywords.squares
    return sorted(range(len(spellings)), key=lambda one: (not spellings[one].startswith(NO_TEXT), squares[one]))


def in_order(keywords: Keywords, order: Sequence[int]) -> Keywords:
    """The same keywords in another order."""
    return Keywords(
        [keywords.spellings[number] for number in order],
        [keywords.rows[number] for number in order],
        [keywords.squares[number] for number in order],
        [keywords.firsts[number] for number in order],
        [keywords.seconds[number] for number in order],
        keywords.loud_from,
        keywords.labels,
    )


def shorter(spelling: str, trie: Trie) -> int:
    """The number of the longest other keyword that ``spelling`` begins with; -1 for none."""
    for length in range(len(spelling) - 1, 0, -1):
        number = trie.exactly(spelling[:length])
        if number >= 0:
            return number
    return -1
