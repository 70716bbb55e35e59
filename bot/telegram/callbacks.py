"""What a button carries: one form for every button of the product."""

from __future__ import annotations

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from routing.outgoing import Button


class Press(CallbackData, prefix="p"):
    """A press of a button: the same three fields as ``routing.outgoing.Button``, in at most 64 bytes."""

    action: str
    # A number beyond what the database holds is none of ours; anybody can send one from an app of their own.
    subject: Annotated[int, Field(ge=0, le=2**63 - 1)]
    argument: str


def carried_by(button: Button) -> str:
    """The data of a button; raises ``ValueError`` where it is longer than the platform carries, or holds a colon."""
    return Press(action=button.action, subject=button.subject, argument=button.argument).pack()
