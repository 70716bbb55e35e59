"""Reads the moments that people write as the end of something: 3天, 48小时, 明天18:00, 11-28, 12月1日晚上8点."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"(\d{1,3})(?:个)?(小时|h|天|日|d|周|星期|w)(?:后|内)?")
_UNITS = {
    "小时": timedelta(hours=1),
    "h": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "d": timedelta(days=1),
    "周": timedelta(weeks=1),
    "星期": timedelta(weeks=1),
    "w": timedelta(weeks=1),
}
_DAY = re.compile(
    r"(?P<near>今天|今晚|明天|明晚|后天|大后天)"
    r"|(?:下(?:周|星期|礼拜)(?P<next>[一二三四五六日天]))"
    r"|(?:(?:本|这)?(?:周|星期|礼拜)(?P<this>[一二三四五六日天]))"
    r"|(?:(?:(?P<year>20\d\d)[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?)"
)
_CLOCK = re.compile(
    r"(?P<part>早上|上午|中午|下午|晚上|晚|夜里)?(?P<hour>\d{1,2})(?:[:点时](?P<minute>\d{1,2}|半)?分?)(?:整)?"
)
# Blanks are dropped, and without one 11-2 8:00 would be the 28th.
_DAY_BEFORE_TIME = re.compile(r"([-/.]\d{1,2})\s+(?=\d)")
# 下午三点, 十二月一日, 两周; but 周三 and 下周一 name days of the week.
_NUMERAL = re.compile(
    r"(?<![周期拜])([一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])(?=个?(?:点|时|小时|天|日|号|分|月|周|星期))"
)
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}
_NEAR = {"今天": 0, "今晚": 0, "明天": 1, "明晚": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = "一二三四五六日"
_LATE = frozenset({"下午", "晚上", "晚", "夜里"})


# All of what is written has to be words of time: 3天 and 昨晚8点 are, 一天一次 and 周一打扫 are not.
_TIME_WORDS = re.compile(
    r"(?:大?前[天日晚]|昨[天日晚]|今[天日晚]|明[天日晚]|大?后[天日]|[上下本这每]?个?(?:周|星期|礼拜)[一二三四五六日天末]"
    r"|[上下本这]+个?(?:周|星期|礼拜|月)|月[初底]|年底|早上|上午|中午|下午|晚上|晚|夜里|半夜|截止|截至|结束|之?[前后内]|以[前后内]|[到至]"
    r"|[\d一二两三四五六七八九十半]+(?:个半|个)?(?:分钟|刻钟|小时|钟头|h|天|日|d|周|星期|礼拜|w|月|年)|[\d一二两三四五六七八九十]{1,3}[点时](?:半|整|\d{1,2}分?)?"
    r"|\d{1,2}:\d{2}|(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}[日号]?)+"
)


def seems_moment(written: str) -> bool:
    """Whether the words mean a time, also one that is over or no end can be (昨天, 三刻钟, 2月30日)."""
    return _TIME_WORDS.fullmatch(_in_digits(unicodedata.normalize("NFKC", written).lower())) is not None


def moment_of(written: str, now: datetime, zone: ZoneInfo, *, by_default: time) -> datetime | None:
    """The moment in UTC, or None where it is none or is not after ``now`` (aware).

    A day without a time ends at ``by_default``; a time without a day is today's, and a date without a year the next
    one to come.
    """
    plain = _DAY_BEFORE_TIME.sub(r"\1日", unicodedata.normalize("NFKC", written).lower())
    said = _in_digits(plain)
    span = _SPAN.fullmatch(said)
    if span is not None:
        return now.astimezone(UTC) + int(span[1]) * _UNITS[span[2]] if int(span[1]) else None
    found = _DAY.match(said)
    rest = said[found.end() :] if found else said
    local = now.astimezone(zone)
    day = _day(found, local.date()) if found else local.date()
    clock = by_default if found and not rest else _clock(rest, is_evening=bool(found and found["near"] in _EVENINGS))
    if day is None or clock is None:
        return None
    moment = datetime.combine(day, clock, zone).astimezone(UTC)
    return moment if moment > now else None


_EVENINGS = frozenset({"今晚", "明晚"})


def _in_digits(plain: str) -> str:
    """The words without blanks, with numbers in digits."""
    return _NUMERAL.sub(lambda found: str(_number(found[1])), "".join(plain.split()))


def _number(numeral: str) -> int:
    """What a numeral of one or two places says: 三, 十, 十二, 二十, 二十三."""
    tens, ten, ones = numeral.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _day(found: re.Match[str], today: date) -> date | None:
    if found["near"]:
        return today + timedelta(days=_NEAR[found["near"]])
    if found["next"] or found["this"]:
        weekday = _WEEKDAYS.index((found["next"] or found["this"]).replace("天", "日"))
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=weekday + (7 if found["next"] else 0))
    try:
        day = date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    if found["year"] or day >= today:
        return day
    try:
        return day.replace(year=today.year + 1)
    except ValueError:
        return None


def _clock(said: str, *, is_evening: bool) -> time | None:
    found = _CLOCK.fullmatch(said)
    if found is None:
        return None
    hour = int(found["hour"])
    minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
    if (found["part"] in _LATE or is_evening) and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None
