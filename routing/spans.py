"""Reads lengths of time as people write them behind a command: 30m, 2h, 1.5小时."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(hours=240)
"""More than thirty working days is a slip of the finger, not a limit."""

_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "分": timedelta(minutes=1),
    "分钟": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "小时": timedelta(hours=1),
    "个小时": timedelta(hours=1),
}
# Days are left to routing.deadlines: they have a date, and working days a calendar.
_SPAN = re.compile(rf"(\d{{1,4}}(?:\.\d)?)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})", re.ASCII)


def span_of(written: str) -> timedelta | None:
    """The span, or None where it is none or not between a minute and ``LONGEST``."""
    found = _SPAN.fullmatch(written.strip().lower())
    if found is None:
        return None
    span = float(found[1]) * _UNITS[found[2]]
    return span if timedelta(minutes=1) <= span <= LONGEST else None
