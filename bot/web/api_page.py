"""The page at ``/docs``: what the HTTP interface offers, drawn from its own OpenAPI description.

FastAPI's ready-made pages load their scripts from the internet, which a closed network of an office has not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    summary: str
    description: str
    answers: tuple[tuple[str, str], ...]


def operations_of(openapi: Mapping[str, Any]) -> tuple[Operation, ...]:
    """The operations of an OpenAPI description in its own order."""
    return tuple(
        Operation(
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            answers=tuple(
                (status, answer.get("description", "")) for status, answer in operation.get("responses", {}).items()
            ),
        )
        for path, methods in openapi.get("paths", {}).items()
        for method, operation in methods.items()
    )


def api_page(openapi: Mapping[str, Any], openapi_url: str) -> str:
    """The page as HTML; it loads nothing from elsewhere."""
    environment = Environment(loader=PackageLoader("bot.web"), autoescape=select_autoescape())
    return environment.get_template("api_page.html").render(
        title=openapi["info"]["title"],
        version=openapi["info"]["version"],
        summary=openapi["info"].get("summary", ""),
        operations=operations_of(openapi),
        openapi_url=openapi_url,
    )
