"""Loads the working calendar: hours from ``calendar.yaml``, public holidays from the ``holidays`` package, and single
days from ``calendar_overrides.yaml``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from config.document import Node, read_document
from routing.calendar import OpenHours, WorkingCalendar

PACKAGED = Path(__file__).parent / "data" / "calendar.yaml"
PACKAGED_OVERRIDES = Path(__file__).parent / "data" / "calendar_overrides.yaml"

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES_IN = {"CN": "zh_CN"}
"""The package would otherwise name the days in the language of the machine."""
_MAKEUP_COUNTRIES = frozenset({"CN"})
"""Countries that move workdays to weekends and announce them a year at a time."""


def load_calendar(
    path: Path = PACKAGED, overrides: Path = PACKAGED_OVERRIDES, *, timezone: str | None = None
) -> WorkingCalendar:
    """The calendar of the district; ``timezone`` takes the place of the file's.

    Raises:
        ConfigError: a value is missing, unknown or makes no sense (hours that overlap, a country without holidays).
    """
    fields = read_document(path).require("country", "timezone", "workdays", "hours", "years")
    zone = _zone(fields["timezone"], timezone)
    weekdays = frozenset(_weekday(node) for node in fields["workdays"].items())
    hours = tuple(_open_hours(node) for node in fields["hours"].items())
    years = fields["years"].require("from", "to")
    span = range(int(years["from"].number()), int(years["to"].number()) + 1)
    off, on, names, unpublished = _national(fields["country"], span)
    for node, day, is_on, name in _overrides(overrides):
        (on if is_on else off).add(day)
        (off if is_on else on).discard(day)
        if name:
            names[day] = name
        if is_on:
            unpublished.discard(day.year)
        if day.year not in span:
            node.fail(f"{day} lies outside the years of the calendar ({span.start}–{span.stop - 1})")
    try:
        return WorkingCalendar(
            timezone=zone,
            weekdays=weekdays,
            hours=hours,
            days_off=frozenset(off),
            days_on=frozenset(on),
            day_names=MappingProxyType(names),
            unpublished_years=frozenset(unpublished),
        )
    except ValueError as error:
        fields["hours"].fail(str(error))


def _national(country: Node, years: range) -> tuple[set[date], set[date], dict[date, str], set[int]]:
    """Days off, days worked on weekends, names of the days off, and the years that are not announced yet."""
    code = country.text()
    try:
        published = holidays.country_holidays(code, years=years, language=_NAMES_IN.get(code))
    except NotImplementedError:
        country.fail(f"no public holidays are known for country {code!r}")
    on = {day for day in published.weekend_workdays if day.year in years}
    unpublished: set[int] = set()
    if code in _MAKEUP_COUNTRIES:
        unpublished = set(years) - {day.year for day in on}
    return set(published) - on, on, dict(published.items()), unpublished


def _overrides(path: Path) -> Iterable[tuple[Node, date, bool, str]]:
    for written, node in read_document(path).entries().items():
        try:
            day = date.fromisoformat(written)
        except ValueError:
            node.fail(f"{written!r} is no date like 2027-02-20")
        state, _, name = node.text().partition(" ")
        if state not in {"on", "off"}:
            node.fail(f"{state!r} is neither on nor off")
        yield node, day, state == "on", name.strip()


def _zone(node: Node, override: str | None) -> ZoneInfo:
    name = override or node.text()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        node.fail(f"{name!r} is no time zone")


def _weekday(node: Node) -> int:
    if node.text() not in _WEEKDAYS:
        node.fail(f"{node.text()!r} is none of {', '.join(_WEEKDAYS)}")
    return _WEEKDAYS.index(node.text())


def _open_hours(node: Node) -> OpenHours:
    edges = node.items()
    if len(edges) != 2:
        node.fail('opening hours are a pair such as ["09:00", "12:00"]')
    return OpenHours(opens=_time(edges[0]), closes=_time(edges[1]))


def _time(node: Node) -> time:
    written = node.text()
    try:
        return time.min if written == "24:00" else time.fromisoformat(written)
    except ValueError:
        node.fail(f"{written!r} is no time like 09:00")
