"""``needs.yaml`` and ``council.yaml``: what is wrong is named with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalogue import load_catalogue
from config.council import PACKAGED as COUNCIL
from config.council import load_council
from config.errors import ConfigError
from config.needs import PACKAGED as NEEDS
from config.needs import load_needs
from routing.followup import plain

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  seating:     {name: 休闲座椅, words: ", "  seating: {words: ", "'name' is missing"),
        ("services: [civic.suggestion,", "services: [civic.wish,", "not in the catalogue"),
        ("appeals: [suggestion,", "appeals: [wish,", "none of consult"),
        ("join_minutes: 240", "join_minutes: 0", "no whole number from 1 on"),
        ("similarity: 55", "similarity: 155", "not between 0 and 100"),
        ("same_kind: 0.5", "same_kind: 5", "not between 0 and 1"),
        ("days: 2, by: community", "days: 0, by: community", "no number of working days"),
        ("days: 2, by: community", "days: 2, by: nobody", "neither partner nor community"),
        ("remind_at: 0.75", "remind_at: 1", "no share between 0 and 1"),
        ("agree_hours: 16", "agree_hours: -1", "no positive number of hours"),
        ("most_a_day: 3", "most_a_week: 3", "unknown key"),
    ],
)
def test_wrong_needs_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    packaged = NEEDS.read_text(encoding="utf-8")
    assert old in packaged
    path = tmp_path / "needs.yaml"
    path.write_text(packaged.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_needs(CATALOGUE, path)
    assert reason in refused.value.reason
    assert refused.value.line is not None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("share_of_households: 0.01", "share_of_households: 3", "no share between 0 and 1"),
        ("most: 50", "most: 4", "less than the 5"),
        ("services: [civic.suggestion,", "services: [civic.wish,", "not in the catalogue"),
        ("ballot: anonymous", "ballot: secret", "none of anonymous, named"),
        ("default_hours: 48", "default_hours: 4800", "not between the shortest and the longest"),
        ('ends_at: "18:00"', 'ends_at: "26:00"', "no time of day"),
        ("staff_vote: false", "staff_vote: perhaps", "neither true nor false"),
        ("options: {most: 8,", "options: {most: 1,", "no whole number from 2 on"),
    ],
)
def test_a_wrong_council_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    packaged = COUNCIL.read_text(encoding="utf-8")
    assert old in packaged
    path = tmp_path / "council.yaml"
    path.write_text(packaged.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_council(CATALOGUE, path)
    assert reason in refused.value.reason
    assert refused.value.line is not None


def test_the_packaged_words_tell_one_kind_each() -> None:
    """A word of two kinds would leave to chance which of them a wish is."""
    rules = load_needs(CATALOGUE)
    words = [word for kind in rules.kinds.values() for word in kind.words]
    assert len(words) == len(set(words))
    assert all(word == plain(word) for word in words)
    for kind in rules.kinds.values():
        for word in kind.words:
            assert rules.kind_of(word) == kind.code, word
