"""What the guide adds to a digest: promises kept, items that nobody checks any more, and unanswered questions."""

from __future__ import annotations

from datetime import datetime

from bot.services.opening import path_of
from bot.services.ports import UnitOfWork
from bot.services.rules import Rules
from routing.guide.items import GuideRules, unchecked
from routing.guide.promises import promises_kept
from routing.ticket_events import EventKind

NAMED = 5
"""Items and questions that are named; the rest is counted."""


class GuideDigestSection:
    """Lines for the digests of an area."""

    def __init__(self, rules: Rules, guide_rules: GuideRules) -> None:
        self._rules = rules
        self._guide = guide_rules

    async def lines(self, work: UnitOfWork, area_code: str, since: datetime, until: datetime) -> tuple[str, ...]:
        """Promises that were kept, and the items and open questions of the area with all below."""
        return (
            *await self._promises(work, area_code, since, until),
            *await self._unchecked(work, area_code, until),
            *await self._questions(work, area_code),
        )

    async def _promises(self, work: UnitOfWork, area_code: str, since: datetime, until: datetime) -> list[str]:
        kinds = {EventKind.PAPERS_TICKED, EventKind.RESOLVED}
        path = path_of(await work.areas.tree(), area_code)
        kept = promises_kept(await work.digests.events_between(path, kinds, since, until))
        if not kept.denominator:
            return []
        return [self._rules.wording.say("digest_guide.promises", count=kept.denominator, kept=kept.numerator)]

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
