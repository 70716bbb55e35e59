"""Suggestions and votes: how much support obliges, what a vote's command says, and how voices are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.bundle import load_configuration
from routing.catalogue import AppealType
from routing.moments import moment_of, seems_moment
from routing.vote import (
    Ballot,
    Tally,
    Vote,
    VoteCall,
    VoteEndUnclear,
    VoteMalformed,
    VoteOver,
    VoteState,
    parse_call,
    require_length,
    require_open,
    tally,
)
from tests.contract.samples import ticket

SHANGHAI = ZoneInfo("Asia/Shanghai")
COUNCIL = load_configuration().council
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)  # A Monday.


@pytest.mark.parametrize(
    ("households", "needed"), [(None, 5), (0, 5), (100, 5), (500, 5), (501, 6), (412, 5), (1200, 12), (9000, 50)]
)
def test_how_many_supporters_oblige(households: int | None, needed: int) -> None:
    assert COUNCIL.support.threshold(households) == needed


def test_a_share_of_nothing_leaves_the_number() -> None:
    assert replace(COUNCIL.support, share=0).threshold(5000) == 5


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_households_never_ask_for_less_support(one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    assert COUNCIL.support.least <= COUNCIL.support.threshold(fewer) <= COUNCIL.support.threshold(more)
    assert COUNCIL.support.threshold(more) <= COUNCIL.support.most


@pytest.mark.parametrize(
    ("appeal", "service", "group", "collects"),
    [
        (AppealType.SUGGESTION, "civic.suggestion", -5, True),
        (AppealType.SUGGESTION, "civic.suggestion", None, False),
        (AppealType.SUGGESTION, "property.elevator", -5, False),
        (AppealType.COMPLAINT, "civic.suggestion", -5, False),
    ],
)
def test_which_tickets_collect_support(appeal: AppealType, service: str, group: int | None, collects: bool) -> None:
    made = ticket(appeal_type=appeal, service_code=service, group_chat_id=group)
    assert COUNCIL.support.collects(made) is collects


def is_time(written: str) -> bool:
    return moment_of(written, NOW, SHANGHAI, by_default=COUNCIL.votes.ends_at) is not None


@pytest.mark.parametrize(
    ("written", "call"),
    [
        ("装不装门禁 | 装 | 不装", VoteCall("装不装门禁", ("装", "不装"), Ballot.ANONYMOUS, "")),
        ("装不装门禁|装|不装|3天", VoteCall("装不装门禁", ("装", "不装"), Ballot.ANONYMOUS, "3天")),
        ("装不装｜装｜不装｜明天18:00｜记名", VoteCall("装不装", ("装", "不装"), Ballot.NAMED, "明天18:00")),
        ("装不装|装|不装|不记名", VoteCall("装不装", ("装", "不装"), Ballot.ANONYMOUS, "")),
        # Options may be times; only what stands last and is not needed as an option is the end.
        ("几点开会|19:00|20:00", VoteCall("几点开会", ("19:00", "20:00"), Ballot.ANONYMOUS, "")),
        ("几点开会|19:00|20:00|明天", VoteCall("几点开会", ("19:00", "20:00"), Ballot.ANONYMOUS, "明天")),
        ("题|甲||乙", VoteCall("题", ("甲", "乙"), Ballot.ANONYMOUS, "")),
    ],
)
def test_calls(written: str, call: VoteCall) -> None:
    assert parse_call(written, COUNCIL.votes, is_time=is_time, seems_time=seems_moment) == call


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("", "title"),
        ("|甲|乙", "title"),
        ("长" * 101 + "|甲|乙", "title"),
        ("题", "options"),
        ("题|甲", "options"),
        ("题|甲|记名", "options"),
        ("题|" + "|".join(map(str, range(1, 10))), "options"),
        ("题|甲|" + "乙" * 41, "option"),
        ("题|甲|甲", "twice"),
    ],
)
def test_calls_that_are_none(written: str, what: str) -> None:
    with pytest.raises(VoteMalformed) as refused:
        parse_call(written, COUNCIL.votes, is_time=is_time, seems_time=seems_moment)
    assert refused.value.what == what


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("装不装|装|不装|昨天", "昨天"),
        ("装不装|装|不装|看情况|昨晚8点|记名", "昨晚8点"),
        ("装不装|装|不装|三刻钟", "三刻钟"),
        ("装不装|装|不装|11月31日", "11月31日"),
        ("装不装|装|不装|下个月", "下个月"),
        ("装不装|装|不装|截止11-20", "截止11-20"),
        # What is no time, and what is one among times, is an option.
        ("装不装|装|不装|再说", ""),
        ("打扫几次|一天一次|两天一次|周一打扫", ""),
        ("公示多久|半天|半年|半个月", ""),
        ("哪个数|50|100|200", ""),
    ],
)
def test_an_end_that_cannot_be_read_is_no_option(written: str, end: str) -> None:
    if not end:
        assert len(parse_call(written, COUNCIL.votes, is_time=is_time, seems_time=seems_moment).options) == 3
        return
    with pytest.raises(VoteEndUnclear) as refused:
        parse_call(written, COUNCIL.votes, is_time=is_time, seems_time=seems_moment)
    assert refused.value.written == end


@given(st.text(max_size=60))
def test_a_call_is_read_or_refused(written: str) -> None:
    try:
        call = parse_call(written, COUNCIL.votes, is_time=is_time, seems_time=seems_moment)
    except (VoteMalformed, VoteEndUnclear):
        return
    assert call.title
    assert 2 <= len(call.options) <= COUNCIL.votes.most_options


@pytest.mark.parametrize(("hours", "fits"), [(0.5, False), (1, True), (48, True), (720, True), (721, False)])
def test_how_long_a_vote_may_run(hours: float, fits: bool) -> None:
    if fits:
        require_length(NOW, NOW + timedelta(hours=hours), COUNCIL.votes, "")
    else:
        with pytest.raises(VoteEndUnclear):
            require_length(NOW, NOW + timedelta(hours=hours), COUNCIL.votes, "")


@given(st.lists(st.integers(-2, 6), max_size=40), st.integers(2, 5))
def test_every_valid_voice_counts_once(choices: list[int], options: int) -> None:
    found = tally([str(at) for at in range(options)], choices)
    assert found.total == sum(0 <= choice < options for choice in choices)
    assert all(found.counts[at] == max(found.counts) for at in found.leading)
    assert bool(found.leading) == bool(found.total)
    assert sum(found.percent(at) for at in range(options)) in range(100 - options, 101 + options) or not found.total


def test_a_tie_has_no_single_winner() -> None:
    assert Tally((2, 2, 1)).leading == (0, 1)


def test_a_voice_after_the_end_comes_too_late() -> None:
    vote = Vote(
        1,
        "题",
        ("甲", "乙"),
        Ballot.NAMED,
        VoteState.RUNNING,
        "A",
        "A/",
        "local",
        -1,
        None,
        "唐丽",
        NOW,
        NOW + timedelta(1),
    )
    require_open(vote, vote.closes_at - timedelta(seconds=1))
    for late in (vote.closes_at, vote.closes_at + timedelta(days=1)):
        with pytest.raises(VoteOver):
            require_open(vote, late)
    with pytest.raises(VoteOver):
        require_open(replace(vote, state=VoteState.CANCELLED), NOW)


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("3天", "2026-11-26 10:00"),
        ("48小时", "2026-11-25 10:00"),
        ("两周", "2026-12-07 10:00"),
        ("三个小时", "2026-11-23 13:00"),
        ("明天下午三点", "2026-11-24 15:00"),
        ("周三下午两点半", "2026-11-25 14:30"),
        ("下周一十点", "2026-11-30 10:00"),
        ("十二月一日晚上八点", "2026-12-01 20:00"),
        ("11月二十八号", "2026-11-28 18:00"),
        ("星期三", "2026-11-25 18:00"),
        ("三", None),
        ("1周", "2026-11-30 10:00"),
        ("明天", "2026-11-24 18:00"),
        ("明天18:30", "2026-11-24 18:30"),
        ("明天下午5点半", "2026-11-24 17:30"),
        ("今晚8点", "2026-11-23 20:00"),
        ("今天9点", None),
        ("周五", "2026-11-27 18:00"),
        ("下周一12点", "2026-11-30 12:00"),
        ("11-28", "2026-11-28 18:00"),
        ("11月28日晚上8点", "2026-11-28 20:00"),
        ("12-01 09:05", "2026-12-01 09:05"),
        ("12-1 8:05", "2026-12-01 08:05"),
        ("2027-01-05", "2027-01-05 18:00"),
        ("1月5日", "2027-01-05 18:00"),
        ("2月30日", None),
        ("2026-11-22", None),
        ("25点", None),
        ("18:00", "2026-11-23 18:00"),
        ("0天", None),
        ("随便", None),
        ("", None),
    ],
)
def test_moments_as_people_write_them(written: str, local: str | None) -> None:
    found = moment_of(written, NOW, SHANGHAI, by_default=COUNCIL.votes.ends_at)
    assert found is None or seems_moment(written)
    assert (found and found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")) == local


@given(
    st.text(alphabet="0123456789天小时周月日点:-今明后晚半下一五 ", max_size=14),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_a_moment_is_always_to_come(written: str, later: timedelta) -> None:
    at = NOW + later
    found = moment_of(written, at, SHANGHAI, by_default=COUNCIL.votes.ends_at)
    assert found is None or found > at
