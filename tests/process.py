"""``qunban run`` as a process of its own."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli import PROGRAM, bare_environment

PATIENCE_SECONDS = 60.0
"""For a start on a busy machine."""


@dataclass(slots=True)
class Serving:
    """A process that serves; ``url`` is where."""

    process: asyncio.subprocess.Process
    line: str

    @property
    def url(self) -> str:
        """What the process told on its console."""
        found = re.search(r"http://\S+?(?=[\s;]|$)", self.line)
        assert found is not None, self.line
        return found[0]

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends the signal and waits for the end; returns the exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.process.wait()

    async def kill(self) -> None:
        """Ends the process as a power cut would."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def serving(
    folder: Path, environment: Mapping[str, str], *arguments: str, program: Sequence[str] = (*PROGRAM, "run")
) -> AsyncIterator[Serving]:
    """Starts ``qunban run`` in ``folder`` and waits for its line on the console; killed at the end if still there.

    ``program`` takes the place of ``qunban run``.
    """
    errors = (folder / "errors.log").open("ab")
    process = await asyncio.create_subprocess_exec(
        *program,
        *arguments,
        cwd=folder,
        env=bare_environment({"QUNBAN_PORT": "0", "PYTHONUNBUFFERED": "1", **environment}),
        stdout=asyncio.subprocess.PIPE,
        stderr=errors,
    )
    errors.close()
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = (await process.stdout.readline()).decode().strip()
        assert line, (folder / "errors.log").read_text("utf-8")
        yield Serving(process, line)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def free_port() -> int:
    """A port that was free a moment ago, for a process that must know it before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
