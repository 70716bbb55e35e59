"""Questions that nothing answers: what of them is kept, so that the community can write the item.

They are kept without their writer and with everything masked that could name one: numbers, rooms, names with a form of
address. What remains is read by the community and erased after the time that ``retention.yaml`` sets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from routing.script import to_hans

LONGEST_QUESTION = 200
"""Characters that are kept of a question."""

_PLACE = re.compile(
    r"\d+(?=\s*(?:栋|幢|座|号|单元|楼|层|室|户|弄|房))|(?<=单元)\d+|(?<=[栋幢座楼])\d+|(?<!\d)\d+(?:[-－—\s]\d+)+"
)
_DIGITS = re.compile(r"\d{4,}[Xx]?")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_TITLES = (
    "大爷|大妈|大叔|大姐|大哥|阿姨|叔叔|婶|嬢嬢|孃孃|奶奶|爷爷|婆婆|老师|先生|女士|师傅|主任|书记|医生|同志|老太|老汉"
)
_ADDRESSED = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fa5]{{0,2}}?(?={_TITLES})")
_NAMED = re.compile(r"(我叫|叫做|名叫|名字叫|姓名[:：是]?)\s*[\u4e00-\u9fa5]{2,4}")
_HANDLE = re.compile(r"@\S+")


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of residents that the guide did not answer. It does not say who asked."""

    id: int
    area_code: str
    area_path: str
    text: str
    """Masked; see ``masked_question``."""
    service_code: str
    item_code: str
    """The item that was given as an answer and was none; empty where there was no item at all."""
    asked_at: datetime
    settled_at: datetime | None = None
    """When the community said that it is dealt with."""


def masked_question(text: str) -> str:
    """``text`` in Simplified script, without what could name a person or a household."""
    masked = _HANDLE.sub("@…", " ".join(to_hans(text).split()))
    masked = _PLACE.sub("×", masked)
    masked = _DIGITS.sub("×", masked)
    masked = _NAMED.sub(r"\1××", masked)
    return _ADDRESSED.sub("×", masked)[:LONGEST_QUESTION]
