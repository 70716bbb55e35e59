"""Commands of the care list: /care and /visits. They answer in private wherever they are sent."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import Message

from bot.services.care_list import WhyMissing
from bot.telegram.routers.commands import Command, Said
from bot.telegram.routers.replies import Reply, in_private
from bot.telegram.talking import Talking

_EXPORT = frozenset({"导出", "export"})
_LOOKS = frozenset({"记录", "looks"})
_CALL = frozenset({"走访", "call"})
_REMOVE = frozenset({"移出", "remove"})


def care_router() -> Router:
    """Handlers for who may know of people in hardship; the use cases check who that is."""
    router = Router(name="care")
    router.message.register(care, Command("care"))
    router.message.register(visits, Command("visits"))
    return router


async def care(message: Message, command: Said, talking: Talking) -> Reply:
    """Lists, shows, exports, calls for visits, removes, or tells who looked; all but the last with a reason."""
    first, _, rest = command.args.partition(" ")
    lists, work, actor = talking.services.care, talking.work, talking.actor
    if first in _EXPORT:
        return in_private(*await lists.export(work, actor, rest))
    if first in _LOOKS:
        return in_private(await lists.looks_page(work, actor))
    if first in _CALL:
        occasion, _, more = rest.strip().partition(" ")
        number, why = _number(more)
        return in_private(await talking.services.visits.call(work, actor, occasion, number, why))
    if first in _REMOVE:
        number, why = _number(rest)
        if number is None:
            raise WhyMissing
        return in_private(await lists.remove(work, actor, number, why))
    number, why = _number(command.args)
    if number is not None:
        return in_private(await lists.show(work, actor, number, why))
    return in_private(await lists.list(work, actor, command.args))


async def visits(message: Message, talking: Talking) -> Reply:
    """The visits that the person has to make or to watch."""
    return in_private(await talking.services.visits.open_visits(talking.work, talking.actor))


def _number(words: str) -> tuple[int | None, str]:
    """A number in front (#7 or 7), and what stands behind it."""
    first, _, rest = words.strip().partition(" ")
    digits = first.removeprefix("#")
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 19
    return (int(digits), rest.strip()) if is_number else (None, words.strip())
