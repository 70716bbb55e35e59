"""``qunban backup`` and ``qunban restore``: a copy of a SQLite database, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.shell import AsJson, busy, print_json

if TYPE_CHECKING:
    from models.backup import Copied


def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write the copy.")],
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite FILE where it exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copies a SQLite database as it is at this moment, also while the service runs. PostgreSQL: use pg_dump."""
    from config.settings import load_settings
    from models.backup import back_up

    url = load_settings().database_url.get_secret_value()
    with busy("Copying"):
        copied = back_up(url, file, replace=replace)
    _tell(copied, as_json)


def restore(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A copy that `qunban backup` has made.")],
    force: Annotated[
        bool, typer.Option("--force", help="Put it in the place of a database that exists, which is kept beside it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Puts a copy in the place of the SQLite database. The service must be stopped."""
    from datetime import UTC, datetime

    from config.settings import load_settings
    from models.backup import restore as put_back

    url = load_settings().database_url.get_secret_value()
    set_aside = f".before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}" if force else None
    with busy("Restoring"):
        copied = put_back(url, file, set_aside=set_aside)
    _tell(copied, as_json)


def _tell(copied: Copied, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "path": str(copied.path),
                "revision": copied.revision,
                "tickets": copied.tickets,
                "waiting_messages": copied.waiting_messages,
                "replaced": str(copied.replaced) if copied.replaced else None,
            }
        )
        return
    typer.echo(
        f"{copied.path}: revision {copied.revision}, {copied.tickets} tickets, "
        f"{copied.waiting_messages} messages still to be sent"
    )
    if copied.replaced is not None:
        typer.echo(f"the database that stood there is {copied.replaced}")
