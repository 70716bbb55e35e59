"""What ``models.foresight_statement`` is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from models.foresight_statement import IN_ONE_TEXT, ONLY_POSTGRESQL
from models.registers import RegisterCache
from routing.queries import Outlook
from routing.ticket import Ticket


def questions(
    outlook: Outlook,
    cache: RegisterCache,
    *,
    ids: int,
    prompts: int,
    copies: Mapping[int, tuple[str, Ticket]],
    turns: Mapping[int, int],
) -> dict[str, Any]:
    """What ``READ`` is asked. Which posts and counters matter is told by the registers as they were last read.

    ``turns`` are those that each group had when we dealt with it last.
    """
    messages = outlook.messages
    said = {(one.chat_id, one.message_id) for one in messages if one.edited}
    said |= {(one.chat_id, one.reply_to.message_id) for one in messages if one.reply_to is not None}
    chats = sorted({one.chat_id for one in messages})
    topics = sorted(outlook.topics)
    areas = _areas_around(cache, messages[0].platform, chats)
    return {
        "platform": messages[0].platform,
        "updates": [one.update_id for one in messages],
        "chats": chats,
        "groups": [chat_id for chat_id, _ in topics],
        "services": [service for _, service in topics],
        "accounts": sorted({one.sender_id for one in messages}),
        "said_in": [chat_id for chat_id, _ in sorted(said)],
        "messages": [message_id for _, message_id in sorted(said)],
        "statuses": sorted(outlook.statuses),
        "since": outlook.since,
        "counted_since": outlook.counted_since,
        "most": outlook.limit,
        "posts": sorted(cache.staff.value.ids_of_areas(areas)),
        "scopes": sorted(areas),
        "day": outlook.day,
        "ids": ids,
        "prompts": prompts,
        "versions": [version for version, _ in copies.values()],
        "copies": list(copies),
        "turns": [turns.get(chat_id, -1) for chat_id in chats],
        "heard_since": outlook.heard_since,
    }


def parameters(asked: dict[str, Any], *, is_postgresql: bool) -> tuple[Any, ...]:
    """The questions as parameters of ``READ``; SQLite knows neither lists nor moments."""
    if is_postgresql:
        return tuple(_as_text(value) if name in IN_ONE_TEXT else value for name, value in asked.items())
    return tuple(map(_for_sqlite, tuple(asked.values())[:-ONLY_POSTGRESQL]))


def _as_text(values: Iterable[int | str]) -> str:
    """A list as PostgreSQL writes it."""
    return f"{{{','.join(map(_quoted, values))}}}"


def _quoted(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return msgspec.json.encode(value).decode() if isinstance(value, list) else value


def _areas_around(cache: RegisterCache, platform: str, chats: Iterable[int]) -> set[str]:
    """The areas in which matters of these groups may lie: those that the groups stand for, around them and in them."""
    groups = (cache.groups.value.get(platform, chat_id) for chat_id in chats)
    tree = cache.areas.value
    found: set[str] = set()
    for code in {group.area_code for group in groups if group is not None}:
        if code is not None and code in tree:
            found |= {area.code for area in tree.path(code)}
            found |= {area.code for area in tree.below(code)}
    return found
