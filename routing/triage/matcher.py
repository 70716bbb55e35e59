"""Finding the lexicon's words in a text and the rules that they satisfy.

One Aho-Corasick pass finds every word. Each word says which *slots* it can fill (a slot is one distinct part of a
rule). Rules are looked up by the words of their rarest part, and can hold only where a word for each other part occurs;
so most texts are settled by comparing a few numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Final

from routing.triage.hits import CompiledRule, Hit
from routing.triage.homophones import sound_table, variants
from routing.triage.lexicon import Lexicon, Part
from routing.triage.marks import LentMarks, Marks
from routing.triage.roles import FoundWords, Role, RuleBook, Tried, Words
from routing.triage.searching import search_for
from routing.triage.standing_walk import StandingWalk
from routing.triage.trie import IS_COMPILED
from routing.triage.word_walk import WalkedWords, WordWalk

IDIOM: Final = "idiom"
"""The class of sayings whose words mean something else (没电 in 手机没电)."""

QUESTION_WORD: Final = "question_word"
"""The class of words that ask (有人); inside longer ones they may name somebody all the same."""

REPAIRED: Final = "fixed"
"""The class of words that tell of a repair (修好了), which mean the opposite where nobody made it (没人修好)."""

MODAL: Final = ("negation", "hypothesis", "relapse", QUESTION_WORD)
"""Classes of small words that mean nothing inside longer ones (没 in 没人管)."""

_INSIDE_WORDS: Final = 200_000
"""Added to a single character's frequency: in running text it mostly stands inside words that the dictionary counts
apart. With it, rules are looked up by their longer words."""


_by_start: Final = itemgetter(1)


class Matcher:
    """The lexicon made ready for searching. Immutable after construction; safe to share between threads."""

    def __init__(
        self,
        lexicon: Lexicon,
        frequency: Callable[[str], int],
        taught: Mapping[str, int] | None = None,
        *,
        walks: bool = IS_COMPILED,
    ) -> None:
        """Compiles ``lexicon``; ``frequency`` tells how common a word is in the language, 0 where it is none.

        ``taught`` are the numbers of the learned keywords that stand for word classes, by their names.

        Walking a tree of its own spares compiled code an object for each word; interpreted it takes far longer.
        """
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
        self._find = search_for(() if walks else spellings)
        modal = frozenset(map(self.slot, MODAL)) - {-1}
        self.watched = tuple(sorted(modal | {self.slot(IDIOM)} - {-1}))
        """The slots that are looked at in every message, whatever rules may hold."""
        rarity = _slot_frequencies(slots_of, frequency)
        self._rules = compiled_rules
        services, cues = (
            RuleBook(
                [(one.order, *_apart(one, rarity), one.absent) for one in compiled_rules if (one.cue is None) is kind]
            )
            for kind in (True, False)
        )
        names = {number: name for name, number in self._class_slots.items()}
        wanted = {slot for compiled in compiled_rules for slot in compiled.slots}
        forbidding = frozenset(self._slot_numbers.values()) - wanted - frozenset(names)
        idiom, means_nothing = self.slot(IDIOM), modal - {self.slot(QUESTION_WORD)}
        known: dict[tuple[int, ...], Role] = {}
        role_of: dict[str, Role] = {}
        for spelling, word in spellings.items():
            slots = tuple(sorted(slots_of[word]))
            if slots not in known:
                classes = tuple(sorted(names[slot] for slot in slots if slot in names))
                known[slots] = Role(
                    len(known),
                    slots,
                    classes,
                    services,
                    cues,
                    is_idiom=idiom in slots,
                    is_forbidding=forbidding.issuperset(slots),
                    is_lost_inside=not means_nothing.isdisjoint(slots),
                    taught=tuple(taught[name] for name in classes if name in taught) if taught else (),
                )
            role_of[spelling] = known[slots]
        self.different_roles = list(known.values())
        """Each role once, by its number."""
        absent = [compiled.absent for compiled in compiled_rules]
        self._walk = WordWalk(role_of, self.different_roles, absent, len(self._slot_numbers)) if walks else None
        self.standing = (
            StandingWalk(
                self._walk.trie,
                self.different_roles,
                compiled_rules,
                len(self._slot_numbers),
                self.slot(QUESTION_WORD),
                self.slot(REPAIRED),
            )
            if self._walk is not None
            else None
        )
        """What sorts the hits of a text, where that is compiled."""
        self.roles = self.different_roles if walks else list(role_of.values())
        """What a hit can be, by its number."""
        self._slot_marks = LentMarks(len(self._slot_numbers))

    def slot(self, name: str) -> int:
        """The slot that the words of the class ``name`` fill; -1 where there is no such class."""
        return self._class_slots.get(name, -1)

    def borrow_marks(self) -> Marks:
        """Marks for slots, to be given back."""
        return self._slot_marks.borrow()

    def give_back(self, marks: Marks) -> None:
        """Takes back what was borrowed."""
        self._slot_marks.give_back(marks)

    def search(self, text: str) -> Words:
        """The lexicon's words in ``text``."""
        if self._walk is not None:
            return self._walk.search(text)
        hits: list[Hit] = self._find(text, overlapping=True)
        return FoundWords(text, hits, [self.roles[number] for number, _, _ in hits])

    def roles_of(self, words: Words) -> list[Role]:
        """What ``words`` can be, each role at least once."""
        if isinstance(words, FoundWords):
            return words.roles
        roles = self.different_roles
        return [roles[number] for number in words.numbers] if isinstance(words, WalkedWords) else []

    def has_idiom(self, words: Words) -> bool:
        """Whether one of ``words`` is a saying."""
        if isinstance(words, WalkedWords):
            return words.has_idiom
        for role in self.roles_of(words):
            if role.is_idiom:
                return True
        return False

    def hits(self, words: Words) -> list[Hit]:
        """Every word, overlapping ones too, from left to right; of those that begin together longer ones lead."""
        if isinstance(words, FoundWords):
            # They come by their ends, so that turned round and sorted by start, which keeps the rest, longer ones lead.
            ordered = words.found[::-1]
            ordered.sort(key=_by_start)
            return ordered
        return self._walk.hits(words.text) if self._walk is not None else []

    def services(self, words: Words) -> list[CompiledRule]:
        """The rules of services whose every part occurs, whatever its order, distance or word boundaries.

        None where each of them forbids something that occurs, be it inside another word: then all are beside the point.
        """
        if not words.may_name_service:
            return []
        if isinstance(words, FoundWords):
            return self._services_found(words)
        return self._at(self._walk.services(words)) if self._walk is not None else []

    def _services_found(self, words: FoundWords) -> list[CompiledRule]:
        marks = self.borrow_marks()
        for role in words.roles:
            if role.asked_by_services:
                marks.add_all(role.asked_by_services)
        held: set[int] = set()
        for role in words.tried:
            if role.services is not None:
                _try(role.services, marks, held)
        rules = self._at(sorted(held)) if held else []
        stands = False
        for rule in rules:
            if not marks.has_any(rule.absent):
                stands = True
                break
        self.give_back(marks)
        return rules if stands else []

    def cues(self, words: Words) -> list[CompiledRule]:
        """The same for the rules of cues, which decide nothing alone."""
        if isinstance(words, FoundWords):
            return self._cues_found(words)
        return self._at(self._walk.cues(words)) if self._walk is not None else []

    def _cues_found(self, words: FoundWords) -> list[CompiledRule]:
        marks = self.borrow_marks()
        tried: dict[int, Tried] = {}
        for role in words.roles:
            if role.asked_by_cues:
                marks.add_all(role.asked_by_cues)
            if role.cues is not None:
                tried[role.number] = role.cues
        held: set[int] = set()
        for one in tried.values():
            _try(one, marks, held)
        self.give_back(marks)
        return self._at(sorted(held)) if held else []

    def _at(self, orders: list[int]) -> list[CompiledRule]:
        return [self._rules[order] for order in orders] if orders else []

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


def _try(tried: Tried, marks: Marks, held: set[int]) -> None:
    """Adds to ``held`` the places of the rules that hold where these slots are filled."""
    for order in tried.alone:
        held.add(order)
    for place in marks.among(tried.partners):
        wanting = tried.with_partner[place]
        for index, further in enumerate(wanting.further):
            if marks.has_all(further):
                held.add(wanting.orders[index])


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
