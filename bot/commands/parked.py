"""``qunban parked``: updates that failed again and again, kept for an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.audit import keep_look
from bot.commands.shell import PROBLEM, AsJson, Commands, busy, fail, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.updates import ParkedUpdate

app = typer.Typer(cls=Commands, help="Updates that could not be handled.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_parked(as_json: AsJson = False) -> None:
    """Lists parked updates with what went wrong; what people wrote is not shown."""
    from bot.commands.database import in_work
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> tuple[ParkedUpdate, ...]:
        return await work.updates.parked()

    found = [_data(update) for update in in_work(load_settings(), story)]
    if as_json:
        print_json(found)
    else:
        columns = ("update_id", "error", "failures", "first_failed_at", "parked_at")
        print_table(columns, ([update[column] for column in columns] for update in found))


@app.command()
def show(update_id: Annotated[int, typer.Argument(help="As `parked list` shows it.")], as_json: AsJson = False) -> None:
    """Shows a parked update whole, with what somebody wrote: for the operator who mends it only."""
    import msgspec

    from bot.commands.database import in_work
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> ParkedUpdate | None:
        found = next((one for one in await work.updates.parked() if one.update_id == update_id), None)
        if found is not None:
            await keep_look(work, "parked show", about=str(update_id))
        return found

    found = in_work(load_settings(), story)
    if found is None:
        fail(f"no parked update {update_id}")
    payload: object
    try:
        payload = msgspec.json.decode(found.payload)
    except msgspec.DecodeError:
        payload = found.payload.decode("utf-8", errors="replace")
    print_json({**_data(found), "payload": payload})


@app.command()
def replay(
    update_ids: Annotated[
        list[int] | None, typer.Argument(metavar="[UPDATE_ID]...", help="As `parked list` shows.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every parked update.")] = False,
    as_json: AsJson = False,
) -> None:
    """Handles parked updates once more; what fails again stays parked. Answers go out with the running service."""
    from bot.commands.database import in_database
    from bot.logs import set_up_logs
    from bot.parked import replay_parked
    from config.bundle import load_configuration
    from config.settings import load_settings

    if bool(update_ids) == every:
        raise typer.BadParameter("name the updates, or --all")
    settings = load_settings()
    set_up_logs("error", settings.log_format)
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    with busy("Replaying"):
        outcomes = in_database(
            settings, lambda database: replay_parked(settings, configuration, database, update_ids or None)
        )
    if as_json:
        print_json([{"update_id": update_id, "outcome": outcome} for update_id, outcome in outcomes.items()])
    else:
        for update_id, outcome in outcomes.items():
            typer.echo(f"{update_id}: {outcome}")
    if any(outcome != "handled" for outcome in outcomes.values()):
        raise typer.Exit(PROBLEM)


def _data(update: ParkedUpdate) -> dict[str, object]:
    return {
        "platform": update.platform,
        "update_id": update.update_id,
        "error": update.error,
        "failures": update.failures,
        "first_failed_at": update.first_failed_at.isoformat(timespec="seconds"),
        "parked_at": update.parked_at.isoformat(timespec="seconds") if update.parked_at else None,
    }
