"""How the community changes the steps of a project: ``/project 编号 | 步骤 | 日期 | 单位``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from bot.services.civic_board import CivicBoard
from bot.services.desk import Answer
from bot.services.need_listing import NeedListing
from bot.services.ports import UnitOfWork
from bot.services.projects import ProjectService
from routing.civic_rights import CivicAction, civic_post
from routing.moments import moment_of
from routing.need_rules import NeedRules
from routing.outgoing import Content
from routing.project import DateInvalid, ProjectMoved, ProjectState, ProjectStep, StepOver
from routing.staff import Actor

LONGEST_NAME = 40
MOST_STEPS = 12
_ENDS_AT = time(18, 0)
_PARTNER_WORDS = frozenset({"单位", "认领方", "商户", "志愿者", "对方"})


class PlanService:
    """Adds steps and moves dates."""

    def __init__(self, rules: NeedRules, board: CivicBoard, listing: NeedListing, projects: ProjectService) -> None:
        self._rules = rules
        self._board = board
        self._listing = listing
        self._projects = projects

    async def command(self, work: UnitOfWork, actor: Actor, written: str) -> Answer | Content:
        """Shows a project (``3``), moves a date (``3 | 2 | 12-05``) or adds a step (``3 | 验收 | 12-05 | 社区``).

        Raises ``UnknownProject``, ``NotAllowed``, ``DateInvalid`` and ``StepOver``.
        """
        parts = [part.strip() for part in written.replace("｜", "|").split("|")]
        if not parts[0].isdecimal() or len(parts) not in (1, 3, 4):
            return Answer("projects.usage")
        project_id = int(parts[0][:9])
        if len(parts) == 1:
            return await self._projects.card(work, actor, project_id)
        project = await work.civic.projects.lock(project_id)
        civic_post(actor, CivicAction.PLAN, project.area_path)
        if project.state is not ProjectState.UNDER_WAY:
            raise ProjectMoved(project_id, project.state)
        due = moment_of(parts[2], self._board.clock(), self._board.rules.clocks.calendar.timezone, by_default=_ENDS_AT)
        if due is None:
            raise DateInvalid(parts[2])
        steps = await work.civic.projects.steps(project_id)
        if parts[1].isdecimal():
            answer = await self._move(work, steps, int(parts[1][:3]), due, project.area_code)
        else:
            by_partner = len(parts) == 4 and parts[3] in _PARTNER_WORDS
            answer = await self._add(work, project_id, steps, parts[1], due, project.area_code, by_partner=by_partner)
        view = await self._listing.view(work, project)
        await self._projects.show(work, view)
        await self._listing.show(work, view.need, silent=True)
        return answer

    async def _move(
        self, work: UnitOfWork, steps: tuple[ProjectStep, ...], position: int, due: datetime, area_code: str
    ) -> Answer:
        step = next((one for one in steps if one.position == position), None)
        if step is None or step.done_at is not None:
            raise StepOver
        moved = replace(step, planned_at=self._board.clock(), due_at=due, reminded=False, level=0, escalated_at=None)
        await work.civic.projects.save_step(await self._watched(work, moved, area_code))
        return Answer("projects.moved", {"name": step.name, "due": self._board.rules.wording.moment(due)})

    async def _add(
        self,
        work: UnitOfWork,
        project_id: int,
        steps: tuple[ProjectStep, ...],
        name: str,
        due: datetime,
        area_code: str,
        *,
        by_partner: bool,
    ) -> Answer:
        if not name or len(name) > LONGEST_NAME or len(steps) >= MOST_STEPS:
            return Answer("projects.usage")
        position = max((one.position for one in steps), default=0) + 1
        new = ProjectStep(0, project_id, position, name, by_partner, self._board.clock(), due)
        await work.civic.projects.add_steps([await self._watched(work, new, area_code)])
        return Answer("projects.added", {"name": name, "due": self._board.rules.wording.moment(due)})

    async def _watched(self, work: UnitOfWork, step: ProjectStep, area_code: str) -> ProjectStep:
        tree = await work.areas.tree()
        look = self._board.next_look(step.promise, self._rules.promise, area_code, tree)
        return replace(step, next_check_at=look)
