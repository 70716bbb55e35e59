"""The HTTP interface does what its own OpenAPI description says, whatever is sent to it."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import settings
from prometheus_client import CollectorRegistry
from schemathesis import Case

from bot.web.app import create_app
from bot.web.health import ReadinessChecks
from bot.web.webhook import Webhook
from config.overlay import PACKAGED
from config.texts import load_texts


async def _fine() -> str | None:
    return None


async def _ignored(raw: bytes) -> None:
    """Takes every update."""


APP = create_app(
    version="1",
    texts=load_texts([PACKAGED]),
    readiness=ReadinessChecks({"database": _fine}),
    registry=CollectorRegistry(),
    webhook=Webhook(_ignored, "a-secret-of-the-webhook"),
)
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)


@SCHEMA.parametrize()
@settings(max_examples=20, deadline=None)
def test_every_answer_is_as_described(case: Case[Any]) -> None:
    case.call_and_validate()


def test_the_description_names_every_public_path() -> None:
    assert set(APP.openapi()["paths"]) == {"/healthz", "/readyz", "/metrics"}
