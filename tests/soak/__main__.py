"""``make soak``: raises a storm and prints what it did and what was found; exit code 1 where something did not hold."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from tests.postgres import PostgresServer, own_server
from tests.soak.storm import Outcome, storm


def main() -> int:
    """Ten minutes, unless told otherwise; the seed is printed, so that the same storm can be raised again."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    wanted = parser.parse_args()
    with own_server() as server, tempfile.TemporaryDirectory(prefix="qunban-soak-") as folder:
        url = PostgresServer(server.url).migrated_database()
        outcome = asyncio.run(storm(url, Path(folder), seconds=wanted.seconds, seed=wanted.seed, server=server))
    sys.stdout.write(told(outcome))
    return 1 if outcome.faults else 0


def told(outcome: Outcome) -> str:
    """The outcome in lines."""
    troubles = ", ".join(f"{name} {count}" for name, count in sorted(outcome.troubles.items()))
    lines = [
        f"soak: {outcome.seconds:g} s, seed {outcome.seed}",
        f"reports {outcome.reports}, presses of claims {outcome.presses}",
        f"troubles: {troubles}",
        f"tickets {outcome.tickets}, messages delivered {outcome.delivered}, announced twice {outcome.doubled}",
        *(f"fault: {fault}" for fault in outcome.faults),
        f"{len(outcome.faults)} faults",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
