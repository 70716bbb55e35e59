"""How a digest reads, and that no message is ever too long or loses an overdue ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

import config
from bot.services.digest_pages import MESSAGE_UNITS, DigestPages, split, units
from bot.services.wording import Wording
from config.catalogue import load_catalogue
from config.texts import load_texts
from routing.catalogue import Urgency
from routing.digest import Digest, Escalations, OpenCounts, RankedArea, Rates, RedTicket, UnansweredUrge
from routing.digest_schedule import Period
from routing.outgoing import Content
from routing.rates import Rate
from routing.script import Script
from routing.sla import Colour
from routing.standing import ColourChange, Share, Standing, Subject
from routing.ticket import Satisfaction, Status

ZONE = ZoneInfo("Asia/Shanghai")
WORDING = Wording(load_texts([Path(config.__file__).parent / "data"]), load_catalogue(), ZONE)
PAGES = DigestPages(WORDING, ranking_length=3)
END = datetime(2026, 11, 24, 8, 30, tzinfo=ZONE).astimezone(UTC)
EMPTY = Rate(0, 0)
RED = RedTicket(
    number="DX01-261122-003",
    service_code="housing.leak",
    urgency=Urgency.NORMAL,
    place="锦绣苑 3栋2单元",
    holder="王芳",
    status=Status.IN_PROGRESS,
    limit="resolve",
    due_at=END - timedelta(hours=27),
    overdue=timedelta(hours=27),
)
DIGEST = Digest(
    area_code="DX",
    area_name="东兴街道",
    period=Period.DAY,
    start=END - timedelta(days=1),
    end=END,
    new=12,
    resolved=9,
    archived=7,
    open=OpenCounts(green=5, yellow=2, red=1),
    red=(RED,),
    unanswered=(),
    escalations=Escalations(END - timedelta(hours=15), times=3, tickets=2),
    rates=Rates(response=Rate(9, 10), on_time=Rate(8, 9), solved=EMPTY, satisfied=Rate(2, 3), rework=Rate(0, 9)),
    patrol_found=0,
    patrol_solved=0,
    street_ratings={},
    ranking=(
        RankedArea(1, "C1", "河滨社区", 3, 4, 2, 0, Rates(Rate(4, 4), Rate(4, 4), EMPTY, EMPTY, EMPTY)),
        RankedArea(None, "C2", "西林社区", 1, 0, 1, 1, Rates(EMPTY, EMPTY, EMPTY, EMPTY, EMPTY), Colour.RED),
    ),
)


def text_of(contents: tuple[Content, ...]) -> str:
    return "\n".join("\n".join((content.title, *content.lines)) for content in contents)


def test_a_digest_reads_well() -> None:
    (content,) = PAGES.of(DIGEST, Script.HANS)
    assert content.title == "东兴街道 日报"
    assert content.lines == (
        "11-23 08:30 至 11-24 08:30",
        "新增 12 件，办结 9 件，归档 7 件",
        "在办 8 件：🟢正常 5，🟡临期 2，🔴超期 1",
        "上次简报（11-23 17:30）以来升级 3 次，涉及 2 件",
        "",
        "🔴 超期工单 1 件",
        "1. DX01-261122-003 渗漏水｜锦绣苑 3栋2单元",
        "　王芳｜超过办结期限 1天3小时（11-23 05:30 到期）",
        "",
        "办理指标（分子/分母）",
        "签收及时率 90%（9/10）",
        "按期办结率 88.9%（8/9）",
        "解决率 —（0/0）",
        "满意率 66.7%（2/3）",
        "返工率 0%（0/9）",
        "",
        "下级排名（按期办结率，件数少的从严计）",
        "1. 河滨社区：新增 3，办结 4，在办 2，超期 0",
        "　🟢 绿色，按期 100%（4/4），签收 100%（4/4），满意 —（0/0）",
        "— 西林社区：新增 1，办结 0，在办 1，超期 1",
        "　🔴 红色，按期 —（0/0），签收 —（0/0），满意 —（0/0）",
    )


def test_a_quiet_day_says_so() -> None:
    quiet = replace(DIGEST, red=(), open=OpenCounts(), escalations=Escalations(END, 0, 0), ranking=())
    (content,) = PAGES.of(quiet, Script.HANS)
    assert "没有超期工单" in content.lines
    assert "上次简报（11-24 08:30）以来没有升级" in content.lines
    assert not any("下级" in line for line in content.lines)


def lines_of(red: RedTicket) -> str:
    return text_of(PAGES.of(replace(DIGEST, red=(red,)), Script.HANS))


def test_who_has_an_overdue_ticket_is_always_said() -> None:
    assert "　无人认领｜" in lines_of(replace(RED, holder=None, status=Status.DISPATCHED))
    unclaimed = lines_of(replace(RED, status=Status.DISPATCHED, limit="accept"))
    assert "　王芳（未认领）｜超过认领期限 1天3小时" in unclaimed
    assert "　王芳（已挂账）｜" in lines_of(replace(RED, status=Status.ON_HOLD))
    assert "1. 🚨紧急 DX01-261122-003" in lines_of(replace(RED, urgency=Urgency.EMERGENCY))
    assert "渗漏水｜具体位置未说明" in lines_of(replace(RED, place=""))


def test_changes_of_colour_are_told_with_their_reason() -> None:
    def change(subject: Subject, name: str, before: Colour, after: Colour, *because: Share) -> ColourChange:
        now = Standing(subject, name, name, overdue=Rate(2, 5), satisfied=Rate(1, 6), colour=after)
        return ColourChange(before, now, because)

    changes = (
        change(Subject.AREA, "一网格", Colour.GREEN, Colour.RED, Share.OVERDUE, Share.SATISFIED),
        change(Subject.HANDLER, "王芳", Colour.YELLOW, Colour.GREEN, Share.OVERDUE),
    )
    told = text_of(PAGES.of(replace(DIGEST, changes=changes), Script.HANS))
    assert (
        "🚦 颜色变化 2 项\n"
        "一网格由🟢 绿色转为🔴 红色：在办 5 件，超期 2 件，评价 6 件，满意 1 件\n"
        "经办人王芳由🟡 黄色转为🟢 绿色：在办 5 件，超期 2 件\n"
    ) in told
    many = text_of(PAGES.of(replace(DIGEST, changes=changes * 3), Script.HANS))
    assert "🚦 颜色变化 6 项" in many
    assert "另有 3 个未列出" in many


def test_what_is_on_hold_is_told_only_where_there_is_any() -> None:
    held = replace(DIGEST, open=OpenCounts(green=5, on_hold=2))
    assert "其中挂账 2 件" in text_of(PAGES.of(held, Script.HANS))
    assert "挂账" not in text_of(PAGES.of(DIGEST, Script.HANS))


def test_urges_without_an_answer_are_listed() -> None:
    urge = UnansweredUrge("DX01-261122-004", "housing.leak", "王芳", END - timedelta(hours=2))
    told = text_of(PAGES.of(replace(DIGEST, unanswered=(urge, replace(urge, holder=None))), Script.HANS))
    assert "📣 督办未反馈 2 件\nDX01-261122-004 渗漏水｜王芳｜反馈时限 11-24 06:30\n" in told
    assert "渗漏水｜无人认领｜反馈时限" in told
    assert "督办" not in text_of(PAGES.of(DIGEST, Script.HANS))


def test_what_was_found_on_rounds_is_told_apart() -> None:
    found = text_of(PAGES.of(replace(DIGEST, patrol_found=4, patrol_solved=3), Script.HANS))
    assert "巡查发现 4 件，其中现场解决 3 件（现场解决的另计）" in found
    assert "巡查" not in text_of(PAGES.of(DIGEST, Script.HANS))


def test_how_streets_rate_departments_is_told_where_they_did() -> None:
    rated = replace(DIGEST, street_ratings={Satisfaction.SATISFIED: 2, Satisfaction.DISSATISFIED: 1})
    assert "街道评议部门 满意 2，基本满意 0，不满意 1" in text_of(PAGES.of(rated, Script.HANS))
    assert "街道评议部门" not in text_of(PAGES.of(DIGEST, Script.HANS))


def test_a_long_ranking_says_how_many_are_left_off() -> None:
    crowd = tuple(replace(DIGEST.ranking[0], position=n, area_name=f"第{n}社区") for n in range(1, 8))
    text = text_of(PAGES.of(replace(DIGEST, ranking=crowd), Script.HANS))
    assert "3. 第3社区" in text
    assert "第4社区" not in text
    assert "另有 4 个未列出" in text


def test_traditional_readers_get_traditional() -> None:
    (content,) = PAGES.of(DIGEST, Script.HANT)
    assert content.title == "東興街道 日報"
    assert "🔴 超期工單 1 件" in content.lines


def test_many_overdue_tickets_fill_numbered_messages() -> None:
    crowd = tuple(replace(RED, number=f"DX01-261122-{serial:03d}") for serial in range(300))
    contents = PAGES.of(replace(DIGEST, red=crowd), Script.HANS)
    assert len(contents) > 1
    assert [content.title for content in contents] == [
        f"东兴街道 日报（{part}/{len(contents)}）" for part in range(1, len(contents) + 1)
    ]
    assert "新增 12 件" in contents[0].lines[1]
    assert all(content.lines[0] for content in contents)


# Names from registers may hold anything: line breaks, emoji, characters beyond the first plane.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
REDS = st.builds(
    RedTicket,
    number=st.just(""),
    service_code=st.sampled_from(["housing.leak", "property.elevator", "other"]),
    urgency=st.sampled_from(Urgency),
    place=NAMES,
    holder=st.none() | NAMES,
    status=st.sampled_from([Status.DISPATCHED, Status.IN_PROGRESS, Status.ON_HOLD]),
    limit=st.sampled_from(["accept", "resolve"]),
    due_at=st.just(END),
    overdue=st.timedeltas(timedelta(0), timedelta(days=900)),
)


@given(st.lists(REDS, max_size=120), NAMES, st.sampled_from(Script))
def test_no_message_is_too_long_and_no_overdue_ticket_is_lost(
    reds: list[RedTicket], area_name: str, script: Script
) -> None:
    numbered = tuple(replace(red, number=f"#{serial:04d}#") for serial, red in enumerate(reds))
    contents = PAGES.of(replace(DIGEST, red=numbered, area_name=area_name), script)
    for content in contents:
        assert units("\n".join((content.title, *content.lines))) <= MESSAGE_UNITS
        assert not any("\n" in line for line in (content.title, *content.lines))
    text = text_of(contents)
    assert [text.count(red.number) for red in numbered] == [1] * len(numbered)
    assert sorted(numbered, key=lambda red: text.index(red.number)) == list(numbered)


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=60)
BLOCKS = st.lists(st.lists(LINES, min_size=1, max_size=4).map(tuple), max_size=12)


@given(BLOCKS, st.integers(4, 80))
def test_splitting_keeps_everything_within_the_room(blocks: list[tuple[str, ...]], room: int) -> None:
    pages = split(blocks, room)
    assert all(sum(units(line) + 1 for line in page) <= room for page in pages)
    assert "".join(line for page in pages for line in page) == "".join(line for block in blocks for line in block)


@given(BLOCKS)
def test_blocks_that_fit_stay_whole(blocks: list[tuple[str, ...]]) -> None:
    marked = [tuple(f"{number}:{line}" for line in block) for number, block in enumerate(blocks)]
    for page in split(marked, 600):
        numbers = [int(line.partition(":")[0]) for line in page]
        assert all(numbers.count(number) == len(marked[number]) for number in numbers)
