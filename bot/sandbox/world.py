"""Who lives in the sandbox: the people one can be, the rooms they share, and the bot.

A world is plain data handed in by the caller. The sandbox knows nothing of districts, tickets or staff.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

SUPERGROUP_CEILING = -1_000_000_000_000
"""Chat ids at or below this are supergroups, other negative ids are basic groups, as on Telegram."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A person whose place a visitor may take. ``title`` is the line under the name, ``kind`` "resident", "staff"…"""

    user_id: int
    name: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Room:
    """A group chat. ``admins`` are its administrators among the members, the first of them its creator."""

    chat_id: int
    title: str
    kind: Literal["residents", "staff"]
    members: tuple[int, ...]
    is_forum: bool = False
    admins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Everything the sandbox starts with. Where ``bot_joins`` is set, the bot sees itself added to each room once."""

    bot_name: str
    bot_username: str
    token: str
    personas: tuple[Persona, ...]
    rooms: tuple[Room, ...]
    bot_joins: bool = False
    timezone: str = ""
    """The zone (IANA name) in which the page shows times; where it is empty, that of the visitor's browser."""

    @property
    def bot_id(self) -> int:
        """The number before the colon of the token, as on Telegram."""
        return int(self.token.partition(":")[0])


def load_world(data: Mapping[str, Any]) -> World:
    """The world written as a mapping, for example a JSON file's content.

    Raises ``ValueError`` naming the entry where a number is used twice, a member is unknown or the token has no number.
    """
    try:
        world = World(
            bot_name=str(data["bot_name"]),
            bot_username=str(data["bot_username"]),
            token=str(data["token"]),
            personas=tuple(
                Persona(int(one["user_id"]), str(one["name"]), str(one.get("title", "")), str(one["kind"]))
                for one in data["personas"]
            ),
            rooms=tuple(_room(one) for one in data["rooms"]),
            bot_joins=bool(data.get("bot_joins", False)),
            timezone=str(data.get("timezone", "")),
        )
    except KeyError as missing:
        raise ValueError(f"the world lacks {missing}") from missing
    check_world(world)
    return world


def check_world(world: World) -> None:
    """Raises ``ValueError`` where the parts of ``world`` do not fit together."""
    if not world.token.partition(":")[0].isdigit() or not world.token.partition(":")[2]:
        raise ValueError("the token must read NUMBER:SECRET")
    known = [persona.user_id for persona in world.personas]
    for number in [*known, *(room.chat_id for room in world.rooms)]:
        if [*known, *(room.chat_id for room in world.rooms)].count(number) > 1:
            raise ValueError(f"the number {number} is used twice")
    for persona in world.personas:
        if persona.user_id <= 0 or persona.user_id == world.bot_id:
            raise ValueError(f"{persona.user_id} cannot be a person's number")
    for room in world.rooms:
        if room.chat_id >= 0:
            raise ValueError(f"a room's number is negative, {room.chat_id} is not")
        strangers = (set(room.members) | set(room.admins)) - set(known)
        if strangers:
            raise ValueError(f"{sorted(strangers)} in {room.title} are not among the personas")


def _room(data: Mapping[str, Any]) -> Room:
    kind: Literal["residents", "staff"] = "staff" if data["kind"] == "staff" else "residents"
    return Room(
        chat_id=int(data["chat_id"]),
        title=str(data["title"]),
        kind=kind,
        members=tuple(int(member) for member in data["members"]),
        is_forum=bool(data.get("is_forum", False)),
        admins=tuple(int(member) for member in data.get("admins", ())),
    )
