"""Updates of a platform that could not be handled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ParkedUpdate:
    """An update that failed; parked once it has failed as often as the edge allows, with its error for an operator."""

    platform: str
    update_id: int
    payload: bytes
    error: str
    failures: int
    first_failed_at: datetime
    parked_at: datetime | None
