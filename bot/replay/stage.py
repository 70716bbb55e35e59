"""Where scenes are played: a throw-away database with the sample district, fresh for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from bot.district import UseCases, use_cases
from bot.jobs.outbox import OutboxRunner
from bot.metrics import OutboxMetrics, UpdateMetrics
from bot.replay.scenes import Outcome, Scene, SceneTicket
from bot.replay.updates import BOT, Updates
from bot.sample import load_sample_once
from bot.services.delivery import Delivered
from bot.services.ports import UnitOfWork
from bot.telegram.feed import AfterCommit, UpdateFeed
from config.bundle import Configuration
from config.sample import SampleDistrict
from models.database import Database
from models.migrate import upgrade
from routing.errors import QunbanError
from routing.groups import GroupKind
from routing.outgoing import QueuedMessage
from routing.queries import TicketFilter
from routing.triage.engine import Triage

if TYPE_CHECKING:
    from bot.telegram.dispatch import TelegramInteraction
    from routing.pace import Pace

PLATFORM = "telegram"
_FIRST_BOT_MESSAGE = 1_000_001
_MOST_TICKETS = 1000
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""The register was there before any scene."""


class SceneFailed(QunbanError):
    """A message of a scene could not be handled: a fault of the program; ``error`` names its kind."""

    code = "scene_failed"

    def __init__(self, scene: str, error: str) -> None:
        super().__init__(scene, error)
        self.scene = scene
        self.error = error


class Stage:
    """Plays scenes in the first residents' group of the sample district."""

    def __init__(self, configuration: Configuration, triage: Triage, sample: SampleDistrict, folder: Path) -> None:
        self._configuration = configuration
        self._triage = triage
        self._sample = sample
        self._folder = folder
        self._chat_id = next(group.chat_id for group in sample.groups if group.kind is GroupKind.RESIDENTS)

    async def prepare(self) -> None:
        """Makes the database that every scene gets a copy of."""
        await upgrade(self._url("template"))
        database = Database(self._url("template"))
        await load_sample_once(database.unit_of_work, self._sample, _LONG_AGO)
        await database.close()

    async def play(self, scene: Scene) -> Outcome:
        """Plays a scene on a fresh copy; raises ``SceneFailed``."""
        shutil.copy(self._folder / "template.db", self._folder / "scene.db")
        now = [scene.messages[0].at.astimezone(UTC)]
        database = Database(self._url("scene"), clock=lambda: now[0])
        cases = use_cases(self._configuration, self._triage, platform=PLATFORM, clock=lambda: now[0])
        commands, noted, registry = _Commands(cases), _NotingSender(), CollectorRegistry()
        feed = UpdateFeed(
            platform=PLATFORM,
            identity=BOT,
            unit_of_work=database.unit_of_work,
            clock=lambda: now[0],
            talk=cases.intake,
            interaction=commands,
            metrics=UpdateMetrics(registry),
            max_failures=1,
        )
        outbox = OutboxRunner(
            unit_of_work=database.unit_of_work,
            sender=noted,
            limits=_NoLimits(),
            clock=lambda: now[0],
            randomness=lambda: 0.0,
            metrics=OutboxMetrics(registry),
        )
        updates = Updates(self._chat_id, scene.messages)
        try:
            for index, message in enumerate(scene.messages):
                now[0] = message.at.astimezone(UTC)
                await feed.feed(updates.update(index))
                await outbox.run_once()
            return await self._outcome(scene, database, updates, noted)
        finally:
            await commands.close()
            await database.close()
            for leftover in self._folder.glob("scene.db*"):
                leftover.unlink()

    async def _outcome(self, scene: Scene, database: Database, updates: Updates, noted: _NotingSender) -> Outcome:
        async with database.unit_of_work() as work:
            parked = await work.updates.parked()
            if parked:
                raise SceneFailed(scene.id, parked[0].error)
            tickets = sorted(await work.tickets.find(TicketFilter(), limit=_MOST_TICKETS), key=lambda ticket: ticket.id)
            parts: dict[int, list[int]] = {}
            for index in range(len(scene.messages)):
                ticket = await work.tickets.of_message(PLATFORM, self._chat_id, updates.message_id(index))
                if ticket is not None:
                    parts.setdefault(ticket.id, []).append(index)
            for ticket in tickets:
                # A message with several matters is linked to the first of their tickets and the source of each.
                source = next(
                    (i for i in range(len(scene.messages)) if updates.message_id(i) == ticket.source_message_id), None
                )
                if source is not None and source not in parts.setdefault(ticket.id, []):
                    parts[ticket.id].insert(0, source)
            found = [
                SceneTicket(
                    ticket=ticket,
                    reporters=tuple(updates.name_of(one.account) for one in await work.tickets.reporters(ticket.id)),
                    from_messages=tuple(parts.get(ticket.id, ())),
                )
                for ticket in tickets
            ]
        indexes = {updates.message_id(index): index for index in range(len(scene.messages))}
        answered = {indexes[number] for number in noted.answered_in(self._chat_id) if number in indexes}
        return Outcome(tuple(found), tuple(sorted(answered)))

    def _url(self, name: str) -> str:
        return f"sqlite+aiosqlite:///{self._folder / name}.db"


@asynccontextmanager
async def open_stage(
    configuration: Configuration, triage: Triage, sample: SampleDistrict, *, guide: bool = False
) -> AsyncIterator[Stage]:
    """A stage in a temporary folder, which is removed at the end.

    Without ``guide`` no question is answered, so that every matter that triage sees shows as a ticket.
    """
    if not guide:
        configuration, sample = replace(configuration, certificates=()), replace(sample, items=())
    with tempfile.TemporaryDirectory(prefix="qunban-replay-") as folder:
        stage = Stage(configuration, triage, sample, Path(folder))
        await stage.prepare()
        yield stage


class _NotingSender:
    """Takes every message at once and remembers it."""

    def __init__(self) -> None:
        self._rows: list[QueuedMessage] = []

    async def deliver(self, row: QueuedMessage) -> Delivered:
        self._rows.append(row)
        if row.card_message_id is not None:
            return Delivered(row.card_message_id)
        return Delivered(_FIRST_BOT_MESSAGE + len(self._rows))

    def answered_in(self, chat_id: int) -> tuple[int, ...]:
        """The messages of the chat that were answered."""
        return tuple(
            row.message.reply_to
            for row in self._rows
            if row.message.chat_id == chat_id and row.message.reply_to is not None
        )


class _NoLimits:
    """Nothing is sent, so nothing has to wait for its turn."""

    def grant(
        self, paces: MutableMapping[int, Pace], chat_id: int, now: float, patience: float, messages: int = 1
    ) -> float:
        return 0.0

    def pause(self, paces: MutableMapping[int, Pace], chat_id: int, now: float, seconds: float) -> None:
        return None


class _Commands:
    """Handles commands through the real dispatcher, which is made for the first of them: its import takes seconds."""

    def __init__(self, cases: UseCases) -> None:
        self._cases = cases
        self._closing: list[AfterCommit] = []
        self._real: TelegramInteraction | None = None

    async def handle(self, work: UnitOfWork, raw: bytes) -> AfterCommit | None:
        if self._real is None:
            from bot.telegram.dispatch import TelegramInteraction
            from bot.telegram.sender import open_bot

            # Nothing is called on it: what a command answers goes through the outbox.
            bot = open_bot(f"{BOT.id}:replay", "http://127.0.0.1:9")
            self._closing.append(bot.session.close)
            self._real = TelegramInteraction(bot=bot, services=self._cases, platform=PLATFORM, identity=BOT)
        return await self._real.handle(work, raw)

    async def close(self) -> None:
        for close in self._closing:
            await close()
