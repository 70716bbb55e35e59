"""The local chat: a Bot API server of our own, peopled with the sample district, in place of Telegram."""

from __future__ import annotations

import secrets
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import make_url

from bot.sandbox.app import Sandbox, create_sandbox
from bot.sandbox.world import Persona, Room, World
from bot.services.ports import Clock
from config.sample import SampleDistrict

BOT_ID = 7000000001
"""Above the accounts of the sample district, as bots are newer than most people."""
BOT_USERNAME = "qunban_bot"


def new_token() -> str:
    """A token for this run alone: nobody else on the machine can speak as the bot."""
    return f"{BOT_ID}:{secrets.token_urlsafe(24)}"


def state_beside(database_url: str) -> Path:
    """The file that keeps the chats: beside the database, as tickets and messages name each other by number."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        path = Path(url.database)
        return path.with_name(f"{path.stem}-chat{path.suffix}")
    return Path("var") / f"{url.database}-chat.db"


def open_local_chat(
    sample: SampleDistrict, *, token: str, bot_name: str, state: Path | None, clock: Clock, zone: ZoneInfo
) -> Sandbox:
    """The local chat with the people and rooms of ``sample``, with times as in ``zone``."""
    if state is not None:
        state.parent.mkdir(parents=True, exist_ok=True)
    return create_sandbox(_world(sample, token, bot_name, zone), state, clock=clock)


def _world(sample: SampleDistrict, token: str, bot_name: str, zone: ZoneInfo) -> World:
    return World(
        bot_name=bot_name,
        bot_username=BOT_USERNAME,
        token=token,
        personas=tuple(
            Persona(user_id=persona.user_id, name=persona.name, title=persona.title, kind=persona.kind)
            for persona in sample.personas
        ),
        rooms=tuple(
            Room(
                chat_id=room.chat_id,
                title=room.title,
                kind="staff" if room.kind.value == "staff" else "residents",
                members=room.members,
                admins=room.admins,
            )
            for room in sample.rooms
        ),
        bot_joins=True,
        timezone=zone.key,
    )
