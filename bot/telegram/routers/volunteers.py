"""Commands of volunteers: /volunteer and /hours."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import Message

from bot.telegram.routers.commands import Command, Said
from bot.telegram.routers.replies import Reply, in_private
from bot.telegram.talking import Talking

_LEAVE = frozenset({"退出", "leave"})


def volunteers_router() -> Router:
    """Handlers for residents who help, and for those who count their hours."""
    router = Router(name="volunteers")
    router.message.register(volunteer, Command("volunteer"))
    router.message.register(hours, Command("hours"))
    return router


async def volunteer(message: Message, command: Said, talking: Talking) -> Reply:
    """Signs up, shows what was chosen, or leaves."""
    service = talking.services.volunteers
    if command.args in _LEAVE:
        return in_private(await service.leave(talking.work, talking.actor))
    return in_private(await service.sign_up(talking.work, talking.actor, message.chat.id, command.args))


async def hours(message: Message, talking: Talking) -> Reply:
    """The hours that were given."""
    return in_private(await talking.services.volunteers.hours(talking.work, talking.actor))
