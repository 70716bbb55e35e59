"""A whole district for tests of whole flows: real Bot API over HTTP, real dispatcher, real database, a clock of ours.

    async with running_town(database_url) as town:
        await town.people.say(ZHANG, GARDEN, "3栋2单元电梯停了")
        await town.settle()
        card = await town.card(LIN)

``settle`` fetches every waiting update, feeds it, and sends what the outbox holds, until nothing is left.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
from prometheus_client import CollectorRegistry

from bot.district import UseCases, civic_sweeps, use_cases
from bot.jobs.digests import DigestJob
from bot.jobs.outbox import OutboxRunner
from bot.jobs.upkeep import ClockJob, UpkeepJob
from bot.metrics import OutboxMetrics, UpdateMetrics
from bot.sandbox.world import Persona, Room, World
from bot.services.partner_register import register_partners
from bot.telegram.decode import BotIdentity
from bot.telegram.dispatch import TelegramInteraction
from bot.telegram.feed import TalkHandler, UpdateFeed
from bot.telegram.limits import Rates, SendLimits
from bot.telegram.sender import PLATFORM, TelegramSender, open_bot
from config.bundle import Configuration, load_configuration
from config.sample import SampleDistrict
from models.database import Database
from routing.pace import Rate
from routing.queries import TicketFilter
from routing.ticket import Ticket
from routing.ticket_events import TicketEvent
from routing.triage.engine import Triage
from tests.sandbox_server import Json, People, RunningSandbox, running_sandbox

ZOU, TONG = 1000000201, 1000000202
"""The contact of a bank that is paired with the community, and a retired teacher of calligraphy."""
ZHANG, LI, WANG, CHEN, TENANT = 1000000001, 1000000002, 1000000003, 1000000004, 1000000005
LIN, ZHOU, WU = 1000000006, 1000000007, 1000000008
"""Grid workers of the first, second and third grid."""
HE, DENG = 1000000009, 1000000010
"""The property company's dispatcher, and the head of the self-management committee."""
TANG, LUO, XIE, GAO, ADMIN = 1000000011, 1000000012, 1000000013, 1000000014, 1000000015
"""Community secretary, grid lead, street officer, supervisor of the district, administrator."""

GARDEN, MILL, RIVERSIDE = -1001000000001, -1001000000002, -1001000000003
"""Residents' groups: managed, self-managed, entrusted."""
STAFF_ROOM = -1001000000101

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI).astimezone(UTC)
"""A working morning."""

_UNLIMITED = Rates(overall=Rate(10_000, 1), chat=Rate(10_000, 1), group=Rate(10_000, 60))


@cache
def configuration() -> Configuration:
    """The packaged configuration, loaded once for all tests."""
    return load_configuration()


@cache
def triage() -> Triage:
    """Triage over the packaged lexicon, built once for all tests."""
    return configuration().build_triage()


@cache
def sample() -> SampleDistrict:
    """The sample district."""
    return configuration().sample(PLATFORM)


def sample_world(district: SampleDistrict | None = None) -> World:
    """The people and rooms of a district as the sandbox knows them, of the packaged one if none is named."""
    district = district or sample()
    return World(
        bot_name="群办",
        bot_username="qunban_bot",
        token="1:town",
        personas=tuple(Persona(one.user_id, one.name, one.title, one.kind) for one in district.personas),
        rooms=tuple(
            Room(one.chat_id, one.title, one.kind.value, one.members, admins=one.admins) for one in district.rooms
        ),
    )


class TestClock:
    """A clock that moves only when told."""

    __test__ = False

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        """Moves on by days, hours, minutes, seconds."""
        self.now += timedelta(**span)


@dataclass(slots=True)
class Town:
    """A running district."""

    sandbox: RunningSandbox
    database: Database
    cases: UseCases
    feed: UpdateFeed
    outbox: OutboxRunner
    clock: TestClock
    sender: TelegramSender
    http: httpx.AsyncClient
    offset: int = 0
    fed: list[bytes] = field(default_factory=list)

    @property
    def people(self) -> People:
        """The people of the district."""
        return self.sandbox.people

    async def fetch(self) -> list[bytes]:
        """The updates that the platform holds for us; they stay there until ``offset`` moves on."""
        url = f"{self.sandbox.url}/bot{self.sandbox.token}/getUpdates"
        answer = await self.http.post(url, json={"offset": self.offset, "timeout": 0})
        answer.raise_for_status()
        return [bytes(raw) for raw in msgspec.json.decode(answer.content, type=_Updates).result]

    async def take_in(self) -> int:
        """Feeds every waiting update once more, as the poller does; one that fails is fetched again next time."""
        batch = await self.fetch()
        for raw in batch:
            await self.feed.feed(raw)
            self.fed.append(raw)
            self.offset = msgspec.json.decode(raw, type=_Numbered).update_id + 1
        return len(batch)

    async def settle(self) -> None:
        """Until nothing waits: neither updates nor messages."""
        while await self.take_in() + await self.outbox.run_once():
            pass

    async def say(self, user: int, chat: int, text: str = "", **more: Any) -> Json:
        """Somebody says something, and everything that follows from it happens."""
        message = await self.people.say(user, chat, text, **more)
        await self.settle()
        return message

    async def press(self, user: int, chat: int, message: Json, label: str, *, forged: bool = False) -> Json:
        """Somebody presses a button; the answer is returned once all is settled. ``forged`` data needs no button."""
        return await self._while_settling(
            self.people.press(user, chat, message["message_id"], label, force=forged, wait=5)
        )

    async def press_label(self, user: int, chat: int, label: str) -> Json:
        """Presses the newest button of the chat that says ``label``."""
        return await self.press(user, chat, await self.with_button(user, chat, label), label)

    async def _while_settling(self, press: Awaitable[Json]) -> Json:
        pressing = asyncio.ensure_future(press)
        while not pressing.done():
            await self.settle()
            await asyncio.sleep(0.005)
        await self.settle()
        return await pressing

    async def with_button(self, user: int, chat: int, label: str) -> Json:
        """The newest message of the chat that offers ``label``."""
        messages = await self.people.history(user, chat)
        found = [one for one in messages if label in labels_of(one)]
        assert found, (label, [(str(one.get("text", ""))[:40], labels_of(one)) for one in messages])
        return found[-1]

    async def texts(self, user: int, chat: int | None = None) -> list[str]:
        """What the person sees in a chat (the private one with the bot if none is named), oldest first."""
        messages = await self.people.history(user, chat if chat is not None else user)
        return [str(one.get("text", one.get("caption", ""))) for one in messages]

    async def tickets(self) -> list[Ticket]:
        """All tickets, oldest first."""
        async with self.database.unit_of_work() as work:
            return list(reversed(await work.tickets.find(TicketFilter(), limit=1000)))

    async def ticket(self) -> Ticket:
        """The only ticket."""
        (one,) = await self.tickets()
        return one

    async def events(self, ticket: Ticket) -> list[TicketEvent]:
        """What happened to a ticket."""
        async with self.database.unit_of_work() as work:
            return list(await work.tickets.events(ticket.id))

    async def sweep(self) -> None:
        """The clock job ticks, and what it says is sent."""
        for sweep in (self.cases.clockwork.sweep, *civic_sweeps(self.cases).values()):
            await ClockJob(self.database.unit_of_work, sweep).run()
        await self.settle()

    async def send_digests(self) -> None:
        """The digest job ticks."""
        await DigestJob(self.database.unit_of_work, self.cases.digests).run()
        await self.settle()

    async def upkeep(self) -> None:
        """The upkeep job ticks."""
        await UpkeepJob(
            self.database.unit_of_work, self.clock, self.cases.moves.carry_out, configuration().retention
        ).run()


class _Updates(msgspec.Struct):
    result: list[msgspec.Raw]


class _Numbered(msgspec.Struct):
    update_id: int


def labels_of(message: Json) -> list[str]:
    """The labels of a message's buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


@asynccontextmanager
async def running_town(
    database_url: str,
    *,
    clock: TestClock | None = None,
    talk: Callable[[UseCases], TalkHandler] = lambda cases: cases.intake,
    district: Configuration | None = None,
    people: SampleDistrict | None = None,
    is_settled: bool = False,
) -> AsyncIterator[Town]:
    """Serves a district, the packaged one if none is named, on a migrated, empty database until the block ends.

    ``people`` take the place of the sample that belongs to the configuration. In a database that ``is_settled`` the
    registers are written already.
    """
    clock = clock or TestClock()
    database = Database(database_url, clock=clock)
    people = people or (sample() if district is None else district.sample(PLATFORM))
    world = sample_world(people)
    cases = use_cases(
        district or configuration(), triage(), platform=PLATFORM, clock=clock, new_token=lambda: "invitation-token"
    )
    async with running_sandbox(world, clock=clock) as sandbox:
        if not is_settled:
            await load_registers(database, people)
        bot = open_bot(world.token, sandbox.url)
        me = await bot.me()
        identity = BotIdentity(me.id, me.username or "")
        registry = CollectorRegistry()
        feed = UpdateFeed(
            platform=PLATFORM,
            identity=identity,
            unit_of_work=database.unit_of_work,
            clock=clock,
            talk=talk(cases),
            interaction=TelegramInteraction(bot=bot, services=cases, platform=PLATFORM, identity=identity),
            metrics=UpdateMetrics(registry),
        )
        sender = TelegramSender(bot)
        outbox = OutboxRunner(
            unit_of_work=database.unit_of_work,
            sender=sender,
            limits=SendLimits(_UNLIMITED),
            clock=clock,
            randomness=random.Random(7).random,
            metrics=OutboxMetrics(registry),
            undelivered=cases.undelivered.given_up,
            prepare=ClockJob(database.unit_of_work, cases.telling.tell, cases.telling.tell_each).batch,
        )
        try:
            async with httpx.AsyncClient(trust_env=False, verify=False) as http:  # Nothing here is encrypted.
                yield Town(sandbox, database, cases, feed, outbox, clock, sender, http)
        finally:
            await bot.session.close()
            await database.close()


async def settle(database_url: str) -> None:
    """Writes the registers of the packaged district into a migrated, empty database."""
    database = Database(database_url, clock=TestClock())
    await load_registers(database)
    await database.close()


async def load_registers(database: Database, district: SampleDistrict | None = None) -> None:
    """Writes the areas, posts and groups of a district, of the packaged one if none is named."""
    district = district or sample()
    async with database.unit_of_work() as work:
        await work.areas.upsert(district.areas)
        await work.staff.upsert(district.staff)
        for group in district.groups:
            await work.groups.put(group)
        await register_partners(work, district.partners, MONDAY, platform=PLATFORM)
        await work.items.upsert(district.items)
        await work.commit()
