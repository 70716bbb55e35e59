"""Answers questions from the service items and the list of certificates, before anybody opens a ticket for them.

Which words the items go by is held in memory, so that most talk costs a search and no statement. The register may be
changed by another process at any time; whatever message is dealt with anyway sees the change, and now and then
a question that nothing else is made of is looked at more closely, so that a new item does not wait for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.services.guide_cards import GuideCards
from bot.services.open_questions import OpenQuestionService
from bot.services.ports import Clock, UnitOfWork
from bot.services.registration import RegistrationService
from bot.services.rules import Rules
from routing.catalogue import AppealType
from routing.groups import Prompt
from routing.guide.items import Certificate, Entry, GuideRules, ServiceItem, guide_of
from routing.guide.matching import GuideMatcher
from routing.guide.replying import Answered, AskBack, GuideReply, reply_of, services_of
from routing.message import IncomingMessage
from routing.outgoing import Content, reply_to
from routing.script import Script, script_of
from routing.triage.decision import Decision, Ignore, Matter
from routing.triage.engine import Triage

LOOK_AGAIN = timedelta(minutes=1)
"""For how long what the register held is trusted without asking; a question beyond that is looked at more closely."""

_TALK = Ignore()


class GuideService:
    """The guide of a district, and its answers to what is said in groups and private chats."""

    def __init__(
        self,
        triage: Triage,
        rules: Rules,
        guide_rules: GuideRules,
        certificates: Sequence[Certificate],
        questions: OpenQuestionService,
        registration: RegistrationService,
        clock: Clock,
    ) -> None:
        self._triage = triage
        self._rules = rules
        self.guide_rules = guide_rules
        self._certificates = tuple(certificates)
        self._questions = questions
        self._registration = registration
        self._clock = clock
        self.cards = GuideCards(rules.wording, guide_rules.promise)
        self._items: tuple[ServiceItem, ...] = ()
        self._looked_at: datetime | None = None
        self._compile()

    def may_answer(self, text: str) -> bool:
        """Whether talk in which triage sees nothing may be a question for the guide; decided in memory."""
        if reply_of(self._matcher.consult(text), _TALK, self._services) is not None:
            return True
        # A clock that was set back gives a negative time.
        is_stale = self._looked_at is None or not timedelta() <= self._clock() - self._looked_at <= LOOK_AGAIN
        return is_stale and self._matcher.may_ask(text)

    async def heard(self, work: UnitOfWork, message: IncomingMessage, decision: Decision | None = None) -> bool:
        """Answers the message or asks back; false where it is none of the guide's business.

        ``decision`` is what triage makes of it, for whoever has asked already.
        """
        decision = decision or self._triage.decide(message.text, has_media=bool(message.attachments))
        reply = await self._reply(work, message, decision)
        if reply is None:
            return False
        codes = (reply.code,) if isinstance(reply, Answered) else reply.codes
        entries = [entry for code in codes if (entry := self._matcher.guide.find(code)) is not None]
        script, now = script_of(message.text), self._clock()
        service = decision.service_code if isinstance(decision, Matter) else entries[0].service_code
        prompt = await work.prompts.ask(
            Prompt(0, message, service, asked_at=now, expires_at=now + self.guide_rules.answer_lifetime)
        )
        content = (
            self.cards.which(entries, script, prompt.id)
            if isinstance(reply, AskBack)
            else self.cards.answer(entries[0], script, prompt.id)
        )
        await work.outbox.add(reply_to(message, content))
        return True

    async def add_answer(self, work: UnitOfWork, message: IncomingMessage, decision: Decision) -> None:
        """Answers a message that was registered because it asked for that; nothing is left to be ordered."""
        reply = await self._reply(work, message, decision)
        entry = self._matcher.guide.find(reply.code) if isinstance(reply, Answered) else None
        if entry is not None:
            content = self.cards.answer(entry, script_of(message.text), None)
            await work.outbox.add(reply_to(message, content))

    async def wondered(
        self,
        work: UnitOfWork,
        message: IncomingMessage,
        area_code: str | None = None,
        decision: Decision | None = None,
    ) -> None:
        """Keeps, masked, a question about services that has become a ticket because nothing answered it.

        Without ``area_code`` it belongs to where its writer last reported something; where nobody knows that, it is
        not kept.
        """
        decision = decision or self._triage.decide(message.text, has_media=bool(message.attachments))
        if not isinstance(decision, Matter) or decision.appeal_type is not AppealType.CONSULT:
            return
        if decision.service_code in self._services:
            area_code = area_code or await self._registration.area_of(work, message)
            if area_code is not None:
                await self._questions.keep(work, message.text, area_code, decision.service_code)

    async def entry(self, work: UnitOfWork, code: str) -> Entry | None:
        """The entry of this code; none where it has been taken off."""
        await self.refresh(work)
        return self._matcher.guide.find(code)

    async def whole(self, work: UnitOfWork, code: str, script: Script) -> Content:
        """Everything about an entry, for the private chat."""
        entry = await self.entry(work, code)
        if entry is None:
            return Content(lines=(self._rules.wording.say("guide.gone", script),))
        return self.cards.whole(entry, script)

    async def refresh(self, work: UnitOfWork) -> None:
        """Takes the register as it is now; in a transaction that has read any register this costs no statement."""
        items = await work.items.all()
        if items is not self._items and items != self._items:
            self._items = items
            self._compile()
        self._looked_at = self._clock()

    def _compile(self) -> None:
        guide = guide_of(self._items, self._certificates)
        self._matcher = GuideMatcher(guide, self.guide_rules, self._triage.segmenter)
        self._services = services_of(guide)

    async def _reply(self, work: UnitOfWork, message: IncomingMessage, decision: Decision) -> GuideReply | None:
        await self.refresh(work)
        reply = reply_of(self._matcher.consult(message.text), decision, self._services)
        if reply is None or not self._matcher.guide.has_local_items:
            return reply
        # Only a real question costs the look at where it comes from; in private that is a statement.
        area_code = await self._registration.area_of(work, message)
        tree = await work.areas.tree()
        if area_code is None or area_code not in tree:
            return reply
        holding = self._matcher.guide.holding_in([area.code for area in tree.path(area_code)])
        return reply_of(self._matcher.consult(message.text, holding), decision, self._services)
