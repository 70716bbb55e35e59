"""Sends requests to a server on loopback over a few connections that stay open, and says how many it answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

CONNECTIONS = 8


async def rate(port: int, path: str, bodies: Sequence[bytes], secret: str) -> float:
    """Requests a second for all of ``bodies``; raises ``AssertionError`` where one is not answered with 200."""
    lanes = [bodies[lane::CONNECTIONS] for lane in range(CONNECTIONS)]
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in lanes]
    began = time.perf_counter()
    await asyncio.gather(
        *(_send(*connection, path, lane, secret) for connection, lane in zip(opened, lanes, strict=True))
    )
    took = time.perf_counter() - began
    for _, writer in opened:
        writer.close()
        await writer.wait_closed()
    return len(bodies) / took


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, bodies: Sequence[bytes], secret: str
) -> None:
    for body in bodies:
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        for line in head.lower().splitlines():
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
