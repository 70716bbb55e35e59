"""A storm: residents report and handlers claim while processes, the database and the platform fail.

Everything is real: ``qunban run`` in processes of their own, PostgreSQL, and a Bot API over HTTP. Afterwards every
report has exactly one ticket, everything due was delivered, and nobody shares a claim. Updates are polled for, or
delivered by a relay that delivers them late, several times, to two processes at once and out of order.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from bot.sandbox.faults import KINDS
from config.overlay import PACKAGED
from models.database import Database
from models.engine import connect, parse_url
from models.tables_delivery import Delivery, OutboxRow
from routing.queries import TicketFilter
from routing.ticket import Ticket
from routing.ticket_events import EventKind
from tests.bare_server import running_app
from tests.postgres import OwnServer
from tests.process import Serving, serving
from tests.sandbox_server import Json, People, RefusedError, RunningSandbox, running_sandbox
from tests.soak.relay import Relay
from tests.town import DENG, GARDEN, HE, LIN, MILL, RIVERSIDE, WU, ZHOU, load_registers, sample_world

Mode = Literal["polling", "webhook"]

RESIDENTS = range(2_100_000_000, 2_100_002_000)
HANDLERS = {GARDEN: (HE, LIN), MILL: (DENG, ZHOU), RIVERSIDE: (WU, WU)}
PROCESSES = 2
CALM_SECONDS = 240.0
"""How long everything may take to come to rest after the storm, on a busy machine."""


@dataclass(slots=True)
class Outcome:
    """What a storm did, and what was found afterwards; ``faults`` is empty where everything held."""

    seed: int
    seconds: float
    mode: Mode
    reports: int = 0
    presses: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    tickets: int = 0
    delivered: int = 0
    updates: int = 0
    """How many updates were delivered to an address of ours, and below how often in all."""
    deliveries: int = 0
    doubled: int = 0
    """Tickets announced more than once in their group: a crash came between sending and noting it."""
    claimed: int = 0
    """Tickets that somebody holds."""
    pending: int = 0
    """Messages that were still due when everything had come to rest."""
    given_up: int = 0
    faults: list[str] = field(default_factory=list)


class Storm:
    """One storm over one district."""

    def __init__(
        self,
        url: str,
        folder: Path,
        sandbox: RunningSandbox,
        chance: random.Random,
        server: OwnServer | None,
        mode: Mode,
    ) -> None:
        self._url = url
        self._folder = folder
        self._sandbox = sandbox
        self._chance = chance
        self._server = server
        self._said: list[tuple[int, int]] = []
        self._running: list[Serving | None] = [None] * PROCESSES
        self._stacks = [AsyncExitStack() for _ in range(PROCESSES)]
        self._mode = mode
        self._relay = Relay(random.Random(chance.random()), self._addresses)
        self._public_url = ""

    def _addresses(self) -> list[str]:
        return [one.url for one in self._running if one is not None and one.process.returncode is None]

    @property
    def _people(self) -> People:
        return self._sandbox.people

    async def rage(self, outcome: Outcome) -> None:
        """Lets it rage for as long as ``outcome`` says, then calms everything down and looks."""
        async with running_app(self._relay) as self._public_url:
            try:
                for number in range(PROCESSES):
                    await self._start(number)
                ends = time.monotonic() + outcome.seconds
                await asyncio.gather(
                    self._talk(ends, outcome), self._claim(ends, outcome), self._trouble(ends, outcome)
                )
                await self._people.clear_faults()
                await self._calm(outcome)
            finally:
                await self._relay.aclose()
                for stack in self._stacks:
                    await stack.aclose()

    async def _start(self, number: int) -> None:
        environment = {
            "QUNBAN_DATABASE_URL": self._url,
            "QUNBAN_TELEGRAM_TOKEN": self._sandbox.token,
            "QUNBAN_TELEGRAM_API_URL": self._sandbox.url,
            "QUNBAN_CONFIG_DIR": str(self._folder / "configuration"),
            "QUNBAN_TELEGRAM_MODE": self._mode,
        }
        if self._mode == "webhook":
            environment |= {"QUNBAN_PUBLIC_URL": self._public_url, "QUNBAN_WEBHOOK_SECRET": "a-secret-of-the-storm"}
        process = serving(self._folder, environment)
        self._running[number] = await self._stacks[number].enter_async_context(process)

    async def _talk(self, ends: float, outcome: Outcome) -> None:
        """Reports, each by a resident of its own about a home of its own, so that none is like another."""
        for number, resident in enumerate(RESIDENTS):
            if time.monotonic() >= ends:
                return
            group = self._chance.choice(tuple(HANDLERS))
            await self._people.add_user(resident, f"居民{number}")
            await self._people.set_member(group, resident, "member")
            room = f"{number // 40 + 1}{number % 40 + 1:02}"
            text = f"/report {number % 4 + 1}栋1单元{room}厨房下水道堵了，水往外冒"
            message = await self._people.say(resident, group, text)
            self._said.append((group, message["message_id"]))
            outcome.reports += 1
            # Three groups take 60 messages a minute of the platform, edits of cards that are claimed among them.
            await asyncio.sleep(self._chance.uniform(1, 4))

    async def _claim(self, ends: float, outcome: Outcome) -> None:
        """Two handlers press 认领 under the same ticket at the same moment."""
        while time.monotonic() < ends:
            await asyncio.sleep(self._chance.uniform(0.5, 2))
            group = self._chance.choice(tuple(HANDLERS))
            presses = [press for handler in HANDLERS[group] for press in await self._claims_of(handler)]
            self._chance.shuffle(presses)
            outcome.presses += len(presses[:4])
            await asyncio.gather(*(self._tolerant(press) for press in presses[:4]))

    async def _claims_of(self, handler: int) -> list[Callable[[], Awaitable[Json]]]:
        found: list[Callable[[], Awaitable[Json]]] = []
        for message in (await self._people.history(handler, handler))[-30:]:
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            if any(button["text"] == "认领" for row in rows for button in row):
                found.append(partial(self._people.press, handler, handler, message["message_id"], "认领", wait=1))
        return found

    @staticmethod
    async def _tolerant(press: Callable[[], Awaitable[Json]]) -> None:
        try:
            await press()
        except RefusedError:
            # The card was edited while the finger came down.
            await asyncio.sleep(0)

    async def _trouble(self, ends: float, outcome: Outcome) -> None:
        kinds: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("kill", self._kill_one),
            ("stop", self._stop_one),
            ("platform", self._platform_fails),
            ("platform", self._platform_fails),
        ]
        if self._server is not None:
            kinds += [
                ("database killed", lambda: self._without_database(0, killed=True)),
                ("database away", lambda: self._without_database(self._chance.uniform(1, 8), killed=False)),
                ("database full", lambda: self._without_room(self._chance.uniform(1, 4))),
            ]
        while time.monotonic() < ends:
            await asyncio.sleep(self._chance.uniform(2, 6))
            name, act = self._chance.choice(kinds)
            await act()
            outcome.troubles[name] += 1

    async def _without_database(self, seconds: float, *, killed: bool) -> None:
        server = self._server
        assert server is not None
        await asyncio.to_thread(server.kill if killed else server.stop)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(server.start)

    async def _without_room(self, seconds: float) -> None:
        """Somebody else holds every connection that the server allows."""
        engine = connect(parse_url(self._url), pool_size=0, max_overflow=-1)
        async with AsyncExitStack() as held:
            held.push_async_callback(engine.dispose)
            with contextlib.suppress(Exception):
                while True:
                    await held.enter_async_context(engine.connect())
            await asyncio.sleep(seconds)

    async def _kill_one(self) -> None:
        number = self._chance.randrange(PROCESSES)
        process = self._running[number]
        if process is not None:
            await process.kill()
        await self._stacks[number].aclose()
        await self._start(number)

    async def _stop_one(self) -> None:
        number = self._chance.randrange(PROCESSES)
        process = self._running[number]
        if process is not None and process.process.returncode is None:
            await process.stop()
        await self._stacks[number].aclose()
        await self._start(number)

    async def _platform_fails(self) -> None:
        kind = self._chance.choice(KINDS)
        method = self._chance.choice(("sendMessage", "editMessageText", "getUpdates", None))
        await self._people.plan_fault(kind, count=self._chance.randrange(1, 4), method=method, seconds=2)

    async def _calm(self, outcome: Outcome) -> None:
        for number, process in enumerate(self._running):
            if process is None or process.process.returncode is not None:
                outcome.faults.append(f"process {number} had ended by itself")
                await self._stacks[number].aclose()
                await self._start(number)
        await self._people.settle(CALM_SECONDS)
        async with asyncio.timeout(CALM_SECONDS):
            await self._relay.settle()
        outcome.updates, outcome.deliveries = self._relay.updates, self._relay.answers[200]
        if refused := {status: count for status, count in self._relay.answers.items() if status not in {0, 200, 503}}:
            outcome.faults.append(f"deliveries were refused: {refused}")
        database = Database(self._url)
        try:
            async with asyncio.timeout(CALM_SECONDS):
                await _until_nothing_waits(database)
        except TimeoutError:
            outcome.pending = await _waiting(database)
            outcome.faults.append(f"{outcome.pending} messages were still waiting after {CALM_SECONDS} s")
        try:
            await self._look(database, outcome)
        finally:
            await database.close()

    async def _look(self, database: Database, outcome: Outcome) -> None:
        async with database.unit_of_work() as work:
            tickets: list[Ticket] = []
            while page := await work.tickets.find(TicketFilter(), limit=500, offset=len(tickets)):
                tickets += page
            outcome.tickets = len(tickets)
            for group, message_id in self._said:
                if await work.tickets.of_message("telegram", group, message_id) is None:
                    outcome.faults.append(f"message {message_id} of {group} has no ticket")
            sources = Counter((one.group_chat_id, one.source_message_id) for one in tickets)
            outcome.faults += [f"{count} tickets of message {source}" for source, count in sources.items() if count > 1]
            for ticket in tickets:
                claims = [one for one in await work.tickets.events(ticket.id) if one.kind is EventKind.CLAIMED]
                outcome.claimed += bool(claims)
                if len(claims) > 1:
                    outcome.faults.append(f"{ticket.number} was claimed {len(claims)} times")
            if parked := await work.updates.parked():
                outcome.faults.append(f"{len(parked)} updates are parked: {parked[0].error}")
            rows = (await work._transaction.execute(select(OutboxRow.state, OutboxRow.error))).all()
        outcome.delivered = sum(state is Delivery.DELIVERED for state, _ in rows)
        given_up = [error for state, error in rows if state is Delivery.FAILED]
        outcome.given_up = len(given_up)
        outcome.faults += [f"a message was given up: {error}" for error in given_up]
        await self._look_at_groups(tickets, outcome)

    async def _look_at_groups(self, tickets: list[Ticket], outcome: Outcome) -> None:
        told: Counter[str] = Counter()
        for call in await self._people.calls("sendMessage"):
            words = str(call["params"].get("text", ""))
            if call["params"].get("chat_id") in {*HANDLERS, *map(str, HANDLERS)} and call["status"] == 200:
                told.update(ticket.number for ticket in tickets if f"单号 {ticket.number}" in words)
        for ticket in tickets:
            if told[ticket.number] == 0:
                outcome.faults.append(f"{ticket.number} was never announced in its group")
        outcome.doubled = sum(count > 1 for count in told.values())
        if outcome.doubled and not set(outcome.troubles) - {"stop"}:
            outcome.faults.append(f"{outcome.doubled} announcements came twice without a crash")


async def _waiting(database: Database) -> int:
    async with database.unit_of_work() as work:
        return await work.outbox.pending()


async def _until_nothing_waits(database: Database) -> None:
    while True:
        if not await _waiting(database):
            return
        await asyncio.sleep(0.5)


async def storm(
    url: str, folder: Path, *, seconds: float, seed: int, server: OwnServer | None = None, mode: Mode = "polling"
) -> Outcome:
    """Raises a storm of ``seconds`` over a migrated, empty database; the same seed makes the same troubles."""
    configuration = folder / "configuration"
    configuration.mkdir(exist_ok=True)
    # Hundreds of homes report within minutes here, which the product takes for a flood.
    lifted = re.sub(r"(?m)^  group: \d+$", "  group: 100000", (PACKAGED / "conversation.yaml").read_text("utf-8"))
    (configuration / "conversation.yaml").write_text(lifted, "utf-8")
    database = Database(url)
    await load_registers(database)
    await database.close()
    outcome = Outcome(seed, seconds, mode)
    async with running_sandbox(sample_world()) as sandbox:
        await Storm(url, folder, sandbox, random.Random(seed), server, mode).rage(outcome)
    return outcome
