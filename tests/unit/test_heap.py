"""What a process does with its memory once it is built."""

from __future__ import annotations

import gc

from bot.heap import YOUNG_OBJECTS, settle


def test_keeps_what_was_built_out_of_every_later_look_for_garbage() -> None:
    before = gc.get_threshold()
    try:
        settle()
        assert gc.get_freeze_count() > YOUNG_OBJECTS
        assert gc.get_threshold()[0] == YOUNG_OBJECTS
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
