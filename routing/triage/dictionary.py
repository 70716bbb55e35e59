"""jieba's dictionary. The one place that imports jieba, and does so without what setuptools would add to a process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

_RESOURCES = "pkg_resources"


@contextmanager
def _without_setuptools() -> Iterator[None]:
    """Lets jieba open its files by itself, as it does where setuptools is not installed.

    Where it is, jieba finds them by ``pkg_resources``, whose import takes 14 MB and a tenth of a second.
    """
    known = cast("dict[str, ModuleType | None]", sys.modules)
    if _RESOURCES in known:
        yield
        return
    # Python takes this for a module that cannot be imported.
    known[_RESOURCES] = None
    try:
        yield
    finally:
        del known[_RESOURCES]


with _without_setuptools():
    import jieba


def read_dictionary() -> str:
    """jieba's general dictionary: a word a line, how often it was counted, and its part of speech."""
    with jieba.Tokenizer().get_dict_file() as dictionary:
        return str(dictionary.read(), "utf-8")
