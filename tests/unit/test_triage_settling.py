"""Rules and keywords together: what an address, a cry or talk about one's own papers makes of a matter."""

from __future__ import annotations

import pytest

from routing.catalogue import Urgency
from routing.triage.decision import Ignore, OpenTicket
from tests.unit.triage_fixture import packaged_triage


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("3栋1单元110漏水", "housing.leak"),
        ("1-1-119的门锁坏了", "property.facility"),
        ("5栋2单元的楼道灯不亮", "property.facility"),
        ("233下水道堵了", "housing.drainage"),
        ("4栋2单元118厨房漏水", "housing.leak"),
    ],
)
def test_a_plain_fault_at_a_named_house_is_opened(text: str, service: str) -> None:
    decision = packaged_triage().decide(text)
    assert isinstance(decision, OpenTicket), packaged_triage().explain(text)
    assert decision.service_code == service
    assert decision.urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "家里漏水了，快来人，3栋2单元302",
        "厨房下水道堵了，快来人啊，6-2-301",
        "楼道灯坏了，快来人修修，黑得要命",
        "电梯又坏了快来人啊，爬楼爬死了",
    ],
)
def test_a_fault_cried_out_is_no_emergency(text: str) -> None:
    decision = packaged_triage().decide(text)
    assert isinstance(decision, OpenTicket), packaged_triage().explain(text)
    assert decision.urgency is not Urgency.EMERGENCY, packaged_triage().explain(text)


@pytest.mark.parametrize(
    "text",
    [
        "我户口还没迁回来呢，等考完试再说吧，反正也不急着用",
        "她社保在那边公司交着，回来再转，先不管它",
        "疫苗我早打完了，你们慢慢排队吧哈哈",
    ],
)
def test_talk_about_ones_own_papers_opens_nothing(text: str) -> None:
    assert not isinstance(packaged_triage().decide(text), OpenTicket), packaged_triage().explain(text)


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("楼上漏水到我家了", "不是楼上漏水到我家，我拖地洒的"),
        ("楼道里一股煤气味", "不是煤气味，是我炖的臭豆腐"),
        ("三单元停气了，做不了饭", "没停气啊，我家正炖着肉呢"),
    ],
)
def test_what_is_denied_is_not_asked_about(said: str, denied: str) -> None:
    triage = packaged_triage()
    assert isinstance(triage.decide(said), OpenTicket), triage.explain(said)
    assert isinstance(triage.decide(denied), Ignore), triage.explain(denied)


@pytest.mark.parametrize(
    "text",
    [
        "煤气味没有了",
        "煤气味散了",
        "现在闻不到煤气味了",
        "燃气味消失了",
        "没有煤气味了",
        "楼道里的煤气味散掉了，谢谢大家",
        "家里没有煤气味了，阀门已经关了",
    ],
)
def test_a_smell_that_has_gone_calls_nobody(text: str) -> None:
    assert not isinstance(packaged_triage().decide(text), OpenTicket), packaged_triage().explain(text)


@pytest.mark.parametrize(
    "text",
    [
        "昨天煤气味没有了，今天又有了",
        "煤气味没了又来了",
        "煤气味没有了，可是头晕恶心",
        "煤气味没有了 人倒在地上",
        "煤气味没有了吗？我不敢进屋",
        "煤气味还没散",
        "煤气味散不掉",
        "煤气味散得满楼都是",
        "味道散了一点，还是有煤气味",
        "楼道里一股煤气味，没有人管",
    ],
)
def test_a_smell_that_has_not_gone_does(text: str) -> None:
    decision = packaged_triage().decide(text)
    assert isinstance(decision, OpenTicket), packaged_triage().explain(text)
    assert decision.service_code == "utility.gas"


@pytest.mark.parametrize(
    "text",
    [
        "我妹抑郁，刚发定位在江边，不回话",
        "喷完敌敌畏关窗睡觉，现在手抖流口水",
        "校车走了，我家娃被忘在车里",
    ],
)
def test_a_danger_that_keywords_doubt_is_asked_about(text: str) -> None:
    decision = packaged_triage().decide(text)
    assert not isinstance(decision, Ignore), packaged_triage().explain(text)
    assert decision.urgency is not Urgency.EMERGENCY
