"""What is needed of the store of looks."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from routing.audit import Look


class AuditStore(Protocol):
    """Who looked at what names residents; only ever added to, and erased on schedule."""

    async def record(self, look: Look) -> None: ...
    async def looks(
        self, since: datetime, *, ticket_id: int | None = None, about: str = "", by: str = "", limit: int = 1000
    ) -> tuple[Look, ...]: ...
    async def prune(self, before: datetime) -> int: ...
