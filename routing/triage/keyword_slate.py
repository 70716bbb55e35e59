"""A slate on which keywords are added up: lent to one text at a time, so that nothing is made anew for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from routing.triage.vectors import zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

_BEGIN: Final = 0x5E
_END: Final = 0x24
"""The codes of ``BEGIN`` and ``END``, here as compiled code has numbers at hand."""
_SHARED: Final = 1 << 10
"""Numbers that the characters of a text share when it is told which of them recur."""
LAST_SHARED: Final = _SHARED - 1


class Slate:
    """What is written down while one text is read; a slot is marked where its place holds the present stamp."""

    __slots__ = (
        "codes",
        "first",
        "length",
        "loud",
        "present",
        "recurring",
        "rows",
        "seen",
        "slots",
        "squares",
        "taken",
    )

    def __init__(self, slots: int) -> None:
        self.present: i64 = 1
        self.slots: vec[i32] = zeros(slots)
        self.seen: vec[i32] = zeros(_SHARED)
        self.recurring: vec[i32] = zeros(_SHARED)
        self.codes: vec[i32] = zeros(64)
        self.length: i64 = 0
        self.rows: vec[i32] = zeros(256)
        self.taken: i64 = 0
        self.squares: i64 = 0
        self.first: i64 = 0
        self.loud: i64 = 0

    def put(self, text: str) -> bool:
        """Writes down the characters of ``text`` in its frame; whether one recurs, or one that shares its number."""
        length: i64 = len(text)
        self.length = length + 2
        if len(self.codes) < length + 2:
            self.codes = zeros(2 * length + 2)
        codes, seen, recurring = self.codes, self.seen, self.recurring
        present: i64 = self.present
        codes[0] = _BEGIN
        recurs = False
        at: i64 = 0
        while at < length:
            code: i64 = ord(text[at])
            at += 1
            codes[at] = int(code)
            code &= LAST_SHARED
            if int(seen[code]) == present:
                recurring[code] = int(present)
                recurs = True
            else:
                seen[code] = int(present)
        codes[at + 1] = _END
        # The frame is made of characters, which a text may hold as well.
        if int(seen[_BEGIN & LAST_SHARED]) == present:
            recurring[_BEGIN & LAST_SHARED] = int(present)
            recurs = True
        if int(seen[_END & LAST_SHARED]) == present:
            recurring[_END & LAST_SHARED] = int(present)
            recurs = True
        return recurs

    def wipe(self) -> None:
        """Takes out what a text before added up to."""
        self.taken = self.squares = self.first = self.loud = 0

    def make_room(self, further: i64) -> None:
        """Makes room for so many ``further`` rows."""
        if len(self.rows) < self.taken + further:
            rows = zeros(2 * (self.taken + further))
            at: i64 = 0
            while at < self.taken:
                rows[at] = self.rows[at]
                at += 1
            self.rows = rows
