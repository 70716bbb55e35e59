"""What is said to the bot itself: asides that report nothing, and the answers to its question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.addressed import load_addressed
from routing.addressed import Aside, number_in
from routing.conversation import wishes_no_name

WORDS = load_addressed()


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("你好", Aside.GREETING),
        ("您好！在吗？", Aside.GREETING),
        ("哈囉，大家好呀～", Aside.GREETING),
        ("測試一下", Aside.GREETING),
        ("你好，請問你會什麼", Aside.ABILITIES),
        ("你是机器人吗？怎么用啊", Aside.ABILITIES),
        ("謝謝！", Aside.THANKS),
        ("好的，谢谢师傅", Aside.THANKS),
        ("多谢，你真厉害", Aside.THANKS),
        ("收到👌", Aside.ACCEPTED),
        ("👍", Aside.ACCEPTED),
        ("？？", Aside.ACCEPTED),
        ("不用了，谢谢", Aside.OVER),
        ("你好，我的單子怎麼樣了？", Aside.STATUS),
        ("请问我报的事现在处理得怎么样了", Aside.STATUS),
        ("查一下工单", Aside.STATUS),
        # A matter, a place or a word that urges is none of these.
        ("怎么样了", None),
        ("怎么还没人来", None),
        ("你好，楼道灯坏了", None),
        ("谢谢，修好了", None),
        ("3栋", None),
        ("能不能加两把椅子", None),
        ("你好" * 20, None),
    ],
)
def test_what_is_said_to_the_bot(text: str, aside: Aside | None) -> None:
    assert WORDS.aside_of(text) is aside


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("要", True),
        ("要的，謝謝", True),
        ("是的", True),
        ("登记", True),
        ("麻烦帮我登记一下吧", True),
        ("OK", True),
        ("不用", False),
        ("不用了谢谢", False),
        ("好的，不用了", False),
        ("不需要，我自己处理", False),
        ("先不用", False),
        ("要不要", None),
        ("谢谢", None),
        ("要修", None),
        ("", None),
        ("🙂", None),
        ("3栋2单元", None),
    ],
)
def test_yes_and_no(text: str, agrees: bool | None) -> None:
    assert WORDS.answer_of(text) is agrees


@given(st.text(alphabet="你好谢登记不用要吗a 3栋，", max_size=40))
def test_nobody_says_yes_and_no_at_once_and_more_words_make_it_something_else(text: str) -> None:
    if WORDS.answer_of(text) is not None:
        assert WORDS.answer_of(text + "电梯") is None
    if WORDS.aside_of(text) is not None:
        assert WORDS.aside_of(text + "电梯") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("TD101-01-261123-002", "TD101-01-261123-002"),
        (" td101-01-261123-002 ", "TD101-01-261123-002"),
        ("TD101-261123-1002", "TD101-261123-1002"),
        ("TD101-01-261123-002 好了吗", None),
        ("261123-002", None),
        ("13-2-1002", None),
    ],
)
def test_the_number_of_a_ticket(text: str, number: str | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("匿名", True),
        ("我想匿名举报", True),
        ("可以匿名嗎？", True),
        ("请问能不能匿名投诉一下", True),
        ("匿名举报的人太多", False),
        ("匿名 楼下太吵", False),
        ("我要举报", False),
        ("", False),
    ],
)
def test_the_wish_to_stay_unknown_alone(text: str, wishes: bool) -> None:
    assert wishes_no_name(text) is wishes
