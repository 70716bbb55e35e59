"""The page at ``/`` of a service that talks to a real platform: it says that it runs, and nothing of its data."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, select_autoescape

from routing.texts import Texts


def front_page(texts: Texts) -> str:
    """The page as HTML; it loads nothing from elsewhere."""
    environment = Environment(loader=PackageLoader("bot.web"), autoescape=select_autoescape())
    return environment.get_template("front_page.html").render(say=texts.say)
