"""The command line ``qunban``."""

from __future__ import annotations

import typer

from bot.commands import clocks, triaging
from bot.commands.shell import Commands

app = typer.Typer(
    cls=Commands,
    help="群办 Qunban: a service-request bot for residents' chat groups.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(triaging.triage)
app.command()(clocks.due)


@app.callback()
def _program() -> None:
    """群办 Qunban: a service-request bot for residents' chat groups."""


def main() -> None:
    """Entry point of the installed script."""
    app()
