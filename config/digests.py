"""Loads when digests go out and to whom from ``digests.yaml``."""

from __future__ import annotations

import re
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from config.document import Node, read_document
from routing.digest_schedule import DigestRules, Period, SendTime
from routing.staff import Role
from routing.ticket import Satisfaction

PACKAGED = Path(__file__).parent / "data" / "digests.yaml"

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_LATEST_HOURS = 24.0
"""Later than a day, a digest would be older than the next one of its kind."""

Word = TypeVar("Word", bound=StrEnum)


def load_digests(path: Path = PACKAGED) -> DigestRules:
    """The rules in ``path``.

    Raises:
        ConfigError: a field is missing, unknown, or not of its kind; the same time is given twice.
    """
    root = read_document(path)
    fields = root.only("times", "recipients", "late_hours", "ranking_length", "satisfied")
    times: list[SendTime] = []
    for node in _required(fields, "times", root).items():
        send_time = _send_time(node)
        if send_time in times:
            node.fail("this time is given twice")
        times.append(send_time)
    recipients = {
        _word(Role, name, node): frozenset(_word(Period, item.text(), item) for item in node.items())
        for name, node in _required(fields, "recipients", root).entries().items()
    }
    satisfied = _required(fields, "satisfied", root)
    counted = frozenset(_word(Satisfaction, item.text(), item) for item in satisfied.items())
    if not counted:
        satisfied.fail("at least one answer has to count as satisfied")
    return DigestRules(
        times=tuple(times),
        recipients=recipients,
        late=_hours(_required(fields, "late_hours", root)),
        ranking_length=_whole(_required(fields, "ranking_length", root), 0, 1000),
        satisfied=counted,
    )


def _send_time(node: Node) -> SendTime:
    fields = node.only("period", "time", "weekday", "day")
    period_node = _required(fields, "period", node)
    period = _word(Period, period_node.text(), period_node)
    at = _required(fields, "time", node)
    clock = _TIME.fullmatch(at.text())
    if clock is None:
        at.fail(f'{at.text()!r} is no time of day; write it as "08:30"')
    weekday, day = fields.get("weekday"), fields.get("day")
    if (weekday is not None) is not (period is Period.WEEK):
        (weekday or node).fail("a weekly time names its weekday, and no other does")
    if (day is not None) is not (period is Period.MONTH):
        (day or node).fail("a monthly time names its day, and no other does")
    if weekday is not None and weekday.text() not in _WEEKDAYS:
        weekday.fail(f"{weekday.text()!r} is none of {', '.join(_WEEKDAYS)}")
    return SendTime(
        period=period,
        time=time(int(clock[1]), int(clock[2])),
        weekday=_WEEKDAYS.index(weekday.text()) if weekday is not None else None,
        day=_whole(day, 1, 28) if day is not None else None,
    )


def _required(fields: dict[str, Node], name: str, parent: Node) -> Node:
    if name not in fields:
        parent.fail(f"{name!r} is missing")
    return fields[name]


def _word(kind: type[Word], text: str, node: Node) -> Word:
    try:
        return kind(text)
    except ValueError:
        node.fail(f"{text!r} is none of {', '.join(item.value for item in kind)}")


def _whole(node: Node, least: int, most: int) -> int:
    number = node.number()
    if not least <= number <= most or number != int(number):
        node.fail(f"a whole number from {least} to {most} is expected")
    return int(number)


def _hours(node: Node) -> timedelta:
    hours = node.number()
    if not 0 < hours <= _LATEST_HOURS:
        node.fail(f"hours above 0 and up to {_LATEST_HOURS:g} are expected")
    return timedelta(hours=hours)
