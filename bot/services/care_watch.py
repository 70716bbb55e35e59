"""Notices when a report concerns somebody on the care list: it is handled sooner, and the paired cadre hears of it.

Nothing of this reaches a group: see ``routing.unseen``. Whether anybody is concerned is decided in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.services.board import TicketBoard
from bot.services.ports import UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from routing.areas import AreaTree
from routing.care_match import AbsenceReader, CareEntry, CareIndex
from routing.care_visits import CareRules
from routing.catalogue import AppealType, Urgency
from routing.outgoing import Content
from routing.place import Place
from routing.placement import locate
from routing.staff import Role, Staff
from routing.ticket import Ticket
from routing.triage.decision import Decision, OpenTicket
from routing.unseen import raised, raised_urgency


@dataclass(frozen=True, slots=True)
class Alarm:
    """Somebody on the care list is not seen: the matter that this is, and the ticket that is open about it already."""

    matter: OpenTicket
    ticket_id: int | None


class CareWatch:
    """Asked whenever a ticket is opened or added to."""

    def __init__(self, rules: Rules, care: CareRules, board: TicketBoard) -> None:
        self._rules = rules
        self._care = care
        self._board = board
        self._absence = AbsenceReader(care.unseen)

    def may_worry(self, text: str) -> bool:
        """Whether a message may be a worried neighbour's; decided in memory."""
        return self._absence.tells(text)

    async def alarm(self, work: UnitOfWork, bound_area: str, text: str, decision: Decision) -> Alarm | None:
        """The emergency that a message is which says that somebody on the list is not seen; none for other messages."""
        if not self._absence.tells(text):
            return None
        tree = await work.areas.tree()
        place = decision.place or Place()
        anchors = locate(tree, bound_area, place, text).anchors
        area_code = max(anchors, key=lambda code: len(tree.path(code)))
        missed = await self._spoken_of(work, tree, area_code, place, text)
        if not missed:
            return None
        matter = OpenTicket(
            self._care.service,
            AppealType.HELP,
            Urgency.EMERGENCY,
            confidence=1.0,
            place=decision.place,
            dangers=self._care.dangers,
        )
        if isinstance(decision, OpenTicket) and decision.urgency is Urgency.EMERGENCY:
            matter = decision
        return Alarm(matter, await work.care.emergency_of([entry.person_id for entry in missed]))

    async def raised(
        self, work: UnitOfWork, ticket: Ticket, account: int, text: str, now: datetime
    ) -> tuple[Ticket, tuple[CareEntry, ...]]:
        """The ticket one step more pressing where it concerns somebody on the list, and whom it concerns.

        ``account`` and ``text`` are of who reports it or adds to it now.
        """
        index = await work.care.index()
        if not len(index):
            return ticket, ()
        writers = await self._writers(work, index, ticket, account)
        found = [*writers, *index.at(ticket.area_path, ticket.place)]
        if self._absence.tells(text):
            found += await self._spoken_of(work, await work.areas.tree(), ticket.area_code, ticket.place, text)
        concerned = tuple({entry.person_id: entry for entry in found}.values())
        urgency = raised_urgency(ticket) if concerned else None
        if urgency is not None:
            ticket = raised(ticket, urgency, self._rules.due_times(ticket.service_code, urgency, now))
        return ticket, concerned

    @staticmethod
    async def _writers(work: UnitOfWork, index: CareIndex, ticket: Ticket, account: int) -> tuple[CareEntry, ...]:
        """Who of the list writes with the account, of the district that the ticket lies in.

        Who reports without a name is not known again, or the cadre would learn who it was.
        """
        known = () if ticket.anonymous else index.of_account(account)
        if not known:
            return ()
        tree, root = await work.areas.tree(), ticket.area_path.partition("/")[0]
        return tuple(entry for entry in known if entry.area_code in tree and tree.within(entry.area_code, root))

    async def tell(
        self, work: UnitOfWork, ticket: Ticket, concerned: Sequence[CareEntry], text: str, now: datetime
    ) -> None:
        """Tells the cadre of each person whom the ticket concerns, in private and once."""
        new = await work.care.concern(ticket.id, [entry.person_id for entry in concerned], now)
        if not new:
            return
        tree, say = await work.areas.tree(), self._rules.wording.say
        key = "care.unseen" if self._absence.tells(text) else "care.concerned"
        for entry in concerned:
            if entry.person_id not in new:
                continue
            fields = {
                "name": entry.name,
                "home": self._rules.wording.home(tree, entry.area_code, entry.place),
                "service": self._rules.wording.service(ticket.service_code),
                "number": ticket.number,
            }
            content = Content(say(f"{key}_title"), (say(key, **fields),))
            for account in dict.fromkeys(post.account for post in await self._cadres(work, entry, tree, now)):
                await self._board.tell(work, ticket, account, content)

    async def _spoken_of(
        self, work: UnitOfWork, tree: AreaTree, area_code: str, place: Place, text: str
    ) -> tuple[CareEntry, ...]:
        return (await work.care.index()).spoken_of(text, area_code, place, tree, self._care.unseen)

    async def _cadres(self, work: UnitOfWork, entry: CareEntry, tree: AreaTree, now: datetime) -> tuple[Staff, ...]:
        """The paired cadre; where there is none, or nobody can reach them, the community."""
        if entry.cadre_id is not None:
            cadre = await work.staff.get(entry.cadre_id)
            if cadre.account is not None and cadre.reachable:
                return (cadre,)
        codes = [area.code for area in tree.path(entry.area_code)] if entry.area_code in tree else []
        posts = there_now(self._rules, await work.staff.posts([Role.COMMUNITY], codes), now)
        return tuple(post for post in posts if post.on_duty and post.reachable)
