"""``python -m tests.moved_clock FILE``: ``qunban run`` on a machine whose clock somebody sets.

The file says by how many seconds the clock is set apart from that of this machine; it is read whenever the service
asks for the time. The service has no such setting: the clock is passed in here.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from bot.service import Role, run_service
from config.settings import load_settings
from tests.town import MONDAY

PROGRAM = (sys.executable, "-m", "tests.moved_clock")


class MovedClock:
    """The clock of the machine; ``start`` makes it Monday morning, ``move`` is what somebody does to it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text("ascii")))

    def start(self) -> None:
        self._write((MONDAY - datetime.now(UTC)).total_seconds())

    def move(self, **span: float) -> None:
        """Sets it on, or back, by hours, minutes, seconds."""
        self._write(float(self._file.read_text("ascii")) + timedelta(**span).total_seconds())

    def _write(self, seconds: float) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(seconds), "ascii")
        fresh.replace(self._file)


if __name__ == "__main__":
    run_service(load_settings(serving=True), Role.ALL, typer.echo, clock=MovedClock(Path(sys.argv[1])))
