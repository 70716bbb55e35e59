"""From an owner to the person: the on-duty handler with the least open work, or whoever stands above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routing.areas import Area, AreaTree
from routing.catalogue import OwnerKind
from routing.duty import NO_HANDLER, NOBODY_ON_DUTY, Ownership, chain_above, chain_among, kind_of
from routing.organisation import DutyRules, Step
from routing.placement import Location
from routing.staff import Role, Staff
from routing.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Assignment:
    """To whom a matter goes and as whose; nobody where the district has no handler at all for it."""

    ownership: Ownership
    assignee: Staff | None


def chain(ownership: Ownership, location: Location, tree: AreaTree, rules: DutyRules) -> tuple[Step, ...]:
    """The steps from the owner (level 0) up to the supervisors of the district; never empty."""
    return chain_above(ownership.kind, (ownership.area_code, *location.anchors), tree, rules)


def chain_of(ticket: Ticket, tree: AreaTree, rules: DutyRules) -> tuple[Step, ...]:
    """The same chain for a ticket, from what its row holds.

    The way up is the one that was written when it was opened: a grid that has moved to another community since then
    leaves its old tickets below the old one.
    """
    return chain_among(ticket.owner, areas_of(ticket, tree), rules)


def areas_of(ticket: Ticket, tree: AreaTree) -> tuple[Area, ...]:
    """The areas in which a ticket's way up is looked for: the owner's and those around it, then the ticket's own."""
    codes = [code for code in reversed(ticket.area_path.split("/")) if code in tree]
    own, above = ticket.owner_area_code, list[str]()
    if own in codes:
        above = codes[codes.index(own) :]
    elif own in tree:
        above = [area.code for area in tree.path(own)]
    return tuple(tree.get(code) for code in (*above, *codes)) or tree.roots()


def step_for(steps: Sequence[Step], level: int) -> Step:
    """The step that an escalation level stands for; levels above the top are repeats at the top."""
    return steps[min(level, len(steps) - 1)]


def posts_at(step: Step, posts: Sequence[Staff], service_code: str) -> tuple[Staff, ...]:
    """The posts of a step that take this service, on duty or not.

    A department's post must name the service or its group among its skills: what it does is not for every department.
    """
    return tuple(
        post
        for post in posts
        if post.role in step.roles
        and post.area_code in step.area_codes
        and post.serves(service_code)
        and (post.role is not Role.DEPARTMENT or post.skills)
    )


def choose(posts: Sequence[Staff], loads: Mapping[int, int], service_code: str) -> Staff | None:
    """The post that is on duty, reachable and skilled and has the least open work; of equals the lowest id.

    A post without an account cannot be reached in the chat, so it is no choice until its holder has joined.
    """
    free = [
        post
        for post in posts
        if post.on_duty and post.reachable and post.account is not None and post.serves(service_code)
    ]
    return min(free, key=lambda post: (loads.get(post.id, 0), post.id), default=None)


def choose_at(step: Step, posts: Sequence[Staff], loads: Mapping[int, int], service_code: str) -> Staff | None:
    """The post of a step that takes the service; the nearest area with somebody free wins over a lighter load."""
    there = posts_at(step, posts, service_code)
    for code in step.area_codes:
        if chosen := choose([post for post in there if post.area_code == code], loads, service_code):
            return chosen
    return None


def assign(
    ownership: Ownership,
    location: Location,
    tree: AreaTree,
    rules: DutyRules,
    posts: Sequence[Staff],
    loads: Mapping[int, int],
    service_code: str,
) -> Assignment:
    """The person for a matter.

    Where the owner has nobody, the community takes it; where that has nobody either, it goes further up. A street's
    matter goes up first, since it is on the community's negative list. The reason of the ownership then says
    ``no_handler`` (there is no such post) or ``nobody_on_duty`` (there is, but nobody of it can be reached now).
    """
    own = chain(ownership, location, tree, rules)
    if chosen := choose_at(own[0], posts, loads, service_code):
        return Assignment(ownership, chosen)
    reason = NOBODY_ON_DUTY if posts_at(own[0], posts, service_code) else NO_HANDLER
    for step in _substitutes(own, ownership, location, tree, rules):
        if chosen := choose_at(step, posts, loads, service_code):
            substitute = replace(
                ownership, kind=kind_of(step), area_code=chosen.area_code, roles=step.roles, reason=reason
            )
            return Assignment(substitute, chosen)
    community = chain_above(OwnerKind.COMMUNITY, location.anchors, tree, rules)[0]
    nobody = replace(
        ownership,
        kind=kind_of(community),
        area_code=community.area_code,
        roles=community.roles,
        reason=reason,
    )
    return Assignment(nobody, None)


def posts_needed(
    ownership: Ownership, location: Location, tree: AreaTree, rules: DutyRules
) -> tuple[frozenset[Role], frozenset[str]]:
    """The roles and areas of every post that :func:`assign` may choose from, for fetching them at once."""
    steps = (
        *chain(ownership, location, tree, rules),
        *chain_above(OwnerKind.COMMUNITY, location.anchors, tree, rules),
    )
    roles = frozenset(role for step in steps for role in step.roles)
    return roles, frozenset(code for step in steps for code in step.area_codes)


def _substitutes(
    own: tuple[Step, ...], ownership: Ownership, location: Location, tree: AreaTree, rules: DutyRules
) -> tuple[Step, ...]:
    community = chain_above(OwnerKind.COMMUNITY, location.anchors, tree, rules)
    return own[1:] + community if ownership.kind is OwnerKind.STREET else community
