"""Opens a ticket: from what triage understood to a dispatched row, its events, its limits and the first messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.services.board import TicketBoard
from bot.services.care_watch import CareWatch
from bot.services.help_calls import HelpService
from bot.services.ports import Clock, UnitOfWork
from bot.services.rota import there_now, turns
from bot.services.rules import Rules
from routing.areas import AreaTree
from routing.assign import Assignment, assign, posts_needed
from routing.catalogue import AppealType, Urgency
from routing.duty import Ownership, emergency_recipients, owner_of
from routing.message import Attachment, GeoPoint
from routing.outgoing import Content
from routing.place import Place
from routing.placement import Location, locate, without_own_name
from routing.privacy import mask_numbers
from routing.script import Script
from routing.staff import Role, Staff
from routing.ticket import Status, Ticket, new_ticket
from routing.ticket_events import EventKind, Reporter, TicketEvent
from routing.tree_memory import TreeMemory
from routing.triage.decision import Evidence
from routing.triage.evidence_rows import EVIDENCE, rows_of


@dataclass(frozen=True, slots=True)
class Request:
    """What is to become a ticket, from whichever way it came in."""

    platform: str
    chat_id: int | None
    """The residents' group; none for what came in private."""
    thread_id: int | None
    message_id: int | None
    reporter: int
    reporter_name: str
    text: str
    script: Script
    service_code: str
    appeal_type: AppealType
    urgency: Urgency
    place: Place
    bound_area: str
    dangers: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    evidence: Sequence[Evidence] = ()
    alternatives: tuple[str, ...] = ()
    via: str = "talk"
    """How it came in: see ``Ticket.via``."""
    point: GeoPoint | None = None
    anonymous: bool = False
    """Whether nobody may learn who reports it; name and message are then left empty."""
    quiet: bool = False
    """Whether nobody is told of it, since it ends at once: a need that goes on its list."""


class OpeningService:
    """Opens and dispatches tickets."""

    def __init__(
        self, rules: Rules, board: TicketBoard, clock: Clock, care: CareWatch, help_calls: HelpService
    ) -> None:
        self._rules = rules
        self._board = board
        self._clock = clock
        self._care = care
        self._help = help_calls
        self._owners: TreeMemory[tuple[Ownership, frozenset[Role], frozenset[str]]] = TreeMemory()

    async def open(self, work: UnitOfWork, request: Request, now: datetime) -> Ticket:
        """Writes the ticket with number, owner, assignee and limits, and puts all first messages into the outbox."""
        tree = await work.areas.tree()
        own = without_own_name(request.place, tree, request.bound_area, request.text)
        request = request if own is request.place else replace(request, place=own)
        location = locate(tree, request.bound_area, request.place, request.text)
        assignment = await self.assignment(work, tree, location, request.service_code, request.urgency)
        ticket = self._fresh(request, tree, location, assignment, now)
        ticket, concerned = await self._care.raised(work, ticket, request.reporter, request.text, now)
        ticket = self._rules.scheduled(ticket, tree, now)
        day = self._rules.wording.day(now)
        ticket = await work.tickets.add(ticket, number_scope=location.grid_code or ticket.area_code, day=day)
        await work.tickets.add_reporter(
            Reporter(ticket.id, request.reporter, request.reporter_name, request.message_id, now, said=request.text)
        )
        if request.chat_id is not None and request.message_id is not None:
            await work.tickets.link_message(ticket.id, request.platform, request.chat_id, request.message_id)
        await work.tickets.record(_opened(ticket, request, now), self._dispatched(ticket, assignment, now))
        if not request.quiet:
            await self._announce(work, ticket, assignment, now)
        await self._care.tell(work, ticket, concerned, request.text, now)
        await self._help.offer_if_suitable(work, ticket)
        return ticket

    def _fresh(
        self, request: Request, tree: AreaTree, location: Location, assignment: Assignment, now: datetime
    ) -> Ticket:
        """The ticket as it is dispatched, not yet stored."""
        limits = self._rules.due_times(request.service_code, request.urgency, now)
        area_code = finest(tree, location)
        return new_ticket(
            id=0,
            number="",
            status=Status.DISPATCHED,
            service_code=request.service_code,
            appeal_type=request.appeal_type,
            urgency=request.urgency,
            text=request.text,
            place=request.place,
            area_code=area_code,
            area_path=path_of(tree, area_code),
            owner=assignment.ownership.kind,
            owner_area_code=assignment.ownership.area_code,
            owner_reason=assignment.ownership.reason,
            platform=request.platform,
            script=request.script,
            created_at=now,
            dispatched_at=now,
            accept_due_at=limits.accept_due_at,
            resolve_due_at=limits.resolve_due_at,
            group_chat_id=request.chat_id,
            group_thread_id=request.thread_id,
            source_message_id=request.message_id,
            reporter_id=request.reporter,
            reporter_name=request.reporter_name,
            dangers=request.dangers,
            attachments=request.attachments,
            assignee_id=assignment.assignee.id if assignment.assignee else None,
            last_said_at=now,
            via=request.via,
            point=request.point,
            anonymous=request.anonymous,
        )

    async def relocated(self, work: UnitOfWork, ticket: Ticket) -> Ticket:
        """The ticket where its changed place puts it; nobody who has claimed it loses it by that.

        Where another grid is responsible, a ticket that still waits to be claimed goes to that grid's handler. Its
        limits go on.
        """
        tree = await work.areas.tree()
        area_code = finest(tree, locate(tree, await self.bound_area(work, ticket), ticket.place, ticket.text))
        if area_code == ticket.area_code:
            return ticket
        moved = replace(ticket, area_code=area_code, area_path=path_of(tree, area_code))
        return await self.redispatched(work, moved) if ticket.status is Status.DISPATCHED else moved

    async def redispatched(self, work: UnitOfWork, ticket: Ticket) -> Ticket:
        """The ticket in the hands of whom its place and service now belong to; its limits go on."""
        tree = await work.areas.tree()
        location = locate(tree, await self.bound_area(work, ticket), ticket.place, ticket.text)
        assignment = await self.assignment(work, tree, location, ticket.service_code, ticket.seen_urgency)
        await work.tickets.record(self._dispatched(ticket, assignment, self._clock()))
        return replace(
            ticket,
            owner=assignment.ownership.kind,
            owner_area_code=assignment.ownership.area_code,
            owner_reason=assignment.ownership.reason,
            assignee_id=assignment.assignee.id if assignment.assignee else None,
        )

    @staticmethod
    async def bound_area(work: UnitOfWork, ticket: Ticket) -> str:
        """The area that the ticket's group stands for; what came in private stays where it was put."""
        if ticket.group_chat_id is not None:
            group = await work.groups.get(ticket.platform, ticket.group_chat_id)
            if group is not None and group.area_code is not None:
                return group.area_code
        return ticket.area_code

    async def raise_alarm(self, work: UnitOfWork, ticket: Ticket) -> None:
        """Tells everybody who has to hear of an emergency, for one that became it after it was opened."""
        tree = await work.areas.tree()
        location = locate(tree, await self.bound_area(work, ticket), ticket.place, ticket.text)
        ownership = owner_of(
            self._rules.catalogue.of(ticket.service_code), ticket.urgency, location, tree, self._rules.duties
        )
        await self._alarm(work, ticket, emergency_recipients(ownership))

    async def assignment(
        self, work: UnitOfWork, tree: AreaTree, location: Location, service_code: str, urgency: Urgency
    ) -> Assignment:
        """Who answers for a matter and who of them has it: the on-duty handler with the least open work."""
        now, rules = self._clock(), self._rules.duties

        def found() -> tuple[Ownership, frozenset[Role], frozenset[str]]:
            ownership = owner_of(self._rules.catalogue.of(service_code), urgency, location, tree, rules)
            return ownership, *posts_needed(ownership, location, tree, rules)

        # Rules and register tell it, and both stay the same over many reports.
        ownership, roles, codes = self._owners.get(tree, (service_code, urgency, location), found)
        posts = there_now(self._rules, await work.staff.posts(roles, codes), now)
        turn = await turns(work, self._rules, posts, now)
        return assign(ownership, location, tree, rules, posts, turn, service_code)

    @staticmethod
    def _dispatched(ticket: Ticket, assignment: Assignment, now: datetime) -> TicketEvent:
        """The event of a dispatch, with the rule that led to the owner."""
        ownership, assignee = assignment.ownership, assignment.assignee
        data = {
            "owner": str(ownership.kind),
            "area": ownership.area_code,
            "reason": ownership.reason,
            "assignee": assignee.name if assignee else None,
        }
        return TicketEvent(ticket.id, EventKind.DISPATCHED, now, data=data)

    async def _announce(self, work: UnitOfWork, ticket: Ticket, assignment: Assignment, now: datetime) -> None:
        if ticket.urgency is Urgency.EMERGENCY:
            await self._alarm(work, ticket, emergency_recipients(assignment.ownership))
        else:
            await self._board.post(work, ticket, now, also=await self._following(work, assignment))
        await self._tell_liaisons(work, ticket, assignment)
        assignee = assignment.assignee
        if ticket.attachments and assignee is not None and assignee.account is not None:
            await self._board.tell(
                work, ticket, assignee.account, Content(lines=(ticket.number,), attachments=ticket.attachments)
            )

    async def _following(self, work: UnitOfWork, assignment: Assignment) -> tuple[Staff, ...]:
        """The posts that keep an eye on what somebody else handles; they get the card as well."""
        followers = assignment.ownership.followers
        if not followers:
            return ()
        posts = await work.staff.posts({role for role, _ in followers}, {code for _, code in followers})
        there = there_now(self._rules, posts, self._clock())
        return tuple(post for post in there if (post.role, post.area_code) in followers and post.on_duty)

    async def _tell_liaisons(self, work: UnitOfWork, ticket: Ticket, assignment: Assignment) -> None:
        """Household liaisons hear of what is reported in their buildings; they have nothing to press or to decide."""
        if not self._rules.duties.organisation.rota.tell_liaisons:
            return
        codes = [code for code in ticket.area_path.split("/") if code]
        posts = there_now(self._rules, await work.staff.posts([Role.LIAISON], codes), self._clock())
        told = dict.fromkeys(post.account for post in posts if post.on_duty and post.reachable)
        if not told:
            return
        wording, assignee = self._rules.wording, assignment.assignee
        line = wording.say(
            "rota.liaison",
            service=wording.service(ticket.service_code),
            place=mask_numbers(wording.place(ticket, await work.areas.tree(), public=True)),
            number=ticket.number,
            holder=assignee.name if assignee else wording.say(f"owner.{ticket.owner}"),
        )
        for account in told:
            if account not in (ticket.reporter_id, assignee.account if assignee else None):
                await self._board.tell(work, ticket, account, Content(lines=(line,)))

    async def _alarm(self, work: UnitOfWork, ticket: Ticket, recipients: tuple[tuple[Role, str], ...]) -> None:
        roles, codes = {role for role, _ in recipients}, {code for _, code in recipients}
        posts = await work.staff.posts(roles, codes)
        told = tuple(post for post in posts if (post.role, post.area_code) in recipients)
        await self._board.post(work, ticket, self._clock(), also=told)
        notice = Content(self._rules.wording.say("emergency_notice.title"), (ticket.number,))
        for account in dict.fromkeys(post.account for post in told):
            await self._board.tell(work, ticket, account, notice)


def finest(tree: AreaTree, location: Location) -> str:
    """The deepest area that is known of a location; complexes lie in grids here and grids in complexes there."""
    return max(location.anchors, key=lambda code: len(tree.path(code)))


def path_of(tree: AreaTree, area_code: str) -> str:
    """The codes from the root down to the area, each followed by "/"."""
    return "".join(f"{area.code}/" for area in reversed(tree.path(area_code)))


def _opened(ticket: Ticket, request: Request, now: datetime) -> TicketEvent:
    return TicketEvent(
        ticket.id,
        EventKind.OPENED,
        now,
        *ticket.shown_as(request.reporter, request.reporter_name),
        {
            "via": request.via,
            "service": request.service_code,
            "alternatives": list(request.alternatives),
            EVIDENCE: rows_of(request.evidence),
        },
    )
