"""What a raw update of the Bot API means."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.decode import (
    TEXT_LIMIT,
    BotIdentity,
    Interaction,
    MalformedUpdate,
    Nothing,
    Talk,
    chat_of,
    decode,
    update_id_of,
)
from routing.message import Attachment, GeoPoint, IncomingMessage

BOT = BotIdentity(id=4242, username="QunbanBot")
GROUP = {"id": -1001, "type": "supergroup", "title": "锦绣花园一期"}
WANG = {"id": 7, "is_bot": False, "first_name": "小", "last_name": "王"}
OURSELVES = {"id": 4242, "is_bot": True, "first_name": "群办", "username": "QunbanBot"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
PHOTO = [
    {"file_id": "small", "file_unique_id": "u1", "width": 90, "height": 60, "file_size": 900},
    {"file_id": "large", "file_unique_id": "u2", "width": 1280, "height": 960, "file_size": 200_000},
    {"file_id": "middle", "file_unique_id": "u3", "width": 320, "height": 240},
]


def message(**fields: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"message_id": 5, "date": 1_790_000_000, "chat": GROUP, "from": WANG}
    return {key: value for key, value in (base | fields).items() if value is not None}


def update(kind: str = "message", /, **fields: Any) -> bytes:
    return msgspec.json.encode({"update_id": 900, kind: message(**fields)})


def decoded(raw: bytes) -> Talk | Interaction | Nothing:
    return decode(raw, platform="telegram", identity=BOT)


def talk(raw: bytes) -> IncomingMessage:
    found = decoded(raw)
    assert isinstance(found, Talk)
    return found.message


def entity(text: str, part: str, kind: str, **fields: Any) -> dict[str, Any]:
    """An entity as the platform gives it, counted in UTF-16 code units."""
    before = text[: text.index(part)]
    return {
        "type": kind,
        "offset": len(before.encode("utf-16-le")) // 2,
        "length": len(part.encode("utf-16-le")) // 2,
        **fields,
    }


def test_an_ordinary_message() -> None:
    assert talk(update(text="3号楼电梯坏了")) == IncomingMessage(
        platform="telegram",
        update_id=900,
        chat_id=-1001,
        chat_kind="group",
        thread_id=None,
        message_id=5,
        sender_id=7,
        sender_name="小 王",
        sent_at=datetime.fromtimestamp(1_790_000_000, UTC),
        text="3号楼电梯坏了",
    )


def test_an_edited_message_is_talk_that_says_so() -> None:
    said = talk(update("edited_message", text="3号楼2单元电梯坏了", edit_date=1_790_000_100))
    assert said.edited
    assert said.text == "3号楼2单元电梯坏了"


def test_a_photo_in_its_largest_size_with_its_caption() -> None:
    said = talk(update(photo=PHOTO, caption="楼道漏水", media_group_id="album"))
    assert said.attachments == (Attachment("photo", "large", "u2", 200_000),)
    assert (said.text, said.media_group_id) == ("楼道漏水", "album")


@pytest.mark.parametrize("kind", ["video", "document", "voice"])
def test_other_files(kind: str) -> None:
    said = talk(update(**{kind: {"file_id": "f", "file_unique_id": "u", "file_size": 3, "mime_type": "x/y"}}))
    assert said.attachments == (Attachment(kind, "f", "u", 3),)  # type: ignore[arg-type]


def test_a_location_and_a_venue() -> None:
    point = {"latitude": 29.58, "longitude": 105.06}
    assert talk(update(location=point)).location == GeoPoint(29.58, 105.06)
    venue = talk(update(venue={"location": point, "title": "农贸市场", "address": "东兴路8号"}))
    assert (venue.location, venue.text) == (GeoPoint(29.58, 105.06), "农贸市场 东兴路8号")


def test_a_live_location_that_moves_is_nothing() -> None:
    assert decoded(update("edited_message", location={"latitude": 1.0, "longitude": 2.0})) == Nothing(900)


def test_the_topic_of_a_forum() -> None:
    assert talk(update(text="x", message_thread_id=11, is_topic_message=True)).thread_id == 11
    # In a group without topics the same field counts a chain of replies.
    assert talk(update(text="x", message_thread_id=11)).thread_id is None


def test_a_message_in_a_topic_answers_nobody_by_being_there() -> None:
    root = {"message_id": 11, "date": 1, "chat": GROUP, "from": WANG, "forum_topic_created": {"name": "报修"}}
    said = talk(update(text="灯坏了", message_thread_id=11, is_topic_message=True, reply_to_message=root))
    assert said.reply_to is None


def test_a_reply_to_a_neighbour() -> None:
    li = {"id": 8, "is_bot": False, "first_name": "李婶"}
    earlier = {"message_id": 3, "date": 1, "chat": GROUP, "from": li, "caption": "下水道堵了", "photo": PHOTO}
    reply = talk(update(text="登记", reply_to_message=earlier)).reply_to
    assert reply is not None
    assert (reply.message_id, reply.sender_id, reply.sender_name) == (3, 8, "李婶")
    assert (reply.text, reply.sender_is_bot_self) == ("下水道堵了", False)
    assert reply.attachments == (Attachment("photo", "large", "u2", 200_000),)


def test_a_reply_to_the_bot_itself() -> None:
    earlier = {"message_id": 3, "date": 1, "chat": GROUP, "from": OURSELVES, "text": "已登记"}
    reply = talk(update(text="怎么还没来", reply_to_message=earlier)).reply_to
    assert reply is not None
    assert reply.sender_is_bot_self
    other = {**OURSELVES, "id": 4343, "username": "OtherBot"}
    stranger = talk(update(text="怎么还没来", reply_to_message={**earlier, "from": other})).reply_to
    assert stranger is not None
    assert not stranger.sender_is_bot_self


@pytest.mark.parametrize(
    ("text", "mention", "left"),
    [
        ("@QunbanBot 5栋漏水", "@QunbanBot", "5栋漏水"),
        ("@qunbanbot，5栋漏水", "@qunbanbot", "5栋漏水"),
        ("😀👨‍👩‍👧 @QunbanBot 5栋漏水", "@QunbanBot", "😀👨‍👩‍👧 5栋漏水"),
        ("5栋漏水𠮷 @QunbanBot", "@QunbanBot", "5栋漏水𠮷"),
        ("请 @QunbanBot 登记一下", "@QunbanBot", "请 登记一下"),
        ("@QunbanBot", "@QunbanBot", ""),
    ],
)
def test_a_mention_is_noted_and_cut(text: str, mention: str, left: str) -> None:
    said = talk(update(text=text, entities=[entity(text, mention, "mention")]))
    assert (said.mentions_bot, said.text) == (True, left)


def test_a_mention_in_a_caption_or_by_name_counts_too() -> None:
    caption = "💧 @QunbanBot 漏水"
    assert (
        talk(update(photo=PHOTO, caption=caption, caption_entities=[entity(caption, "@QunbanBot", "mention")])).text
        == "💧 漏水"
    )
    text = "群办 来看看"
    said = talk(update(text=text, entities=[entity(text, "群办", "text_mention", user=OURSELVES)]))
    assert (said.mentions_bot, said.text) == (True, "来看看")


@pytest.mark.parametrize(
    ("text", "part", "kind", "fields"),
    [
        ("@WangBot 来看看", "@WangBot", "mention", {}),
        ("@QunbanBotX 来看看", "@QunbanBotX", "mention", {}),
        ("小王 来看看", "小王", "text_mention", {"user": WANG}),
        ("看 qunban.example", "qunban.example", "url", {}),
    ],
)
def test_others_entities_stay(text: str, part: str, kind: str, fields: dict[str, Any]) -> None:
    said = talk(update(text=text, entities=[entity(text, part, kind, **fields)]))
    assert (said.mentions_bot, said.text) == (False, text)


def test_spans_beyond_the_text_or_inside_a_character_do_no_harm() -> None:
    text = "😀@QunbanBot"
    wild = [
        {"type": "text_mention", "offset": 1, "length": 1, "user": OURSELVES},
        {"type": "text_mention", "offset": 5, "length": 4000, "user": OURSELVES},
        {"type": "mention", "offset": 2**31, "length": 2**31},
    ]
    assert talk(update(text=text, entities=wild)).mentions_bot


def test_an_oversized_text_is_cut() -> None:
    assert talk(update(text="漏" * 9000)).text == "漏" * TEXT_LIMIT


def test_the_zero_character_is_dropped() -> None:
    said = talk(update(**{"text": "漏\x00水", "from": {"id": 7, "first_name": "小\x00王"}}))
    assert (said.text, said.sender_name) == ("漏水", "小王")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/report 5栋漏水", Interaction),
        ("/report@QunbanBot 5栋漏水", Interaction),
        ("/report@qunbanbot 5栋漏水", Interaction),
        ("/weather@OtherBot", Nothing),
        ("请发 /report 试试", Talk),
    ],
)
def test_commands(text: str, expected: type) -> None:
    command = next(word for word in text.split() if word.startswith("/"))
    raw = update(text=text, entities=[entity(text, command, "bot_command")])
    assert type(decoded(raw)) is expected
    captioned = update(photo=PHOTO, caption=text, caption_entities=[entity(text, command, "bot_command")])
    assert type(decoded(captioned)) is expected


def test_an_interaction_carries_the_very_bytes() -> None:
    raw = update(text="你好", chat={"id": 7, "type": "private"})
    assert decoded(raw) == Interaction(900, raw)


@pytest.mark.parametrize(
    "fields",
    [
        {"new_chat_members": [OURSELVES]},
        {"migrate_to_chat_id": -100500},
        {"migrate_from_chat_id": -500, "from": None},
    ],
)
def test_what_happens_to_the_group_is_interaction(fields: dict[str, Any]) -> None:
    assert isinstance(decoded(update(**fields)), Interaction)


@pytest.mark.parametrize("kind", ["callback_query", "my_chat_member", "chat_member"])
def test_other_kinds_of_interaction(kind: str) -> None:
    body = {"id": "1", "from": WANG, "data": "p:claim:1:", "message": message(text="x"), "chat": GROUP, "date": 1}
    raw = msgspec.json.encode({"update_id": 900, kind: body})
    assert decoded(raw) == Interaction(900, raw)
    assert chat_of(raw) == -1001


@pytest.mark.parametrize(
    "fields",
    [
        {"sticker": {"file_id": "s"}},
        {"new_chat_title": "新群名"},
        {"left_chat_member": WANG},
        {"pinned_message": {"message_id": 1}},
        {"forum_topic_created": {"name": "报修"}},
        {"text": "我是别的机器人", "from": {**OURSELVES, "id": 4343}},
        {"text": "没有人说"} | {"from": None},
        {"text": "频道转来的通知", "from": {"id": 777000, "first_name": "Telegram"},
         "sender_chat": {"id": -1009, "type": "channel", "title": "街道发布"}, "is_automatic_forward": True},
        {"text": "频道", "chat": {"id": -1009, "type": "channel"}},
    ],
)  # fmt: skip
def test_nothing(fields: dict[str, Any]) -> None:
    assert decoded(update(**fields)) == Nothing(900)


@pytest.mark.parametrize("kind", ["channel_post", "inline_query", "poll", "message_reaction", "something_new"])
def test_kinds_that_were_not_asked_for(kind: str) -> None:
    assert decoded(msgspec.json.encode({"update_id": 900, kind: {"id": 1, "odd": [None]}})) == Nothing(900)


def test_an_anonymous_administrator_speaks_for_the_group() -> None:
    said = talk(update(**{"text": "3号楼着火了", "from": ANONYMOUS, "sender_chat": GROUP}))
    assert (said.sender_id, said.sender_name) == (-1001, "锦绣花园一期")


def test_unknown_fields_and_null_are_forgiven() -> None:
    raw = update(text="漏水", paid_star_count=3, sender_tag={"a": [1]}).replace(b'"text"', b'"caption":null,"text"')
    assert talk(raw).text == "漏水"


@pytest.mark.parametrize(
    ("raw", "update_id"),
    [
        (b"", None),
        (b"nonsense", None),
        (b"[]", None),
        (b"null", None),
        (b'{"update_id": "900"}', None),
        (b'{"update_id": 99999999999999999999999}', None),
        (b'{"update_id": 900, "message": {"text": 5}}', 900),
        (b'{"update_id": 900, "message": {"message_id": 1, "date": -1, "chat": {"id": 1}}}', 900),
        (b'{"update_id": 900, "message": {"message_id": 1e300, "date": 1, "chat": {"id": 1}}}', 900),
        (b'{"update_id": 900, "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", None),
        (b'{"update_id": 900, "message": "\xff"}', 900),
    ],
)  # fmt: skip
def test_malformed(raw: bytes, update_id: int | None) -> None:
    with pytest.raises(MalformedUpdate) as caught:
        decoded(raw)
    assert caught.value.update_id == update_id == update_id_of(raw)


_names = st.sampled_from(
    ["update_id", "message", "edited_message", "callback_query", "chat", "id", "type", "from", "text", "entities",
     "date", "message_id", "offset", "length", "user", "photo", "file_id", "location", "latitude", "longitude",
     "reply_to_message", "new_chat_members", "sender_chat", "title", "first_name"]
)  # fmt: skip
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from(["private", "group", "supergroup", "mention", "bot_command", "text_mention"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names | st.text(max_size=4), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


def _spoilt(value: Any, path: list[int], new: Any) -> Any:
    """``value`` with what lies at ``path`` replaced."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    if isinstance(value, dict):
        key = sorted(value)[path[0] % len(value)]
        return {**value, key: _spoilt(value[key], path[1:], new)}
    place = path[0] % len(value)
    return [*value[:place], _spoilt(value[place], path[1:], new), *value[place + 1 :]]


@given(st.binary(max_size=60) | _json.map(msgspec.json.encode))
def test_anything_at_all_is_read_or_refused_as_malformed(raw: bytes) -> None:
    with contextlib.suppress(MalformedUpdate):
        decoded(raw)
    assert update_id_of(raw) is not None or chat_of(raw) is None


@given(st.lists(st.integers(0, 20), max_size=6), _json)
def test_a_real_update_with_one_odd_value_is_read_or_refused(path: list[int], odd: Any) -> None:
    text = "😀 @QunbanBot 5栋漏水"
    whole = {
        "update_id": 900,
        "message": message(
            text=text,
            photo=PHOTO,
            entities=[entity(text, "@QunbanBot", "mention"), entity(text, "5栋", "text_mention", user=OURSELVES)],
            reply_to_message=message(text="早"),
            location={"latitude": 1.5, "longitude": 2},
        ),
    }
    raw = msgspec.json.encode(_spoilt(whole, path, odd))
    try:
        found = decoded(raw)
    except MalformedUpdate:
        return
    if isinstance(found, Talk):
        assert len(found.message.text) <= TEXT_LIMIT
