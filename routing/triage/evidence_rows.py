"""Evidence as the event of a ticket keeps it.

Each piece is a row of its fields in their order. With their names it would take nearly twice the room, and the reasons
are by far the longest thing that is kept of a ticket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from routing.triage.decision import Evidence, EvidenceKind

EVIDENCE: Final = "evidence"
"""Where it stands among the data of an event."""
_FIELDS: Final = ("kind", "rule", "text", "start", "end", "weight", "service")
_KINDS: Final = {kind.value: kind for kind in EvidenceKind}


def rows_of(evidence: Iterable[Evidence]) -> list[list[object]]:
    """The evidence as plain JSON."""
    return [[str(one.kind), one.rule, one.text, one.start, one.end, one.weight, one.service] for one in evidence]


def evidence_in(kept: object) -> list[Evidence]:
    """The evidence that an event keeps; what is none is passed over, so that no event can keep anybody from reading.

    Events of older versions name the fields.
    """
    found = []
    for row in kept if isinstance(kept, list) else []:
        one = _evidence([row.get(name) for name in _FIELDS] if isinstance(row, Mapping) else row)
        if one is not None:
            found.append(one)
    return found


def _evidence(row: object) -> Evidence | None:
    if not isinstance(row, list) or len(row) != len(_FIELDS):
        return None
    kind, rule, text, start, end, weight, service = row
    if kind not in _KINDS or not isinstance(weight, int | float):
        return None
    if not (isinstance(rule, str) and isinstance(text, str) and isinstance(start, int) and isinstance(end, int)):
        return None
    return Evidence(_KINDS[kind], rule, text, start, end, float(weight), service if isinstance(service, str) else None)
