"""The web application: health, metrics, the webhook, and the page at ``/``."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from bot.web.api_page import api_page
from bot.web.front_page import front_page
from bot.web.health import ReadinessChecks, health_router, metrics_router
from routing.texts import Texts

_OPENAPI_URL = "/openapi.json"


def create_app(
    *,
    version: str,
    texts: Texts,
    readiness: ReadinessChecks,
    registry: CollectorRegistry,
    webhook: APIRouter | None = None,
    local_chat: ASGIApp | None = None,
) -> FastAPI:
    """Puts the routes together.

    Args:
        version: of the product, for ``/docs``.
        texts: the sentences of the front page.
        readiness: what ``/readyz`` checks.
        registry: what ``/metrics`` shows.
        webhook: the route that takes updates; none where the bot polls for them.
        local_chat: takes ``/`` and everything that no other route answers; without it ``/`` is a plain page.
    """
    app = FastAPI(
        title="群办 Qunban",
        version=version,
        summary="Service requests out of residents' chat groups",
        docs_url=None,
        redoc_url=None,
        openapi_url=_OPENAPI_URL,
    )
    app.include_router(health_router(readiness))
    app.include_router(metrics_router(registry))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(api_page(app.openapi(), _OPENAPI_URL))

    if webhook is not None:
        app.include_router(webhook)
    if local_chat is not None:
        # Mounted last: what the routes above do not answer is the local chat's, its "/" among it.
        app.mount("/", local_chat, name="local-chat")
    else:
        page = front_page(texts)

        @app.get("/", include_in_schema=False)
        async def root() -> HTMLResponse:
            return HTMLResponse(page)

    return app
