"""Triage: from a text to a decision. Pure: the same text always gives the same decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from routing.catalogue import OTHER, AppealType, Catalogue, Urgency
from routing.place import Place
from routing.triage.characters import PLACED, SELDOM_WIDE, SPELT, UNUSUAL, WIDE, traits, traits_in
from routing.triage.decision import Ask, Decision, Evidence, Ignore, OpenTicket, Reasons
from routing.triage.hits import CompiledRule
from routing.triage.judge import Judge, LearnedReading
from routing.triage.keywords import keywords_of
from routing.triage.learned import LearnedLexicon
from routing.triage.lexicon import Lexicon
from routing.triage.matcher import Matcher
from routing.triage.normalise import Normalised, for_gate, narrowed, narrowed_by, normalise, respelt_for_gate
from routing.triage.places import may_name_place, place_in
from routing.triage.reading import Reading
from routing.triage.roles import Words
from routing.triage.scoring import Scored, ServiceScore, Thresholds, score
from routing.triage.segment import Segmenter
from routing.triage.settling import learned_evidence, may_be_request, names, settle, settled_appeal
from routing.triage.teaching import EMERGENCY, REQUEST, SERVICE
from routing.triage.telling import BY_PLACE, Told
from routing.triage.trie import IS_COMPILED as IS_COMPILED

_NOTHING: Final = Ignore()
ALTERNATIVES: Final = 3
"""Other services offered beside the best one: as many as fit under a message as buttons."""


# Looking a member up in its enumeration takes far longer than all that is done with it.
_EMERGENCY: Final = Urgency.EMERGENCY


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and how it came about, for a person who asks why."""

    text: str
    normalised: str
    decision: Decision
    scores: tuple[tuple[str, float, float], ...]
    """Service, score before and after the cues of the message; best first."""
    thresholds: Thresholds
    steps: int
    """Work done in matching, counted; it grows with the hits, not with the lexicon."""


class Triage:
    """Decides about messages with one lexicon. Build once (loading takes about a second), use from any thread."""

    def __init__(
        self,
        lexicon: Lexicon,
        catalogue: Catalogue,
        *,
        segmenter: Segmenter | None = None,
        thresholds: Thresholds | None = None,
        learned: LearnedLexicon | None = None,
    ) -> None:
        self.lexicon = lexicon
        self.catalogue = catalogue
        self.thresholds = thresholds or Thresholds()
        self._segmenter = segmenter or Segmenter(lexicon.nouns())
        self._traits = traits()
        self._judge = Judge(learned, REQUEST, EMERGENCY) if learned is not None and learned.keywords else None
        judge = self._judge
        self._named = judge.bar(SERVICE, named=True) if judge is not None else None
        self._unnamed = judge.bar(SERVICE, named=False) if judge is not None else None
        taught = {
            name: number for name in lexicon.classes if judge and (number := judge.class_number(name)) is not None
        }
        self._matcher = Matcher(lexicon, self._segmenter.frequency, taught)

    @property
    def segmenter(self) -> Segmenter:
        """What cuts texts into words; others who look for words share it, as loading it takes its time."""
        return self._segmenter

    @property
    def learned(self) -> LearnedLexicon:
        """The learned lexicon; an empty one where the rules decide alone."""
        return self._judge.lexicon if self._judge is not None else LearnedLexicon()

    def taught(self, learned: LearnedLexicon) -> Triage:
        """The same rules with another learned lexicon, to see what that would change."""
        return Triage(
            self.lexicon, self.catalogue, segmenter=self._segmenter, thresholds=self.thresholds, learned=learned
        )

    def words(self, text: str) -> list[str]:
        """The words of ``text`` as it is searched."""
        return self._segmenter.words(for_gate(text))

    def keywords(self, text: str) -> frozenset[str]:
        """All that can be learned from ``text``."""
        gate = for_gate(text)
        words = self._matcher.search(narrowed(gate))
        return keywords_of(gate, {name for role in self._matcher.roles_of(words) for name in role.classes})

    def decide(
        self,
        text: str,
        *,
        addressed: bool = False,
        has_media: bool = False,
        aliases: Mapping[str, Place] | None = None,
    ) -> Decision:
        """What to do about ``text``.

        Args:
            text: the message as typed.
            addressed: whether the writer spoke to the bot (a mention, /report, or 登记 as a reply); then a ticket is
                opened whatever the text says, under the service ``other`` where none fits.
            has_media: whether a photo or video came with it, which makes talk about a fault a report of one.
            aliases: names of places known in this chat.
        """
        seen = traits_in(text, self._traits)
        gate = narrow = text
        if seen & UNUSUAL:
            gate = narrow = respelt_for_gate(text) if seen & SPELT else narrowed_by(text, seen)
            if seen & (SPELT | SELDOM_WIDE):
                seen = traits_in(gate, self._traits)
        elif seen & WIDE:
            narrow = narrowed_by(gate, seen)
        words = self._matcher.search(narrow)
        may_be_placed = aliases or seen & PLACED
        if not (words.may_name_service or addressed):
            return _ignored(text, narrow, aliases) if may_be_placed else _NOTHING
        services = self._matcher.services(words)
        if addressed or _names_danger(services):
            reading, may_ask = self._read(gate, words), True
        else:
            reading = self._if_request(gate, words, named=bool(services))
            may_ask = reading is not None or (self._judge is None and bool(services))
        if not may_ask:
            if not services:
                return _ignored(text, narrow, aliases) if may_be_placed else _NOTHING
            # What the rules saw of it tells others whether it belongs to a matter that is known.
            evidence = Reasons(_Seen(self, text))
            return Ignore(1.0 - self.thresholds.ask, evidence, place_in(normalise(text, narrow).text, aliases))
        normalised, scored, place = self._scored(text, narrow, words, services, aliases)
        if reading is not None:
            scored = settle(scored, reading, self.thresholds)
        return self._decision(normalised, scored, reading, place, addressed=addressed, has_media=has_media)

    def explain(self, text: str, *, addressed: bool = False, has_media: bool = False) -> Explanation:
        """The decision about ``text`` with every score behind it."""
        gate = for_gate(text)
        narrow = narrowed(gate)
        words = self._matcher.search(narrow)
        normalised, scored, _ = self._scored(text, narrow, words, self._matcher.services(words))
        reading = self._read(gate, words)
        if reading is not None:
            scored = settle(scored, reading, self.thresholds)
        decision = self.decide(text, addressed=addressed, has_media=has_media)
        if reading is not None and isinstance(decision, Ignore):
            told = (*decision.evidence, *learned_evidence(reading, text, None))
            decision = replace(decision, evidence=tuple(sorted(told, key=BY_PLACE)))
        return Explanation(
            text=text,
            normalised=normalised.text,
            decision=decision,
            scores=tuple((one.code, round(one.base, 2), round(one.final, 2)) for one in scored.services),
            thresholds=self.thresholds,
            steps=scored.steps,
        )

    def seen(self, text: str) -> list[Evidence]:
        """What the rules alone see in ``text``."""
        narrow = narrowed(for_gate(text))
        words = self._matcher.search(narrow)
        normalised, scored, _ = self._scored(text, narrow, words, self._matcher.services(words))
        return sorted(scored.evidence(normalised), key=BY_PLACE)

    def _read(self, gate: str, words: Words) -> LearnedReading | None:
        """The learned keywords of a text; None where nothing was learned."""
        return self._judge.read(gate, words.taught()) if self._judge is not None else None

    def _if_request(self, gate: str, words: Words, *, named: bool) -> LearnedReading | None:
        """The same; None, too, where they do not suffice to ask, whether rules may have ``named`` a service or not."""
        bar = self._named if named else self._unnamed
        reading = self._judge.if_request(gate, words, bar) if self._judge is not None and bar is not None else None
        return reading if reading is not None and may_be_request(reading, named=named) else None

    def _scored(
        self,
        text: str,
        narrow: str,
        words: Words,
        services: list[CompiledRule],
        aliases: Mapping[str, Place] | None = None,
    ) -> tuple[Normalised, Scored, Place | None]:
        """What the rules make of ``text``, of which the narrow form, its words and the rules they satisfy are known."""
        normalised = normalise(text, narrow)
        if normalised.text != narrow:
            # Rare forms (①, ㎡) move positions when they are normalised.
            words = self._matcher.search(normalised.text)
            services = self._matcher.services(words)
        place = place_in(normalised.text, aliases)
        if not services:
            return normalised, Scored([], {}, []), place
        cues = self._matcher.cues(words)
        reading = Reading(normalised, words, services + cues, self._matcher, self._segmenter)
        located = place is not None and place.is_numbered
        scored = score(reading, services, cues, self.thresholds, lexicon=self.lexicon, located=located)
        if self._matcher.standing is not None:
            self._matcher.standing.release(reading.index)
        return normalised, scored, place

    def _decision(
        self,
        text: Normalised,
        scored: Scored,
        reading: LearnedReading | None,
        place: Place | None,
        *,
        addressed: bool,
        has_media: bool,
    ) -> Decision:
        best = scored.services[0] if scored.services else None
        if not addressed and (best is None or best.final < self.thresholds.ask):
            # Silence is by far the most frequent decision: what was learned is named only where somebody asks why.
            evidence: Sequence[Evidence] = ()
            if scored.reasons:
                evidence = Reasons(lambda: sorted(scored.evidence(text), key=BY_PLACE))
            return Ignore(1.0 - (best.final if best else 0.0), evidence, place)
        evidence = Reasons(Told(text, scored, reading, best.code if best else None, addressed=addressed))
        if best is None or (addressed and not names(best)):
            appeal = AppealType.CONSULT if "howto" in scored.cues else AppealType.HELP
            return OpenTicket(OTHER, appeal, Urgency.NORMAL, 1.0, place=place, evidence=evidence)
        opened = addressed or best.final >= self.thresholds.open or (has_media and best.base >= self.thresholds.ask)
        appeal = settled_appeal(best, scored.cues, self.lexicon.appeals, reading)
        sure = 1.0 if addressed else round(best.final, 3)
        others = tuple([one.code for one in scored.services[1 : 1 + ALTERNATIVES] if one.final > 0])
        dangers = _dangers(best)
        # Each is named where it is made, which compiled code does without looking for what is meant.
        if opened:
            return OpenTicket(best.code, appeal, best.urgency, sure, others, place, dangers, evidence)
        return Ask(best.code, appeal, best.urgency, sure, others, place, dangers, evidence)


class _Seen:
    """Tells what the rules alone see in a text; an object of its own for the reason that ``Told`` is one."""

    __slots__ = ("_text", "_triage")

    def __init__(self, triage: Triage, text: str) -> None:
        self._triage = triage
        self._text = text

    def __call__(self) -> list[Evidence]:
        return self._triage.seen(self._text)


def _names_danger(services: Sequence[CompiledRule]) -> bool:
    """Whether one of these rules names a danger, of which keywords never tell that it is none."""
    for one in services:
        if one.rule.urgency is _EMERGENCY:
            return True
    return False


def _dangers(service: ServiceScore) -> tuple[str, ...]:
    """Whom to call at once is told by the dangers that rules name; none where keywords talked them down."""
    if not service.is_emergency:
        return ()
    return tuple(sorted({match.rule.danger for match in service.matches if match.rule.danger}))


def _ignored(text: str, narrow: str, aliases: Mapping[str, Place] | None) -> Ignore:
    """Silence; but even talk that is ignored may say where somebody is, which completes a report of theirs."""
    if not (aliases or may_name_place(narrow)):
        return _NOTHING
    return Ignore(place=place_in(normalise(text, narrow).text, aliases))
