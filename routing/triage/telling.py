"""The evidence of a decision, put together when somebody asks for it."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from routing.triage.decision import Evidence, EvidenceKind
from routing.triage.judge import LearnedReading
from routing.triage.normalise import Normalised
from routing.triage.scoring import Scored
from routing.triage.settling import learned_evidence

BY_PLACE: Final = attrgetter("start", "end")
"""Evidence is told in the order of the text."""


class Told:
    """Tells what led to asking or opening a ticket, when it is called.

    Compiled code makes an object of a class of its own in a fraction of the time that a partial function takes, and
    there is one for every request while hardly any is called.
    """

    __slots__ = ("_is_addressed", "_reading", "_scored", "_service", "_text")

    def __init__(
        self, text: Normalised, scored: Scored, reading: LearnedReading | None, service: str | None, *, addressed: bool
    ) -> None:
        self._text = text
        self._scored = scored
        self._reading = reading
        self._service = service
        self._is_addressed = addressed

    def __call__(self) -> list[Evidence]:
        text = self._text
        found = self._scored.evidence(text)
        if self._reading is not None:
            found += learned_evidence(self._reading, text.original, self._service)
        found.sort(key=BY_PLACE)
        if self._is_addressed:
            found.append(Evidence(EvidenceKind.ADDRESSED, "addressed", text.original, 0, len(text.original), 1.0))
        return found
