"""The rules of a district as the use cases need them, gathered once at start."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.services.wording import Wording
from routing.addressed import AddressedWords
from routing.areas import AreaTree
from routing.assign import chain_of
from routing.callback import CallBackRules
from routing.catalogue import AppealType, Catalogue, Urgency
from routing.clock_moments import ClockRules, next_check, ticket_colour
from routing.followup import ConversationRules
from routing.handling_rules import HandlingRules
from routing.ladder import ladder
from routing.motion import SupportRules
from routing.organisation import DutyRules, Step
from routing.queries import TicketFilter, ticket_filter
from routing.sla import Colour, DueTimes, SlaClass
from routing.ticket import Ticket, with_fields
from routing.tree_memory import TreeMemory
from routing.triage.scoring import ASKED_ABOUT
from routing.unseen import PublicView, as_public


@dataclass(frozen=True, slots=True)
class Rules:
    """Catalogue, clocks, duties and words of one district."""

    clocks: ClockRules
    duties: DutyRules
    wording: Wording
    conversation: ConversationRules
    addressed: AddressedWords
    callback: CallBackRules
    support: SupportRules
    _ladders: TreeMemory[tuple[Step, ...]] = field(default_factory=TreeMemory, init=False, repr=False, compare=False)

    @property
    def catalogue(self) -> Catalogue:
        """The services of the district."""
        return self.clocks.catalogue

    @property
    def handling(self) -> HandlingRules:
        """How whoever holds a ticket is held to it."""
        return self.clocks.handling

    def colour(self, ticket: Ticket, now: datetime) -> Colour:
        """The colour of a ticket at ``now``."""
        return ticket_colour(ticket, self.clocks, now)

    def due_times(self, service_code: str, urgency: Urgency, dispatched_at: datetime) -> DueTimes:
        """Both limits of work dispatched at ``dispatched_at``."""
        return self.clocks.sla.due_times(self.catalogue.of(service_code), urgency, dispatched_at, self.clocks.calendar)

    def limits(self, ticket: Ticket) -> SlaClass:
        """The class of limits that the ticket runs on."""
        return self.clocks.class_of(ticket)

    def as_public(self, ticket: Ticket) -> Ticket:
        """The ticket as everybody in its group may know it: nothing of what care for somebody has changed unseen."""
        limits = self.clocks.sla.class_for(self.catalogue.of(ticket.service_code), ticket.seen_urgency)
        return as_public(ticket, limits, self.clocks.calendar)

    def with_service(self, view: PublicView | None, service_code: str, ticket: Ticket) -> PublicView | None:
        """What the group sees of the limits once the ticket has another service; counted from the same dispatch."""
        if view is None:
            return None
        public = self.due_times(service_code, view.urgency, ticket.dispatched_at)
        real = self.due_times(service_code, ticket.urgency, ticket.dispatched_at)
        return PublicView(
            view.urgency, public.accept_due_at, public.resolve_due_at, real.accept_due_at, real.resolve_due_at
        )

    def lacks_place(self, ticket: Ticket) -> bool:
        """Whether a handler would have to ask where it is: an open matter of one spot that names none.

        An outage concerns the whole complex, and a question or praise has no place: whoever asks about an allowance
        need not say where they live, while a ramp for wheelchairs, of the same service, is somewhere.
        """
        if not ticket.is_open or ticket.service_code in self.conversation.outages:
            return False
        if ticket.appeal_type is AppealType.CONSULT and ticket.service_code.startswith(ASKED_ABOUT):
            return False
        place = ticket.place
        is_known = place.building or place.unit or place.room or place.spot
        return self.catalogue.of(ticket.service_code).needs_place and not is_known

    def chain(self, ticket: Ticket, tree: AreaTree) -> tuple[Step, ...]:
        """The way up from the ticket's owner; never empty."""
        return chain_of(ticket, tree, self.duties)

    def ladder(self, ticket: Ticket, tree: AreaTree) -> tuple[Step, ...]:
        """The way up that an overdue ticket takes; never empty."""
        # What the chain of the owner and the plan of the ticket go by.
        known_by = (ticket.service_code, ticket.owner, ticket.owner_area_code, ticket.area_path)
        return self._ladders.get(
            tree, known_by, lambda: ladder(ticket, self.clocks.policy.plan_for(ticket), tree, self.duties)
        )

    def is_quiet(self, ticket: Ticket, now: datetime) -> bool:
        """Whether a message of the clock about the ticket makes no sound now."""
        return self.clocks.policy.is_quiet(ticket, now, self.clocks.calendar.timezone)

    def scheduled(self, ticket: Ticket, tree: AreaTree, now: datetime) -> Ticket:
        """The ticket with the moment at which the clock job has to look at it again."""
        top = len(self.ladder(ticket, tree)) - 1
        return with_fields(ticket, {"next_check_at": next_check(ticket, self.clocks, now, top=top)})

    @staticmethod
    def of_reporter(platform: str, account: int, chat_id: int | None, since: datetime | None) -> TicketFilter:
        """The filter for what one person reported, newest first."""
        return ticket_filter(platform=platform, reporter=account, group_chat_id=chat_id, since=since)
