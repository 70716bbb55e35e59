"""Messages through aiogram's own client: what Telegram accepts, what it refuses, and in which words."""

import pytest
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReactionTypeEmoji,
    ReplyParameters,
)

from tests.sandbox_server import RefusedError, RunningSandbox, png
from tests.sandbox_world import BASIC_GROUP, GARDEN, NEIGHBOUR, RESIDENT, RESIDENT_OF_BASIC_GROUP, WORKER

CARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="认领", callback_data="claim:1")]])


async def test_talk_reaches_the_bot_and_its_answer_the_people(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "3号楼电梯坏了")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert update.message.message_id == said["message_id"]
    assert update.message.from_user is not None
    assert (update.message.from_user.id, update.message.from_user.first_name) == (RESIDENT, "李秀英")
    assert (update.message.chat.id, update.message.chat.type) == (GARDEN, "supergroup")
    sent = await bot.send_message(
        GARDEN, "<b>已登记</b>", parse_mode=ParseMode.HTML, reply_to_message_id=said["message_id"]
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "3号楼电梯坏了"
    seen = await server.people.wait_for_text(GARDEN, "已登记")
    assert seen["entities"] == [{"offset": 0, "length": 3, "type": "bold"}]
    assert await bot.get_updates() == [update], "what is not confirmed comes again"
    assert await bot.get_updates(offset=update.update_id + 1) == [], "the bot does not hear itself"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("字" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("  \n ", "message text is empty"),
        ("", "message text is empty"),
    ],
)
async def test_a_text_has_a_length(bot: Bot, text: str, refusal: str) -> None:
    with pytest.raises(TelegramBadRequest, match=refusal):
        await bot.send_message(GARDEN, text)


@pytest.mark.parametrize("text", ["字" * 4096, "😀" * 2048, "<b>" + "字" * 4096 + "</b>"])
async def test_a_text_of_just_the_length_passes(bot: Bot, text: str) -> None:
    mode = ParseMode.HTML if text.startswith("<") else None
    sent = await bot.send_message(GARDEN, text, parse_mode=mode)
    assert sent.text is not None
    assert len(sent.text.encode("utf-16-le")) // 2 == 4096


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("3 < 5", 'Unsupported start tag "" at byte offset 2'),
        ("水<b>x</i>", 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
    ],
)
async def test_bad_markup_is_refused(bot: Bot, markup: str, refusal: str) -> None:
    with pytest.raises(TelegramBadRequest) as caught:
        await bot.send_message(GARDEN, markup, parse_mode=ParseMode.HTML)
    assert caught.value.message == f"Bad Request: can't parse entities: {refusal}"


async def test_entities_come_back_in_utf16_units(bot: Bot) -> None:
    sent = await bot.send_message(
        GARDEN,
        '🔴<b>电梯 <i>3栋</i></b> <a href="https://example.org/">看</a> /todo @qunban_bot <a href="tg://user?id=101">李</a>',
        parse_mode=ParseMode.HTML,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert sent.text == "🔴电梯 3栋 看 /todo @qunban_bot 李"
    found = [(one.type, one.offset, one.length) for one in sent.entities or []]
    assert found == [
        ("bold", 2, 5),
        ("italic", 5, 2),
        ("text_link", 8, 1),
        ("bot_command", 10, 5),
        ("mention", 16, 11),
        ("text_mention", 28, 1),
    ]
    mentioned = (sent.entities or [])[-1].user
    assert mentioned is not None
    assert mentioned.id == RESIDENT


@pytest.mark.parametrize("data", ["", "x" * 65, "认" * 22])
async def test_callback_data_has_64_bytes_at_most(bot: Bot, data: str) -> None:
    button = InlineKeyboardButton(text="认领", callback_data=data)
    with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
        await bot.send_message(GARDEN, "卡片", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))


async def test_a_button_must_do_something(bot: Bot) -> None:
    markup = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="认领")]])
    with pytest.raises(TelegramBadRequest, match="Text buttons are unallowed in the inline keyboard"):
        await bot.send_message(GARDEN, "卡片", reply_markup=markup)


async def test_an_answer_needs_the_message_it_answers(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "电梯坏了")
    await server.people.delete(GARDEN, said["message_id"])
    gone = ReplyParameters(message_id=said["message_id"])
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await bot.send_message(GARDEN, "已登记", reply_parameters=gone)
    lenient = ReplyParameters(message_id=said["message_id"], allow_sending_without_reply=True)
    sent = await bot.send_message(GARDEN, "已登记", reply_parameters=lenient)
    assert sent.reply_to_message is None


async def test_a_card_is_edited_in_place(server: RunningSandbox, bot: Bot) -> None:
    card = await bot.send_message(GARDEN, "待认领", reply_markup=CARD)
    edited = await bot.edit_message_text("处理中", chat_id=GARDEN, message_id=card.message_id, reply_markup=CARD)
    assert not isinstance(edited, bool)
    assert edited.text == "处理中"
    assert edited.reply_markup is not None
    assert edited.reply_markup.model_dump() == CARD.model_dump()
    assert edited.edit_date is not None
    without = await bot.edit_message_text("处理中", chat_id=GARDEN, message_id=card.message_id)
    assert not isinstance(without, bool)
    assert without.reply_markup is None, "buttons that are not sent again are gone"
    (shown,) = await server.people.history(RESIDENT, GARDEN)
    assert shown["text"] == "处理中"
    assert "reply_markup" not in shown


async def test_an_unchanged_edit_is_refused(bot: Bot) -> None:
    card = await bot.send_message(GARDEN, "<b>待认领</b>", parse_mode=ParseMode.HTML, reply_markup=CARD)
    refusal = "message is not modified: specified new message content and reply markup are exactly the same"
    with pytest.raises(TelegramBadRequest, match=refusal):
        await bot.edit_message_text(
            "<strong>待认领</strong>",
            chat_id=GARDEN,
            message_id=card.message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=CARD,
        )
    with pytest.raises(TelegramBadRequest, match=refusal):
        await bot.edit_message_reply_markup(chat_id=GARDEN, message_id=card.message_id, reply_markup=CARD)


async def test_only_an_own_message_that_is_there_can_be_edited(server: RunningSandbox, bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=GARDEN, message_id=999)
    said = await server.people.say(RESIDENT, GARDEN, "电梯坏了")
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("x", chat_id=GARDEN, message_id=said["message_id"])
    photo = await bot.send_photo(GARDEN, BufferedInputFile(png(), "a.png"), caption="照片")
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await bot.edit_message_text("x", chat_id=GARDEN, message_id=photo.message_id)
    changed = await bot.edit_message_caption(chat_id=GARDEN, message_id=photo.message_id, caption="修好了")
    assert not isinstance(changed, bool)
    assert changed.caption == "修好了"


async def test_deleting_follows_rights(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "广告")
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await bot.delete_message(GARDEN, said["message_id"])
    await server.people.set_bot(GARDEN, WORKER, "administrator")
    assert await bot.delete_message(GARDEN, said["message_id"])
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(GARDEN, said["message_id"])


async def test_a_photo_goes_both_ways(server: RunningSandbox, bot: Bot) -> None:
    picture = png(200, 100)
    await server.people.say(RESIDENT, GARDEN, "漏水", photo=picture)
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert update.message.photo is not None
    assert (update.message.caption, update.message.text) == ("漏水", None)
    largest = update.message.photo[-1]
    assert (largest.width, largest.height) == (200, 100)
    assert update.message.photo[0].width == 90
    downloaded = await bot.download(largest)
    assert downloaded is not None
    assert downloaded.read() == picture
    again = await bot.send_photo(WORKER, largest.file_id, caption="<b>现场</b>", parse_mode=ParseMode.HTML)
    assert again.photo is not None
    assert again.photo[-1].file_unique_id == largest.file_unique_id
    assert again.caption_entities is not None


async def test_photos_have_limits(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await bot.send_photo(GARDEN, BufferedInputFile(png(), "a.png"), caption="字" * 1025)
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(GARDEN, BufferedInputFile(b"no picture", "a.png"))
    with pytest.raises(TelegramBadRequest, match="wrong file identifier/HTTP URL specified"):
        await bot.send_photo(GARDEN, "AgACAgIAAxkBAAI")


async def test_albums_documents_and_places(server: RunningSandbox, bot: Bot) -> None:
    await server.people.say(RESIDENT, GARDEN, "两张照片", photo=[png(), png(9, 9)])
    await server.people.say(RESIDENT, GARDEN, "清单", document=("清单.txt", b"1"))
    await server.people.say(RESIDENT, GARDEN, location=(29.58, 105.06))
    await server.people.say(RESIDENT, GARDEN, video=b"film")
    first, second, document, place, video = [update.message for update in await bot.get_updates(timeout=5)]
    assert first is not None
    assert second is not None
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption) == ("两张照片", None)
    assert document is not None
    assert document.document is not None
    assert (document.document.file_name, document.caption) == ("清单.txt", "清单")
    assert place is not None
    assert place.location is not None
    assert (place.location.latitude, place.location.longitude) == (29.58, 105.06)
    assert video is not None
    assert video.video is not None
    assert first.photo is not None
    album = [
        InputMediaPhoto(media=BufferedInputFile(png(), "1.png"), caption="前"),
        InputMediaPhoto(media=first.photo[0].file_id),
    ]
    sent = await bot.send_media_group(GARDEN, [*album])
    assert [message.caption for message in sent] == ["前", None]
    located = await bot.send_location(GARDEN, 29.5, 105.0)
    assert located.location is not None


async def test_copies_and_forwards(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "漏水", photo=png())
    copied = await bot.copy_message(WORKER, GARDEN, said["message_id"])
    forwarded = await bot.forward_message(WORKER, GARDEN, said["message_id"])
    assert forwarded.forward_origin is not None
    assert [one["message_id"] for one in await server.people.history(WORKER, WORKER)] == [
        copied.message_id,
        forwarded.message_id,
    ]
    with pytest.raises(TelegramBadRequest, match="message to copy not found"):
        await bot.copy_message(WORKER, GARDEN, 999)


async def test_an_edit_by_a_person_reaches_the_bot(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "4栋电梯坏了")
    await server.people.edit(RESIDENT, GARDEN, said["message_id"], "3栋电梯坏了")
    _, update = await bot.get_updates(timeout=5)
    assert update.edited_message is not None
    assert update.edited_message.text == "3栋电梯坏了"
    assert update.edited_message.edit_date is not None
    with pytest.raises(RefusedError, match="not_your_message"):
        await server.people.edit(NEIGHBOUR, GARDEN, said["message_id"], "x")


async def test_a_reply_carries_what_it_answers_but_no_further(server: RunningSandbox, bot: Bot) -> None:
    one = await server.people.say(RESIDENT, GARDEN, "一")
    two = await server.people.say(NEIGHBOUR, GARDEN, "二", reply_to=one["message_id"])
    await server.people.say(RESIDENT, GARDEN, "三", reply_to=two["message_id"])
    message = (await bot.get_updates(timeout=5))[-1].message
    assert message is not None
    assert message.reply_to_message is not None
    assert message.reply_to_message.text == "二"
    assert message.reply_to_message.reply_to_message is None
    assert (message.message_thread_id, message.is_topic_message) == (one["message_id"], None)


async def test_commands_are_found_in_what_people_write(server: RunningSandbox, bot: Bot) -> None:
    await server.people.say(RESIDENT, GARDEN, "/report@qunban_bot 路灯不亮")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert update.message.entities is not None
    assert [(one.type, one.offset, one.length) for one in update.message.entities] == [("bot_command", 0, 18)]


async def test_reactions_actions_and_pins(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "修好了")
    assert await bot.send_chat_action(GARDEN, "typing")
    assert await bot.set_message_reaction(GARDEN, said["message_id"], [ReactionTypeEmoji(emoji="👍")])
    shown = await server.people.wait_for(GARDEN, lambda one: bool(one.get("_reactions")))
    assert shown["_reactions"] == ["👍"]
    with pytest.raises(TelegramBadRequest, match="not enough rights to manage pinned messages in the chat"):
        await bot.pin_chat_message(GARDEN, said["message_id"])
    await server.people.set_bot(GARDEN, WORKER, "administrator")
    assert await bot.pin_chat_message(GARDEN, said["message_id"])
    pinned = (await bot.get_chat(GARDEN)).pinned_message
    assert pinned is not None
    assert pinned.message_id == said["message_id"]


async def test_a_basic_group_knows_no_threads(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT_OF_BASIC_GROUP, BASIC_GROUP, "停水了")
    await server.people.say(RESIDENT_OF_BASIC_GROUP, BASIC_GROUP, "还没来", reply_to=said["message_id"])
    message = (await bot.get_updates(timeout=5))[-1].message
    assert message is not None
    assert (message.chat.type, message.message_thread_id) == ("group", None)
