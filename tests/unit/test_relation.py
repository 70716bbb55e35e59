"""Where a message belongs, as a table over what is open in the group."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.catalogue import AppealType, Urgency
from routing.message import Attachment, IncomingMessage
from routing.place import Place
from routing.relation import (
    AddReporter,
    Append,
    Contradict,
    KnownTicket,
    Leave,
    Open,
    OpenAlike,
    ProposeClose,
    Relation,
    Urge,
    relate,
)
from routing.ticket import Status, Ticket
from routing.triage.decision import Decision, Ignore, OpenTicket
from tests.unit.district import CONVERSATION as RULES
from tests.unit.staffed_ticket import NOW, TICKET

ANNA, BO = 1, 2


def ticket(service: str = "property.elevator", *, by: int = ANNA, age: float = 1, **more: Any) -> Ticket:
    """A ticket of the group, ``age`` minutes old."""
    created_at = NOW - timedelta(minutes=age)
    return replace(
        TICKET, service_code=service, reporter_id=by, created_at=created_at, **{"text": "电梯坏了不动", **more}
    )


def said(text: str, *, by: int = ANNA, photo: bool = False) -> IncomingMessage:
    return IncomingMessage(
        platform="telegram",
        update_id=1,
        chat_id=-1,
        chat_kind="group",
        thread_id=None,
        message_id=10,
        sender_id=by,
        sender_name="x",
        sent_at=NOW,
        text=text,
        attachments=(Attachment("photo", "f"),) if photo else (),
    )


def opens(service: str = "property.elevator", place: Place | None = None) -> OpenTicket:
    return OpenTicket(service, AppealType.HELP, Urgency.NORMAL, 1.0, place=place)


def known(*tickets: Ticket, writer: int) -> list[KnownTicket]:
    return [KnownTicket(one, one.reporter_id == writer, one.created_at) for one in tickets]


ALARM = replace(opens("service.elderly"), urgency=Urgency.EMERGENCY)
QUESTION = ticket("service.elderly", appeal_type=AppealType.CONSULT, text="老年活动中心怎么办卡")
PLEA = ticket("service.elderly", appeal_type=AppealType.HELP, text="老人没人照看")
THREE, FIVE, SQUARE = Place(building="3"), Place(building="5"), Place(spot="小广场")
LIFT = ticket()
LIFT_3 = ticket(place=THREE)
LIFT_5 = ticket(place=FIVE)
WATER_3 = ticket("utility.water", place=THREE)
LEAK = ticket("housing.leak")


@pytest.mark.parametrize(
    ("message", "decision", "open_tickets", "expected"),
    [
        (said("电梯坏了"), opens(), [], Open()),
        (said("早上好"), Ignore(), [LIFT], Leave()),
        (said("电梯还是不动"), opens(), [LIFT], Append(LIFT)),
        (said("5栋电梯坏了"), opens(place=FIVE), [LIFT_3], Open()),
        (said("老人摔倒了"), ALARM, [QUESTION], Open()),
        (said("老人摔倒了"), ALARM, [PLEA], Append(PLEA)),
        (said("在3栋"), Ignore(place=THREE), [LIFT], Append(LIFT)),
        (said("在小广场靠近东门的健身器材那里"), Ignore(place=SQUARE), [LIFT], Append(LIFT)),
        (said("小广场那边"), Ignore(place=SQUARE), [LIFT], Append(LIFT)),
        (said("转发：小广场周六有活动，欢迎大家参加"), Ignore(place=SQUARE), [LIFT], Leave()),
        (said("", photo=True), Ignore(), [LIFT], Append(LIFT)),
        (said("", photo=True), Ignore(), [ticket(age=30)], Leave()),
        (said("说错了，是5栋"), Ignore(place=FIVE), [LIFT_3], Append(LIFT_3, corrects=True)),
        (said("垃圾没人清"), opens("environment.garbage"), [LIFT], Open()),
        (said("怎么还没人来"), Ignore(), [LIFT], Urge(LIFT)),
        (said("怎么还没人来"), opens("property.security"), [LIFT], Urge(LIFT)),
        (said("垃圾怎么还没人来清"), opens("environment.garbage"), [LIFT], Open()),
        (said("怎么还没人来", by=BO), Ignore(), [LIFT], Leave()),
        (said("好了"), Ignore(), [LIFT], ProposeClose(LIFT)),
        (said("好了", by=BO), Ignore(), [LIFT], Leave()),
        (said("3栋的好了"), Ignore(place=THREE), [LIFT_5, LIFT_3], ProposeClose(LIFT_3)),
        (said("3栋的还没好"), Ignore(place=THREE), [LIFT_5, LIFT_3], Urge(LIFT_3)),
        (said("3栋的好了"), Ignore(place=THREE), [LIFT_5], Leave()),
        (said("来水了"), Ignore(), [LIFT], Leave()),
        (said("来水了"), Ignore(), [LIFT, WATER_3], ProposeClose(WATER_3)),
        (said("没修好"), Ignore(), [LIFT], Urge(LIFT)),
        (
            said("没修好"),
            Ignore(),
            [replace(LIFT, status=Status.RESOLVED)],
            Contradict(replace(LIFT, status=Status.RESOLVED)),
        ),
        (said("+1", by=BO), Ignore(), [LIFT], AddReporter(LIFT)),
        (said("+1", by=BO), Ignore(), [], Leave()),
        (said("+1", by=BO), Ignore(), [ticket(age=121)], Leave()),
        (said("5栋也是", by=BO), Ignore(place=FIVE), [LIFT_3], OpenAlike(LIFT_3)),
        (said("5栋也是", by=BO), Ignore(place=FIVE), [WATER_3], AddReporter(WATER_3)),
        (said("3栋电梯坏了", by=BO), opens(place=THREE), [LIFT_3], AddReporter(LIFT_3)),
        (said("5栋电梯坏了", by=BO), opens(place=FIVE), [LIFT_3], Open()),
        (said("5栋停水了", by=BO), opens("utility.water", FIVE), [WATER_3], AddReporter(WATER_3)),
        (said("我家漏水", by=BO), opens("housing.leak"), [LEAK], Open()),
        (said("3栋电梯坏了", by=BO), opens(place=THREE), [ticket(place=THREE, age=25 * 60)], Open()),
    ],
)
def test_table(message: IncomingMessage, decision: Decision, open_tickets: list[Ticket], expected: Relation) -> None:
    found = relate(message, decision, known(*open_tickets, writer=message.sender_id), RULES, now=NOW)
    assert found == expected


@pytest.mark.parametrize(
    ("message", "decision", "expected"),
    [
        (said("我家也是", by=BO), Ignore(), AddReporter(LIFT)),
        (said("我家也打不开", by=BO), Ignore(), AddReporter(LIFT)),
        (said("就是3栋那个", by=BO), Ignore(place=THREE), Append(LIFT)),
        (said("哈哈", by=BO), Ignore(), Leave()),
        (said("哈哈"), Ignore(), Leave()),
        (said("什么时候能修"), Ignore(), Urge(LIFT)),
        (said("可以了"), Ignore(), ProposeClose(LIFT)),
        (said("垃圾也没人清"), opens("environment.garbage"), Open()),
    ],
)
def test_an_answer_says_which_ticket_it_means(message: IncomingMessage, decision: Decision, expected: Relation) -> None:
    other = ticket("utility.water", age=0)
    open_tickets = known(other, LIFT, writer=message.sender_id)
    assert relate(message, decision, open_tickets, RULES, answered=LIFT, now=NOW) == expected


@given(
    st.text(max_size=30),
    st.sampled_from([Ignore(), Ignore(place=THREE), opens(), opens("utility.water", FIVE), opens("other")]),
    st.lists(
        st.builds(
            lambda service, by, status, age: ticket(service, by=by, age=age, status=status),
            st.sampled_from(["property.elevator", "utility.water", "housing.leak"]),
            st.sampled_from([ANNA, BO]),
            st.sampled_from(Status),
            st.integers(0, 3000),
        ),
        max_size=4,
    ),
)
def test_nothing_is_done_to_tickets_that_are_over(text: str, decision: Decision, tickets: list[Ticket]) -> None:
    found = relate(said(text), decision, known(*tickets, writer=ANNA), RULES, now=NOW)
    if isinstance(found, Append | AddReporter | OpenAlike | Urge):
        assert found.ticket.is_open
    if isinstance(found, ProposeClose | Contradict | Urge):
        assert found.ticket.reporter_id == ANNA
        assert found.ticket.status is not Status.WITHDRAWN
