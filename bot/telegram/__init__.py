"""The edge to Telegram. Whatever of it is imported first, aiogram is loaded in the way that spares most of it."""

from bot.telegram.on_demand import load_aiogram

load_aiogram()
