"""The card of a call for help: in public words until somebody takes it, with the address for whoever did."""

from __future__ import annotations

from bot.services.rules import Rules
from routing.areas import AreaTree
from routing.outgoing import Button, Content
from routing.privacy import mask_numbers
from routing.staff import Staff
from routing.ticket import Ticket
from routing.volunteering import HelpCall, HelpRules, HelpState, Volunteer

HELP_CLAIM = "help_claim"
HELP_GIVE_BACK = "help_back"
HELP_DONE = "help_done"
"""The volunteer says that it is done; a second press says how long it took."""
HELP_MINUTES = "help_minutes"
HELP_CONFIRM = "help_confirm"
HELP_REJECT = "help_reject"

_A_ROW = 3


def topic_of(call: HelpCall) -> str:
    """What the cards of a call are known by."""
    return f"help:{call.id}"


class HelpCards:
    """Makes the contents."""

    def __init__(self, rules: Rules, help_rules: HelpRules) -> None:
        self._rules = rules
        self._help = help_rules

    def kind(self, code: str) -> str:
        """The name of a kind of help; one that configuration no longer has is shown as it is."""
        found = self._help.kind(code)
        return found.name if found is not None else code

    def volunteer(
        self, call: HelpCall, ticket: Ticket, tree: AreaTree, reader: Volunteer | None, assignee: Staff | None
    ) -> Content:
        """What a volunteer reads: the room and the number of the ticket only once they have taken it."""
        say, wording = self._rules.wording.say, self._rules.wording
        is_theirs = reader is not None and reader.id == call.volunteer_id
        knows = is_theirs and call.state in {HelpState.CLAIMED, HelpState.REPORTED}
        place = wording.place(ticket, tree, public=not knows)
        lines = [say("help.place", place=place if knows else mask_numbers(place))]
        if knows:
            lines.append(say("help.number", number=ticket.number))
            if assignee is not None:
                lines.append(say("help.in_charge", name=assignee.name))
        if call.state is HelpState.OPEN:
            lines.append(say("help.until", due=wording.moment(call.expires_at)))
        key = f"help.state.{call.state}"
        lines.append(say(f"{key}_yours" if is_theirs and f"{key}_yours" in wording.texts else key))
        return Content(say("help.title", kind=self.kind(call.kind)), tuple(lines), self._buttons(call, is_theirs))

    def _buttons(self, call: HelpCall, is_theirs: bool) -> tuple[tuple[Button, ...], ...]:
        say = self._rules.wording.say
        if call.state is HelpState.OPEN:
            return ((Button(say("button.help_claim"), HELP_CLAIM, call.id),),)
        if call.state is HelpState.CLAIMED and is_theirs:
            return (
                (
                    Button(say("button.help_done"), HELP_DONE, call.id),
                    Button(say("button.help_back"), HELP_GIVE_BACK, call.id),
                ),
            )
        return ()

    def minutes(self, call: HelpCall) -> Content:
        """Asks how long it took."""
        say = self._rules.wording.say
        buttons = [
            Button(say("help.minutes", hours=hours_of(minutes)), HELP_MINUTES, call.id, str(minutes))
            for minutes in self._help.minutes
        ]
        rows = tuple(tuple(buttons[start : start + _A_ROW]) for start in range(0, len(buttons), _A_ROW))
        return Content(say("help.how_long"), buttons=rows)

    def to_confirm(self, call: HelpCall, ticket: Ticket, name: str, title: str) -> Content:
        """Asks whoever is in charge whether it is done."""
        say = self._rules.wording.say
        fields = {"name": name, "kind": self.kind(call.kind), "number": ticket.number, "hours": hours_of(call.minutes)}
        buttons = (
            Button(say("button.help_confirm"), HELP_CONFIRM, call.id),
            Button(say("button.help_reject"), HELP_REJECT, call.id),
        )
        return Content(say(title), (say("help.reported", **fields),), (buttons,))


def hours_of(minutes: int) -> str:
    """Minutes as hours with at most one decimal place: 90 is 1.5."""
    return f"{minutes / 60:.1f}".removesuffix(".0")
