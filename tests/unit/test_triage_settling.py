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
