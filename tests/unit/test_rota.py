"""Hours of duty as people write them, and who has duty when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.csv_table import CsvRefused
from config.errors import ConfigError
from config.organisation import PACKAGED, load_organisation
from config.staff_csv import parse_staff, staff_to_csv
from routing.rota import Absence, RotaRules, Turn, held_by, in_hours, parse_hours, present, written_hours
from routing.staff import DutyHours, Role, Staff
from tests.unit.district import CATALOGUE, TREE

HEADER = "name,role,area_code,telegram_id,phone,skills,on_duty,hours\n"


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("mon-fri 09:00-18:00", DutyHours(0, 4, 540, 1080)),
        ("Sat 9:00-12:00", DutyHours(5, 5, 540, 720)),
        ("fri-mon 20:00-06:00", DutyHours(4, 0, 1200, 360)),
        ("mon-sun 00:00-24:00", DutyHours(0, 6, 0, 1440)),
        ("mon-fri", None),
        ("mon-fri 09:00-09:00", None),
        ("mon-fri 09:60-18:00", None),
        ("mon-fri 09:00-25:00", None),
        ("mon-fri 24:00-06:00", None),
        ("day-fri 09:00-18:00", None),
        ("周一 09:00-18:00", None),
    ],
)
def test_hours_as_written(written: str, hours: DutyHours | None) -> None:
    assert parse_hours(written) == hours


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440))
def test_hours_read_back_as_they_are_written(first: int, last: int, opens: int, closes: int) -> None:
    if opens != closes:
        assert parse_hours(written_hours(DutyHours(first, last, opens, closes))) == DutyHours(
            first, last, opens, closes
        )


@pytest.mark.parametrize(
    ("hours", "moment", "there"),
    [
        ("mon-fri 09:00-18:00", "2026-11-23 09:00", True),  # a Monday
        ("mon-fri 09:00-18:00", "2026-11-23 08:59", False),
        ("mon-fri 09:00-18:00", "2026-11-23 17:59", True),
        ("mon-fri 09:00-18:00", "2026-11-23 18:00", False),
        ("mon-fri 09:00-18:00", "2026-11-28 10:00", False),  # a Saturday
        ("sat 20:00-06:00", "2026-11-28 20:00", True),
        ("sat 20:00-06:00", "2026-11-29 05:59", True),  # still Saturday's night
        ("sat 20:00-06:00", "2026-11-29 06:00", False),
        ("sat 20:00-06:00", "2026-11-28 05:59", False),
        ("fri-mon 08:00-10:00", "2026-11-29 09:00", True),
        ("fri-mon 08:00-10:00", "2026-11-24 09:00", False),
        ("mon-sun 00:00-24:00", "2026-11-24 23:59", True),
        ("mon-fri 09:00-12:00|mon-fri 14:00-18:00", "2026-11-23 13:00", False),
        ("mon-fri 09:00-12:00|mon-fri 14:00-18:00", "2026-11-23 14:00", True),
        ("", "2026-11-29 03:00", True),
    ],
)
def test_who_has_duty(hours: str, moment: str, there: bool) -> None:
    parsed = tuple(each for written in hours.split("|") if (each := parse_hours(written)))
    post = Staff(1, "林", Role.GRID_WORKER, "G", 1, hours=parsed)
    local = datetime.fromisoformat(moment)
    assert in_hours(post, local) is there
    assert present([post], local) == (post if there else replace(post, on_duty=False),)


LIN = Staff(1, "林晓燕", Role.GRID_WORKER, "G1", 11, hours=(DutyHours(0, 4, 540, 1080),))
ZHOU = Staff(2, "周建国", Role.GRID_WORKER, "G2", 12, on_duty=False, reachable=False)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "stand_in", "held"),
    [
        (0, 1, 2, replace(LIN, name="周建国", account=12, on_duty=False, reachable=False)),
        (-1, 0, 2, LIN),  # the end is exclusive
        (1, 2, 2, LIN),
        (0, 1, None, replace(LIN, on_duty=False)),
        (0, 1, 9, replace(LIN, on_duty=False)),  # the stand-in has left the register
    ],
)
def test_who_holds_a_post(begins: int, ends: int, stand_in: int | None, held: Staff) -> None:
    hour = timedelta(hours=1)
    absence = Absence(1, LIN.id, NOON + begins * hour, NOON + ends * hour, stand_in)
    assert held_by([LIN, ZHOU], [absence], NOON) == (held, ZHOU)


def test_hours_of_the_register_come_back() -> None:
    line = "林晓燕,grid_worker,TD101-01,5,,,yes,mon-fri 09:00-18:00|sat 09:00-12:00\n"
    (post,) = parse_staff((HEADER + line).encode(), "staff.csv", TREE, CATALOGUE)
    assert post.hours == (DutyHours(0, 4, 540, 1080), DutyHours(5, 5, 540, 720))
    assert parse_staff(staff_to_csv([post]).encode(), "staff.csv", TREE, CATALOGUE) == (post,)
    with pytest.raises(CsvRefused) as caught:
        parse_staff((HEADER + line.replace("sat 09", "sa 09")).encode(), "staff.csv", TREE, CATALOGUE)
    assert [(one.line, one.field, one.code) for one in caught.value.problems] == [(2, "hours", "bad_hours")]


def test_the_rota_is_configuration(tmp_path: Path) -> None:
    packaged = PACKAGED.read_text(encoding="utf-8")
    assert load_organisation().rota == RotaRules(Turn.LEAST_LOADED, tell_liaisons=True)
    path = tmp_path / "organisation.yaml"
    path.write_text(packaged.replace("least_loaded, tell_liaisons: true", "round_robin, tell_liaisons: false"), "utf-8")
    assert load_organisation(path).rota == RotaRules(Turn.ROUND_ROBIN, tell_liaisons=False)
    for wrong, reason in (("turn: lottery", "none of least_loaded"), ("turn: 1", "none of")):
        path.write_text(packaged.replace("turn: least_loaded", wrong), "utf-8")
        with pytest.raises(ConfigError, match=reason):
            load_organisation(path)
    path.write_text(packaged.replace("tell_liaisons: true", "tell_liaisons: often"), "utf-8")
    with pytest.raises(ConfigError, match="neither true nor false"):
        load_organisation(path)
