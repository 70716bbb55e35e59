"""What people wrote and who they are never reaches a log, whichever way it is tried."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import PERSONAL_KEYS, set_up_logs

SECRET = "我家在3栋902漏水"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    output = io.StringIO()
    set_up_logs("info", "json", output)
    return output


def _events(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("key", sorted(PERSONAL_KEYS))
def test_personal_keys_are_emptied_at_any_depth(stream: io.StringIO, key: str) -> None:
    structlog.get_logger("bot.test").info("took", **{key: SECRET}, deep={"list": [{key: SECRET}]}, ticket=7)
    assert SECRET not in stream.getvalue()
    (event,) = _events(stream)
    assert event["event"] == "took"
    assert event["ticket"] == 7


@pytest.mark.parametrize("source", ["structlog", "logging"])
def test_a_traceback_says_where_but_quotes_no_data(stream: io.StringIO, source: str) -> None:
    def read(words: str) -> None:
        raise ValueError(f"cannot read {words}")

    def handle(words: str) -> None:
        try:
            read(words)
        except ValueError as error:
            raise RuntimeError(f"no row for {words}") from error

    try:
        handle(SECRET)
    except RuntimeError:
        if source == "structlog":
            structlog.get_logger("bot.test").exception("failed")
        else:
            logging.getLogger("somebody.else").exception("failed")
    assert SECRET not in stream.getvalue()
    (event,) = _events(stream)
    trace = str(event["exception"])
    assert "ValueError" in trace
    assert "RuntimeError" in trace
    assert "in handle" in trace


def test_standard_loggers_share_the_format(stream: io.StringIO) -> None:
    logging.getLogger("models").warning("lost %s rows", 3)
    (event,) = _events(stream)
    assert event["event"] == "lost 3 rows"
    assert event["level"] == "warning"
    assert event["logger"] == "models"


def test_requests_are_not_logged_line_by_line(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info('127.0.0.1 - "GET /find?word=%s"', SECRET)
    assert stream.getvalue() == ""


def test_console_format_is_one_readable_line() -> None:
    output = io.StringIO()
    set_up_logs("info", "console", output)
    structlog.get_logger("bot.test").info("serving", port=8080)
    assert "serving" in output.getvalue()
    assert "port=8080" in output.getvalue()
    assert output.getvalue().count("\n") == 1
