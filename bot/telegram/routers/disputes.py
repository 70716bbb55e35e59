"""The command of disputes that several parties settle together: /mediate."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import Message

from bot.telegram.routers.commands import Command, Said
from bot.telegram.routers.replies import Reply, in_private
from bot.telegram.talking import Talking
from routing.dispute import dispute_id_of


def disputes_router() -> Router:
    """Handlers for mediators and parties; the use cases check who may."""
    router = Router(name="disputes")
    router.message.register(mediate, Command("mediate"))
    return router


async def mediate(message: Message, command: Said, talking: Talking) -> Reply:
    """Opens a dispute for an area or out of a ticket, shows one by its number, or lists those that go on."""
    disputes = talking.services.disputes
    where, _, subject = command.args.partition(" ")
    if not where:
        return in_private(await disputes.own(talking.work, talking.actor))
    if dispute_id_of(where) is not None:
        return in_private(await disputes.show(talking.work, talking.actor, where))
    opened = await disputes.open(talking.work, talking.actor, talking.platform, where, subject.strip())
    return in_private(opened)
