"""The lexicon's words found, and the rules that they may satisfy, as the compiled form does it: without any object.

What the words ask of rules is written into one row of numbers, a few for each role, and which slots are filled is
marked in rows that are lent to one message at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from routing.triage.hits import Hit
from routing.triage.roles import Role, Tried, Words
from routing.triage.trie import (
    BEHIND,
    CODE,
    CODE_BITS,
    LOWEST_MIXED,
    MIXED_BY_FIRST,
    MIXED_BY_SECOND,
    NUMBER,
    ROOT,
    Trie,
)
from routing.triage.vectors import packed, zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

_NAMES: Final = 1
"""Of a role: it leads to rules of services."""
_IDIOM: Final = 2
"""Of a role: it is a saying."""
_NOTHING: Final = 1
"""Where in the row stands what a role that asks nothing marks."""


class WalkedWords(Words):
    """Words of which only the roles were looked for: of most messages nobody asks more."""

    __slots__ = ("_walk", "has_idiom", "numbers")

    def __init__(self, walk: WordWalk, text: str, numbers: vec[i32], traits: i64) -> None:
        self._walk = walk
        self.text = text
        self.may_name_service = traits & _NAMES != 0
        self.has_idiom = traits & _IDIOM != 0
        """Whether one of them is a saying."""
        self.numbers = numbers
        """The numbers of their roles, each once."""

    def taught(self) -> list[int]:
        return list(self._walk.taught(self))

    def taught_row(self) -> vec[i32]:
        return self._walk.taught(self)


class _Slate:
    """What is marked for one message: a number is in the set where its place holds the present stamp."""

    __slots__ = ("found", "keywords", "orders", "present", "roles", "slots", "taught")

    def __init__(self, roles: int, slots: int, rules: int, keywords: int) -> None:
        self.present: i64 = 1
        self.roles: vec[i32] = zeros(roles)
        self.slots: vec[i32] = zeros(slots)
        self.orders: vec[i32] = zeros(rules)
        self.found: vec[i32] = zeros(roles)
        self.keywords: vec[i32] = zeros(keywords)
        self.taught: vec[i32] = zeros(keywords)


class WordWalk:
    """Finds roles and rules by walking. Immutable but for what it lends; safe to share between threads."""

    __slots__ = (
        "_absent",
        "_cues",
        "_idle",
        "_keywords",
        "_program",
        "_rules",
        "_services",
        "_slots",
        "_traits",
        "trie",
    )

    def __init__(
        self,
        role_of: Mapping[str, Role],
        roles: Sequence[Role],
        forbidden: Sequence[tuple[int, ...]],
        slots: int,
    ) -> None:
        """Makes ready ``role_of`` each spelling, the ``roles`` by their numbers, and what each rule has ``forbidden``.

        ``slots`` is how many there are.
        """
        self.trie = Trie(list(role_of), [role.number for role in role_of.values()])
        keywords_taught = sorted({number for role in roles for number in role.taught})
        self._keywords: vec[i32] = packed(keywords_taught)
        place_of = {number: place for place, number in enumerate(keywords_taught)}
        # What asks nothing is at the beginning.
        program = [0] * (_NOTHING + 3)
        services: list[int] = []
        cues: list[int] = []
        for role in roles:
            keywords = [place_of[number] for number in role.taught]
            services.append(_written(role.asked_by_services, role.services, keywords, program))
            cues.append(_written(role.asked_by_cues, role.cues, [], program))
        self._services: vec[i32] = packed(services)
        self._cues: vec[i32] = packed(cues)
        absent: list[int] = []
        for one in forbidden:
            absent.append(len(program))
            program += (len(one), *one)
        self._absent: vec[i32] = packed(absent)
        self._program: vec[i32] = packed(program)
        self._traits: vec[i32] = packed(
            [(_NAMES if role.services is not None else 0) + (_IDIOM if role.is_idiom else 0) for role in roles]
        )
        self._slots = slots
        self._rules = len(forbidden)
        self._idle: list[_Slate] = []

    def search(self, text: str) -> WalkedWords:
        """The roles of the words in ``text``."""
        slate = self._borrow()
        table = self.trie.table
        root = self.trie.root()
        pairs = self.trie.pairs
        last_pair: i64 = len(pairs) - 1
        traits = self._traits
        present: i64 = slate.present
        seen, found = slate.roles, slate.found
        count: i64 = 0
        together: i64 = 0
        length: i64 = len(text)
        start: i64 = 0
        while start < length:
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
                role: i64 = (node >> CODE_BITS & NUMBER) - 1
                if role >= 0 and int(seen[role]) != present:
                    seen[role] = int(present)
                    found[count] = int(role)
                    count += 1
                    together |= int(traits[role])
                behind = node >> BEHIND
                end += 1
                if end == start + 1 and end < length:
                    following: i64 = ord(text[end])
                    bit: i64 = (code * MIXED_BY_FIRST ^ following * MIXED_BY_SECOND) >> LOWEST_MIXED
                    told_of_pair: i64 = int(pairs[bit >> 3 & last_pair])
                    if told_of_pair >> (bit & 7) & 1 == 0:
                        break
            start += 1
        numbers = zeros(count)
        while count > 0:
            count -= 1
            numbers[count] = found[count]
        self._give_back(slate)
        return WalkedWords(self, text, numbers, together)

    def hits(self, text: str) -> list[Hit]:
        """Every word, overlapping ones too, from left to right; of those that begin together longer ones lead."""
        trie = self.trie
        hits: list[Hit] = []
        length: i64 = len(text)
        start: i64 = length - 1
        while start >= 0:
            node: i64 = ROOT
            end: i64 = start
            while end < length:
                node = trie.after(node, ord(text[end]))
                if node < 0:
                    break
                end += 1
                number: i64 = trie.number(node)
                if number >= 0:
                    hits.append((number, start, end))
                if not trie.goes_on(node):
                    break
            start -= 1
        hits.reverse()
        return hits

    def taught(self, words: WalkedWords) -> vec[i32]:
        """The numbers of the learned keywords that stand for the classes of ``words``, each once."""
        program, numbers, services = self._program, words.numbers, self._services
        slate = self._borrow()
        seen, found, keywords = slate.keywords, slate.taught, self._keywords
        present: i64 = slate.present
        written: i64 = 0
        count: i64 = len(numbers)
        each: i64 = 0
        while each < count:
            # They stand before what the role marks.
            until: i64 = int(services[int(numbers[each])]) - 1
            at: i64 = until - int(program[until])
            while at < until:
                keyword: i64 = int(program[at])
                at += 1
                if int(seen[keyword]) != present:
                    seen[keyword] = int(present)
                    found[written] = keywords[keyword]
                    written += 1
            each += 1
        taught = zeros(written)
        while written > 0:
            written -= 1
            taught[written] = found[written]
        self._give_back(slate)
        return taught

    def services(self, words: Words) -> list[int]:
        """The rules of services whose every part occurs; none where each of them forbids something that occurs."""
        slate = self._borrow()
        held = self._held(words, self._services, slate)
        stands = False
        for order in held:
            if not self._is_forbidden(order, slate):
                stands = True
                break
        self._give_back(slate)
        return held if stands else []

    def cues(self, words: Words) -> list[int]:
        """The rules of cues whose every part occurs."""
        slate = self._borrow()
        held = self._held(words, self._cues, slate)
        self._give_back(slate)
        return held

    def _held(self, words: Words, programs: vec[i32], slate: _Slate) -> list[int]:
        """The places of the rules whose every slot is filled, in their order; the slots are marked on the ``slate``."""
        if not isinstance(words, WalkedWords):
            return []
        program, numbers = self._program, words.numbers
        slots, orders = slate.slots, slate.orders
        present: i64 = slate.present
        count: i64 = len(numbers)
        each: i64 = 0
        while each < count:
            at: i64 = int(programs[int(numbers[each])])
            until: i64 = at + int(program[at])
            while at < until:
                at += 1
                slots[int(program[at])] = int(present)
            each += 1
        held: list[int] = []
        each = 0
        while each < count:
            at = int(programs[int(numbers[each])])
            # Behind what it marks stand the rules that want no more, then the slots that others want besides.
            at += int(program[at]) + 1
            until = at + int(program[at])
            while at < until:
                at += 1
                order: i64 = int(program[at])
                if int(orders[order]) != present:
                    orders[order] = int(present)
                    held.append(order)
            at += 1
            until = at + 2 * int(program[at])
            while at < until:
                if int(slots[int(program[at + 1])]) == present:
                    wanting: i64 = int(program[at + 2])
                    left: i64 = int(program[wanting])
                    wanting += 1
                    while left > 0:
                        order = int(program[wanting])
                        further: i64 = wanting + 1
                        wanting = further + int(program[further]) + 1
                        further += 1
                        while further < wanting and int(slots[int(program[further])]) == present:
                            further += 1
                        if further == wanting and int(orders[order]) != present:
                            orders[order] = int(present)
                            held.append(order)
                        left -= 1
                at += 2
            each += 1
        if len(held) > 1:
            held.sort()
        return held

    def _is_forbidden(self, order: int, slate: _Slate) -> bool:
        """Whether something occurs that the rule at this place forbids."""
        program, slots = self._program, slate.slots
        present: i64 = slate.present
        at: i64 = int(self._absent[order])
        until: i64 = at + int(program[at])
        while at < until:
            at += 1
            if int(slots[int(program[at])]) == present:
                return True
        return False

    def _borrow(self) -> _Slate:
        try:
            return self._idle.pop()
        except IndexError:
            return _Slate(len(self._traits), self._slots, self._rules, len(self._keywords))

    def _give_back(self, slate: _Slate) -> None:
        # Another stamp takes everything out; the rows are made anew before stamps are used up.
        slate.present += 1
        if slate.present < _LAST_STAMP:
            self._idle.append(slate)


_LAST_STAMP: Final = (1 << 31) - 1


def _written(asked: str, tried: Tried | None, keywords: list[int], program: list[int]) -> int:
    """Writes into ``program`` what one role marks and which rules it leads to, and before that its ``keywords``.

    Tells where what it marks begins.
    """
    if not (asked or keywords) and tried is None:
        return _NOTHING
    wanting_at: list[tuple[int, int]] = []
    if tried is not None:
        for slot, wanting in zip(tried.partners, tried.with_partner, strict=True):
            wanting_at.append((ord(slot), len(program)))
            program.append(len(wanting.orders))
            for order, further in zip(wanting.orders, wanting.further, strict=True):
                program += (order, len(further), *further)
    program += (*keywords, len(keywords))
    begin = len(program)
    alone = tried.alone if tried is not None else []
    program += (len(asked), *map(ord, asked), len(alone), *alone, len(wanting_at))
    for slot_number, place in wanting_at:
        program += (slot_number, place)
    return begin
