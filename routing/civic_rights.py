"""Who may do what with needs, offers, projects, suggestions and votes: one table, asked by the use cases."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from routing.errors import NotAllowed
from routing.permissions import RANK
from routing.staff import Actor, Role, Staff


class CivicAction(StrEnum):
    """What the community and those above it do; the value is also the stable code of its button."""

    CLOSE_NEED = "need_close"
    APPROVE_OFFER = "offer_approve"
    REFUSE_OFFER = "offer_refuse"
    AGREE = "project_agree"
    DISAGREE = "project_disagree"
    PLAN = "project_plan"
    """Adds a step to a project or moves its date."""
    FINISH = "project_finish"
    CANCEL = "project_cancel"
    ANSWER = "motion_answer"
    """Answers a suggestion that enough people support."""
    CALL_VOTE = "vote_call"
    CANCEL_VOTE = "vote_cancel"


COMMUNITY_AND_ABOVE = frozenset(role for role, rank in RANK.items() if rank >= RANK[Role.COMMUNITY])

ALLOWED: Mapping[CivicAction, frozenset[Role]] = MappingProxyType(
    {
        CivicAction.CLOSE_NEED: COMMUNITY_AND_ABOVE,
        CivicAction.APPROVE_OFFER: COMMUNITY_AND_ABOVE,
        CivicAction.REFUSE_OFFER: COMMUNITY_AND_ABOVE,
        CivicAction.AGREE: COMMUNITY_AND_ABOVE,
        CivicAction.DISAGREE: COMMUNITY_AND_ABOVE,
        CivicAction.PLAN: COMMUNITY_AND_ABOVE,
        CivicAction.FINISH: COMMUNITY_AND_ABOVE,
        CivicAction.CANCEL: COMMUNITY_AND_ABOVE,
        CivicAction.ANSWER: COMMUNITY_AND_ABOVE,
        CivicAction.CALL_VOTE: COMMUNITY_AND_ABOVE,
        CivicAction.CANCEL_VOTE: COMMUNITY_AND_ABOVE,
    }
)
"""The roles of each action; the post's area must also be around the matter's."""


def may(actor: Actor, action: CivicAction, area_path: str) -> bool:
    """Whether one of the person's posts allows the action for a matter that lies at ``area_path``."""
    return _post(actor, action, area_path) is not None


def civic_post(actor: Actor, action: CivicAction, area_path: str) -> Staff:
    """The lowest post by which ``actor`` may do it; raises ``NotAllowed`` where there is none."""
    post = _post(actor, action, area_path)
    if post is None:
        raise NotAllowed(action)
    return post


def _post(actor: Actor, action: CivicAction, area_path: str) -> Staff | None:
    fitting = (
        post for post in actor.posts if post.role in ALLOWED[action] and f"/{post.area_code}/" in f"/{area_path}"
    )
    return min(fitting, key=lambda post: (RANK[post.role], post.id), default=None)
