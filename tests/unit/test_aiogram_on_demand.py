"""aiogram's models are built at their first use, and are then what they would have been."""

from __future__ import annotations

import subprocess
import sys

_LOADED = "import bot.telegram.library; from aiogram import methods, types; from aiogram.types import Message, Update; "


def _says(program: str) -> str:
    """What a process of its own prints: here aiogram has been imported by other tests."""
    done = subprocess.run([sys.executable, "-c", _LOADED + program], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def test_nothing_is_built_before_it_is_used() -> None:
    assert _says("print(Message.__pydantic_complete__, Update.__pydantic_complete__)") == "False False"


def test_an_update_is_read_to_its_depth() -> None:
    update = {
        "update_id": 1,
        "callback_query": {
            "id": "1",
            "from": {"id": 7, "is_bot": False, "first_name": "李"},
            "chat_instance": "1",
            "message": {"message_id": 2, "date": 1, "chat": {"id": 3, "type": "group"}, "text": "单"},
        },
    }
    assert _says(f"print(type(Update.model_validate({update!r}).callback_query.message).__name__)") == "Message"


def test_every_model_can_be_built() -> None:
    program = (
        "from pydantic import BaseModel; "
        "models = [one for part in (types, methods) for one in vars(part).values() "
        "if isinstance(one, type) and issubclass(one, BaseModel) and one.__module__.startswith('aiogram') "
        "and not one.__pydantic_generic_metadata__['parameters']]; "
        "[one.model_rebuild(raise_errors=True) for one in models]; print(len(models) > 500)"
    )
    assert _says(program) == "True"
