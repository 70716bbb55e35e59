"""Numbers of an address in the one spelling that the place grammar reads: cheque numerals, keycaps, mixed zeros, items.

Everything works on normalised text; what is rewritten is for the grammar alone, so positions need not be kept.
"""

from __future__ import annotations

import re
from typing import Final

from routing.triage.numerals import CHINESE, digits

REWRITTEN: Final = "壹贰叁肆伍陆柒捌玖拾零〇○《oyu杠横担蛋但旦院\u20e3"
"""Without one of these characters, a 0 or the first item of a list nothing is spelt otherwise."""

_CAPITAL: Final = re.compile(r"[壹贰叁肆伍陆柒捌玖拾][栋幢号单楼层拾]")
"""Numerals as on a cheque, by which some write a house."""
_SMALL: Final = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
_MIXED: Final = re.compile(r"(?<=\d)[零o](?=\d)")
_ZERO_SPOKEN: Final = re.compile(r"0(?<=[一二三四五六七八九幺]0)(?=[一二三四五六七八九])")
_LETTER_SPOKEN: Final = re.compile(r"o(?<=[一二三四五六七八九幺]o)(?=[一二三四五六七八九])")
"""7零2, 3o2 and 三0二: people take the zero that the keyboard offers."""
_BAR: Final = re.compile(
    rf"(?<![\d{CHINESE}])(\d{{1,2}}|[{CHINESE}]{{1,3}})横?[杠横](?=[\d{CHINESE}])(?:([{CHINESE}]{{3,5}})(?![{CHINESE}杠横]))?"
)
"""三杠二杠五零二 and 三横二横五零二 are how 3-2-502 is said aloud."""
_UNIT_HEARD: Final = re.compile(
    r"(?<=[\d一二三四五六七八九十])\s?(?:[担蛋][元员园圆原缘源]|[但旦]元(?!旦)|但[员园圆]|单院(?!子))(?!宵)"
)
"""二担元 and 三蛋元 are what voice input makes of 单元."""
_UNIT_INITIAL: Final = re.compile(r"(?<=\d)u(?=\s?\d{3,4}(?!\d))")
"""3#2u502."""
_DIGIT: Final = "[幺一二三四五六七八九]"
_SPOKEN_ROOM: Final = re.compile(
    rf"(?=[幺一二三四五六七八九])(?<![\d{CHINESE}后])(?!二零[零一二])(?:{_DIGIT}[零〇○]{_DIGIT}(?=一[直样晚到个家点停开天夜股片打下进套])|{_DIGIT}{{1,2}}[零〇○]{_DIGIT}(?![\d{CHINESE}])"
    rf"|{_DIGIT}[零〇○]{{2}}{_DIGIT}(?![\d{CHINESE}]))"
)
"""五零二, 幺二零三 and 一〇〇一 are rooms read digit by digit; the 一 of 五零一一直响 belongs to 一直."""
_PINYIN: Final = re.compile(r"(?<=[\d一二三四五六七八九十])\s?(?:(?P<house>dong|hao(?:lou|楼))|danyuan|dy)(?![a-z])")
"""2dong3danyuan, and 2dy, of those who write faster than their keyboard chooses."""
_KEYCAP: Final = "\u20e3"
"""What makes a key of a digit (3️⃣)."""
_TITLE: Final = re.compile(r"《[^》]*》")
_BEFORE_ITEM: Final = r"(?<![^\s,，。;:!?])"
_FIRST_ITEM: Final = re.compile(rf"{_BEFORE_ITEM}1[.、](?!\d+[.、])")
_SECOND_ITEM: Final = re.compile(rf"{_BEFORE_ITEM}2[.、]")
_ITEM: Final = re.compile(rf"{_BEFORE_ITEM}\d{{1,2}}[.、]")


def respelt(text: str) -> str:
    """``text`` with the numerals of a cheque, keycaps and mixed zeros as plain numbers, and without titles of works."""
    if _KEYCAP in text:
        text = text.replace("\ufe0f", "").replace(_KEYCAP, "")
    if _CAPITAL.search(text):
        text = text.translate(_SMALL)
    if "杠" in text or "横" in text:
        text = _BAR.sub(_dashed, text)
    if "dong" in text or "hao" in text or "dy" in text or "danyuan" in text:
        text = _PINYIN.sub(lambda match: "单元" if match["house"] is None else "栋", text)
    text = _UNIT_HEARD.sub("单元", text)
    if "u" in text:
        text = _UNIT_INITIAL.sub("单元", text)
    if "零" in text or "〇" in text or "○" in text:
        text = _SPOKEN_ROOM.sub(_as_digits, _MIXED.sub("0", text))
    if "o" in text:
        text = _LETTER_SPOKEN.sub("零", _MIXED.sub("0", text))
    return _TITLE.sub("", text) if "《" in text else text


def _as_digits(match: re.Match[str]) -> str:
    return digits(match[0]) or match[0]


def _dashed(match: re.Match[str]) -> str:
    return f"{digits(match[1])}-{digits(match[2] or '') or match[2] or ''}"


def with_spoken_zeros(text: str) -> str:
    """``text`` (with a 0 in it) with 零 between Chinese numerals."""
    return _ZERO_SPOKEN.sub("零", text)


def without_items(text: str) -> str:
    """``text`` without the numbers of the items of a list ("1.张姐 2.12-301"); "1、2号楼" is none."""
    if _FIRST_ITEM.search(text) and _SECOND_ITEM.search(text):
        return _ITEM.sub(" ", text)
    return text
