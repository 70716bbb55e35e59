"""How values are written into columns."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import make_url
from sqlalchemy.engine import Dialect

from models.columns import UtcDateTime, area_path_end, from_json, storable, to_json

DIALECTS: list[Dialect] = [make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql+asyncpg")]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_moment_is_aware_utc_again(dialect: Dialect) -> None:
    column = UtcDateTime()
    local = datetime(2026, 11, 20, 17, 30, tzinfo=timezone(timedelta(hours=8)))
    read = column.process_result_value(column.process_bind_param(local, dialect), dialect)
    assert read == local
    assert read is not None
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_naive_moment_is_refused(dialect: Dialect) -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 20, 17, 30), dialect)  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("3号楼漏水😀", "3号楼漏水😀"),
        ("a\0b", "ab"),
        ("half \ud83d pair", "half ? pair"),
        ("", ""),
    ],
)
def test_what_no_database_keeps_is_left_out(text: str, kept: str) -> None:
    assert storable(text) == kept


@pytest.mark.parametrize(
    ("prefix", "path", "below"),
    [
        ("A/1/", "A/1/", True),
        ("A/1/", "A/1/B/", True),
        ("A/1/", "A/10/", False),
        ("A/1/", "A/1", False),
        ("A/1/", "a/1/", False),
        ("A/", "A/街道/😀/", True),
        ("", "😀/", True),
        ("", "", True),
    ],
)
def test_the_range_of_a_prefix(prefix: str, path: str, below: bool) -> None:
    assert (prefix <= path < area_path_end(prefix)) is below


def test_json_is_written_alike_each_time() -> None:
    assert to_json({"b": 1, "a": "水"}) == '{"a":"水","b":1}'
    assert from_json(b'{"a": [1, null]}') == {"a": [1, None]}
