"""The methods of the Bot API, by lower-case name: Telegram does not mind how a method's name is written."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.methods import chats, editing, identity, sending
from bot.sandbox.params import Params
from bot.sandbox.platform import Platform

Method = Callable[[Platform, Params], Any]

METHODS: dict[str, Method] = {
    name.lower(): method
    for name, method in {
        "getMe": identity.get_me,
        "setWebhook": identity.set_webhook,
        "deleteWebhook": identity.delete_webhook,
        "getWebhookInfo": identity.get_webhook_info,
        "setMyCommands": identity.set_my_commands,
        "getMyCommands": identity.get_my_commands,
        "deleteMyCommands": identity.delete_my_commands,
        "setMyDescription": identity.set_my_description,
        "getMyDescription": identity.get_my_description,
        "setMyShortDescription": identity.set_my_short_description,
        "getMyShortDescription": identity.get_my_short_description,
        "answerCallbackQuery": identity.answer_callback_query,
        "getFile": identity.get_file,
        "sendMessage": sending.send_message,
        "sendPhoto": sending.send_photo,
        "sendDocument": sending.send_document,
        "sendVideo": sending.send_video,
        "sendLocation": sending.send_location,
        "sendMediaGroup": sending.send_media_group,
        "sendChatAction": sending.send_chat_action,
        "copyMessage": sending.copy_message,
        "forwardMessage": sending.forward_message,
        "editMessageText": editing.edit_message_text,
        "editMessageCaption": editing.edit_message_caption,
        "editMessageReplyMarkup": editing.edit_message_reply_markup,
        "deleteMessage": editing.delete_message,
        "pinChatMessage": editing.pin_chat_message,
        "unpinChatMessage": editing.unpin_chat_message,
        "setMessageReaction": editing.set_message_reaction,
        "getChat": chats.get_chat,
        "getChatMember": chats.get_chat_member,
        "getChatMemberCount": chats.get_chat_member_count,
        "getChatAdministrators": chats.get_chat_administrators,
        "leaveChat": chats.leave_chat,
    }.items()
}
"""Every method but ``getUpdates``, which waits and is served by itself."""
