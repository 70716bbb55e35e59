"""Takes what is said in groups: silence for chatter, a question at middling confidence, a ticket at high."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from bot.services.board import TicketBoard
from bot.services.opening import OpeningService, Request
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.conversation import asks_to_register
from routing.errors import QunbanError
from routing.groups import Group, GroupState, Prompt
from routing.message import IncomingMessage
from routing.outgoing import Button, Content, Outgoing
from routing.place import Place
from routing.script import script_of
from routing.staff import Actor
from routing.ticket import EventKind, Ticket, TicketEvent
from routing.triage.decision import Ask, Ignore, Matter, OpenTicket
from routing.triage.engine import Triage

REGISTER = "register"
DISMISS = "dismiss"

PROMPT_LIFETIME = timedelta(hours=24)
FLOOD_WINDOW = timedelta(minutes=10)
FLOOD_LIMIT = 5
"""More tickets than this by one person within the window are refused: no household has six troubles in ten minutes."""


class PromptGone(QunbanError):
    """The question was answered already, or has expired."""

    code = "prompt_gone"


class PromptNotYours(QunbanError):
    """Somebody else than the writer pressed a button of the question."""

    code = "prompt_not_yours"


class NothingToRegister(QunbanError):
    """登记 was sent as no reply, or as a reply to a message without text and photo."""

    code = "nothing_to_register"


class TooMany(QunbanError):
    """One person opened too many tickets within a short time."""

    code = "too_many"


class IntakeService:
    """The use cases of a residents' group. Everything it writes belongs to the given unit of work."""

    def __init__(self, triage: Triage, rules: Rules, opening: OpeningService, board: TicketBoard, clock: Clock) -> None:
        self._triage = triage
        self._rules = rules
        self._opening = opening
        self._board = board
        self._clock = clock

    def may_matter(self, message: IncomingMessage) -> bool:
        """Whether the message may lead to anything; decided in memory, for most talk within microseconds."""
        if message.mentions_bot or message.attachments or message.location is not None:
            return True
        if message.reply_to is not None and (message.reply_to.sender_is_bot_self or asks_to_register(message.text)):
            return True
        decision = self._triage.decide(message.text)
        return not isinstance(decision, Ignore) or decision.place is not None

    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        """Deals with one message of a group; what the rules refuse is answered, not raised, since nobody pressed."""
        try:
            await self._handle(work, message)
        except (TooMany, NothingToRegister) as refusal:
            await self._answer(work, message, f"error.{refusal.code}")

    async def _handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        group = await work.groups.get(message.platform, message.chat_id)
        if group is None or group.area_code is None or group.state is GroupState.LEFT:
            if message.mentions_bot:
                await self._answer(work, message, "intake.unbound")
            return
        if message.edited:
            await self._follow_edit(work, group, message)
            return
        if message.reply_to is not None and asks_to_register(message.text):
            await self.register_reply(work, message)
            return
        if await self._joins_own_ticket(work, message):
            return
        await self._triaged(work, group, message)

    async def register(self, work: UnitOfWork, message: IncomingMessage, *, via: str) -> Ticket | None:
        """Registers a message whatever triage thinks of it (``/report``, a mention, a private message)."""
        group = await work.groups.get(message.platform, message.chat_id)
        bound = group.area_code if group is not None else await self._last_area(work, message)
        if bound is None:
            key = "intake.unbound" if message.chat_kind == "group" else "intake.private_no_area"
            await self._answer(work, message, key)
            return None
        if not message.text.strip() and not message.attachments:
            await self._answer(work, message, "intake.empty_report")
            return None
        decision = self._triage.decide(message.text, addressed=True, has_media=bool(message.attachments))
        return await self._open(work, message, bound, decision, via=via)

    async def register_reply(self, work: UnitOfWork, message: IncomingMessage) -> Ticket | None:
        """Registers the message that was answered with 登记, for its author."""
        replied = message.reply_to
        if replied is None or replied.sender_is_bot_self or not (replied.text.strip() or replied.attachments):
            raise NothingToRegister
        known = await work.tickets.of_message(message.platform, message.chat_id, replied.message_id)
        if known is not None:
            await self._answer(work, message, "intake.already", number=known.number)
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

    async def answer_prompt(self, work: UnitOfWork, prompt_id: int, actor: Actor, *, register: bool) -> str:
        """Acts on 登记 or 不用 under a question; returns the key of what the person is told."""
        prompt = await work.prompts.get(prompt_id)
        if prompt is None or prompt.expires_at <= self._clock():
            raise PromptGone
        if prompt.message.sender_id != actor.account:
            raise PromptNotYours
        await work.prompts.take(prompt_id)
        if not register:
            return "intake.dismissed"
        group = await work.groups.get(prompt.message.platform, prompt.message.chat_id)
        if group is None or group.area_code is None:
            raise PromptGone
        decision = self._triage.decide(prompt.message.text, addressed=True, has_media=bool(prompt.message.attachments))
        await self._open(work, prompt.message, group.area_code, decision, via="confirmed")
        return "intake.registered_toast"

    async def _triaged(self, work: UnitOfWork, group: Group, message: IncomingMessage) -> None:
        if message.mentions_bot:
            await self.register(work, message, via="mention")
            return
        decision = self._triage.decide(message.text, has_media=bool(message.attachments))
        if isinstance(decision, OpenTicket) and group.area_code is not None:
            await self._open(work, message, group.area_code, decision, via="talk")
        elif isinstance(decision, Ask):
            await self._ask(work, message, decision)

    async def _open(
        self, work: UnitOfWork, message: IncomingMessage, bound: str, decision: Matter | Ignore, *, via: str
    ) -> Ticket | None:
        if isinstance(decision, Ignore):
            return None
        now = self._clock()
        recent = await self._recent(work, message, now - FLOOD_WINDOW)
        same = next((one for one in recent if one.is_open and one.service_code == decision.service_code), None)
        if same is not None and (same.place.building in {None, (decision.place or Place()).building}):
            await self._append(work, message, same, decision.place, now)
            return same
        if len(recent) >= FLOOD_LIMIT:
            raise TooMany
        is_group = message.chat_kind == "group"
        ticket = await self._opening.open(
            work,
            Request(
                platform=message.platform,
                chat_id=message.chat_id if is_group else None,
                thread_id=message.thread_id,
                message_id=message.message_id,
                reporter=message.sender_id,
                reporter_name=message.sender_name,
                text=message.text,
                script=script_of(message.text),
                service_code=decision.service_code,
                appeal_type=decision.appeal_type,
                urgency=decision.urgency,
                place=decision.place or Place(),
                bound_area=bound,
                dangers=decision.dangers,
                attachments=message.attachments,
                evidence=[asdict(one) for one in decision.evidence],
                via=via,
            ),
            now,
        )
        if not is_group:
            await self._answer(work, message, "intake.registered", number=ticket.number)
        return ticket

    async def _ask(self, work: UnitOfWork, message: IncomingMessage, matter: Ask) -> None:
        now = self._clock()
        prompt = await work.prompts.ask(
            Prompt(0, message, matter.service_code, asked_at=now, expires_at=now + PROMPT_LIFETIME)
        )
        script, say = script_of(message.text), self._rules.wording.say
        service = self._rules.catalogue.get(matter.service_code)
        buttons = (
            Button(say("button.register", script), REGISTER, prompt.id),
            Button(say("button.dismiss", script), DISMISS, prompt.id),
        )
        content = Content(
            say("intake.ask_title", script, service=service.name),
            (say("intake.ask", script, owner=say(f"owner.{service.owner}")),),
            (buttons,),
        )
        await work.outbox.add(_reply(message, content))

    async def _joins_own_ticket(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Takes photos, a late address and replies to the ticket's messages as part of the writer's own ticket."""
        now = self._clock()
        if message.reply_to is not None and message.reply_to.sender_is_bot_self:
            ticket = await work.tickets.of_message(message.platform, message.chat_id, message.reply_to.message_id)
            if ticket is not None and ticket.is_open and ticket.reporter_id == message.sender_id:
                decision = self._triage.decide(message.text)
                place = decision.place
                await self._append(work, message, ticket, place, now)
                return True
        decision = self._triage.decide(message.text)
        only_place = isinstance(decision, Ignore) and decision.place is not None
        only_media = not message.text.strip() and bool(message.attachments)
        in_album = message.media_group_id is not None and not message.text.strip()
        if not (only_place or only_media or in_album):
            return False
        recent = await self._recent(work, message, now - self._rules.reply_window)
        ticket = next((one for one in recent if one.is_open), None)
        if ticket is None or (only_place and not only_media and not ticket.place.is_empty):
            return False
        await self._append(work, message, ticket, decision.place, now)
        return True

    async def _append(
        self, work: UnitOfWork, message: IncomingMessage, ticket: Ticket, place: Place | None, now: datetime
    ) -> None:
        ticket = await work.tickets.lock(ticket.id)
        if message.attachments:
            await work.tickets.add_attachments(ticket.id, message.attachments)
            ticket = await work.tickets.lock(ticket.id)
        if place is not None:
            ticket = replace(ticket, place=ticket.place.merged_with(place))
        if message.text.strip() and message.text not in ticket.text:
            ticket = replace(ticket, text=f"{ticket.text}\n{message.text}")
        ticket = await work.tickets.save(ticket)
        await work.tickets.link_message(ticket.id, message.platform, message.chat_id, message.message_id)
        data = {"text": message.text, "attachments": len(message.attachments)}
        event = TicketEvent(ticket.id, EventKind.DETAIL_ADDED, now, message.sender_id, message.sender_name, data)
        await work.tickets.record(event)
        await self._board.post(work, ticket, now)
        assignee = await self._board.assignee(work, ticket)
        if message.attachments and assignee is not None:
            photos = Content(lines=(ticket.number,), attachments=message.attachments)
            await self._board.tell(work, ticket, assignee.account, photos)

    async def _follow_edit(self, work: UnitOfWork, group: Group, message: IncomingMessage) -> None:
        ticket = await work.tickets.of_message(message.platform, message.chat_id, message.message_id)
        if ticket is None:
            if message.mentions_bot or isinstance(self._triage.decide(message.text), OpenTicket):
                await self._triaged(work, group, message)
            return
        if ticket.is_open and ticket.reporter_id == message.sender_id and message.text not in ticket.text:
            await self._append(work, message, ticket, self._triage.decide(message.text).place, self._clock())

    async def _recent(self, work: UnitOfWork, message: IncomingMessage, since: datetime) -> tuple[Ticket, ...]:
        return await work.tickets.find(
            self._rules.of_reporter(message.platform, message.sender_id, message.chat_id, since),
            limit=FLOOD_LIMIT + 1,
        )

    async def _last_area(self, work: UnitOfWork, message: IncomingMessage) -> str | None:
        """Where the writer of a private message last reported something; a private chat has no area of its own."""
        earlier = await work.tickets.find(
            self._rules.of_reporter(message.platform, message.sender_id, None, None), limit=1
        )
        return earlier[0].area_code if earlier else None

    async def _answer(self, work: UnitOfWork, message: IncomingMessage, key: str, **fields: object) -> None:
        say = self._rules.wording.say
        await work.outbox.add(_reply(message, Content(lines=(say(key, script_of(message.text), **fields),))))


def _reply(message: IncomingMessage, content: Content) -> Outgoing:
    return Outgoing(
        platform=message.platform,
        chat_id=message.chat_id,
        thread_id=message.thread_id,
        content=content,
        reply_to=message.message_id,
    )
