"""What the environment says: every name that begins with ``QUNBAN_``, checked before anything starts.

An empty value counts as unset, so that a line of ``.env`` can be blanked. What is secret is kept in
``SecretStr`` and never printed, not even where it is malformed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from routing.errors import QunbanError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

PREFIX = "QUNBAN_"

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
# Telegram's rule for the secret of setWebhook.
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
# The driver may be left out: there is one for each.
_DATABASE_SCHEMES = {"sqlite", "sqlite+aiosqlite", "postgres", "postgresql", "postgresql+asyncpg"}

LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsInvalid(QunbanError):
    """A value of the environment is missing or wrong; ``problems`` holds (name, reason) of each."""

    code = "settings_invalid"

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in problems))
        self.problems = problems


class Settings(BaseSettings):
    """The environment of one process; ``load_settings`` is the way to it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_token: SecretStr | None = None
    """The bot's token from BotFather. Without it the local chat is served instead of Telegram."""
    telegram_api_url: str = "https://api.telegram.org"
    """Any Bot API server."""
    telegram_mode: Literal["polling", "webhook"] = "polling"
    public_url: str | None = None
    """Where the platform reaches this service; needed for webhooks only."""
    webhook_secret: SecretStr | None = None
    database_url: SecretStr = SecretStr("sqlite+aiosqlite:///var/qunban.db")
    config_dir: Path | None = None
    """Files in it take the place of those packaged under ``config/data``, by name."""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    """0 lets the system choose a free one."""
    worker_port: int = Field(default=0, ge=0, le=65535)
    """Where a worker answers probes; several on one machine each need their own, so by default the system chooses."""
    sample: bool | None = None
    timezone: str | None = None
    """Takes the place of the calendar's own, which is Asia/Shanghai unless a district says otherwise."""
    log_level: LogLevel = "info"
    log_format: Literal["console", "json"] = "console"

    @property
    def is_local_chat(self) -> bool:
        """Whether the local chat takes the place of Telegram: so without a token."""
        return self.telegram_token is None

    @property
    def loads_sample(self) -> bool:
        """Whether empty registers are filled with the sample district; by default only in the local chat."""
        return self.is_local_chat if self.sample is None else self.sample

    @field_validator("log_level", "telegram_mode", "log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("telegram_token")
    @classmethod
    def _token_is_plausible(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("no bot token: BotFather gives digits, a colon, then letters and digits")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret_is_allowed(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("1 to 256 of A-Z, a-z, 0-9, _ and - were expected")
        return value

    @field_validator("telegram_api_url", "public_url")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("a URL with http or https was expected")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: SecretStr) -> SecretStr:
        scheme, separator, rest = value.get_secret_value().partition("://")
        if not separator or scheme not in _DATABASE_SCHEMES:
            raise ValueError("sqlite+aiosqlite:///path or postgresql+asyncpg://user:password@host/name was expected")
        if scheme.startswith("sqlite") and (not rest.startswith("/") or rest == "/"):
            raise ValueError("a file was expected, as in sqlite+aiosqlite:///var/qunban.db")
        if scheme.startswith("postgres") and not rest.partition("?")[0].partition("/")[2]:
            raise ValueError("the name of the database is missing, as in postgresql+asyncpg://user@host/qunban")
        return value

    @field_validator("config_dir")
    @classmethod
    def _folder_exists(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"no such folder: {value}")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone_is_known(cls, value: str | None) -> str | None:
        try:
            ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"unknown time zone {value}; a name such as Asia/Shanghai was expected") from None
        return value

    def problems_of_serving(self) -> tuple[tuple[str, str], ...]:
        """What does not fit together for a process that serves, as (name, reason); other commands need none of it."""
        if self.telegram_token is None:
            problems = []
            if not _is_loopback(self.host):
                reason = f"the local chat listens on loopback only; set {PREFIX}TELEGRAM_TOKEN to serve others"
                problems.append((f"{PREFIX}HOST", reason))
            if self.telegram_mode == "webhook":
                problems.append((f"{PREFIX}TELEGRAM_TOKEN", "missing; webhook mode needs a bot"))
            return tuple(problems)
        if self.telegram_mode == "polling":
            return ()
        needed = {
            "PUBLIC_URL": (self.public_url, "missing; webhook mode needs the address that Telegram delivers to"),
            "WEBHOOK_SECRET": (self.webhook_secret, "missing; webhook mode refuses updates without a secret"),
        }
        return tuple((PREFIX + name, reason) for name, (value, reason) in needed.items() if value is None)


def load_settings(*, serving: bool = False) -> Settings:
    """Reads the environment and ``.env`` of the working folder; ``SettingsInvalid`` names each wrong value.

    ``serving`` asks also whether the values fit together for a process that serves.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsInvalid(tuple(_problem(item) for item in error.errors())) from None
    problems = settings.problems_of_serving() if serving else ()
    if problems:
        raise SettingsInvalid(problems)
    return settings


def _problem(item: ErrorDetails) -> tuple[str, str]:
    cause = item.get("ctx", {}).get("error")
    reason = str(cause) if isinstance(cause, ValueError) else item["msg"][:1].lower() + item["msg"][1:]
    return PREFIX + str(item["loc"][0]).upper(), reason


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}
