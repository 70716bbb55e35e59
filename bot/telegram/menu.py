"""The list of commands that the platform offers while somebody types, with what each does."""

from __future__ import annotations

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from routing.texts import Texts

IN_GROUPS = ("report", "mine", "need", "needs", "offer", "offers", "projects", "votes", "volunteer", "help")
FOR_ADMINISTRATORS = (*IN_GROUPS, "vote", "bind")
IN_PRIVATE = (
    "mine",
    "todo",
    "patrol",
    "duty",
    "leave",
    "digest",
    "overdue",
    "urge",
    "find",
    "mediate",
    "questions",
    "invite",
    "groups",
    "need",
    "needs",
    "offer",
    "offers",
    "project",
    "projects",
    "votes",
    "care",
    "visits",
    "volunteer",
    "hours",
    "help",
)
"""The platform cannot tell staff from residents, so who may not use a command is told so when they try."""


async def publish_menu(bot: Bot, texts: Texts) -> None:
    """Tells the platform the commands of groups, of their administrators and of private chats."""
    for scope, names in (
        (BotCommandScopeAllGroupChats(), IN_GROUPS),
        (BotCommandScopeAllChatAdministrators(), FOR_ADMINISTRATORS),
        (BotCommandScopeAllPrivateChats(), IN_PRIVATE),
    ):
        commands = [BotCommand(command=name, description=texts.say(f"command.{name}")) for name in names]
        await bot.set_my_commands(commands, scope=scope)
