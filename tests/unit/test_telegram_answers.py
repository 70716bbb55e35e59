"""What the platform's refusals mean. The sentences are those of the public Bot API server."""

from __future__ import annotations

import pytest
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendMessage

from bot.services.delivery import DeliveryError, Migrated, Obstacle, PlatformDown, Refused, RetryAfter, Unreachable
from bot.telegram.answers import is_edit_target_gone, is_topic_gone, is_unchanged, outcome_of

CALL = SendMessage(chat_id=1, text="x")
PERSON, GROUP = 7, -1001


def bad(said: str) -> TelegramBadRequest:
    return TelegramBadRequest(CALL, f"Bad Request: {said}")


def forbidden(said: str) -> TelegramForbiddenError:
    return TelegramForbiddenError(CALL, f"Forbidden: {said}")


def comparable(outcome: DeliveryError) -> tuple[type, dict[str, object]]:
    return type(outcome), outcome.fields()


@pytest.mark.parametrize(
    ("error", "chat_id", "outcome"),
    [
        (TelegramRetryAfter(CALL, "Too Many Requests: retry after 17", 17), GROUP, RetryAfter(17)),
        (TelegramAPIError(CALL, "Too Many Requests"), GROUP, RetryAfter(5)),
        (TelegramMigrateToChat(CALL, "upgraded", -100500), GROUP, Migrated(-100500)),
        (forbidden("bot was blocked by the user"), PERSON, Unreachable(Obstacle.BLOCKED)),
        (forbidden("user is deactivated"), PERSON, Unreachable(Obstacle.BLOCKED)),
        (forbidden("bot can't initiate conversation with a user"), PERSON, Unreachable(Obstacle.NOT_STARTED)),
        (forbidden("bot was kicked from the supergroup chat"), GROUP, Unreachable(Obstacle.REMOVED)),
        (forbidden("bot is not a member of the supergroup chat"), GROUP, Unreachable(Obstacle.REMOVED)),
        (bad("chat not found"), GROUP, Unreachable(Obstacle.REMOVED)),
        (bad("chat not found"), PERSON, Unreachable(Obstacle.NOT_STARTED)),
        (bad("not enough rights to send text messages to the chat"), GROUP, Unreachable(Obstacle.NO_RIGHTS)),
        (bad("CHAT_WRITE_FORBIDDEN"), GROUP, Unreachable(Obstacle.NO_RIGHTS)),
        (bad("not enough rights to send photos to the chat"), GROUP, Refused("media_not_allowed")),
        (bad('can\'t parse entities: Unsupported start tag "秘密"'), GROUP, Refused("bad_markup")),
        (bad("message is too long"), GROUP, Refused("too_long")),
        (bad("message text is empty"), GROUP, Refused("empty")),
        (bad("BUTTON_DATA_INVALID"), GROUP, Refused("bad_button")),
        (bad("wrong file identifier/HTTP URL specified"), GROUP, Refused("bad_file")),
        (bad("something new about 王小明"), GROUP, Refused("bad_request")),
        (TelegramEntityTooLarge(CALL, "Request Entity Too Large"), GROUP, Refused("too_long")),
        (TelegramUnauthorizedError(CALL, "Unauthorized"), GROUP, PlatformDown("token_refused")),
        (TelegramNotFound(CALL, "Not Found"), GROUP, PlatformDown("token_refused")),
        (TelegramNetworkError(CALL, "Request timeout error"), GROUP, PlatformDown("network")),
        (TelegramServerError(CALL, "Bad Gateway"), GROUP, PlatformDown("server_error")),
        (TelegramConflictError(CALL, "Conflict"), GROUP, PlatformDown("unreadable_answer")),
        (ClientDecodeError("x", ValueError("y"), "<html>"), GROUP, PlatformDown("unreadable_answer")),
    ],
)
def test_outcomes(error: AiogramError, chat_id: int, outcome: DeliveryError) -> None:
    assert comparable(outcome_of(error, chat_id)) == comparable(outcome)


def test_edits() -> None:
    unchanged = bad(
        "message is not modified: specified new message content and reply markup are exactly the same"
        " as a current content and reply markup of the message"
    )
    assert is_unchanged(unchanged)
    assert not is_edit_target_gone(unchanged)
    for said in ("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"):
        assert is_edit_target_gone(bad(said))
        assert not is_unchanged(bad(said))
    assert not is_edit_target_gone(bad("chat not found"))
    assert not is_unchanged(forbidden("message is not modified"))


def test_topics() -> None:
    assert is_topic_gone(bad("message thread not found"))
    assert is_topic_gone(bad("TOPIC_CLOSED"))
    assert not is_topic_gone(bad("chat not found"))
