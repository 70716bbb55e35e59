"""Which messages are needs: by what triage makes of them, never what complains of something that is there."""

from __future__ import annotations

import pytest

from routing.triage.decision import Ignore
from tests.town import configuration, triage

RULES = configuration().needs

NEEDS = [
    ("能不能在3栋楼下装几张长椅", "seating"),
    ("希望社区办个暑期书法班", "lessons"),
    ("建议设个阅览室", "reading"),
    ("小区要是有个读书角就好了", "reading"),
    ("社区能不能组织免费理发", "elderly"),
    ("希望有个老年食堂", "elderly"),
    ("建议建个篮球场", "sports"),
    ("希望增設快遞櫃", "convenience"),
    ("小区里能不能有个乒乓球台", "sports"),
    ("希望周末办个亲子活动", "children"),
]

NO_NEEDS = [
    "楼下长椅坏了能不能修一下",
    "长椅被人占了建议管管",
    "图书室几点开门",
    "阅览室太吵了希望管一下",
    "我想买个书架",
    "昨天看的露天电影真好看",
    "晚上去看书的地方吃饭",
    "建议把路灯换成声控的",
    "建议每月开一次业主大会",
    "篮球场旁边的井盖松动了",
    "希望物业把3栋的电梯修好",
]


@pytest.mark.parametrize(("text", "kind"), NEEDS)
def test_what_is_wanted_and_nobody_owes_is_a_need(text: str, kind: str) -> None:
    matter = triage().decide(text)
    assert not isinstance(matter, Ignore)
    assert RULES.is_need(text, matter)
    assert RULES.kind_of(text) == kind


@pytest.mark.parametrize("text", NO_NEEDS)
def test_what_somebody_owes_or_nobody_wants_is_none(text: str) -> None:
    matter = triage().decide(text)
    assert isinstance(matter, Ignore) or not RULES.is_need(text, matter)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("可以捐两张长椅", "seating"),
        ("退休教师，周末可以教书法班", "lessons"),
        ("免费理发，每月一次", "elderly"),
        ("理发店旁边有活动室", "space"),
        ("随便聊聊", ""),
        ("", ""),
    ],
)
def test_the_longest_words_tell_the_kind(text: str, kind: str) -> None:
    assert RULES.kind_of(text) == kind


@pytest.mark.parametrize("text", ["+1", "我也想要", "我也想要！", "支持👍", "＋１", "我們樓也要", "舉雙手支持"])
def test_me_too(text: str) -> None:
    assert RULES.says_me_too(text)


@pytest.mark.parametrize("text", ["我也想要回家了", "支持国货", "好的", "", "+1楼的灯坏了", "想要" * 20])
def test_not_me_too(text: str) -> None:
    assert not RULES.says_me_too(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("能不能在3栋楼下装几张长椅", "3栋楼下装几张长椅吧", True),
        ("希望社区办个暑期书法班", "建议办个书法班", True),
        ("希望社区办个暑期书法班", "想学跳广场舞，开个舞蹈班", False),
    ],
)
def test_the_same_need_in_other_words(one: str, other: str, same: bool) -> None:
    assert RULES.is_same(one, "x", other, "x") is same
    assert not RULES.is_same(one, "x", other, "y")
