"""How a message of the product looks on Telegram."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.callbacks import Press, carried_by
from bot.telegram.render import CAPTION_UNITS, TEXT_UNITS, cut, html_of, keyboard_of, plain, units_of
from routing.outgoing import Button, Content
from routing.ticket import Action


def visible(markup: str) -> str:
    """What a reader sees of the two tags that are ever used."""
    return html.unescape(re.sub(r"</?b>", "", markup))


def test_the_title_is_bold_and_everything_is_escaped() -> None:
    content = Content(title="工单 <1>", lines=("王某 & 李某：<b>别</b>", "第二行"))
    assert html_of(content) == "<b>工单 &lt;1&gt;</b>\n王某 &amp; 李某：&lt;b&gt;别&lt;/b&gt;\n第二行"
    assert plain(content) == "工单 <1>\n王某 & 李某：<b>别</b>\n第二行"


@pytest.mark.parametrize(
    ("content", "markup"),
    [
        (Content(title="好"), "<b>好</b>"),
        (Content(lines=("好", "", "的")), "好\n\n的"),
        (Content(), ""),
    ],
)
def test_parts_may_be_missing(content: Content, markup: str) -> None:
    assert html_of(content) == markup


@pytest.mark.parametrize(
    ("text", "units", "result"),
    [
        ("漏水了", 3, "漏水了"),
        ("漏水了", 2, "漏…"),
        ("😀😀", 4, "😀😀"),
        ("😀😀", 3, "😀…"),
        ("😀😀", 2, "…"),
        ("漏水", 1, "…"),
        ("漏水", 0, ""),
        ("漏水", -5, ""),
    ],
)
def test_cutting_counts_utf16_units(text: str, units: int, result: str) -> None:
    assert cut(text, units) == result


_words = st.text(st.sampled_from("漏水<>&\"'a😀𠮷\n"), max_size=60)


@given(_words, st.lists(_words, max_size=4).map(tuple), st.integers(1, 80))
def test_what_is_seen_fits_and_is_what_was_written(title: str, lines: tuple[str, ...], units: int) -> None:
    content = Content(title=title, lines=lines)
    markup = html_of(content, units)
    seen = visible(markup)
    assert units_of(seen) <= units
    assert len(seen.encode("utf-16-le")) // 2 == units_of(seen)
    if units_of(plain(content)) <= units:
        assert seen == plain(content)
    without_tags = re.sub(r"</?b>|&(lt|gt|amp);", "", markup)
    assert not set(without_tags) & {"<", ">", "&"}


def test_the_limits_are_telegrams() -> None:
    long = Content(title="题", lines=("长" * 5000,))
    assert units_of(visible(html_of(long))) == TEXT_UNITS == 4096
    assert units_of(visible(html_of(long, CAPTION_UNITS))) == 1024


def test_buttons_carry_what_they_do() -> None:
    keyboard = keyboard_of(((Button("认领", Action.CLAIM, 17),), (), (Button("转派", Action.TRANSFER, 17, "to-5"),)))
    assert keyboard is not None
    assert [[(button.text, button.callback_data) for button in row] for row in keyboard.inline_keyboard] == [
        [("认领", "p:claim:17:")],
        [("转派", "p:transfer:17:to-5")],
    ]
    assert Press.unpack("p:transfer:17:to-5") == Press(action="transfer", subject=17, argument="to-5")


def test_no_buttons_no_keyboard() -> None:
    assert keyboard_of(()) is None
    assert keyboard_of(((),)) is None


@pytest.mark.parametrize("action", list(Action))
def test_the_longest_button_fits(action: Action) -> None:
    data = carried_by(Button("按", action, 2**63 - 1, "x" * 20))
    assert len(data.encode()) <= 64
    assert Press.unpack(data) == Press(action=action, subject=2**63 - 1, argument="x" * 20)


@pytest.mark.parametrize(("argument", "why"), [("x" * 60, "too long"), ("中" * 20, "too long"), ("a:b", "Separator")])
def test_a_button_that_cannot_be_carried_is_refused(argument: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        carried_by(Button("按", "claim", 1, argument))
