"""``make soak``: raises a storm and prints what it did and what was found; exit code 1 where something did not hold."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path
from typing import get_args

from tests.postgres import PostgresServer, own_server
from tests.soak.storm import Mode, Outcome, storm

LOOKED_FOR = (
    "looked for: reports without a ticket or with two, claims with two holders, tickets never announced, messages left"
    " over, updates parked or refused, processes that ended by themselves"
)


def main() -> int:
    """Ten minutes in all, unless told otherwise; the seed is printed, so that the same storm can be raised again."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--mode", choices=get_args(Mode), help="how updates come (half of the time each)")
    wanted = parser.parse_args()
    modes: tuple[Mode, ...] = (wanted.mode,) if wanted.mode else get_args(Mode)
    faults = 0
    with own_server() as server, tempfile.TemporaryDirectory(prefix="qunban-soak-") as folder:
        databases = PostgresServer(server.url)
        for mode in modes:
            outcome = asyncio.run(
                storm(
                    databases.migrated_database(),
                    Path(folder),
                    seconds=wanted.seconds / len(modes),
                    seed=wanted.seed,
                    server=server,
                    mode=mode,
                )
            )
            sys.stdout.write(told(outcome))
            faults += len(outcome.faults)
    return 1 if faults else 0


def told(outcome: Outcome) -> str:
    """The outcome in lines."""
    troubles = ", ".join(f"{name} {count}" for name, count in sorted(outcome.troubles.items()))
    lines = [
        f"soak by {outcome.mode}: {outcome.seconds:g} s, seed {outcome.seed}",
        f"presses of claims {outcome.presses}, two handlers at the same moment",
        f"troubles: {troubles}",
        *([f"updates {outcome.updates}, taken {outcome.deliveries} times"] if outcome.updates else []),
        f"reports {outcome.reports}, tickets {outcome.tickets}; claimed {outcome.claimed}",
        f"messages delivered {outcome.delivered}, still due {outcome.pending}, given up {outcome.given_up}",
        f"announced twice {outcome.doubled}, which only a failure between sending and noting it excuses",
        LOOKED_FOR,
        *(f"fault: {fault}" for fault in outcome.faults),
        f"{len(outcome.faults)} faults",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
