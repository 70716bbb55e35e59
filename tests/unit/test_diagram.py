"""The diagram of states in the documents is that of the code."""

from __future__ import annotations

from pathlib import Path

from bot.commands.states import states_page
from routing.diagram import moves, state_diagram
from routing.ticket import TRANSITIONS, Action, RequestKind, Status
from tests.town import configuration

PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def test_the_page_is_up_to_date() -> None:
    """After a change of the table: ``qunban states > docs/states.md``."""
    assert PAGE.read_text(encoding="utf-8") == states_page(configuration().texts)


def test_every_legal_move_is_drawn() -> None:
    drawn = {(status, action) for status, _, action, _ in moves()}
    assert drawn == set(TRANSITIONS)
    assert (Status.IN_PROGRESS, Status.ON_HOLD, Action.APPROVE, RequestKind.HOLD) in set(moves())
    assert (Status.IN_PROGRESS, Status.DISPATCHED, Action.APPROVE, RequestKind.RETURN) in set(moves())
    diagram = state_diagram(lambda status: status.value, lambda action, _: action.value)
    assert "    dispatched --> in_progress: claim" in diagram
    assert "    archived --> [*]" in diagram
