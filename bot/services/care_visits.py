"""Visits (三必到): asked for by the clock or by a call, reported with buttons, taken up the chain when missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.services.awaited_words import LIFETIME, await_words
from bot.services.care_list import CHAT, CareListService
from bot.services.care_pages import Seen
from bot.services.desk import Answer, Press
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from bot.services.visit_cards import VisitCards
from routing.care import (
    CareCommand,
    CareField,
    CareLook,
    CarePerson,
    UnknownCarePerson,
    fields_seen,
    is_paired,
    may_do,
    posts_that_may,
)
from routing.care_visits import (
    CareRules,
    Slot,
    Visit,
    VisitAction,
    VisitState,
    called_slot,
    checked,
    ended,
    slots_at,
    unmet,
)
from routing.errors import NotAllowed, QunbanError
from routing.message import IncomingMessage
from routing.outgoing import Content, Outgoing
from routing.staff import Actor, Staff

EXPECTS_VISIT = "visit_report"
"""The visitor is to write how they found the person."""

BATCH = 50
"""Visits of one transaction."""
SHORTEST_REPORT = 2
LONGEST_REPORT = 500
SHOWN = 20


class ReportUnclear(QunbanError):
    """What was found on a visit is said in too few words, or in too many."""

    code = "visit_report_unclear"

    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(shortest, longest)
        self.shortest = shortest
        self.longest = longest


class CareVisitService:
    """Use cases of visits. All of it is said in private chats."""

    def __init__(self, rules: Rules, care: CareRules, lists: CareListService, clock: Clock, *, platform: str) -> None:
        self._rules = rules
        self._care = care
        self._lists = lists
        self._clock = clock
        self._zone = rules.clocks.calendar.timezone
        self._cards = VisitCards(rules, lists.pages, care.visits.chain, platform=platform)

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH) -> int:
        """Asks for visits whose occasion has come and looks at those that are due; says how many, 0 when all is done.

        Of several processes that tick at once each takes others.
        """
        now, done = self._clock(), 0
        for slot in slots_at(self._care.occasions, self._care.visits, now, self._zone):
            opened = await self._open(work, slot, limit=limit)
            done += len(opened)
            if done >= limit:
                return done
        for visit in await work.care_visits.take_due(now, limit=limit):
            await self._look_at(work, visit, now)
            done += 1
        return done

    async def call(self, work: UnitOfWork, actor: Actor, occasion: str, person_id: int | None, why: str) -> Answer:
        """Asks for visits on an occasion that no calendar knows, to one person or to all of the caller's areas.

        Raises ``UnknownOccasion``, ``UnknownCarePerson`` and ``NotAllowed``.
        """
        posts = posts_that_may(actor, CareCommand.CALL)
        if not posts:
            raise NotAllowed("care")
        wanted = self._care.occasion(occasion)
        tree, now = await work.areas.tree(), self._clock()
        codes = {area.code for post in posts for area in tree.below(post.area_code)}
        persons = await work.care.persons(codes)
        if person_id is not None:
            persons = tuple(one for one in persons if one.id == person_id)
            if not persons:
                raise UnknownCarePerson(person_id)
        slot = called_slot(wanted, now, self._zone)
        opened = await self._open(work, slot, limit=len(persons) + 1, person_ids=[one.id for one in persons])
        post = posts[0]
        await work.care.record(
            CareLook(
                now,
                actor.account,
                actor.name,
                post.role,
                post.area_code,
                CareCommand.CALL,
                CHAT,
                why or wanted.name,
                person_id,
                len(opened),
            )
        )
        return Answer("care.called", {"occasion": wanted.name, "count": len(opened)})

    async def begin_report(self, work: UnitOfWork, press: Press, visit_id: int) -> Answer:
        """Asks somebody who was there how they found the person; a sentence is awaited in the private chat."""
        visit, person, _ = await self._taken(work, press.actor, visit_id)
        visit.moved(VisitAction.REPORT)
        until = self._clock() + LIFETIME
        await await_words(work, press.platform, press.actor.account, EXPECTS_VISIT, until, data={"visit": visit.id})
        answer = Answer("care.visit.tell", {"name": person.name})
        line = self._rules.wording.say(answer.key, **answer.fields)
        await work.outbox.add(Outgoing(press.platform, press.actor.account, Content(lines=(line,))))
        return answer

    async def take_report(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer | None:
        """Takes the sentence that was awaited; none where nothing is awaited any more. Raises ``ReportUnclear``."""
        dialogue = await work.prompts.dialogue(message.platform, message.chat_id, actor.account)
        if dialogue is None or dialogue.expects != EXPECTS_VISIT or dialogue.expires_at <= self._clock():
            return None
        report = " ".join(message.text.split())
        if not SHORTEST_REPORT <= len(report) <= LONGEST_REPORT:
            raise ReportUnclear(SHORTEST_REPORT, LONGEST_REPORT)
        await work.prompts.end(message.platform, message.chat_id, actor.account)
        visit, person, post = await self._taken(work, actor, int(str(dialogue.data["visit"])))
        done = ended(visit, VisitAction.REPORT, self._clock(), post.id, report)
        await work.care_visits.save(done)
        await self._cards.show_everywhere(work, done, person)
        return Answer("care.visit.kept", {"name": person.name})

    async def not_met(self, work: UnitOfWork, press: Press, visit_id: int) -> Answer:
        """Somebody came and met nobody: it goes up at once."""
        visit, person, post = await self._taken(work, press.actor, visit_id)
        now = self._clock()
        after = unmet(visit, self._care.visits, now)
        await work.care_visits.save(after)
        superiors = await self._cards.superiors(work, person, after.level, now)
        await self._cards.show_everywhere(work, after, person)
        await self._cards.tell_superiors(work, after, person, superiors, "care.visit.unmet_title")
        names = "、".join(dict.fromkeys(one.name for one in superiors)) or post.name
        return Answer("care.visit.went_up", {"names": names}, is_alert=True)

    async def open_visits(self, work: UnitOfWork, actor: Actor) -> Content:
        """The visits that the person has to make, and those that are overdue or unmet in the areas they watch."""
        posts = posts_that_may(actor, CareCommand.VISITS)
        tree, say = await work.areas.tree(), self._rules.wording.say
        own_ids = [post.id for post in actor.posts]
        codes = {area.code for post in posts if post.area_code in tree for area in tree.below(post.area_code)}
        visits = await work.care_visits.open_of(codes, own_ids)
        if not visits and not posts and not await work.care.persons(cadre_ids=own_ids):
            raise NotAllowed("care")
        lines, now = [], self._clock()
        for visit in visits:
            person = await work.care.get(visit.person_id)
            fields = fields_seen(actor, person, tree)
            is_mine = any(is_paired(post, person) for post in actor.posts)
            if not fields or (not is_mine and visit.state is VisitState.OPEN and visit.due_at > now):
                continue
            seen = Seen(person, fields - {CareField.VISITS, CareField.KINDS, CareField.CADRE})
            shown = self._lists.pages.line(seen, tree)
            lines.append(f"{self._lists.pages.visit(visit, with_report=False)}｜{shown}")
        await self._record(work, actor, posts, len(lines))
        if not lines:
            return Content(lines=(say("care.visits_empty"),))
        more = (say("lists.more", count=len(lines) - SHOWN),) if len(lines) > SHOWN else ()
        return Content(say("care.visits_title", count=len(lines)), (*lines[:SHOWN], *more))

    async def lines(self, work: UnitOfWork, area_code: str, since: datetime, until: datetime) -> tuple[str, ...]:
        """What a digest says of the visits of an area: counts alone."""
        tree = await work.areas.tree()
        counts = await work.care_visits.counts({area.code for area in tree.below(area_code)}, since, until)
        if not counts:
            return ()
        found = {state.value: counts.get(state, 0) for state in VisitState}
        return (self._rules.wording.say("care.digest", **found),)

    async def _record(self, work: UnitOfWork, actor: Actor, posts: Sequence[Staff], count: int) -> None:
        post = next(iter((*posts, *actor.posts)))
        await work.care.record(
            CareLook(
                self._clock(),
                actor.account,
                actor.name,
                post.role,
                post.area_code,
                CareCommand.VISITS,
                CHAT,
                "visits",
                None,
                count,
            )
        )

    async def _open(
        self, work: UnitOfWork, slot: Slot, *, limit: int, person_ids: Sequence[int] | None = None
    ) -> tuple[Visit, ...]:
        opened = await work.care_visits.open_slot(slot, self._care.visits, limit=limit, person_ids=person_ids)
        for visit in opened:
            for older in await work.care_visits.older(visit):
                await work.care_visits.save(ended(older, VisitAction.SUPERSEDE, self._clock()))
            person = await work.care.get(visit.person_id)
            cadre = await self._cards.cadre(work, visit)
            if cadre is not None:
                await self._cards.tell_cadre(work, visit, person, cadre, "care.visit.title")
            elif visit.cadre_id is not None:
                # Nobody can reach the cadre in the chat, so it is as if nobody were paired.
                await work.care_visits.save(replace(visit, cadre_id=None, next_check_at=slot.opens_at))
        return opened

    async def _look_at(self, work: UnitOfWork, visit: Visit, now: datetime) -> None:
        person = await work.care.get(visit.person_id)
        if person.removed_at is not None:
            await work.care_visits.save(ended(visit, VisitAction.CANCEL, now))
            return
        step = checked(visit, self._care.visits, now)
        await work.care_visits.save(step.after)
        if step.remind:
            cadre = await self._cards.cadre(work, visit)
            if cadre is not None:
                await self._cards.tell_cadre(work, step.after, person, cadre, "care.visit.reminder", anew=True)
        if step.climbs:
            superiors = await self._cards.superiors(work, person, step.after.level, now)
            is_unmet = visit.state is VisitState.UNMET
            title = "care.visit.unmet_title" if is_unmet else "care.visit.missed_title"
            if visit.cadre_id is None and now < visit.due_at:
                title = "care.visit.nobody_title"
            await self._cards.tell_superiors(work, step.after, person, superiors, title)

    async def _taken(self, work: UnitOfWork, actor: Actor, visit_id: int) -> tuple[Visit, CarePerson, Staff]:
        """The visit locked for somebody who may report it: the cadre, or whoever in the chain may know the person."""
        visit = await work.care_visits.lock(visit_id)
        person, tree = await work.care.get(visit.person_id), await work.areas.tree()
        if CareField.NAME not in fields_seen(actor, person, tree) or not may_do(
            actor, CareCommand.VISITS, person, tree
        ):
            raise NotAllowed("care")
        post = next((post for post in actor.posts if is_paired(post, person)), None)
        return visit, person, post or posts_that_may(actor, CareCommand.VISITS)[0]
