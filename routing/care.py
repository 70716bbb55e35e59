"""The care list: people in hardship with their paired cadres, and which role may see and do what of it.

Data about hardship is for those who need it only: the paired cadre, the community, and in part those above it, each in
the own area. Everything here is a table, so that it can be read and checked as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from routing.areas import AreaTree
from routing.errors import RoutingError
from routing.place import Place
from routing.staff import Actor, Role, Staff


class UnknownCarePerson(RoutingError):
    """Nobody on the care list has this number, or nobody whom the asking person may see."""

    code = "unknown_care_person"

    def __init__(self, person_id: int) -> None:
        super().__init__(person_id)
        self.person_id = person_id


@dataclass(frozen=True, slots=True)
class CarePerson:
    """Somebody on the care list. ``area_code`` is the complex, the grid or the building; ``place`` lies within it."""

    id: int
    name: str
    kinds: tuple[str, ...]
    """Codes of the kinds of hardship, as ``care.yaml`` names them."""
    area_code: str
    place: Place
    account: int | None = None
    """The account on the chat platform, if the person has one and it is known."""
    phone: str = ""
    cadre_id: int | None = None
    """The post of the paired cadre (结对干部)."""
    note: str = ""
    """What who comes must know: hard of hearing, whom to call."""
    removed_at: datetime | None = None
    """Since when the person is off the list; what names them is erased some time after."""


class CareField(StrEnum):
    """What is known of somebody on the list, as far as rights are told apart."""

    AREA = "area"
    KINDS = "kinds"
    NAME = "name"
    ADDRESS = "address"
    PHONE = "phone"
    ACCOUNT = "account"
    CADRE = "cadre"
    NOTE = "note"
    VISITS = "visits"


class CareCommand(StrEnum):
    """What can be done with the list."""

    LIST = "list"
    SHOW = "show"
    VISITS = "visits"
    CALL = "call"
    """Ask for visits on an occasion that no calendar knows: extreme weather, a return from hospital."""
    LOOKS = "looks"
    """Read who looked."""
    EXPORT = "export"
    IMPORT = "import"
    REMOVE = "remove"


_ALL = frozenset(CareField)

SEEN_BY_CADRE: frozenset[CareField] = _ALL - {CareField.ACCOUNT}
"""What a paired cadre sees of the persons they are paired with, and of nobody else."""

SEEN: Mapping[Role, frozenset[CareField]] = MappingProxyType(
    {
        Role.COMMUNITY: _ALL,
        Role.STREET: frozenset(
            {
                CareField.AREA,
                CareField.KINDS,
                CareField.NAME,
                CareField.ADDRESS,
                CareField.CADRE,
                CareField.VISITS,
            }
        ),
        # Who only has to see that visits are made needs no name for it.
        Role.SUPERVISOR: frozenset({CareField.AREA, CareField.KINDS, CareField.CADRE, CareField.VISITS}),
    }
)
"""What a role sees of the persons in its own area; a role that is not here sees nothing."""

_WHO_WATCH = frozenset({Role.COMMUNITY, Role.STREET, Role.SUPERVISOR})

MAY: Mapping[CareCommand, frozenset[Role]] = MappingProxyType(
    {
        CareCommand.LIST: _WHO_WATCH,
        CareCommand.SHOW: _WHO_WATCH,
        CareCommand.VISITS: _WHO_WATCH,
        CareCommand.CALL: frozenset({Role.COMMUNITY, Role.STREET}),
        CareCommand.LOOKS: _WHO_WATCH,
        CareCommand.EXPORT: frozenset({Role.COMMUNITY}),
        # Whoever sets a district up loads the list of the community, which does not let them read it.
        CareCommand.IMPORT: frozenset({Role.COMMUNITY, Role.ADMIN}),
        CareCommand.REMOVE: frozenset({Role.COMMUNITY}),
    }
)
"""Which roles may do what, each in its own area."""

CADRES_MAY = frozenset({CareCommand.LIST, CareCommand.SHOW, CareCommand.VISITS})
"""What any post may do with the persons that it is paired with."""


def posts_that_may(actor: Actor, command: CareCommand) -> tuple[Staff, ...]:
    """The posts of a person by which they may do it in their areas; none for most people."""
    return tuple(post for post in actor.posts if post.role in MAY[command])


def is_paired(post: Staff, person: CarePerson) -> bool:
    """Whether the post is the paired cadre's."""
    return person.cadre_id is not None and post.id == person.cadre_id


def fields_seen(actor: Actor, person: CarePerson, tree: AreaTree) -> frozenset[CareField]:
    """What the person who asks may see of somebody on the list; empty for everybody who need not know."""
    seen: frozenset[CareField] = frozenset()
    if person.removed_at is not None:
        return seen
    for post in actor.posts:
        if is_paired(post, person):
            seen |= SEEN_BY_CADRE
        if person.area_code in tree and tree.within(person.area_code, post.area_code):
            seen |= SEEN.get(post.role, frozenset())
    return seen


def may_do(actor: Actor, command: CareCommand, person: CarePerson, tree: AreaTree) -> bool:
    """Whether the person who asks may do ``command`` with somebody on the list."""
    if person.removed_at is not None:
        return False
    return any(
        (command in CADRES_MAY and is_paired(post, person))
        or (post.role in MAY[command] and person.area_code in tree and tree.within(person.area_code, post.area_code))
        for post in actor.posts
    )


@dataclass(frozen=True, slots=True)
class CareLook:
    """One use of the list, as it is kept: who, when, what, why, by which way, of whom or of how many."""

    at: datetime
    account: int | None
    name: str
    role: str
    area_code: str
    """The area of the post by which they looked."""
    command: CareCommand
    channel: str
    """"chat" or "console"."""
    why: str
    person_id: int | None = None
    count: int = 0
    """How many persons were shown, written or removed."""
