"""What people say about a known matter: a table of words, and what must not be taken for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import load_catalogue
from config.conversation import load_conversation
from config.errors import ConfigError
from routing.followup import LONGEST, Following, FollowUp, follow_up_of, plain, tells_where
from routing.place import Place
from tests.unit.district import CONVERSATION as RULES


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+1", FollowUp.JOIN),
        ("＋１", FollowUp.JOIN),
        ("我家也是！！", FollowUp.JOIN),
        ("我家也是😭😭", FollowUp.JOIN),
        ("我們這邊也是", FollowUp.JOIN),
        ("4栋2单元也是", FollowUp.JOIN),
        ("同问同问", FollowUp.JOIN),
        ("我们这栋也没水", FollowUp.ALSO),
        ("怎么还没人来？", FollowUp.URGE),
        ("怎麼還沒人來", FollowUp.URGE),
        ("修好了吗", FollowUp.URGE),
        ("修好了没", FollowUp.URGE),
        ("好了好了", FollowUp.DONE),
        ("来电了", FollowUp.DONE),
        ("谢谢师傅，修好了", FollowUp.DONE),
        ("好了好了，来水了", FollowUp.DONE),
        ("修好了，辛苦了", FollowUp.DONE),
        ("6栋的好了", FollowUp.DONE),
        ("二单元那边的修好了，谢谢", FollowUp.DONE),
        ("没修好", FollowUp.UNDONE),
        ("我们6栋的还没好", FollowUp.UNDONE),
        ("又坏了", FollowUp.UNDONE),
        ("说错了，是5栋", FollowUp.CORRECT),
        ("都三天了", FollowUp.DETAIL),
        ("哈哈哈", None),
        ("1", None),
        ("11", None),
        ("收到", None),
        ("谢谢", None),
        ("辛苦了", None),
        ("", None),
        ("👍", None),
        ("我好了，出门吧，等下楼下见，我先去取个快递再去买菜，然后我们一起坐车去接孩子放学吧好不好呀", None),
    ],
)
def test_kinds(text: str, kind: FollowUp | None) -> None:
    found = follow_up_of(text, RULES.words)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize("place", ["3号楼", "A栋", "三幢", "3座", "2单元", "18楼", "十二层", "4栋2单元", "3號樓"])
def test_who_says_where_they_live_joins_as_without_it(place: str) -> None:
    assert follow_up_of(f"{place}也是", RULES.words) == Following(FollowUp.JOIN)


@pytest.mark.parametrize(
    ("text", "place", "tells"),
    [
        ("3栋的王阿姨在不在，你家快递到了放在门卫那里了", Place(building="3"), True),
        ("小广场", Place(spot="小广场"), True),
        ("小广场那边的，麻烦", Place(spot="小广场"), True),
        ("就是菜市场出来左手边第二个巷子口", Place(spot="菜市场"), True),
        ("在我們小區南門右手邊的花壇旁邊", Place(spot="南門"), True),
        ("谁有菜市场的停车票多一张", Place(spot="菜市场"), False),
        ("转发：河边周六有活动，欢迎参加", Place(spot="河边"), False),
        ("下班路上好堵啊真是的", Place(spot="路上"), False),
        ("老地方旁边那排健身器材往右走", Place(spot="小广场"), True),
        ("什么也没有", Place(), False),
    ],
)
def test_a_spot_that_is_named_in_passing_is_no_address(text: str, place: Place, tells: bool) -> None:
    assert tells_where(text, place) is tells


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("来水了", "utility.water"),
        ("有電了", "utility.power"),
        ("暖气热了", "utility.heating"),
        ("6栋电梯好了", "property.elevator"),
        ("好了", None),
    ],
)
def test_what_works_again_may_tell_the_service(text: str, service: str | None) -> None:
    assert follow_up_of(text, RULES.words) == Following(FollowUp.DONE, service)


@given(st.text(max_size=120))
def test_any_text_is_read_and_long_ones_tell_their_own_story(text: str) -> None:
    found = follow_up_of(text, RULES.words)
    assert found == follow_up_of(text, RULES.words)
    if len(text) > LONGEST:
        assert found is None
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("join: 120", "join: 0", "not above zero"),
        ("join: 120", "join: soon", "no number"),
        ("shared:\n", "shared:\n  - property.spaceship\n", "no service or group"),
        ("    utility.power: 来电了", "    utility.steam: 来电了", "no service"),
        ("similarity: 62\n", "", "'similarity' is missing"),
        ("similarity: 62", "similarity: 62\nsimilarly: 3", "unknown key"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, reason: str) -> None:
    from config.conversation import PACKAGED

    text = PACKAGED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "conversation.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_conversation(load_catalogue(), path)
    assert reason in refused.value.reason
