"""How often the promise was kept that complete papers are dealt with within minutes (资料齐全即办)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from routing.rates import Rate
from routing.ticket_events import EventKind, TicketEvent

DUE = "due"
"""In the data of the event that completes the papers: until when it is promised."""


def promises_kept(events: Iterable[TicketEvent]) -> Rate:
    """Of the tickets that were reported done with complete papers, those within the promise.

    ``events`` are those of ticking and of completion, in their order. A list that was broken up again before the
    ticket was done counts in neither.
    """
    promised: dict[int, datetime] = {}
    kept = total = 0
    for event in events:
        if event.kind is EventKind.PAPERS_TICKED:
            due = event.data.get(DUE)
            if isinstance(due, str):
                promised[event.ticket_id] = datetime.fromisoformat(due)
            else:
                promised.pop(event.ticket_id, None)
        elif event.kind is EventKind.RESOLVED and event.ticket_id in promised:
            total += 1
            kept += event.at <= promised.pop(event.ticket_id)
    return Rate(kept, total)
