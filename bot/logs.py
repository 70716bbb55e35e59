"""Structured logs, without what people wrote and who they are.

Everything goes through structlog, the standard library's loggers too, so there is one format and one place
that drops personal data. The rule is that nobody logs a message's text; dropping the names under which it would
come is the second line of defence.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any, Literal, TextIO

import structlog

from routing.errors import QunbanError

PERSONAL_KEYS = frozenset(
    {
        "text", "texts", "caption", "message", "body", "payload", "raw", "content", "title", "lines", "resolution",
        "name", "sender_name", "reporter_name", "first_name", "last_name", "username", "phone", "phone_number",
        "place", "room", "location", "latitude", "longitude", "file_id", "token", "secret", "url", "params",
    }
)  # fmt: skip
"""Fields of an event whose values never reach a log, at any depth of it."""

# These say at "info" what our own events say better, with addresses and query strings of people in them.
_CHATTY = {
    "uvicorn.access": logging.CRITICAL,
    "uvicorn": logging.WARNING,
    "uvicorn.error": logging.WARNING,
    "aiogram": logging.WARNING,
    "aiohttp.access": logging.CRITICAL,
    # Every statement with its values, at "debug".
    "aiosqlite": logging.WARNING,
    "apscheduler": logging.WARNING,
    "alembic": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "asyncio": logging.WARNING,
    "jieba": logging.WARNING,
}


def drop_personal(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes what may hold people's words or identities out of an event; the keys stay, so that the loss is seen."""
    return {key: _cleaned(key, value) for key, value in event.items()}


def _cleaned(key: str, value: object) -> object:
    if key in PERSONAL_KEYS:
        return "[dropped]"
    if isinstance(value, dict):
        return {inner: _cleaned(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned("", item) for item in value]
    return value


def render_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turns ``exc_info`` into where it happened and what kind it was, without the message of the exception.

    A message often quotes its data: a database names the values of the row it refused, a decoder the text
    it could not read. Local variables are left out for the same reason.
    """
    information = event.pop("exc_info", None)
    if information is True:
        information = sys.exc_info()
    error = information[1] if isinstance(information, tuple) else information
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_chain(error))
    return event


def _chain(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _chain(earlier)
        yield "then"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield type(error).__qualname__ + _detail(error)


def _detail(error: BaseException) -> str:
    if isinstance(error, QunbanError):
        return f": {error.code}"
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return f": SQLSTATE {state}" if state else ""


def set_up_logs(level: str, style: Literal["console", "json"], stream: TextIO | None = None) -> None:
    """Sends structlog and the standard loggers to ``stream`` (standard error by default) in one format."""
    output = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        render_exception,
        drop_personal,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=output.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, floor in _CHATTY.items():
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(floor, root.level))
