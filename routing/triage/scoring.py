"""From matched rules to a score per service: sums that a person can follow.

A service's base is its heaviest rule plus a little for each further one. Pushing cues (a request, a complaint, an
address to the property) are added, silencing cues take their share away, and doubting cues cap the result at asking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from routing.catalogue import Urgency
from routing.triage.decision import Evidence, EvidenceKind
from routing.triage.hits import CompiledRule, Match
from routing.triage.lexicon import CUE, Cue, Effect, Lexicon
from routing.triage.normalise import Normalised
from routing.triage.reading import Reading

FURTHER_RULE: Final = 0.06
"""What each further rule of the same service adds: it orders services that fit about equally well."""
FURTHER_MOST: Final = 0.3
SPECIFIC: Final = 0.02
"""For each matched character, up to eight."""
DISTANT: Final = 0.01
"""Off for each character between the matched words."""
PUSH_MOST: Final = 0.6
"""All pushing cues together: asking for help makes no service out of nothing."""


GROUNDS: Final = frozenset({"here", "address", "neglect", "complain", "duration", "danger", "request"})
"""Cues that tie a message to this neighbourhood or show that somebody suffers."""
TOPIC_ONLY: Final = 0.5
"""Below it a service is only what the talk is about; then somebody must want something as well."""
NO_REQUEST: Final = frozenset({"here", "address"})
"""Cues that name the property or the place, which a topic often does by itself ("物业送了粽子")."""
SPARED_DANGER: Final = "emergency"
"""Among what a cue spares: dangers to life, which a parcel or a joke named beside them does not make less."""
QUESTION: Final = "question"
"""The cue of a question: "又停电了？" may want no more than company."""
ASKED_ABOUT: Final = ("service.", "civic.")
"""Groups of services that one asks about rather than complains of."""
ASKING: Final = frozenset({"howto", "request"})
"""Cues that are ground enough for the services one asks about rather than complains of."""


# Looking a member up in its enumeration takes far longer than all that is done with it.
_NORMAL: Final = Urgency.NORMAL
_EMERGENCY: Final = Urgency.EMERGENCY
_URGENT: Final = Urgency.URGENT
_MARK: Final = Effect.MARK
_PUSH: Final = Effect.PUSH
_SILENCE: Final = Effect.SILENCE
_DOUBT: Final = Effect.DOUBT
_CALM: Final = Effect.CALM
_FOR_SERVICE: Final = EvidenceKind.SERVICE
_CANCELLED: Final = EvidenceKind.CANCELLED


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which a ticket is opened, or the resident is asked."""

    open: float = 0.8
    ask: float = 0.5


class ServiceScore:
    """What speaks for one service in one message."""

    __slots__ = (
        "base",
        "code",
        "final",
        "is_anywhere",
        "is_doubtful",
        "learned_urgency",
        "matches",
        "rank",
        "told_urgency",
    )

    def __init__(self, code: str) -> None:
        self.code = code
        self.matches: list[Match] = []
        self.base = 0.0
        self.rank = 0.0
        self.final = 0.0
        self.is_doubtful = False
        """Whether asking is the most, however likely it seems: a doubting cue, or a mere question about what happens
        anywhere."""
        self.is_anywhere = False
        """Whether it happens anywhere (停电) and nothing ties the message to the neighbourhood."""
        self.told_urgency = _NORMAL
        """The most pressing of the matched rules."""
        self.learned_urgency = _NORMAL
        """What learned keywords make of it; rules can only be more pressing."""

    def add(self, match: Match) -> None:
        """Counts one more match of a rule for this service."""
        self.matches.append(match)
        urgency = match.rule.urgency
        if urgency is _EMERGENCY or (urgency is _URGENT and self.told_urgency is _NORMAL):
            self.told_urgency = urgency

    def talk_down(self) -> None:
        """Makes an emergency urgent only: nobody is in danger, whatever a rule names."""
        if self.told_urgency is _EMERGENCY:
            self.told_urgency = _URGENT

    @property
    def urgency(self) -> Urgency:
        """The more pressing of what the rules and the learned keywords say."""
        told, learned = self.told_urgency, self.learned_urgency
        return told if learned is _NORMAL or told is _EMERGENCY else learned

    @property
    def is_emergency(self) -> bool:
        """Whether a rule says that somebody or something is in danger now."""
        return self.told_urgency is _EMERGENCY


Reason = tuple[Match, EvidenceKind, float, str | None]
"""What spoke for or against a ticket: the match, how, how much, and for which service (None for a cue)."""


class Scored:
    """All scores of one message with the evidence behind them; services best first."""

    __slots__ = ("cues", "is_calm", "is_located", "reasons", "services", "steps")

    def __init__(
        self,
        services: list[ServiceScore],
        cues: dict[str, Match],
        reasons: list[Reason],
        steps: int = 0,
        is_calm: bool = False,
        is_located: bool = False,
    ) -> None:
        self.services = services
        self.cues = cues
        self.reasons = reasons
        self.steps = steps
        """Work done in matching, counted; it grows with the hits, not with the lexicon."""
        self.is_calm = is_calm
        """Whether a cue says that nobody is in danger now."""
        self.is_located = is_located
        """Whether the text names a building, unit, storey or room."""

    def evidence(self, text: Normalised) -> list[Evidence]:
        """The reasons as evidence in ``text``, the one that was scored."""
        return [_evidence(text, *reason) for reason in self.reasons]


def score(
    reading: Reading,
    rules: Sequence[CompiledRule],
    cues: Sequence[CompiledRule],
    thresholds: Thresholds,
    *,
    lexicon: Lexicon,
    located: bool = False,
) -> Scored:
    """The services that the rules speak for, after the cues of the message.

    ``ambient`` services happen anywhere: "又停电了" may be said of an office. What nothing ties to the neighbourhood
    (no place, no word of it, no complaint) is then asked about at most. ``located`` tells whether the text names a
    building, unit, floor or room.
    """
    services: dict[str, ServiceScore] = {}
    present: dict[str, list[Match]] = {}
    reasons: list[Reason] = []
    for compiled in rules:
        target = compiled.rule.target
        if reading.takes_back:
            match = None
            for anchor in reading.index.anchors(compiled):
                one = reading.index.match_from(anchor, compiled)
                if one is None:
                    continue
                if not (reading.is_denied(one) or reading.is_imagined(one)):
                    match = one
                    break
                reasons.append((one, _CANCELLED, 0.0, target))
        else:
            match = reading.index.first(compiled)
        if match is not None:
            service = services.get(target)
            if service is None:
                service = services[target] = ServiceScore(target)
            service.add(match)
            reasons.append((match, _FOR_SERVICE, compiled.rule.weight, target))
    if not reasons:
        # Cues without anything that they could speak for say nothing.
        return Scored([], {}, [], reading.index.steps)
    for compiled in cues:
        match = reading.index.first(compiled)
        if match is not None and compiled.cue is not None:
            present.setdefault(compiled.cue, []).append(match)
    strongest = {
        name: matches[0] if len(matches) == 1 else max(matches, key=_strength) for name, matches in present.items()
    }
    counted = _counted(strongest, present, lexicon.cues)
    is_calm = any(one.cue.effect is _CALM for one in counted)
    if is_calm:
        services = _without_danger(services)
    for one_cue in counted:
        cue = one_cue.cue
        reasons.append((strongest[one_cue.name], _kind(cue.effect), _signed(cue, one_cue.strength), None))
    for service in services.values():
        matches = service.matches
        service.base = _sum([match.rule.weight for match in matches])
        if len(services) > 1:
            service.rank = _sum([_specific_weight(match) for match in matches]) * lexicon.ranks.get(service.code, 1.0)
        service.final, is_doubted = _final(service, counted)
        is_ambient = service.code in lexicon.ambient and not (located or _is_grounded(service, strongest))
        service.is_anywhere = is_ambient
        service.is_doubtful = is_doubted or (
            is_ambient and QUESTION in strongest and not service.code.startswith(ASKED_ABOUT)
        )
        if service.base <= TOPIC_ONLY or is_ambient:
            service.final = min(service.final, thresholds.open - 0.01)
    ordered = list(services.values())
    if len(ordered) > 1:
        ordered.sort(key=_order, reverse=True)
    return Scored(ordered, strongest, reasons, reading.index.steps, is_calm, located)


def _without_danger(services: Mapping[str, ServiceScore]) -> dict[str, ServiceScore]:
    """The services without rules of danger to life, where a cue says that nobody is in danger now."""
    left: dict[str, ServiceScore] = {}
    for code, service in services.items():
        for match in service.matches:
            if match.rule.urgency is not _EMERGENCY:
                left.setdefault(code, ServiceScore(code)).add(match)
    return left


def _order(service: ServiceScore) -> tuple[bool, bool, float]:
    """Best last: those that something speaks for, of these emergencies, then the higher rank."""
    return service.final > 0, service.urgency is _EMERGENCY, service.rank


def _strength(match: Match) -> tuple[float, int]:
    return match.rule.weight, match.length


def _sum(weights: list[float]) -> float:
    heaviest = weights[0]
    for weight in weights:
        heaviest = max(heaviest, weight)
    return heaviest + min(FURTHER_MOST, FURTHER_RULE * (len(weights) - 1))


def _specific_weight(match: Match) -> float:
    """The rule's weight, a little more where its words are long and stand together: that orders rival services."""
    length = match.length
    gap = match.end - match.start - length
    weight = match.rule.weight + SPECIFIC * (min(8, length))
    return weight - DISTANT * gap if gap > 0 else weight


class _Counted:
    """A cue that counts, and how strongly."""

    __slots__ = ("cue", "name", "strength")

    def __init__(self, name: str, cue: Cue, strength: float) -> None:
        self.name = name
        self.cue = cue
        self.strength = strength


def _counted(
    strongest: Mapping[str, Match], present: Mapping[str, list[Match]], cues: Mapping[str, Cue]
) -> list[_Counted]:
    """The cues that count, with their strength: rules of weight below 1 must come in pairs (two hints of a notice)."""
    counted: list[_Counted] = []
    for name in strongest:
        cue = cues[name]
        effect = cue.effect
        if effect is _MARK:
            continue
        certainty = 0.0
        for match in present[name]:
            certainty += match.rule.weight
        if certainty > 1.0:
            certainty = 1.0
        if certainty < 1.0 and effect is not _PUSH:
            continue
        if cue.yields_to and not cue.yields_to.isdisjoint(strongest):
            continue
        counted.append(_Counted(name, cue, cue.strength * certainty))
    return counted


def _final(service: ServiceScore, counted: list[_Counted]) -> tuple[float, bool]:
    """The score after the cues, and whether one of them doubts it."""
    # Where life is in danger a joking tone or a question mark changes nothing.
    in_danger = service.urgency is _EMERGENCY
    pushes, left, cap = 0.0, 1.0, 1.0
    is_doubted = False
    for one in counted:
        cue = one.cue
        if cue.spares and (not cue.touches(service.code) or (in_danger and SPARED_DANGER in cue.spares)):
            continue
        doubts = cue.effect is _DOUBT and not in_danger
        is_doubted = is_doubted or doubts
        if service.base < TOPIC_ONLY and cue.name in NO_REQUEST:
            continue
        if cue.effect is _PUSH:
            pushes += one.strength
        elif cue.effect is _SILENCE:
            left *= 1.0 - one.strength
        elif doubts:
            cap = min(cap, one.strength)
    # In pairs, since compiled code calls for more than two what it compares two with by itself.
    return min(min(1.0, cap), min(1.0, service.base + min(PUSH_MOST, pushes)) * left), is_doubted


def _is_grounded(service: ServiceScore, cues: Iterable[str]) -> bool:
    if service.urgency is _EMERGENCY or not GROUNDS.isdisjoint(cues):
        return True
    return service.code.startswith(ASKED_ABOUT) and not ASKING.isdisjoint(cues)


def _kind(effect: Effect) -> EvidenceKind:
    """What the evidence of a cue with this effect is."""
    if effect is _PUSH:
        return EvidenceKind.PUSH
    if effect is _SILENCE:
        return EvidenceKind.SILENCE
    return EvidenceKind.DOUBT if effect is _DOUBT else EvidenceKind.CALM


def _signed(cue: Cue, strength: float) -> float:
    return strength if cue.effect is _PUSH else -strength


def _evidence(text: Normalised, match: Match, kind: EvidenceKind, weight: float, service: str | None) -> Evidence:
    start, end = text.span(match.start, match.end)
    rule = match.rule.text if service else f"{match.rule.target.removeprefix(CUE)}: {match.rule.text}"
    return Evidence(kind, rule, text.original[start:end], start, end, round(weight, 2), service)
