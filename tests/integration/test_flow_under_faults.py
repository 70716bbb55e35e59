"""Whole flows while something goes wrong: two at once, everything twice, handlers that raise, a lost database."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from bot.services.ports import UnitOfWork
from bot.telegram.decode import update_id_of
from bot.telegram.feed import TalkHandler, UpdateFailed
from bot.telegram.poller import Poller
from routing.message import IncomingMessage
from routing.queries import Outlook
from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.sandbox_server import Json, png
from tests.town import GARDEN, HE, LI, LIN, LUO, MILL, STAFF_ROOM, WANG, ZHANG, Town, running_town

ROUNDS = 6
LEAK = "/report 3栋一楼大厅漏水，顺着墙往下淌"


class TalkThat:
    """What listens to a group, with something that happens after everything is written and before it is committed."""

    def __init__(self, inner: TalkHandler, happens: Callable[[IncomingMessage], Awaitable[None]]) -> None:
        self._inner = inner
        self._happens = happens

    def may_matter(self, message: IncomingMessage) -> bool:
        return self._inner.may_matter(message)

    def outlook(self, messages: Sequence[IncomingMessage]) -> Outlook:
        return self._inner.outlook(messages)

    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        await self._inner.handle(work, message)
        await self._happens(message)


async def test_of_several_who_claim_at_once_one_wins_and_the_others_hear_who(town: Town) -> None:
    names = {HE: "何志强", LIN: "林晓燕", LUO: "罗勇"}
    for _ in range(ROUNDS):
        town.clock.advance(hours=1)
        await town.say(ZHANG, GARDEN, "/report 3栋单元门锁坏了，关不上")
        ticket = (await town.tickets())[-1]
        cards = {
            HE: (HE, await town.with_button(HE, HE, "认领")),
            LIN: (STAFF_ROOM, await town.with_button(LIN, STAFF_ROOM, "认领")),
            LUO: (STAFF_ROOM, await town.with_button(LUO, STAFF_ROOM, "认领")),
        }
        presses = {
            who: asyncio.create_task(town.people.press(who, chat, card["message_id"], "认领"))
            for who, (chat, card) in cards.items()
        }
        batch = await _fetch_until(town, len(presses))
        await asyncio.gather(*(town.feed.feed(raw) for raw in batch))
        await town.settle()

        claimed = (await town.tickets())[-1]
        (claim,) = [event for event in await town.events(ticket) if event.kind is EventKind.CLAIMED]
        assert claimed.status is Status.IN_PROGRESS
        told = {who: str((await press)["text"]) for who, press in presses.items()}
        assert claim.actor is not None
        assert told.pop(claim.actor) == f"您已认领工单 {ticket.number}"
        assert set(told.values()) == {f"工单 {ticket.number} 已由 {names[claim.actor]} 认领。"}
        assert f"{names[claim.actor]} 已认领" in (await town.texts(ZHANG, GARDEN))[-1]


async def test_what_is_delivered_twice_and_at_the_same_time_happens_once(town: Town) -> None:
    await town.people.say(ZHANG, GARDEN, LEAK)
    await _feed_many_times(town)
    ticket = await town.ticket()
    assert len(await _telling(town, ticket.number, ZHANG, GARDEN)) == 1
    assert len(await _telling(town, ticket.number, HE, HE)) == 1

    card = await town.with_button(HE, HE, "认领")
    press = asyncio.create_task(town.people.press(HE, HE, card["message_id"], "认领"))
    await _feed_many_times(town)
    assert "您已认领" in (await press)["text"]
    assert len(await town.people.calls("answerCallbackQuery")) == 1

    await town.press_label(HE, HE, "办结")
    await town.people.say(HE, HE, "换了一段水管，已不再漏水")
    await _feed_many_times(town)
    assert len([said for said in await town.texts(HE) if "已办结，等待反映人确认" in said]) == 1
    assert len([said for said in await town.texts(ZHANG, GARDEN) if "换了一段水管" in said]) == 1
    kinds = Counter(event.kind for event in await town.events(ticket))
    assert kinds[EventKind.OPENED] == kinds[EventKind.CLAIMED] == kinds[EventKind.RESOLVED] == 1


async def test_many_reports_at_once_get_a_ticket_and_a_number_each(town: Town) -> None:
    people = [2_000_000_000 + index for index in range(20)]
    for person in people:
        await town.people.add_user(person, f"居民{person}")
        await town.people.set_member(GARDEN, person, "member")
        await town.people.say(person, GARDEN, f"/report {person % 6 + 1}栋单元门锁坏了，关不上")
    await asyncio.gather(*(town.feed.feed(raw) for raw in await _fetch_until(town, len(people))))
    await town.settle()
    tickets = await town.tickets()
    assert sorted(ticket.reporter_id or 0 for ticket in tickets) == people
    assert len({ticket.number for ticket in tickets}) == len(people)
    for ticket in tickets:
        assert len(await _telling(town, ticket.number, ZHANG, GARDEN)) == 1


async def test_a_handler_that_raises_gets_the_update_again_until_it_is_parked_and_holds_up_nobody(
    database_url: str,
) -> None:
    seen: list[str] = []

    async def break_on_photos(message: IncomingMessage) -> None:
        seen.append(message.text)
        if message.attachments:
            raise RuntimeError(message.text)

    async def no_pause(_: float) -> None:
        await asyncio.sleep(0)

    async with running_town(database_url, talk=lambda cases: TalkThat(cases.intake, break_on_photos)) as town:
        await town.people.say(ZHANG, GARDEN, "3栋一楼大厅漏水，顺着墙往下淌", photo=png())
        await town.people.say(WANG, MILL, "2幢单元门锁坏了，关不上")
        await town.people.say(LI, GARDEN, "5栋楼道灯不亮")
        poller = Poller(
            api_url=town.sandbox.url,
            token=town.sandbox.token,
            feed=town.feed.feed,
            randomness=lambda: 0.0,
            sleep=no_pause,
            poll_seconds=1,
        )
        with capture_logs() as logs:
            polling = asyncio.create_task(poller.run())
            await town.people.settle()
            poller.stop()
            await polling
        await town.outbox.run_once()

        assert Counter(seen)["3栋一楼大厅漏水，顺着墙往下淌"] == 5
        assert [ticket.reporter_id for ticket in await town.tickets()] in ([WANG, LI], [LI, WANG])
        assert not any("渗漏水" in said for said in await town.texts(ZHANG, GARDEN))
        async with town.database.unit_of_work() as work:
            (parked,) = await work.updates.parked()
        assert (parked.failures, parked.error) == (5, "RuntimeError")
        assert "漏水".encode() in parked.payload or b"\\u6f0f" in parked.payload
        # What somebody wrote is in the parked row only, for whoever mends it; a log gets the kind of error.
        told = [{key: value for key, value in entry.items() if key != "exc_info"} for entry in logs]
        assert "漏水" not in repr(told)


async def test_a_press_whose_handling_fails_can_be_pressed_again(database_url: str) -> None:
    async with running_town(database_url) as town:
        await town.say(ZHANG, GARDEN, LEAK)
        card = await town.with_button(HE, HE, "认领")
        await town.people.press(HE, HE, card["message_id"], "认领", wait=0)
        (raw,) = await _fetch_until(town, 1)
        with capture_logs():
            async with _database_lost(database_url):
                with pytest.raises(UpdateFailed):
                    await town.feed.feed(raw)
        assert (await town.ticket()).status is Status.DISPATCHED
        await town.settle()
        assert (await town.ticket()).status is Status.IN_PROGRESS


async def test_a_database_lost_in_the_middle_leaves_nothing_half_written(database_url: str) -> None:
    async with contextlib.AsyncExitStack() as losses:
        lost: list[int] = []

        async def lose_once(message: IncomingMessage) -> None:
            if not lost:
                lost.append(message.update_id)
                await losses.enter_async_context(_database_lost(database_url))

        async with running_town(database_url, talk=lambda cases: TalkThat(cases.intake, lose_once)) as town:
            await town.people.say(ZHANG, GARDEN, "3栋一楼大厅漏水，顺着墙往下淌", photo=png())
            (raw,) = await _fetch_until(town, 1)
            with capture_logs(), pytest.raises(UpdateFailed) as failure:
                await town.feed.feed(raw)
            # Not even the failure could be written down.
            assert failure.value.failures is None
            await losses.aclose()
            assert await town.tickets() == []
            assert await town.outbox.run_once() == 0

            await town.settle()
            ticket = await town.ticket()
            assert lost == [update_id_of(raw)]
            assert len(await _telling(town, ticket.number, ZHANG, GARDEN)) == 1
            assert len(await _telling(town, ticket.number, HE, HE)) > 0


async def _fetch_until(town: Town, count: int) -> list[bytes]:
    """The waiting updates once there are so many; they stay there."""
    async with asyncio.timeout(10):
        while True:
            batch = await town.fetch()
            if len(batch) >= count:
                assert len(batch) == count
                return batch
            await asyncio.sleep(0.005)


async def _feed_many_times(town: Town) -> None:
    """Every waiting update four times at once and then once more, as webhooks and restarts may deliver it."""
    batch = await _fetch_until(town, 1)
    await asyncio.gather(*(town.feed.feed(raw) for raw in batch * 4))
    await town.settle()


async def _telling(town: Town, number: str, person: int, chat: int) -> list[Json]:
    """The messages of a chat that are the ticket's card."""
    found = await town.people.history(person, chat)
    return [one for one in found if f"单号 {number}" in str(one.get("text", ""))]


@contextlib.asynccontextmanager
async def _database_lost(database_url: str) -> AsyncIterator[None]:
    """The database goes away, whoever is in the middle of something, and comes back at the end of the block."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        # A disk on which nothing can be written any more.
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        return
    keeper = create_async_engine(url.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with keeper.connect() as connection:
        await connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false"))
        ended = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        await connection.execute(ended, {"name": url.database})
        try:
            yield
        finally:
            await connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true"))
    await keeper.dispose()


async def test_two_messages_about_one_matter_at_once_make_one_ticket(town: Town) -> None:
    """A webhook delivers in parallel; the second message has to see the ticket of the first."""
    for round_ in range(5):
        for person in (ZHANG, LI):
            await town.people.say(person, GARDEN, f"3栋{round_ + 1}单元的门锁坏了，关不上")
        batch = await town.fetch()
        await asyncio.gather(*(town.feed.feed(raw) for raw in batch))
        await town.settle()
    assert len(await town.tickets()) == 5
