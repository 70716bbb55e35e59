"""Reads until when somebody wants to hear of something: 2h, 3天, 2个工作日, 明天下午5点, 12-01 18:00."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta

from routing.calendar import WorkingCalendar
from routing.errors import RoutingError
from routing.moments import moment_of
from routing.sla import Clock, later
from routing.spans import span_of
from routing.triage.numerals import CHINESE, digits

FURTHEST = timedelta(days=60)
"""Whoever wants to hear of it later than that rather plans than urges."""

_MOST_WORKING_DAYS = 40
_WORKING_DAYS = re.compile(r"(\d{1,3})个?工作日(?:内|之内)?")
# Blanks are dropped, and without one 11-2 8:00 would be the 28th.
_DAY_BEFORE_TIME = re.compile(r"([-/.]\d{1,2})\s+(?=\d)")
_NUMERAL = re.compile(rf"[{CHINESE}]+(?=个|天|日内|工作日|小时|分|周后|点|时)")


class DeadlineUnclear(RoutingError):
    """What was written is no time, lies in the past or too far ahead."""

    code = "deadline_unclear"

    def __init__(self, written: str) -> None:
        super().__init__(written)
        self.written = written


def deadline_of(written: str, now: datetime, clock: Clock, calendar: WorkingCalendar) -> datetime:
    """The moment that ``written`` means, in UTC; raises ``DeadlineUnclear``.

    Minutes and hours run on ``clock``, that of the ticket. Days are days on the wall: 3天 is this time three days on.
    工作日 are those of the district. A day without a time means its closing time.
    """
    plain = _DAY_BEFORE_TIME.sub(r"\1日", unicodedata.normalize("NFKC", written).lower())
    found = _moment(_NUMERAL.sub(_in_digits, "".join(plain.split())), now, clock, calendar)
    if found is None or not now < found <= now + FURTHEST:
        raise DeadlineUnclear(" ".join(written.split()))
    return found.astimezone(UTC)


def _moment(said: str, now: datetime, clock: Clock, calendar: WorkingCalendar) -> datetime | None:
    span = span_of(said.removesuffix("内"))
    if span is not None:
        return later(now, span, clock, calendar)
    working = _WORKING_DAYS.fullmatch(said)
    if working is not None:
        days = int(working[1])
        return calendar.add_working(now, days * _day_length(calendar)) if 0 < days <= _MOST_WORKING_DAYS else None
    closes = calendar.hours[-1].closes
    by_default = closes if closes != time.min else time(23, 59)
    return moment_of(said, now, calendar.timezone, by_default=by_default) if said else None


def _day_length(calendar: WorkingCalendar) -> timedelta:
    """How much working time a working day has."""
    total = timedelta(0)
    for stretch in calendar.hours:
        closes = stretch.closes.hour * 60 + stretch.closes.minute or 24 * 60
        total += timedelta(minutes=closes - (stretch.opens.hour * 60 + stretch.opens.minute))
    return total


def _in_digits(found: re.Match[str]) -> str:
    return digits(found[0]) or found[0]
