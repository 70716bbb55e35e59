"""Finds the item that a question is about.

Its words are found like those of triage: one Aho-Corasick pass, then jieba confirms that a short word cuts no other
word in two. Who is unsure asks back or keeps silent; a wrong answer sends somebody to the wrong office.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import log

from ahocorasick_rs import AhoCorasick, MatchKind

from routing.guide.items import Guide, GuideRules
from routing.guide.terms import SOON, Part, Term, parse_term
from routing.triage.normalise import for_gate, normalise
from routing.triage.segment import Segmenter

CHECKED_LENGTH = 3
"""Words up to this length must stand on word boundaries, as in triage."""
RIVAL = 0.86
"""An entry whose score is at least this share of the best one's is as likely meant."""
MOST_CHOICES = 4
"""Entries offered in a question back; more fit under no message."""
_FURTHER_PART = 1.0
"""Added for each further part of a term: who names two things means something narrower than who names one."""
_ALSO = 0.15
"""Added for each further term of an entry that holds."""


@dataclass(frozen=True, slots=True)
class Consultation:
    """What the guide makes of a message."""

    asks: bool = False
    """Whether it has the form of a question."""
    blocked: bool = False
    """Whether something in it says that it is none for the guide."""
    named: tuple[str, ...] = ()
    """Codes of the entries that it names, as likely as each other, the best first."""
    near: tuple[str, ...] = ()
    """Codes of the entries whose topic alone is named."""
    words: tuple[str, ...] = ()
    """The terms that hold for the best entry, for whoever asks why."""

    @property
    def answer(self) -> str | None:
        """The entry that answers it; none where there is none, or more than one."""
        return self.named[0] if len(self.named) == 1 else None

    @property
    def choices(self) -> tuple[str, ...]:
        """The entries of a question back; nothing where there are none or too many to offer."""
        choices = self.named if len(self.named) > 1 else self.near if not self.named else ()
        return choices if len(choices) <= MOST_CHOICES else ()


_NOTHING = Consultation()

_TermsOf = Mapping[str, tuple[Term, ...]]
"""Terms by the code of their entry."""


@dataclass(frozen=True, slots=True)
class _Scored:
    code: str
    score: float
    terms: tuple[str, ...]


class GuideMatcher:
    """The words of a guide made ready for searching. Immutable after construction; safe to share between threads."""

    def __init__(self, guide: Guide, rules: GuideRules, segmenter: Segmenter) -> None:
        self.guide = guide
        self._segmenter = segmenter
        self._order = {code: position for position, code in enumerate(guide.entries)}
        named = {entry.code: _terms(entry.words, rules) for entry in guide}
        topics = {entry.code: _terms(entry.topics, rules) for entry in guide}
        self._asks = _terms(rules.asks, rules)
        self._blocks = _terms(rules.blocks, rules)
        self._kinds = (named, _rarest(named)), (topics, _rarest(topics))
        self._alone = _alone(named)
        self._weights = _weights(named)
        everything = [*named.values(), *topics.values(), self._asks, self._blocks]
        self._spellings = sorted({word for terms in everything for term in terms for word in _words_of(term)})
        self._automaton = AhoCorasick(self._spellings, matchkind=MatchKind.Standard, store_patterns=False)
        gate = sorted({word for _, by_word in self._kinds for word in by_word})
        self._gate = AhoCorasick(gate, matchkind=MatchKind.LeftmostFirst, store_patterns=False)
        asking = sorted({word for term in self._asks for word in _key(term) if len(word) > 1})
        self._asking = AhoCorasick(asking, matchkind=MatchKind.LeftmostFirst, store_patterns=False)

    def may_name(self, text: str) -> bool:
        """Whether some entry may be meant: one search over the raw text."""
        return bool(self._gate.find_matches_as_indexes(for_gate(text)))

    def may_ask(self, text: str) -> bool:
        """Whether it may have the form of a question; as quick, and as rough."""
        return bool(self._asking.find_matches_as_indexes(for_gate(text)))

    def consult(self, text: str, holding: AbstractSet[str] | None = None) -> Consultation:
        """What the message asks about; nothing, and quickly, for most talk.

        ``holding`` are the codes of the entries that hold where it was said; all of them where that is not known.
        """
        if not self.may_name(text):
            return _NOTHING
        flat = normalise(text).text
        found = [
            (self._spellings[number], start, end)
            for number, start, end in self._automaton.find_matches_as_indexes(flat, overlapping=True)
        ]
        words = {word for word, _, _ in found}
        candidates = [self._candidates(words, holding, *kind) for kind in self._kinds]
        if not any(candidates):
            # Most talk that holds a word of some term holds no other of it; it needs no cutting into words.
            return _NOTHING
        hits = self._hits(flat, found)
        named = self._scored(hits, candidates[0])
        near = () if named else self._scored(hits, candidates[1])
        best = next(iter(named or near), None)
        return Consultation(
            asks=any(_found(term, hits) for term in self._asks),
            blocked=any(_found(term, hits) for term in self._blocks),
            named=tuple(one.code for one in named if best is not None and one.score >= RIVAL * best.score),
            near=tuple(one.code for one in near),
            words=best.terms if best is not None else (),
        )

    @staticmethod
    def _candidates(
        words: set[str], holding: AbstractSet[str] | None, terms_of: _TermsOf, by_word: Mapping[str, frozenset[str]]
    ) -> _TermsOf:
        """The terms whose every part occurs somewhere, by entry: without order, distance or word boundaries."""
        codes = {
            code for word in words & by_word.keys() for code in by_word[word] if holding is None or code in holding
        }
        held = {code: tuple(term for term in terms_of[code] if _may_hold(term, words)) for code in codes}
        return {code: terms for code, terms in held.items() if terms}

    def _hits(self, text: str, found: Sequence[tuple[str, int, int]]) -> _Hits:
        boundaries = self._segmenter.boundaries(text)
        alone = [(self._alone[word], start, end) for word, start, end in found if word in self._alone]
        hits: defaultdict[str, list[_Hit]] = defaultdict(list)
        for word, start, end in found:
            stands = end - start > CHECKED_LENGTH or boundaries.allow(start, end)
            around = (
                codes for codes, first, last in alone if first <= start and end <= last and end - start < last - first
            )
            hits[word].append(_Hit(word, start, end, stands, tuple(around)))
        return hits

    def _scored(self, hits: _Hits, candidates: _TermsOf) -> tuple[_Scored, ...]:
        scored: list[_Scored] = []
        for code, terms in candidates.items():
            held = [(self._score(found), term) for term in terms if (found := _found(term, hits, code))]
            if held:
                score = max(score for score, _ in held) + _ALSO * (len(held) - 1)
                scored.append(_Scored(code, score, tuple(term.written for _, term in held)))
        return tuple(sorted(scored, key=lambda one: (-one.score, self._order[one.code])))

    def _score(self, found: Sequence[_Hit]) -> float:
        """How much the hits of a term tell: their characters, less for words by which many entries are named."""
        told = sum((hit.end - hit.start) * self._weights.get(hit.word, 1.0) for hit in found)
        return told + _FURTHER_PART * (len(found) - 1)


@dataclass(frozen=True, slots=True)
class _Hit:
    word: str
    start: int
    end: int
    stands: bool
    """Whether it cuts no word in two."""
    around: tuple[frozenset[str], ...]
    """For each longer word around it that names entries by itself: which ones."""

    def is_free(self, code: str) -> bool:
        """Whether no name of another entry lies around it: 居住证 in 居住证明 is another thing."""
        return all(code in codes for codes in self.around)


_Hits = Mapping[str, Sequence[_Hit]]


def _may_hold(term: Term, words: AbstractSet[str]) -> bool:
    return not any(part.words.isdisjoint(words) for part in term.parts)


def _found(term: Term, hits: _Hits, code: str | None = None) -> tuple[_Hit, ...]:
    """The hits that satisfy the term, one for each part; nothing where it does not hold. ``code`` is its entry."""
    chosen: list[_Hit] = []
    for part in term.parts:
        hit = _hit_for(part, hits, chosen, code)
        if hit is None:
            return ()
        chosen.append(hit)
    return tuple(chosen)


def _hit_for(part: Part, hits: _Hits, chosen: Sequence[_Hit], code: str | None) -> _Hit | None:
    """The longest hit of the part that fits to those chosen before."""
    best: _Hit | None = None
    for word in part.words & hits.keys():
        for hit in hits[word]:
            if code is not None and not hit.is_free(code):
                continue
            # What follows a word so closely need not be a word of its own: 办 in 怎么办.
            if not (0 <= hit.start - chosen[-1].end <= SOON if part.follows else hit.stands):
                continue
            if any(hit.start < other.end and other.start < hit.end for other in chosen):
                continue
            if best is None or hit.end - hit.start > best.end - best.start:
                best = hit
    return best


def _alone(terms_of: Mapping[str, tuple[Term, ...]]) -> dict[str, frozenset[str]]:
    """The words that name an entry by themselves, with the entries."""
    alone: defaultdict[str, set[str]] = defaultdict(set)
    for code, terms in terms_of.items():
        for term in terms:
            for word in term.parts[0].words if len(term.parts) == 1 else ():
                alone[word].add(code)
    return {word: frozenset(codes) for word, codes in alone.items()}


def _weights(terms_of: Mapping[str, tuple[Term, ...]]) -> dict[str, float]:
    """How much each word tells: 1 for the name of one entry or a word that only its terms use, less for shared ones."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for code, terms in terms_of.items():
        for term in terms:
            for word in _words_of(term):
                users[word].add(code)
    return {word: 1.0 / (1.0 + log(len(codes))) for word, codes in {**users, **_alone(terms_of)}.items()}


def _terms(written: Iterable[str], rules: GuideRules) -> tuple[Term, ...]:
    return tuple(parse_term(one, rules.classes) for one in written)


def _words_of(term: Term) -> frozenset[str]:
    return frozenset().union(*(part.words for part in term.parts))


def _key(term: Term) -> frozenset[str]:
    """The words of the part by which a term is looked up: the one whose shortest word is longest."""
    return max(term.parts, key=lambda part: min(map(len, part.words))).words


def _rarest(terms_of: Mapping[str, tuple[Term, ...]]) -> dict[str, frozenset[str]]:
    by_word: defaultdict[str, set[str]] = defaultdict(set)
    for code, terms in terms_of.items():
        for term in terms:
            for word in _key(term):
                by_word[word].add(code)
    return {word: frozenset(codes) for word, codes in by_word.items()}
