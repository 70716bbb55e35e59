"""How the sandbox reads text and pictures, apart from any server."""

import contextlib
import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.sandbox
from bot.sandbox.failures import BotApiError
from bot.sandbox.files import image_size
from bot.sandbox.formatting import parse_html, utf16_length, with_found
from bot.sandbox.page import page_texts
from bot.sandbox.server import trial_world
from bot.sandbox.world import load_world
from tests.sandbox_server import png

SURROUNDED = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1)


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("plain &lt;b&gt; &amp; &quot;&#39;&#x27;", "plain <b> & \"''", []),
        ("<b>a</b>", "a", [("bold", 0, 1)]),
        ("<strong>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<ins>c</ins><del>d</del>", "cd", [("underline", 0, 1), ("strikethrough", 1, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<b></b>x", "x", []),
        ("  <b> x </b>  ", "x", [("bold", 0, 1)]),
        ('<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("😀<code>x</code>", "😀x", [("code", 2, 1)]),
        ('<a href="http://a.example/?b=1&amp;c=2">x</a>', "x", [("text_link", 0, 1)]),
        ("<B>a</B>", "a", [("bold", 0, 1)]),
        ("&nbsp; &unknown;", "&nbsp; &unknown;", []),
    ],
)
def test_html(source: str, text: str, found: list[tuple[str, int, int]]) -> None:
    read, entities = parse_html(source)
    assert read == text
    assert [(one["type"], one["offset"], one["length"]) for one in entities] == found


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<", "Unclosed start tag at byte offset 0"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
    ],
)
def test_html_that_is_refused(source: str, reason: str) -> None:
    with pytest.raises(BotApiError) as caught:
        parse_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


@given(SURROUNDED)
def test_escaped_text_is_read_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text)) == (text, [])
    read, (entity,) = parse_html(f"<b>{html.escape(text)}</b>")
    assert (read, entity["offset"], entity["length"]) == (text, 0, utf16_length(text))


@given(st.text(st.sampled_from("<>/&;=\"' bai水😀")))
def test_any_text_is_read_or_refused(source: str) -> None:
    """Whatever is written, nothing but Telegram's refusal comes out, and entities stay inside the text."""
    with contextlib.suppress(BotApiError):
        text, entities = parse_html(source)
        assert all(one["offset"] >= 0 and one["offset"] + one["length"] <= utf16_length(text) for one in entities)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start", ["/start"]),
        ("看 /todo@qunban_bot 吧", ["/todo@qunban_bot"]),
        ("3/4 and a/b", []),
        ("@ab @abcde,x@mail.example", ["@abcde"]),
        ("见 https://example.org/a?b=1 #停水", ["https://example.org/a?b=1", "#停水"]),
    ],
)
def test_what_apps_find_by_themselves(text: str, found: list[str]) -> None:
    assert [text[one["offset"] : one["offset"] + one["length"]] for one in with_found(text, [])] == found


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(30, 20), ("image/png", 30, 20)),
        (b"GIF89a\x05\x00\x04\x00\x00\x00", ("image/gif", 5, 4)),
        (
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x14\x00\x1e\x03\x01\x22\x00\x02\x11\x01",
            ("image/jpeg", 30, 20),
        ),
        (b"RIFF0000WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x1d\x00\x00\x13\x00\x00", ("image/webp", 30, 20)),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_sizes_of_pictures(data: bytes, size: tuple[str, int, int] | None) -> None:
    assert image_size(data) == size


@given(st.binary(max_size=64), st.sampled_from([b"", b"\xff\xd8", b"RIFF0000WEBPVP8 ", b"\x89PNG\r\n\x1a\n"]))
def test_no_file_upsets_the_reader(data: bytes, start: bytes) -> None:
    size = image_size(start + data)
    assert size is None or size[1] >= 0


def test_every_refusal_has_words_on_the_page() -> None:
    sources = "".join(path.read_text("utf-8") for path in Path(bot.sandbox.__path__[0]).glob("*.py"))
    codes = set(re.findall(r'PeopleError\(\d+, "(\w+)"\)', sources))
    assert codes
    assert codes <= set(page_texts()["errors"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"token": "secret"}, "NUMBER:SECRET"),
        ({"rooms": [{"chat_id": 5, "title": "x", "kind": "staff", "members": []}]}, "negative"),
        ({"rooms": [{"chat_id": -5, "title": "x", "kind": "staff", "members": [999]}]}, "not among the personas"),
        ({"personas": [{"user_id": 1, "name": "a", "kind": "b"}] * 2, "rooms": []}, "used twice"),
        ({"personas": [{"user_id": 7, "name": "a", "kind": "b"}], "rooms": []}, "cannot be a person"),
        ({"personas": [{"user_id": 1, "kind": "b"}]}, "lacks 'name'"),
    ],
)
def test_a_world_that_does_not_fit_is_refused(change: dict[str, object], reason: str) -> None:
    sound = {"bot_name": "b", "bot_username": "b_bot", "token": "7:x", "personas": [], "rooms": []}
    load_world(sound)
    with pytest.raises(ValueError, match=reason):
        load_world(json.loads(json.dumps(sound | change)))


def test_the_trial_world_has_everybody() -> None:
    world = trial_world()
    assert world.bot_id == 7000000001
    assert {persona.kind for persona in world.personas} == {"resident", "staff"}
    assert sum(room.kind == "residents" for room in world.rooms) == 3
