"""Methods that change a message that is already there."""

from typing import Any

from bot.sandbox.content import chat_id_of, read_caption, read_markup, read_text, same_content
from bot.sandbox.failures import bad_request
from bot.sandbox.params import Params
from bot.sandbox.platform import Platform

Json = dict[str, Any]

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
CAPTIONED = frozenset({"photo", "document", "video"})


def _own_message(platform: Platform, params: Params) -> tuple[int, int, Json]:
    """Chat, number and body of the message to edit; raises where it is missing or not the bot's."""
    if params.text("inline_message_id"):
        raise bad_request("message to edit not found")
    chat_id = chat_id_of(params)
    platform.directory.reachable(chat_id)
    message_id = params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    row, body = platform.messages.row(chat_id, message_id), platform.messages.body(chat_id, message_id)
    if row is None or body is None:
        raise bad_request("message to edit not found")
    if row["sender_id"] != platform.bot_id or "forward_origin" in body:
        raise bad_request("message can't be edited")
    return chat_id, message_id, body


def _changed(platform: Platform, chat_id: int, message_id: int, old: Json, new: Json, *, is_edit: bool) -> Json:
    if same_content(old, new):
        raise bad_request(NOT_MODIFIED)
    platform.change(chat_id, message_id, new, is_edit=is_edit)
    return platform.messages.compose(chat_id, message_id)


def _without(body: Json, *keys: str) -> Json:
    return {key: value for key, value in body.items() if key not in keys}


def edit_message_text(platform: Platform, params: Params) -> Json:
    """Buttons that are not sent again are gone, as on Telegram."""
    chat_id, message_id, body = _own_message(platform, params)
    content = read_text(platform, params) | read_markup(params)
    if "text" not in body:
        raise bad_request("there is no text in the message to edit")
    new = _without(body, "text", "entities", "reply_markup") | content
    return _changed(platform, chat_id, message_id, body, new, is_edit=True)


def edit_message_caption(platform: Platform, params: Params) -> Json:
    chat_id, message_id, body = _own_message(platform, params)
    content = read_caption(platform, params) | read_markup(params)
    if not CAPTIONED & set(body):
        raise bad_request("there is no caption in the message to edit")
    new = _without(body, "caption", "caption_entities", "reply_markup") | content
    return _changed(platform, chat_id, message_id, body, new, is_edit=True)


def edit_message_reply_markup(platform: Platform, params: Params) -> Json:
    chat_id, message_id, body = _own_message(platform, params)
    new = _without(body, "reply_markup") | read_markup(params)
    return _changed(platform, chat_id, message_id, body, new, is_edit=False)


def delete_message(platform: Platform, params: Params) -> bool:
    chat_id = chat_id_of(params)
    platform.directory.readable(chat_id)
    message_id = params.integer("message_id") or 0
    row = platform.messages.row(chat_id, message_id)
    if row is None:
        raise bad_request("message to delete not found")
    if row["sender_id"] != platform.bot_id and chat_id < 0 and not _may(platform, chat_id, "can_delete_messages"):
        raise bad_request("message can't be deleted")
    platform.delete(chat_id, message_id)
    return True


def pin_chat_message(platform: Platform, params: Params) -> bool:
    chat_id = chat_id_of(params)
    message_id = params.integer("message_id") or 0
    _require_pinning(platform, chat_id)
    if platform.messages.row(chat_id, message_id) is None:
        raise bad_request("message to pin not found")
    platform.store.remember(f"pinned {chat_id}", message_id)
    pinned = platform.messages.compose(chat_id, message_id, with_reply=False)
    platform.post(chat_id, platform.bot_id, {"pinned_message": pinned})
    return True


def unpin_chat_message(platform: Platform, params: Params) -> bool:
    chat_id = chat_id_of(params)
    _require_pinning(platform, chat_id)
    platform.store.remember(f"pinned {chat_id}", None)
    return True


def _require_pinning(platform: Platform, chat_id: int) -> None:
    platform.directory.readable(chat_id)
    if chat_id < 0 and not _may(platform, chat_id, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")


def _may(platform: Platform, chat_id: int, right: str) -> bool:
    return bool(platform.directory.member(chat_id, platform.bot_id).get(right, False))


def set_message_reaction(platform: Platform, params: Params) -> bool:
    chat_id = chat_id_of(params)
    platform.directory.readable(chat_id)
    message_id = params.integer("message_id") or 0
    body = platform.messages.body(chat_id, message_id)
    if body is None:
        raise bad_request("message to react not found")
    reactions = params.compound("reaction", "can't parse reaction JSON object") or []
    emojis = [str(one.get("emoji", "")) for one in reactions if isinstance(one, dict)]
    if len(emojis) > 1 or not all(emojis):
        raise bad_request("REACTION_INVALID")
    platform.change(chat_id, message_id, _without(body, "_reactions") | {"_reactions": emojis}, is_edit=False)
    return True
