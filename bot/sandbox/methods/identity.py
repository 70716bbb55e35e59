"""Methods about the bot itself: who it is, its webhook, its commands, its answers to presses, its downloads."""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.failures import bad_request
from bot.sandbox.formatting import utf16_length
from bot.sandbox.params import Params
from bot.sandbox.platform import Platform

Json = dict[str, Any]

ANSWER_LIMIT = 200
COMMAND_LIMIT = 100
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def get_me(platform: Platform, _: Params) -> Json:
    return {
        **platform.directory.user(platform.bot_id),
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def read_allowed_updates(params: Params) -> list[str] | None:
    kinds = params.compound("allowed_updates", "can't parse allowed_updates JSON object")
    if kinds is None:
        return None
    if not isinstance(kinds, list):
        raise bad_request("can't parse allowed_updates JSON object")
    return [str(kind) for kind in kinds]


def set_webhook(platform: Platform, params: Params) -> bool:
    """Telegram wants https and a public address; the sandbox delivers on loopback only, so plain http is right here."""
    url = params.text("url") or ""
    if not url:
        return delete_webhook(platform, params)
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in LOOPBACK_NAMES:
        raise bad_request("bad webhook: the sandbox delivers to http on loopback only")
    secret = params.text("secret_token") or ""
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    if params.flag("drop_pending_updates"):
        platform.updates.drop()
    platform.updates.allow(read_allowed_updates(params))
    platform.webhook.set(url, secret, params.integer("max_connections") or 40)
    return True


def delete_webhook(platform: Platform, params: Params) -> bool:
    platform.webhook.remove()
    if params.flag("drop_pending_updates"):
        platform.updates.drop()
    return True


def get_webhook_info(platform: Platform, _: Params) -> Json:
    return platform.webhook.describe()


def _scope(params: Params) -> str:
    scope = params.compound("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    language = params.text("language_code") or ""
    return f"commands {scope.get('type')} {scope.get('chat_id', '')} {scope.get('user_id', '')} {language}"


def set_my_commands(platform: Platform, params: Params) -> bool:
    commands = params.compound("commands", "can't parse commands JSON object")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > COMMAND_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(one.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(str(one.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    platform.store.remember(_scope(params), commands)
    return True


def get_my_commands(platform: Platform, params: Params) -> list[Json]:
    commands: list[Json] = platform.store.fact(_scope(params), [])
    return commands


def delete_my_commands(platform: Platform, params: Params) -> bool:
    platform.store.remember(_scope(params), [])
    return True


def set_my_description(platform: Platform, params: Params) -> bool:
    return _remember_text(platform, "description", params.text("description") or "", 512)


def get_my_description(platform: Platform, _: Params) -> Json:
    return {"description": platform.store.fact("description", "")}


def set_my_short_description(platform: Platform, params: Params) -> bool:
    return _remember_text(platform, "short_description", params.text("short_description") or "", 120)


def get_my_short_description(platform: Platform, _: Params) -> Json:
    return {"short_description": platform.store.fact("short_description", "")}


def _remember_text(platform: Platform, name: str, text: str, limit: int) -> bool:
    if utf16_length(text) > limit:
        raise bad_request("description is too long")
    platform.store.remember(name, text)
    return True


def answer_callback_query(platform: Platform, params: Params) -> bool:
    text = params.text("text") or ""
    if utf16_length(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query_id = params.text("callback_query_id") or ""
    answer = {"text": text, "show_alert": params.flag("show_alert"), "url": params.text("url")}
    platform.callbacks.answer(query_id, answer)
    return True


def get_file(platform: Platform, params: Params) -> Json:
    return platform.files.describe(params.text("file_id") or "")
