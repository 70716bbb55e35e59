"""Types of columns: how the core's values are written on PostgreSQL and on SQLite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import JSON, BigInteger, DateTime, Enum, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the key is an INTEGER, which there has 64 bits as well."""

CODE_LENGTH = 32
"""Longest value of an enumeration, in characters."""


def coded(enumeration: type[StrEnum], name: str) -> Enum:
    """A column that holds the value of an enumeration as text, with a CHECK called ``name`` that allows no other."""
    return Enum(
        enumeration,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=CODE_LENGTH,
        name=name,
    )


def open_coded(enumeration: type[StrEnum]) -> Enum:
    """The same without a CHECK, for lists that grow with every feature."""
    return Enum(
        enumeration,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=False,
        length=CODE_LENGTH,
    )


def storable(text: str) -> str:
    """``text`` without what no database can keep: NUL is dropped, half a surrogate pair becomes "?"."""
    if "\0" in text:
        text = text.replace("\0", "")
    # Encoding is the quickest test; what a person writes nearly always passes it.
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode(errors="replace").decode()
    return text


def storable_tree(value: Any) -> Any:
    """A value made of dictionaries and lists with every text in it made ``storable``."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): storable_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable_tree(item) for item in value]
    return value


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in any zone when written, aware UTC when read. A naive datetime is refused.

    SQLite has no type for it: there it is text in UTC of fixed width, so that text order is time order.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        # The driver of PostgreSQL gives aware UTC by itself; a ticket has twenty moments.
        return None if dialect.name == "postgresql" else super().result_processor(dialect, coltype)


class PlainText(TypeDecorator[str]):
    """Text that a person or a platform wrote; see ``storable``."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class AreaPath(TypeDecorator[str]):
    """A path of area codes.

    It is compared byte by byte, so that "everything below" is a range that an ordinary index answers,
    whatever the language of the database.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else String())


class Values(TypeDecorator[Any]):
    """A value of the core as JSON (JSONB on PostgreSQL): ``Values(Place)``, ``Values(tuple[str, ...])``."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__(none_as_null=True)
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = JSONB if dialect.name == "postgresql" else JSON
        return dialect.type_descriptor(kind(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        # Sets are written in order, so that equal values are equal rows.
        return None if value is None else storable_tree(msgspec.to_builtins(value, order="deterministic"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else msgspec.convert(value, self.kind)


def to_json(value: Any) -> str:
    """How the engines write JSON."""
    return msgspec.json.encode(value, order="deterministic").decode()


def from_json(text: str | bytes) -> Any:
    """How the engines read JSON."""
    return msgspec.json.decode(text)


def area_path_end(prefix: str) -> str:
    """The first text after everything that begins with ``prefix``: what lies below is ``prefix <= path < end``.

    An area path ends with "/", so "A/1/" never takes "A/10/" with it. The empty prefix takes everything.
    """
    return prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else "\U0010ffff"
