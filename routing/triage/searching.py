"""The search for many spellings at once, as the interpreted form has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

Found = tuple[int, ...]
"""A spelling in a text: its number, its start and its end."""
Search = Callable[..., list[Found]]
"""Finds every spelling in a text, overlapping ones too where it is asked to, by their ends."""


def search_for(spellings: Iterable[str]) -> Search:
    """A search for ``spellings`` by their numbers, which are given in their order."""
    automaton: Any = AhoCorasick(
        spellings,
        matchkind=MatchKind.Standard,
        implementation=Implementation.ContiguousNFA,
        store_patterns=False,
    )
    search: Search = automaton.find_matches_as_indexes
    return search
