"""Whether the guide speaks up: the message's form, what it names, and what triage makes of it, taken together.

It never swallows a report. A danger, a fault and a complaint go to a ticket as ever, and so does everything in which
triage sees another matter than questions about services.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from routing.catalogue import AppealType, Urgency
from routing.guide.items import Guide
from routing.guide.matching import Consultation
from routing.triage.decision import Decision, Matter, OpenTicket

_NO_QUESTIONS = frozenset({AppealType.COMPLAINT, AppealType.REPORT, AppealType.PRAISE})


@dataclass(frozen=True, slots=True)
class Answered:
    """This entry answers the question."""

    code: str


@dataclass(frozen=True, slots=True)
class AskBack:
    """One of these entries is meant; whoever asked has to say which."""

    codes: tuple[str, ...]


GuideReply = Answered | AskBack


def services_of(guide: Guide) -> frozenset[str]:
    """The services to which the guide's entries belong."""
    return frozenset(entry.service_code for entry in guide)


def reply_of(consultation: Consultation, decision: Decision, services: AbstractSet[str]) -> GuideReply | None:
    """What the guide says to a message; none where it keeps silent and triage's decision stands."""
    if consultation.blocked:
        return None
    if isinstance(decision, Matter):
        if decision.urgency is not Urgency.NORMAL or decision.dangers or decision.appeal_type in _NO_QUESTIONS:
            return None
        is_ours = decision.service_code in services
        is_question = consultation.asks or (
            isinstance(decision, OpenTicket) and decision.appeal_type is AppealType.CONSULT
        )
        if not is_question or not (is_ours or decision.appeal_type is AppealType.CONSULT):
            return None
    else:
        is_ours, is_question = False, consultation.asks
    if not is_question:
        return None
    if consultation.answer is not None:
        return Answered(consultation.answer)
    # To ask back what triage takes for talk would be to interrupt, and a topic alone is little to go by.
    is_sure = isinstance(decision, OpenTicket) and decision.appeal_type is AppealType.CONSULT
    may_ask = is_ours and bool(consultation.named or is_sure)
    return AskBack(consultation.choices) if may_ask and consultation.choices else None
