"""Short words by which people steer the bot in a group."""

from __future__ import annotations

import re

from routing.script import to_hans

_REGISTER = frozenset({"登记", "登记一下", "登记下", "帮登记", "帮忙登记", "请登记"})
_TRAILING = " \t\n。.！!~～"


_UNNAMED = re.compile(r"^\s*(?:匿名|我要匿名|请匿名)(?:反映|反应|举报|投诉|登记|上报)?[\s:：,，。、]*")


_WISH = re.compile(
    r"\s*(?:你好|您好)?[,，\s]*(?:请问)?(?:我|这里)?(?:想要|想|要|能不能|可不可以|可以|能|怎么|如何|支持|请)?匿名(?:的)?"
    r"(?:反映|反应|举报|投诉|登记|上报|报修|报|说)?(?:一下|一件事|件事|个事|个问题|一个问题|问题)?"
    r"(?:吗|么|嘛|不|可以吗|行吗|行不行|可以不)?[\s。.?？!！~～…,，]*"
)


def wishes_no_name(text: str) -> bool:
    """Whether a message says only that its writer wants to stay unknown; the report itself is still to come."""
    return _WISH.fullmatch(to_hans(text)) is not None


def without_name(text: str) -> str | None:
    """What is left of a report that begins with the wish to stay unknown (匿名); none where it does not."""
    found = _UNNAMED.match(text)
    return text[found.end() :] if found else None


def asks_to_register(text: str) -> bool:
    """Whether a reply consists of the word that registers the message it answers, in either script."""
    return to_hans(text.strip(_TRAILING)) in _REGISTER
