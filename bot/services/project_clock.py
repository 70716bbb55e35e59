"""What the clock does to projects: an agreement that is owed, and steps whose date comes near or is past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.services.civic_board import CivicBoard
from bot.services.need_cards import ProjectView
from bot.services.need_listing import NeedListing
from bot.services.ports import UnitOfWork
from bot.services.projects import ProjectService
from routing.need_rules import NeedRules
from routing.outgoing import Content
from routing.project import Project, ProjectState, ProjectStep, current_step
from routing.promise import Promise, PromiseStep, promise_step

BATCH = 20
"""Projects taken at once: a batch is one transaction, and another replica takes the next."""


class ProjectClock:
    """Looks at the projects of which something has fallen due."""

    def __init__(self, rules: NeedRules, board: CivicBoard, listing: NeedListing, projects: ProjectService) -> None:
        self._rules = rules
        self._board = board
        self._listing = listing
        self._projects = projects

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH) -> int:
        """Deals with up to ``limit`` due projects and says how many; the caller commits and calls again until none."""
        due = await work.civic.projects.take_due(self._board.clock(), limit=limit)
        for project in due:
            if project.state is ProjectState.CLAIMED:
                await self._agreement(work, project)
            else:
                await self._steps(work, project)
        return len(due)

    async def _agreement(self, work: UnitOfWork, project: Project) -> None:
        view = await self._listing.view(work, project)
        fields = {"need": view.need.id, "partner": view.partner.name, "due": self._moment(project.promise)}
        step = await self._told(work, project, project.promise, owed_by=None, what="agree", fields=fields)
        changed, look = await self._next(work, project, project.promise, step)
        await work.civic.projects.save(
            replace(
                project,
                reminded=changed.is_reminded,
                level=changed.level,
                escalated_at=changed.escalated_at,
                next_check_at=look,
            )
        )

    async def _steps(self, work: UnitOfWork, project: Project) -> None:
        now = self._board.clock()
        view = await self._listing.view(work, project)
        current = current_step(view.steps)
        for step in view.steps:
            if step.next_check_at is None or step.next_check_at > now:
                continue
            if project.state is not ProjectState.UNDER_WAY or step.done_at is not None:
                await work.civic.projects.save_step(replace(step, next_check_at=None))
            elif current is not None and step.id != current.id:
                # What waits for a late step cannot be done yet; it is looked at again when that may have changed.
                later = self._board.rules.clocks.calendar.add_working(now, self._rules.promise.repeat)
                await work.civic.projects.save_step(replace(step, next_check_at=later))
            else:
                await self._step(work, view, step)

    async def _step(self, work: UnitOfWork, view: ProjectView, step: ProjectStep) -> None:
        fields = {"name": step.name, "due": self._moment(step.promise), "partner": view.partner.name}
        owed_by = view.partner.account if step.by_partner else None
        done = await self._told(work, view.project, step.promise, owed_by=owed_by, what="step", fields=fields)
        changed, look = await self._next(work, view.project, step.promise, done)
        await work.civic.projects.save_step(
            replace(
                step,
                reminded=changed.is_reminded,
                level=changed.level,
                escalated_at=changed.escalated_at,
                next_check_at=look,
            )
        )
        if done.escalate_to is not None:
            await self._projects.show(work, await self._listing.view(work, view.project))

    async def _told(
        self,
        work: UnitOfWork,
        project: Project,
        promise: Promise,
        *,
        owed_by: int | None,
        what: str,
        fields: Mapping[str, object],
    ) -> PromiseStep:
        """Tells whom it concerns what has fallen due; ``owed_by`` is the partner's account, none for the community."""
        tree = await work.areas.tree()
        top = self._board.top(project.area_code, tree)
        calendar = self._board.rules.clocks.calendar
        step = promise_step(promise, self._rules.promise, calendar, self._board.clock(), top=top)
        if step.is_nothing:
            return step
        community = [post.account for post in await self._board.community(work, project.area_code)]
        owing = [owed_by] if owed_by is not None else community
        say = self._board.rules.wording.say
        if step.remind:
            line = say(f"projects.clock.{what}_remind", project=project.id, **fields)
            await self._board.tell(work, owing, Content(lines=(line,)), silent=self._board.is_quiet())
            return step
        level, superiors = await self._board.at_level(work, project.area_code, step.escalate_to or 0)
        names = "、".join(dict.fromkeys(post.name for post in superiors))
        line = say(f"projects.clock.{what}_late", project=project.id, names=names, **fields)
        told = [*owing, *community, *(post.account for post in superiors)]
        await self._board.tell(work, told, Content(lines=(line,)), silent=self._board.is_quiet())
        return replace(step, escalate_to=level)

    async def _next(
        self, work: UnitOfWork, project: Project, promise: Promise, step: PromiseStep
    ) -> tuple[Promise, datetime | None]:
        tree, now = await work.areas.tree(), self._board.clock()
        if step.remind:
            promise = replace(promise, is_reminded=True)
        if step.escalate_to is not None:
            promise = replace(promise, level=step.escalate_to, escalated_at=now)
        return promise, self._board.next_look(promise, self._rules.promise, project.area_code, tree)

    def _moment(self, promise: Promise) -> str:
        return self._board.rules.wording.moment(promise.due_at)
