"""Who may do what to a ticket: one rule for every action, asked by the use cases and not only by the buttons."""

from __future__ import annotations

from routing.catalogue import OwnerKind
from routing.errors import AlreadyHeld, NotAllowed
from routing.staff import Actor, Role, Staff
from routing.subtask import Subtask
from routing.ticket import PATROL, Action, Status, Ticket

RANK: dict[Role, int] = {
    Role.LIAISON: 0,
    Role.GRID_WORKER: 1,
    Role.PROPERTY: 1,
    Role.DEPARTMENT: 1,
    Role.GRID_LEAD: 2,
    Role.COMMUNITY: 3,
    Role.STREET: 4,
    Role.SUPERVISOR: 5,
    Role.ADMIN: 6,
}
"""Standing of the roles towards each other: a superior of a post has a higher rank and an area around the ticket."""

_OWNER_ROLES: dict[OwnerKind, frozenset[Role]] = {
    # The grid worker may take any matter of the grid (首问负责); the other roles only what their office answers for.
    OwnerKind.PROPERTY: frozenset({Role.PROPERTY, Role.GRID_WORKER, Role.GRID_LEAD, Role.COMMUNITY}),
    OwnerKind.GRID: frozenset({Role.GRID_WORKER, Role.GRID_LEAD, Role.COMMUNITY}),
    OwnerKind.COMMUNITY: frozenset({Role.GRID_WORKER, Role.GRID_LEAD, Role.COMMUNITY}),
    OwnerKind.UTILITY: frozenset({Role.DEPARTMENT, Role.GRID_WORKER, Role.GRID_LEAD, Role.COMMUNITY}),
    OwnerKind.STREET: frozenset({Role.STREET, Role.DEPARTMENT}),
}

PATROLS = frozenset({Role.GRID_WORKER, Role.LIAISON, Role.GRID_LEAD, Role.COMMUNITY, Role.PROPERTY})
"""Who goes on rounds and files what is found there (巡查上报)."""

_HOLDERS_OWN = frozenset(
    {
        Action.PROGRESS,
        Action.ASK_RETURN,
        Action.ASK_EXTENSION,
        Action.ASK_HOLD,
        Action.RESOLVE,
        Action.INVITE,
        Action.ASK_VOLUNTEERS,
        Action.RECALL,
        Action.TICK,
    }
)
_HOLDER_OR_SUPERIOR = frozenset(
    {
        Action.TRANSFER,
        Action.RESUME,
        Action.WITHDRAW,
        Action.RECLASSIFY,
        Action.SPLIT,
        Action.RELEASE,
        Action.LIST_AS_NEED,
    }
)
_SUPERIORS = frozenset({Action.ACKNOWLEDGE, Action.APPROVE, Action.REFUSE, Action.URGE})


def covers(post: Staff, ticket: Ticket) -> bool:
    """Whether the ticket lies in the post's area."""
    return f"/{post.area_code}/" in f"/{ticket.area_path}"


def is_superior(post: Staff, ticket: Ticket, assignee: Staff | None) -> bool:
    """Whether the post stands above whoever has the ticket, in an area around it.

    A ticket in the pool has everybody from the grid lead upward above it.
    """
    floor = RANK[assignee.role] if assignee is not None else RANK[Role.GRID_WORKER]
    return covers(post, ticket) and RANK[post.role] > floor


def may_claim(post: Staff, ticket: Ticket) -> bool:
    """Whether the post may take the ticket on: it was given to it, or its office answers for such matters there."""
    if post.id == ticket.assignee_id:
        return True
    return post.role in _OWNER_ROLES[ticket.owner] and post.serves(ticket.service_code) and covers(post, ticket)


def may_decide_dispute(post: Staff, ticket: Ticket, assignee: Staff | None) -> bool:
    """Whether the post may settle a contradiction of the call-back: from the community upward, above who did it."""
    is_high = RANK[post.role] >= RANK[Role.COMMUNITY] and post.id != ticket.assignee_id
    return is_high and is_superior(post, ticket, assignee)


def co_handling_post(actor: Actor, subtask: Subtask) -> Staff:
    """The post by which ``actor`` was asked to do the sub-task; raises ``NotAllowed`` for everybody else."""
    post = next((post for post in actor.posts if post.id == subtask.post_id), None)
    if post is None:
        raise NotAllowed("subtask")
    return post


def acting_post(actor: Actor, action: Action, ticket: Ticket, assignee: Staff | None) -> Staff:
    """The post by which ``actor`` may do ``action``; the lowest that suffices, so that nobody acts above need.

    Raises ``AlreadyHeld`` for a claim that came second and ``NotAllowed`` for everything a person has no post for.
    """
    posts = sorted(actor.posts, key=lambda post: (RANK[post.role], post.id))
    if action is Action.CLAIM and ticket.status is Status.IN_PROGRESS and assignee is not None:
        raise AlreadyHeld(ticket.number, assignee.name)
    for post in posts:
        if _allows(post, action, ticket, assignee):
            return post
    raise NotAllowed(action)


def _allows(post: Staff, action: Action, ticket: Ticket, assignee: Staff | None) -> bool:
    holds = post.id == ticket.assignee_id
    if action is Action.CLAIM:
        return may_claim(post, ticket)
    if action is Action.SOLVE_ON_SPOT:
        return ticket.via == PATROL and post.account == ticket.reporter_id and post.role in PATROLS
    if action in {Action.ACCEPT, Action.DECLINE}:
        return ticket.hand_over is not None and post.id == ticket.hand_over.to_post
    if action in {Action.UPHOLD, Action.REDO}:
        return may_decide_dispute(post, ticket, assignee)
    if action is Action.RATE_UNIT:
        by_department = assignee is not None and assignee.role is Role.DEPARTMENT
        return by_department and post.role is Role.STREET and covers(post, ticket)
    if action in _HOLDERS_OWN:
        return holds
    if action in _HOLDER_OR_SUPERIOR:
        return holds or is_superior(post, ticket, assignee)
    if action in _SUPERIORS:
        return not holds and is_superior(post, ticket, assignee)
    return False
