"""Numbers in a row as compiled code reads and writes them: as they stand in memory, without an object for each.

Only the compiled form has them. ``librt.vecs`` belongs to mypyc, and ``native.py`` puts it beside what is compiled;
interpreted nothing of this is called but by tests, for it would be slower than lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

with suppress(ImportError):
    from librt.vecs import vec
    from mypy_extensions import i32, i64, u8


def zeros(count: i64) -> vec[i32]:
    """So many zeros."""
    return vec[i32]([0] * count)


def long_zeros(count: i64) -> vec[i64]:
    """So many zeros, for numbers of 64 bits."""
    return vec[i64]([0] * count)


def bytes_of_zero(count: i64) -> vec[u8]:
    """So many zeros, for numbers of 8 bits without a sign."""
    return vec[u8]([0] * count)


def fractions(count: i64) -> vec[float]:
    """So many zeros, for numbers with a fraction."""
    return vec[float]([0.0] * count)


def packed(numbers: Sequence[int]) -> vec[i32]:
    """These numbers.

    Raises:
        OverflowError: one has more than 32 bits with its sign.
    """
    row = zeros(len(numbers))
    for place, number in enumerate(numbers):
        row[place] = number
    return row


def long_packed(numbers: Sequence[int]) -> vec[i64]:
    """The same for numbers of 64 bits with their sign."""
    row = long_zeros(len(numbers))
    for place, number in enumerate(numbers):
        row[place] = number
    return row
