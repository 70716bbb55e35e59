"""Handles parked updates once more, after an operator has mended what made them fail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Literal

from prometheus_client import CollectorRegistry

from bot.district import use_cases
from bot.local_chat import BOT_ID, BOT_USERNAME
from bot.main import build_feed
from bot.metrics import UpdateMetrics
from bot.telegram.decode import BotIdentity
from bot.telegram.library import Bot
from bot.telegram.sender import PLATFORM, open_bot
from config.bundle import Configuration
from config.settings import Settings
from models.database import Database
from routing.updates import ParkedUpdate

ReplayOutcome = Literal["handled", "failed", "not parked"]


async def replay_parked(
    settings: Settings, configuration: Configuration, database: Database, update_ids: Collection[int] | None
) -> dict[int, ReplayOutcome]:
    """Feeds parked updates in again (all of them for None) and says what became of each.

    An update leaves the list once it is handled. Should the process die in between, it is still listed, and feeding it
    once more changes nothing.
    """
    found = {one.update_id: one for one in await _parked(database)}
    wanted = list(found) if update_ids is None else list(update_ids)
    cases = use_cases(configuration, configuration.build_triage(), platform=PLATFORM, clock=lambda: datetime.now(UTC))
    bot = _bot(settings)
    try:
        feed = build_feed(cases, bot, database, UpdateMetrics(CollectorRegistry()), await _identity(settings, bot))
        outcomes: dict[int, ReplayOutcome] = {}
        for update_id in wanted:
            outcomes[update_id] = "not parked"
            if update_id in found:
                # It has failed as often as it may, so the feed does not raise: it parks it again and counts.
                await feed.feed(found[update_id].payload)
                outcomes[update_id] = await _take_out(database, found[update_id])
        return outcomes
    finally:
        await bot.session.close()


async def _parked(database: Database) -> tuple[ParkedUpdate, ...]:
    async with database.unit_of_work() as work:
        return await work.updates.parked()


async def _take_out(database: Database, before: ParkedUpdate) -> ReplayOutcome:
    async with database.unit_of_work() as work:
        now = await work.updates.unpark(before.platform, before.update_id)
        if now is not None and now.failures > before.failures:
            return "failed"
        await work.commit()
    return "handled"


def _bot(settings: Settings) -> Bot:
    if settings.telegram_token is None:
        # The local chat is served by another process; nothing has to be asked of it.
        return open_bot(f"{BOT_ID}:local", "http://127.0.0.1:9")
    return open_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)


async def _identity(settings: Settings, bot: Bot) -> BotIdentity:
    if settings.telegram_token is None:
        return BotIdentity(BOT_ID, BOT_USERNAME)
    me = await bot.get_me()
    return BotIdentity(me.id, me.username or "")
