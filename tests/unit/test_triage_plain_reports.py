"""What nobody would misunderstand: short plain reports are opened at once, and plain talk stays talk.

Whatever else triage learns, these must not change.
"""

from __future__ import annotations

import pytest

from routing.triage.decision import Ask, Ignore, OpenTicket
from tests.town import triage

REPORTS = {
    "property.elevator": ["3栋电梯坏了", "2单元电梯停了不动", "电梯按键没反应，修一下", "電梯壞了沒人修"],
    "property.facility": ["单元门锁坏了，关不上", "5栋3单元楼道灯坏了不亮", "1、楼道灯不亮", "门禁刷卡没反应，进不去"],
    "property.cleaning": ["我们楼道好久没人打扫了，脏得很"],
    "utility.water": ["我们楼停水了", "5栋停水了，一滴水都没有", "我家自来水发黄，不敢喝"],
    "utility.power": ["1栋停电了", "整栋楼都停电了，什么时候来电"],
    "utility.gas": ["3栋楼道好大的燃气味，快来人", "我家停气了，打不着火"],
    "utility.heating": ["暖气不热，家里才十五度", "我家暖气片是凉的，没人管吗"],
    "housing.leak": ["我家厨房漏水了", "楼上漏水漏到我家天花板了", "2栋1单元301卫生间顶上漏水"],
    "housing.drainage": ["2幢下水道堵了", "3栋楼下下水道堵了，污水往外冒", "化粪池满了，粪水流出来了"],
    "environment.garbage": ["垃圾桶满得都溢出来了，没人来清运", "北门垃圾堆成山了没人拉"],
    "environment.noise": ["楼上半夜装修吵死了，能不能管管", "广场舞音响太吵了，孩子没法写作业"],
    "traffic.streetlight": ["3栋楼下的路灯坏了不亮"],
    "traffic.manhole": ["2栋楼下井盖破了，差点摔跤"],
    "traffic.parking": ["有车堵在单元门口，人都过不去"],
    "safety.fire": ["消防通道被车堵死了", "5栋着火了，快打119"],
    "safety.falling": ["楼上又往下扔垃圾，差点砸到人", "2栋外墙瓷砖松动要掉下来了，底下有人走路"],
    "service.residence": ["居住证怎么办理，要带什么材料"],
    "service.insurance": ["请问医保怎么缴费"],
}

TALK = [
    "早上好",
    "收到",
    "谢谢大家",
    "晚上一起散步不",
    "今天天气真好",
    "哈哈哈哈",
    "周末去爬山吗",
    "手机没电了先不聊",
    "孩子考试考得不错",
    "中午吃啥",
    "这个电视剧太垃圾了",
    "不是漏水，是空调水",
    "修好了，谢谢师傅",
    "【停水通知】因管网检修，明日9时至17时停水，请各位业主提前储水",
    "出售二手电动车一辆，九成新，有意私聊",
    "如果停电了我就点蜡烛",
    "大家晚上好，明天谁一起跳广场舞？",
    "怎么还没人来",
]


@pytest.mark.parametrize(("service", "text"), [(code, text) for code, texts in REPORTS.items() for text in texts])
def test_plain_reports_are_opened(service: str, text: str) -> None:
    decision = triage().decide(text)
    assert isinstance(decision, OpenTicket), decision
    assert decision.service_code == service


@pytest.mark.parametrize("text", TALK)
def test_plain_talk_opens_nothing(text: str) -> None:
    assert not isinstance(triage().decide(text), OpenTicket)


@pytest.mark.parametrize("text", TALK[:15])
def test_plain_talk_is_not_asked_about(text: str) -> None:
    decision = triage().decide(text)
    assert isinstance(decision, Ignore) or not isinstance(decision, Ask)
