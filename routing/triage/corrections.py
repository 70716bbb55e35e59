"""Corrections of a place within one message: "3栋，说错了，是5栋", "不是3栋，我家5栋", "是503不是502".

Two readings come out of it: what is said before, and what replaces it. Whether either is a place, the grammar of places
tells; a marker without a number behind it changes nothing.
"""

from __future__ import annotations

import re
from typing import Final

from routing.triage.numerals import CHINESE

MARKS: Final = "错误滑更纠不抱应哦噢呃额*"
"""Every correction has one of these characters."""

_MAY_CORRECT: Final = re.compile(
    r"(?=[错口手笔更纠抱不应哦噢呃额*])"
    r"(?:错|[口手笔]误|手滑|更正|纠正|抱歉|不(?:[对是在,，]|好意思)|应(?:该是|[是为该]|当是)|[哦噢呃额]是|\*\s?[\da-z])"
)
_GAP: Final = r"[,，。:：!！…~\s]*"
_BREAK: Final = r"[,，。!！…\s(（]"
_LEAD: Final = r"(?:哦|噢|啊|呃|额|哎|唉|诶|欸|咦)?"
_NUMBER: Final = rf"(?:[\da-z甲乙丙丁]|[{CHINESE}])"
_CORRECTION: Final = re.compile(
    # Every one begins with one of these.
    r"(?=[说打写发搞记看弄填口手笔更纠元号层牌改不哦噢啊呃额哎唉诶欸咦错抱应*])(?:"
    # A word that says so, wherever it stands.
    rf"(?:[说打写发搞记看弄填]错(?:了|字)?了?|[口手笔]误|手滑了?|更正|纠正|[元号层牌]错了?)(?:一下|下)?(?:{_GAP}(?:应该|其实)?(?:是|在|为)|{_GAP}(?={_NUMBER}))"
    rf"|改(?:一下|成|为)(?:{_GAP}是?)(?={_NUMBER})"
    rf"|(?:不对|不是[^,，。\s]{{1,8}}?){_GAP}(?:应该)?(?:是|在)"
    # A short one that opens a clause.
    rf"|(?<={_BREAK}){_LEAD}(?:(?:不对)+|不是|错了|[说打写发]错了?)(?:{_GAP}不对)*[,，。!\s]+"
    rf"|(?<={_BREAK}){_LEAD}(?:不对|不,)\s?(?:是|在)?(?={_NUMBER})"
    rf"|(?<={_BREAK})(?:(?:不好意思|抱歉)[,，]?(?:应该)?是|[哦噢呃额]是(?={_NUMBER}))"
    rf"|(?<={_BREAK})应(?:该是|[是为该]|当是)(?={_NUMBER}{{1,4}}(?:栋|幢|号楼|座|单元)[^,，。\s]{{0,3}}(?:[,，。!！)）\s]|$))"
    rf"|(?<=\s)\*\s?(?={_NUMBER}))"
)
_RATHER: Final = re.compile(
    rf"(?<={_BREAK})(?:应该)?是(?P<one>{_NUMBER}[^,，。\s]{{0,8}}?)"
    rf"(?:[,，]?\s?不是{_NUMBER}{{1,4}}(?:栋|幢|号楼|座|单元|[楼层室])?|才对"
    rf"|[,，。\s]+(?:刚才?)?[说打写记发]错了?(?!{_GAP}(?:应该)?(?:是|在)?{_NUMBER}))"
)
"""是503不是502, 是5栋才对, 是6楼，说错了: what comes before the word is right."""
_DENIED: Final = re.compile(rf"(?<!是)(?:不是|不在)\s?{_NUMBER}{{1,4}}(?:栋|幢|号楼|座|单元|[楼层])的?(?=[,，。\s])")
"""我家不是3栋，我家5栋."""


def may_correct(text: str) -> bool:
    """Whether ``text`` (normalised, with one of ``MARKS``) may correct or deny something."""
    return _MAY_CORRECT.search(text) is not None


def corrected(text: str) -> tuple[str, str] | None:
    """What ``text`` (normalised) says first, and what it says instead; None where it corrects nothing."""
    if rather := _RATHER.search(text):
        return f"{text[: rather.start()]} {text[rather.end() :]}", rather["one"]
    corrections = list(_CORRECTION.finditer(text))
    return (text[: corrections[-1].start()], text[corrections[-1].end() :]) if corrections else None


def without_denied(text: str) -> str:
    """``text`` without the places that it denies ("我家不是3栋，我家5栋")."""
    return _DENIED.sub("", text)
