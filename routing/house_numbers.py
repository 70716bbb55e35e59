"""House numbers of streets (门牌号): the ranges that an area answers for, and the number that a message names.

A range is written as people say it: "12-18号", "1-99号单" (the odd side), "2-98号双" (the even side), "7号", each with
the street before it where an area has several: "人民路12-18号".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from routing.script import in_one_spelling
from routing.triage.numerals import CHINESE, digits

LONGEST_NUMBER = 4
"""Digits of the highest house number that is believed; longer ones are telephone numbers and the like."""

_WRITTEN = re.compile(
    r"(?P<street>[^\d\s,，|]{0,20}?)(?P<first>\d{1,4})号?(?:[-—–~至到](?P<last>\d{1,4})号?)?(?P<side>[单双])?"
)
_STREET = r"[\u4e00-\u9fff]{1,6}?(?:大道|胡同|路|街|巷|道|里|弄)"
_NUMBER = rf"(?P<number>(?<![\d.:/-])\d{{1,{LONGEST_NUMBER}}}|[{CHINESE}]{{1,6}})\s?号"
_ON_A_STREET = re.compile(rf"(?P<street>{_STREET})\s?{_NUMBER}(?!线)")
# Without a street only words that make a house of it tell "15号" from a day of the month or a bus line.
_HOUSE_AFTER = (
    r"(?=附|院|门(?!诊)|铺|店|商铺|房|楼下|前面|后面|对面|旁边|隔壁|这家|那家"
    r"|家(?!具|电|里人)|住户|居民|的?(?:井盖|楼道))"
)
_HOUSE_BEFORE = r"(?:门牌|(?:我家|我住|住在|家住)(?:在|是)?)\s?"
_ALONE = re.compile(rf"{_HOUSE_BEFORE}{_NUMBER}")
_BEFORE_A_HOUSE = re.compile(rf"(?<!月)(?<!月 ){_NUMBER}{_HOUSE_AFTER}")


class Side(StrEnum):
    """Which numbers of a range are meant: houses on the two sides of a street are odd and even."""

    BOTH = "both"
    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The house numbers from ``first`` to ``last`` (both included) of a street, or of every street where it is ""."""

    street: str
    first: int
    last: int
    side: Side = Side.BOTH

    def holds(self, number: int) -> bool:
        """Whether a house of this number lies in the range."""
        if not self.first <= number <= self.last:
            return False
        return self.side is Side.BOTH or (number % 2 == 1) == (self.side is Side.ODD)

    def overlaps(self, other: NumberRange) -> bool:
        """Whether a house may lie in both; a range without a street may be of any."""
        if self.street and other.street and self.street != other.street:
            return False
        first, last = max(self.first, other.first), min(self.last, other.last)
        return any(self.holds(number) and other.holds(number) for number in range(first, min(last, first + 1) + 1))

    def written(self) -> str:
        """The range as :func:`parse_range` reads it."""
        numbers = f"{self.first}号" if self.first == self.last else f"{self.first}-{self.last}号"
        return self.street + numbers + {Side.BOTH: "", Side.ODD: "单", Side.EVEN: "双"}[self.side]


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """The house that a message names; ``street`` is "" where it names none."""

    street: str
    number: int


def parse_range(written: str) -> NumberRange | None:
    """The range that ``written`` means; None where it is none, runs backwards, or holds no house."""
    found = _WRITTEN.fullmatch(_plain(written))
    if found is None:
        return None
    first = int(found["first"])
    last = int(found["last"] or first)
    side = {"单": Side.ODD, "双": Side.EVEN, None: Side.BOTH}[found["side"]]
    made = NumberRange(found["street"], first, last, side)
    return made if 0 < first <= last and (made.holds(first) or made.holds(first + 1)) else None


def house_in(text: str) -> HouseNumber | None:
    """The first house number that ``text`` names; a bare "15号" may be a day and is none."""
    plain = _plain(text)
    for pattern in (_ON_A_STREET, _ALONE, _BEFORE_A_HOUSE):
        for found in pattern.finditer(plain):
            number = digits(found["number"])
            if number is not None and len(number) <= LONGEST_NUMBER and int(number) > 0:
                return HouseNumber(found.groupdict().get("street") or "", int(number))
    return None


def lies_in(house: HouseNumber, ranges: tuple[NumberRange, ...]) -> bool:
    """Whether the house is one of the ``ranges``; where message and range name different streets it is not.

    The street of a message may have words before it ("我在人民路"), so the names need only end alike.
    """
    return any(
        each.holds(house.number) and (not house.street or not each.street or house.street.endswith(each.street))
        for each in ranges
    )


def _plain(text: str) -> str:
    return in_one_spelling(text).strip()
