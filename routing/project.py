"""A need and a resource agreed on (项目清单): its states, its steps with dates, and the legal moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from routing.calendar import WorkingCalendar
from routing.errors import RoutingError
from routing.need_rules import PlannedStep
from routing.promise import Promise


class ProjectState(StrEnum):
    """Where a project stands."""

    CLAIMED = "claimed"
    """A partner claimed the need; the community has to agree."""
    UNDER_WAY = "under_way"
    """Both sides agreed."""
    DONE = "done"
    REFUSED = "refused"
    """The community did not agree."""
    CANCELLED = "cancelled"
    """One side gave it up."""


PROJECT_TRANSITIONS: Mapping[ProjectState, frozenset[ProjectState]] = MappingProxyType(
    {
        ProjectState.CLAIMED: frozenset({ProjectState.UNDER_WAY, ProjectState.REFUSED, ProjectState.CANCELLED}),
        ProjectState.UNDER_WAY: frozenset({ProjectState.DONE, ProjectState.CANCELLED}),
        ProjectState.DONE: frozenset(),
        ProjectState.REFUSED: frozenset(),
        ProjectState.CANCELLED: frozenset(),
    }
)
"""Every legal move; what is not here is refused."""


@dataclass(frozen=True, slots=True)
class Project:
    """One partner's work for one need. Times are aware UTC."""

    id: int
    need_id: int
    partner_id: int
    state: ProjectState
    area_code: str
    area_path: str
    platform: str
    claimed_at: datetime
    agree_due_at: datetime
    """Until when the community has to agree."""
    offer_id: int | None = None
    """The offer that was matched with the need, if there was one."""
    agreed_at: datetime | None = None
    ended_at: datetime | None = None
    reminded: bool = False
    level: int = 0
    escalated_at: datetime | None = None
    next_check_at: datetime | None = None
    """When the clock has to look at it again, while it waits for the community."""

    @property
    def promise(self) -> Promise:
        """The answer that the community owes while the project waits for it."""
        return Promise(self.claimed_at, self.agree_due_at, self.reminded, self.level, self.escalated_at)


@dataclass(frozen=True, slots=True)
class ProjectStep:
    """One step of a project. Times are aware UTC."""

    id: int
    project_id: int
    position: int
    name: str
    by_partner: bool
    """Whether the partner does it, or else the community."""
    planned_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    reminded: bool = False
    level: int = 0
    escalated_at: datetime | None = None
    next_check_at: datetime | None = None

    @property
    def promise(self) -> Promise:
        """What is owed by the step's date."""
        return Promise(self.planned_at, self.due_at, self.reminded, self.level, self.escalated_at)

    def is_late(self, now: datetime) -> bool:
        """Whether its date is past and it is not done."""
        return self.done_at is None and self.due_at <= now


class UnknownProject(RoutingError):
    """No project has this number."""

    code = "unknown_project"

    def __init__(self, project_id: int) -> None:
        super().__init__(project_id)
        self.project_id = project_id


class ProjectMoved(RoutingError):
    """The project stands elsewhere by now."""

    code = "project_moved"

    def __init__(self, project_id: int, state: ProjectState) -> None:
        super().__init__(project_id, state)
        self.project_id = project_id
        self.state = state


class StepsOpen(RoutingError):
    """A project is not complete while steps of it are open."""

    code = "steps_open"

    def __init__(self, project_id: int, count: int) -> None:
        super().__init__(project_id, count)
        self.project_id = project_id
        self.count = count


class StepOver(RoutingError):
    """The step was done already, or is none of the project."""

    code = "step_over"


class DateInvalid(RoutingError):
    """What stands where a date should is none, or lies in the past."""

    code = "date_invalid"

    def __init__(self, written: str) -> None:
        super().__init__(written)
        self.written = written


def require_project_move(project: Project, state: ProjectState) -> None:
    """Raises ``ProjectMoved`` where the project cannot come to ``state`` from where it is."""
    if state not in PROJECT_TRANSITIONS[project.state]:
        raise ProjectMoved(project.id, project.state)


def require_complete(project: Project, steps: Iterable[ProjectStep]) -> None:
    """Raises ``StepsOpen`` where a step is not done."""
    count = sum(step.done_at is None for step in steps)
    if count:
        raise StepsOpen(project.id, count)


def current_step(steps: Sequence[ProjectStep]) -> ProjectStep | None:
    """The first step that is not done, in their order; none where all are."""
    return next((step for step in sorted(steps, key=lambda one: one.position) if step.done_at is None), None)


def plan(
    project: Project, steps: Sequence[PlannedStep], calendar: WorkingCalendar, begins_at: datetime
) -> tuple[ProjectStep, ...]:
    """The steps with their dates, each counted in working time from the end of the one before."""
    planned: list[ProjectStep] = []
    begins = begins_at
    for position, step in enumerate(steps, start=1):
        due = calendar.add_working(begins, step.working)
        planned.append(ProjectStep(0, project.id, position, step.name, step.by_partner, begins, due))
        begins = due
    return tuple(planned)
