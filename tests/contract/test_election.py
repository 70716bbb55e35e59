"""One process of several is elected, and another one once that one is gone; on both databases."""

from __future__ import annotations

import asyncio

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from models.bell import Bell
from models.election import Election, Term
from models.session import SignsOfLife

PATIENCE_SECONDS = 30


async def test_one_of_several_is_elected(database_url: str) -> None:
    terms = await asyncio.gather(*(Election(database_url, "poll").stand() for _ in range(4)))
    (term,) = [term for term in terms if term is not None]
    assert term.holds
    assert not term.lost.is_set()
    other_task = await Election(database_url, "something else").stand()
    assert other_task is not None
    await other_task.resign()
    await term.resign()
    after = await Election(database_url, "poll").stand()
    assert after is not None
    await after.resign()


async def _end_sessions(database_url: str) -> None:
    """As a restart of the server does."""
    url = make_url(database_url)
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = :name AND pid <> pg_backend_pid()"
            ),
            {"name": url.database},
        )
    await engine.dispose()


async def _elected(election: Election) -> Term:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            term = await election.stand()
            if term is not None:
                return term
            await asyncio.sleep(0.05)


async def test_who_loses_the_session_knows_at_once(postgresql_url: str) -> None:
    election = Election(postgresql_url, "poll")
    term = await election.stand()
    assert term is not None
    await _end_sessions(postgresql_url)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await term.lost.wait()
    assert not term.holds
    other = await _elected(election)
    assert other.holds
    await other.resign()
    await term.resign()


async def test_who_gives_no_sign_of_life_loses_the_term(postgresql_url: str) -> None:
    """A process that hangs cannot tell that it does: the server ends its session, and it sees that it was silent."""
    election = Election(postgresql_url, "poll", SignsOfLife(every=3600.0, answer=0.5, idle=1))
    term = await election.stand()
    assert term is not None
    other = await _elected(election)
    assert not term.holds
    async with asyncio.timeout(PATIENCE_SECONDS):
        await term.lost.wait()
    await other.resign()
    await term.resign()


async def test_the_bell_is_heard_by_others_and_comes_back(postgresql_url: str) -> None:
    heard = asyncio.Event()
    own: list[str] = []
    troubles: list[str] = []
    ringing, listening = (
        Bell(postgresql_url, lambda: own.append("heard")),
        Bell(postgresql_url, heard.set, troubles.append),
    )
    tasks = [asyncio.create_task(bell.run()) for bell in (ringing, listening)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await _until_connected(ringing, listening)
        for _ in range(2):
            heard.clear()
            ringing.ring()
            await heard.wait()
            await _end_sessions(postgresql_url)
            await _until_connected(ringing, listening)
        heard.clear()
        ringing.ring()
        await heard.wait()
    # Who rings hears nothing of it; what is heard comes with each new connection, as something may have been missed.
    assert len(own) <= 3
    for bell in (ringing, listening):
        bell.stop()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*tasks)


async def _until_connected(*bells: Bell) -> None:
    await asyncio.sleep(0.2)
    while not all(bell.is_connected for bell in bells):  # noqa: ASYNC110 - The other end is a server.
        await asyncio.sleep(0.02)


async def test_without_a_server_the_bell_is_silent(sqlite_url: str) -> None:
    bell = Bell(sqlite_url, lambda: None)
    task = asyncio.create_task(bell.run())
    bell.ring()
    await asyncio.sleep(0)
    assert not bell.is_connected
    bell.stop()
    await task
