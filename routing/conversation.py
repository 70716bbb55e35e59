"""Short words by which people steer the bot in a group."""

from __future__ import annotations

from routing.script import to_hans

_REGISTER = frozenset({"登记", "登记一下", "登记下", "帮登记", "帮忙登记", "请登记"})
_TRAILING = " \t\n。.！!~～"


def asks_to_register(text: str) -> bool:
    """Whether a reply consists of the word that registers the message it answers, in either script."""
    return to_hans(text.strip(_TRAILING)) in _REGISTER
