"""``qunban states``: the states of a ticket and the moves between them, as a page for the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from routing.texts import Texts
    from routing.ticket import Action, RequestKind


def states() -> None:
    """Prints the diagram of states as a Markdown page, made from the table of moves."""
    from config.bundle import load_configuration

    typer.echo(states_page(load_configuration().texts), nl=False)


def states_page(texts: Texts) -> str:
    """The page, in the words of ``texts``."""
    from routing.diagram import state_diagram

    diagram = state_diagram(
        lambda status: texts.say(f"status.{status}"), lambda action, kind: _label(texts, action, kind)
    )
    title, intro, legend = (texts.say(f"states.{name}") for name in ("title", "intro", "legend"))
    return f"# {title}\n\n{intro}\n\n```mermaid\n{diagram}\n```\n\n{legend}\n"


def _label(texts: Texts, action: Action, kind: RequestKind | None) -> str:
    """What the move is called: by its own words, else by those of its button, else by its code."""
    if kind is not None:
        return texts.say("states.approve", kind=texts.say(f"kind.{kind}"))
    keys = (f"states.action.{action}", f"button.{action}")
    return next((texts.say(key) for key in keys if key in texts), action.value)
