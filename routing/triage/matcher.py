"""Finding the lexicon's words in a text and the rules that they satisfy.

One Aho-Corasick pass finds every word. Each word says which *slots* it can fill (a slot is one distinct part of a
rule). Rules are looked up by the words of their rarest part, and can hold only where a word for each other part occurs;
so most texts are settled by comparing a few numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from routing.triage.hits import CompiledRule, Hit
from routing.triage.homophones import sound_table, variants
from routing.triage.lexicon import Lexicon, Part
from routing.triage.marks import Marks

IDIOM: Final = "idiom"
"""The class of sayings whose words mean something else (没电 in 手机没电)."""

QUESTION_WORD: Final = "question_word"
"""The class of words that ask (有人); inside longer ones they may name somebody all the same."""

MODAL: Final = ("negation", "hypothesis", "relapse", QUESTION_WORD)
"""Classes of small words that mean nothing inside longer ones (没 in 没人管)."""

_INSIDE_WORDS: Final = 200_000
"""Added to a single character's frequency: in running text it mostly stands inside words that the dictionary counts
apart. With it, rules are looked up by their longer words."""


class Words:
    """The lexicon's words in a text."""

    __slots__ = ("hits", "tried")

    def __init__(self, hits: list[Hit], tried: set[int]) -> None:
        self.hits = hits
        """Every word, overlapping ones too, by their ends."""
        self.tried = tried
        """The numbers of those that are the rarest part of a rule of a service; without any, no service is named."""


class _Tried:
    """The rules whose rarest part a spelling is, by their place in the lexicon."""

    __slots__ = ("alone", "with_partner")

    def __init__(self, alone: tuple[int, ...], with_partner: tuple[_WithPartner, ...]) -> None:
        self.alone = alone
        """Those that want nothing else."""
        self.with_partner = with_partner


_WithPartner = tuple[int, tuple[tuple[int, tuple[int, ...]], ...]]
"""The rarest slot that rules want besides, and for each of these rules its place and its further slots."""


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
                absent=tuple(self._slot(lexicon, part, slots_of) for part in rule.absent),
            )
            compiled_rules.append(compiled)
        spellings = self._spellings(lexicon, slots_of, lambda word: frequency(word) > 0)
        known: dict[tuple[int, ...], tuple[int, ...]] = {}
        filled = (tuple(sorted(slots_of[word])) for word in spellings.values())
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
        self.watched = tuple(sorted((self.modal | {self.slot(IDIOM)}) - {-1}))
        """The slots that are looked at in every message, whatever rules may hold."""
        rarity = _slot_frequencies(slots_of, frequency)
        self._rules = compiled_rules
        for_services = [one for one in compiled_rules if one.cue is None]
        for_cues = [one for one in compiled_rules if one.cue is not None]
        self._service_rules = self._by_rarest(for_services, rarity)
        self._cue_rules = self._by_rarest(for_cues, rarity)
        self._is_tried = bytes(number in self._service_rules for number in range(len(self.slots)))
        self._asked_by_services = self._asked(for_services, rarity)
        self._asked_by_cues = self._asked(for_cues, rarity)
        self._idle: list[Marks] = []
        wanted = {slot for compiled in compiled_rules for slot in compiled.slots}
        forbidding = frozenset(self._slot_numbers.values()) - wanted - frozenset(self._class_slots.values())
        self.is_forbidding = bytes(forbidding.issuperset(slots) for slots in self.slots)
        """For each spelling whether it is only a forbidden part, which says nothing by itself."""
        self.is_idiom = bytes(self.slot(IDIOM) in slots for slots in self.slots)
        """For each spelling whether it is a saying."""
        means_nothing = self.modal - {self.slot(QUESTION_WORD)}
        self.is_lost_inside = bytes(not means_nothing.isdisjoint(slots) for slots in self.slots)
        """For each spelling whether it means nothing inside a longer word."""

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

    def borrow_marks(self) -> Marks:
        """Marks for slots, to be given back; each is lent to one message at a time, in whatever thread."""
        try:
            return self._idle.pop()
        except IndexError:
            return Marks(len(self._slot_numbers))

    def give_back(self, marks: Marks) -> None:
        """Takes back what was borrowed."""
        marks.clear()
        self._idle.append(marks)

    def search(self, text: str) -> Words:
        """The lexicon's words in ``text``."""
        hits: list[Hit] = self._find(text, overlapping=True)
        tried: set[int] = set()
        for number, _, _ in hits:
            if self._is_tried[number]:
                tried.add(number)
        return Words(hits, tried)

    def services(self, words: Words) -> list[CompiledRule]:
        """The rules of services whose every part occurs, whatever its order, distance or word boundaries.

        None where each of them forbids something that occurs, be it inside another word: then all are beside the point.
        """
        if not words.tried:
            return []
        marks = self.borrow_marks()
        for number, _, _ in words.hits:
            for slot in self._asked_by_services[number]:
                marks.add(slot)
        held = self._satisfied(self._service_rules, words.tried, marks)
        stands = False
        for rule in held:
            if not marks.has_any(rule.absent):
                stands = True
                break
        self.give_back(marks)
        return held if stands else []

    def cues(self, words: Words) -> list[CompiledRule]:
        """The same for the rules of cues, which decide nothing alone."""
        marks = self.borrow_marks()
        tried: set[int] = set()
        for number, _, _ in words.hits:
            for slot in self._asked_by_cues[number]:
                marks.add(slot)
            if number in self._cue_rules:
                tried.add(number)
        held = self._satisfied(self._cue_rules, tried, marks)
        self.give_back(marks)
        return held

    def _satisfied(self, rules: dict[int, _Tried], tried: set[int], marks: Marks) -> list[CompiledRule]:
        held: set[int] = set()
        for number in tried:
            of_number = rules[number]
            held.update(of_number.alone)
            for partner, wanting in of_number.with_partner:
                if marks.has(partner):
                    for order, further in wanting:
                        if marks.has_all(further):
                            held.add(order)
        return [self._rules[order] for order in sorted(held)]

    def _asked(self, rules: Sequence[CompiledRule], rarity: Mapping[int, int]) -> list[tuple[int, ...]]:
        """For each spelling the slots among its own that ``rules`` want besides their rarest one, or forbid."""
        asked = {slot for rule in rules for slot in (*_apart(rule, rarity)[1], *rule.absent)}
        known = {slots: tuple(slot for slot in slots if slot in asked) for slots in set(self.slots)}
        return [known[slots] for slots in self.slots]

    def _by_rarest(self, rules: Sequence[CompiledRule], rarity: Mapping[int, int]) -> dict[int, _Tried]:
        """The rules to try for each spelling: those whose rarest part it is, so that most texts try hardly any."""
        by_number: dict[int, list[int]] = defaultdict(list)
        others: dict[int, tuple[int, ...]] = {}
        for compiled in rules:
            rarest, others[compiled.order] = _apart(compiled, rarity)
            for number in self.fillers(rarest):
                by_number[number].append(compiled.order)
        found: dict[tuple[int, ...], _Tried] = {}
        for tried in {tuple(tried) for tried in by_number.values()}:
            by_partner: dict[int, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
            for order in tried:
                if others[order]:
                    by_partner[others[order][0]].append((order, others[order][1:]))
            found[tried] = _Tried(
                alone=tuple(order for order in tried if not others[order]),
                with_partner=tuple((partner, tuple(wanting)) for partner, wanting in by_partner.items()),
            )
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


def _apart(compiled: CompiledRule, rarity: Mapping[int, int]) -> tuple[int, tuple[int, ...]]:
    """The rarest slot of a rule, and its others, the rarest of them first."""
    rarest = min(compiled.slots, key=rarity.__getitem__)
    others = {*compiled.slots} - {rarest}
    return rarest, tuple(sorted(others, key=lambda slot: (rarity[slot], slot)))


def _slot_frequencies(slots_of: Mapping[str, set[int]], frequency: Callable[[str], int]) -> dict[int, int]:
    """How often some word of each slot is met; a single character is met inside other words as well."""
    totals: dict[int, int] = {}
    for word, slots in slots_of.items():
        count = frequency(word) + (_INSIDE_WORDS if len(word) == 1 else 1)
        for slot in slots:
            totals[slot] = totals.get(slot, 0) + count
    return totals
