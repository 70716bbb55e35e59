"""Loads the rules of the care list from ``care.yaml``."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

from config.document import Node, read_document
from config.handling import whole_number
from config.sla import positive_hours
from routing.care_match import UnseenWords, plain_words
from routing.care_visits import CareRules, Occasion, VisitRules, YearlyDay
from routing.catalogue import Catalogue
from routing.staff import Role

PACKAGED = Path(__file__).parent / "data" / "care.yaml"

_CODE = re.compile(r"[a-z0-9_]{1,20}", re.ASCII)
_DAY = re.compile(r"(?:(?P<year>\d{4})-)?(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_LAST_DAY = 31


def load_care(catalogue: Catalogue, path: Path = PACKAGED) -> CareRules:
    """The rules.

    Raises:
        ConfigError: a value is missing, unknown or impossible, a kind or an occasion is named that is not there, or the
            service is none of the catalogue.
    """
    fields = read_document(path).require("kinds", "occasions", "visits", "unseen")
    kinds: dict[str, str] = {}
    for code, name in fields["kinds"].entries().items():
        if not _CODE.fullmatch(code):
            name.fail(f"{code!r}: a code has at most 20 small letters, digits and underscores")
        kinds[code] = name.text()
    if not kinds:
        fields["kinds"].fail("at least one kind is needed")
    occasions: list[Occasion] = []
    for node in fields["occasions"].items():
        occasion = _occasion(node, kinds)
        if any(occasion.code == other.code or occasion.name == other.name for other in occasions):
            node.fail(f"{occasion.code!r} is written twice")
        occasions.append(occasion)
    unseen = fields["unseen"].require("strong", "lasting", "spans", "calm", "titles", "service", "dangers")
    if unseen["service"].text() not in catalogue:
        unseen["service"].fail(f"{unseen['service'].text()!r} is no service of the catalogue")
    return CareRules(
        kinds=kinds,
        occasions=tuple(occasions),
        visits=_visits(fields["visits"]),
        unseen=UnseenWords(
            strong=_words(unseen["strong"]),
            lasting=_words(unseen["lasting"]),
            spans=_words(unseen["spans"]),
            calm=_words(unseen["calm"]),
            titles=_words(unseen["titles"]),
        ),
        service=unseen["service"].text(),
        dangers=tuple(node.text() for node in unseen["dangers"].items()),
    )


def _words(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(plain_words, node.words()))))


def _occasion(node: Node, kinds: dict[str, str]) -> Occasion:
    entries = node.only("code", "name", "within_days", "month_day", "days", "ahead_days", "kinds")
    for name in ("code", "name", "within_days"):
        if name not in entries:
            node.fail(f"{name!r} is missing")
    if not _CODE.fullmatch(entries["code"].text()):
        entries["code"].fail("a code has at most 20 small letters, digits and underscores")
    month_day = whole_number(entries["month_day"], least=1) if "month_day" in entries else None
    if month_day is not None and (month_day > _LAST_DAY or "days" in entries):
        entries["month_day"].fail("a day of the month is needed, and no other days beside it")
    days = tuple(_day(day) for day in entries["days"].items()) if "days" in entries else ()
    wanted = [kind.text() for kind in entries["kinds"].items()] if "kinds" in entries else []
    for kind in wanted:
        if kind not in kinds:
            entries["kinds"].fail(f"{kind!r} is none of the kinds")
    return Occasion(
        code=entries["code"].text(),
        name=entries["name"].text(),
        within=timedelta(days=whole_number(entries["within_days"], least=1)),
        kinds=frozenset(wanted),
        month_day=month_day,
        days=days,
        ahead=timedelta(days=whole_number(entries["ahead_days"]) if "ahead_days" in entries else 0),
    )


def _day(node: Node) -> YearlyDay:
    found = _DAY.fullmatch(node.text())
    if found is None:
        node.fail(f"{node.text()!r} is no day (MM-DD or YYYY-MM-DD)")
    year = int(found["year"]) if found["year"] else None
    day = YearlyDay(int(found["month"]), int(found["day"]), year)
    # 2028 is a leap year, so 02-29 is a day of some years.
    if day.on(year or 2028) is None:
        node.fail(f"{node.text()!r} is no day (MM-DD or YYYY-MM-DD)")
    return day


def _visits(node: Node) -> VisitRules:
    fields = node.require("opens", "remind_hours", "climb_hours", "unmet_hours", "chain", "repeats_at_top")
    opens = _TIME.fullmatch(fields["opens"].text())
    if opens is None:
        fields["opens"].fail(f"{fields['opens'].text()!r} is no time (HH:MM)")
    chain: list[Role] = []
    for role in fields["chain"].items():
        if role.text() not in {known.value for known in Role}:
            role.fail(f"{role.text()!r} is no role")
        chain.append(Role(role.text()))
    if not chain:
        fields["chain"].fail("at least one role is needed")
    return VisitRules(
        opens=time(int(opens[1]), int(opens[2])),
        remind_before=positive_hours(fields["remind_hours"]),
        climb_every=positive_hours(fields["climb_hours"]),
        unmet_every=positive_hours(fields["unmet_hours"]),
        chain=tuple(chain),
        repeats_at_top=whole_number(fields["repeats_at_top"]),
    )
