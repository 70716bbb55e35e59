"""How long what names people is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """Spans after which data is erased."""

    personal_data: timedelta
    """From the end of a ticket to the erasure of who reported it and what they wrote."""
    messages: timedelta
    updates: timedelta
    parked: timedelta
    """How long an update that was given up waits for an operator, with what somebody wrote."""
    invitations: timedelta
    """From the expiry of a link; who used it stands in the register."""
    care: timedelta
    """From the removal of somebody from the care list to the erasure of what names them."""
    care_looks: timedelta
    """How long it is kept who looked into the care list."""
    looks: timedelta
    """How long it is kept who looked at what names residents."""
    questions: timedelta
    """How long questions that nothing answered are kept; they do not say who asked."""
