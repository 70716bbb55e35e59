"""Dangers cried out in a few words, kind by kind, and what only sounds like them."""

from __future__ import annotations

import pytest

from routing.catalogue import Urgency
from routing.triage.decision import Ignore
from tests.unit.triage_fixture import packaged_triage, rules_alone, urgency_of

ALARMS = {
    "gas": [
        "过道里闻得到煤气，味道很浓",
        "一屋子煤气味，灶头没打着",
        "施工的把气管挖断了，嘶嘶跑气",
        "煤气罐倒了，一直在漏",
    ],
    "missing": [
        "孩子不见了，四岁，穿黄衣服",
        "有没有看到我妈，七十多，有点糊涂",
    ],
    "fire": [
        "走水了，后面那排平房",
        "车在烧，南门",
        "楼上阳台着起来了",
        "地下室全是烟",
        "楼道里一堆纸壳子让人点着了",
        "柴油洒了一地，旁边有人抽烟",
        "仓库那边嘭的一声，爆炸了",
    ],
    "electric": [
        "高压线断了",
        "水坑里有电，别过去",
        "插板喷火花",
        "我爸被电打了，手松不开",
    ],
    "elevator": [
        "货梯里关着两个师傅",
        "电梯里有人拍门",
        "电梯夹住娃的手了",
        "电梯井里有人喊",
        "紧急按钮没人应，我们四个在里面",
    ],
    "medical": [
        "小车撞了个骑车的",
        "外卖员被面包车撞飞了",
        "两辆车相撞，有个人腿断了",
        "娃娃把消毒液喝了",
        "一地的血，谁来帮忙按住",
        "被蛇咬了",
        "池塘里有人在挣扎",
        "水上漂着个人",
        "窗外挂着个小孩",
        "冰裂了，孩子掉下去了",
        "地下室进水，里面还有人",
        "墙倒了，底下压着人",
        "吊绳断了一根，师傅悬在半空",
    ],
    "violence": [
        "抓贼啊，往后门跑了",
        "楼上在动刀",
        "有人拿皮带抽小孩，往死里打",
        "有人把女孩往车里拽",
        "喝醉的在踹门，我一个人不敢出声",
    ],
    "fall": [
        "大爷从梯子上摔下来，不动了",
        "有人翻出栏杆，要跳",
        "有人从四楼掉下来了",
        "树断了，砸中一个骑电车的",
        "老奶奶被掉下来的玻璃砸了",
        "有人踩空掉井里了",
    ],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in ALARMS.items() for text in texts])
def test_a_cry_is_an_emergency_by_its_rules(kind: str, text: str) -> None:
    decision = rules_alone().decide(text)
    assert urgency_of(decision) is Urgency.EMERGENCY, decision
    assert not isinstance(decision, Ignore)
    assert kind in decision.dangers


@pytest.mark.parametrize("text", [text for texts in ALARMS.values() for text in texts])
@pytest.mark.parametrize("place", ["", "3栋2单元，", "12号楼 "])
def test_what_was_learned_does_not_talk_it_down(text: str, place: str) -> None:
    assert urgency_of(packaged_triage().decide(place + text)) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "刚才那个冒烟的是剧组在排练",
        "灾难片里大楼全烧起来了",
        "辣得嗓子冒烟",
        "教练说有人溺水该怎么救，讲得好",
        "孩子画的房子着火了，老师夸他",
        "昨天晕倒的大妈已经出院了",
        "火已经扑灭了，大家别来了",
        "梦到自己从楼上掉下来",
        "救命，这蛋糕也太好吃了",
        "电影里那个人被蛇咬了",
        "新闻说外省有辆车自燃了",
        "我妈怕我被骗，天天念叨",
        "钓鱼的时候手机掉水里了",
        "游戏里抓小偷，抓了三个",
        "今天抢到两张票",
        "烟花真好看，砰砰的",
    ],
)
def test_what_only_sounds_like_it_is_no_emergency(text: str) -> None:
    assert urgency_of(packaged_triage().decide(text)) is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "电瓶车停楼道里充电，着火了谁负责",
        "灭火器都过期了，起火了拿什么救",
        "电线垂得低，怕电到人",
        "外墙砖松了，别等砸到人才修",
        "井盖翘着，骑车的差点掉进去",
        "狗没拴，上个月咬过人",
        "5栋外墙要掉砖，底下有人走路",
    ],
)
def test_a_feared_danger_is_urgent_at_most(text: str) -> None:
    assert urgency_of(packaged_triage().decide(text)) in {Urgency.URGENT, Urgency.NORMAL}


def test_who_is_talked_down_calls_nobody() -> None:
    """Where keywords outweigh a rule that names a danger, no number to call is shown."""
    for texts in ALARMS.values():
        for text in texts:
            decision = packaged_triage().decide(f"作文题目：{text}")
            if not isinstance(decision, Ignore) and decision.urgency is not Urgency.EMERGENCY:
                assert decision.dangers == ()


@pytest.mark.parametrize(
    "text", ["3栋1单元119厨房下水道堵了，水往外冒", "1-1-119的门锁坏了", "2栋120室门锁坏了", "5栋2单元110楼道灯不亮"]
)
def test_a_home_with_the_number_of_a_call_for_help_is_a_home(text: str) -> None:
    assert urgency_of(packaged_triage().decide(text)) in {Urgency.NORMAL, Urgency.URGENT}


@pytest.mark.parametrize("text", ["3栋着火了快打119", "2单元着火了，119", "5栋着火119快来", "有人晕倒快打120"])
def test_a_number_that_is_to_be_called_stays_one(text: str) -> None:
    assert urgency_of(packaged_triage().decide(text)) is Urgency.EMERGENCY
