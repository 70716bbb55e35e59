"""The command line ``qunban``."""

from __future__ import annotations

import typer

from bot.commands import (
    absences,
    audit,
    backups,
    care,
    clocks,
    colours,
    digest,
    disputes,
    forecasting,
    items,
    lexicon,
    moves,
    needs,
    parked,
    registers,
    serving,
    states,
    tickets,
    triaging,
    trials,
    volunteers,
    votes,
)
from bot.commands.shell import Commands

app = typer.Typer(
    cls=Commands,
    help="群办 Qunban: a service-request bot for residents' chat groups.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serving.run)
app.command()(serving.migrate)
app.command()(backups.backup)
app.command()(backups.restore)
registers.staff.command("absence")(absences.add_absence)
registers.staff.command("absences")(absences.list_absences)
registers.areas.command("move")(moves.move_area)
registers.areas.command("moves")(moves.list_moves)
app.add_typer(registers.areas, name="areas")
app.add_typer(care.care, name="care")
app.add_typer(volunteers.volunteers, name="volunteers")
app.add_typer(registers.staff, name="staff")
app.add_typer(registers.groups, name="groups")
app.add_typer(needs.partners, name="partners")
app.add_typer(needs.needs, name="needs")
app.add_typer(votes.app, name="votes")
app.add_typer(disputes.app, name="disputes")
app.command()(triaging.triage)
app.command()(trials.replay)
app.command()(trials.evaluate)
app.add_typer(lexicon.app, name="lexicon")
app.add_typer(items.app, name="items")
app.command()(clocks.due)
app.command()(colours.colours)
tickets.app.command()(forecasting.forecast)
app.add_typer(tickets.app, name="tickets")
app.command()(states.states)
app.command()(digest.digest)
app.add_typer(parked.app, name="parked")
app.add_typer(audit.app, name="audit")
app.add_typer(serving.config, name="config")


def main() -> None:
    """Entry point of the installed script."""
    app(prog_name="qunban")
