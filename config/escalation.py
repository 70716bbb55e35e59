"""Loads the rules of escalation from ``escalation.yaml``."""

from __future__ import annotations

from pathlib import Path

from config.document import read_document
from config.sla import positive_hours
from routing.catalogue import Urgency
from routing.escalation import EscalationPolicy

PACKAGED = Path(__file__).parent / "data" / "escalation.yaml"


def load_escalation(path: Path = PACKAGED) -> EscalationPolicy:
    """The policy.

    Raises:
        ConfigError: a value is missing or unknown, an interval is not positive, or a count is no whole number.
    """
    fields = read_document(path).require("repeat_hours", "repeats_at_top", "archive_after_hours")
    intervals = fields["repeat_hours"].require(*(urgency.value for urgency in Urgency))
    repeats = fields["repeats_at_top"]
    if not repeats.text().isdecimal():
        repeats.fail(f"{repeats.text()!r} is no whole number")
    return EscalationPolicy(
        repeat_after={urgency: positive_hours(intervals[urgency.value]) for urgency in Urgency},
        repeats_at_top=int(repeats.text()),
        archive_after=positive_hours(fields["archive_after_hours"]),
    )
