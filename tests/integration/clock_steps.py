"""Steps that the flows about limits share: a moment, a tick of the clock job, and what people were told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.services.board import TicketBoard
from bot.services.cards import CardMaker
from bot.services.clockwork import ClockService
from routing.escalation_plan import SpecialPlan
from routing.ticket import Ticket
from routing.ticket_events import EventKind
from tests.town import SHANGHAI, Town

LOCK = "/report 3栋单元门锁坏了，关不上"
"""Two working hours to claim, twenty-four to finish."""


def at(moment: str) -> datetime:
    """A moment of the district's time, as 11-23 11:30."""
    return datetime.strptime(f"2026-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)


async def tick(town: Town, moment: str) -> Ticket:
    """The clock job ticks at ``moment``; returns the newest ticket."""
    town.clock.now = at(moment)
    await town.sweep()
    return (await town.tickets())[-1]


async def said(town: Town, person: int, part: str) -> int:
    """How many messages of a person's private chat contain ``part``."""
    return len([one for one in await town.texts(person) if part in one])


async def escalations(town: Town, ticket: Ticket) -> list[tuple[object, object, object]]:
    """Level, limit and names of each escalation on record."""
    return [
        (event.data["level"], event.data["limit"], event.data["names"])
        for event in await town.events(ticket)
        if event.kind is EventKind.ESCALATED
    ]


def clockwork_with(town: Town, special: SpecialPlan) -> ClockService:
    """The clock of the district with one more plan."""
    rules = town.cases.rules
    policy = replace(rules.clocks.policy, special=(special,))
    rules = replace(rules, clocks=replace(rules.clocks, policy=policy))
    return ClockService(rules, TicketBoard(rules, CardMaker(rules.wording)), town.clock)
