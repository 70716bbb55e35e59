"""The papers of a ticket, and what is kept of questions that nothing answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.guide.checklist import Appointment, Checklist, Half, Paper, checklist_of, halves, ticked, written
from routing.guide.items import ServiceItem
from routing.guide.promises import promises_kept
from routing.guide.questions import LONGEST_QUESTION, masked_question
from routing.rates import Rate
from routing.ticket_events import EventKind, TicketEvent

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DUE = NOON + timedelta(days=1)
ITEM = ServiceItem("permit", "居住证办理", "service.residence", ("居住证",), documents=("身份证", "照片"))


def test_a_list_begins_with_nothing_received() -> None:
    papers = checklist_of(ITEM)
    assert papers.papers == (Paper("身份证"), Paper("照片"))
    assert (papers.received, papers.is_complete, papers.complete_at) == (0, False, None)


def test_the_last_paper_completes_it_and_a_missing_one_undoes_that() -> None:
    papers = ticked(checklist_of(ITEM), 1, NOON, DUE)
    assert (papers.received, papers.complete_at) == (1, None)
    complete = ticked(papers, 0, NOON, DUE)
    assert (complete.is_complete, complete.complete_at, complete.due_before) == (True, NOON, DUE)
    again = ticked(complete, 0, NOON, DUE)
    assert (again.is_complete, again.complete_at, again.due_before) == (False, None, None)


def test_a_list_without_papers_is_never_complete() -> None:
    assert not Checklist("meal", "助餐", ()).is_complete


def test_promises_are_kept_or_broken_or_not_given() -> None:
    def event(ticket_id: int, kind: EventKind, minute: int, **data: object) -> TicketEvent:
        return TicketEvent(ticket_id, kind, NOON + timedelta(minutes=minute), data=data)

    due = {"due": (NOON + timedelta(minutes=8)).isoformat()}
    ticked_, done = EventKind.PAPERS_TICKED, EventKind.RESOLVED
    kept = [event(1, ticked_, 0, **due), event(1, done, 8)]
    broken = [event(2, ticked_, 0, **due), event(2, done, 9)]
    incomplete = [event(3, ticked_, 0, **due), event(3, ticked_, 1), event(3, done, 2)]
    without = [event(4, done, 1)]
    open_still = [event(5, ticked_, 0, **due)]
    assert promises_kept([*kept, *broken, *incomplete, *without, *open_still]) == Rate(1, 2)
    assert promises_kept([]) == Rate(0, 0)


def test_there_is_no_paper_behind_the_last() -> None:
    with pytest.raises(IndexError):
        ticked(checklist_of(ITEM), 2, NOON, DUE)


@given(st.lists(st.integers(0, 1), max_size=12))
def test_a_paper_is_received_when_it_was_ticked_an_odd_number_of_times(presses: list[int]) -> None:
    papers = checklist_of(ITEM)
    for index in presses:
        papers = ticked(papers, index, NOON, DUE)
    assert [paper.received for paper in papers.papers] == [presses.count(index) % 2 == 1 for index in (0, 1)]
    assert (papers.complete_at is not None) is papers.is_complete


def test_appointments_are_half_days() -> None:
    days = [date(2026, 11, 24), date(2026, 11, 25)]
    assert [written(one) for one in halves(days)] == ["1124am", "1124pm", "1125am", "1125pm"]
    assert halves(days)[1] == Appointment(date(2026, 11, 24), Half.AFTERNOON)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "我是3栋2单元502的王秀英阿姨，电话13812345678，骨灰存放怎么办",
            "我是×栋×单元×的×阿姨，电话×，骨灰存放怎么办",
        ),
        ("我叫张三丰，住5-2-301，殡葬补贴在哪办", "我叫××，住×，殡葬补贴在哪办"),
        ("@唐丽 請問養老機構補貼怎麼辦", "@… 请问养老机构补贴怎么办"),
        ("身份证512534196001011234能查吗", "身份证×能查吗"),
        ("80岁老人有什么优惠", "80岁老人有什么优惠"),
        ("李老师和陈大爷想问老年大学怎么报", "×老师和×大爷想问老年大学怎么报"),
    ],
)
def test_what_could_name_somebody_is_masked(text: str, kept: str) -> None:
    assert masked_question(text) == kept


def test_a_question_is_kept_short() -> None:
    assert len(masked_question("怎么办" * 500)) == LONGEST_QUESTION
