"""What people read of needs, offers and projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.services.wording import Wording
from routing.civic_rights import CivicAction
from routing.need import ON_THE_LIST, Need, NeedState
from routing.need_matching import Match
from routing.need_rules import NeedRules
from routing.outgoing import Button, Content
from routing.partner import Offer, Partner
from routing.project import Project, ProjectState, ProjectStep, current_step

NEED_JOIN = "need_join"
"""我也想要."""
NEED_CLAIM = "need_claim"
"""A partner takes the need on (认领); the argument is the offer that it was matched with."""
NEED_CLOSE_FOR = "need_close_for"
NOT_FOR_US = "match_no"
"""不合适, of a proposal."""
OFFER_WITHDRAW = "offer_withdraw"
PROJECT_STEP = "project_step"
"""A step is done; the argument is its id."""
PROJECT_LEAVE = "project_leave"
"""The partner gives the project up."""

_LONGEST = 200
_A_ROW = 2


def need_topic(need_id: int) -> str:
    """The topic of a need's cards."""
    return f"need:{need_id}"


def project_topic(project_id: int) -> str:
    """The topic of a project's cards."""
    return f"project:{project_id}"


def proposal_topic(need_id: int) -> str:
    """The topic of the cards by which a need is proposed to partners."""
    return f"proposal:{need_id}"


def offer_topic(offer_id: int) -> str:
    """The topic of the cards by which an offer is decided on."""
    return f"offer:{offer_id}"


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A project with what its cards show beside it."""

    project: Project
    need: Need
    partner: Partner
    steps: tuple[ProjectStep, ...]


class NeedCards:
    """Makes the contents of cards and lists."""

    def __init__(self, wording: Wording, rules: NeedRules) -> None:
        self._wording = wording
        self._rules = rules

    def kind(self, code: str) -> str:
        """The name of a kind; "other" where no word told one, or the district has it no more."""
        kind = self._rules.kinds.get(code)
        return kind.name if kind is not None else self._wording.say("needs.other_kind")

    def need(
        self, need: Need, view: ProjectView | None, *buttons: tuple[Button, ...], in_its_group: bool = True
    ) -> Content:
        """The card of a need: what is wanted, by how many, and how far it is. Voices are given in its group alone."""
        say, script = self._wording.say, need.script
        lines = [short(need.text), say("needs.voices", script, count=need.voices), self._state(need, view)]
        title = say("needs.title", script, number=need.id, kind=self.kind(need.kind))
        joining = self.join_row(need) if in_its_group else ()
        return Content(title, tuple(lines), tuple(row for row in (*joining, *buttons) if row))

    def join_row(self, need: Need) -> tuple[tuple[Button, ...], ...]:
        """The button by which neighbours put themselves behind a need, while that makes sense."""
        if need.state not in ON_THE_LIST:
            return ()
        return ((Button(self._wording.say(f"button.{NEED_JOIN}", need.script), NEED_JOIN, need.id),),)

    def claim_button(self, need: Need, offer_id: int | None = None) -> Button:
        """认领, for a partner."""
        label = self._wording.say("needs.claim_one", number=need.id)
        return Button(label, NEED_CLAIM, need.id, str(offer_id) if offer_id is not None else "")

    def close_button(self, need: Need) -> Button:
        """下架, for the community."""
        return Button(self._wording.say(f"button.{CivicAction.CLOSE_NEED}"), CivicAction.CLOSE_NEED, need.id)

    def need_line(self, need: Need) -> str:
        """One line of a list."""
        return self._wording.say(
            "needs.line",
            number=need.id,
            text=short(need.text, 40),
            count=need.voices,
            state=self._wording.say(f"needs.short.{need.state}"),
        )

    def settled_proposal(self, need: Need) -> Content:
        """A proposal that nobody can take up any more: what was wanted, and how it stands."""
        title = self._wording.say("needs.proposed_over", number=need.id)
        return Content(title, (self.need_line(need),))

    def offer_line(self, offer: Offer, partner: Partner | None) -> str:
        """One line of a list."""
        return self._wording.say(
            "offers.line",
            number=offer.id,
            text=short(offer.text, 40),
            name=self.giver(offer, partner),
            state=self._wording.say(f"offers.state.{offer.state}"),
        )

    def giver(self, offer: Offer, partner: Partner | None) -> str:
        """Who offers, with what kind of partner that is."""
        if partner is None:
            return offer.name or self._wording.say("offers.nameless")
        kind = self._wording.say(f"partner_kind.{partner.kind}")
        return self._wording.say("offers.giver", name=partner.name, kind=kind)

    def matches(self, title: str, lines: Sequence[tuple[Match, str]], *buttons: tuple[Button, ...]) -> Content:
        """Proposals, each with why."""
        said = tuple(f"{line}\n{self.why(match)}" for match, line in lines)
        return Content(title, said, buttons)

    def why(self, match: Match) -> str:
        """The evidence of a match in words."""
        reasons = "、".join(self._wording.say(f"needs.agreement.{one.agreement}") for one in match.evidence)
        return self._wording.say("needs.why", reasons=reasons)

    def project_line(self, view: ProjectView, now: datetime) -> str:
        """One line of a list."""
        step = current_step(view.steps)
        fields = {
            "number": view.project.id,
            "kind": self.kind(view.need.kind),
            "need": view.need.id,
            "partner": view.partner.name,
        }
        if view.project.state is not ProjectState.UNDER_WAY or step is None:
            state = self._wording.say(f"projects.state.{view.project.state}")
            return self._wording.say("projects.line", **fields, state=state)
        key = "projects.step_late" if step.is_late(now) else "projects.step_next"
        state = self._wording.say(key, name=step.name, due=self._day(step.due_at))
        return self._wording.say("projects.line", **fields, state=state)

    def project(self, view: ProjectView, now: datetime, *buttons: tuple[Button, ...]) -> Content:
        """The card of a project, for both sides."""
        say, project = self._wording.say, view.project
        lines = [
            say("projects.need", number=view.need.id, text=short(view.need.text), count=view.need.voices),
            say("projects.partner", name=view.partner.name, kind=say(f"partner_kind.{view.partner.kind}")),
            say("projects.state_line", state=say(f"projects.state.{project.state}")),
        ]
        if project.state is ProjectState.CLAIMED:
            lines.append(say("projects.agree_until", due=self._wording.moment(project.agree_due_at)))
        lines += [self._step(step, now) for step in view.steps]
        title = say("projects.title", number=project.id, kind=self.kind(view.need.kind))
        return Content(title, tuple(lines), tuple(row for row in buttons if row))

    def partner_buttons(self, view: ProjectView) -> tuple[tuple[Button, ...], ...]:
        """The buttons in the chat of the partner."""
        project = view.project
        if project.state not in {ProjectState.CLAIMED, ProjectState.UNDER_WAY}:
            return ()
        leave = Button(self._wording.say(f"button.{PROJECT_LEAVE}"), PROJECT_LEAVE, project.id)
        return (*self._step_row(view, by_partner=True), (leave,))

    def community_buttons(self, view: ProjectView) -> tuple[tuple[Button, ...], ...]:
        """The buttons in the chats of the community."""
        project = view.project
        if project.state is ProjectState.CLAIMED:
            return (self._row(project, CivicAction.AGREE, CivicAction.DISAGREE),)
        if project.state is not ProjectState.UNDER_WAY:
            return ()
        # The community may also say that the partner's step is done: it sees the bench stand there.
        steps = self._step_row(view, by_partner=None)
        last = () if current_step(view.steps) is not None else (CivicAction.FINISH,)
        return (*steps, self._row(project, *last, CivicAction.CANCEL))

    def rows(self, buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
        """Buttons in rows."""
        return tuple(tuple(buttons[at : at + _A_ROW]) for at in range(0, len(buttons), _A_ROW))

    def _row(self, project: Project, *actions: CivicAction) -> tuple[Button, ...]:
        return tuple(Button(self._wording.say(f"button.{action}"), action, project.id) for action in actions)

    def _step_row(self, view: ProjectView, *, by_partner: bool | None) -> tuple[tuple[Button, ...], ...]:
        step = current_step(view.steps)
        if view.project.state is not ProjectState.UNDER_WAY or step is None:
            return ()
        if by_partner is not None and step.by_partner is not by_partner:
            return ()
        label = self._wording.say("projects.step_done_button", name=short(step.name, 16))
        return ((Button(label, PROJECT_STEP, view.project.id, str(step.id)),),)

    def _step(self, step: ProjectStep, now: datetime) -> str:
        key = (
            "projects.step.done"
            if step.done_at
            else ("projects.step.late" if step.is_late(now) else "projects.step.open")
        )
        side = self._wording.say("projects.side.partner" if step.by_partner else "projects.side.community")
        day = self._day(step.done_at or step.due_at)
        return self._wording.say(key, position=step.position, name=step.name, side=side, day=day)

    def _state(self, need: Need, view: ProjectView | None) -> str:
        say, script = self._wording.say, need.script
        if need.state is NeedState.CLOSED:
            key = f"reason.need.{need.reason}"
            reason = say(key, script) if key in self._wording.texts else need.reason
            return say("needs.state.closed", script, reason=reason)
        if view is None:
            return say(f"needs.state.{need.state}", script, partner="", number="", step="")
        step = current_step(view.steps)
        named = "" if step is None else say("needs.step", script, name=step.name, due=self._day(step.due_at))
        fields = {"partner": view.partner.name, "number": view.project.id, "step": named}
        return say(f"needs.state.{need.state}", script, **fields)

    def _day(self, at: datetime) -> str:
        return self._wording.moment(at).split(" ")[0]


def short(text: str, longest: int = _LONGEST) -> str:
    """One line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
