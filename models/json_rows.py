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

    def listed(self, mark: str) -> str:
        """The query of the values of a list that is a parameter."""
        return f"SELECT unnest({mark})" if self.mark == "$" else f"SELECT value FROM json_each({mark})"

    def looked_up(self, table: str, key: str, wanted: str, rest: str = "TRUE", *, also: str = "") -> str:
        """The rows ``t`` of a table whose key a query gives, each once, and for which ``rest`` holds.

        A planner that knows nothing of a table yet may read all of it for a few rows. What PostgreSQL finds fenced by
        the offset it can only look up, by the index of the key. ``also`` names columns there that ``*`` leaves out.
        """
        if self.mark == "$":
            found = f"SELECT *{also} FROM {table} WHERE {key} = wanted.key AND {rest} OFFSET 0"
            return f"({wanted}) AS wanted(key) CROSS JOIN LATERAL ({found}) t"
        return f"{table} t WHERE t.{key} IN ({wanted}) AND {rest}"

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
