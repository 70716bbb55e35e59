"""What may stand between a platform and the processes: a balancer that delivers late, twice, together, in any order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.web.webhook import PATH, SECRET_HEADER

LATE_SECONDS = 1.5
PAUSE_SECONDS = 0.3
"""Between two tries of a delivery that was not taken."""


class Relay:
    """An application that takes updates for certain and passes each on, until it is taken, as often as it likes."""

    def __init__(self, chance: random.Random, addresses: Callable[[], Sequence[str]]) -> None:
        """``addresses`` gives where the processes that run at the moment listen."""
        self._chance = chance
        self._addresses = addresses
        self._under_way: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(timeout=30, trust_env=False, verify=False)
        self.updates = 0
        self.answers: Counter[int] = Counter()
        """By status; 0 stands for none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The platform delivers: it is told yes at once, and this relay has to see to it."""
        request = Request(scope, receive)
        body, secret = await request.body(), request.headers.get(SECRET_HEADER, "")
        self.updates += 1
        together = asyncio.Event()
        for copy in range(self._chance.choice((1, 2, 2, 3))):
            # The first two come at the same moment, to different processes where there are two.
            moment = together if copy < 2 else asyncio.Event()
            self._begin(self._pass_on(body, secret, copy, moment))
        self._begin(self._after_a_while(together))
        await Response()(scope, receive, send)

    async def settle(self) -> None:
        """Returns once everything that was taken was passed on."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def aclose(self) -> None:
        """Drops what is under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._http.aclose()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _after_a_while(self, moment: asyncio.Event) -> None:
        await asyncio.sleep(self._chance.uniform(0, LATE_SECONDS))
        moment.set()

    async def _pass_on(self, body: bytes, secret: str, copy: int, moment: asyncio.Event) -> None:
        if copy < 2:
            await moment.wait()
        else:
            await self._after_a_while(moment)
        while await self._answer(body, secret, copy) != 200:
            copy += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _answer(self, body: bytes, secret: str, copy: int) -> int:
        addresses = self._addresses()
        status = 0
        if addresses:
            try:
                url = addresses[copy % len(addresses)] + PATH
                status = (await self._http.post(url, content=body, headers={SECRET_HEADER: secret})).status_code
            except httpx.HTTPError:
                status = 0
        self.answers[status] += 1
        return status
