"""What the platform's refusals mean for a message.

The Bot API says why in English sentences; these are stable in practice, and nothing else tells the cases apart. A
sentence may quote what somebody wrote, so only codes of our own leave this module.
"""

from __future__ import annotations

from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.services.delivery import (
    DeliveryError,
    Migrated,
    Obstacle,
    PlatformDown,
    Refused,
    RetryAfter,
    Unreachable,
)

UNSAID_PAUSE_SECONDS = 5.0
"""The pause where the platform says "too many requests" and not how long."""

_SHORTEST_PAUSE_SECONDS = 1.0

_NO_RIGHTS = ("not enough rights to send text messages", "have no rights to send a message", "chat_write_forbidden")
_GONE = ("chat not found", "peer_id_invalid", "group chat was deactivated", "group chat was deleted")
_REASONS = (
    ("not enough rights to send", "media_not_allowed"),
    ("can't parse entities", "bad_markup"),
    ("message is too long", "too_long"),
    ("caption is too long", "too_long"),
    ("text is empty", "empty"),
    ("text must be non-empty", "empty"),
    ("button", "bad_button"),
    ("file", "bad_file"),
    ("photo", "bad_file"),
)
_TOPIC_GONE = ("message thread not found", "topic_closed", "topic_deleted")
_EDIT_TARGET_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
)


def is_unchanged(error: AiogramError) -> bool:
    """An edit would change nothing: the message already says it."""
    return isinstance(error, TelegramBadRequest) and "message is not modified" in error.message.lower()


def is_edit_target_gone(error: AiogramError) -> bool:
    """The message to edit was deleted, or is too old to edit."""
    return isinstance(error, TelegramBadRequest) and _says(error, _EDIT_TARGET_GONE)


def is_topic_gone(error: AiogramError) -> bool:
    """The topic of the forum was closed or deleted; the group itself still stands."""
    return isinstance(error, TelegramBadRequest) and _says(error, _TOPIC_GONE)


def outcome_of(error: AiogramError, chat_id: int) -> DeliveryError:
    """The refusal as an outcome for the outbox."""
    match error:
        case TelegramRetryAfter():
            return RetryAfter(max(float(error.retry_after), _SHORTEST_PAUSE_SECONDS))
        case TelegramMigrateToChat():
            return Migrated(error.migrate_to_chat_id)
        case TelegramForbiddenError():
            return Unreachable(_obstacle(error.message.lower(), chat_id))
        case TelegramEntityTooLarge():
            return Refused("too_long")
        case TelegramBadRequest():
            return _bad_request(error.message.lower(), chat_id)
        case TelegramUnauthorizedError() | TelegramNotFound():
            # The token was revoked, or the address is no Bot API: whoever mends it wants the messages kept.
            return PlatformDown("token_refused")
        case TelegramNetworkError():
            return PlatformDown("network")
        case TelegramServerError():
            return PlatformDown("server_error")
    if "too many requests" in str(error).lower():
        return RetryAfter(UNSAID_PAUSE_SECONDS)
    return PlatformDown("unreadable_answer")


def _bad_request(said: str, chat_id: int) -> DeliveryError:
    if any(part in said for part in _NO_RIGHTS):
        return Unreachable(Obstacle.NO_RIGHTS)
    if any(part in said for part in _GONE):
        return Unreachable(Obstacle.NOT_STARTED if chat_id > 0 else Obstacle.REMOVED)
    return Refused(next((code for part, code in _REASONS if part in said), "bad_request"))


def _obstacle(said: str, chat_id: int) -> Obstacle:
    if any(part in said for part in _NO_RIGHTS):
        return Obstacle.NO_RIGHTS
    if "can't initiate conversation" in said:
        return Obstacle.NOT_STARTED
    return Obstacle.BLOCKED if chat_id > 0 else Obstacle.REMOVED


def _says(error: TelegramBadRequest, parts: tuple[str, ...]) -> bool:
    said = error.message.lower()
    return any(part in said for part in parts)
