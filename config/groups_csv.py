"""Chat groups as CSV: ``chat_id,title,kind,area_code``; the sample district brings its groups this way."""

from __future__ import annotations

from config.csv_table import CsvRefused, Row, read_rows
from routing.areas import AreaTree
from routing.groups import Group, GroupKind

COLUMNS = ("chat_id", "title", "kind", "area_code")

_LOWEST = -(2**52)
"""Telegram's ids of chats have at most 52 bits; those of groups are negative."""
_LONGEST_TITLE = 128


def parse_groups(content: bytes, path: str, platform: str, tree: AreaTree) -> tuple[Group, ...]:
    """The groups of a file, all on ``platform``.

    Raises:
        CsvRefused: with every problem: ids that are missing, repeated or no group's, unknown kinds or areas.
    """
    rows, problems = read_rows(content, path, columns=COLUMNS, required=COLUMNS)
    groups: dict[int, Group] = {}
    for row in rows:
        group = _group(row, platform, tree)
        if group.chat_id in groups:
            row.complain("chat_id", "duplicate_code")
        groups[group.chat_id] = group
    if problems:
        raise CsvRefused(path, sorted(problems, key=lambda problem: problem.line))
    return tuple(groups.values())


def _group(row: Row, platform: str, tree: AreaTree) -> Group:
    chat_id = row.whole_number("chat_id", least=_LOWEST)
    if chat_id is None or chat_id >= 0:
        row.complain("chat_id", "no_group")
    for field in ("kind", "area_code"):
        if not row.cells.get(field):
            row.complain(field, "missing")
    area_code = row.cells.get("area_code")
    if area_code and area_code not in tree:
        row.complain("area_code", "unknown_area")
    return Group(
        platform=platform,
        chat_id=chat_id or 0,
        title=row.text("title", longest=_LONGEST_TITLE, is_required=True),
        kind=row.choice("kind", GroupKind) or GroupKind.RESIDENTS,
        area_code=area_code,
    )
