"""Cards of visits in private chats: for the cadre, and for those who hear of a missed visit, each with its fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.services.care_pages import CarePages, Seen
from bot.services.ports import UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from routing.care import SEEN, SEEN_BY_CADRE, CareField, CarePerson, fields_seen
from routing.care_visits import OPEN_VISITS, Visit, VisitState
from routing.outgoing import Button, Content, Outgoing
from routing.staff import Actor, Role, Staff

VISITED = "visited"
"""The button of somebody who was there (已走访)."""
NOT_MET = "not_met"
"""The button of somebody who met nobody (没见到人)."""


class VisitCards:
    """Finds who hears of a visit, and tells them."""

    def __init__(self, rules: Rules, pages: CarePages, chain: Sequence[Role], *, platform: str) -> None:
        self._rules = rules
        self._pages = pages
        self._chain = tuple(chain)
        self._platform = platform

    async def superiors(self, work: UnitOfWork, person: CarePerson, level: int, now: datetime) -> tuple[Staff, ...]:
        """Who hears at a level; a role that nobody fills there is passed over, the last is told again and again."""
        tree = await work.areas.tree()
        codes = [area.code for area in tree.path(person.area_code)] if person.area_code in tree else []
        for role in self._chain[min(level, len(self._chain)) - 1 :]:
            posts = there_now(self._rules, await work.staff.posts([role], codes), now)
            there = tuple(post for post in posts if post.on_duty and post.reachable and post.account is not None)
            if there:
                return there
        return ()

    @staticmethod
    async def cadre(work: UnitOfWork, visit: Visit) -> Staff | None:
        """The paired cadre, where the chat reaches them."""
        if visit.cadre_id is None:
            return None
        cadre = await work.staff.get(visit.cadre_id)
        return cadre if cadre.account is not None and cadre.reachable else None

    async def tell_cadre(
        self, work: UnitOfWork, visit: Visit, person: CarePerson, cadre: Staff, title: str, *, anew: bool = False
    ) -> None:
        """The card for the paired cadre."""
        await self._card(work, visit, person, cadre, SEEN_BY_CADRE, title, anew=anew)

    async def tell_superiors(
        self, work: UnitOfWork, visit: Visit, person: CarePerson, superiors: Sequence[Staff], title: str
    ) -> None:
        """The card for those whom a visit that was not made has reached."""
        for post in {post.account: post for post in superiors}.values():
            await self._card(work, visit, person, post, SEEN.get(post.role, frozenset()), title, anew=True)

    async def show_everywhere(self, work: UnitOfWork, visit: Visit, person: CarePerson) -> None:
        """Brings the cards of a visit up to date in every chat that has one."""
        tree = await work.areas.tree()
        for _, chat_id, _ in await work.outbox.topics.chats(_topic(visit)):
            fields = fields_seen(Actor(chat_id, "", await work.staff.of_account(chat_id)), person, tree)
            await self._send(work, visit, person, chat_id, fields, "care.visit.title")

    async def _card(
        self,
        work: UnitOfWork,
        visit: Visit,
        person: CarePerson,
        post: Staff,
        fields: frozenset[CareField],
        title: str,
        *,
        anew: bool,
    ) -> None:
        """``anew`` says why it is shown again in a message of its own, since an edited card makes no sound."""
        if post.account is None:
            return
        if anew and any(chat == post.account for _, chat, _ in await work.outbox.topics.chats(_topic(visit))):
            seen = Seen(person, fields - {CareField.VISITS, CareField.CADRE})
            shown = self._pages.line(seen, await work.areas.tree())
            content = Content(self._rules.wording.say(title), (self._pages.visit(visit, with_report=False), shown))
            await work.outbox.add(Outgoing(self._platform, post.account, content))
        await self._send(work, visit, person, post.account, fields, title)

    async def _send(
        self, work: UnitOfWork, visit: Visit, person: CarePerson, chat_id: int, fields: frozenset[CareField], title: str
    ) -> None:
        tree, say = await work.areas.tree(), self._rules.wording.say
        seen = Seen(person, fields - {CareField.VISITS, CareField.ACCOUNT, CareField.CADRE})
        head = self._pages.visit(visit, with_report=CareField.NOTE in fields)
        buttons = []
        if CareField.NAME in fields and visit.state in OPEN_VISITS:
            buttons.append(Button(say("button.visited"), VISITED, visit.id))
            if visit.state is VisitState.OPEN:
                buttons.append(Button(say("button.not_met"), NOT_MET, visit.id))
        content = Content(say(title), (head, *self._pages.whole(seen, tree)), (tuple(buttons),) if buttons else ())
        await work.outbox.add(Outgoing(self._platform, chat_id, content, card=True, topic=_topic(visit)))


def _topic(visit: Visit) -> str:
    return f"visit:{visit.id}"
