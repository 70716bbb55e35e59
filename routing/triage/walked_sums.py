"""What the keywords of a text add up to, as walking finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.triage.keyword_slate import Slate
from routing.triage.keyword_sums import Sums
from routing.triage.vectors import zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64


class WalkedSums(Sums):
    """What the keywords of a text add up to, and which they are."""

    __slots__ = ("paths",)

    def __init__(self, squares: int, first: int, second: int, paths: vec[i32]) -> None:
        self.squares = squares
        self.first = first
        self.second = second
        self.numbers = None
        self.paths = paths
        """Two numbers for each place of the text where keywords begin: the longest of them that counts there, and the
        longest that was counted before; -1 for none."""


def told(slate: Slate) -> WalkedSums:
    """What is written on the ``slate``, which may be used again."""
    paths = zeros(slate.taken)
    at: i64 = 0
    while at < slate.taken:
        paths[at] = slate.paths[at]
        at += 1
    return WalkedSums(slate.squares, slate.first, slate.second, paths)
