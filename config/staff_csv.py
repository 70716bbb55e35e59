"""The register of posts as CSV: ``name,role,area_code,telegram_id,phone,skills,on_duty,hours``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from config.csv_table import LIST_SEPARATOR, CsvRefused, Row, read_rows, write_rows
from routing.areas import AreaTree
from routing.catalogue import Catalogue
from routing.rota import parse_hours, written_hours
from routing.staff import Role, Staff

COLUMNS = ("name", "role", "area_code", "telegram_id", "phone", "skills", "on_duty", "hours")
REQUIRED = ("name", "role", "area_code")

_LONGEST_NAME = 64
_LONGEST_CODE = 32
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,22}[0-9]")
"""From service numbers of five digits to international ones, written with the usual blanks and dashes."""


def parse_staff(content: bytes, path: str, tree: AreaTree, catalogue: Catalogue) -> tuple[Staff, ...]:
    """The posts of a file, without ids (0): storing gives them.

    Raises:
        CsvRefused: with every problem: unknown roles, areas or skills, accounts that are no positive number, phones
            that cannot be one, a duty that is neither yes nor no, hours that are none, the same post twice.
    """
    rows, problems = read_rows(content, path, columns=COLUMNS, required=REQUIRED)
    posts: list[Staff] = []
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        post = _post(row, tree, catalogue)
        # The same account may hold many posts, but each of them once; without an account the name stands for it.
        key = (post.account or post.name, post.role, post.area_code)
        if key in seen:
            row.complain("telegram_id" if post.account else "name", "duplicate_post")
        seen.add(key)
        posts.append(post)
    if problems:
        raise CsvRefused(path, sorted(problems, key=lambda problem: problem.line))
    return tuple(posts)


def staff_to_csv(posts: Iterable[Staff]) -> str:
    """The register as text that :func:`parse_staff` reads back to the same posts (without ids)."""
    return write_rows(
        COLUMNS,
        (
            (
                post.name,
                post.role.value,
                post.area_code,
                "" if post.account is None else str(post.account),
                post.phone,
                LIST_SEPARATOR.join(sorted(post.skills)),
                "yes" if post.on_duty else "no",
                LIST_SEPARATOR.join(map(written_hours, post.hours)),
            )
            for post in posts
        ),
    )


def _post(row: Row, tree: AreaTree, catalogue: Catalogue) -> Staff:
    if not row.cells.get("role"):
        row.complain("role", "missing")
    area_code = row.text("area_code", longest=_LONGEST_CODE, is_required=True)
    if area_code and area_code not in tree:
        row.complain("area_code", "unknown_area")
    phone = row.text("phone", longest=_LONGEST_CODE)
    if phone and not PHONE.fullmatch(phone):
        row.complain("phone", "bad_phone")
    skills = row.words("skills", longest=_LONGEST_NAME)
    if any(skill not in catalogue and skill not in catalogue.groups for skill in skills):
        row.complain("skills", "unknown_skill")
    on_duty = row.yes_or_no("on_duty", default=True)
    hours = [parse_hours(written) for written in row.words("hours", longest=_LONGEST_NAME)]
    if None in hours:
        row.complain("hours", "bad_hours")
    return Staff(
        id=0,
        name=row.text("name", longest=_LONGEST_NAME, is_required=True),
        role=row.choice("role", Role) or Role.LIAISON,
        area_code=area_code,
        account=row.whole_number("telegram_id", least=1),
        phone=phone,
        skills=frozenset(skills),
        on_duty=on_duty,
        hours=tuple(each for each in hours if each is not None),
    )
