"""Loads aiogram so that its models are built when they are first used.

At import aiogram builds the validators of all its 450 models, each with its own copy of all that it refers to: 110 MB
and two seconds, of which a bot needs a fraction. pydantic can build a model at its first use instead; it then looks its
annotations up in the model's own module, so those are given the names that aiogram hands over at import.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from pydantic import BaseModel

_BUILD = "model_rebuild"
_NAMES = "_types_namespace"


def load_aiogram() -> None:
    """Imports aiogram, unless somebody has done so before; then all of it is built already."""
    if "aiogram" not in sys.modules:
        with _built_on_demand():
            import_module("aiogram")


@contextmanager
def _built_on_demand() -> Iterator[None]:
    put_off: list[tuple[type[BaseModel], dict[str, Any]]] = []
    build = BaseModel.__dict__[_BUILD]
    setattr(BaseModel, _BUILD, classmethod(lambda cls, **options: put_off.append((cls, options))))
    try:
        yield
    finally:
        setattr(BaseModel, _BUILD, build)
    for model, options in put_off:
        known = vars(sys.modules[model.__module__])
        for name, value in options.get(_NAMES, {}).items():
            known.setdefault(name, value)
