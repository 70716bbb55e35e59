"""Draws the table of legal moves, so that the documents show the states as the code has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from routing.ticket import APPROVED, TRANSITIONS, Action, RequestKind, Status

_FIRST = Status.DISPATCHED
_LAST = (Status.ARCHIVED, Status.WITHDRAWN)


def moves() -> Iterator[tuple[Status, Status, Action, RequestKind | None]]:
    """Every move as from, to and action; an approval once for each kind of request, since it leads elsewhere."""
    for (status, action), target in TRANSITIONS.items():
        if action is not Action.APPROVE:
            yield status, target, action, None
            continue
        asked = (kind for kind in RequestKind if (status, Action(f"ask_{kind}")) in TRANSITIONS)
        for kind in asked:
            yield status, APPROVED.get(kind, target), action, kind


def state_diagram(name_of: Callable[[Status], str], label_of: Callable[[Action, RequestKind | None], str]) -> str:
    """The diagram in Mermaid's notation; all actions between the same two states share an arrow."""
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for status, target, action, kind in moves():
        labels = arrows.setdefault((status, target), [])
        if (label := label_of(action, kind)) not in labels:
            labels.append(label)
    order = list(Status)
    ordered = sorted(arrows, key=lambda ends: (order.index(ends[0]), order.index(ends[1])))
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{name_of(status)}" as {status}' for status in Status]
    lines.append(f"    [*] --> {_FIRST}")
    lines += [f"    {start} --> {end}: {'、'.join(arrows[start, end])}" for start, end in ordered]
    lines += [f"    {status} --> [*]" for status in _LAST]
    return "\n".join(lines)
