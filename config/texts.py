"""Loads the sentences for people from ``texts/<script>/*.yaml``.

Each file is a tree whose leaves are templates; the path to a leaf, joined with dots, is its key. A district rewords a
sentence by putting a file with the same key under its own ``texts/`` folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from config.errors import ConfigError
from routing.script import to_hant
from routing.texts import Texts, fields_of


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
    if key not in base:
        raise ConfigError(path, line, f"{key} is no sentence of the product")
    unknown = fields - fields_of(base[key])
    if unknown:
        raise ConfigError(path, line, f"{key}: unknown fields {', '.join(sorted(unknown))}")


def _read(path: Path) -> dict[str, tuple[str, int]]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError(path, line, error.problem or "not YAML") from None
    except UnicodeDecodeError:
        raise ConfigError(path, 0, "not UTF-8") from None
    found: dict[str, tuple[str, int]] = {}
    if root is not None:
        _flatten(path, root, "", found)
    return found


def _flatten(path: Path, node: yaml.Node, prefix: str, found: dict[str, tuple[str, int]]) -> None:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key_node, value in node.value:
            key = f"{prefix}.{key_node.value}" if prefix else str(key_node.value)
            if key in found:
                raise ConfigError(path, key_node.start_mark.line + 1, f"the key {key} is given twice")
            _flatten(path, value, key, found)
    elif isinstance(node, yaml.ScalarNode) and prefix:
        found[prefix] = (node.value, line)
    else:
        raise ConfigError(path, line, "a sentence or a tree of sentences was expected")
