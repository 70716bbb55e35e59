"""Sends requests to a server on loopback over a few connections that stay open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def rate(port: int, path: str, bodies: Sequence[bytes], secret: str, connections: int) -> float:
    """Requests a second for all of ``bodies``; raises ``AssertionError`` where one is not answered with 200."""
    opened = await _open(port, connections)
    waiting = iter(bodies)
    began = time.perf_counter()
    await asyncio.gather(*(_send_all(one, path, waiting, secret) for one in opened))
    took = time.perf_counter() - began
    await _close(opened)
    return len(bodies) / took


async def waits(
    port: int, path: str, bodies: Sequence[bytes], secret: str, *, each_second: float, connections: int
) -> list[float]:
    """Seconds from the moment at which each request was due to its answer, where so many are due each second.

    A request that has to wait for a connection waits, too: a server that falls behind cannot hide it.
    """
    opened = await _open(port, connections)
    found: list[float] = []
    began = time.perf_counter()
    due = ((began + number / each_second, body) for number, body in enumerate(bodies))
    await asyncio.gather(*(_send_when_due(one, path, due, secret, found) for one in opened))
    await _close(opened)
    return found


async def _open(port: int, connections: int) -> list[_Connection]:
    return [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]


async def _close(opened: Sequence[_Connection]) -> None:
    for _, writer in opened:
        writer.close()
        await writer.wait_closed()


async def _send_all(connection: _Connection, path: str, bodies: Iterator[bytes], secret: str) -> None:
    for body in bodies:
        await _send(connection, path, body, secret)


async def _send_when_due(
    connection: _Connection, path: str, due: Iterator[tuple[float, bytes]], secret: str, found: list[float]
) -> None:
    for moment, body in due:
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        await _send(connection, path, body, secret)
        found.append(time.perf_counter() - moment)


async def _send(connection: _Connection, path: str, body: bytes, secret: str) -> None:
    reader, writer = connection
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
