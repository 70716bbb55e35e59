"""Who owes a matter: from the service, the duty lists and the management of the complex to its owner."""

from __future__ import annotations

from dataclasses import dataclass

from routing.areas import Area, AreaTree
from routing.catalogue import OwnerKind, Service, Urgency
from routing.organisation import DutyRules, Step, areas_around, step_among, step_at
from routing.placement import Location
from routing.staff import Role

_LEVEL_ABOVE = {
    OwnerKind.PROPERTY: OwnerKind.COMMUNITY,
    OwnerKind.UTILITY: OwnerKind.COMMUNITY,
    OwnerKind.GRID: OwnerKind.COMMUNITY,
    OwnerKind.COMMUNITY: OwnerKind.STREET,
}

_KIND_OF_ROLE = {
    Role.PROPERTY: OwnerKind.PROPERTY,
    Role.LIAISON: OwnerKind.GRID,
    Role.GRID_WORKER: OwnerKind.GRID,
    Role.GRID_LEAD: OwnerKind.GRID,
    Role.COMMUNITY: OwnerKind.COMMUNITY,
    Role.DEPARTMENT: OwnerKind.UTILITY,
    Role.STREET: OwnerKind.STREET,
    Role.SUPERVISOR: OwnerKind.STREET,
    Role.ADMIN: OwnerKind.STREET,
}
"""As whose a matter counts that a step of the chain has; all above the street count as the street's."""

NEGATIVE_LIST = "negative_list"
ASSISTED = "assisted"
STATUTORY = "statutory"
NO_COMPLEX = "no_complex"
NO_AREA = "no_area"
NO_HANDLER = "no_handler"
NOBODY_ON_DUTY = "nobody_on_duty"
_REASONS = {
    OwnerKind.GRID: "grid",
    OwnerKind.COMMUNITY: "community",
    OwnerKind.UTILITY: "utility_contact",
    OwnerKind.STREET: NEGATIVE_LIST,
}


_OWN_LEVEL = frozenset({"grid", "community"})
"""Reasons of matters that lie with their own level."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who answers for a matter, at which area, who follows it up, and the stable code of the reason."""

    kind: OwnerKind
    area_code: str
    roles: tuple[Role, ...]
    reason: str
    followers: tuple[tuple[Role, str], ...] = ()
    """Posts that are told and keep an eye on it, as role and area."""


def owner_of(service: Service, urgency: Urgency, location: Location, tree: AreaTree, rules: DutyRules) -> Ownership:
    """The owner by the rules alone, whether or not anybody is there (see ``routing.assign``).

    The reason is one of: ``managed``, ``self_managed``, ``entrusted`` (property by the complex's management),
    ``no_complex`` (a property matter outside every complex), ``grid``, ``community``, ``utility_contact``,
    ``negative_list`` (past the level that must not handle it), ``assisted`` (past the level that only assists, which
    follows it up), ``statutory`` (the level's own duty by law), ``no_area`` (the tree has no area of the owner's level
    there, so the next one above answers). An emergency is followed by grid worker, lead and community together.
    """
    kind, reason = _by_service(service, location, tree, rules)
    assisting: list[OwnerKind] = []
    while kind in _LEVEL_ABOVE:
        if rules.on_negative_list(kind, service.code):
            reason = NEGATIVE_LIST
        elif rules.is_assisted(kind, service.code):
            assisting.append(kind)
            reason = ASSISTED
        else:
            break
        kind = _LEVEL_ABOVE[kind]
    if reason in _OWN_LEVEL and rules.is_statutory(kind, service.code):
        reason = STATUTORY
    steps = chain_above(kind, location.anchors, tree, rules)
    own_station = rules.organisation.chains[kind][0].key
    if steps[0].key != own_station:
        kind, reason = kind_of(steps[0]), NO_AREA
        steps = chain_above(kind, location.anchors, tree, rules)
    return Ownership(
        kind=kind,
        area_code=steps[0].area_code,
        roles=steps[0].roles,
        reason=reason,
        followers=_followers(kind, urgency, steps[0], location, tree, rules, assisting),
    )


def chain_above(kind: OwnerKind, anchors: tuple[str, ...], tree: AreaTree, rules: DutyRules) -> tuple[Step, ...]:
    """The steps from the owner's own to the highest superior, without those that the tree has no area for.

    It is never empty: where the tree has no area of any level, the administrators of the root answer.
    """
    return rules.chains.get(tree, (kind, anchors), lambda: chain_among(kind, areas_around(anchors, tree), rules))


def chain_among(kind: OwnerKind, around: tuple[Area, ...], rules: DutyRules) -> tuple[Step, ...]:
    """The same chain from the areas ``around`` a place, nearest first and at least one."""
    stations = rules.organisation.chains[kind]
    steps = tuple(step for station in stations if (step := step_among(station, around)) is not None)
    root = next((area for area in around if area.parent_code is None), around[-1])
    return steps or (Step("admin", (Role.ADMIN, Role.SUPERVISOR), (root.code,)),)


def kind_of(step: Step) -> OwnerKind:
    """As whose a matter counts that lies with a step."""
    return _KIND_OF_ROLE[step.roles[0]]


def emergency_recipients(ownership: Ownership) -> tuple[tuple[Role, str], ...]:
    """Everybody who hears of an emergency at once, as role and area: the owner, then those who follow it."""
    own = tuple((role, ownership.area_code) for role in ownership.roles)
    return tuple(dict.fromkeys(own + ownership.followers))


def _by_service(service: Service, location: Location, tree: AreaTree, rules: DutyRules) -> tuple[OwnerKind, str]:
    if service.owner is not OwnerKind.PROPERTY:
        return service.owner, _REASONS[service.owner]
    management = tree.get(location.complex_code).management if location.complex_code else None
    if management is None:
        return OwnerKind.GRID, NO_COMPLEX
    return rules.property_owner[management], management.value


def _followers(
    kind: OwnerKind,
    urgency: Urgency,
    own: Step,
    location: Location,
    tree: AreaTree,
    rules: DutyRules,
    assisting: list[OwnerKind],
) -> tuple[tuple[Role, str], ...]:
    told: list[tuple[Role, str]] = []
    for level in assisting:
        nearest = chain_above(level, location.anchors, tree, rules)[0]
        told.extend((role, nearest.area_code) for role in nearest.roles)
    if urgency is Urgency.EMERGENCY:
        for station in rules.organisation.emergency:
            if step := step_at(station, location.anchors, tree):
                told.extend((role, code) for role in step.roles for code in step.area_codes)
    elif location.grid_code is not None:
        told.extend((role, location.grid_code) for role in rules.followers.get(kind, ()))
    owners = {(role, code) for role in own.roles for code in own.area_codes}
    return tuple(post for post in dict.fromkeys(told) if post not in owners)
