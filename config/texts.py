"""Loads the sentences for people from ``texts/<script>/*.yaml``.

Each file is a tree whose leaves are templates; the path to a leaf, joined with dots, is its key. A district rewords a
sentence by putting a file with the same key under its own ``texts/`` folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from config.document import Node, read_document
from config.errors import ConfigError
from routing.script import to_hant
from routing.texts import Texts, fields_of

OPEN_SECTIONS = ("reason.",)
"""Where a district may add sentences of its own: the reasons that people choose from.

An empty one takes a reason of the product off the list.
"""

_CODE = re.compile(r"[a-z0-9_]{1,20}", re.ASCII)


def load_texts(folders: Iterable[Path]) -> Texts:
    """Reads the packaged folder first, then overrides; raises ``ConfigError`` with file, line and reason.

    An override may use only the fields that the packaged sentence has, since the program gives no others.
    """
    simplified: dict[str, str] = {}
    traditional: dict[str, str] = {}
    for position, folder in enumerate(folders):
        for script, known in (("zh-Hans", simplified), ("zh-Hant", traditional)):
            for path in sorted((folder / "texts" / script).glob("*.yaml")):
                for key, (template, line) in _read(path).items():
                    _check(path, line, key, template, simplified, is_override=position > 0 or script == "zh-Hant")
                    if key in known and position == 0:
                        raise ConfigError(path, line, f"the key {key} is given twice")
                    known[key] = template
    return Texts(simplified, traditional, to_hant)


def _check(path: Path, line: int, key: str, template: str, base: dict[str, str], *, is_override: bool) -> None:
    try:
        fields = fields_of(template)
    except ValueError as error:
        raise ConfigError(path, line, f"{key}: {error}") from None
    if not is_override:
        return
    if key not in base and key.startswith(OPEN_SECTIONS) and not fields:
        if not _CODE.fullmatch(key.rpartition(".")[2]):
            raise ConfigError(path, line, f"{key}: a code has at most 20 small letters, digits and underscores")
        return
    if key not in base:
        raise ConfigError(path, line, f"{key} is no sentence of the product")
    unknown = fields - fields_of(base[key])
    if unknown:
        raise ConfigError(path, line, f"{key}: unknown fields {', '.join(sorted(unknown))}")


def _read(path: Path) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    _flatten(read_document(path), "", found)
    return found


def _flatten(node: Node, prefix: str, found: dict[str, tuple[str, int]]) -> None:
    if isinstance(node.value, dict):
        for name, entry in node.value.items():
            _flatten(entry, f"{prefix}.{name}" if prefix else name, found)
    elif isinstance(node.value, str) and prefix:
        found[prefix] = (node.value, node.line)
    else:
        node.fail("a sentence or a tree of sentences was expected")
