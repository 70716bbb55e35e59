"""What a process does with its memory once it is built."""

from __future__ import annotations

import gc

from bot.heap import YOUNG_OBJECTS, begin_building, end_building, settle


def test_keeps_what_was_built_out_of_every_later_look_for_garbage() -> None:
    before = gc.get_threshold()
    try:
        settle()
        assert gc.get_freeze_count() > YOUNG_OBJECTS
        assert gc.get_threshold()[0] == YOUNG_OBJECTS
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def test_looks_for_no_garbage_while_it_is_built() -> None:
    assert gc.isenabled()
    begin_building()
    try:
        assert not gc.isenabled()
    finally:
        end_building()
    assert gc.isenabled()
