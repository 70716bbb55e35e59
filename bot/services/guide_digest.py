"""What the guide adds to a digest: items that nobody has checked for too long, and questions that nothing answered."""

from __future__ import annotations

from datetime import datetime

from bot.services.opening import path_of
from bot.services.ports import UnitOfWork
from bot.services.rules import Rules
from routing.guide.items import GuideRules, unchecked

NAMED = 5
"""Items and questions that are named; the rest is counted."""


class GuideDigestSection:
    """Lines for the digests of an area."""

    def __init__(self, rules: Rules, guide_rules: GuideRules) -> None:
        self._rules = rules
        self._guide = guide_rules

    async def lines(self, work: UnitOfWork, area_code: str, since: datetime, until: datetime) -> tuple[str, ...]:
        """Of the items that hold in the area or in parts of it, and the questions that it still has open."""
        return (*await self._unchecked(work, area_code, until), *await self._questions(work, area_code))

    async def _unchecked(self, work: UnitOfWork, area_code: str, at: datetime) -> list[str]:
        say, tree = self._rules.wording.say, await work.areas.tree()
        today = self._rules.clocks.calendar.local_date(at)
        around = {area.code for area in tree.path(area_code)}
        below = {area.code for area in tree.below(area_code)}
        items = [one for one in await work.items.all() if not one.area_code or one.area_code in around | below]
        old = unchecked(items, today, self._guide.recheck)
        if not old:
            return []
        lines = [say("digest_guide.unchecked_title", count=len(old), days=self._guide.recheck.days)]
        for item in old[:NAMED]:
            day = item.checked.isoformat() if item.checked is not None else say("digest_guide.never")
            lines.append(say("digest_guide.unchecked", name=item.name, day=day))
        if len(old) > NAMED:
            lines.append(say("digest_guide.more", count=len(old) - NAMED))
        return lines

    async def _questions(self, work: UnitOfWork, area_code: str) -> list[str]:
        say, wording, tree = self._rules.wording.say, self._rules.wording, await work.areas.tree()
        path = path_of(tree, area_code)
        count = await work.questions.count(path)
        if not count:
            return []
        lines = [say("digest_guide.questions_title", count=count)]
        for one in await work.questions.waiting(path, limit=NAMED):
            area = tree.get(one.area_code).name if one.area_code in tree else one.area_code
            day = wording.moment(one.asked_at)[:5]
            lines.append(say("digest_guide.question", day=day, area=area, text=one.text))
        return lines
