"""What a bot sends: text, caption, buttons and the message it answers, checked as strictly as Telegram does."""

import json
import re
from typing import Any

from bot.sandbox.failures import bad_request
from bot.sandbox.formatting import Entity, parse_html, trimmed, utf16_length, with_found
from bot.sandbox.params import Params
from bot.sandbox.platform import Platform

Json = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
CALLBACK_DATA_BYTES = 64
BUTTON_LIMIT = 100
BAD_MARKUP = "can't parse reply keyboard markup JSON object"
OTHER_BUTTON_KINDS = (
    "login_url",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "pay",
    "callback_game",
)


def chat_id_of(params: Params) -> int:
    """The number of the chat meant; usernames of chats are unknown here."""
    raw = params.text("chat_id")
    if not raw:
        raise bad_request("chat_id is empty")
    if not re.fullmatch(r"-?\d+", raw):
        raise bad_request("chat not found")
    return int(raw)


def read_text(platform: Platform, params: Params) -> Json:
    """``text`` and ``entities`` of a text message."""
    text, entities = _formatted(platform, params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def read_caption(platform: Platform, params: Params) -> Json:
    """``caption`` and ``caption_entities``; empty where there is none."""
    text, entities = _formatted(platform, params, "caption", "caption_entities")
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}


def _formatted(platform: Platform, params: Params, field: str, entities_field: str) -> tuple[str, list[Entity]]:
    source = params.text(field) or ""
    mode = (params.text("parse_mode") or "").lower()
    if mode == "html":
        text, entities = parse_html(source)
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        given = params.compound(entities_field, "can't parse entities: can't parse entities JSON object") or []
        text, entities = trimmed(source, [])
        if text == source:
            entities = [
                dict(one) for one in given if isinstance(one, dict) and {"type", "offset", "length"} <= set(one)
            ]
    known = [one for one in entities if one["type"] != "text_mention" or _is_known(platform, one.get("user"))]
    return text, with_found(text, known)


def _is_known(platform: Platform, user: Any) -> bool:
    return isinstance(user, dict) and platform.directory.person(int(user.get("id", 0))) is not None


def read_markup(params: Params) -> Json:
    """``reply_markup`` as parts of a body: inline buttons for all, keyboards of a chat for people's pages only."""
    markup = params.compound("reply_markup", BAD_MARKUP)
    if not markup:
        return {}
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = markup["inline_keyboard"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise bad_request(BAD_MARKUP)
        checked = [[_inline_button(button) for button in row] for row in rows if row]
        if sum(map(len, checked)) > BUTTON_LIMIT:
            raise bad_request("reply markup is too long")
        return {"reply_markup": {"inline_keyboard": checked}} if checked else {}
    if isinstance(markup.get("keyboard"), list):
        labels = [
            [button if isinstance(button, str) else button["text"] for button in row] for row in markup["keyboard"]
        ]
        return {"_keyboard": labels, "_keyboard_once": bool(markup.get("one_time_keyboard"))}
    if markup.get("remove_keyboard"):
        return {"_keyboard": []}
    if markup.get("force_reply"):
        return {"_force_reply": True}
    return {}


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request(f"{BAD_MARKUP}: expected an Object")
    label = button.get("text")
    if not isinstance(label, str):
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not label.strip():
        raise bad_request("inline keyboard button text is empty")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        if not re.fullmatch(r"(?:https?|tg)://[^\s/]+\S*", str(button["url"])):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    elif not any(kind in button for kind in OTHER_BUTTON_KINDS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return dict(button)


def read_reply(platform: Platform, params: Params, chat_id: int) -> int | None:
    """The number of the message that is answered; None where none is, or where it is gone and need not be there."""
    given = params.compound("reply_parameters", "can't parse reply parameters JSON object")
    if isinstance(given, dict):
        message_id, optional = given.get("message_id"), bool(given.get("allow_sending_without_reply"))
    else:
        message_id, optional = params.integer("reply_to_message_id"), params.flag("allow_sending_without_reply")
    if not message_id:
        return None
    if platform.messages.row(chat_id, int(message_id)) is not None:
        return int(message_id)
    if optional:
        return None
    raise bad_request("message to be replied not found")


def read_thread(platform: Platform, params: Params, chat_id: int) -> int | None:
    """The topic to send to; raises where the chat has no such topic."""
    thread_id = params.integer("message_thread_id")
    if not thread_id:
        return None
    found = platform.store.row("select 1 from topics where chat_id = ? and thread_id = ?", chat_id, thread_id)
    if found is None:
        raise bad_request("message thread not found")
    return thread_id


def same_content(one: Json, other: Json) -> bool:
    """Whether two bodies show the same text, caption and buttons."""
    shown = ("text", "entities", "caption", "caption_entities", "reply_markup")
    return all(json.dumps(one.get(key), sort_keys=True) == json.dumps(other.get(key), sort_keys=True) for key in shown)
