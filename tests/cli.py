"""Runs ``qunban`` as a user would, in a folder of its own with nothing set but what the test sets."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from typer.testing import CliRunner

import bot
import routing
from bot.cli import app

PROGRAM = (sys.executable, "-c", "from bot.cli import main; main()")
"""The program as a process of its own, for tests of what a process does."""


def bare_environment(values: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process without settings of the product, and with ``values``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUNBAN_")}
    # The compiled form of ``routing`` where this process has that, and then the sources.
    folders = dict.fromkeys(str(Path(package.__path__[0]).parent) for package in (routing, bot))
    return {**kept, "PYTHONPATH": os.pathsep.join(folders), **values}


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    exit_code: int
    output: str
    errors: str


@dataclass(slots=True)
class Shell:
    """A folder to run commands in, with the environment that they get."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: str = "") -> Ran:
        """Runs ``qunban`` with the arguments to its end; an exception that no command deals with fails the test."""
        unset = {name: None for name in os.environ if name.startswith("QUNBAN_")}
        with _inside(self.folder):
            ended = CliRunner().invoke(
                app,
                arguments,
                input=stdin,
                env={**unset, **self.environment},
                prog_name="qunban",
                catch_exceptions=False,
            )
        return Ran(ended.exit_code, ended.stdout, ended.stderr)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """In ``folder``; where the command sends its logs is undone as well."""
    before, root = Path.cwd(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
