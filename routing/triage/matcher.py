"""Finding the lexicon's words in a text and the rules that they satisfy.

One Aho-Corasick pass finds every word. Each word says which *slots* it can fill (a slot is one distinct part of a
rule); a rule can hold only where all its slots are filled, so most texts are settled by looking at a few small sets.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from routing.triage.homophones import sound_table, variants
from routing.triage.lexicon import CLOSE, CUE, Lexicon, Part, Rule

ANCHORS = 24
"""Hits tried as a rule's first part; more of one word in one message say nothing new, and the bound keeps long
messages cheap."""


_INSIDE_WORDS = 200_000
"""Added to a single character's frequency: in running text it mostly stands inside words that the dictionary counts
apart. With it, rules are looked up by their longer words."""


class Hit(NamedTuple):
    """A word of the lexicon at ``start``–``end`` of the normalised text. A named tuple, as a message makes dozens."""

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


_RulesByKey = dict[int, list[tuple[frozenset[int], CompiledRule]]]


class Match(NamedTuple):
    """A rule with the hits that satisfy it, from the start of the first to the end of the last."""

    rule: Rule
    hits: tuple[Hit, ...]
    start: int
    end: int
    length: int
    """Characters of the text that the hits cover: longer matches are more specific."""


class Matcher:
    """The lexicon made ready for searching. Immutable after construction; safe to share between threads."""

    def __init__(self, lexicon: Lexicon, frequency: Callable[[str], int]) -> None:
        """Compiles ``lexicon``; ``frequency`` tells how common a word is in the language, 0 where it is none."""
        self._slot_numbers: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        self._class_slots: dict[str, int] = {}
        slots_of: dict[str, set[int]] = {}
        for name in lexicon.classes:
            self._class_slots[name] = self._slot(lexicon, Part(frozenset(), frozenset({name})), slots_of)
        compiled_rules: list[CompiledRule] = []
        for rule in lexicon.rules:
            compiled = CompiledRule(
                rule=rule,
                slots=tuple(self._slot(lexicon, part, slots_of) for part in rule.parts),
                ordered=tuple(part.ordered for part in rule.parts),
                absent=tuple(self._slot(lexicon, part, slots_of) for part in rule.absent),
            )
            compiled_rules.append(compiled)
        rarity = _slot_frequencies(slots_of, frequency)
        self._service_rules: _RulesByKey = {}
        self._cue_rules: _RulesByKey = {}
        for compiled in compiled_rules:
            key = min(compiled.slots, key=rarity.__getitem__)
            rules = self._cue_rules if compiled.rule.target.startswith(CUE) else self._service_rules
            rules.setdefault(key, []).append((frozenset(compiled.slots), compiled))
        keys = self._service_rules.keys()
        spellings = self._spellings(lexicon, slots_of, lambda word: frequency(word) > 0)
        self._words = list(spellings.values())
        self._slots = [frozenset(slots_of[word]) for word in self._words]
        self._automaton = AhoCorasick(
            list(spellings),
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )
        wanted = {slot for compiled in compiled_rules for slot in compiled.slots}
        self.forbidding = frozenset(self._slot_numbers.values()) - wanted - frozenset(self._class_slots.values())
        """Slots that occur only as forbidden parts: their words say nothing by themselves."""
        self._gate = AhoCorasick(
            [spelling for spelling, word in spellings.items() if not keys.isdisjoint(slots_of[word])],
            matchkind=MatchKind.LeftmostFirst,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def is_silent(self, text: str) -> bool:
        """Whether no rule of a service can hold: a search for the rarest part of each rule only."""
        return not self._gate.find_matches_as_indexes(text)

    def slot(self, name: str) -> int:
        """The slot that the words of the class ``name`` fill; -1 where there is no such class."""
        return self._class_slots.get(name, -1)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Every lexicon word of ``text`` as (number of the spelling, start, end), overlapping ones too."""
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return found

    def candidates(self, found: Sequence[tuple[int, int, int]]) -> list[CompiledRule]:
        """The rules whose every part occurs somewhere: without order, distance or word boundaries.

        None at all where no rule of a service is among them: cues alone decide nothing.
        """
        slots = self._slots
        present: set[int] = set()
        present.update(*[slots[number] for number in {number for number, _, _ in found}])
        rules = _satisfied(self._service_rules, present)
        return rules + _satisfied(self._cue_rules, present) if rules else rules

    def slots_of(self, candidates: Sequence[CompiledRule]) -> frozenset[int]:
        """The slots that these rules ask about, wanted or forbidden."""
        slots: set[int] = set()
        for compiled in candidates:
            slots.update(compiled.slots, compiled.absent)
        return frozenset(slots)

    def hits(self, found: Sequence[tuple[int, int, int]]) -> list[Hit]:
        """The hits of a search, in the order of the text, longer ones first."""
        words, slots = self._words, self._slots
        hits = [Hit(start, end, words[number], slots[number]) for number, start, end in found]
        hits.sort(key=_longest_first)
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


def _satisfied(rules: _RulesByKey, present: set[int]) -> list[CompiledRule]:
    return [compiled for key in present & rules.keys() for needed, compiled in rules[key] if needed <= present]


def _longest_first(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end


def _slot_frequencies(slots_of: Mapping[str, set[int]], frequency: Callable[[str], int]) -> dict[int, int]:
    """How often some word of each slot is met; a single character is met inside other words as well."""
    totals: dict[int, int] = {}
    for word, slots in slots_of.items():
        count = frequency(word) + (_INSIDE_WORDS if len(word) == 1 else 1)
        for slot in slots:
            totals[slot] = totals.get(slot, 0) + count
    return totals


class HitIndex:
    """Hits by slot, with the count of steps that matching took (so that tests can bound the work)."""

    def __init__(self, hits: Sequence[Hit], wanted: frozenset[int]) -> None:
        """Indexes ``hits`` under the ``wanted`` slots, those that some question will be asked of."""
        self.hits = hits
        self.steps = 0
        self._by_slot: dict[int, list[Hit]] = {}
        by_slot = self._by_slot
        for hit in hits:
            for slot in hit.slots & wanted:
                if slot in by_slot:
                    by_slot[slot].append(hit)
                else:
                    by_slot[slot] = [hit]
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
                start, end = min([hit.start for hit in chosen]), max([hit.end for hit in chosen])
                length = sum([hit.end - hit.start for hit in chosen])
                if end - start <= compiled.rule.near + length:
                    yield Match(compiled.rule, tuple(chosen), start, end, length)

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
