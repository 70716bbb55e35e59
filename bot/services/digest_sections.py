"""What other parts of the product add to a digest: a few lines of an area and a time, counts and no names."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.services.ports import UnitOfWork


class DigestSection(Protocol):
    """Something that has lines for digests."""

    async def lines(self, work: UnitOfWork, area_code: str, since: datetime, until: datetime) -> tuple[str, ...]:
        """The lines of an area with all below it; none where there is nothing to say."""
        ...
