"""Takes what is said in groups: silence for chatter, a question at middling confidence, a ticket at high.

What belongs to a matter that is known already goes there instead (see ``routing.relation``).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.services.asking import AskingService
from bot.services.callback import CallBackService
from bot.services.care_watch import CareWatch
from bot.services.closing_answers import ClosingAnswerService
from bot.services.courtesies import CourtesyService
from bot.services.group_memory import GroupMemory
from bot.services.guide import GuideService
from bot.services.joining import JoiningService
from bot.services.ports import Clock, UnitOfWork
from bot.services.prompting import PromptGone, PromptNotYours
from bot.services.registration import NothingToRegister, RegistrationService, TooMany, TooManyHere
from bot.services.rules import Rules
from routing.conversation import asks_to_register
from routing.followup import FollowUp, follow_up_of, tells_where
from routing.groups import Group, GroupState
from routing.message import IncomingMessage
from routing.queries import Outlook, ticket_filter
from routing.relation import (
    AddReporter,
    Append,
    Contradict,
    KnownTicket,
    Leave,
    Open,
    OpenAlike,
    ProposeClose,
    Relation,
    Urge,
    relate,
)
from routing.ticket import OPEN_STATUSES, Status, Ticket
from routing.triage.decision import Ask, Decision, Ignore, Matter, OpenTicket
from routing.triage.engine import Triage
from routing.triage.matters import matters_of

MOST_KNOWN = 50
"""Recent tickets of a group that a message is compared with, of the service that it is about if it is about one."""

MOST_DECIDED = 1_000
"""Messages that were found to matter and are not dealt with yet; what was decided about them is kept till then."""


_ALIVE = OPEN_STATUSES | {Status.RESOLVED}


class IntakeService:
    """The use cases of a residents' group. Everything it writes belongs to the given unit of work."""

    def __init__(
        self,
        triage: Triage,
        rules: Rules,
        registration: RegistrationService,
        asking: AskingService,
        joining: JoiningService,
        callback: CallBackService,
        memory: GroupMemory,
        clock: Clock,
        care: CareWatch,
        guide: GuideService,
        courtesies: CourtesyService,
        closing: ClosingAnswerService,
    ) -> None:
        self._triage = triage
        self._rules = rules
        self._registration = registration
        self._asking = asking
        self._joining = joining
        self._callback = callback
        self._memory = memory
        self._clock = clock
        self._guide = guide
        self._courtesies = courtesies
        self._closing = closing
        self._decided: OrderedDict[int, Decision] = OrderedDict()
        self._care = care

    def may_matter(self, message: IncomingMessage) -> bool:
        """Whether the message may lead to anything; decided in memory, for most talk within microseconds."""
        if self._asking.may_be_answered_by(message):
            return True
        if message.mentions_bot or message.attachments or message.location is not None:
            return True
        if message.reply_to is not None and (message.reply_to.sender_is_bot_self or asks_to_register(message.text)):
            return True
        decision = self._triage.decide(message.text)
        matters = self._may_lead_on(message, decision)
        if matters:
            self._keep_in_mind(message, decision)
        return matters

    def _may_lead_on(self, message: IncomingMessage, decision: Decision) -> bool:
        if not isinstance(decision, Ignore) or self._care.may_worry(message.text):
            return True
        if decision.place is not None and (message.reply_to is not None or tells_where(message.text, decision.place)):
            return True
        if self._guide.may_answer(message.text):
            return True
        following = follow_up_of(message.text, self._rules.conversation.words)
        if following is None:
            return False
        if message.reply_to is not None:
            return True
        # Chatter is full of such words, so they are looked at only where they can add to a report.
        if following.kind is FollowUp.DETAIL:
            return self._memory.has_reported(message)
        return following.kind is not FollowUp.ALSO or self._memory.is_lively(message)

    def _keep_in_mind(self, message: IncomingMessage, decision: Decision) -> None:
        self._decided[message.update_id] = decision
        if len(self._decided) > MOST_DECIDED:
            self._decided.popitem(last=False)

    def outlook(self, messages: Sequence[IncomingMessage]) -> Outlook:
        """What handling these messages is going to look at: the groups' recent tickets and those of the writers."""
        now, rules = self._clock(), self._rules.conversation
        topics = ((one.chat_id, self._topic(self._decided.get(one.update_id))) for one in messages)
        return Outlook(
            messages=tuple(messages),
            topics=frozenset((chat_id, topic) for chat_id, topic in topics if topic is not None),
            statuses=_ALIVE,
            since=self._recent_since(now),
            limit=MOST_KNOWN,
            day=self._rules.wording.day(now),
            counted_since=now - rules.flood.window,
            heard_since=now - rules.same_person,
        )

    def _topic(self, decision: Decision | None) -> str | None:
        """The service of which neighbours' tickets matter beside a message: none, or all ("") where it names none."""
        if not isinstance(decision, Matter):
            return ""
        return decision.service_code if self._rules.conversation.is_shared(decision.service_code) else None

    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        """Deals with one message of a group; what the rules refuse is answered, not raised, since nobody pressed."""
        self._memory.begin(message)
        try:
            await self._handle(work, message)
        except (TooMany, TooManyHere) as refusal:
            # Whoever floods a group must not make the bot flood it, too.
            if self._memory.is_first_refusal(message, refusal.code, self._rules.conversation.flood.window):
                await self._registration.answer(work, message, f"error.{refusal.code}")
        except (NothingToRegister, PromptGone, PromptNotYours) as refusal:
            await self._registration.answer(work, message, f"error.{refusal.code}")

    async def _handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        group = await work.groups.get(message.platform, message.chat_id)
        if group is None or group.area_code is None or group.state is GroupState.LEFT:
            if message.mentions_bot:
                await self._registration.answer(work, message, "intake.unbound")
            return
        if await self._asking.answered(work, message) or await self._closing.heard(work, message):
            return
        if message.reply_to is not None and (asks_to_register(message.text) or _points_at(message)):
            await self._registration.register_reply(work, message)
            return
        if message.mentions_bot and await self._courtesies.heard(work, message):
            return
        decision = self._decided.pop(message.update_id, None)
        if decision is None:
            decision = self._triage.decide(message.text, has_media=bool(message.attachments))
        if message.edited and await self._follow_edit(work, message, decision):
            return
        alarm = await self._care.alarm(work, group.area_code, message.text, decision)
        if alarm is not None:
            await self._registration.raise_alarm(work, message, group.area_code, alarm)
            return
        if await work.staff.of_account(message.sender_id):
            await self._by_staff(work, message, decision)
            return
        if await self._callback.heard(work, message):
            return
        relation = await self._relation(work, message, decision)
        await self._act(work, group, message, decision, relation)

    async def _act(
        self, work: UnitOfWork, group: Group, message: IncomingMessage, decision: Decision, relation: Relation
    ) -> None:
        match relation:
            case Append(ticket, corrects):
                together = self._triage.decide(f"{ticket.text}，{message.text}")
                await self._joining.append(work, message, ticket.id, decision, together=together, corrects=corrects)
                self._memory.enliven(message)
            case AddReporter(ticket):
                await self._joining.add_reporter(work, message, ticket.id, decision)
                self._memory.enliven(message)
            case Urge(ticket):
                await self._joining.urge(work, message, ticket.id)
            case ProposeClose(ticket):
                await self._joining.propose_close(work, message, ticket)
            case Contradict(ticket):
                await self._joining.contradict(work, message, ticket)
            case OpenAlike(ticket):
                await self._open_alike(work, group, message, decision, ticket)
            case Open():
                await self._open(work, group, message, decision)
            case Leave():
                if message.mentions_bot:
                    await self._register(work, message, decision)
                elif await self._guide.heard(work, message, decision):
                    self._memory.enliven(message)
                elif message.attachments or decision.place is not None or message.location is not None:
                    self._memory.remember(message, decision.place)

    async def _open(self, work: UnitOfWork, group: Group, message: IncomingMessage, decision: Decision) -> None:
        if message.mentions_bot:
            await self._register(work, message, decision)
        elif await self._guide.heard(work, message, decision):
            return
        elif isinstance(decision, Ask):
            await self._asking.ask(work, message, decision)
        elif group.area_code is not None:
            await self._guide.wondered(work, message, group.area_code, decision)
            has_media = bool(message.attachments)
            outages = self._rules.conversation.outages
            for matter in matters_of(self._triage, message.text, has_media=has_media, whole=decision, outages=outages):
                await self._registration.open(work, message, group.area_code, matter, via="talk")

    async def _register(self, work: UnitOfWork, message: IncomingMessage, decision: Decision) -> None:
        """What is said to the bot is always registered; a question is answered besides."""
        await self._registration.register(work, message, via="mention")
        await self._guide.add_answer(work, message, decision)

    async def _open_alike(
        self, work: UnitOfWork, group: Group, message: IncomingMessage, decision: Decision, ticket: Ticket
    ) -> None:
        """ "+1" from another building: the neighbour's matter at the writer's own place."""
        alike = OpenTicket(
            ticket.service_code,
            ticket.appeal_type,
            ticket.urgency,
            confidence=1.0,
            place=decision.place,
            dangers=ticket.dangers,
            evidence=decision.evidence,
        )
        if group.area_code is not None:
            await self._registration.open(work, message, group.area_code, alike, via="joined")

    async def _by_staff(self, work: UnitOfWork, message: IncomingMessage, decision: Decision) -> None:
        """Those who handle matters mostly speak about them, so they are asked before a ticket is opened."""
        if message.mentions_bot:
            await self._registration.register(work, message, via="mention")
        elif not isinstance(decision, Ignore):
            await self._asking.ask(work, message, decision)

    async def _relation(self, work: UnitOfWork, message: IncomingMessage, decision: Decision) -> Relation:
        now = self._clock()
        rules = self._rules.conversation
        self._memory.learn(message, await work.tickets.heard_of(message.platform, message.chat_id))
        tickets: tuple[Ticket, ...] = ()
        topic = self._topic(decision)
        if topic is not None:
            recent = ticket_filter(
                platform=message.platform,
                group_chat_id=message.chat_id,
                service_code=topic,
                statuses=_ALIVE,
                since=self._recent_since(now),
            )
            tickets = await work.tickets.find(recent, limit=MOST_KNOWN)
        own = await work.tickets.find(
            self._rules.of_reporter(message.platform, message.sender_id, message.chat_id, None), limit=MOST_KNOWN
        )
        own_ids = {ticket.id for ticket in own}
        known = {ticket.id: ticket for ticket in (*tickets, *(one for one in own if one.status in _ALIVE))}
        answered = None
        if message.reply_to is not None:
            answered = await work.tickets.of_message(message.platform, message.chat_id, message.reply_to.message_id)
        return relate(
            message,
            decision,
            [
                KnownTicket(ticket, ticket.id in own_ids, ticket.last_said_at or ticket.created_at)
                for ticket in sorted(known.values(), key=_newest, reverse=True)
            ],
            rules,
            answered=answered,
            now=now,
        )

    def _recent_since(self, now: datetime) -> datetime:
        return now - max(self._rules.conversation.duplicate, self._rules.conversation.join)

    async def _follow_edit(self, work: UnitOfWork, message: IncomingMessage, decision: Decision) -> bool:
        """Adds what an edit changed to the ticket of the message; false where the message has none yet."""
        ticket = await work.tickets.of_message(message.platform, message.chat_id, message.message_id)
        if ticket is None:
            # Old talk that is polished is no report, unless it now says what it did not say before.
            return not (message.mentions_bot or isinstance(decision, OpenTicket))
        if ticket.is_open and ticket.reporter_id == message.sender_id and message.text not in ticket.text:
            corrected = replace(message, attachments=())
            await self._joining.append(work, corrected, ticket.id, decision, corrects=True)
        return True


def _points_at(message: IncomingMessage) -> bool:
    """Whether the bot is mentioned, with nothing else, in answer to what somebody said."""
    says_nothing = not message.text.strip() and not message.attachments and message.location is None
    is_about_bot = message.reply_to is not None and message.reply_to.sender_is_bot_self
    return message.mentions_bot and says_nothing and not is_about_bot


def _newest(ticket: Ticket) -> tuple[datetime, int]:
    return ticket.last_said_at or ticket.created_at, ticket.id
