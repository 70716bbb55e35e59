"""Short words by which people steer the bot in a group."""

from __future__ import annotations

import re

from routing.script import to_hans

_REGISTER = frozenset({"登记", "登记一下", "登记下", "帮登记", "帮忙登记", "请登记"})
_TRAILING = " \t\n。.！!~～"


_UNNAMED = re.compile(r"^\s*(?:匿名|我要匿名|请匿名)(?:反映|反应|举报|投诉|登记|上报)?[\s:：,，。、]*")


def without_name(text: str) -> str | None:
    """What is left of a report that begins with the wish to stay unknown (匿名); none where it does not."""
    found = _UNNAMED.match(text)
    return text[found.end() :] if found else None


def asks_to_register(text: str) -> bool:
    """Whether a reply consists of the word that registers the message it answers, in either script."""
    return to_hans(text.strip(_TRAILING)) in _REGISTER
