"""The rules of digests from their file: what is packaged, and how a mistake is pointed at."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from config.digests import PACKAGED, load_digests
from config.errors import ConfigError
from routing.digest_schedule import Period, SendTime
from routing.staff import Role
from routing.ticket import Satisfaction


def test_the_packaged_rules() -> None:
    rules = load_digests()
    assert rules.times == (
        SendTime(Period.DAY, time(8, 30)),
        SendTime(Period.DAY, time(17, 30)),
        SendTime(Period.WEEK, time(8, 30), weekday=0),
    )
    assert set(rules.recipients) == {Role.SUPERVISOR, Role.STREET, Role.COMMUNITY, Role.GRID_LEAD, Role.ADMIN}
    assert rules.recipients[Role.ADMIN] == frozenset(), "who asks gets one, and nobody else"
    periods = {role: wanted for role, wanted in rules.recipients.items() if role is not Role.ADMIN}
    assert all(wanted == {Period.DAY, Period.WEEK} for wanted in periods.values())
    assert rules.late == timedelta(hours=2)
    assert rules.satisfied == {Satisfaction.SATISFIED, Satisfaction.FAIR}


def edited(folder: Path, old: str, new: str) -> Path:
    text = PACKAGED.read_text(encoding="utf-8")
    assert old in text
    path = folder / "digests.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(needle: str) -> int:
    lines = PACKAGED.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if needle in line)


@pytest.mark.parametrize(
    ("old", "new", "where", "reason"),
    [
        ('"08:30"', '"8:30"', 'day, time: "08:30"', "no time of day"),
        ('"08:30"', '"24:00"', 'day, time: "08:30"', "no time of day"),
        ('"17:30"', '"08:30"', '"17:30"', "twice"),
        ("period: week, weekday: mon", "period: week", "weekday:", "names its weekday"),
        ("period: day, time", "period: day, weekday: mon, time", 'day, time: "08:30"', "names its weekday"),
        ("weekday: mon", "weekday: funday", "weekday:", "none of mon"),
        ("period: week, weekday: mon", "period: month, day: 31", "weekday:", "from 1 to 28"),
        ("period: week, weekday: mon", "period: month", "weekday:", "names its day"),
        ("period: week, weekday: mon", "period: year", "weekday:", "none of day, week, month"),
        ("grid_lead: [day, week]", "boss: [day]", "grid_lead:", "none of grid_worker"),
        ("grid_lead: [day, week]", "grid_lead: [hour]", "grid_lead:", "none of day"),
        ("late_hours: 2", "late_hours: 0", "late_hours", "up to 24"),
        ("late_hours: 2", "late_hours: nan", "late_hours", "up to 24"),
        ("late_hours: 2", "late_hours: long", "late_hours", "no number"),
        ("ranking_length: 20", "ranking_length: 2.5", "ranking_length", "whole number"),
        ("ranking_length: 20", "ranking_length: inf", "ranking_length", "whole number"),
        ("satisfied: [satisfied, fair]", "satisfied: []", "satisfied:", "at least one"),
        ("satisfied: [satisfied, fair]", "satisfied: [happy]", "satisfied:", "none of satisfied"),
        ("ranking_length: 20", "ranking: 20", "ranking_length", "unknown key 'ranking'"),
    ],
)
def test_a_mistake_is_pointed_at(tmp_path: Path, old: str, new: str, where: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as raised:
        load_digests(edited(tmp_path, old, new))
    assert raised.value.line == line_of(where)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'late_hours' is missing"):
        load_digests(edited(tmp_path, "late_hours: 2", ""))


def test_a_district_may_send_nothing_unasked(tmp_path: Path) -> None:
    rules = load_digests(edited(tmp_path, "grid_lead: [day, week]", "grid_lead: []"))
    assert rules.recipients[Role.GRID_LEAD] == frozenset()


def test_a_month_may_be_sent_too(tmp_path: Path) -> None:
    rules = load_digests(edited(tmp_path, "period: week, weekday: mon", "period: month, day: 1"))
    assert SendTime(Period.MONTH, time(8, 30), day=1) in rules.times
