"""Danger told by what has just become of somebody, rule by rule; and what only sounds like it."""

from __future__ import annotations

from functools import lru_cache

import pytest

from routing.catalogue import Urgency
from routing.triage.decision import Decision, Ignore
from routing.triage.engine import Triage
from tests.unit.triage_fixture import packaged_triage

MISHAPS = {
    "gas": [
        "燃气灶忘关了，一开门那个味冲得人往后退",
        "邻居走了，气灶没点着还开着，闻到一股气",
        "接头呲呲漏，抹上肥皂水直冒泡",
    ],
    "elevator": [
        "我爸坐电梯下楼，电梯停半路了，他有高血压",
        "我们在电梯里待了四十分钟，空气越来越闷",
        "电梯门扒开一条缝，外面是墙",
        "电梯猛地一坠，现在停在不知道几楼",
    ],
    "fire": [
        "烧纸把冬青引着了",
        "电缆井里有根管烧得通红，黑烟直冒",
        "对面楼红彤彤的，噼里啪啦响",
        "车棚烧成一片，楼上的人下不来",
    ],
    "electric": [
        "高压线叫吊车挂断了",
        "灯杆底下电线裸露，小狗一碰就死了",
        "吸顶灯打火花，墙都熏黄了",
        "站在水里的人说麻，快把电拉了",
        "几个男娃钻进变压器的围栏里头去了",
        "娃拿铁丝捅到插孔里去了",
    ],
    "medical": [
        "门口骑车的让渣土车卷底下了",
        "小货车冲上人行道撞倒三个人",
        "一声响，骑车的姑娘飞出去好远",
        "面包车侧翻了，学生都在里头哭",
        "轿车钻到大货底下，驾驶室压扁了",
        "工人的腿被叉车挤住了",
        "叉车把小工的脚轧住了",
        "宝宝高烧，眼睛往上翻",
        "爷爷突然一边手脚不听使唤",
        "媳妇怀孕九个月，肚子一阵一阵疼",
        "谁会心肺复苏，球场有人倒了",
        "弟弟把塑料袋套头上了，脸都憋红",
        "孩子脖子让窗帘绳缠住了",
        "吃了野菌子，老汉说看见小人在跳",
        "吃了四季豆，一家人都吐了",
        "托管班吃完饭十几个娃都在吐",
        "细佬饮咗通渠水",
        "井里的气把下去的师傅熏倒了",
        "下污水池清淤，两个人呛晕在管道",
        "罐车翻了，氨水流出来，街上的人喘不上气",
        "妹妹卡在洗衣机里出不来",
        "外甥躲进冰柜打不开了",
        "我弟下河捞球没上来",
        "大棚塌了，里头有干活的",
        "滑坡埋了两个人",
        "路面塌了个洞，一辆车掉进去了",
        "院里窜出一条银环蛇在门口盘着",
        "婴儿床边上有条蛇",
        "蜈蚣咬了手，肿得发黑",
        "野猪冲进小区了",
        "公牛把大爷顶翻了",
        "那狗见谁扑谁",
        "一条狗把小孩往草里拖，叼着衣领",
    ],
    "fall": [
        "娃把头伸出防盗网，半个身子悬在外",
        "楼上小孩趴在防盗窗上，半个身子在外头",
        "小孩在阳台哭着喊妈妈，喊了半个小时没大人",
        "柱子爆开了，钢筋弯了，楼上还有人",
        "楼在晃，墙上裂出个大口子",
    ],
    "violence": [
        "隔壁砸东西，女的喊救我",
        "几个男生围着一个踩头",
        "有个疯子拎着菜刀在楼道转",
        "有人抢了小孩就跑",
        "一帮人拎着钢管追人",
    ],
    "missing": [
        "对门娭毑冇看见出来，敲门冇得回音",
        "陈伯屋里的灯亮了三天，叫门不吭声",
        "帮我去看看我妈，打电话没人接",
        "六楼那个孤老好久没出来晒太阳了，门口有股臭味",
        "同学留言说来生再见，现在电话关机",
        "学校老师说娃被人接走了，我家没人去",
        "手表定位停在河边，孩子喊不应",
    ],
}


@lru_cache(maxsize=1)
def _rules() -> Triage:
    """The triage without anything learned: what its rules say is the same whatever examples there are."""
    packaged = packaged_triage()
    return Triage(packaged.lexicon, packaged.catalogue)


def _urgency(decision: Decision) -> Urgency | None:
    return None if isinstance(decision, Ignore) else decision.urgency


@pytest.mark.parametrize("text", [text for texts in MISHAPS.values() for text in texts])
def test_a_mishap_is_an_emergency_however_oddly_it_is_told(text: str) -> None:
    assert _urgency(_rules().decide(text)) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "肥皂水吹泡泡，孩子们玩得气都喘不匀",
        "业委会开会，我们在电梯门口等了半小时",
        "电梯往下坠了两层才停，现在没人敢坐",
        "炭烧得通红，烤串滋滋响",
        "我的车被三轮车撞了，人不在",
        "道闸杆又让货车撞断了",
        "前轮陷进坑里，人飞出去，膝盖破了皮",
        "娃高烧退了，刚抽血回来",
        "奶奶偏瘫多年，半边手脚抬不起来，想问康复补贴",
        "心肺复苏培训下周六报名",
        "云南的菌子吃了真会看见小人吗",
        "孕妇手册在哪里领",
        "水里一股漂白水味，喝了不舒服",
        "猫躲进衣柜不出来",
        "花坛那边好像有条蛇，带娃的绕开",
        "昨天那条狗把邻居裤子撕了",
        "股市又塌了，埋了两个亲戚",
        "几个人围着一个棋盘踢踏着拖鞋",
        "张奶奶这两天没下来晒太阳，是去女儿家了吧",
        "我妈不接电话，肯定在打麻将",
        "孩子关在家里上网课，吵死了",
        "笑得我喘不上气",
        "触电的感觉就是见到她",
        "外机架子上吊了个鸟窝，奶奶天天看",
        "捡到一串钥匙，挂在保安室窗台上了",
        "吊篮上的师傅没系安全绳，还抽烟",
        "树洞有个马蜂窝，已经有人被蜇了手",
        "配电房的门整天敞着，娃钻进去玩",
    ],
)
def test_what_only_sounds_like_a_mishap_endangers_nobody(text: str) -> None:
    assert _urgency(_rules().decide(text)) is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "楼道来了只橘猫，不怕人，谁家的来领",
        "装修求个木工，打两个柜子",
        "想学羽毛球，六岁娃求个伴",
        "我儿子说长大想当电梯维修师傅",
        "车门锁孔冻住了，浇热水行不",
    ],
)
def test_what_neighbours_ask_one_another_opens_nothing(text: str) -> None:
    assert isinstance(_rules().decide(text), Ignore)


@pytest.mark.parametrize(
    "text",
    [
        "电表箱的烟都出来了，烧得滋滋响",
        "胳膊折了，骨头都出来了，快来人",
    ],
)
def test_what_comes_out_of_a_danger_does_not_end_it(text: str) -> None:
    assert _urgency(_rules().decide(text)) is Urgency.EMERGENCY
