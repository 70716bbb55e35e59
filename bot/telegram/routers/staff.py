"""Commands of those who handle and supervise: /todo, /patrol, /duty, /digest, /overdue, /urge, /find."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import Message

from bot.telegram.routers.commands import Command, Said
from bot.telegram.routers.replies import Reply, in_private, in_same_chat, sentence
from bot.telegram.talking import Talking
from routing.digest_schedule import Period

_PERIODS = {
    "": Period.DAY,
    "day": Period.DAY,
    "日": Period.DAY,
    "week": Period.WEEK,
    "周": Period.WEEK,
    "month": Period.MONTH,
    "月": Period.MONTH,
}


def staff_router() -> Router:
    """Handlers that need a post; the use cases check which."""
    router = Router(name="staff")
    router.message.register(todo, Command("todo"))
    router.message.register(patrol, Command("patrol"))
    router.message.register(duty, Command("duty"))
    router.message.register(leave, Command("leave"))
    router.message.register(digest, Command("digest"))
    router.message.register(overdue, Command("overdue"))
    router.message.register(urge, Command("urge"))
    router.message.register(find, Command("find"))
    router.message.register(questions, Command("questions"))
    return router


async def todo(message: Message, talking: Talking) -> Reply:
    """What the person has to do."""
    return in_private(await talking.services.lists.todo(talking.work, talking.actor))


async def patrol(message: Message, command: Said, talking: Talking) -> Reply:
    """Files what was found on patrol."""
    text = command.args
    said = talking.with_text(text)
    says_nothing = not text or talking.services.rules.addressed.aside_of(text) is not None
    if says_nothing and not said.attachments:
        return in_same_chat(sentence("patrol.usage"))
    return in_same_chat(await talking.services.patrol.file(talking.work, talking.actor, said))


async def duty(message: Message, talking: Talking) -> Reply:
    """Goes on or off duty."""
    on_duty = await talking.services.organisation.set_duty(talking.work, talking.actor)
    return in_same_chat(sentence("duty.on" if on_duty else "duty.off"))


async def leave(message: Message, command: Said, talking: Talking) -> Reply:
    """Reports somebody absent for some days, with who stands in; 取消 takes it back."""
    words, rota = command.args.split(), talking.services.rota
    if words == ["取消"]:
        return in_private(await rota.back(talking.work, talking.actor))
    if len(words) not in (2, 3):
        return in_private(sentence("rota.usage"))
    stand_in = words[2] if len(words) == 3 else ""
    return in_private(await rota.leave(talking.work, talking.actor, words[0], words[1], stand_in))


async def digest(message: Message, command: Said, talking: Talking) -> Reply:
    """The digest of the person's areas up to now."""
    period = _PERIODS.get(command.args.lower())
    if period is None:
        return in_private(sentence("digest.usage"))
    return in_private(*await talking.services.digests.on_demand(talking.work, talking.actor, period))


async def overdue(message: Message, talking: Talking) -> Reply:
    """Every overdue ticket of the person's areas."""
    return in_private(await talking.services.lists.overdue(talking.work, talking.actor))


async def urge(message: Message, command: Said, talking: Talking) -> Reply:
    """A superior's follow-up on one ticket, with a limit of its own where one is written behind the number."""
    number, _, written = command.args.partition(" ")
    if not number:
        return in_private(sentence("lists.urge_usage"))
    ticket = await talking.work.tickets.by_number(number.upper())
    return in_private(await talking.services.supervision.urge(talking.work, talking.actor, ticket.id, written.strip()))


async def questions(message: Message, command: Said, talking: Talking) -> Reply:
    """What residents asked and nothing answered; with a number behind it, that it is dealt with."""
    open_questions = talking.services.questions
    if not command.args:
        return in_private(await open_questions.listed(talking.work, talking.actor))
    written = command.args.lstrip("#")
    if not written.isdecimal() or len(written) > 18:
        return in_private(sentence("questions.usage"))
    settled = await open_questions.settle(talking.work, talking.actor, int(written))
    return in_private(sentence("questions.settled" if settled else "questions.unknown", id=int(written)))


async def find(message: Message, command: Said, talking: Talking) -> Reply:
    """Looks for a word in the tickets of the person's areas."""
    word = command.args
    if not word:
        return in_private(sentence("lists.find_usage"))
    return in_private(await talking.services.lists.find(talking.work, talking.actor, word[:50]))
