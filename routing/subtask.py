"""A part of a ticket that somebody of another unit does (协办): its states and the legal moves between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from routing.errors import RoutingError


class SubtaskState(StrEnum):
    """Where a sub-task stands."""

    ASKED = "asked"
    """The co-handler was asked and has not answered (待认领)."""
    CLAIMED = "claimed"
    """The co-handler works on it."""
    DONE = "done"
    WITHDRAWN = "withdrawn"
    """Taken back by the lead, or over with its ticket."""


OPEN_SUBTASKS = frozenset({SubtaskState.ASKED, SubtaskState.CLAIMED})
"""The co-handler still owes something, so the lead cannot report the ticket as done."""

SUBTASK_TRANSITIONS: Mapping[SubtaskState, frozenset[SubtaskState]] = MappingProxyType(
    {
        SubtaskState.ASKED: frozenset({SubtaskState.CLAIMED, SubtaskState.DONE, SubtaskState.WITHDRAWN}),
        SubtaskState.CLAIMED: frozenset({SubtaskState.DONE, SubtaskState.WITHDRAWN}),
        SubtaskState.DONE: frozenset(),
        SubtaskState.WITHDRAWN: frozenset(),
    }
)
"""Every legal move; what is small may be done without being claimed first."""


@dataclass(frozen=True, slots=True)
class Subtask:
    """What one post is to do for a ticket that another leads. Times are aware UTC."""

    id: int
    ticket_id: int
    post_id: int
    """The co-handler's post."""
    given_by: int
    """The post of the lead who asked."""
    given_at: datetime
    task: str
    """What is to be done, in the lead's words."""
    state: SubtaskState = SubtaskState.ASKED
    claimed_at: datetime | None = None
    done_at: datetime | None = None
    withdrawn_at: datetime | None = None
    reason: str = ""
    """Why it was taken back: a code."""

    @property
    def is_open(self) -> bool:
        """Whether the co-handler still owes something."""
        return self.state in OPEN_SUBTASKS


class UnknownSubtask(RoutingError):
    """No sub-task has this id."""

    code = "unknown_subtask"

    def __init__(self, subtask_id: int) -> None:
        super().__init__(subtask_id)
        self.subtask_id = subtask_id


class SubtaskOver(RoutingError):
    """The sub-task was done or taken back already."""

    code = "subtask_over"


class SubtasksOpen(RoutingError):
    """A ticket cannot be reported as done while co-handlers owe something for it."""

    code = "subtasks_open"

    def __init__(self, number: str, count: int) -> None:
        super().__init__(number, count)
        self.number = number
        self.count = count


def require_move(subtask: Subtask, state: SubtaskState) -> None:
    """Raises ``SubtaskOver`` where the sub-task cannot come to ``state`` from where it is."""
    if state not in SUBTASK_TRANSITIONS[subtask.state]:
        raise SubtaskOver


def require_all_done(number: str, subtasks: Iterable[Subtask]) -> None:
    """Raises ``SubtasksOpen`` where a co-handler of the ticket still owes something."""
    count = sum(subtask.is_open for subtask in subtasks)
    if count:
        raise SubtasksOpen(number, count)
