"""What the clock says to people: reminders, questions, escalations, urges without an answer; quiet at night."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.services.board import TicketBoard
from bot.services.ports import UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from routing.assign import posts_at
from routing.escalation import IDLE, ClockStep, lapse_at
from routing.escalation_plan import ACCEPT, Channel
from routing.organisation import Step
from routing.outgoing import Button, Content
from routing.staff import Staff
from routing.ticket import Action, Ticket

_ANSWERS = (Action.PROGRESS, Action.TRANSFER, Action.ASK_RETURN)


class ClockNotices:
    """Adds the messages about what fell due to the outbox."""

    def __init__(self, rules: Rules, board: TicketBoard) -> None:
        self._rules = rules
        self._board = board

    async def remind(
        self, work: UnitOfWork, ticket: Ticket, step: ClockStep, owner: Step, holder: Staff | None, now: datetime
    ) -> None:
        """The holder hears which limit is nearly used up; for a ticket in the pool, all of its owner's step."""
        for name, due in step.reminders:
            line = self._rules.wording.say(
                f"clock.remind_{name}", number=ticket.number, due=self._rules.wording.moment(due)
            )
            told = await self._in_charge(work, ticket, owner, holder, now)
            await self._tell(work, ticket, told, Content(lines=(line,)), now)

    async def question(self, work: UnitOfWork, ticket: Ticket, holder: Staff | None, now: datetime) -> None:
        """The holder is asked whether anything happens, with the buttons that answer it."""
        say = self._rules.wording.say
        until = lapse_at(replace(ticket, questioned_at=now), self._rules.clocks)
        due = self._rules.wording.moment(until or now)
        row = tuple(Button(say(f"button.{action}"), action, ticket.id) for action in _ANSWERS)
        content = Content(
            say("clock.question_title", number=ticket.number), (say("clock.question", due=due),), buttons=(row,)
        )
        await self._tell(work, ticket, (holder,), content, now)

    async def hand_over_lapsed(self, work: UnitOfWork, ticket: Ticket, holder: Staff | None, now: datetime) -> None:
        """The lead hears that the other unit did not answer, so that it stays theirs."""
        if ticket.hand_over is not None:
            asked = await work.staff.get(ticket.hand_over.to_post)
            line = self._rules.wording.say("hand_over.lapsed_lead", number=ticket.number, name=asked.name)
            await self._tell(work, ticket, (holder,), Content(lines=(line,)), now)

    async def urge_expired(self, work: UnitOfWork, ticket: Ticket, holder: Staff | None, now: datetime) -> None:
        """Whoever urged it hears that nothing came of it."""
        if ticket.urged_by is None or ticket.urge_due_at is None:
            return
        wording = self._rules.wording
        line = wording.say(
            "clock.urge_expired",
            number=ticket.number,
            due=wording.moment(ticket.urge_due_at),
            name=holder.name if holder is not None else wording.say("digest.holder.pool"),
        )
        await self._tell(work, ticket, (await work.staff.get(ticket.urged_by),), Content(lines=(line,)), now)

    async def escalated(
        self,
        work: UnitOfWork,
        before: Ticket,
        step: ClockStep,
        after: Ticket,
        holder: Staff | None,
        superiors: tuple[Staff, ...],
        now: datetime,
    ) -> None:
        """The holder hears that it went up, the superiors why and who has it now."""
        say = self._rules.wording.say
        late, cause = self._cause(before, step, now)
        names = "、".join(post.name for post in superiors) or say("role.supervisor")
        is_taken = step.release or step.decide
        key = "lapsed" if step.cause == IDLE else "pool" if step.release else "holder" if late else "early"
        told = Content(lines=(say(f"clock.escalated_{key}", number=before.number, name=names), cause))
        await self._tell(work, before, (holder,), told, now)
        title = say("clock.escalated_superior" if late else "clock.early_superior", level=after.escalation_level)
        decider = next((post.name for post in superiors if post.id == after.assignee_id), None)
        if step.decide and decider is not None:
            current = say("clock.must_decide", name=decider, count=before.lapses)
        else:
            current = say("card.handler.pool") if holder is None or is_taken else holder.name
        content = Content(title, (before.number, cause, current))
        channels = self._rules.clocks.policy.plan_for(before).channels
        if Channel.PRIVATE in channels:
            await self._tell(work, before, superiors, content, now)
        if Channel.STAFF_GROUP in channels:
            await self._board.tell_staff_groups(work, before, content, silent=self._rules.is_quiet(before, now))

    def _cause(self, before: Ticket, step: ClockStep, now: datetime) -> tuple[bool, str]:
        """Whether a limit has run out (a plan may take it up before), and what to say of it."""
        say, wording = self._rules.wording.say, self._rules.wording
        if step.cause == IDLE:
            return True, say("clock.cause_idle")
        due = before.accept_due_at if step.cause == ACCEPT else before.resolve_due_at
        if due > now:
            return False, say(f"clock.cause_{step.cause}_early", due=wording.moment(due))
        return True, say(f"clock.cause_{step.cause}", late=wording.span(now - due))

    async def _in_charge(
        self, work: UnitOfWork, ticket: Ticket, owner: Step, holder: Staff | None, now: datetime
    ) -> tuple[Staff, ...]:
        if holder is not None:
            return (holder,)
        there = there_now(self._rules, await work.staff.posts(owner.roles, owner.area_codes), now)
        return tuple(post for post in posts_at(owner, there, ticket.service_code) if post.on_duty)

    async def _tell(
        self, work: UnitOfWork, ticket: Ticket, posts: Iterable[Staff | None], content: Content, now: datetime
    ) -> None:
        silent = self._rules.is_quiet(ticket, now)
        for account in dict.fromkeys(post.account for post in posts if post is not None):
            await self._board.tell(work, ticket, account, content, silent=silent)
