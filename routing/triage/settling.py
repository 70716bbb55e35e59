"""Rules and learned keywords together: what the rules of the lexicon leave open, the learned lexicon settles.

Rules know what they name and nothing else; learned keywords have an opinion of every text, and a less certain one.
A message is a request where both together say so. All numbers below were chosen on authors whose messages were left
out of learning, one author at a time (``config/README.md`` tells how to repeat that).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log
from typing import Final

from routing.catalogue import AppealType, Urgency
from routing.triage.appeal import SUGGESTS, appeal_of, marked_in
from routing.triage.decision import Evidence, EvidenceKind
from routing.triage.hits import Match
from routing.triage.judge import Contribution, LearnedReading
from routing.triage.request_bar import (
    ASK_FROM,
    DANGER_FROM,
    DANGER_SHARE,
    FIT_SHARE,
    FITS_MOST,
    LOCATED_SHARE,
    NAMED,
    RULES_SHARE,
    most_by,
    told_by,
)
from routing.triage.scoring import ASKED_ABOUT, ASKING, Scored, ServiceScore, Thresholds
from routing.triage.teaching import APPEAL, EMERGENCY, REQUEST, SERVICE, URGENT

DENIED_SHARE: Final = 0.55
"""Taken off where something that a rule names is denied or only supposed."""
OPEN_FROM: Final = 0.65
"""Joint score from which a ticket is opened."""
ALONE_OPEN_FROM: Final = 0.9
"""The same where no rule sees anything."""
BRIEF: Final = 8
"""Characters below which keywords alone open nothing but a danger: so few of them are chance."""
ALONE_DANGER_OPEN_FROM: Final = 0.9
"""The same where no rule sees anything and keywords tell a danger."""
ASKED_OPEN_FROM: Final = 1.0
"""The same for what one asks about, unless it is a danger, or a rule is sure of it and the question is put politely and
to nobody in particular ("请问…怎么办"): people talk of their papers and insurance with everybody."""
UNASKED: Final = -0.2
"""Learned score of a request below which nothing is opened, whatever a rule names, unless several rules see the same
matter and the text says at which house, or it is a danger (``CRIED_OUT``)."""
CRIED_OUT: Final = 1.0
"""Score of a service's rules that only a danger reaches which several of them name; nobody is asked whether it is."""
ANYWHERE_OPEN_FROM: Final = 1.6
"""The same where it happens anywhere and nothing ties the message to the neighbourhood."""
SILENCE: Final = 0.1
"""Score of the rules up to which a matter counts as silenced."""

SERVICE_SHARE: Final = 0.2
"""What a service's rules add to its learned score, for each point of theirs."""
FIRST_SHARE: Final = 0.05
"""Added for the service that the rules put first."""
RIVALS: Final = 4
"""Services that the learned lexicon may bring up by itself."""

FITS_FROM: Final = -0.65
"""Score below which a service that no rule names is only the least unlikely one, and brought up by nobody."""

NAMED_FROM: Final = -0.4
"""Score from which a service that no rule names is put on a ticket that somebody asked for."""

NAMED_DANGER_FROM: Final = 0.05
"""The same where a rule is sure of a matter that is none: a leak or a blocked drain cried out is no danger."""
CALM_DANGER_FROM: Final = 0.5
"""The same where a cue says that nobody is in danger now."""
TALKED_DOWN_FROM: Final = -0.56
"""Learned score below which a rule that names a danger is taken at its word no more: of 582 dangers in messages of
other authors that a rule names five score so low, and more than half of the 158 that rules only take for one."""
SILENCED_FROM: Final = -1.0
"""Learned score down to which a danger that is taken at its word no more is asked about: of sixteen that nobody had
foreseen and that were ignored it hears seven, for two more questions in 493 lines of talk kept apart."""
URGENT_FROM: Final = 0.15
APPEAL_SHARE: Final = 0.3
"""What the kind of appeal that the rules see adds to its learned score."""
LEANING: Final = {
    AppealType.COMPLAINT: 0.05,
    AppealType.CONSULT: -0.15,
    AppealType.HELP: -0.2,
    AppealType.PRAISE: 0.05,
    AppealType.REPORT: 0.25,
    AppealType.SUGGESTION: 0.2,
}
"""What is added to the learned score of a kind of appeal: each was learned against all others by itself, and a matter
named in a few words sounds like a call for help, while a suggestion or a report has few words of its own."""

# Looking a member up in its enumeration takes far longer than all that is done with it.
_NORMAL: Final = Urgency.NORMAL
_EMERGENCY: Final = Urgency.EMERGENCY
_URGENT: Final = Urgency.URGENT
_CANCELLED: Final = EvidenceKind.CANCELLED

_LOWEST: Final = float("-inf")
_APPEALS: Final = [(one, APPEAL + one.value, LEANING.get(one, 0.0)) for one in AppealType]

SHOWN: Final = 4
"""Keywords named as evidence that this is a request, and half as many for the service."""


def joint_score(reading: LearnedReading, scored: Scored) -> float:
    """How much speaks for a request; ``scored`` is what the rules say."""
    told = told_by(reading.score(REQUEST), reading.length) + FIT_SHARE * reading.highest_under(SERVICE)
    for _, kind, _, _ in scored.reasons:
        # What one proposes is not there yet: "要是画条斑马线就好了" takes nothing back.
        if kind is _CANCELLED and SUGGESTS not in scored.cues:
            told -= DENIED_SHARE
            break
    if not scored.services:
        return told
    final = scored.services[0].final
    for one in scored.services:
        final = max(final, one.final)
    return told + (RULES_SHARE + (LOCATED_SHARE if scored.is_located else 0.0)) * final - NAMED


def confidence(joint: float, thresholds: Thresholds) -> float:
    """The joint score as a confidence 0..1 that meets ``thresholds`` where the joint score meets its own."""
    ask, open_ = _logit(thresholds.ask), _logit(thresholds.open)
    return 1.0 / (1.0 + exp(-(ask + (joint - ASK_FROM) * (open_ - ask) / (OPEN_FROM - ASK_FROM))))


def may_be_request(reading: LearnedReading, *, named: bool) -> bool:
    """Whether the joint score may suffice to ask, where rules may have ``named`` a service or surely have not."""
    most = most_by(reading.score(REQUEST), reading.length, named=named)
    # Of most talk the first label alone tells that it is none, and the others are never added up.
    if most + FIT_SHARE * FITS_MOST + DANGER_SHARE < ASK_FROM:
        return False
    danger = DANGER_SHARE if reading.score(EMERGENCY) >= DANGER_FROM else 0.0
    return most + FIT_SHARE * reading.highest_under(SERVICE) + danger >= ASK_FROM


def settle(scored: Scored, reading: LearnedReading, thresholds: Thresholds) -> Scored:
    """The services with both opinions in their scores, best first; the cues and the evidence of the rules stay."""
    told = reading.score(EMERGENCY)
    doubted: set[str] = set()
    if told < TALKED_DOWN_FROM:
        for service in scored.services:
            # A danger named for nothing costs neighbours one question, a danger that is ignored may cost a life.
            if told >= SILENCED_FROM and _is_certain(service, thresholds):
                doubted.add(service.code)
            service.talk_down()
    danger = told >= _danger_from(scored, thresholds)
    joint = joint_score(reading, scored) + (DANGER_SHARE if danger else 0.0)
    sure = confidence(joint, thresholds)
    if sure < thresholds.ask and not doubted and not any(_is_certain(one, thresholds) for one in scored.services):
        # Nobody will ask which service it is, and where no rule names one the least unlikely would be a guess.
        for service in scored.services:
            service.final = sure
        return scored
    by_code = {one.code: one for one in scored.services}
    for code in reading.best_under(SERVICE, RIVALS, FITS_FROM):
        if code not in by_code:
            by_code[code] = ServiceScore(code)
    first = scored.services[0].code if scored.services else None
    inquires = scored.cues.keys() >= ASKING
    for code, service in by_code.items():
        certain = _is_certain(service, thresholds)
        silenced = service.base >= thresholds.open and service.final <= SILENCE
        service.rank = (
            reading.score_under(SERVICE, code, 0.0) + SERVICE_SHARE * service.base + FIRST_SHARE * (code == first)
        )
        service.learned_urgency = _urgency(reading, service, danger=danger)
        # Keywords talk no danger away that a rule names, but where they are as sure as they ever are.
        service.final = max(sure, service.final) if certain else sure
        if code in doubted:
            service.final = max(service.final, thresholds.ask)
        # Chatter is so much more than requests that what may be anywhere, or what keywords alone tell, must be told
        # louder than the rest to be opened; what is doubted never is. A danger that a rule names is asked about at
        # least, even where the keywords speak against it and against any request; what a rule is sure of and a cue
        # silences is at most asked about, whatever keywords add up to ("煤气味没有了").
        if (
            service.is_doubtful
            or silenced
            or (
                told < 0
                and reading.score(REQUEST) < UNASKED
                and not (scored.is_located and service.base > thresholds.open)
                and service.base <= CRIED_OUT
            )
            or (service.is_anywhere and joint < ANYWHERE_OPEN_FROM)
            or (first is None and joint < (ALONE_DANGER_OPEN_FROM if danger else ALONE_OPEN_FROM))
            or (first is None and reading.length < BRIEF and not danger)
            or (
                joint < ASKED_OPEN_FROM
                and code.startswith(ASKED_ABOUT)
                and not (certain or (inquires and service.base >= thresholds.open))
            )
        ):
            service.final = min(service.final, thresholds.open - 0.01)
    ordered = list(by_code.values())
    if len(ordered) > 1:
        ordered.sort(key=_order, reverse=True)
        if doubted and ordered[0].final < thresholds.ask:
            ordered.sort(key=_final, reverse=True)
    return Scored(ordered, scored.cues, scored.reasons, scored.steps, scored.is_calm, scored.is_located)


def _order(service: ServiceScore) -> tuple[bool, float]:
    """Best last: dangers that a rule names, then the higher rank."""
    return service.is_emergency and service.base > 0, service.rank


def _final(service: ServiceScore) -> float:
    return service.final


def _danger_from(scored: Scored, thresholds: Thresholds) -> float:
    """The learned score from which keywords alone tell a danger."""
    if scored.is_calm:
        return CALM_DANGER_FROM
    is_named = False
    for one in scored.services:
        if one.is_emergency:
            return DANGER_FROM
        is_named = is_named or one.final >= thresholds.open
    return NAMED_DANGER_FROM if is_named else DANGER_FROM


def _is_certain(service: ServiceScore, thresholds: Thresholds) -> bool:
    return service.is_emergency and service.final >= thresholds.open


def names(service: ServiceScore) -> bool:
    """Whether the text names ``service`` well enough to put a ticket there that was asked for whatever it says."""
    return bool(service.matches) or service.rank >= NAMED_FROM


def learned_evidence(reading: LearnedReading, text: str, service: str | None) -> list[Evidence]:
    """The keywords that weighed most for or against a request, and for the service; ``text`` as the reading's."""
    evidence = [_evidence(one, text, REQUEST, None) for one in reading.contributions(REQUEST, SHOWN)]
    if service is not None:
        label = SERVICE + service
        evidence += [_evidence(one, text, label, service) for one in reading.contributions(label, SHOWN // 2)]
    return evidence


def settled_appeal(
    service: ServiceScore, cues: dict[str, Match], defaults: Mapping[str, AppealType], reading: LearnedReading | None
) -> AppealType:
    """The kind of appeal that the keywords tell, a little drawn to what the rules say."""
    told = appeal_of(service, cues, defaults)
    if reading is None or service.urgency is _EMERGENCY:
        return told
    best, most = told, _LOWEST
    marked = marked_in(cues)
    for one, label, leaning in _APPEALS:
        score = reading.score(label) + leaning + (APPEAL_SHARE if one is told else 0.0)
        if marked:
            score += marked.get(one, 0.0)
        if score > most:
            best, most = one, score
    return best


def _urgency(reading: LearnedReading, service: ServiceScore, *, danger: bool) -> Urgency:
    """What the keywords add to the urgency of the rules; where rules matched, those know better what is urgent."""
    if danger:
        return _EMERGENCY
    return _URGENT if not service.matches and reading.score(URGENT) >= URGENT_FROM else _NORMAL


def _evidence(one: Contribution, text: str, label: str, service: str | None) -> Evidence:
    said = text[one.start : one.end]
    return Evidence(
        EvidenceKind.LEARNED, f"{label}: {one.keyword}", said, one.start, one.end, round(one.weight, 3), service
    )


def _logit(share: float) -> float:
    return log(share / (1.0 - share))
