"""Registers matters: what triage is sure of, what somebody confirms, and what is to be registered whatever it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.services.care_watch import Alarm, CareWatch
from bot.services.group_memory import Forerunner, GroupMemory
from bot.services.joining import JoiningService
from bot.services.needs import NeedService
from bot.services.opening import OpeningService, Request
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.conversation import without_name
from routing.errors import QunbanError
from routing.flood import Flood, flood_of
from routing.followup import plain
from routing.message import IncomingMessage
from routing.outgoing import Content, reply_to
from routing.place import Place
from routing.relation import are_apart, outgrows_question
from routing.script import script_of
from routing.ticket import Ticket
from routing.triage.decision import Decision, Ignore, Matter
from routing.triage.engine import Triage
from routing.triage.matters import matters_of

SMALL_TALK = 8
"""Characters, without blanks and punctuation, of a private message that may be no more than a greeting (你好, 谢谢)."""

_FOR_ONESELF = frozenset({"command", "private"})
"""Ways of reporting in which the writer may ask to stay unknown."""


class NothingToRegister(QunbanError):
    """登记 was sent as no reply, or as a reply to a message without text and photo."""

    code = "nothing_to_register"


class TooMany(QunbanError):
    """One person opened too many tickets within a short time."""

    code = "too_many"


class TooManyHere(QunbanError):
    """Too many tickets were opened in one group within a short time."""

    code = "too_many_here"


class RegistrationService:
    """Turns messages into tickets, one matter each, and never the same matter twice."""

    def __init__(
        self,
        triage: Triage,
        rules: Rules,
        opening: OpeningService,
        joining: JoiningService,
        memory: GroupMemory,
        needs: NeedService,
        clock: Clock,
        care: CareWatch,
    ) -> None:
        self._triage = triage
        self._rules = rules
        self._opening = opening
        self._joining = joining
        self._memory = memory
        self._needs = needs
        self._clock = clock
        self._flood = rules.conversation.flood
        self._care = care

    async def register(
        self, work: UnitOfWork, message: IncomingMessage, *, via: str, bound: str | None = None, asked: str = ""
    ) -> Ticket | None:
        """Registers a message whatever triage thinks of it (``/report``, a mention, a private message).

        ``bound`` is where it belongs; without it, the area of the group, or where its writer reported something last.
        ``asked`` is the service about which its writer was asked and said yes.
        """
        bound = bound or await self.area_of(work, message)
        if bound is None:
            key = "intake.unbound" if message.chat_kind == "group" else "intake.private_no_area"
            await self.answer(work, message, key)
            return None
        unnamed = without_name(message.text) if via in _FOR_ONESELF else None
        if unnamed is not None:
            message = replace(message, text=unnamed)
        if not message.text.strip() and not message.attachments:
            await self.answer(work, message, "intake.empty_report")
            return None
        matters = self._matters(message, asked)
        alarm = await self._care.alarm(work, bound, message.text, matters[0])
        if alarm is not None:
            return await self.raise_alarm(work, message, bound, alarm, via=via, anonymous=unnamed is not None)
        ticket = None
        for matter in matters:
            opened = await self.open(work, message, bound, matter, via=via, anonymous=unnamed is not None)
            ticket = opened or ticket
        return ticket

    def _matters(self, message: IncomingMessage, asked: str) -> Sequence[Decision]:
        """What the message is about; what its writer was asked and agreed to stays, however little named it."""
        has_media = bool(message.attachments)
        outages = self._rules.conversation.outages
        matters = matters_of(self._triage, message.text, addressed=True, has_media=has_media, outages=outages)
        if not asked or any(isinstance(one, Matter) and one.service_code == asked for one in matters):
            return matters
        again = self._triage.decide(message.text, has_media=has_media)
        return (again,) if isinstance(again, Matter) and again.service_code == asked else matters

    async def raise_alarm(
        self,
        work: UnitOfWork,
        message: IncomingMessage,
        bound: str,
        alarm: Alarm,
        *,
        via: str = "talk",
        anonymous: bool = False,
    ) -> Ticket | None:
        """Somebody on the care list is not seen: an emergency, whoever says it and however triage weighs the words."""
        if alarm.ticket_id is None or anonymous:
            return await self.open(work, message, bound, alarm.matter, via=via, anonymous=anonymous)
        return await self._joining.add_reporter(work, message, alarm.ticket_id, alarm.matter)

    def says_too_little(self, message: IncomingMessage) -> bool:
        """Whether what is said in private is a greeting or a word in which nobody hears a matter, not even a place."""
        if message.attachments or message.location is not None or without_name(message.text) is not None:
            return False
        decision = self._triage.decide(message.text)
        if not isinstance(decision, Ignore) or decision.place is not None or decision.evidence:
            return False
        return len(plain(message.text)) <= SMALL_TALK

    async def register_reply(self, work: UnitOfWork, message: IncomingMessage) -> Ticket | None:
        """Registers the message that was answered with 登记, for its author."""
        replied = message.reply_to
        if replied is None or replied.sender_is_bot_self or not (replied.text.strip() or replied.attachments):
            raise NothingToRegister
        known = await work.tickets.of_message(message.platform, message.chat_id, replied.message_id)
        if known is not None:
            await self.answer(work, message, "intake.already", number=known.number)
            return None
        original = replace(
            message,
            message_id=replied.message_id,
            sender_id=replied.sender_id,
            sender_name=replied.sender_name,
            text=replied.text,
            attachments=replied.attachments,
            reply_to=None,
            mentions_bot=True,
        )
        return await self.register(work, original, via="registered")

    async def open(
        self,
        work: UnitOfWork,
        message: IncomingMessage,
        bound: str,
        matter: Decision,
        *,
        via: str,
        anonymous: bool = False,
    ) -> Ticket | None:
        """Opens a ticket, or adds to the one that the writer opened about the same thing a short while ago.

        An ``anonymous`` report is neither joined to one under a name nor points to its message.
        """
        if isinstance(matter, Ignore):
            return None
        now = self._clock()
        recent = await self._recent(work, message, now - self._flood.window)
        place = matter.place or Place()
        same = next(
            (
                one
                for one in recent
                if one.is_open and _is_alike(one, matter, anonymous) and not are_apart(place, one.place)
            ),
            None,
        )
        if same is not None:
            await self._joining.append(work, message, same.id, matter)
            return same
        await self._require_calm(work, message, matter, recent, now)
        before = tuple(one for one in self._memory.take(message) if one.message_id != message.message_id)
        is_need = not anonymous and self._needs.is_need(matter.part or message.text, matter)
        request = _request(message, matter, before, bound, via=via, anonymous=anonymous, quiet=is_need)
        ticket = await self._opening.open(work, request, now)
        for one in () if anonymous else before:
            await work.tickets.link_message(ticket.id, message.platform, message.chat_id, one.message_id)
        if message.chat_kind != "group" and not anonymous:
            # An edit, or an answer to one's own words, is about this matter.
            await work.tickets.link_message(ticket.id, message.platform, message.chat_id, message.message_id)
        self._memory.enliven(message)
        if is_need:
            await self._needs.take_over(work, ticket, message, bound)
        elif message.chat_kind != "group" and await work.staff.of_account(message.sender_id):
            # A resident has the card of the ticket in the private chat; for staff it says nothing that they could do.
            await self.answer(work, message, "intake.registered", number=ticket.number)
        return ticket

    async def area_of(self, work: UnitOfWork, message: IncomingMessage) -> str | None:
        """The area that a message comes from: its group's, or in private the one that its writer last reported from."""
        group = await work.groups.get(message.platform, message.chat_id)
        return group.area_code if group is not None else await self.last_area(work, message)

    async def answer(self, work: UnitOfWork, message: IncomingMessage, key: str, **fields: object) -> None:
        """One sentence in answer to the message, in its writer's script."""
        line = self._rules.wording.say(key, script_of(message.text), **fields)
        await work.outbox.add(reply_to(message, Content(lines=(line,))))

    async def _recent(self, work: UnitOfWork, message: IncomingMessage, since: datetime) -> tuple[Ticket, ...]:
        chat_id = message.chat_id if message.chat_kind == "group" else None
        wanted = self._rules.of_reporter(message.platform, message.sender_id, chat_id, since)
        return await work.tickets.find(wanted, limit=self._flood.person + 1)

    async def _require_calm(
        self, work: UnitOfWork, message: IncomingMessage, matter: Matter, by_person: Sequence[Ticket], now: datetime
    ) -> None:
        in_group = 0
        if message.chat_kind == "group":
            since = now - self._flood.window
            in_group = await work.tickets.count_open(message.platform, message.chat_id, since)
        match flood_of(self._flood, matter.urgency, by_person=len(by_person), in_group=in_group):
            case Flood.PERSON:
                raise TooMany
            case Flood.GROUP:
                raise TooManyHere

    async def last_area(self, work: UnitOfWork, message: IncomingMessage) -> str | None:
        """Where the writer of a private message last reported something; a private chat has no area of its own."""
        wanted = self._rules.of_reporter(message.platform, message.sender_id, None, None)
        earlier = await work.tickets.find(wanted, limit=1)
        return earlier[0].area_code if earlier else None


def _is_alike(ticket: Ticket, matter: Matter, anonymous: bool) -> bool:
    if outgrows_question(matter, ticket):
        return False
    return ticket.service_code == matter.service_code and ticket.anonymous == anonymous


def _request(
    message: IncomingMessage,
    matter: Matter,
    before: Sequence[Forerunner],
    bound: str,
    *,
    via: str,
    anonymous: bool,
    quiet: bool,
) -> Request:
    """What is asked for by the message, with the places and photos that came before its words."""
    return Request(
        platform=message.platform,
        chat_id=message.chat_id if message.chat_kind == "group" else None,
        thread_id=message.thread_id,
        message_id=None if anonymous else message.message_id,
        reporter=message.sender_id,
        reporter_name="" if anonymous else message.sender_name,
        text=matter.part or message.text,
        script=script_of(message.text),
        service_code=matter.service_code,
        appeal_type=matter.appeal_type,
        urgency=matter.urgency,
        place=_with_earlier(matter.place or Place(), before),
        bound_area=bound,
        dangers=matter.dangers,
        attachments=(*(file for one in before for file in one.attachments), *message.attachments),
        evidence=matter.evidence,
        alternatives=matter.alternatives,
        via=via,
        anonymous=anonymous,
        point=message.location or next((one.point for one in reversed(before) if one.point), None),
        quiet=quiet,
    )


def _with_earlier(place: Place, before: Sequence[Forerunner]) -> Place:
    for one in reversed(before):
        if one.place is not None:
            place = place.merged_with(one.place)
    return place
