"""A mistake in care.yaml is pointed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.care import PACKAGED, load_care
from config.catalogue import load_catalogue
from config.errors import ConfigError
from routing.care_visits import UnknownOccasion


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("elder_alone: 独居老人", "Elder-Alone: 独居老人", "small letters"),
        ("{code: weather,", "{code: monthly,", "written twice"),
        ("within_days: 20", "within_days: 0", "whole number"),
        ("month_day: 1}", "month_day: 32}", "day of the month"),
        ("days: [06-01]", "days: [02-30]", "no day"),
        ("days: [06-01]", "days: [june]", "no day"),
        ("kinds: [child]", "kinds: [rich]", "none of the kinds"),
        ('opens: "09:00"', 'opens: "9 o\'clock"', "no time"),
        ("remind_hours: 48", "remind_hours: -1", ""),
        ("chain: [community, street, supervisor]", "chain: [king]", "no role"),
        ("chain: [community, street, supervisor]", "chain: []", "at least one role"),
        ("repeats_at_top: 2", "repeats_at_top: often", "whole number"),
        ("service: service.elderly", "service: service.nothing", "no service"),
        ("  unmet_hours: 2\n", "", "is missing"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = PACKAGED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "care.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_care(load_catalogue(), path)
    assert reason in refused.value.reason
    assert refused.value.line


def test_an_occasion_is_found_by_code_and_by_name() -> None:
    care = load_care(load_catalogue())
    assert care.occasion("weather") is care.occasion("极端天气")
    with pytest.raises(UnknownOccasion):
        care.occasion("节假日")
