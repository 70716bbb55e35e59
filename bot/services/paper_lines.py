"""The papers of a ticket on its cards: to the handler by name, with a button each; to the group as a count."""

from __future__ import annotations

from bot.services.wording import Wording
from routing.guide.checklist import Checklist
from routing.outgoing import Button
from routing.ticket import Action, Status, Ticket

_LONGEST_LABEL = 24
"""Characters of a paper's name on its button."""
_A_ROW = 2


def paper_lines(wording: Wording, ticket: Ticket) -> list[str]:
    """What the handler reads of the papers; nothing for a ticket that is for no item."""
    checklist = ticket.checklist
    if checklist is None:
        return []
    say, counts = wording.say, {"received": checklist.received, "total": len(checklist.papers)}
    lines = [say("papers.line", name=checklist.item_name, **counts)]
    missing = [paper.name for paper in checklist.papers if not paper.received]
    if missing:
        lines.append(say("papers.missing", names="、".join(missing)))
    elif checklist.is_complete and ticket.status is Status.IN_PROGRESS:
        lines.append(say("papers.complete", due=wording.moment(ticket.resolve_due_at)))
    if checklist.appointment is not None:
        lines.append(say("papers.appointment", when=_when(wording, checklist)))
    return lines


def public_paper_line(wording: Wording, ticket: Ticket) -> list[str]:
    """What everybody in the group may read of them: how many there are, and nothing of what they are."""
    checklist, say, script = ticket.checklist, wording.say, ticket.script
    if checklist is None:
        return []
    counts = {"received": checklist.received, "total": len(checklist.papers)}
    lines = [say("papers.group", script, name=checklist.item_name, **counts)] if checklist.papers else []
    if checklist.appointment is not None:
        lines.append(say("papers.appointment", script, when=_when(wording, checklist)))
    return lines


def paper_buttons(wording: Wording, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    """A button for each paper, in the chat of whoever has the ticket."""
    if ticket.checklist is None or ticket.status is not Status.IN_PROGRESS:
        return ()
    buttons = [
        Button(
            wording.say(f"papers.{'received' if paper.received else 'waiting'}", name=paper.name[:_LONGEST_LABEL]),
            Action.TICK,
            ticket.id,
            str(index),
        )
        for index, paper in enumerate(ticket.checklist.papers)
    ]
    return tuple(tuple(buttons[start : start + _A_ROW]) for start in range(0, len(buttons), _A_ROW))


def _when(wording: Wording, checklist: Checklist) -> str:
    appointment = checklist.appointment
    if appointment is None:
        return ""
    return wording.say(
        "guide.appointment", day=f"{appointment.day:%m-%d}", half=wording.say(f"half.{appointment.half}")
    )
