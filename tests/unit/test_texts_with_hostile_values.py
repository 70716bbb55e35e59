"""Every sentence of the product filled with what somebody may write to break it: the words stay words."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from bot.telegram.render import CAPTION_UNITS, TEXT_UNITS, html_of, plain, units_of
from routing.outgoing import Content
from routing.script import Script
from routing.texts import fields_of
from tests.hostile import HOSTILE, LONG
from tests.town import configuration

TEXTS = configuration().texts


class Reader(HTMLParser):
    """What the platform makes of markup: the text, and the tags."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", list[str]()
        self.feed(markup)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert attrs == []


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_every_sentence_carries_it_and_nothing_more(value: str) -> None:
    # Cutting 64 KB is the same for every sentence, and takes its time.
    for key in list(TEXTS)[:: 40 if value is LONG else 1]:
        fields = fields_of(TEXTS._simplified[key])
        said = TEXTS.say(key, Script.HANS, **dict.fromkeys(fields, value))
        assert said.count(value) >= len(fields), key
        TEXTS.say(key, Script.HANT, **dict.fromkeys(fields, value))
        for content in (Content(title=said, lines=("说明", said)), Content(lines=(said,))):
            for units in (TEXT_UNITS, CAPTION_UNITS):
                read = Reader(html_of(content, units))
                assert read.tags == ["b"] * bool(content.title), key
                assert units_of(read.text) <= units, key
                if units_of(plain(content)) <= units:
                    assert read.text == plain(content), key
                else:
                    assert plain(content).startswith(read.text.removesuffix("…")[:100]), key
