"""The list of projects (项目清单): a partner claims, the community agrees, steps are done, those who asked hear."""

from __future__ import annotations

from dataclasses import replace

from bot.services.civic_board import CivicBoard, community_of
from bot.services.desk import Answer, Press
from bot.services.need_cards import NeedCards, ProjectView, project_topic
from bot.services.need_listing import NeedListing
from bot.services.ports import UnitOfWork
from routing.areas import AreaTree
from routing.civic_rights import CivicAction, civic_post, may
from routing.errors import NotAllowed
from routing.need import Need, NeedState, require_need_move
from routing.need_matching import is_near, match
from routing.need_rules import NeedRules
from routing.outgoing import Content
from routing.partner import OfferState, Partner
from routing.project import (
    Project,
    ProjectState,
    ProjectStep,
    StepOver,
    plan,
    require_complete,
    require_project_move,
)
from routing.staff import Actor

_LISTED = 100
_ALIVE = frozenset({ProjectState.CLAIMED, ProjectState.UNDER_WAY})


class ProjectService:
    """Use cases of partners and of the community on projects."""

    def __init__(self, rules: NeedRules, cards: NeedCards, board: CivicBoard, listing: NeedListing) -> None:
        self._rules = rules
        self._cards = cards
        self._board = board
        self._listing = listing

    async def claim(self, work: UnitOfWork, press: Press, need_id: int, offer_id: int) -> Answer:
        """认领: of two partners who press at once one gets the need, and the community is asked.

        Raises ``NotAllowed`` for who is no partner near it, and ``NeedMoved`` where it is taken.
        """
        need = await work.civic.needs.lock(need_id)
        tree = await work.areas.tree()
        partner, offer = await self._claimant(work, press.actor, need, offer_id, tree)
        require_need_move(need, NeedState.CLAIMED)
        now = self._board.clock()
        due = self._board.rules.clocks.calendar.add_working(now, self._rules.agree_within)
        project = Project(
            id=0,
            need_id=need.id,
            partner_id=partner.id,
            state=ProjectState.CLAIMED,
            area_code=need.area_code,
            area_path=need.area_path,
            platform=need.platform,
            claimed_at=now,
            agree_due_at=due,
            offer_id=offer,
        )
        look = self._board.next_look(project.promise, self._rules.promise, need.area_code, tree)
        project = await work.civic.projects.add(replace(project, next_check_at=look))
        await self._listing.save(work, replace(need, state=NeedState.CLAIMED, claimed_at=now))
        await self.show(work, await self._listing.view(work, project))
        return Answer("projects.claimed", {"number": need.id, "project": project.id})

    async def agree(self, work: UnitOfWork, press: Press, project_id: int) -> Answer:
        """同意: the project begins with its steps and dates, and those who asked are told."""
        project, need = await self._locked(work, project_id)
        civic_post(press.actor, CivicAction.AGREE, project.area_path)
        require_project_move(project, ProjectState.UNDER_WAY)
        now = self._board.clock()
        project = replace(project, state=ProjectState.UNDER_WAY, agreed_at=now, next_check_at=None)
        await work.civic.projects.save(project)
        steps = plan(project, self._rules.steps, self._board.rules.clocks.calendar, now)
        tree = await work.areas.tree()
        await work.civic.projects.add_steps([self._watched(step, project, tree) for step in steps])
        need = replace(need, state=NeedState.UNDER_WAY)
        await self._listing.save(work, need)
        view = await self._listing.view(work, project, need)
        await self.show(work, view)
        due = self._board.rules.wording.moment(steps[-1].due_at).split(" ")[0] if steps else ""
        await self._listing.announce(
            work, need, "projects.begun", partner=view.partner.name, project=project.id, due=due
        )
        return Answer("projects.agreed", {"project": project.id})

    async def disagree(self, work: UnitOfWork, press: Press, project_id: int) -> Answer:
        """不同意: the need is open for others again."""
        project, need = await self._locked(work, project_id)
        civic_post(press.actor, CivicAction.DISAGREE, project.area_path)
        await self._ended(work, project, need, ProjectState.REFUSED)
        return Answer("projects.disagreed", {"project": project_id})

    async def leave(self, work: UnitOfWork, press: Press, project_id: int) -> Answer:
        """退出: the partner gives it up; the need is open for others again."""
        project, need = await self._locked(work, project_id)
        partner = await work.civic.partners.get(project.partner_id)
        if partner.account != press.actor.account:
            raise NotAllowed("project_leave")
        was_under_way = project.state is ProjectState.UNDER_WAY
        await self._ended(work, project, need, ProjectState.CANCELLED)
        if was_under_way:
            await self._listing.announce(work, need, "projects.stopped", partner=partner.name, project=project_id)
        return Answer("projects.left", {"project": project_id})

    async def cancel(self, work: UnitOfWork, press: Press, project_id: int) -> Answer:
        """终止: the community ends it; the need is open for others again, and those who asked are told."""
        project, need = await self._locked(work, project_id)
        civic_post(press.actor, CivicAction.CANCEL, project.area_path)
        partner = await work.civic.partners.get(project.partner_id)
        await self._ended(work, project, need, ProjectState.CANCELLED)
        await self._listing.announce(work, need, "projects.stopped", partner=partner.name, project=project_id)
        return Answer("projects.cancelled", {"project": project_id})

    async def step_done(self, work: UnitOfWork, press: Press, project_id: int, step_id: int) -> Answer:
        """A step is done, by the side that does it; the community may say so of any step."""
        project = await work.civic.projects.lock(project_id)
        steps = await work.civic.projects.steps(project_id)
        step = next((one for one in steps if one.id == step_id), None)
        partner = await work.civic.partners.get(project.partner_id)
        by_partner = step is not None and step.by_partner and partner.account == press.actor.account
        if not by_partner:
            civic_post(press.actor, CivicAction.PLAN, project.area_path)
        if step is None or step.done_at is not None or project.state is not ProjectState.UNDER_WAY:
            raise StepOver
        await work.civic.projects.save_step(replace(step, done_at=self._board.clock(), next_check_at=None))
        view = await self._listing.view(work, project)
        await self.show(work, view)
        await self._listing.show(work, view.need, silent=True)
        return Answer("projects.step_done", {"name": step.name})

    async def finish(self, work: UnitOfWork, press: Press, project_id: int) -> Answer:
        """办成: every step is done; those who asked are told."""
        project, need = await self._locked(work, project_id)
        civic_post(press.actor, CivicAction.FINISH, project.area_path)
        require_project_move(project, ProjectState.DONE)
        require_complete(project, await work.civic.projects.steps(project_id))
        now = self._board.clock()
        project = replace(project, state=ProjectState.DONE, ended_at=now, next_check_at=None)
        await work.civic.projects.save(project)
        need = replace(need, state=NeedState.MET, ended_at=now)
        await self._listing.save(work, need)
        view = await self._listing.view(work, project, need)
        await self.show(work, view)
        await self._listing.announce(work, need, "projects.done", partner=view.partner.name, project=project_id)
        return Answer("projects.finished", {"project": project_id})

    async def listed(self, work: UnitOfWork, actor: Actor, chat_id: int) -> Answer | Content:
        """``/projects``: what waits for the community and what is under way; a partner sees the own ones everywhere."""
        scopes = await self._board.scopes(work, actor, chat_id)
        partners = await work.civic.partners.of_account(actor.account) if chat_id == actor.account else ()
        if not scopes and not partners:
            return Answer("needs.say_in_group")
        found = {one.id: one for one in await work.civic.projects.of_partners([one.id for one in partners], _ALIVE)}
        for scope in scopes:
            for one in await work.civic.projects.find(_ALIVE, area_path=scope, limit=_LISTED):
                found.setdefault(one.id, one)
        say, now = self._board.rules.wording.say, self._board.clock()
        if not found:
            return Content(lines=(say("projects.none"),))
        ordered = sorted(found.values(), key=lambda one: one.id)
        shown = [await self._listing.view(work, one) for one in ordered[: self._rules.shown]]
        lines = [self._cards.project_line(view, now) for view in shown]
        if len(ordered) > len(shown):
            lines.append(say("lists.more", count=len(ordered) - len(shown)))
        lines.append(say("projects.how"))
        return Content(say("projects.list_title", count=len(ordered)), tuple(lines))

    async def card(self, work: UnitOfWork, actor: Actor, project_id: int) -> Content:
        """One project with the buttons that the person can use.

        Raises ``UnknownProject``, and ``NotAllowed`` for who is neither of its sides.
        """
        view = await self._listing.view(work, await work.civic.projects.get(project_id))
        if view.partner.account == actor.account:
            return self._cards.project(view, self._board.clock(), *self._cards.partner_buttons(view))
        if not may(actor, CivicAction.PLAN, view.project.area_path):
            raise NotAllowed(CivicAction.PLAN)
        return self._cards.project(view, self._board.clock(), *self._cards.community_buttons(view))

    async def show(self, work: UnitOfWork, view: ProjectView) -> None:
        """Sends or edits the card of a project in the chats of both sides and of whoever was told of it."""
        topic, now = project_topic(view.project.id), self._board.clock()
        posts = await self._board.community(work, view.project.area_code)
        accounts = {post.account for post in posts} | {chat for _, chat, _ in await work.outbox.topics.chats(topic)}
        contents = {
            account: self._cards.project(view, now, *self._cards.community_buttons(view))
            for account in sorted(one for one in accounts if one is not None)
        }
        if view.partner.account is not None:
            contents[view.partner.account] = self._cards.project(view, now, *self._cards.partner_buttons(view))
        await self._board.show(work, topic, contents)

    async def _claimant(
        self, work: UnitOfWork, actor: Actor, need: Need, offer_id: int, tree: AreaTree
    ) -> tuple[Partner, int | None]:
        """The partner by which the person may claim, and the offer it was matched with, if that is theirs."""
        partners = await work.civic.partners.of_account(actor.account)
        if offer_id:
            offer = await work.civic.partners.offer(offer_id)
            own = next((one for one in partners if one.id == offer.partner_id), None)
            # What was proposed to them may lie in another community; what was not proposed fits no better by a button.
            fits = offer.state is OfferState.LISTED and match(need, offer, tree, self._rules) is not None
            if own is not None and fits:
                return own, offer.id
        near = next((one for one in partners if is_near(one.area_code, need.area_code, tree)), None)
        if near is None:
            raise NotAllowed("need_claim")
        return near, None

    async def _locked(self, work: UnitOfWork, project_id: int) -> tuple[Project, Need]:
        # The need before its project, everywhere in this order, so that no two presses wait for each other.
        need = await work.civic.needs.lock((await work.civic.projects.get(project_id)).need_id)
        return await work.civic.projects.lock(project_id), need

    async def _ended(self, work: UnitOfWork, project: Project, need: Need, state: ProjectState) -> None:
        require_project_move(project, state)
        require_need_move(need, NeedState.OPEN)
        project = replace(project, state=state, ended_at=self._board.clock(), next_check_at=None)
        await work.civic.projects.save(project)
        for step in await work.civic.projects.steps(project.id):
            if step.next_check_at is not None:
                await work.civic.projects.save_step(replace(step, next_check_at=None))
        need = replace(need, state=NeedState.OPEN, claimed_at=None)
        await self._listing.save(work, need)
        await self.show(work, await self._listing.view(work, project, need))

    def _watched(self, step: ProjectStep, project: Project, tree: AreaTree) -> ProjectStep:
        look = self._board.next_look(step.promise, self._rules.promise, community_of(project.area_code, tree), tree)
        return replace(step, next_check_at=look)
