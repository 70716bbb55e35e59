"""The register of areas as CSV: ``code,name,level,parent_code,kind,management,aliases,households,numbers``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from config.csv_table import LIST_SEPARATOR, CsvRefused, Row, read_rows, write_rows
from routing.areas import COMMUNITY, COMPLEX, Area, AreaKind, AreaTree, Management
from routing.house_numbers import NumberRange, parse_range
from routing.organisation import Organisation

COLUMNS = ("code", "name", "level", "parent_code", "kind", "management", "aliases", "households", "numbers")
REQUIRED = ("code", "name", "level", "parent_code")

_LONGEST_CODE = 32
_LONGEST_NAME = 64


def parse_areas(content: bytes, path: str, organisation: Organisation, existing: AreaTree) -> tuple[Area, ...]:
    """The areas of a file that adds to or changes the ``existing`` tree.

    Raises:
        CsvRefused: with every problem: codes that are missing, repeated or against the pattern, unknown levels,
            parents that do not exist or may not stand above, cycles, a second root, management elsewhere than on
            complexes or missing there, unknown kinds, households that are no count, house numbers that are none or
            belong to two areas of a community at once, texts that are too long.
    """
    rows, problems = read_rows(content, path, columns=COLUMNS, required=REQUIRED)
    read = [(row, _area(row, organisation)) for row in rows]
    in_file: dict[str, Area] = {}
    for row, area in read:
        if area.code in in_file:
            row.complain("code", "duplicate_code")
        in_file.setdefault(area.code, area)
    combined = {**existing.by_code(), **in_file}
    for row, area in read:
        _check_parent(row, area, combined, organisation)
    _check_root(read, combined)
    _check_children(read, in_file, existing, organisation)
    _check_numbers(read, combined)
    if problems:
        raise CsvRefused(path, sorted(problems, key=lambda problem: problem.line))
    return tuple(_parents_first(in_file))


def areas_to_csv(areas: Iterable[Area]) -> str:
    """The register as text that :func:`parse_areas` reads back to the same areas."""
    return write_rows(
        COLUMNS,
        (
            (
                area.code,
                area.name,
                area.level,
                area.parent_code or "",
                area.kind.value,
                area.management.value if area.management else "",
                LIST_SEPARATOR.join(area.aliases),
                "" if area.households is None else str(area.households),
                LIST_SEPARATOR.join(each.written() for each in area.numbers),
            )
            for area in areas
        ),
    )


def _area(row: Row, organisation: Organisation) -> Area:
    code = row.text("code", longest=_LONGEST_CODE, is_required=True)
    if code and not organisation.code_pattern.fullmatch(code):
        row.complain("code", "bad_code")
    level = row.text("level", longest=_LONGEST_CODE, is_required=True)
    if level and level not in organisation.levels:
        row.complain("level", "unknown_level")
    management = row.choice("management", Management)
    if management is not None and level != COMPLEX:
        row.complain("management", "management_elsewhere")
    if level == COMPLEX and not row.cells.get("management"):
        row.complain("management", "management_missing")
    return Area(
        code=code,
        name=row.text("name", longest=_LONGEST_NAME, is_required=True),
        level=level,
        parent_code=row.text("parent_code", longest=_LONGEST_CODE) or None,
        kind=row.choice("kind", AreaKind, AreaKind.ORDINARY) or AreaKind.ORDINARY,
        management=management,
        aliases=row.words("aliases", longest=_LONGEST_NAME),
        households=row.whole_number("households", least=0),
        numbers=_numbers(row),
    )


def _numbers(row: Row) -> tuple[NumberRange, ...]:
    read = [parse_range(written) for written in row.words("numbers", longest=_LONGEST_NAME)]
    if None in read:
        row.complain("numbers", "bad_numbers")
    return tuple(each for each in read if each is not None)


def _check_parent(row: Row, area: Area, areas: Mapping[str, Area], organisation: Organisation) -> None:
    if area.level not in organisation.levels:
        return
    if area.parent_code is None:
        if not organisation.allowed_below(area.level, None):
            row.complain("parent_code", "missing")
        return
    parent = areas.get(area.parent_code)
    if parent is None:
        row.complain("parent_code", "unknown_parent")
    elif _leads_back(area, areas):
        row.complain("parent_code", "cycle")
    elif not organisation.allowed_below(area.level, parent.level):
        row.complain("parent_code", "wrong_parent_level")


def _check_root(read: Iterable[tuple[Row, Area]], areas: Mapping[str, Area]) -> None:
    """A register has one root: a second area without a parent is one whose parent was forgotten."""
    first = next((area.code for area in areas.values() if area.parent_code is None), None)
    for row, area in read:
        if area.parent_code is None and area.code != first:
            row.complain("parent_code", "second_root")


def _leads_back(area: Area, areas: Mapping[str, Area]) -> bool:
    seen = {area.code}
    above = area.parent_code
    while above is not None and above in areas:
        if above in seen:
            return True
        seen.add(above)
        above = areas[above].parent_code
    return False


def _check_children(
    read: Iterable[tuple[Row, Area]], in_file: Mapping[str, Area], existing: AreaTree, organisation: Organisation
) -> None:
    """An area of the tree whose level the file changes must still be allowed above what lies below it."""
    for row, area in read:
        below = [child for child in existing.children(area.code) if child.code not in in_file]
        if any(not organisation.allowed_below(child.level, area.level) for child in below):
            row.complain("level", "wrong_for_children")


def _check_numbers(read: Iterable[tuple[Row, Area]], areas: Mapping[str, Area]) -> None:
    """A house belongs to one area of a community, or to several of which one lies inside the other (专属网格)."""
    tree = AreaTree(areas.values())
    numbered: dict[str, list[Area]] = {}
    for area in tree:
        if area.numbers:
            scope = tree.nearest(area.code, COMMUNITY) or area
            numbered.setdefault(scope.code, []).append(area)
    for row, area in read:
        if not area.numbers or _leads_back(area, areas):
            continue
        scope = tree.nearest(area.code, COMMUNITY) or area
        others = (other for other in numbered.get(scope.code, ()) if other.code != area.code)
        apart = [one for one in others if not (tree.within(one.code, area.code) or tree.within(area.code, one.code))]
        if any(mine.overlaps(theirs) for mine in area.numbers for one in apart for theirs in one.numbers):
            row.complain("numbers", "overlapping_numbers")


def _parents_first(areas: Mapping[str, Area]) -> Iterable[Area]:
    """The areas so that each follows its parent, for a store that checks references row by row."""
    done: dict[str, Area] = {}
    for area in areas.values():
        waiting = [area]
        while (parent := waiting[-1].parent_code) in areas and parent not in done and parent is not None:
            waiting.append(areas[parent])
        done.update((each.code, each) for each in reversed(waiting))
    return done.values()
