# ruff: noqa: S608 - Statements are made of the names of tables and columns alone.
"""Rows as JSON arrays: how either database writes them, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_type_hints

import msgspec
from sqlalchemy import Boolean
from sqlalchemy.types import TypeEngine

from models.columns import UtcDateTime, Values


class _Row(msgspec.Struct, array_like=True, gc=False):
    """A row as a JSON array."""


def row_of(kind: type) -> type[Any]:
    """What a JSON array of the fields of ``kind`` is read as."""
    hints = get_type_hints(kind)
    return msgspec.defstruct(
        f"{kind.__name__}Row", [(one.name, hints[one.name]) for one in fields(kind)], bases=(_Row,)
    )


@dataclass(frozen=True, slots=True)
class JsonDialect:
    """How one database says what the other says differently."""

    array: str
    gather: str
    make: str
    each: str
    """Whether something is one of a list that is a parameter; ``{}`` is the parameter."""
    mark: str
    """A parameter by its number."""

    def zipped(self, lists: tuple[str, str], name: str, columns: tuple[str, str]) -> str:
        """A table of two lists that are parameters, value beside value."""
        (one, other), (first, second) = lists, columns
        if self.mark == "$":
            return f"unnest({one}, {other}) AS {name}({first}, {second})"
        beside = f"json_extract({other}, '$[' || a.key || ']')"
        # The limit keeps it a table of its own: as a part of the query around it, it is made anew for each row there.
        return f"(SELECT a.value AS {first}, {beside} AS {second} FROM json_each({one}) a LIMIT -1) AS {name}"

    def scalar(self, value: str, rest: str) -> str:
        """A JSON value that a query gives."""
        found = f"(SELECT {value} FROM {rest})"
        return found if self.mark == "$" else f"json({found})"

    def gathered(self, value: str, rest: str) -> str:
        """A JSON array of what a query gives."""
        return self.scalar(self.gather.format(value), rest)

    def column(self, name: str, kind: TypeEngine[Any]) -> str:
        """A column as a JSON value."""
        if self.mark == "$":
            return name
        if isinstance(kind, UtcDateTime):
            return f"replace({name}, ' ', 'T') || 'Z'"
        if isinstance(kind, Boolean):
            return f"json(CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)"
        return f"json({name})" if isinstance(kind, Values) else name

    def row(self, table: type[Any], kind: type) -> str:
        """A row of a table as a JSON array, in the order of the fields of ``kind``."""
        names = [one.name for one in fields(kind)]
        return f"{self.array}({', '.join(self.column(f't.{name}', getattr(table, name).type) for name in names)})"


POSTGRESQL_JSON = JsonDialect(
    array="json_build_array",
    gather="coalesce(json_agg({}), '[]'::json)",
    make="json_build_object",
    each="= ANY({})",
    mark="$",
)
SQLITE_JSON = JsonDialect(
    array="json_array",
    gather="json_group_array({})",
    make="json_object",
    each="IN (SELECT value FROM json_each({}))",
    mark="?",
)
