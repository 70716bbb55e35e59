"""Where the lexicon's words stand in a text, as the compiled form sorts them: most fill nothing that a rule asks about,
and of those nothing is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from routing.triage.hits import CompiledRule, Hit, HitIndex
from routing.triage.roles import Role
from routing.triage.segment import Boundaries
from routing.triage.trie import BEHIND, CODE, CODE_BITS, LOWEST_MIXED, MIXED_BY_FIRST, MIXED_BY_SECOND, NUMBER, Trie
from routing.triage.vectors import packed, zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

CHECKED_LENGTH: Final = 3
"""Hits up to this length must stand on word boundaries; longer ones hardly ever do not."""

_IDIOM: Final = 1
_FORBIDDING: Final = 2
_LOST_INSIDE: Final = 4
_HIT: Final = 3
"""Numbers for each hit: its role, its start and its end."""
_LAST_STAMP: Final = (1 << 31) - 1


class _Slate:
    """What is written down for one message: a slot is wanted where its place holds the present stamp."""

    __slots__ = ("hits", "places", "present", "wanted")

    def __init__(self, slots: int) -> None:
        self.present: i64 = 1
        self.wanted: vec[i32] = zeros(slots)
        self.places: vec[i32] = zeros(slots)
        self.hits: vec[i32] = zeros(_HIT * 128)


class WalkedIndex(HitIndex):
    """The hits of the slots that are wanted, by the places that these have on a slate."""

    __slots__ = ("_fillings", "_slate")

    def __init__(self, slate: _Slate, fillings: list[list[Hit] | None]) -> None:
        super().__init__({})
        self._slate: _Slate | None = slate
        self._fillings = fillings

    def at(self, slot: int) -> list[Hit] | None:
        slate = self._slate
        if slate is None or slot < 0:
            return None
        number: i64 = slot
        return self._fillings[int(slate.places[number])] if int(slate.wanted[number]) == slate.present else None

    def given_back(self) -> _Slate | None:
        """The slate, on which nothing is looked up any more."""
        slate = self._slate
        self._slate = None
        return slate


class StandingWalk:
    """Sorts hits by slot. Immutable but for what it lends; safe to share between threads."""

    __slots__ = (
        "_asked",
        "_asked_at",
        "_count",
        "_idle",
        "_question",
        "_repaired",
        "_slots",
        "_slots_at",
        "_traits",
        "_trie",
    )

    def __init__(
        self,
        trie: Trie,
        roles: Sequence[Role],
        rules: Sequence[CompiledRule],
        slots: int,
        question: int,
        repaired: int,
    ) -> None:
        """``trie`` tells the roles of words; ``slots`` is how many there are.

        Of these ``question`` and ``repaired`` are looked at closer.
        """
        self._trie = trie
        self._count = slots
        self._question: i64 = question
        self._repaired: i64 = repaired
        self._traits: vec[i32] = packed(
            [
                (_IDIOM if role.is_idiom else 0)
                + (_FORBIDDING if role.is_forbidding else 0)
                + (_LOST_INSIDE if role.is_lost_inside else 0)
                for role in roles
            ]
        )
        filled: list[int] = []
        slots_at = [0]
        for role in roles:
            filled += role.slots
            slots_at.append(len(filled))
        self._slots: vec[i32] = packed(filled)
        self._slots_at: vec[i32] = packed(slots_at)
        asked: list[int] = []
        asked_at = [0]
        for rule in rules:
            asked += rule.asked
            asked_at.append(len(asked))
        self._asked: vec[i32] = packed(asked)
        self._asked_at: vec[i32] = packed(asked_at)
        self._idle: list[_Slate] = []

    def by_slot(
        self,
        text: str,
        rules: Sequence[CompiledRule],
        watched: Sequence[int],
        boundaries: Boundaries,
        covered: list[tuple[int, int]],
        is_undone: Callable[[str, int], bool],
    ) -> WalkedIndex:
        """The hits that fill the slots of ``rules`` and those ``watched``, as ``_standing`` in ``reading.py`` tells.

        ``covered`` are stretches whose words mean something else, besides sayings; ``is_undone`` tells of a word of
        repair at some place whether nobody made it. What is returned is to be released.
        """
        slate = self._borrow()
        wanted, places = slate.wanted, slate.places
        present: i64 = slate.present
        filled: i64 = 0
        for one in watched:
            wanted[one] = int(present)
            places[one] = int(filled)
            filled += 1
        asked, asked_at = self._asked, self._asked_at
        for rule in rules:
            order: i64 = rule.order
            at: i64 = int(asked_at[order])
            while at < int(asked_at[order + 1]):
                slot: i64 = int(asked[at])
                if int(wanted[slot]) != present:
                    wanted[slot] = int(present)
                    places[slot] = int(filled)
                    filled += 1
                at += 1
        count = self._find(text, slate, boundaries, covered)
        hits, traits = slate.hits, self._traits
        slots, slots_at = self._slots, self._slots_at
        inside = boundaries.inside
        question, repaired = self._question, self._repaired
        fillings: list[list[Hit] | None] = [None] * filled
        reach: i64 = -1
        while count > 0:
            # They were written from the last on.
            count -= _HIT
            role: i64 = int(hits[count])
            start: i64 = int(hits[count + 1])
            end: i64 = int(hits[count + 2])
            first: i64 = int(slots_at[role])
            last: i64 = int(slots_at[role + 1])
            while first < last and int(wanted[int(slots[first])]) != present:
                first += 1
            is_asked = first < last
            # Most hits begin and end where words do; only the others need a closer look.
            if (
                is_asked
                and end - start <= CHECKED_LENGTH
                and (inside[start] or inside[end])
                and not boundaries.allow(start, end)
            ):
                continue
            if covered and is_covered(covered, start, end):
                continue
            # Hits come longest first from each start, so a hit that ends within reach lies inside an earlier one.
            is_inner = end <= reach
            trait: i64 = int(traits[role])
            if not is_inner:
                if trait & _FORBIDDING == 0:
                    reach = end
            elif trait & _LOST_INSIDE != 0:
                continue
            if not is_asked:
                continue
            hit: Hit = (role, start, end)
            while first < last:
                slot = int(slots[first])
                first += 1
                if int(wanted[slot]) != present:
                    continue
                # Of 有人 (in 有人要跳楼) only the asking sense goes; it names somebody as well.
                if is_inner and slot == question:
                    continue
                if slot == repaired and is_undone(text, start):
                    continue
                place: i64 = int(places[slot])
                filling = fillings[place]
                if filling is None:
                    fillings[place] = [hit]
                else:
                    filling.append(hit)
        return WalkedIndex(slate, fillings)

    def release(self, index: HitIndex) -> None:
        """Takes back what an ``index`` that nobody asks any more was made with."""
        slate = index.given_back() if isinstance(index, WalkedIndex) else None
        if slate is not None:
            self._give_back(slate)

    def _find(self, text: str, slate: _Slate, boundaries: Boundaries, covered: list[tuple[int, int]]) -> i64:
        """Writes every word on the ``slate`` and adds to ``covered`` where sayings stand; tells how far it has written.

        The last word is written first, and of those that begin together the shortest.
        """
        table = self._trie.table
        root = self._trie.root()
        pairs = self._trie.pairs
        last_pair: i64 = len(pairs) - 1
        hits, traits = slate.hits, self._traits
        written: i64 = 0
        length: i64 = len(text)
        start: i64 = length - 1
        while start >= 0:
            behind: i64 = root
            end: i64 = start
            while behind != 0 and end < length:
                code: i64 = ord(text[end])
                size: i64 = behind & -behind
                begin: i64 = (behind - size) >> 1
                place: i64 = code & (size - 1)
                while True:
                    node: i64 = table[begin + place]
                    known: i64 = node & CODE
                    place = (place + 1) & (size - 1)
                    if known == code + 1 or known == 0 or place == code & (size - 1):
                        break
                if known != code + 1:
                    break
                end += 1
                role: i64 = (node >> CODE_BITS & NUMBER) - 1
                if role >= 0:
                    if written == len(hits):
                        slate.hits = hits = _twice(hits)
                    hits[written] = int(role)
                    hits[written + 1] = int(start)
                    hits[written + 2] = int(end)
                    written += _HIT
                    if int(traits[role]) & _IDIOM != 0 and (
                        end - start > CHECKED_LENGTH or boundaries.allow(start, end)
                    ):
                        covered.append((start, end))
                behind = node >> BEHIND
                if end == start + 1 and end < length:
                    following: i64 = ord(text[end])
                    bit: i64 = (code * MIXED_BY_FIRST ^ following * MIXED_BY_SECOND) >> LOWEST_MIXED
                    told_of_pair: i64 = int(pairs[bit >> 3 & last_pair])
                    if told_of_pair >> (bit & 7) & 1 == 0:
                        break
            start -= 1
        return written

    def _borrow(self) -> _Slate:
        try:
            return self._idle.pop()
        except IndexError:
            return _Slate(self._count)

    def _give_back(self, slate: _Slate) -> None:
        # Another stamp takes everything out; a slate whose stamps are used up is given away.
        slate.present += 1
        if slate.present < _LAST_STAMP:
            self._idle.append(slate)


def _twice(row: vec[i32]) -> vec[i32]:
    """The same numbers with as much room again."""
    larger = zeros(2 * len(row))
    at: i64 = 0
    while at < len(row):
        larger[at] = row[at]
        at += 1
    return larger


def is_covered(covered: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the ``covered`` stretches is around this one, and longer."""
    for first, last in covered:
        if first <= start and end <= last and (start != first or end != last):
            return True
    return False
