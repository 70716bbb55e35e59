"""The care list as CSV: ``name,kinds,area_code,building,unit,room,telegram_id,phone,cadre,note,listed``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from config.csv_table import LIST_SEPARATOR, CsvRefused, Row, read_rows, write_rows
from config.staff_csv import PHONE
from routing.areas import BUILDING, AreaTree
from routing.care import CarePerson
from routing.place import Place
from routing.placement import building_key
from routing.staff import Staff

COLUMNS = (
    "name",
    "kinds",
    "area_code",
    "building",
    "unit",
    "room",
    "telegram_id",
    "phone",
    "cadre",
    "note",
    "listed",
)
REQUIRED = ("name", "kinds", "area_code")

_LONGEST_NAME = 64
_LONGEST_CODE = 32
_LONGEST_NOTE = 200
_SHORTEST_NAME = 2
_UNIT = re.compile(r"([0-9]{1,2}|[甲乙丙丁])(?:单元|门洞)?")
_ROOM = re.compile(r"([0-9A-Za-z-]{1,8})[室号]?")


def parse_care(
    content: bytes,
    path: str,
    tree: AreaTree,
    posts: Sequence[Staff],
    kinds: Collection[str],
    at: datetime,
    *,
    may_write: Callable[[str], bool] = lambda _: True,
) -> tuple[CarePerson, ...]:
    """The persons of a file, without ids (0); who is not ``listed`` any more is removed at ``at``.

    ``may_write`` says whether whoever imports may put people of an area on the list.

    Raises:
        CsvRefused: with every problem: unknown kinds or areas, a cadre who is no post or whose name several have,
            units, rooms, accounts or phones that cannot be one, the same person at the same home twice.
    """
    rows, problems = read_rows(content, path, columns=COLUMNS, required=REQUIRED)
    persons: list[CarePerson] = []
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        person = _person(row, tree, posts, kinds, at)
        if person.area_code in tree and not may_write(person.area_code):
            row.complain("area_code", "not_your_area")
        key = (person.name, person.area_code, person.place)
        if key in seen:
            row.complain("name", "duplicate_person")
        seen.add(key)
        persons.append(person)
    if problems:
        raise CsvRefused(path, sorted(problems, key=lambda problem: problem.line))
    return tuple(persons)


def care_to_csv(persons: Iterable[CarePerson], cadres: Mapping[int, Staff]) -> str:
    """The list as text that :func:`parse_care` reads back to the same persons (without ids)."""
    return write_rows(
        COLUMNS,
        (
            (
                one.name,
                LIST_SEPARATOR.join(one.kinds),
                one.area_code,
                one.place.building or "",
                one.place.unit or "",
                one.place.room or "",
                "" if one.account is None else str(one.account),
                one.phone,
                _written(cadres.get(one.cadre_id or 0)),
                one.note,
                "yes" if one.removed_at is None else "no",
            )
            for one in persons
        ),
    )


def _written(cadre: Staff | None) -> str:
    if cadre is None:
        return ""
    return cadre.name if cadre.account is None else str(cadre.account)


def _person(row: Row, tree: AreaTree, posts: Sequence[Staff], kinds: Collection[str], at: datetime) -> CarePerson:
    name = row.text("name", longest=_LONGEST_NAME, is_required=True)
    if name and len(name) < _SHORTEST_NAME:
        row.complain("name", "too_short")
    area_code = row.text("area_code", longest=_LONGEST_CODE, is_required=True)
    if area_code and area_code not in tree:
        row.complain("area_code", "unknown_area")
    named = row.words("kinds", longest=_LONGEST_NAME)
    if not named:
        row.complain("kinds", "missing")
    if any(kind not in kinds for kind in named):
        row.complain("kinds", "unknown_kind")
    phone = row.text("phone", longest=_LONGEST_CODE)
    if phone and not PHONE.fullmatch(phone):
        row.complain("phone", "bad_phone")
    is_listed = row.yes_or_no("listed", default=True)
    cadre = _cadre(row, tree, posts, area_code)
    return CarePerson(
        id=0,
        name=name,
        kinds=named,
        area_code=area_code,
        place=_place(row, tree, area_code),
        account=row.whole_number("telegram_id", least=1),
        phone=phone,
        cadre_id=cadre.id if cadre is not None else None,
        note=row.text("note", longest=_LONGEST_NOTE),
        removed_at=None if is_listed else at,
    )


def _place(row: Row, tree: AreaTree, area_code: str) -> Place:
    building = row.text("building", longest=_LONGEST_CODE)
    if not building and area_code in tree and tree.get(area_code).level == BUILDING:
        building = tree.get(area_code).name
    parts: dict[str, str | None] = {"unit": None, "room": None}
    for part, pattern in (("unit", _UNIT), ("room", _ROOM)):
        written = row.text(part, longest=_LONGEST_CODE)
        found = pattern.fullmatch(written)
        if written and found is None:
            row.complain(part, f"bad_{part}")
        parts[part] = found.group(1) if found else None
    return Place(building_key(building) if building else None, parts["unit"], None, parts["room"])


def _cadre(row: Row, tree: AreaTree, posts: Sequence[Staff], area_code: str) -> Staff | None:
    """The post of the paired cadre, by name or account: of several of one person the one nearest to the home."""
    written = row.text("cadre", longest=_LONGEST_NAME)
    if not written:
        return None
    found = [post for post in posts if written in {post.name, str(post.account)}]
    around = {area.code: index for index, area in enumerate(tree.path(area_code))} if area_code in tree else {}
    near = [post for post in found if post.area_code in around] or found
    if not near:
        row.complain("cadre", "unknown_cadre")
        return None
    if len({post.account or post.name for post in near}) > 1:
        row.complain("cadre", "ambiguous_cadre")
        return None
    return min(near, key=lambda post: (around.get(post.area_code, len(around)), post.id))
