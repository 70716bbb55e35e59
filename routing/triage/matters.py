"""Several matters in one message: each becomes a ticket with its own part of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from routing.catalogue import Urgency
from routing.place import Place
from routing.triage.decision import Decision, OpenTicket
from routing.triage.engine import Triage

_CLAUSE = re.compile(r"[^，,。．！!？?；;、\n\r \u3000]+[，,。．！!？?；;、\n\r \u3000]*")

MOST_MATTERS = 4
"""More than so many matters in one message are a list of grievances that one person has to read as a whole."""

_SHORTEST = 3

_ANOTHER = re.compile(
    r"另外|还有|顺便|顺带|再就是|再有|再者|其次|同时|此外|以及|旁边|边上|第[二三四]|[二三四]是|^[2-4②③④][.、)）]|"
    r"也(?:是|没|不|坏|灭|瞎|断|停|漏|堵|满|掉|松|烂|破|裂|臭|脏|丢|被|遭|要|该|得|在|有|很|好|特别)"
)
"""Words by which people go on to another matter. Without one, or another place, a clause only tells the course."""


def matters_of(
    triage: Triage,
    text: str,
    *,
    addressed: bool = False,
    has_media: bool = False,
    whole: Decision | None = None,
) -> tuple[Decision, ...]:
    """The decisions about a message: usually one; several where clauses of it would each open a ticket of its own.

    A clause that opens nothing by itself belongs to the matter before it, and one without a place is where the one
    before it was. An emergency is never taken apart: who reads it must see all of it at once.
    ``whole`` is what was decided about all of the text, where that is known already.
    """
    if whole is None:
        whole = triage.decide(text, addressed=addressed, has_media=has_media)
    if not isinstance(whole, OpenTicket) or whole.urgency is Urgency.EMERGENCY:
        return (whole,)
    starts = list(_opening(triage, text))
    services = dict.fromkeys(one.service_code for _, one in starts)
    if len(services) < 2 or len(services) > MOST_MATTERS or whole.service_code not in services:
        return (whole,)
    parts: list[OpenTicket] = []
    where: Place | None = None
    for index, (start, one) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(text)
        part = text[0 if index == 0 else start : end].strip("，,、；; \n")
        where = one.place or where
        known = next((place for place, other in enumerate(parts) if other.service_code == one.service_code), None)
        if known is not None:
            parts[known] = replace(parts[known], part=f"{parts[known].part}，{part}")
        else:
            parts.append(replace(one, part=part, place=where))
    return tuple(parts)


def _opening(triage: Triage, text: str) -> Iterator[tuple[int, OpenTicket]]:
    """The clauses that begin a matter: they would open a ticket by themselves, and say that it is another one."""
    last: OpenTicket | None = None
    for clause in _CLAUSE.finditer(text):
        said = clause.group(0)
        if len(said.strip()) < _SHORTEST:
            continue
        decision = triage.decide(said)
        if not isinstance(decision, OpenTicket) or (last is not None and decision.service_code == last.service_code):
            continue
        if last is None or _is_another(said, decision, last) or text[: clause.start()].endswith(("\n", "；", ";")):
            last = decision
            yield clause.start(), decision


def _is_another(said: str, decision: OpenTicket, last: OpenTicket) -> bool:
    if _ANOTHER.search(said.strip()):
        return True
    return decision.place is not None and last.place is not None and decision.place != last.place
