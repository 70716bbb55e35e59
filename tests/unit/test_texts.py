"""Sentences for people: one place, every error and every key of the code, overrides checked."""

from __future__ import annotations

import importlib
import pkgutil
import re
from datetime import timedelta
from pathlib import Path

import pytest

import bot
import config
import models
import routing
from bot.services.wording import Wording
from config.errors import ConfigError
from config.texts import load_texts
from routing.errors import QunbanError
from routing.script import Script
from routing.texts import MissingText, Texts
from routing.ticket import RequestKind
from tests.town import configuration

PACKAGED = Path(config.__file__).parent / "data"

_OPERATORS_OWN = {
    # Met on the command line or at start, where English lines name them; no resident or worker ever sees them.
    "bad_lexicon_rule",
    "csv_refused",
    "database_away",
    "database_behind",
    "backup_refused",
    "database_url",
    "malformed_update",
    "not_kept",
    "update_failed",
}


def _every_error() -> list[type[QunbanError]]:
    for package in (bot, config, models, routing):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found, waiting = [], [QunbanError]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting.extend(error.__subclasses__())
    return found


def test_codes_of_errors_are_distinct_and_each_has_a_sentence() -> None:
    errors = _every_error()
    codes = [error.code for error in errors]
    assert len(set(codes)) == len(codes)
    reachable = {code for code in codes if not code.startswith(("delivery", "settings", "config"))} - _OPERATORS_OWN
    texts = configuration().texts
    missing = {code for code in reachable if f"error.{code}" not in texts} - _delivery_codes()
    assert not missing


def _delivery_codes() -> set[str]:
    from bot.services.delivery import DeliveryError

    waiting, found = [DeliveryError], set[str]()
    while waiting:
        error = waiting.pop()
        found.add(error.code)
        waiting.extend(error.__subclasses__())
    return found


def test_every_key_that_the_code_says_exists() -> None:
    """A key that is put together at run time is not seen here; the flows say those."""
    said = set[str]()
    for folder in (Path(bot.__file__).parent / "services", Path(bot.__file__).parent / "telegram"):
        for path in folder.rglob("*.py"):
            said |= set(re.findall(r'(?:say|sentence|Answer)\(\s*"([a-z_.]+)"', path.read_text()))
    assert said
    assert {key for key in said if key not in configuration().texts} == set()


def test_traditional_readers_get_the_sentence_converted() -> None:
    texts = Texts({"a": "已登记 {number}"}, {}, configuration().texts._to_traditional)
    assert texts.say("a", Script.HANT, number=1) == "已登記 1"
    assert texts.say("a", Script.HANS, number=1) == "已登记 1"


def test_a_sentence_of_its_own_for_traditional_wins() -> None:
    texts = Texts({"a": "已登记"}, {"a": "收到啦"}, str.upper)
    assert texts.say("a", Script.HANT) == "收到啦"


@pytest.mark.parametrize(("key", "fields"), [("b", {}), ("a", {})])
def test_missing_key_or_field_is_an_error(key: str, fields: dict[str, object]) -> None:
    with pytest.raises(MissingText):
        Texts({"a": "{number}"}, {}, str).say(key, **fields)


@pytest.mark.parametrize(
    ("written", "line", "reason"),
    [
        ("greeting: {x: 你好}\n", 1, "no sentence of the product"),
        ("intake:\n  ask: 需要 {nobody} 吗\n", 2, "unknown fields nobody"),
        ("reason:\n  hold:\n    Relics-and-monuments: 涉及文物\n", 3, "at most 20 small letters"),
        ("reason:\n  hold:\n    relics: 涉及{what}\n", 3, "no sentence of the product"),
        ("intake:\n  ask: 需要 {owner\n", 2, "expected '}'"),
        ("intake:\n  ask: [1]\n", 2, "was expected"),
        ("intake:\n ask: 一\n ask: 二\n", 3, "written twice"),
        ("intake: {", 1, "YAML"),
    ],
)
def test_a_wrong_override_is_named_with_file_and_line(tmp_path: Path, written: str, line: int, reason: str) -> None:
    path = tmp_path / "texts" / "zh-Hans" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(written, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_texts([PACKAGED, tmp_path])
    assert (refused.value.path, refused.value.line) == (str(path), line)
    assert reason in refused.value.reason


def test_a_district_has_reasons_of_its_own_and_takes_others_off_the_list(tmp_path: Path) -> None:
    path = tmp_path / "texts" / "zh-Hans" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("reason:\n  hold:\n    relics: 涉及文物保护\n    season: ''\n", encoding="utf-8")
    usual, own = configuration(), load_texts([PACKAGED, tmp_path])
    before = Wording(usual.texts, usual.catalogue, usual.zone).reasons(RequestKind.HOLD)
    after = Wording(own, usual.catalogue, usual.zone).reasons(RequestKind.HOLD)
    assert set(after) - set(before) == {("relics", "涉及文物保护")}
    assert {code for code, _ in before} - {code for code, _ in after} == {"season"}


def test_an_override_rewords_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "texts" / "zh-Hans" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("intake:\n  ask: 要不要 {owner} 来看看？\n", encoding="utf-8")
    assert load_texts([PACKAGED, tmp_path]).say("intake.ask", owner="物业") == "要不要 物业 来看看？"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "不到1分钟"),
        (59, "不到1分钟"),
        (60, "1分钟"),
        (3_599, "59分钟"),
        (3_600, "1小时0分钟"),
        (93_600, "1天2小时"),
    ],
)
def test_lengths_of_time_are_said_in_their_largest_units(seconds: int, said: str) -> None:
    usual = configuration()
    wording = Wording(usual.texts, usual.catalogue, usual.zone)
    assert wording.span(timedelta(seconds=seconds)) == said
