"""What the clock says to people: reminders, questions, escalations, urges without an answer; quiet at night."""

from __future__ import annotations

from collections.abc import Iterable

from bot.services.board import TicketBoard
from bot.services.contradiction import tell_of_rule
from bot.services.ports import Clock, UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from bot.services.street_rating import ask_street
from routing.assign import posts_at
from routing.clock_notice import ClockNotice, WaitingNotice
from routing.escalation import IDLE
from routing.escalation_plan import Channel
from routing.outgoing import Button, Content
from routing.staff import Staff
from routing.ticket import Action, Ticket

_ANSWERS = (Action.PROGRESS, Action.TRANSFER, Action.ASK_RETURN)


class ClockNotices:
    """Adds the messages about what fell due, and the new states of the cards, to the outbox."""

    def __init__(self, rules: Rules, board: TicketBoard, clock: Clock) -> None:
        self._rules = rules
        self._board = board
        self._clock = clock

    async def tell(self, work: UnitOfWork, waiting: WaitingNotice) -> None:
        """Says all of it: cards show the ticket as it is now, messages tell of the moment at which it happened."""
        notice, ticket, step = waiting.notice, waiting.ticket, waiting.notice.step
        if step.archive:
            await ask_street(work, self._rules, self._board, ticket)
        holder = await work.staff.get(notice.holder_id) if notice.holder_id is not None else None
        superiors = tuple([await work.staff.get(one) for one in notice.superior_ids])
        quiet = self._rules.is_quiet(ticket, notice.at)
        await self._board.post(work, ticket, self._clock(), also=superiors, silent=quiet)
        await self._remind(work, ticket, notice, holder)
        if step.hand_over_lapsed:
            await self._hand_over_lapsed(work, ticket, notice, holder)
        if step.question:
            await self._question(work, ticket, notice, holder)
        if step.urge_expired:
            await self._urge_expired(work, ticket, notice, holder)
        if step.redo_until is not None:
            await tell_of_rule(work, self._rules, self._board, ticket)
        if step.escalate_to_level is not None:
            await self._escalated(work, ticket, notice, holder, superiors)

    async def _remind(self, work: UnitOfWork, ticket: Ticket, notice: ClockNotice, holder: Staff | None) -> None:
        """The holder hears which limit is nearly used up; for a ticket in the pool, all of its owner's step."""
        for name, due in notice.step.reminders:
            line = self._rules.wording.say(
                f"clock.remind_{name}", number=ticket.number, due=self._rules.wording.moment(due)
            )
            told = (holder,) if holder is not None else await self._owners(work, ticket, notice)
            await self._tell(work, ticket, notice, told, Content(lines=(line,)))

    async def _question(self, work: UnitOfWork, ticket: Ticket, notice: ClockNotice, holder: Staff | None) -> None:
        """The holder is asked whether anything happens, with the buttons that answer it."""
        say = self._rules.wording.say
        due = self._rules.wording.moment(notice.answer_by or notice.at)
        row = tuple(Button(say(f"button.{action}"), action, ticket.id) for action in _ANSWERS)
        content = Content(
            say("clock.question_title", number=ticket.number), (say("clock.question", due=due),), buttons=(row,)
        )
        await self._tell(work, ticket, notice, (holder,), content)

    async def _hand_over_lapsed(
        self, work: UnitOfWork, ticket: Ticket, notice: ClockNotice, holder: Staff | None
    ) -> None:
        """The lead hears that the other unit did not answer, so that it stays theirs."""
        if notice.offered_to is not None:
            asked = await work.staff.get(notice.offered_to)
            line = self._rules.wording.say("hand_over.lapsed_lead", number=ticket.number, name=asked.name)
            await self._tell(work, ticket, notice, (holder,), Content(lines=(line,)))

    async def _urge_expired(self, work: UnitOfWork, ticket: Ticket, notice: ClockNotice, holder: Staff | None) -> None:
        """Whoever urged it hears that nothing came of it."""
        if notice.urged_by is None or notice.urge_due_at is None:
            return
        wording = self._rules.wording
        line = wording.say(
            "clock.urge_expired",
            number=ticket.number,
            due=wording.moment(notice.urge_due_at),
            name=holder.name if holder is not None else wording.say("digest.holder.pool"),
        )
        await self._tell(work, ticket, notice, (await work.staff.get(notice.urged_by),), Content(lines=(line,)))

    async def _escalated(
        self,
        work: UnitOfWork,
        ticket: Ticket,
        notice: ClockNotice,
        holder: Staff | None,
        superiors: tuple[Staff, ...],
    ) -> None:
        """The holder hears that it went up, the superiors why and who has it now."""
        say, step = self._rules.wording.say, notice.step
        late, cause = self._cause(notice)
        names = "、".join(post.name for post in superiors) or say("role.supervisor")
        is_taken = step.release or step.decide
        key = "lapsed" if step.cause == IDLE else "pool" if step.release else "holder" if late else "early"
        told = Content(lines=(say(f"clock.escalated_{key}", number=ticket.number, name=names), cause))
        await self._tell(work, ticket, notice, (holder,), told)
        title = say("clock.escalated_superior" if late else "clock.early_superior", level=notice.level)
        decider = next((post.name for post in superiors if post.id == notice.decider_id), None)
        if decider is not None:
            current = say("clock.must_decide", name=decider, count=notice.lapses)
        else:
            current = say("card.handler.pool") if holder is None or is_taken else holder.name
        content = Content(title, (ticket.number, cause, current))
        if Channel.PRIVATE in notice.channels:
            await self._tell(work, ticket, notice, superiors, content)
        if Channel.STAFF_GROUP in notice.channels:
            quiet = self._rules.is_quiet(ticket, notice.at)
            await self._board.tell_staff_groups(work, ticket, content, silent=quiet)

    def _cause(self, notice: ClockNotice) -> tuple[bool, str]:
        """Whether a limit has run out (a plan may take it up before), and what to say of it."""
        say, wording, cause = self._rules.wording.say, self._rules.wording, notice.step.cause
        if notice.due_at is None:
            return True, say("clock.cause_idle")
        if notice.due_at > notice.at:
            return False, say(f"clock.cause_{cause}_early", due=wording.moment(notice.due_at))
        return True, say(f"clock.cause_{cause}", late=wording.span(notice.at - notice.due_at))

    async def _owners(self, work: UnitOfWork, ticket: Ticket, notice: ClockNotice) -> tuple[Staff, ...]:
        owner = self._rules.ladder(ticket, await work.areas.tree())[0]
        there = there_now(self._rules, await work.staff.posts(owner.roles, owner.area_codes), notice.at)
        return tuple(post for post in posts_at(owner, there, ticket.service_code) if post.on_duty)

    async def _tell(
        self,
        work: UnitOfWork,
        ticket: Ticket,
        notice: ClockNotice,
        posts: Iterable[Staff | None],
        content: Content,
    ) -> None:
        silent = self._rules.is_quiet(ticket, notice.at)
        for account in dict.fromkeys(post.account for post in posts if post is not None):
            await self._board.tell(work, ticket, account, content, silent=silent)
