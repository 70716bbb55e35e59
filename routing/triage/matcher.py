"""Finding the lexicon's words in a text and the rules that they satisfy.

One Aho-Corasick pass finds every word. Each word says which *slots* it can fill (a slot is one distinct part of a
rule); a rule can hold only where all its slots are filled, so most texts are settled by looking at a few small sets.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from routing.triage.homophones import sound_table, variants
from routing.triage.lexicon import CLOSE, Lexicon, Part, Rule

ANCHORS = 24
"""Hits tried as a rule's first part; more of one word in one message say nothing new, and the bound keeps long
messages cheap."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the lexicon at ``start``–``end`` of the normalised text."""

    start: int
    end: int
    word: str
    slots: frozenset[int]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule whose parts are slot numbers."""

    rule: Rule
    slots: tuple[int, ...]
    ordered: tuple[bool, ...]
    absent: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule with the hits that satisfy it."""

    rule: Rule
    hits: tuple[Hit, ...]

    @property
    def start(self) -> int:
        """Where the first hit begins."""
        return min(hit.start for hit in self.hits)

    @property
    def end(self) -> int:
        """Where the last hit ends."""
        return max(hit.end for hit in self.hits)

    @property
    def length(self) -> int:
        """Characters of the text that the hits cover: longer matches are more specific."""
        return sum(hit.end - hit.start for hit in self.hits)


class Matcher:
    """The lexicon made ready for searching. Immutable after construction; safe to share between threads."""

    def __init__(self, lexicon: Lexicon, is_word: Callable[[str], bool]) -> None:
        self._slot_numbers: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        self._class_slots: dict[str, int] = {}
        slots_of: dict[str, set[int]] = {}
        for name in lexicon.classes:
            self._class_slots[name] = self._slot(lexicon, Part(frozenset(), frozenset({name})), slots_of)
        self._by_anchor: dict[int, list[CompiledRule]] = {}
        for rule in lexicon.rules:
            compiled = CompiledRule(
                rule=rule,
                slots=tuple(self._slot(lexicon, part, slots_of) for part in rule.parts),
                ordered=tuple(part.ordered for part in rule.parts),
                absent=tuple(self._slot(lexicon, part, slots_of) for part in rule.absent),
            )
            self._by_anchor.setdefault(compiled.slots[0], []).append(compiled)
        spellings = self._spellings(lexicon, slots_of, is_word)
        self._words = list(spellings.values())
        self._slots = [frozenset(slots_of[word]) for word in self._words]
        self._automaton = AhoCorasick(
            list(spellings), matchkind=MatchKind.Standard, implementation=Implementation.DFA, store_patterns=False
        )
        wanted = {slot for rules in self._by_anchor.values() for rule in rules for slot in rule.slots}
        self.forbidding = frozenset(self._slot_numbers.values()) - wanted - frozenset(self._class_slots.values())
        """Slots that occur only as forbidden parts: their words say nothing by themselves."""
        anchors = frozenset(self._by_anchor)
        self._starts_rule = [not anchors.isdisjoint(slots) for slots in self._slots]

    def slot(self, name: str) -> int:
        """The slot that the words of the class ``name`` fill; -1 where there is no such class."""
        return self._class_slots.get(name, -1)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Every lexicon word of ``text`` as (number of the spelling, start, end), overlapping ones too."""
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return found

    def candidates(self, found: Sequence[tuple[int, int, int]]) -> list[CompiledRule]:
        """The rules whose every part occurs somewhere: without order, distance or word boundaries."""
        numbers = {number for number, _, _ in found}
        if not any(self._starts_rule[number] for number in numbers):
            return []
        present: set[int] = set()
        for number in numbers:
            present |= self._slots[number]
        return [
            compiled
            for slot in present & self._by_anchor.keys()
            for compiled in self._by_anchor[slot]
            if present.issuperset(compiled.slots)
        ]

    def hits(self, found: Sequence[tuple[int, int, int]]) -> list[Hit]:
        """The hits of a search, in the order of the text, longer ones first."""
        words, slots = self._words, self._slots
        hits = [Hit(start, end, words[number], slots[number]) for number, start, end in found]
        hits.sort(key=lambda hit: (hit.start, -hit.end))
        return hits

    @staticmethod
    def _spellings(lexicon: Lexicon, slots_of: dict[str, set[int]], is_word: Callable[[str], bool]) -> dict[str, str]:
        """Each spelling to search for, with the word it stands for; a word's own spelling always wins."""
        spellings = {word: word for word in slots_of}
        for word, others in lexicon.aliases.items():
            for other in others if word in slots_of else ():
                spellings.setdefault(other, word)
                # A spelling that a rule names itself keeps that meaning and gets the word's as well.
                if other in slots_of:
                    slots_of[other] |= slots_of[word]
        table = sound_table(lexicon.homophones)
        things = {word for name in lexicon.things for word in lexicon.classes.get(name, ())}
        for word in sorted(things):
            for spelling in variants(word, table, is_word):
                spellings.setdefault(spelling, word)
        return spellings

    def _slot(self, lexicon: Lexicon, part: Part, slots_of: dict[str, set[int]]) -> int:
        key = (part.words, part.classes)
        number = self._slot_numbers.get(key)
        if number is None:
            number = self._slot_numbers[key] = len(self._slot_numbers)
            words = set(part.words)
            for name in part.classes:
                words |= lexicon.classes[name]
            for word in words:
                slots_of.setdefault(word, set()).add(number)
        return number


class HitIndex:
    """Hits by slot, with the count of steps that matching took (so that tests can bound the work)."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self.hits = hits
        self.steps = 0
        self._by_slot: dict[int, list[Hit]] = {}
        for hit in hits:
            for slot in hit.slots:
                self._by_slot.setdefault(slot, []).append(hit)
        self._starts: dict[int, list[int]] = {}

    def of(self, slot: int) -> Sequence[Hit]:
        """The hits that fill ``slot``, in the order of the text."""
        return self._by_slot.get(slot, ())

    def matches(self, compiled: CompiledRule) -> Iterator[Match]:
        """Each way the rule holds, one per hit of its first part."""
        if any(self.of(slot) for slot in compiled.absent):
            return
        for anchor in self.of(compiled.slots[0])[:ANCHORS]:
            self.steps += 1
            chosen = [anchor]
            for slot, ordered in zip(compiled.slots[1:], compiled.ordered[1:], strict=True):
                following = self._following(slot, chosen[-1]) if ordered else self._nearest(slot, chosen)
                if following is None:
                    break
                chosen.append(following)
            else:
                match = Match(compiled.rule, tuple(chosen))
                if match.end - match.start <= compiled.rule.near + match.length:
                    yield match

    def _starts_of(self, slot: int) -> list[int]:
        starts = self._starts.get(slot)
        if starts is None:
            starts = self._starts[slot] = [hit.start for hit in self.of(slot)]
        return starts

    def _following(self, slot: int, before: Hit) -> Hit | None:
        position = bisect_left(self._starts_of(slot), before.end)
        hits = self.of(slot)
        self.steps += 1
        if position < len(hits) and hits[position].start - before.end <= CLOSE:
            return hits[position]
        return None

    def _nearest(self, slot: int, chosen: Sequence[Hit]) -> Hit | None:
        """The hit nearest to the chosen ones that overlaps none of them."""
        centre = chosen[0].start
        hits = self.of(slot)
        position = bisect_left(self._starts_of(slot), centre)
        best: Hit | None = None
        best_distance = 0
        for candidate in hits[max(0, position - 6) : position + 6]:
            self.steps += 1
            if any(candidate.start < hit.end and hit.start < candidate.end for hit in chosen):
                continue
            distance = abs(candidate.start - centre)
            if best is None or distance < best_distance:
                best, best_distance = candidate, distance
        return best
