"""Finding the lexicon's words in a text and the rules that they satisfy.

One Aho-Corasick pass finds every word. Each word says which *slots* it can fill (a slot is one distinct part of a
rule), which is a bit of its mask; a rule can hold only where the masks of a text's words have all bits that it wants,
so most texts are settled by comparing a few numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import reduce
from itertools import chain
from operator import itemgetter, or_

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from routing.triage.hits import CompiledRule, Hit
from routing.triage.homophones import sound_table, variants
from routing.triage.lexicon import Lexicon, Part

IDIOM = "idiom"
"""The class of sayings whose words mean something else (没电 in 手机没电)."""

MODAL = ("negation", "hypothesis", "relapse", "question_word")
"""Classes of small words that mean nothing inside longer ones (没 in 没人管)."""

_INSIDE_WORDS = 200_000
"""Added to a single character's frequency: in running text it mostly stands inside words that the dictionary counts
apart. With it, rules are looked up by their longer words."""


_number_of = itemgetter(0)


class Words:
    """The lexicon's words in a text."""

    __slots__ = ("_mask", "hits", "numbers", "tried")

    def __init__(self, hits: list[Hit], numbers: set[int], tried: Set[int]) -> None:
        self.hits = hits
        """Every word, overlapping ones too, by their ends."""
        self.numbers = numbers
        """The numbers of their spellings."""
        self.tried = tried
        """The numbers of those that are the rarest part of a rule of a service; without any, no service is named."""
        self._mask = -1

    def mask(self, masks: Sequence[int]) -> int:
        """A bit for each slot that they fill, where ``masks`` has those of each spelling."""
        if self._mask < 0:
            self._mask = reduce(or_, map(masks.__getitem__, self.numbers), 0)
        return self._mask


_Tried = tuple[tuple[int, ...], int, tuple[tuple[int, int], ...]]
"""The rules whose rarest part a spelling is, by their place in the lexicon: those that want nothing else; the bits of
all slots that the others want, as one look then tells most often that none can hold; each of these with its own."""


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
        for order, rule in enumerate(lexicon.rules):
            compiled = CompiledRule(
                order=order,
                rule=rule,
                slots=tuple(self._slot(lexicon, part, slots_of) for part in rule.parts),
                ordered=tuple(part.ordered for part in rule.parts),
                absent=frozenset(self._slot(lexicon, part, slots_of) for part in rule.absent),
            )
            compiled_rules.append(compiled)
        spellings = self._spellings(lexicon, slots_of, lambda word: frequency(word) > 0)
        known: dict[frozenset[int], frozenset[int]] = {}
        filled = (frozenset(slots_of[word]) for word in spellings.values())
        self.slots = [known.setdefault(slots, slots) for slots in filled]
        """The slots that each spelling fills, by its number."""
        automaton = AhoCorasick(
            list(spellings),
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )
        self._find = automaton.find_matches_as_indexes
        fillers: dict[int, set[int]] = defaultdict(set)
        for number, slots in enumerate(self.slots):
            for slot in slots:
                fillers[slot].add(number)
        self._fillers = {slot: frozenset(numbers) for slot, numbers in fillers.items()}
        self.modal = frozenset(map(self.slot, MODAL))
        """The slots of the ``MODAL`` classes."""
        self.watched = self.modal | {self.slot(IDIOM)}
        """The slots that are looked at in every message, whatever rules may hold."""
        rarity = _slot_frequencies(slots_of, frequency)
        self._rules = compiled_rules
        for_services = [one for one in compiled_rules if one.cue is None]
        for_cues = [one for one in compiled_rules if one.cue is not None]
        bits = _bits(for_services, for_cues, rarity)
        by_slots = {slots: sum(bits.get(slot, 0) for slot in slots) for slots in known}
        self._masks = [by_slots[slots] for slots in self.slots]
        self._forbidden = [sum(map(bits.__getitem__, rule.absent)) for rule in compiled_rules]
        self._service_rules = self._by_rarest(for_services, rarity, bits)
        self._cue_rules = self._by_rarest(for_cues, rarity, bits)
        wanted = {slot for compiled in compiled_rules for slot in compiled.slots}
        forbidding = frozenset(self._slot_numbers.values()) - wanted - frozenset(self._class_slots.values())
        self.forbidding = frozenset(number for number, slots in enumerate(self.slots) if slots <= forbidding)
        """The numbers of spellings that are only forbidden parts: they say nothing by themselves."""

    def slot(self, name: str) -> int:
        """The slot that the words of the class ``name`` fill; -1 where there is no such class."""
        return self._class_slots.get(name, -1)

    def classes(self) -> list[tuple[str, ...]]:
        """The word classes of each spelling, by its number."""
        names = {number: name for name, number in self._class_slots.items()}
        return [tuple(sorted(names[slot] for slot in slots if slot in names)) for slots in self.slots]

    def fillers(self, slot: int) -> frozenset[int]:
        """The numbers of the spellings that fill ``slot``."""
        return self._fillers.get(slot, frozenset())

    def search(self, text: str) -> Words:
        """The lexicon's words in ``text``."""
        hits: list[Hit] = self._find(text, overlapping=True)
        numbers = set(map(_number_of, hits))
        return Words(hits, numbers, self._service_rules.keys() & numbers)

    def services(self, words: Words) -> list[CompiledRule]:
        """The rules of services whose every part occurs, whatever its order, distance or word boundaries.

        None where each of them forbids something that occurs, be it inside another word: then all are beside the point.
        """
        if not words.tried:
            return []
        mask, forbidden = words.mask(self._masks), self._forbidden
        held = self._satisfied(self._service_rules, words.tried, mask)
        return held if any(not forbidden[rule.order] & mask for rule in held) else []

    def cues(self, words: Words) -> list[CompiledRule]:
        """The same for the rules of cues, which decide nothing alone."""
        rules = self._cue_rules
        return self._satisfied(rules, rules.keys() & words.numbers, words.mask(self._masks))

    def _satisfied(self, rules: Mapping[int, _Tried], tried: Iterable[int], mask: int) -> list[CompiledRule]:
        held: set[int] = set()
        for number in tried:
            content, partners, wanting = rules[number]
            held.update(content)
            if partners & mask:
                held.update([order for others, order in wanting if others & mask == others])
        return [self._rules[order] for order in sorted(held)] if held else []

    def _by_rarest(
        self, rules: Sequence[CompiledRule], rarity: Mapping[int, int], bits: Mapping[int, int]
    ) -> dict[int, _Tried]:
        """The rules to try for each spelling: those whose rarest part it is, so that most texts try hardly any."""
        by_number: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for compiled in rules:
            rarest, others = _apart(compiled, rarity)
            wanted = sum(bits[slot] for slot in others)
            for number in self.fillers(rarest):
                by_number[number].append((wanted, compiled.order))
        found: dict[tuple[tuple[int, int], ...], _Tried] = {}
        for tried in {tuple(tried) for tried in by_number.values()}:
            wanting = tuple((wanted, order) for wanted, order in tried if wanted)
            partners = reduce(or_, (wanted for wanted, _ in wanting), 0)
            found[tried] = tuple(order for wanted, order in tried if not wanted), partners, wanting
        return {number: found[tuple(tried)] for number, tried in by_number.items()}

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


def _apart(compiled: CompiledRule, rarity: Mapping[int, int]) -> tuple[int, set[int]]:
    """The rarest slot of a rule, and its others."""
    rarest = min(compiled.slots, key=rarity.__getitem__)
    return rarest, {*compiled.slots} - {rarest}


def _bits(
    for_services: Iterable[CompiledRule], for_cues: Iterable[CompiledRule], rarity: Mapping[int, int]
) -> dict[int, int]:
    """A bit for each slot that is asked for in a mask.

    What rules of services want comes first, then what cues want, then what is forbidden; in each the slots of frequent
    words, so that most masks are short.
    """
    wanted = [[slot for rule in rules for slot in _apart(rule, rarity)[1]] for rules in (for_services, for_cues)]
    wanted.append([slot for rule in (*for_services, *for_cues) for slot in rule.absent])
    ordered = (sorted(set(slots), key=lambda slot: (-rarity[slot], slot)) for slots in wanted)
    return {slot: 1 << bit for bit, slot in enumerate(dict.fromkeys(chain.from_iterable(ordered)))}


def _slot_frequencies(slots_of: Mapping[str, set[int]], frequency: Callable[[str], int]) -> dict[int, int]:
    """How often some word of each slot is met; a single character is met inside other words as well."""
    totals: dict[int, int] = {}
    for word, slots in slots_of.items():
        count = frequency(word) + (_INSIDE_WORDS if len(word) == 1 else 1)
        for slot in slots:
            totals[slot] = totals.get(slot, 0) + count
    return totals
