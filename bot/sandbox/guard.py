"""Keeps strangers out: the sandbox lets everybody be anybody, so it serves this machine only."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(address: str) -> bool:
    """Whether ``address`` is this machine talking to itself, in either IP version."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


class LoopbackOnly:
    """Refuses other machines, foreign names (DNS rebinding) and requests that another site's page sends (CSRF)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_welcome(scope):
            await PlainTextResponse("Forbidden", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    @staticmethod
    def _is_welcome(scope: Scope) -> bool:
        client = scope.get("client")
        if client is None or not is_loopback(client[0]):
            return False
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if urlsplit(f"//{host}").hostname not in LOOPBACK_NAMES:
            return False
        # Another port of this machine is another site: its pages must not speak for people either.
        return origin is None or urlsplit(origin).netloc == host
