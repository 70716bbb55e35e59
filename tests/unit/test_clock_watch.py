"""A clock that is set is told from one that goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs.clock_watch import ClockWatch

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class Machine:
    """A wall clock and the time that passes, moved apart by whoever sets the clock."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 17.0

    def wait(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.passed += seconds


@pytest.mark.parametrize("waited", [0, 1, 3600, 86_400 * 30])
@pytest.mark.parametrize(("moved", "told"), [(0, 0), (1.5, 0), (-1.5, 0), (2.5, 2.5), (3600, 3600), (-3600, -3600)])
def test_what_is_told(waited: float, moved: float, told: float) -> None:
    machine = Machine()
    watch = ClockWatch(lambda: machine.passed)
    assert watch.set_by(machine.wall) == 0
    machine.wait(waited)
    machine.wall += timedelta(seconds=moved)
    assert watch.set_by(machine.wall) == pytest.approx(told, abs=0.01)
    machine.wait(waited)
    assert watch.set_by(machine.wall) == 0, "each setting is told once"
