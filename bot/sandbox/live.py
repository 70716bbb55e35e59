"""What open pages are told while they watch, one stream per page."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

HEARTBEAT_SECONDS = 15.0
"""A comment this often lets both ends notice a dead connection."""
BACKLOG = 500
"""Events a slow page may be behind before it is told to load afresh."""


class Live:
    """Hands events to the pages of the persons concerned. Ends all streams at once on ``close``."""

    def __init__(self) -> None:
        self._pages: dict[asyncio.Queue[str | None], int] = {}
        self._closed = False

    def tell(self, people: Iterable[int], event: str, data: dict[str, Any]) -> None:
        """Sends ``event`` to every page of ``people``."""
        concerned = set(people)
        line = f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        for page, person in self._pages.items():
            if person in concerned:
                self._put(page, line)

    def tell_all(self, event: str, data: dict[str, Any]) -> None:
        self.tell(self._pages.values(), event, data)

    async def stream(self, person: int) -> AsyncIterator[str]:
        """The lines of one page's event stream, until it or the sandbox closes."""
        page: asyncio.Queue[str | None] = asyncio.Queue(BACKLOG)
        if self._closed:
            return
        self._pages[page] = person
        try:
            yield "retry: 1000\nevent: ready\ndata: {}\n\n"
            while True:
                try:
                    line = await asyncio.wait_for(page.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    line = ": still here\n\n"
                if line is None:
                    return
                yield line
        finally:
            self._pages.pop(page, None)

    def close(self) -> None:
        self._closed = True
        for page in self._pages:
            self._drain(page)
            page.put_nowait(None)

    def _put(self, page: asyncio.Queue[str | None], line: str) -> None:
        if page.full():
            # The page reconnects by itself and loads what it missed.
            self._drain(page)
            page.put_nowait(None)
            return
        page.put_nowait(line)

    @staticmethod
    def _drain(page: asyncio.Queue[str | None]) -> None:
        while not page.empty():
            page.get_nowait()
