"""Holds updates back until it is known who the bot is."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from bot.telegram.decode import BotIdentity, update_id_of
from bot.telegram.feed import UpdateFailed

Take = Callable[[bytes], Coroutine[Any, Any, None] | None]


class UpdateGate:
    """Passes updates to the feed once it is open.

    Whether a message speaks to the bot depends on its name, which only the platform knows. A service that starts
    while the platform is away already listens; what is delivered to it meanwhile has to come again.
    """

    def __init__(self, make_feed: Callable[[BotIdentity], Take]) -> None:
        self._make_feed = make_feed
        self._take: Take | None = None

    def open(self, identity: BotIdentity) -> None:
        """Lets updates through from now on."""
        self._take = self._make_feed(identity)

    async def feed(self, raw: bytes) -> None:
        """As ``UpdateFeed.feed``; raises ``UpdateFailed`` while it is closed."""
        coming = self.take(raw)
        if coming is not None:
            await coming

    def take(self, raw: bytes) -> Coroutine[Any, Any, None] | None:
        """As ``UpdateFeed.take``; raises ``UpdateFailed`` while it is closed."""
        if self._take is None:
            raise UpdateFailed(update_id_of(raw) or 0, None)
        return self._take(raw)
