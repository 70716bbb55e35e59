"""What kind of appeal a message is: question, call for help, complaint, report of others, suggestion or praise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from routing.catalogue import AppealType, Urgency
from routing.triage.hits import Match
from routing.triage.scoring import ServiceScore

_BY_CUE: Final = [
    ("mark_report", AppealType.REPORT),
    ("mark_suggest", AppealType.SUGGESTION),
    ("mark_praise", AppealType.PRAISE),
    ("howto", AppealType.CONSULT),
    ("request", AppealType.HELP),
    ("complain", AppealType.COMPLAINT),
    ("neglect", AppealType.COMPLAINT),
]
"""Cues in the order in which they decide; the first that fits the service wins."""

_SELDOM: Final = {
    AppealType.REPORT: ("safety", "order", "environment"),
    AppealType.CONSULT: ("service", "civic", "other", "property.fee", "property.conduct", "utility"),
}
"""Kinds that only some services know: a lift is asked about rarely, a dead one is complained of."""

_ALWAYS: Final = frozenset({"civic.praise", "civic.suggestion"})
"""Services that are a kind of appeal themselves."""

_COMPLAINED_OF: Final = frozenset(
    {
        "environment.dust",
        "environment.noise",
        "environment.odor",
        "order.rental",
        "order.vendor",
        "property.conduct",
        "property.fee",
        "property.security",
    }
)
"""What others do or leave undone: "请管一管" about it is a complaint rather than a call for help."""


# Looking a member up in its enumeration takes far longer than all that is done with it.
_EMERGENCY: Final = Urgency.EMERGENCY
_COMPLAINT: Final = AppealType.COMPLAINT
_HELP: Final = AppealType.HELP


def appeal_of(service: ServiceScore, cues: dict[str, Match], defaults: Mapping[str, AppealType]) -> AppealType:
    """The kind of appeal: what the matched rule says, else the cues, else what the service usually is."""
    if service.urgency is _EMERGENCY:
        return _HELP
    if service.code in _ALWAYS:
        return defaults.get(service.code, _COMPLAINT)
    heaviest, longest, told = 0.0, 0, None
    for match in service.matches:
        rule = match.rule
        if rule.weight > heaviest or (rule.weight == heaviest and match.length > longest):
            heaviest, longest, told = rule.weight, match.length, rule.appeal
    if told is not None:
        return told
    for name, kind in _BY_CUE:
        if name in cues and _fits(service.code, kind):
            return kind
    return defaults.get(service.code, _COMPLAINT)


SUGGESTS: Final = "mark_suggest"
"""The cue of a proposal."""
MARKED: Final = [
    (SUGGESTS, AppealType.SUGGESTION, 0.6),
    ("mark_praise", AppealType.PRAISE, 0.6),
    ("mark_report", AppealType.REPORT, 0.3),
]
"""What cues add to the learned score of their kind of appeal, chosen on authors who were left out of learning."""


def marked_in(cues: dict[str, Match]) -> dict[AppealType, float]:
    """What the marks among ``cues`` add to the learned score of a kind of appeal."""
    return {kind: share for name, kind, share in MARKED if name in cues}


def _fits(service_code: str, kind: AppealType) -> bool:
    places = _SELDOM.get(kind)
    if service_code.startswith(("service.", "civic.")) and kind is _COMPLAINT:
        return False
    if kind is _HELP and service_code in _COMPLAINED_OF:
        return False
    return places is None or service_code.partition(".")[0] in places or service_code in places
