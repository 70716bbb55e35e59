"""Builds the product from its settings. Nothing else makes parts and joins them; nothing here runs by itself."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from time import monotonic

import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from bot.backoff import Randomness
from bot.district import UseCases, civic_sweeps, use_cases
from bot.jobs.digests import DigestJob
from bot.jobs.outbox import OutboxRunner
from bot.jobs.scheduler import Job, JobMetrics, Ticker
from bot.jobs.upkeep import ClockJob, UpkeepJob
from bot.local_chat import new_token, open_local_chat, state_beside
from bot.metrics import OutboxMetrics, UpdateMetrics
from bot.sandbox.app import Sandbox
from bot.services.ports import Clock
from bot.telegram.decode import BotIdentity
from bot.telegram.dispatch import TelegramInteraction
from bot.telegram.feed import UpdateFeed
from bot.telegram.gate import UpdateGate
from bot.telegram.library import Bot
from bot.telegram.limits import SendLimits
from bot.telegram.poller import Poller
from bot.telegram.sender import PLATFORM, TelegramSender, open_bot
from bot.web.app import create_app
from bot.web.health import ChatCheck, ReadinessChecks, create_probe_app
from bot.web.webhook import Webhook
from config.bundle import Configuration, load_configuration
from config.sample import SampleDistrict
from config.settings import Settings
from models.bell import Bell
from models.database import Database
from models.election import Election
from models.migrate import head_revision
from routing.retention import Retention
from routing.script import simplified_characters

log = structlog.get_logger(__name__)

CHAT_FRESH_SECONDS = 30.0
"""How long a good answer of the chat platform counts for the readiness check."""
CLOCK_SECONDS = 60
UPKEEP_SECONDS = 15 * 60


def utc_now() -> datetime:
    """The clock of everything that serves."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Product:
    """The parts of a running service, joined and not yet started."""

    settings: Settings
    configuration: Configuration
    sample: SampleDistrict | None
    """To be loaded into empty registers."""
    database: Database
    use_cases: UseCases
    bot: Bot
    gate: UpdateGate
    poller: Poller
    outbox: OutboxRunner
    ticker: Ticker
    jobs: tuple[Job, ...]
    bell: Bell
    app: FastAPI
    probe_app: FastAPI
    """What a worker answers."""
    local_chat: Sandbox | None
    registry: CollectorRegistry

    async def close(self) -> None:
        """Closes what the parts hold open; they must have stopped."""
        if self.local_chat is not None:
            await self.local_chat.aclose()
        await self.bot.session.close()
        await self.database.close()


def build(settings: Settings, *, url: str, clock: Clock = utc_now, randomness: Randomness = random.random) -> Product:
    """Puts the product together.

    Args:
        settings: the environment.
        url: where this process serves; the local chat's Bot API is there.
        clock: the only clock that anything of it reads.
        randomness: for the waits between tries.

    Raises:
        ConfigError: a configuration file has a mistake.
        DatabaseUrlInvalid: the database URL cannot be used.
    """
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    # Else the first who writes would wait for them.
    simplified_characters()
    sample = configuration.sample(PLATFORM)
    database_url = settings.database_url.get_secret_value()
    database = Database(database_url, clock=clock)
    registry = _registry()
    token, local_chat = _platform(settings, configuration, sample, clock)
    api_url = url if local_chat is not None else settings.telegram_api_url
    bot = open_bot(token, api_url)
    district = use_cases(configuration, configuration.build_triage(), platform=PLATFORM, clock=clock)
    updates = UpdateMetrics(registry)
    gate = UpdateGate(lambda identity: build_feed(district, bot, database, updates, identity).take)
    outbox = OutboxRunner(
        unit_of_work=database.unit_of_work,
        sender=TelegramSender(bot),
        limits=SendLimits(),
        clock=clock,
        randomness=randomness,
        metrics=OutboxMetrics(registry),
        undelivered=district.undelivered.given_up,
        prepare=ClockJob(database.unit_of_work, district.telling.tell, district.telling.tell_each).batch,
    )
    bell = Bell(database_url, heard=outbox.wake, lost=lambda kind: log.warning("bell_lost", kind=kind))
    database.on_commit(outbox.wake)
    database.on_commit(bell.ring)
    # The number of the bot stands before the colon of its token; each bot has one poller.
    election = Election(database_url, f"poller-{token.partition(':')[0]}")
    readiness = _readiness(database, bot)
    jobs = _jobs(district, database, configuration.retention, clock)
    return Product(
        settings=settings,
        configuration=configuration,
        sample=sample if settings.loads_sample else None,
        database=database,
        use_cases=district,
        bot=bot,
        gate=gate,
        poller=Poller(api_url=api_url, token=token, feed=gate.feed, randomness=randomness, stand=election.stand),
        outbox=outbox,
        ticker=Ticker(jobs, JobMetrics(registry), clock=clock),
        jobs=jobs,
        bell=bell,
        probe_app=create_probe_app(readiness, registry),
        app=create_app(
            version=version("qunban"),
            texts=configuration.texts,
            readiness=readiness,
            registry=registry,
            webhook=_webhook(settings, gate),
            local_chat=local_chat,
        ),
        local_chat=local_chat,
        registry=registry,
    )


def _platform(
    settings: Settings, configuration: Configuration, sample: SampleDistrict, clock: Clock
) -> tuple[str, Sandbox | None]:
    """The bot's token, and the local chat where there is no token of Telegram's."""
    if settings.telegram_token is not None:
        return settings.telegram_token.get_secret_value(), None
    token = new_token()
    local_chat = open_local_chat(
        sample,
        token=token,
        bot_name=configuration.texts.say("web.front.title"),
        state=state_beside(settings.database_url.get_secret_value()),
        clock=clock,
        zone=configuration.zone,
    )
    return token, local_chat


def _webhook(settings: Settings, gate: UpdateGate) -> Webhook | None:
    if settings.telegram_mode != "webhook" or settings.webhook_secret is None:
        return None
    return Webhook(gate.take, settings.webhook_secret.get_secret_value())


def build_feed(
    cases: UseCases, bot: Bot, database: Database, metrics: UpdateMetrics, identity: BotIdentity
) -> UpdateFeed:
    """The way in for every update of the platform."""
    return UpdateFeed(
        platform=PLATFORM,
        identity=identity,
        unit_of_work=database.unit_of_work,
        clock=cases.clock,
        talk=cases.intake,
        interaction=TelegramInteraction(bot=bot, services=cases, platform=PLATFORM, identity=identity),
        metrics=metrics,
    )


def _jobs(district: UseCases, database: Database, retention: Retention, clock: Clock) -> tuple[Job, ...]:
    unit_of_work = database.unit_of_work
    return (
        Job(
            "clocks", CLOCK_SECONDS, ClockJob(unit_of_work, district.clockwork.sweep, district.clockwork.sweep_each).run
        ),
        *(
            Job(name, CLOCK_SECONDS, ClockJob(unit_of_work, sweep).run)
            for name, sweep in civic_sweeps(district).items()
        ),
        Job("visits", CLOCK_SECONDS, ClockJob(unit_of_work, district.visits.sweep).run),
        Job("help_calls", CLOCK_SECONDS, ClockJob(unit_of_work, district.help_calls.sweep).run),
        Job("digests", CLOCK_SECONDS, DigestJob(unit_of_work, district.digests, started_at=clock()).run),
        Job("upkeep", UPKEEP_SECONDS, UpkeepJob(unit_of_work, clock, district.moves.carry_out, retention).run),
    )


def _readiness(database: Database, bot: Bot) -> ReadinessChecks:
    newest = head_revision()

    async def current() -> str | None:
        return None if await database.current_revision() == newest else "behind"

    async def ask() -> None:
        await bot.get_me(request_timeout=4)

    chat = ChatCheck(ask, monotonic, CHAT_FRESH_SECONDS)
    return ReadinessChecks({"database": database.ping, "migrations": current, "chat": chat})


def _registry() -> CollectorRegistry:
    """A registry of our own, with what the process uses."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
