"""Who hears of an overdue ticket at which level: the chain of its owner, or the one that its plan names."""

from __future__ import annotations

from collections.abc import Sequence

from routing.areas import AreaTree
from routing.assign import areas_of, chain_of, posts_at, step_for
from routing.escalation_plan import EscalationPlan
from routing.organisation import DutyRules, Step, step_among
from routing.staff import Staff
from routing.ticket import Ticket


def ladder(ticket: Ticket, plan: EscalationPlan, tree: AreaTree, duties: DutyRules) -> tuple[Step, ...]:
    """The steps from the owner (level 0) to the last one that hears; never empty.

    A station of the plan without an area in the tree is left out, as in the chains of the organisation.
    """
    steps = chain_of(ticket, tree, duties)
    if plan.stations:
        around = areas_of(ticket, tree)
        named = (step_among(station, around) for station in plan.stations)
        steps = (steps[0], *(step for step in named if step is not None and step.key != steps[0].key))
    keys = [step.key for step in steps]
    return steps[: keys.index(plan.highest) + 1] if plan.highest in keys else steps


def told_at(steps: Sequence[Step], level: int, posts: Sequence[Staff], ticket: Ticket) -> tuple[int, tuple[Staff, ...]]:
    """Who hears of the ticket at ``level``, or at the first level above it that anybody fills, and that level.

    ``posts`` are at least those of all steps. Whoever is off duty hears only where nobody of the step is on duty, and
    whoever cannot be reached only where nobody up to the top can be.
    """
    unreached: tuple[int, tuple[Staff, ...]] = level, ()
    for reached in range(level, max(level, len(steps) - 1) + 1):
        there = posts_at(step_for(steps, reached), posts, ticket.service_code)
        known = tuple(post for post in there if post.account is not None and post.id != ticket.assignee_id)
        if reachable := tuple(post for post in known if post.reachable):
            return reached, tuple(post for post in reachable if post.on_duty) or reachable
        if known and not unreached[1]:
            unreached = reached, known
    return unreached


def is_told_at(steps: Sequence[Step], level: int, post: Staff) -> bool:
    """Whether the post is one of the step that a level stands for, or of one above it."""
    return any(_stands_at(step, post) for step in steps[level:] or steps[-1:])


def level_of(steps: Sequence[Step], post: Staff | None) -> int:
    """The level of the highest step that the post stands at; that of the owner where it stands at none."""
    levels = (level for level, step in enumerate(steps) if post is not None and _stands_at(step, post))
    return max(levels, default=0)


def _stands_at(step: Step, post: Staff) -> bool:
    return post.role in step.roles and post.area_code in step.area_codes
