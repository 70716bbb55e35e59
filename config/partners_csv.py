"""The register of partners as CSV: ``name,kind,area_code,telegram_id,phone,gives``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from config.csv_table import LIST_SEPARATOR, CsvRefused, Row, read_rows, write_rows
from routing.areas import AreaTree
from routing.partner import Partner, PartnerEntry, PartnerKind

COLUMNS = ("name", "kind", "area_code", "telegram_id", "phone", "gives")
REQUIRED = ("name", "kind", "area_code")

_LONGEST_NAME = 64
_LONGEST_CODE = 32
_LONGEST_GIFT = 200
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,22}[0-9]")
_KINDS: Mapping[str, PartnerKind] = {
    **{kind.value: kind for kind in PartnerKind},
    "单位": PartnerKind.ORGANISATION,
    "在职党员": PartnerKind.PARTY_MEMBER,
    "社会组织": PartnerKind.SOCIAL,
    "商户": PartnerKind.MERCHANT,
    "志愿者": PartnerKind.VOLUNTEER,
}


def parse_partners(content: bytes, path: str, tree: AreaTree) -> tuple[PartnerEntry, ...]:
    """The partners of a file, without ids (0): storing gives them. A kind is a code or its Chinese name.

    Raises:
        CsvRefused: with every problem: missing names, unknown kinds or areas, accounts that are no positive number,
            phones that cannot be one, the same partner twice.
    """
    rows, problems = read_rows(content, path, columns=COLUMNS, required=REQUIRED)
    entries: dict[tuple[str, str], PartnerEntry] = {}
    for row in rows:
        entry = _entry(row, tree)
        key = (entry.partner.name, entry.partner.area_code)
        if key in entries:
            row.complain("name", "duplicate_partner")
        entries[key] = entry
    if problems:
        raise CsvRefused(path, sorted(problems, key=lambda problem: problem.line))
    return tuple(entries.values())


def partners_to_csv(entries: Iterable[PartnerEntry]) -> str:
    """The register as text that :func:`parse_partners` reads back to the same partners (without ids)."""
    return write_rows(
        COLUMNS,
        (
            (
                entry.partner.name,
                entry.partner.kind.value,
                entry.partner.area_code,
                "" if entry.partner.account is None else str(entry.partner.account),
                entry.partner.phone,
                LIST_SEPARATOR.join(entry.gives),
            )
            for entry in entries
        ),
    )


def _entry(row: Row, tree: AreaTree) -> PartnerEntry:
    written = row.cells.get("kind", "")
    if written not in _KINDS:
        row.complain("kind", "unknown_kind" if written else "missing")
    area_code = row.text("area_code", longest=_LONGEST_CODE, is_required=True)
    if area_code and area_code not in tree:
        row.complain("area_code", "unknown_area")
    phone = row.text("phone", longest=_LONGEST_CODE)
    if phone and not _PHONE.fullmatch(phone):
        row.complain("phone", "bad_phone")
    partner = Partner(
        id=0,
        name=row.text("name", longest=_LONGEST_NAME, is_required=True),
        kind=_KINDS.get(written, PartnerKind.ORGANISATION),
        area_code=area_code,
        account=row.whole_number("telegram_id", least=1),
        phone=phone,
    )
    return PartnerEntry(partner, tuple(row.words("gives", longest=_LONGEST_GIFT)))
