"""A short storm, with kills of everything; ``make soak`` raises longer ones."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.postgres import PostgresServer, own_server
from tests.soak.storm import storm


def test_nothing_is_lost_or_shared_while_everything_fails(tmp_path: Path) -> None:
    with own_server() as server:
        url = PostgresServer(server.url).migrated_database()
        outcome = asyncio.run(storm(url, tmp_path, seconds=20, seed=11, server=server))
    assert outcome.faults == []
    assert outcome.tickets == outcome.reports > 0
    assert outcome.troubles
