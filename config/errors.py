"""What is wrong with a configuration file, said with the file, the line and the reason."""

from __future__ import annotations

from pathlib import Path

from routing.errors import QunbanError


class ConfigError(QunbanError):
    """A configuration file cannot be used; the start ends with this one line."""

    code = "config"

    def __init__(self, path: Path | str, line: int | None, reason: str) -> None:
        super().__init__(f"{path}:{line or ''}: {reason}")
        self.path = str(path)
        self.line = line
        """Counted from 1; None where the whole file is meant."""
        self.reason = reason
