"""Loading the lexicon: layers, and mistakes that name file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalogue import load_catalogue
from config.errors import ConfigError
from config.lexicon import PACKAGED, build_triage, load_lexicon
from routing.triage.decision import Ignore
from tests.unit.triage_fixture import packaged_triage

BASE = """\
version: "1"
things:
  gate: 大门 小门
words:
  broken: 坏 坏了
services:
  property.facility:
    appeal: help
    open:
      - gate + broken
"""


def _layer(directory: Path, name: str, text: str) -> Path:
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(text, encoding="utf-8")
    return directory


def test_a_later_layer_adds_and_takes_away(tmp_path: Path) -> None:
    base = _layer(tmp_path / "base", "a.yaml", BASE)
    district = _layer(
        tmp_path / "district",
        "ours.yaml",
        'version: "7"\nwords:\n  gate: 铁门 -小门\ndrop:\n  property.facility: [gate + broken]\n'
        "services:\n  property.facility:\n    open: [gate + 掉漆]\n",
    )
    lexicon = load_lexicon([base, district])
    assert lexicon.classes["gate"] == {"大门", "铁门"}
    assert [rule.text for rule in lexicon.rules] == ["gate + 掉漆"]
    assert lexicon.version == "a@1 ours@7"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (BASE.replace("gate + broken", "gate + borken"), 10, "borken"),
        (BASE.replace("gate + broken", "gate + 坏||烂"), 10, "empty choice"),
        (BASE.replace("gate + broken", '"! gate"'), 10, "at least one part"),
        (BASE.replace("property.facility", "property.facilty"), 7, "not in the catalogue"),
        (BASE.replace("appeal: help", "appeal: wish"), 8, "wish"),
        (BASE.replace("    open:", "    opens:"), 9, "unknown key"),
        (BASE + "words:\n  more: 词\n", 11, "written twice"),
        (BASE + "cues:\n  odd: {sure: [gate]}\n", 12, "'effect' is missing"),
        (BASE + "cues:\n  odd: {effect: loud, sure: [gate]}\n", 12, "loud"),
        ("services: [", 1, "no valid YAML"),
    ],
)
def test_mistakes_are_pointed_at(tmp_path: Path, text: str, line: int, reason: str) -> None:
    layer = _layer(tmp_path / "base", "a.yaml", text)
    with pytest.raises(ConfigError) as caught:
        load_lexicon([layer], load_catalogue().services)
    assert caught.value.path.endswith("a.yaml")
    assert caught.value.line == line
    assert reason in caught.value.reason


def test_a_district_word_is_understood(tmp_path: Path) -> None:
    word = "滴答盒"
    text = f"我们楼那个{word}坏了，麻烦来修"
    district = _layer(tmp_path / "district", "ours.yaml", f"words:\n  lift: {word}\n")
    decision = build_triage([PACKAGED, district]).decide(text)
    assert not isinstance(decision, Ignore)
    assert decision.service_code == "property.elevator"
    packaged = packaged_triage().decide(text)
    assert isinstance(packaged, Ignore) or packaged.service_code != "property.elevator"
