"""The two faces of a ticket in chat: the card in the residents' group and the card of those who handle it.

The group's card is public: it has no room, no telephone number and not the text. Both are pure functions of a view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.paper_lines import paper_buttons, paper_lines, public_paper_line
from bot.services.wording import Wording
from routing.areas import AreaTree
from routing.catalogue import AppealType, Urgency
from routing.motion import MotionState, Support
from routing.outgoing import Button, Content, button
from routing.privacy import mask_numbers
from routing.script import Script
from routing.sla import Colour
from routing.staff import Role, Staff
from routing.subtask import Subtask
from routing.ticket import Action, RequestKind, Satisfaction, Status, Ticket

_SHOWN_REASONS = ("negative_list", "assisted", "no_handler", "nobody_on_duty", "lifted")
_SHOWN_TO_STAFF = (*_SHOWN_REASONS, "statutory")
_MAX_TEXT = 1000
_WISHED = frozenset({"civic", "service", "other"})
"""Groups of services in which people ask for what is not there yet."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket with what its cards show beside it."""

    ticket: Ticket
    tree: AreaTree
    assignee: Staff | None
    reporters: int
    colour: Colour
    asks_place: bool = False
    """Whether nobody could find the matter yet: the group's card then asks where it is."""
    offered_to: Staff | None = None
    """The post of another unit that may accept it."""
    helpers: tuple[tuple[Subtask, Staff], ...] = ()
    """The sub-tasks that were not taken back, each with its co-handler."""
    support: Support | None = None
    """Of a suggestion that neighbours can stand behind."""


class CardMaker:
    """Makes the contents of cards."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._say = wording.texts.say
        self._labels: dict[tuple[Action, Script], str] = {}
        """What stands on buttons, which are made more often than anything else is said."""

    def group(self, view: TicketView) -> Content:
        """What everybody in the residents' group may read, in the script of the one who reported."""
        ticket, say, script = view.ticket, self._say, view.ticket.script
        emergency = ticket.urgency is Urgency.EMERGENCY
        title_key = "card.group.title_emergency" if emergency else "card.group.title"
        lines = []
        if emergency and ticket.is_open:
            lines += self.whom_to_call(ticket)
        place = self._wording.place(ticket, view.tree, public=True)
        lines.append(say("card.group.number", script, number=ticket.number))
        if place:
            lines.append(say("card.group.place", script, place=mask_numbers(place)))
        lines += public_paper_line(self._wording, ticket)
        if view.asks_place:
            lines.append(say("card.group.ask_place", script))
        lines.append(self._in_charge(view))
        if view.helpers:
            names = "、".join(dict.fromkeys(post.name for _, post in view.helpers))
            lines.append(say("card.group.helpers", script, names=names))
        if ticket.owner_reason in _SHOWN_REASONS:
            lines.append(say(f"card.group.{ticket.owner_reason}", script))
        if view.support is not None:
            lines.append(self._support(view, view.support))
        elif view.reporters > 1:
            lines.append(say("card.group.reporters", script, count=view.reporters))
        lines.append(self._progress(view))
        title = say(title_key, script, service=self._wording.service(ticket.service_code))
        can_support = view.support is not None and ticket.is_open
        support = (Button(say("button.motion_support", script), "motion_support", ticket.id),) if can_support else ()
        return Content(title, tuple(lines), (support,) if support else ())

    def whom_to_call(self, ticket: Ticket) -> list[str]:
        """Whom the resident must call at once; the general numbers where the danger is of no known kind."""
        keys = [f"emergency.{danger}" for danger in ticket.dangers]
        known = [key for key in keys if key in self._wording.texts] or ["emergency.general"]
        return [self._say(key, ticket.script) for key in known]

    def handler(self, view: TicketView, buttons: tuple[tuple[Button, ...], ...]) -> Content:
        """What handlers and their superiors read: everything, with the buttons that apply."""
        ticket, say = view.ticket, self._say
        words = {
            "colour": say(f"colour.{view.colour}"),
            "urgency": say(f"urgency.{ticket.urgency}"),
            "service": self._wording.service(ticket.service_code),
        }
        lines = [say("card.handler.number", number=ticket.number, appeal=say(f"appeal.{ticket.appeal_type}"))]
        place = self._wording.place(ticket, view.tree, public=False)
        lines.append(say("card.handler.place", place=place or say("place.unknown")))
        if ticket.reporter_name:
            key = "card.handler.reporters" if view.reporters > 1 else "card.handler.reporter"
            lines.append(say(key, name=ticket.reporter_name, count=view.reporters))
        elif ticket.anonymous:
            lines.append(say("card.handler.anonymous"))
        lines.append(say("card.handler.text", text=ticket.text[:_MAX_TEXT]))
        if ticket.point is not None:
            where = {"latitude": f"{ticket.point.latitude:.5f}", "longitude": f"{ticket.point.longitude:.5f}"}
            lines.append(say("card.handler.point", **where))
        if ticket.attachments:
            lines.append(say("card.handler.photos", count=len(ticket.attachments)))
        lines.append(say("card.handler.status", status=say(f"status.{ticket.status}")))
        if view.assignee is None:
            lines.append(say("card.handler.pool"))
        else:
            lines.append(say("card.handler.holder", role=self.role(view.assignee.role), name=view.assignee.name))
        for subtask, post in view.helpers:
            state = say(f"subtask.state.{subtask.state}")
            lines.append(say("card.handler.helper", name=post.name, task=subtask.task, state=state))
        lines += self._limits(ticket)
        lines += paper_lines(self._wording, ticket)
        if ticket.owner_reason in _SHOWN_TO_STAFF:
            lines.append(say(f"card.handler.{ticket.owner_reason}"))
        if ticket.hand_over is not None and view.offered_to is not None:
            due = self._wording.moment(ticket.hand_over.due_at)
            lines.append(say("card.handler.offered", name=view.offered_to.name, due=due))
        if ticket.reopens:
            lines.append(say("card.handler.reopened", count=ticket.reopens))
        if ticket.escalation_level:
            lines.append(say("card.handler.escalated", count=ticket.escalation_level))
        if ticket.urge_due_at is not None:
            lines.append(say("card.handler.urged", due=self._wording.moment(ticket.urge_due_at)))
        if ticket.request is not None:
            reason = self.reason(ticket.request.kind, ticket.request.reason)
            lines.append(say(f"card.handler.request_{ticket.request.kind}", reason=reason))
        if ticket.resolution:
            lines.append(say("card.handler.resolution", text=ticket.resolution))
        return Content(say("card.handler.title", **words), tuple(lines), buttons)

    def role(self, role: Role) -> str:
        """The role's name."""
        return self._say(f"role.{role}")

    def reason(self, kind: RequestKind, code: str) -> str:
        """The words of a reason code; a code that configuration no longer has is shown as it is."""
        key = f"reason.{kind}.{code}"
        return self._say(key) if key in self._wording.texts else code

    def holder_buttons(self, view: TicketView) -> tuple[tuple[Button, ...], ...]:
        """The buttons in the chat of the one who has the ticket."""
        ticket = view.ticket
        if ticket.status is Status.DISPATCHED:
            first = (Action.CLAIM, Action.TRANSFER, Action.ASK_RETURN)
            return self._rows(ticket, first, (Action.WITHDRAW, *self._corrections(view)))
        if ticket.status is Status.IN_PROGRESS:
            asking = () if ticket.request else (Action.ASK_RETURN, Action.ASK_EXTENSION, Action.ASK_HOLD)
            first = (Action.RESOLVE, Action.PROGRESS, Action.TRANSFER)
            # An emergency is for professionals.
            volunteers = () if ticket.urgency is Urgency.EMERGENCY else (Action.ASK_VOLUNTEERS,)
            recall = (Action.RECALL,) if any(subtask.is_open for subtask, _ in view.helpers) else ()
            rows = self._rows(ticket, first, asking, (Action.INVITE, *volunteers, *recall), self._corrections(view))
            return (*paper_buttons(self._wording, ticket), *rows)
        if ticket.status is Status.ON_HOLD:
            return self._rows(ticket, (Action.RESUME,))
        return ()

    def staff_group_buttons(self, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
        """The buttons in a staff group, where whoever is entitled may act; each press is checked."""
        if ticket.status is Status.DISPATCHED:
            return self._rows(ticket, (Action.CLAIM, Action.TRANSFER))
        if ticket.request is not None:
            return self._rows(ticket, (Action.APPROVE, Action.REFUSE))
        if ticket.status is Status.IN_PROGRESS:
            return self._rows(ticket, (Action.RESOLVE, Action.TRANSFER, Action.URGE))
        if ticket.status is Status.ON_HOLD:
            return self._rows(ticket, (Action.RESUME,))
        return ()

    def superior_buttons(self, view: TicketView) -> tuple[tuple[Button, ...], ...]:
        """The buttons in the private chat of a superior who was told of the ticket."""
        ticket = view.ticket
        if not ticket.is_open:
            return ()
        if ticket.request is not None:
            return self._rows(ticket, (Action.APPROVE, Action.REFUSE))
        notes = (Action.ACKNOWLEDGE,) if ticket.escalation_level and ticket.acknowledged_until is None else ()
        if ticket.status is Status.DISPATCHED:
            return self._rows(ticket, (Action.CLAIM, Action.TRANSFER, Action.URGE), (*notes, *self._corrections(view)))
        if ticket.status is Status.ON_HOLD:
            notes = ()
        return self._rows(ticket, (Action.TRANSFER, Action.URGE), (*notes, *self._corrections(view)))

    def claimant_buttons(self, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
        """The button in the private chat of somebody who does not have the ticket and may take it on."""
        return self._rows(ticket, (Action.CLAIM,)) if ticket.status is Status.DISPATCHED else ()

    @staticmethod
    def _corrections(view: TicketView) -> tuple[Action, ...]:
        """What puts a mistake of triage right; splitting only where there is something to split.

        What may be a wish that nobody owes can go on the list of needs.
        """
        ticket = view.ticket
        is_wish = ticket.appeal_type is AppealType.SUGGESTION or ticket.service_code.split(".")[0] in _WISHED
        listing = (Action.LIST_AS_NEED,) if is_wish and ticket.urgency is Urgency.NORMAL else ()
        split = (Action.SPLIT,) if view.reporters > 1 else ()
        return (Action.RECLASSIFY, *split, *listing)

    def confirm_buttons(self, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
        """已解决 / 没解决, for those who reported."""
        return self._rows(ticket, (Action.CONFIRM, Action.REOPEN), script_of_reporter=True)

    def rating_buttons(self, ticket: Ticket, action: Action = Action.RATE) -> tuple[tuple[Button, ...], ...]:
        """The three ratings, of a reporter or (``RATE_UNIT``) of the street."""
        script = ticket.script if action is Action.RATE else Script.HANS
        say = self._say
        return (
            tuple(
                Button(say(f"button.rate_{rating}", script), action, ticket.id, rating.value) for rating in Satisfaction
            ),
        )

    def reopen_button(self, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
        """没解决 alone, for the other households of a merged ticket once one of them has confirmed."""
        return self._rows(ticket, (Action.REOPEN,), script_of_reporter=True)

    def decision_buttons(self, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
        """维持办结 / 重新办理, for the person who settles a contradiction."""
        return self._rows(ticket, (Action.UPHOLD, Action.REDO))

    def _rows(
        self, ticket: Ticket, *rows: Sequence[Action], script_of_reporter: bool = False
    ) -> tuple[tuple[Button, ...], ...]:
        script = ticket.script if script_of_reporter else Script.HANS
        return tuple(
            tuple([button(self._label(action, script), action, ticket.id, "") for action in row]) for row in rows if row
        )

    def _label(self, action: Action, script: Script) -> str:
        label = self._labels.get((action, script))
        if label is None:
            label = self._labels[action, script] = self._say(f"button.{action}", script)
        return label

    def _support(self, view: TicketView, support: Support) -> str:
        say, script, count = self._say, view.ticket.script, view.reporters
        if support.motion is None:
            return say("card.group.support", script, count=count, needed=support.needed)
        if support.motion.state is MotionState.OWED:
            due = self._wording.moment(support.motion.due_at)
            return say("card.group.support_owed", script, count=count, due=due)
        return say("card.group.support_answered", script, count=count)

    def _in_charge(self, view: TicketView) -> str:
        ticket, say, script = view.ticket, self._say, view.ticket.script
        if view.assignee is None:
            return say("card.group.in_charge_pool", script, owner=say(f"owner.{ticket.owner}"))
        return say("card.group.in_charge", script, role=self.role(view.assignee.role), name=view.assignee.name)

    def _progress(self, view: TicketView) -> str:
        ticket, say, script = view.ticket, self._say, view.ticket.script
        if ticket.status is Status.DISPATCHED:
            return say("card.group.waiting", script, due=self._wording.moment(ticket.accept_due_at))
        if ticket.status is Status.IN_PROGRESS:
            name = view.assignee.name if view.assignee else say(f"owner.{ticket.owner}")
            return say("card.group.in_progress", script, name=name, due=self._wording.moment(ticket.resolve_due_at))
        return say(f"card.group.{ticket.status}", script)

    def _limits(self, ticket: Ticket) -> list[str]:
        say, moment = self._say, self._wording.moment
        if ticket.status is Status.DISPATCHED:
            return [
                say("card.handler.accept_due", due=moment(ticket.accept_due_at)),
                say("card.handler.resolve_due", due=moment(ticket.resolve_due_at)),
            ]
        if ticket.status is Status.IN_PROGRESS:
            return [say("card.handler.resolve_due", due=moment(ticket.resolve_due_at))]
        return []
