"""The chat page: one template, one style sheet, its scripts, all texts from one file."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

TEXTS = "data/texts/sandbox.zh-Hans.yaml"
SCRIPT = "text/javascript; charset=utf-8"
ASSETS = {
    "chat.css": "text/css; charset=utf-8",
    "chat.js": SCRIPT,
    "bubble.js": SCRIPT,
    "composer.js": SCRIPT,
    "log.js": SCRIPT,
    "people.js": SCRIPT,
    "words.js": SCRIPT,
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@cache
def page_texts() -> Mapping[str, Any]:
    """The page's words, read once in a process."""
    texts: dict[str, Any] = yaml.safe_load((resources.files("config") / TEXTS).read_text("utf-8"))
    return texts


def page_routes(timezone: str) -> list[Route]:
    """The page at ``/``, which shows times in ``timezone`` (``World.timezone``), and what it loads, read once."""
    texts = page_texts()
    templates = Environment(loader=PackageLoader("bot.sandbox", "assets"), autoescape=select_autoescape())
    # "<" is escaped so that no text can close the script element that carries the texts.
    words = json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")
    html = templates.get_template("chat.html").render(texts=texts, words=words, timezone=timezone)
    assets = {name: (resources.files("bot.sandbox") / "assets" / name).read_bytes() for name in ASSETS}

    async def page(_: Request) -> Response:
        return HTMLResponse(html, headers=HEADERS)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in assets:
            return Response(status_code=404)
        return Response(assets[name], headers={**HEADERS, "Content-Type": ASSETS[name]})

    return [Route("/", page), Route("/sandbox/assets/{name}", asset)]
