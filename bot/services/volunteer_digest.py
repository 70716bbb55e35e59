"""What a digest says of an area's volunteers: counts and hours."""

from __future__ import annotations

from datetime import datetime

from bot.services.help_cards import hours_of
from bot.services.ports import UnitOfWork
from bot.services.wording import Wording


class VolunteerDigest:
    """A section of digests."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    async def lines(self, work: UnitOfWork, area_code: str, since: datetime, until: datetime) -> tuple[str, ...]:
        """One line; none where nobody was asked for help."""
        path = "".join(f"{area.code}/" for area in reversed((await work.areas.tree()).path(area_code)))
        opened, lapsed, done, minutes = await work.help.counts(path, since, until)
        if not (opened or lapsed or done):
            return ()
        fields = {"opened": opened, "lapsed": lapsed, "done": done, "hours": hours_of(minutes)}
        return (self._wording.say("volunteer.digest", **fields),)
