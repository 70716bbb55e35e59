"""Service items as YAML and CSV, the certificates, and the rules of the guide: what is refused, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalogue import load_catalogue
from config.csv_table import CsvRefused
from config.errors import ConfigError
from config.guide import PACKAGED, PACKAGED_CERTIFICATES, load_certificates, load_guide_rules
from config.service_items import items_to_csv, items_to_yaml, load_service_items
from routing.guide.items import Mode, ServiceItem

CATALOGUE = load_catalogue()
RULES = load_guide_rules()


def loaded(path: Path, **more: object) -> tuple[ServiceItem, ...]:
    taken = more.get("taken", ())
    return load_service_items(CATALOGUE, RULES, path, taken=taken if isinstance(taken, tuple) else ())


def refused(path: Path) -> set[tuple[int, str, str]]:
    with pytest.raises(CsvRefused) as caught:
        loaded(path, taken=("no_crime",))
    return {(one.line, one.field, one.code) for one in caught.value.problems}


def test_the_packaged_files_hold_what_they_say() -> None:
    items = load_service_items(CATALOGUE, RULES)
    certificates = load_certificates(RULES)
    assert len(items) >= 40
    assert len(certificates) == 24
    assert all(item.sample and item.checked and item.documents and item.where and item.contact for item in items)
    groups = {item.service_code for item in items}
    assert groups == {code for code in CATALOGUE.services if code.startswith("service.")} - {"service.certificate"}
    assert {mode for item in items for mode in item.modes} == set(Mode)
    assert any(item.bookable for item in items)
    assert any(item.after_hours for item in items)
    assert any(not one.issuer.startswith("不需要") for one in certificates)


@pytest.mark.parametrize("kind", ["csv", "yaml"])
def test_what_is_exported_can_be_imported(tmp_path: Path, kind: str) -> None:
    items = load_service_items(CATALOGUE, RULES)
    path = tmp_path / f"items.{kind}"
    path.write_text(items_to_csv(items) if kind == "csv" else items_to_yaml(items), encoding="utf-8")
    assert loaded(path) == items


def test_every_problem_of_a_table_is_found_with_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(
        "code,name,service,words,documents,modes,bookable,checked\n"
        "a_1,甲,service.health,词,身份证|户口簿,online assisted,yes,2026-11-01\n"
        "A-2,,service.nothing,词++词,,byfax,maybe,gestern\n"
        "a_1,乙,service.health,,,,,\n"
        "no_crime,丙,service.health,丙,,,,\n",
        encoding="utf-8",
    )
    assert refused(path) == {
        (3, "code", "bad_code"),
        (3, "name", "missing"),
        (3, "service", "unknown_service"),
        (3, "words", "bad_term"),
        (3, "modes", "unknown_mode"),
        (3, "bookable", "neither_yes_nor_no"),
        (3, "checked", "no_day"),
        (4, "code", "duplicate_code"),
        (4, "words", "missing"),
        (5, "code", "duplicate_code"),
    }


def test_what_stands_at_the_top_of_yaml_holds_for_all_items(tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text(
        "sample: yes\narea: TD\nitems:\n"
        "  - {code: a, name: 甲, service: service.health, words: 甲}\n"
        "  - {code: b, name: 乙, service: service.health, words: 乙, area: TD101, sample: no}\n",
        encoding="utf-8",
    )
    assert [(item.area_code, item.sample) for item in loaded(path)] == [("TD", True), ("TD101", False)]
    with pytest.raises(CsvRefused) as caught:
        load_service_items(CATALOGUE, RULES, path, areas={"TD"})
    assert [(one.line, one.field, one.code) for one in caught.value.problems] == [(5, "area", "unknown_area")]


def test_yaml_points_at_the_line_of_the_field(tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text(
        "items:\n"
        "  - code: a\n    name: 甲\n    service: service.health\n    words: 甲\n"
        "  - code: b\n    name: 乙\n    service: service.none\n    words: '@unknown'\n    checked: 2026-13-01\n",
        encoding="utf-8",
    )
    assert refused(path) == {(8, "service", "unknown_service"), (9, "words", "bad_term"), (10, "checked", "no_day")}


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("items:\n  - {code: a, color: red}\n", 2, "unknown key 'color'"),
        ("version: 1\n", 1, "'items' is missing"),
        ("items:\n  - code: a\n    documents: [甲|乙]\n", 3, "separates the parts of a list"),
    ],
)
def test_yaml_of_the_wrong_form_is_refused(tmp_path: Path, content: str, line: int, reason: str) -> None:
    path = tmp_path / "items.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=reason) as caught:
        loaded(path)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("code: no_crime", "code: kinship", "is given twice"),
        ("code: no_crime", "code: No-Crime", "a code has at most 16"),
        ("words: 无犯罪 ", "words: 无犯罪+ ", "has an empty part"),
        ("rule: 犯罪记录", "why: 犯罪记录", "unknown key 'why'"),
    ],
)
def test_a_wrong_certificate_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "certificates.yaml"
    path.write_text(PACKAGED_CERTIFICATES.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_certificates(RULES, path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("promise_minutes: 8", "promise_minutes: 0", "not a whole number above zero"),
        ("recheck_days: 180", "recheck_days: bald", "not a whole number above zero"),
        ("recheck_days: 180\n", "", "'recheck_days' is missing"),
        ('"@where"', '"@wohin"', "word class 'wohin' is nowhere given"),
    ],
)
def test_wrong_rules_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "guide.yaml"
    path.write_text(PACKAGED.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_guide_rules(path)
