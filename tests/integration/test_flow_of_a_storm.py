"""Short storms, with kills of everything; ``make soak`` raises longer ones."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.postgres import PostgresServer, own_server
from tests.soak.storm import Mode, storm


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_nothing_is_lost_or_shared_while_everything_fails(tmp_path: Path, mode: Mode) -> None:
    with own_server() as server:
        url = PostgresServer(server.url).migrated_database()
        outcome = asyncio.run(storm(url, tmp_path, seconds=12, seed=11, server=server, mode=mode))
    assert outcome.faults == []
    assert outcome.tickets == outcome.reports > 0
    assert outcome.troubles
    if mode == "webhook":
        assert outcome.deliveries > outcome.updates > 0
