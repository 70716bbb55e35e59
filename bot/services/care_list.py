"""The care list for people who may use it: listed, shown, exported, changed. Every use is kept, with who and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.services.care_pages import CarePages, Seen
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.areas import AreaTree
from routing.care import (
    CADRES_MAY,
    CareCommand,
    CareLook,
    CarePerson,
    UnknownCarePerson,
    fields_seen,
    is_paired,
    may_do,
    posts_that_may,
)
from routing.care_visits import CareRules
from routing.errors import NotAllowed, QunbanError
from routing.outgoing import Content, Outgoing
from routing.staff import Actor, Staff

CHAT = "chat"
CONSOLE = "console"
"""How the list was used."""

A_MESSAGE = 30
"""Persons of one message of an export; with every field a line has about a hundred characters."""
SHOWN_VISITS = 10
SHOWN_LOOKS = 40
LOOKS_BACK = timedelta(days=90)
"""How far back the chat shows who looked; the command line shows as far as is asked for."""
_SHORTEST_WHY = 2
_LONGEST_WHY = 100


class WhyMissing(QunbanError):
    """Somebody wants to see people on the care list and does not say why."""

    code = "why_missing"


class CareListService:
    """Use cases of the list. What a post may see and do is decided by ``routing.care`` alone."""

    def __init__(self, rules: Rules, care: CareRules, clock: Clock, *, platform: str) -> None:
        self._rules = rules
        self._care = care
        self._clock = clock
        self._platform = platform
        self.pages = CarePages(rules.wording, care)

    async def list(self, work: UnitOfWork, actor: Actor, why: str, *, channel: str = CHAT) -> Content:
        """Everybody whom the person may know of. Raises ``NotAllowed``, and ``WhyMissing`` without a reason.

        A cadre who is paired with somebody needs none for those alone.
        """
        seen = await self.seen(work, actor, CareCommand.LIST, why, channel=channel)
        tree, say = await work.areas.tree(), self._rules.wording.say
        if not seen:
            return Content(lines=(say("care.empty"),))
        lines = tuple(self.pages.line(one, tree) for one in seen)
        return Content(say("care.title", count=len(seen)), lines)

    async def show(self, work: UnitOfWork, actor: Actor, person_id: int, why: str) -> Content:
        """One person, with the latest visits. Raises ``UnknownCarePerson``, also for whom the asker may not know of."""
        person, look = await self._one(work, actor, CareCommand.SHOW, person_id, why)
        tree = await work.areas.tree()
        await work.care.record(look)
        visits = await work.care_visits.of_person(person.id, limit=SHOWN_VISITS)
        seen = Seen(person, fields_seen(actor, person, tree), await self._cadre(work, person), visits)
        return Content(self._rules.wording.say("care.number", id=person.id), self.pages.whole(seen, tree))

    async def export(self, work: UnitOfWork, actor: Actor, why: str) -> tuple[Content, ...]:
        """Everybody with every field, as messages; for the community. Raises ``NotAllowed`` and ``WhyMissing``."""
        seen = await self.seen(work, actor, CareCommand.EXPORT, why, channel=CHAT)
        tree, say = await work.areas.tree(), self._rules.wording.say
        lines = ["｜".join(self.pages.whole(one, tree)) for one in seen]
        pages = [lines[start : start + A_MESSAGE] for start in range(0, len(lines), A_MESSAGE)] or [[say("care.empty")]]
        return tuple(Content(say("care.export_title", count=len(seen)), tuple(page)) for page in pages)

    async def looks(
        self, work: UnitOfWork, actor: Actor, *, back: timedelta = LOOKS_BACK, limit: int = SHOWN_LOOKS
    ) -> tuple[CareLook, ...]:
        """Who used the list of the person's areas, newest first. Raises ``NotAllowed``."""
        posts = posts_that_may(actor, CareCommand.LOOKS)
        if not posts:
            raise NotAllowed("care")
        tree = await work.areas.tree()
        # Whoever stands above an area and lists it has seen its people too.
        codes = {area.code for post in posts for area in (*tree.below(post.area_code), *tree.path(post.area_code))}
        return await work.care.looks(codes, self._clock() - back, limit=limit)

    async def looks_page(self, work: UnitOfWork, actor: Actor) -> Content:
        """The same as a message."""
        looks = await self.looks(work, actor)
        say = self._rules.wording.say
        if not looks:
            return Content(lines=(say("care.looks_empty"),))
        return Content(say("care.looks_title", count=len(looks)), tuple(map(self.pages.look, looks)))

    async def remove(self, work: UnitOfWork, actor: Actor, person_id: int, why: str, *, channel: str = CHAT) -> Content:
        """Takes somebody off the list and ends their visits. Raises as ``show`` does."""
        person, look = await self._one(work, actor, CareCommand.REMOVE, person_id, why, channel=channel)
        await work.care.remove(person.id, self._clock())
        await work.care_visits.end_of(person.id, self._clock())
        await work.care.record(look)
        return Content(lines=(self._rules.wording.say("care.removed", id=person.id),))

    async def put(
        self, work: UnitOfWork, actor: Actor, persons: Sequence[CarePerson], why: str, *, channel: str = CONSOLE
    ) -> int:
        """Adds and changes people; returns how many. Raises ``NotAllowed`` where any lies outside the own areas."""
        reason, tree = _reason(why), await work.areas.tree()
        if not all(self.may_write(actor, person.area_code, tree) for person in persons):
            raise NotAllowed("care")
        changed = await work.care.upsert(persons)
        (post, *_) = posts_that_may(actor, CareCommand.IMPORT)
        await work.care.record(self._look(actor, post, CareCommand.IMPORT, reason, channel, count=len(persons)))
        return changed

    @staticmethod
    def may_write(actor: Actor, area_code: str, tree: AreaTree) -> bool:
        """Whether the person may put people of this area on the list."""
        posts = posts_that_may(actor, CareCommand.IMPORT)
        return area_code in tree and any(tree.within(area_code, post.area_code) for post in posts)

    async def seen(
        self, work: UnitOfWork, actor: Actor, command: CareCommand, why: str, *, channel: str
    ) -> tuple[Seen, ...]:
        """Everybody with whom the person may do ``command``, with what they may see; the use is kept."""
        tree, posts = await work.areas.tree(), posts_that_may(actor, command)
        own = [post.id for post in actor.posts] if command in CADRES_MAY else []
        codes = {area.code for post in posts if post.area_code in tree for area in tree.below(post.area_code)}
        persons = await work.care.persons(codes, own)
        if not posts and not persons:
            raise NotAllowed("care")
        reason = _reason(why) if posts else why.strip()[:_LONGEST_WHY] or "paired"
        used = posts[0] if posts else next(post for post in actor.posts if is_paired(post, persons[0]))
        found = []
        for person in persons:
            visits = await work.care_visits.of_person(person.id, limit=SHOWN_VISITS)
            waiting = [visit for visit in visits if visit.ended_at is None]
            found.append(Seen(person, fields_seen(actor, person, tree), await self._cadre(work, person), waiting))
        await work.care.record(self._look(actor, used, command, reason, channel, count=len(found)))
        return tuple(found)

    async def _one(
        self, work: UnitOfWork, actor: Actor, command: CareCommand, person_id: int, why: str, *, channel: str = CHAT
    ) -> tuple[CarePerson, CareLook]:
        person, tree = await work.care.get(person_id), await work.areas.tree()
        if not may_do(actor, command, person, tree):
            # The same answer as for a number that nobody has, or asking would tell who is on the list.
            raise UnknownCarePerson(person_id)
        paired = [post for post in actor.posts if is_paired(post, person)]
        posts = [
            post for post in posts_that_may(actor, command) if tree.within(person.area_code, post.area_code)
        ] or paired
        reason = why.strip()[:_LONGEST_WHY] or "paired" if paired else _reason(why)
        look = self._look(actor, posts[0], command, reason, channel, person_id=person.id, count=1)
        return person, look

    def _look(
        self,
        actor: Actor,
        post: Staff,
        command: CareCommand,
        why: str,
        channel: str,
        *,
        person_id: int | None = None,
        count: int = 0,
    ) -> CareLook:
        return CareLook(
            self._clock(), actor.account, actor.name, post.role, post.area_code, command, channel, why, person_id, count
        )

    async def tell_of_console(self, work: UnitOfWork, actor: Actor, command: CareCommand, why: str) -> None:
        """Tells the person in whose name the command line was used, so that nobody else can do it unseen."""
        say = self._rules.wording.say
        line = say("care.console", command=say(f"care.command.{command}"), why=why)
        await work.outbox.add(Outgoing(self._platform, actor.account, Content(lines=(line,))))

    @staticmethod
    async def _cadre(work: UnitOfWork, person: CarePerson) -> Staff | None:
        return await work.staff.get(person.cadre_id) if person.cadre_id is not None else None


def _reason(why: str) -> str:
    reason = " ".join(why.split())[:_LONGEST_WHY]
    if len(reason) < _SHORTEST_WHY:
        raise WhyMissing
    return reason
