"""Turns a message of the product into HTML and keyboards of Telegram, within its lengths."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.telegram.callbacks import carried_by
from routing.outgoing import Button, Content

TEXT_UNITS = 4096
"""Longest text of a message, in UTF-16 code units after markup is read (Bot API, sendMessage)."""
CAPTION_UNITS = 1024
"""Longest caption of a photo, video or document, counted alike (Bot API, sendPhoto)."""

_ELLIPSIS = "…"


def units_of(text: str) -> int:
    """The length as Telegram counts it: characters beyond the basic plane, such as most emoji, count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, units: int) -> str:
    """``text``, or as much of it as fits into so many units with an ellipsis; never half a character."""
    if units_of(text) <= units:
        return text
    room = units - units_of(_ELLIPSIS)
    if room < 0:
        return ""
    kept = 0
    for position, character in enumerate(text):
        kept += 2 if character > "\uffff" else 1
        if kept > room:
            return text[:position] + _ELLIPSIS
    return text


def plain(content: Content) -> str:
    """The message as people will read it, uncut and without markup."""
    body = "\n".join(content.lines)
    return f"{content.title}\n{body}" if content.title and body else content.title or body


def html_of(content: Content, units: int = TEXT_UNITS) -> str:
    """The message as HTML: the title bold, everything escaped, so that no word of a person becomes markup."""
    title = cut(content.title, units)
    body = "\n".join(content.lines)
    if not title:
        return escape(cut(body, units), quote=False)
    rest = cut(body, units - units_of(title) - 1)
    bold = f"<b>{escape(title, quote=False)}</b>"
    return f"{bold}\n{escape(rest, quote=False)}" if rest else bold


def keyboard_of(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """The buttons below a message, none where there are none; raises ``ValueError`` for one that says too much."""
    keyboard = [
        [InlineKeyboardButton(text=button.label, callback_data=carried_by(button)) for button in row]
        for row in rows
        if row
    ]
    return InlineKeyboardMarkup(inline_keyboard=keyboard) if keyboard else None
