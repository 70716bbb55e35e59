"""Whether the process is up (liveness) and whether it can do its work (readiness)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel

Check = Callable[[], Awaitable[str | None]]
"""Gives none where all is well, else a stable word that says what is wrong; raising counts as wrong too."""


class CheckOutcome(BaseModel):
    """What one check found."""

    ok: bool
    reason: str | None = None


class Readiness(BaseModel):
    """What all checks found."""

    ready: bool
    checks: dict[str, CheckOutcome]


class Liveness(BaseModel):
    """The process answers."""

    status: str = "ok"


@dataclass(frozen=True, slots=True)
class ReadinessChecks:
    """The checks by name, run together; each has ``timeout_seconds``."""

    checks: Mapping[str, Check]
    timeout_seconds: float = 5.0

    async def run(self) -> Readiness:
        """Runs every check; one that hangs or raises is reported and does not hide the others."""
        found = await asyncio.gather(*(self._outcome(check) for check in self.checks.values()))
        outcomes = dict(zip(self.checks, found, strict=True))
        return Readiness(ready=all(outcome.ok for outcome in outcomes.values()), checks=outcomes)

    async def _outcome(self, check: Check) -> CheckOutcome:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                reason = await check()
        except TimeoutError:
            reason = "timeout"
        except Exception as error:  # Whatever it is, this is where it is to be seen.
            reason = type(error).__name__
        return CheckOutcome(ok=reason is None, reason=reason)


class ChatCheck:
    """Whether the chat platform answers; a good answer counts for ``fresh_for`` seconds, so probes do not burden it."""

    def __init__(self, ask: Callable[[], Awaitable[object]], now: Callable[[], float], fresh_for: float) -> None:
        """``now`` gives seconds that no change of the machine's clock moves."""
        self._ask = ask
        self._now = now
        self._fresh_for = fresh_for
        self._answered_at: float | None = None

    async def __call__(self) -> str | None:
        """Asks the platform unless it has answered lately; raises what the platform's client raises."""
        if self._answered_at is None or self._now() - self._answered_at >= self._fresh_for:
            await self._ask()
            self._answered_at = self._now()
        return None


def health_router(readiness: ReadinessChecks) -> APIRouter:
    """``GET /healthz`` and ``GET /readyz``."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process is up")
    async def healthz() -> Liveness:
        return Liveness()

    @router.get(
        "/readyz",
        summary="Database and chat are reachable, migrations are current",
        responses={503: {"model": Readiness, "description": "Something is missing; each check says what."}},
    )
    async def readyz(response: Response) -> Readiness:
        found = await readiness.run()
        response.status_code = 200 if found.ready else 503
        return found

    return router


def metrics_router(registry: CollectorRegistry) -> APIRouter:
    """``GET /metrics``."""
    router = APIRouter(tags=["health"])

    @router.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def create_probe_app(readiness: ReadinessChecks, registry: CollectorRegistry) -> FastAPI:
    """All that a worker answers: whether it is up and ready, and its metrics."""
    app = FastAPI(title="群办 Qunban worker", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_router(readiness))
    app.include_router(metrics_router(registry))
    return app
