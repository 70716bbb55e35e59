"""Each wrong value of the environment is refused by name, and no secret is ever shown."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from config.settings import Settings, SettingsInvalid, load_settings

TOKEN = "123456:AAbb-cc_DD"
LIVE = {"QUNBAN_TELEGRAM_TOKEN": TOKEN}
WEBHOOK = {**LIVE, "QUNBAN_TELEGRAM_MODE": "webhook"}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("QUNBAN_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _load(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings(serving=True)


def test_nothing_set_serves_the_local_chat_with_the_sample_district() -> None:
    settings = load_settings()
    assert settings.is_local_chat
    assert settings.loads_sample
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:///var/qunban.db"
    assert (settings.host, settings.port, settings.telegram_mode) == ("127.0.0.1", 8080, "polling")


@pytest.mark.parametrize(
    ("values", "loads"),
    [
        (LIVE, False),
        ({**LIVE, "QUNBAN_SAMPLE": "1"}, True),
        ({"QUNBAN_SAMPLE": "0"}, False),
        ({"QUNBAN_SAMPLE": ""}, True),
    ],
)
def test_sample_district_by_default_only_without_a_token(
    monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str], loads: bool
) -> None:
    assert _load(monkeypatch, values).loads_sample is loads


@pytest.mark.parametrize(
    ("values", "name", "says"),
    [
        ({"QUNBAN_TELEGRAM_TOKEN": "hunter2"}, "QUNBAN_TELEGRAM_TOKEN", "BotFather"),
        ({"QUNBAN_TELEGRAM_TOKEN": "12:a b"}, "QUNBAN_TELEGRAM_TOKEN", "BotFather"),
        ({**LIVE, "QUNBAN_TELEGRAM_API_URL": "api.telegram.org"}, "QUNBAN_TELEGRAM_API_URL", "http"),
        ({**LIVE, "QUNBAN_TELEGRAM_API_URL": "ftp://example.org"}, "QUNBAN_TELEGRAM_API_URL", "http"),
        ({**LIVE, "QUNBAN_TELEGRAM_MODE": "push"}, "QUNBAN_TELEGRAM_MODE", "webhook"),
        ({"QUNBAN_TELEGRAM_MODE": "webhook"}, "QUNBAN_TELEGRAM_TOKEN", "missing"),
        ({**WEBHOOK, "QUNBAN_WEBHOOK_SECRET": "s"}, "QUNBAN_PUBLIC_URL", "missing"),
        ({**WEBHOOK, "QUNBAN_PUBLIC_URL": "https://example.org"}, "QUNBAN_WEBHOOK_SECRET", "missing"),
        ({**WEBHOOK, "QUNBAN_WEBHOOK_SECRET": "a b"}, "QUNBAN_WEBHOOK_SECRET", "256"),
        ({"QUNBAN_DATABASE_URL": "mysql://root@localhost/q"}, "QUNBAN_DATABASE_URL", "postgresql+asyncpg"),
        ({"QUNBAN_DATABASE_URL": "var/qunban.db"}, "QUNBAN_DATABASE_URL", "sqlite+aiosqlite"),
        ({"QUNBAN_DATABASE_URL": "sqlite+aiosqlite://"}, "QUNBAN_DATABASE_URL", "file"),
        ({"QUNBAN_DATABASE_URL": "postgresql+asyncpg://u:p@h"}, "QUNBAN_DATABASE_URL", "name of the database"),
        ({"QUNBAN_CONFIG_DIR": "/nowhere/at/all"}, "QUNBAN_CONFIG_DIR", "/nowhere/at/all"),
        ({"QUNBAN_HOST": "0.0.0.0"}, "QUNBAN_HOST", "loopback only"),
        ({"QUNBAN_HOST": "qunban.example.org"}, "QUNBAN_HOST", "loopback only"),
        ({"QUNBAN_PORT": "http"}, "QUNBAN_PORT", "integer"),
        ({"QUNBAN_PORT": "70000"}, "QUNBAN_PORT", "65535"),
        ({"QUNBAN_SAMPLE": "perhaps"}, "QUNBAN_SAMPLE", "boolean"),
        ({"QUNBAN_TIMEZONE": "Asia/Neijiang"}, "QUNBAN_TIMEZONE", "Asia/Neijiang"),
        ({"QUNBAN_TIMEZONE": "../etc/passwd"}, "QUNBAN_TIMEZONE", "time zone"),
        ({"QUNBAN_LOG_LEVEL": "loud"}, "QUNBAN_LOG_LEVEL", "debug"),
        ({"QUNBAN_LOG_FORMAT": "xml"}, "QUNBAN_LOG_FORMAT", "json"),
    ],
)
def test_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str], name: str, says: str
) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        _load(monkeypatch, values)
    ((named, reason),) = refused.value.problems
    assert named == name
    assert says in reason
    assert "\n" not in str(refused.value)


def test_commands_that_do_not_serve_need_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUNBAN_HOST", "0.0.0.0")
    assert load_settings().is_local_chat


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        _load(monkeypatch, {"QUNBAN_PORT": "x", "QUNBAN_TIMEZONE": "x"})
    assert {name for name, _ in refused.value.problems} == {"QUNBAN_PORT", "QUNBAN_TIMEZONE"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_hosts_serve_the_local_chat(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert _load(monkeypatch, {"QUNBAN_HOST": host}).host == host


def test_any_host_with_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _load(monkeypatch, {**LIVE, "QUNBAN_HOST": "0.0.0.0"}).host == "0.0.0.0"


def test_a_file_of_values_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("QUNBAN_PORT=9001\nQUNBAN_LOG_FORMAT=json\nOTHER=1\n", encoding="utf-8")
    settings = _load(monkeypatch, {"QUNBAN_PORT": "9002"})
    assert (settings.port, settings.log_format) == (9002, "json")


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _load(
        monkeypatch,
        {
            **WEBHOOK,
            "QUNBAN_PUBLIC_URL": "https://example.org/",
            "QUNBAN_WEBHOOK_SECRET": "open-sesame",
            "QUNBAN_DATABASE_URL": "postgresql+asyncpg://qunban:hunter2@db/qunban",
        },
    )
    shown = f"{settings!r} {settings}"
    assert "hunter2" not in shown
    assert "open-sesame" not in shown
    assert TOKEN not in shown
    assert settings.public_url == "https://example.org"


def test_a_malformed_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        _load(monkeypatch, {"QUNBAN_TELEGRAM_TOKEN": "hunter2", "QUNBAN_DATABASE_URL": "mysql://qunban:hunter2@db/q"})
    assert "hunter2" not in str(refused.value)
