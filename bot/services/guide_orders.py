"""The buttons under an answer of the guide: 材料清单, 帮我办, 预约, 没答上, and the choice of a question back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.services.desk import Answer, Press, TicketDesk
from bot.services.guide import GuideService
from bot.services.guide_cards import START_ITEM
from bot.services.open_questions import OpenQuestionService
from bot.services.ports import UnitOfWork
from bot.services.prompting import PromptGone, PromptNotYours
from bot.services.registration import RegistrationService
from bot.services.whereabouts import WhereaboutsService
from routing.catalogue import AppealType, Urgency
from routing.groups import Prompt
from routing.guide.checklist import Appointment, checklist_of, halves
from routing.guide.items import Entry, ServiceItem, UnknownItem
from routing.outgoing import Content
from routing.script import script_of
from routing.ticket import Ticket
from routing.ticket_events import EventKind, TicketEvent
from routing.triage.decision import OpenTicket

VIA_GUIDE = "guide"
"""``Ticket.via`` of what somebody ordered, or was not answered, from the guide."""


class GuideOrderService:
    """Acts on the buttons. All but the list are for whoever asked."""

    def __init__(
        self,
        guide: GuideService,
        registration: RegistrationService,
        whereabouts: WhereaboutsService,
        questions: OpenQuestionService,
        desk: TicketDesk,
    ) -> None:
        self._guide = guide
        self._registration = registration
        self._whereabouts = whereabouts
        self._questions = questions
        self._desk = desk

    async def whole(self, work: UnitOfWork, press: Press, prompt_id: int, code: str) -> Answer:
        """Opens the private chat on the whole entry, whether the person has written to the bot before or not."""
        await self._entry(work, code)
        return Answer("guide.opens_private", start=f"{START_ITEM}{code}")

    async def pick(self, work: UnitOfWork, press: Press, prompt_id: int, code: str) -> Answer:
        """The question back is answered: the entry takes its place."""
        prompt = await self._prompt(work, press, prompt_id)
        entry = await self._entry(work, code)
        content = self._guide.cards.answer(entry, script_of(prompt.message.text), prompt_id)
        await self._desk.change_message(work, press, content)
        return Answer("guide.title", {"name": entry.name})

    async def delegate(self, work: UnitOfWork, press: Press, prompt_id: int, code: str) -> Answer:
        """帮我办: a ticket with the papers of the item."""
        prompt, item = await self._prompt(work, press, prompt_id), await self._item(work, code)
        ticket = await self._ordered(work, press, prompt, item)
        return self._told("guide.delegated", ticket)

    async def offer_appointments(self, work: UnitOfWork, press: Press, prompt_id: int, code: str) -> Answer:
        """预约: asks for a half day of the next working days."""
        prompt, item = await self._prompt(work, press, prompt_id), await self._item(work, code)
        if not item.bookable:
            raise UnknownItem(code)
        script = script_of(prompt.message.text)
        content = self._guide.cards.when(item, self._offered(prompt), script, prompt_id)
        await self._desk.change_message(work, press, content)
        return Answer("guide.choose_appointment", {"name": item.name})

    async def book(self, work: UnitOfWork, press: Press, prompt_id: int, argument: str) -> Answer:
        """The half day is chosen: a ticket with the papers and the appointment."""
        index, _, code = argument.partition(".")
        prompt, item = await self._prompt(work, press, prompt_id), await self._item(work, code)
        offered = self._offered(prompt)
        if not item.bookable or not index.isdecimal() or int(index) >= len(offered):
            raise UnknownItem(code)
        chosen = offered[int(index)]
        ticket = await self._ordered(work, press, prompt, item, chosen)
        return self._told("guide.booked", ticket, when=self._guide.cards.appointment(chosen))

    async def not_answered(self, work: UnitOfWork, press: Press, prompt_id: int, code: str) -> Answer:
        """没答上: a ticket, with the papers where the entry has some, and a question for the community's list."""
        prompt = await self._prompt(work, press, prompt_id)
        entry = await self._guide.entry(work, code)
        return await self._passed_on(work, press, prompt, entry, code)

    async def neither(self, work: UnitOfWork, press: Press, prompt_id: int) -> Answer:
        """都不是: a ticket as there would have been without the guide, and a question for the list."""
        prompt = await self._prompt(work, press, prompt_id)
        return await self._passed_on(work, press, prompt, None, "")

    async def _passed_on(
        self, work: UnitOfWork, press: Press, prompt: Prompt, entry: Entry | None, code: str
    ) -> Answer:
        ticket = await self._open(work, prompt, prompt.service_code, AppealType.CONSULT)
        if ticket is None:
            return Answer("guide.no_area", is_alert=True)
        await self._questions.keep(work, prompt.message.text, ticket.area_code, prompt.service_code, code)
        if isinstance(entry, ServiceItem):
            ticket = await self._listed(work, ticket, entry, None)
        answer = Answer("guide.passed_on", {"number": ticket.number})
        await self._settle_message(work, press, prompt, entry, answer)
        return answer

    async def _ordered(
        self, work: UnitOfWork, press: Press, prompt: Prompt, item: ServiceItem, appointment: Appointment | None = None
    ) -> Ticket | None:
        ticket = await self._open(work, prompt, item.service_code, AppealType.HELP)
        if ticket is None:
            return None
        ticket = await self._listed(work, ticket, item, appointment)
        when = self._guide.cards.appointment(appointment) if appointment is not None else ""
        key = "guide.booked" if appointment is not None else "guide.delegated"
        answer = Answer(key, {"number": ticket.number, "when": when})
        await self._settle_message(work, press, prompt, item, answer)
        return ticket

    async def _open(self, work: UnitOfWork, prompt: Prompt, service_code: str, appeal: AppealType) -> Ticket | None:
        """A ticket for the question, or the one that its writer has of this service since a short while.

        None where nobody knows which area it belongs to: then its writer is asked, and the question is registered with
        the answer.
        """
        area_code = await self._registration.area_of(work, prompt.message)
        await work.prompts.take(prompt.id)
        if area_code is None:
            await self._whereabouts.register(work, prompt.message, via="private")
            return None
        matter = OpenTicket(service_code, appeal, Urgency.NORMAL, confidence=1.0)
        opened = await self._registration.open(work, prompt.message, area_code, matter, via=VIA_GUIDE)
        # It may be an earlier one that was added to, which has moved on since it was read.
        return await work.tickets.lock(opened.id) if opened is not None else None

    async def _listed(
        self, work: UnitOfWork, ticket: Ticket, item: ServiceItem, appointment: Appointment | None
    ) -> Ticket:
        """The ticket with the papers of the item, on all its cards."""
        now, desk = self._desk.clock(), self._desk
        if ticket.checklist is not None and ticket.checklist.item_code == item.code:
            checklist = replace(ticket.checklist, appointment=appointment or ticket.checklist.appointment)
        else:
            checklist = checklist_of(item, appointment)
        listed = await work.tickets.save(replace(ticket, checklist=checklist))
        data: dict[str, object] = {"item": item.code, "papers": len(checklist.papers)}
        if appointment is not None:
            data |= {"day": appointment.day.isoformat(), "half": appointment.half.value}
        await work.tickets.record(TicketEvent(ticket.id, EventKind.LISTED, now, data=data))
        await desk.board.post(work, listed, now)
        return listed

    async def _settle_message(
        self, work: UnitOfWork, press: Press, prompt: Prompt, entry: Entry | None, answer: Answer
    ) -> None:
        """Leaves the answer where it stands, with what became of it in the place of the buttons."""
        script = script_of(prompt.message.text)
        line = self._desk.rules.wording.say(answer.key, script, **answer.fields)
        shown = self._guide.cards.answer(entry, script, None) if entry is not None else Content()
        await self._desk.change_message(work, press, Content(shown.title, (*shown.lines, line), shown.buttons))

    def _told(self, key: str, ticket: Ticket | None, **fields: object) -> Answer:
        if ticket is None:
            return Answer("guide.no_area", is_alert=True)
        return Answer(key, {"number": ticket.number, **fields})

    def _offered(self, prompt: Prompt) -> tuple[Appointment, ...]:
        """The half days of the next working days after the question, so that they stay the same until the press."""
        calendar, wanted = self._desk.rules.clocks.calendar, self._guide.guide_rules.appointment_days
        day = prompt.asked_at.astimezone(calendar.timezone).date()
        days: list[date] = []
        while len(days) < wanted:
            day += timedelta(days=1)
            if calendar.is_workday(day):
                days.append(day)
        return halves(days)

    async def _prompt(self, work: UnitOfWork, press: Press, prompt_id: int) -> Prompt:
        """The question that the button belongs to; raises ``PromptGone`` and ``PromptNotYours``."""
        prompt = await work.prompts.get(prompt_id)
        if prompt is None or prompt.expires_at <= self._desk.clock():
            raise PromptGone
        if prompt.message.sender_id != press.actor.account:
            raise PromptNotYours
        return prompt

    async def _entry(self, work: UnitOfWork, code: str) -> Entry:
        entry = await self._guide.entry(work, code)
        if entry is None:
            raise UnknownItem(code)
        return entry

    async def _item(self, work: UnitOfWork, code: str) -> ServiceItem:
        entry = await self._entry(work, code)
        if not isinstance(entry, ServiceItem):
            raise UnknownItem(code)
        return entry
