"""In which script somebody reads: that of their words, else that in which they last reported something."""

from __future__ import annotations

from dataclasses import replace

from bot.services.ports import UnitOfWork
from routing.outgoing import Content
from routing.queries import TicketFilter
from routing.script import Script, to_hant

_LOOKED_AT = 5
"""Matters of a person that are looked at; some of them may have been reported first by a neighbour."""


async def script_of_person(work: UnitOfWork, platform: str, account: int) -> Script:
    """The script of what the person reported last; Simplified where that is nothing."""
    known = await work.tickets.find(TicketFilter(platform=platform, reporter=account), limit=_LOOKED_AT)
    return next((one.script for one in known if one.reporter_id == account), Script.HANS)


def in_script(content: Content, script: Script) -> Content:
    """The message, written in Simplified characters, in the reader's script."""
    if script is Script.HANS:
        return content
    rows = tuple(tuple(replace(one, label=to_hant(one.label)) for one in row) for row in content.buttons)
    return replace(content, title=to_hant(content.title), lines=tuple(map(to_hant, content.lines)), buttons=rows)
