"""Which reports call for volunteers, and what may become of a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import load_catalogue
from config.errors import ConfigError
from config.organisation import load_organisation
from config.volunteers import PACKAGED, load_volunteers
from routing.catalogue import AppealType, Urgency
from routing.staff import Actor, Role, Staff
from routing.ticket import Status
from routing.volunteering import (
    HELP_MOVES,
    OPEN_HELP,
    HelpAction,
    HelpCall,
    HelpDue,
    HelpState,
    IllegalHelpMove,
    Volunteer,
    VolunteerState,
    checked,
    claimed,
    given_back,
    leading_post,
    over,
    rejected,
    reported,
    suitable_kind,
)
from tests.contract.samples import ticket

RULES = load_volunteers(load_organisation(), load_catalogue())
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CALL = HelpCall(1, 5, "bulb", "A/", NOW, NOW + RULES.claim_within, next_check_at=NOW + RULES.claim_within)


@pytest.mark.parametrize(
    ("service", "text", "kind"),
    [
        ("service.elderly", "想找人帮奶奶换个灯泡", "bulb"),
        ("service.elderly", "老人明天复查，没人陪去医院", "doctor"),
        ("other", "发烧下不了楼，谁能帮买药", "errand"),
        ("service.disability", "轮椅太重搬不动，求帮忙抬一下", "carry"),
        ("property.facility", "我家灯泡坏了，够不着", "bulb"),
        ("property.facility", "楼道灯泡坏了，快换灯泡", None),
        ("environment.garbage", "帮忙搬一下楼道的垃圾", None),
        ("service.elderly", "高龄补贴怎么领", None),
        ("service.elderly", "想找人聊聊天，陪伴探望", None),
    ],
)
def test_what_a_report_calls_for(service: str, text: str, kind: str | None) -> None:
    asked = ticket(service_code=service, text=text, appeal_type=AppealType.HELP)
    found = suitable_kind(asked, text, RULES)
    assert (found.code if found else None) == kind
    for other in (
        replace(asked, urgency=Urgency.EMERGENCY),
        replace(asked, appeal_type=AppealType.COMPLAINT),
        replace(asked, status=Status.ARCHIVED),
    ):
        assert suitable_kind(other, text, RULES) is None


@pytest.mark.parametrize("action", HelpAction)
@pytest.mark.parametrize("state", HelpState)
def test_the_table_of_moves(state: HelpState, action: HelpAction) -> None:
    call = replace(CALL, state=state)
    if (state, action) in HELP_MOVES:
        assert call.moved(action) is HELP_MOVES[state, action]
    else:
        with pytest.raises(IllegalHelpMove):
            call.moved(action)
    if state not in OPEN_HELP:
        assert not any((state, one) in HELP_MOVES for one in HelpAction)


def fallen_due(call: HelpCall) -> list[HelpDue]:
    """What the clock says of a call that nobody touches."""
    found: list[HelpDue] = []
    for _ in range(9):
        if call.next_check_at is None:
            return found
        call, due = checked(call, RULES, call.next_check_at)
        found.append(due)
    raise AssertionError("it never ends")


def test_what_falls_due() -> None:
    taken = claimed(CALL, 7, RULES, NOW)
    done = reported(taken, 60, RULES, NOW)
    assert fallen_due(CALL) == [HelpDue.NOBODY_CAME]
    assert fallen_due(taken) == [HelpDue.ASK_VOLUNTEER, HelpDue.NOT_HEARD_OF]
    assert fallen_due(done) == [HelpDue.REMIND_HANDLER, HelpDue.ASK_COMMUNITY]
    assert fallen_due(over(done, HelpAction.CONFIRM, NOW)) == []
    assert checked(CALL, RULES, NOW) == (CALL, HelpDue.NOTHING)


def test_the_way_of_a_call() -> None:
    taken = claimed(CALL, 7, RULES, NOW)
    back = given_back(taken, RULES, NOW + timedelta(hours=3))
    assert (back.state, back.volunteer_id) == (HelpState.OPEN, None)
    assert back.expires_at == NOW + timedelta(hours=3) + RULES.claim_within
    done = reported(taken, 90, RULES, NOW)
    again = rejected(done, RULES, NOW)
    assert (done.minutes, again.minutes, again.state, again.volunteer_id) == (90, 0, HelpState.CLAIMED, 7)
    assert over(done, HelpAction.CONFIRM, NOW).minutes == 90


@given(
    actions=st.lists(
        st.sampled_from(["claim", "back", "report", "reject", "confirm", "withdraw", "tick"]), max_size=30
    ),
    hours=st.lists(st.integers(0, 60), min_size=30, max_size=30),
)
def test_hours_count_only_where_somebody_claimed_reported_and_confirmed(actions: list[str], hours: list[int]) -> None:
    call, now, path = CALL, NOW, list[str]()
    for action, span in zip(actions, hours, strict=False):
        now += timedelta(hours=span)
        try:
            match action:
                case "claim":
                    call = claimed(call, 7, RULES, now)
                case "back":
                    call = given_back(call, RULES, now)
                case "report":
                    call = reported(call, 60, RULES, now)
                case "reject":
                    call = rejected(call, RULES, now)
                case "confirm":
                    call = over(call, HelpAction.CONFIRM, now)
                case "withdraw":
                    call = over(call, HelpAction.WITHDRAW, now)
                case _:
                    call, _ = checked(call, RULES, now)
            path.append(action)
        except IllegalHelpMove:
            continue
    assert (call.volunteer_id is None) <= (call.state in {HelpState.OPEN, HelpState.LAPSED, HelpState.WITHDRAWN})
    if call.state is HelpState.CONFIRMED:
        assert call.minutes == 60
        assert "claim" in path
        assert path.index("claim") < len(path) - path[::-1].index("report") - 1
    elif call.state is not HelpState.REPORTED:
        assert call.minutes == 0
    if call.state not in OPEN_HELP:
        assert call.next_check_at is None


def test_what_somebody_helps_with() -> None:
    anybody = Volunteer(1, 5, "王芳", "A", (), VolunteerState.ACTIVE, NOW)
    assert anybody.helps_with("bulb")
    assert not replace(anybody, kinds=("doctor",)).helps_with("bulb")
    for state in set(VolunteerState) - {VolunteerState.ACTIVE}:
        assert not replace(anybody, state=state).helps_with("bulb")


def test_who_is_in_charge() -> None:
    asked = ticket(assignee_id=3)
    worker = Staff(3, "李芳", Role.GRID_WORKER, "G1")
    for post, leads in (
        (worker, True),
        (Staff(4, "唐丽", Role.COMMUNITY, "D-S1-C1"), True),
        (Staff(5, "某人", Role.GRID_WORKER, "G1"), False),
        (Staff(6, "某人", Role.COMMUNITY, "elsewhere"), False),
    ):
        assert (leading_post(Actor(9, "某人", (post,)), asked, worker) is not None) == leads
    assert leading_post(Actor(9, "居民"), asked, worker) is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("around: community", "around: planet", "no level"),
        ("services: [service, other]", "services: [nothing]", "no service"),
        ("minutes: [30,", "minutes: [9999,", "up to a day"),
        ("{code: phone,", "{code: company,", "written twice"),
        ("most_asked: 20", "most_asked: none", "whole number"),
        ("{code: other, name: 其他帮忙}", "{code: other, name: 其他帮忙, automatic: true}", "needs words"),
    ],
)
def test_a_mistake_is_pointed_at(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = PACKAGED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "volunteers.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_volunteers(load_organisation(), load_catalogue(), path)
    assert reason in refused.value.reason
    assert refused.value.line
