"""django-helpdesk on the same server: how many tickets a second it opens by its public form and by e-mail.

It is installed into an environment of its own under ``var/``, by the machine's package registry, the first time it is
needed; it is no dependency of ours.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from sqlalchemy import make_url

from tests.bench.talk import reports
from tests.cli import bare_environment

_ENVIRONMENT = Path(__file__).parents[2] / "var" / "bench" / "django-helpdesk"
_PACKAGES = ("django-helpdesk==2.6.1", "psycopg[binary]")
_PROGRAM = Path(__file__).with_name("helpdesk_program.py")
_TICKETS = 40
"""In one round."""


async def helpdesk_rates(database_url: str, rounds: int, *, escalated: int = 0) -> dict[str, list[float]] | None:
    """Tickets a second by ``form`` and by ``mail``, for each round; none where it cannot be installed.

    With ``escalated`` it is instead how many of so many overdue tickets it ``escalated`` a second.
    """
    python = _ENVIRONMENT / "bin" / "python"
    installed = _ENVIRONMENT / "installed"
    if not installed.exists():
        _ENVIRONMENT.parent.mkdir(parents=True, exist_ok=True)
        for command in (
            (sys.executable, "-m", "venv", str(_ENVIRONMENT)),
            (str(python), "-m", "pip", "install", "--quiet", *_PACKAGES),
        ):
            if await _run(*command) is None:
                return None
        installed.touch()
    url = make_url(database_url)
    database = {
        "NAME": url.database,
        "USER": url.username,
        "PASSWORD": url.password or "",
        "HOST": url.host or url.query.get("host", ""),
        "PORT": url.port or "",
    }
    with tempfile.TemporaryDirectory(prefix="qunban-bench-") as folder:
        given = {"database": database, "folder": folder, "texts": reports(_TICKETS), "rounds": rounds}
        if escalated:
            given["escalated"] = escalated
        told = await _run(str(python), "-I", str(_PROGRAM), json.dumps(given))
    if told is None:
        return None
    rates: dict[str, list[float]] = json.loads(told)
    return rates


async def _run(*command: str) -> bytes | None:
    process = await asyncio.create_subprocess_exec(
        *command,
        env=bare_environment({}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    told, _ = await process.communicate()
    return told if process.returncode == 0 else None
