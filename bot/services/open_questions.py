"""Questions that nothing answers: kept masked, listed for the community (/questions), settled by it."""

from __future__ import annotations

from bot.services.opening import path_of
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from bot.services.wording import display_area
from routing.errors import NotAllowed
from routing.guide.questions import OpenQuestion, masked_question
from routing.outgoing import Content
from routing.permissions import RANK
from routing.staff import Actor, Role

LISTED = 20
"""Questions of one list."""

_READERS = RANK[Role.GRID_LEAD]
"""From this rank up, posts read and settle the questions of their areas."""


class OpenQuestionService:
    """Keeps and lists them. Nothing says who asked."""

    def __init__(self, rules: Rules, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock

    async def keep(self, work: UnitOfWork, text: str, area_code: str, service_code: str, item_code: str = "") -> None:
        """Keeps a question of the area; ``item_code`` is what was answered and did not answer it.

        It is kept for the complex or the grid: a building would tell too much of who asked.
        """
        tree = await work.areas.tree()
        around = display_area(tree, area_code)
        area_code = around.code if around is not None else area_code
        masked = masked_question(text)
        if masked:
            await work.questions.add(
                OpenQuestion(
                    0, area_code, path_of(tree, area_code), masked, service_code, item_code, asked_at=self._clock()
                )
            )

    async def listed(self, work: UnitOfWork, actor: Actor) -> Content:
        """What the person's areas asked and nobody dealt with, newest first; raises ``NotAllowed``."""
        tree, say, wording = await work.areas.tree(), self._rules.wording.say, self._rules.wording
        names = {item.code: item.name for item in await work.items.all()}
        found: dict[int, OpenQuestion] = {}
        total = 0
        for path in await self._paths(work, actor):
            found |= {one.id: one for one in await work.questions.waiting(path, limit=LISTED)}
            total += await work.questions.count(path)
        newest = sorted(found.values(), key=lambda one: -one.id)[:LISTED]
        if not newest:
            return Content(lines=(say("questions.empty"),))
        lines = [
            say(
                "questions.line_item" if one.item_code in names else "questions.line",
                id=one.id,
                day=wording.moment(one.asked_at)[:5],
                area=tree.get(one.area_code).name if one.area_code in tree else one.area_code,
                text=one.text,
                item=names.get(one.item_code, ""),
            )
            for one in newest
        ]
        return Content(say("questions.title", count=max(total, len(newest))), (*lines, say("questions.how")))

    async def settle(self, work: UnitOfWork, actor: Actor, question_id: int) -> bool:
        """Marks a question as dealt with; false where the person's areas have no such one. Raises ``NotAllowed``."""
        now = self._clock()
        for path in await self._paths(work, actor):
            if await work.questions.settle(question_id, path, now):
                return True
        return False

    async def _paths(self, work: UnitOfWork, actor: Actor) -> tuple[str, ...]:
        """The areas of the posts that read questions, without those that lie in another of them."""
        tree = await work.areas.tree()
        posts = [post for post in actor.posts if RANK[post.role] >= _READERS and post.area_code in tree]
        if not posts:
            raise NotAllowed("questions")
        paths = dict.fromkeys(path_of(tree, post.area_code) for post in posts)
        return tuple(one for one in paths if not any(one != other and one.startswith(other) for other in paths))
