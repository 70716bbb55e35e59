"""``python -m bot.sandbox.server``: the sandbox alone, as a process of its own."""

import argparse
import json
import socket
from importlib import resources
from pathlib import Path

import uvicorn

from bot.sandbox.app import Sandbox, create_sandbox
from bot.sandbox.world import World, load_world

HOST = "127.0.0.1"


class SandboxServer(uvicorn.Server):
    """Closes the sandbox first, so that open streams and long polls do not hold up the stop."""

    def __init__(self, config: uvicorn.Config, sandbox: Sandbox) -> None:
        super().__init__(config)
        self._sandbox = sandbox

    @property
    def bound_port(self) -> int:
        """The port that the started server listens on."""
        return int(self.servers[0].sockets[0].getsockname()[1])

    async def serve_without_signals(self) -> None:
        """Serves until ``should_exit`` is set, leaving the process's signal handlers to their owner."""
        await self._serve()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._sandbox.aclose()
        await super().shutdown(sockets)


def trial_world() -> World:
    """A small neighbourhood to try the page and the server with."""
    text = (resources.files("bot.sandbox") / "assets" / "trial_world.json").read_text("utf-8")
    return load_world(json.loads(text))


def build_server(sandbox: Sandbox, port: int, log_level: str = "warning") -> SandboxServer:
    """A server for ``sandbox`` on loopback; port 0 lets the system choose."""
    config = uvicorn.Config(
        sandbox, host=HOST, port=port, log_level=log_level, lifespan="off", access_log=False, timeout_keep_alive=30
    )
    return SandboxServer(config, sandbox)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.server", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="port on 127.0.0.1")
    parser.add_argument("--state", type=Path, default=None, help="file that keeps the chats (default: memory)")
    parser.add_argument("--world", type=Path, default=None, help="JSON file with people and rooms")
    options = parser.parse_args()
    world = load_world(json.loads(options.world.read_text("utf-8"))) if options.world else trial_world()
    build_server(create_sandbox(world, options.state), options.port, "info").run()


if __name__ == "__main__":
    main()
