"""The sample district: a fictional register, its groups, and the people and rooms of the local chat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from config.areas_csv import parse_areas
from config.care import load_care
from config.care_csv import parse_care
from config.document import Node, read_document
from config.errors import ConfigError
from config.groups_csv import parse_groups
from config.partners_csv import parse_partners
from config.staff_csv import parse_staff
from routing.areas import Area, AreaTree
from routing.care import CarePerson
from routing.catalogue import Catalogue
from routing.groups import Group, GroupKind
from routing.guide.items import ServiceItem
from routing.organisation import Organisation
from routing.partner import PartnerEntry
from routing.staff import Role, Staff

PACKAGED = Path(__file__).parent / "data" / "sample"

CARE = "care.csv"
_NEVER = datetime.max.replace(tzinfo=UTC)
"""Nobody of a sample is taken off the list."""
PARTNERS = "partners.csv"
RESIDENT = "resident"
STAFF = "staff"
OTHER_STAFF = "other_staff"
"""Staff whom the local chat need not offer first."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody whom a visitor of the local chat can be."""

    user_id: int
    name: str
    title: str
    kind: str
    """``RESIDENT``, ``STAFF`` or ``OTHER_STAFF``."""


@dataclass(frozen=True, slots=True)
class Room:
    """A group of the local chat with its members; the first of the ``admins`` made it."""

    chat_id: int
    title: str
    kind: GroupKind
    members: tuple[int, ...]
    admins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SampleDistrict:
    """Everything that the first start without a token loads."""

    areas: tuple[Area, ...]
    staff: tuple[Staff, ...]
    groups: tuple[Group, ...]
    personas: tuple[Persona, ...]
    """The listed ones, then every other account of the register."""
    rooms: tuple[Room, ...]
    partners: tuple[PartnerEntry, ...] = ()
    """Who helps in the district, and with what; a sample of one's own need not have any."""
    care: tuple[CarePerson, ...] = ()
    """The care list, if the sample has one; its ``cadre_id`` is the place in ``staff``, counted from 1."""
    items: tuple[ServiceItem, ...] = ()
    """The service items that its people ask for."""


def load_sample(
    organisation: Organisation,
    catalogue: Catalogue,
    *,
    platform: str,
    folder: Path = PACKAGED,
    kinds: Collection[str] = (),
) -> SampleDistrict:
    """The sample district of ``folder``, its groups on ``platform``; ``kinds`` of hardship are the packaged by default.

    Raises:
        CsvRefused: one of the registers has problems.
        ConfigError: ``chat.yaml`` has, or a file is missing.
    """
    areas = parse_areas(*_bytes(folder / "areas.csv"), organisation, AreaTree(()))
    tree = AreaTree(areas)
    staff = parse_staff(*_bytes(folder / "staff.csv"), tree, catalogue)
    groups = parse_groups(*_bytes(folder / "groups.csv"), platform, tree)
    fields = read_document(folder / "chat.yaml").require("roles", "personas", "rooms")
    roles = fields["roles"].require(*(role.value for role in Role))
    listed = _personas(fields["personas"])
    others = _other_staff(staff, tree, {Role(role): node.text() for role, node in roles.items()}, listed)
    personas = (*listed.values(), *others)
    rooms = _rooms(fields["rooms"], groups, {persona.user_id for persona in personas})
    care = _care(folder / CARE, tree, staff, kinds or load_care(catalogue).kinds)
    partners = parse_partners(*_bytes(folder / PARTNERS), tree) if (folder / PARTNERS).is_file() else ()
    return SampleDistrict(areas, staff, groups, personas, rooms, care=care, partners=partners)


def _care(path: Path, tree: AreaTree, staff: tuple[Staff, ...], kinds: Collection[str]) -> tuple[CarePerson, ...]:
    if not path.is_file():
        return ()
    numbered = [replace(post, id=place) for place, post in enumerate(staff, start=1)]
    return parse_care(*_bytes(path), tree, numbered, kinds, _NEVER)


def _bytes(path: Path) -> tuple[bytes, str]:
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        raise ConfigError(path, None, f"cannot be read: {error.strerror}") from error


def _personas(root: Node) -> dict[int, Persona]:
    personas: dict[int, Persona] = {}
    for node in root.items():
        fields = node.require("user_id", "name", "title", "kind")
        kind = fields["kind"].text()
        if kind not in {RESIDENT, STAFF, OTHER_STAFF}:
            fields["kind"].fail(f"{kind!r} is none of {RESIDENT}, {STAFF}, {OTHER_STAFF}")
        user_id = _id(fields["user_id"])
        if user_id <= 0 or user_id in personas:
            fields["user_id"].fail(f"{user_id} is no free account")
        personas[user_id] = Persona(user_id, fields["name"].text(), fields["title"].text(), kind)
    return personas


def _other_staff(
    staff: tuple[Staff, ...], tree: AreaTree, roles: dict[Role, str], listed: dict[int, Persona]
) -> list[Persona]:
    others: dict[int, Persona] = {}
    for post in staff:
        if post.account is not None and post.account not in listed:
            title = f"{roles[post.role]} · {tree.get(post.area_code).name}"
            others.setdefault(post.account, Persona(post.account, post.name, title, OTHER_STAFF))
    return list(others.values())


def _rooms(root: Node, groups: tuple[Group, ...], known: set[int]) -> tuple[Room, ...]:
    by_id = {group.chat_id: group for group in groups}
    rooms: list[Room] = []
    for node in root.items():
        fields = node.require("chat_id", "members", "admins")
        group = by_id.get(_id(fields["chat_id"]))
        if group is None:
            fields["chat_id"].fail(f"{fields['chat_id'].text()} is not among the groups")
        members = tuple(_id(member) for member in fields["members"].items())
        admins = tuple(_id(admin) for admin in fields["admins"].items())
        for member in fields["members"].items():
            if _id(member) not in known:
                member.fail(f"{member.text()} is not among the personas")
        if not set(admins) <= set(members):
            fields["admins"].fail("admins must be members")
        rooms.append(Room(group.chat_id, group.title, group.kind, members, admins))
    return tuple(rooms)


def _id(node: Node) -> int:
    try:
        return int(node.text())
    except ValueError:
        node.fail(f"{node.text()!r} is no number")
