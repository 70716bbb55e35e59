"""Commands of neighbours, partners and the community: needs, offers, projects, votes."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import Message

from bot.services.desk import Answer
from bot.telegram.routers.commands import Command, Said
from bot.telegram.routers.replies import Messages, Reply, in_same_chat
from bot.telegram.talking import Talking
from routing.outgoing import Content


def civic_router() -> Router:
    """Handlers for everybody; the use cases check who may do what."""
    router = Router(name="civic")
    router.message.register(need, Command("need"))
    router.message.register(needs, Command("needs"))
    router.message.register(offer, Command("offer"))
    router.message.register(offers, Command("offers"))
    router.message.register(project, Command("project"))
    router.message.register(projects, Command("projects"))
    router.message.register(vote, Command("vote"))
    router.message.register(votes, Command("votes"))
    return router


async def need(message: Message, command: Said, talking: Talking) -> Reply:
    """Puts something on the list of needs, or shows one."""
    said = talking.with_text(command.args)
    return _said(await talking.services.civic.needs.propose(talking.work, talking.actor, said))


async def needs(message: Message, talking: Talking) -> Reply:
    """The list of needs."""
    listed = talking.services.civic.needs.listed
    return _said(await listed(talking.work, talking.actor, message.chat.id, await talking.script()))


async def offer(message: Message, command: Said, talking: Talking) -> Reply:
    """Offers something."""
    said = talking.with_text(command.args)
    return _said(await talking.services.civic.offers.propose(talking.work, talking.actor, said))


async def offers(message: Message, talking: Talking) -> Reply:
    """The list of resources."""
    return _said(await talking.services.civic.offers.listed(talking.work, talking.actor, message.chat.id))


async def project(message: Message, command: Said, talking: Talking) -> Reply:
    """Shows a project or changes its steps."""
    return _said(await talking.services.civic.plans.command(talking.work, talking.actor, command.args))


async def projects(message: Message, talking: Talking) -> Reply:
    """The list of projects."""
    return _said(await talking.services.civic.projects.listed(talking.work, talking.actor, message.chat.id))


async def vote(message: Message, command: Said, talking: Talking) -> Reply:
    """Calls a vote, or cancels one."""
    said = talking.with_text(command.args)
    return _said(await talking.services.civic.votes.command(talking.work, talking.actor, said))


async def votes(message: Message, talking: Talking) -> Reply:
    """What is being voted on, and what was decided."""
    return _said(await talking.services.civic.votes.listed(talking.work, talking.actor, message.chat.id))


def _said(answer: Answer | Content | None) -> Messages | None:
    return in_same_chat(answer) if answer is not None else None
