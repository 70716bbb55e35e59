"""What triage decides about one message, with the evidence that led to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload

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


# The constructors below are as a dataclass would write them; but written out they are compiled, and there is a decision
# for every message, and a dozen reasons for every ticket.


@dataclass(frozen=True, slots=True, init=False)
class Evidence:
    """One reason. ``start`` and ``end`` are positions in the original text; ``weight`` is signed, 0..1 in size."""

    kind: EvidenceKind
    rule: str
    text: str
    start: int
    end: int
    weight: float
    service: str | None = None

    def __init__(
        self,
        kind: EvidenceKind,
        rule: str,
        text: str,
        start: int,
        end: int,
        weight: float,
        service: str | None = None,
    ) -> None:
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "service", service)


class Reasons(Sequence[Evidence]):
    """Evidence that is put together when somebody looks at it, which nobody does for most messages."""

    __slots__ = ("_found", "_look")

    def __init__(self, look: Callable[[], Sequence[Evidence]]) -> None:
        """``look`` must give the same evidence whenever it is called."""
        self._look = look
        self._found: tuple[Evidence, ...] | None = None

    def _all(self) -> tuple[Evidence, ...]:
        if self._found is None:
            self._found = tuple(self._look())
        return self._found

    @overload
    def __getitem__(self, index: int) -> Evidence: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Evidence]: ...

    def __getitem__(self, index: int | slice) -> Evidence | Sequence[Evidence]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple | Reasons) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


@dataclass(frozen=True, slots=True, init=False)
class Ignore:
    """Nothing is to be done or said."""

    confidence: float = 0.0
    evidence: Sequence[Evidence] = ()
    place: Place | None = None

    def __init__(self, confidence: float = 0.0, evidence: Sequence[Evidence] = (), place: Place | None = None) -> None:
        object.__setattr__(self, "confidence", confidence)
        object.__setattr__(self, "evidence", evidence)
        object.__setattr__(self, "place", place)


@dataclass(frozen=True, slots=True, init=False)
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
    """Kinds of hazard that decide whom to call at once: fire, gas, medical, violence, elevator, electric, fall, missing
    (somebody is lost, or does not answer the door)."""
    evidence: Sequence[Evidence] = ()
    part: str = ""
    """The part of the message that it stands in, where the message has several matters."""

    def __init__(
        self,
        service_code: str,
        appeal_type: AppealType,
        urgency: Urgency,
        confidence: float,
        alternatives: tuple[str, ...] = (),
        place: Place | None = None,
        dangers: tuple[str, ...] = (),
        evidence: Sequence[Evidence] = (),
        part: str = "",
    ) -> None:
        object.__setattr__(self, "service_code", service_code)
        object.__setattr__(self, "appeal_type", appeal_type)
        object.__setattr__(self, "urgency", urgency)
        object.__setattr__(self, "confidence", confidence)
        object.__setattr__(self, "alternatives", alternatives)
        object.__setattr__(self, "place", place)
        object.__setattr__(self, "dangers", dangers)
        object.__setattr__(self, "evidence", evidence)
        object.__setattr__(self, "part", part)


@dataclass(frozen=True, slots=True, init=False)
class Ask(Matter):
    """It may be a request: offer to register it and say nothing more."""


@dataclass(frozen=True, slots=True, init=False)
class OpenTicket(Matter):
    """It is a request: open a ticket."""


Decision = Ignore | Ask | OpenTicket
