"""What modules outside this package need of aiogram: importing it from here, they load it as ``on_demand`` does."""

from __future__ import annotations

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramNotFound, TelegramUnauthorizedError

__all__ = ("AiogramError", "Bot", "TelegramBadRequest", "TelegramNotFound", "TelegramUnauthorizedError")
