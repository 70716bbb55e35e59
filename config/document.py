"""YAML files read with their line numbers, so that a mistake can be pointed at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import yaml

from config.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a YAML file: a text, a list or a mapping, with the place where it stands."""

    path: Path
    line: int
    value: str | list[Node] | dict[str, Node]

    def fail(self, reason: str) -> NoReturn:
        """Raises the error that points here."""
        raise ConfigError(self.path, self.line, reason)

    def text(self) -> str:
        """The value as one text."""
        if not isinstance(self.value, str):
            self.fail("a single value is expected here")
        return self.value

    def number(self) -> float:
        """The value as a number."""
        try:
            return float(self.text())
        except ValueError:
            self.fail(f"{self.text()!r} is no number")

    def items(self) -> list[Node]:
        """The elements of a list; an empty value is an empty list."""
        if self.value == "":
            return []
        if not isinstance(self.value, list):
            self.fail("a list is expected here")
        return self.value

    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; an empty value is an empty mapping."""
        if self.value == "":
            return {}
        if not isinstance(self.value, dict):
            self.fail("a mapping (key: value) is expected here")
        return self.value

    def words(self) -> Iterator[str]:
        """Words written as one line with spaces, as several lines, or as a list."""
        if isinstance(self.value, str):
            yield from self.value.split()
            return
        for item in self.items():
            yield from item.text().split()

    def only(self, *allowed: str) -> dict[str, Node]:
        """The entries, none of which may have another name than ``allowed``."""
        for key, entry in self.entries().items():
            if key not in allowed:
                entry.fail(f"unknown key {key!r}; known are {', '.join(allowed)}")
        return self.entries()

    def require(self, *names: str) -> dict[str, Node]:
        """The entries, which must be exactly those of ``names``."""
        entries = self.only(*names)
        for name in names:
            if name not in entries:
                self.fail(f"{name!r} is missing")
        return entries


def read_document(path: Path) -> Node:
    """The whole file as one node.

    Raises:
        ConfigError: the file is missing, is no UTF-8 or no YAML, or names a key twice.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ConfigError(path, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, None, "is not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ConfigError(path, line, f"is no valid YAML: {error.problem}") from error
    if root is None:
        return Node(path, 1, {})
    return _convert(root, path)


def _convert(node: yaml.Node, path: Path) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        value = "" if node.tag.endswith(":null") else str(node.value)
        return Node(path, line, value)
    if isinstance(node, yaml.SequenceNode):
        return Node(path, line, [_convert(item, path) for item in node.value])
    entries: dict[str, Node] = {}
    for key, item in node.value:
        name = str(key.value)
        if name in entries:
            raise ConfigError(path, key.start_mark.line + 1, f"{name!r} is written twice")
        # A section is pointed at by its name, not by the first thing in it.
        entries[name] = replace(_convert(item, path), line=key.start_mark.line + 1)
    return Node(path, line, entries)
