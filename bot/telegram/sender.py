"""Sends the rows of the outbox through the Bot API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import SendDocument, SendPhoto, SendVideo, SendVoice, TelegramMethod
from aiogram.types import (
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

from bot.services.delivery import Delivered, Refused
from bot.telegram.answers import is_edit_target_gone, is_topic_gone, is_unchanged, outcome_of
from bot.telegram.render import CAPTION_UNITS, html_of, keyboard_of, plain, units_of
from bot.telegram.session import BotApiSession
from routing.message import Attachment
from routing.outgoing import Content, Outgoing, QueuedMessage

PLATFORM: Final = "telegram"
ALBUM: Final = 10
"""Most pictures in one album (Bot API, sendMediaGroup)."""
CALL_SECONDS: Final = 20
"""Longest wait for the platform's answer; well below the lease of a row, so that nobody else sends it meanwhile."""

_HTML: Final = "HTML"
# What a resident quotes may hold addresses; their previews would be advertisements on our cards.
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


def open_bot(token: str, api_url: str) -> Bot:
    """A client of the Bot API at ``api_url``; close its ``session`` at the end."""
    return Bot(token, session=BotApiSession(api_url))


class TelegramSender:
    """Implements ``bot.services.delivery.Sender``."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def deliver(self, row: QueuedMessage) -> Delivered:
        """Sends a message, or edits the one whose place it takes; raises a ``DeliveryError``.

        A card is always text, since only text can be edited into more text: its pictures follow in answer to it, once.
        """
        try:
            edited = row.card_message_id if row.message.card else row.message.edits
            if edited is not None:
                return await self._bring_up_to_date(row.message, edited)
            return await self._send(row.message)
        except AiogramError as error:
            raise outcome_of(error, row.message.chat_id) from None

    async def _bring_up_to_date(self, message: Outgoing, message_id: int) -> Delivered:
        text, keyboard = html_of(message.content), _keyboard_of(message.content)
        try:
            await self._bot.edit_message_text(
                text=text,
                chat_id=message.chat_id,
                message_id=message_id,
                parse_mode=_HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard,
                request_timeout=CALL_SECONDS,
            )
        except AiogramError as error:
            if is_unchanged(error):
                return Delivered(message_id)
            if is_edit_target_gone(error):
                return await self._send(replace(message, content=replace(message.content, attachments=())))
            raise
        return Delivered(message_id)

    async def _send(self, message: Outgoing) -> Delivered:
        try:
            return await self._send_to_thread(message)
        except AiogramError as error:
            if message.thread_id is None or not is_topic_gone(error):
                raise
            return await self._send_to_thread(replace(message, thread_id=None))

    async def _send_to_thread(self, message: Outgoing) -> Delivered:
        content = message.content
        if not plain(content).strip():
            return await self._send_files(message)
        if len(content.attachments) == 1 and not message.card and units_of(plain(content)) <= CAPTION_UNITS:
            sent = await self._send_file(message, content.attachments[0], html_of(content), _keyboard_of(content))
            return Delivered(sent.message_id)
        sent = await self._bot.send_message(
            chat_id=message.chat_id,
            text=html_of(content),
            message_thread_id=message.thread_id,
            parse_mode=_HTML,
            link_preview_options=_NO_PREVIEW,
            disable_notification=message.silent,
            reply_parameters=_reply_to(message),
            reply_markup=_keyboard_of(content),
            request_timeout=CALL_SECONDS,
        )
        if not content.attachments:
            return Delivered(sent.message_id)
        return Delivered(sent.message_id, _files_only(message, content.attachments, reply_to=sent.message_id))

    async def _send_files(self, message: Outgoing) -> Delivered:
        """Files without words: as many as one message or album takes, the others in a message to follow."""
        files = message.content.attachments
        if not files:
            raise Refused("empty")
        together = _together(files)
        if len(together) == 1:
            sent = await self._send_file(message, together[0], None, None)
        else:
            album = await self._bot.send_media_group(
                chat_id=message.chat_id,
                media=[_medium(file) for file in together],
                message_thread_id=message.thread_id,
                disable_notification=message.silent,
                reply_parameters=_reply_to(message),
                request_timeout=CALL_SECONDS,
            )
            sent = album[0]
        rest = files[len(together) :]
        return Delivered(sent.message_id, _files_only(message, rest, reply_to=message.reply_to) if rest else None)

    async def _send_file(
        self, message: Outgoing, file: Attachment, caption: str | None, keyboard: InlineKeyboardMarkup | None
    ) -> Message:
        shared: dict[str, Any] = {
            "chat_id": message.chat_id,
            "message_thread_id": message.thread_id,
            "caption": caption,
            "parse_mode": _HTML,
            "disable_notification": message.silent,
            "reply_parameters": _reply_to(message),
            "reply_markup": keyboard,
        }
        call: TelegramMethod[Message]
        match file.kind:
            case "photo":
                call = SendPhoto(photo=file.file_id, **shared)
            case "video":
                call = SendVideo(video=file.file_id, **shared)
            case "document":
                call = SendDocument(document=file.file_id, **shared)
            case "voice":
                call = SendVoice(voice=file.file_id, **shared)
        return await self._bot(call, request_timeout=CALL_SECONDS)


def _keyboard_of(content: Content) -> InlineKeyboardMarkup | None:
    try:
        return keyboard_of(content.buttons)
    except ValueError:
        raise Refused("bad_button") from None


def _reply_to(message: Outgoing) -> ReplyParameters | None:
    if message.reply_to is None:
        return None
    # Whoever wrote it may have deleted it since; what we say is still wanted.
    return ReplyParameters(message_id=message.reply_to, allow_sending_without_reply=True)


def _files_only(message: Outgoing, files: Sequence[Attachment], *, reply_to: int | None) -> Outgoing:
    return replace(message, content=Content(attachments=tuple(files)), reply_to=reply_to, card=False, silent=True)


def _together(files: Sequence[Attachment]) -> Sequence[Attachment]:
    """The first files that may share an album: photos with videos, documents with documents, voice with nothing."""
    kinds = {"photo", "video"} if files[0].kind in {"photo", "video"} else {files[0].kind}
    if files[0].kind == "voice":
        return files[:1]
    length = next((place for place, file in enumerate(files) if file.kind not in kinds), len(files))
    return files[: min(length, ALBUM)]


def _medium(file: Attachment) -> InputMediaPhoto | InputMediaVideo | InputMediaDocument:
    match file.kind:
        case "photo":
            return InputMediaPhoto(media=file.file_id)
        case "video":
            return InputMediaVideo(media=file.file_id)
        case _:
            return InputMediaDocument(media=file.file_id)
