"""What triage decides about one message, with the evidence that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.catalogue import AppealType, Urgency
from routing.place import Place


class EvidenceKind(StrEnum):
    """What sort of thing spoke for or against a ticket."""

    SERVICE = "service"
    """A rule of a service matched."""
    PUSH = "push"
    """A cue that somebody is asked to act (request, complaint, address to the property)."""
    SILENCE = "silence"
    """A cue that this is no request (notice, advertisement, elsewhere, already fixed)."""
    DOUBT = "doubt"
    """A cue that it may be only talk, so that asking is better than opening."""
    CALM = "calm"
    """A cue that a danger is over, staged, only told or only feared."""
    CANCELLED = "cancelled"
    """A rule of a service matched but is negated, hypothetical or past."""
    LEARNED = "learned"
    """A keyword of the learned lexicon weighed for or against a request, or for a service."""
    ADDRESSED = "addressed"
    """The writer spoke to the bot, so the message is registered whatever it says."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason. ``start`` and ``end`` are positions in the original text; ``weight`` is signed, 0..1 in size."""

    kind: EvidenceKind
    rule: str
    text: str
    start: int
    end: int
    weight: float
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing is to be done or said."""

    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a request is about: shared by asking and opening."""

    service_code: str
    appeal_type: AppealType
    urgency: Urgency
    confidence: float
    alternatives: tuple[str, ...] = ()
    """Other services that the text also fits, best first."""
    place: Place | None = None
    dangers: tuple[str, ...] = ()
    """Kinds of hazard that decide whom to call at once: fire, gas, medical, violence, elevator, electric, fall."""
    evidence: tuple[Evidence, ...] = ()
    part: str = ""
    """The part of the message that it stands in, where the message has several matters."""


@dataclass(frozen=True, slots=True)
class Ask(Matter):
    """It may be a request: offer to register it and say nothing more."""


@dataclass(frozen=True, slots=True)
class OpenTicket(Matter):
    """It is a request: open a ticket."""


Decision = Ignore | Ask | OpenTicket
