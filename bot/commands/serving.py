"""``qunban run``, ``qunban migrate`` and ``qunban config check``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.shell import PROBLEM, AsJson, Commands, busy, print_json, where

config = typer.Typer(cls=Commands, help="The configuration of a district.", no_args_is_help=True, rich_markup_mode=None)


class RoleOption(StrEnum):
    """Which part of the service a process runs."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


def run(
    role: Annotated[
        RoleOption, typer.Option(help="web answers HTTP; worker polls, sends and watches the clocks; all does both.")
    ] = RoleOption.ALL,
) -> None:
    """Serves until it is stopped. Without QUNBAN_TELEGRAM_TOKEN it opens the local chat."""
    from bot.heap import begin_building
    from config.settings import load_settings

    # Before the chat client and the web framework, whose import takes seconds: a wrong value is said at once.
    settings = load_settings(serving=True)

    begin_building()
    from bot.service import Role, run_service

    run_service(settings, Role(role.value), typer.echo)


def migrate(as_json: AsJson = False) -> None:
    """Brings the database to the newest revision."""
    from bot.commands.database import migrate_database
    from config.settings import load_settings

    settings = load_settings()
    with busy("Migrating"):
        before, after = migrate_database(settings)
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        typer.echo(f"the database is at revision {after}, which is the newest")
    else:
        typer.echo(f"the database is at revision {after} now")


@config.command()
def check(
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", exists=True, file_okay=False, help="By default QUNBAN_CONFIG_DIR, if set."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Validates the settings and the configuration without starting; lists every file and every problem."""
    from config.bundle import inspect_configuration
    from config.settings import load_settings

    settings = load_settings(serving=True)
    with busy("Checking"):
        found = inspect_configuration(directory or settings.config_dir, timezone=settings.timezone)
    if as_json:
        print_json(
            {
                "files": [str(path) for path in found.files],
                "problems": [
                    {"path": problem.path, "line": problem.line, "reason": problem.reason} for problem in found.problems
                ],
            }
        )
    else:
        for path in found.files:
            typer.echo(f"read {path}")
        for problem in found.problems:
            typer.echo(where(problem.path, problem.line) + problem.reason, err=True)
        typer.echo(f"{len(found.files)} files, {len(found.problems)} problem(s)", err=bool(found.problems))
    if found.problems:
        raise typer.Exit(PROBLEM)
