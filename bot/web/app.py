"""The web application: health, metrics, the webhook, and the page at ``/``."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from prometheus_client import CollectorRegistry
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.api_page import api_page
from bot.web.front_page import front_page
from bot.web.health import ReadinessChecks, health_router, metrics_router
from bot.web.webhook import PATH, Webhook
from routing.texts import Texts

_OPENAPI_URL = "/openapi.json"


class Application(FastAPI):
    """Hands updates to the webhook before it looks for a route, which would cost more than most updates do."""

    webhook: Webhook | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_http = scope["type"] == "http"
        if self.webhook is not None and is_http and scope["path"] == PATH and scope["method"] == "POST":
            await self.webhook(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    *,
    version: str,
    texts: Texts,
    readiness: ReadinessChecks,
    registry: CollectorRegistry,
    webhook: Webhook | None = None,
    local_chat: ASGIApp | None = None,
) -> Application:
    """Puts the routes together.

    Args:
        version: of the product, for ``/docs``.
        texts: the sentences of the front page.
        readiness: what ``/readyz`` checks.
        registry: what ``/metrics`` shows.
        webhook: takes updates; none where the bot polls for them.
        local_chat: takes ``/`` and everything that no other route answers; without it ``/`` is a plain page.
    """
    app = Application(
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
        app.webhook = webhook
        # Only for the answer to any other method.
        app.router.routes.append(Route(PATH, webhook, methods=["POST"], include_in_schema=False))
    if local_chat is not None:
        # Mounted last: what the routes above do not answer is the local chat's, its "/" among it.
        app.mount("/", local_chat, name="local-chat")
    else:
        page = front_page(texts)

        @app.get("/", include_in_schema=False)
        async def root() -> HTMLResponse:
            return HTMLResponse(page)

    return app
