"""The life of a serving process: starts the parts in order, watches them, and stops them without losing anything."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from enum import StrEnum
from itertools import count

import structlog
import uvloop

from bot.backoff import Backoff, Randomness
from bot.heap import end_building, settle
from bot.logs import set_up_logs
from bot.main import Product, build, utc_now
from bot.sample import load_sample_once
from bot.services.ports import Clock
from bot.telegram.decode import ALLOWED_UPDATES, BotIdentity
from bot.telegram.library import AiogramError, TelegramBadRequest, TelegramNotFound, TelegramUnauthorizedError
from bot.telegram.menu import publish_menu
from bot.web.server import WebServer, listen, url_of
from bot.web.webhook import PATH
from config.settings import PREFIX, Settings, SettingsInvalid
from models.migrate import upgrade
from models.reach import reaching_database
from routing.errors import QunbanError

log = structlog.get_logger(__name__)

STOP_SECONDS = 20.0
"""How long a part may take to finish; a message that is being sent then is sent again by whoever runs next."""
MOST_CONNECTIONS = 100
"""As many as Telegram ever opens to a webhook. A report holds one until it is committed, and chatter must not wait for
that; Telegram itself would open 40."""
_TROUBLE = Backoff(first=1.0, longest=30.0)


class Role(StrEnum):
    """Which part of the service a process runs."""

    ALL = "all"
    WEB = "web"
    """Answers HTTP: health, metrics, the webhook."""
    WORKER = "worker"
    """Polls (in polling mode, one of them), sends what waits, watches the clocks, and answers probes."""


class PartFailed(QunbanError):
    """A part of the service ended although nobody had told it to; the log says why."""

    code = "part_failed"

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def run_service(settings: Settings, role: Role, announce: Callable[[str], None], *, clock: Clock = utc_now) -> None:
    """Serves until SIGTERM or SIGINT and then returns.

    Args:
        settings: the environment.
        role: which part of the service.
        announce: is given one line for the console once the service is ready.
        clock: what the service takes for the time of day.

    Raises:
        SettingsInvalid: a setting cannot work (the port is taken, the platform refuses the token).
        DatabaseAway: the database cannot be reached.
        ConfigError: a configuration file has a mistake.
        PartFailed: a part ended although nobody had told it to.
    """
    set_up_logs(settings.log_level, settings.log_format)
    if settings.is_local_chat and role is not Role.ALL:
        raise SettingsInvalid(((f"{PREFIX}TELEGRAM_TOKEN", "missing; the local chat runs in one process only"),))
    listening = _listen(settings, role)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, role, listening, announce, clock))


async def _serve(
    settings: Settings, role: Role, listening: socket.socket, announce: Callable[[str], None], clock: Clock
) -> None:
    url = url_of(listening)
    with reaching_database():
        await upgrade(settings.database_url.get_secret_value())
    product = build(settings, url=url, clock=clock)
    try:
        await Service(product, role, listening, announce).run()
    finally:
        await product.close()


def _listen(settings: Settings, role: Role) -> socket.socket:
    name, port = ("WORKER_PORT", settings.worker_port) if role is Role.WORKER else ("PORT", settings.port)
    value: object = port
    try:
        return listen(settings.host, port)
    except OSError as error:
        if isinstance(error, socket.gaierror):
            name, value = "HOST", settings.host
        reason = f"cannot listen on {value}: {error.strerror}"
        raise SettingsInvalid(((PREFIX + name, reason),)) from None


class Part:
    """Something that runs until it is told to stop, and then finishes what it took."""

    def __init__(self, name: str, work: Coroutine[None, None, None], stop: Callable[[], None]) -> None:
        self.name = name
        self.task = asyncio.create_task(work, name=name)
        self._stop = stop

    async def end(self) -> None:
        """Stops it and waits; what takes too long is cancelled."""
        self._stop()
        try:
            await asyncio.wait_for(self.task, STOP_SECONDS)
        except TimeoutError:
            log.warning("part_cancelled", part=self.name)
        except Exception:  # The parts that stop after it have to be stopped all the same.
            log.exception("part_failed", part=self.name)


class Service:
    """The parts of one process while they run."""

    def __init__(
        self,
        product: Product,
        role: Role,
        listening: socket.socket,
        announce: Callable[[str], None],
        randomness: Randomness = random.random,
    ) -> None:
        self._product = product
        self._listening = listening
        self._announce = announce
        self._randomness = randomness
        self._stopping = asyncio.Event()
        self._parts: list[Part] = []
        self._serves = role is not Role.WORKER
        self._works = role is not Role.WEB
        self._by_webhook = product.settings.telegram_mode == "webhook"
        self._registers = self._by_webhook and self._serves

    def stop(self) -> None:
        """Lets ``run`` finish what was taken and return."""
        self._stopping.set()

    async def run(self) -> None:
        """Starts the parts, waits for ``stop`` or a signal, and stops them; raises ``PartFailed``."""
        # Not only once it is ready: it may have to wait for the platform for hours, and works meanwhile.
        end_building()
        product = self._product
        if product.sample is not None and await load_sample_once(
            product.database.unit_of_work, product.sample, product.use_cases.clock()
        ):
            log.info("sample_district_loaded", areas=len(product.sample.areas), posts=len(product.sample.staff))
        with _on_signals(self.stop):
            try:
                await self._start()
                if not self._stopping.is_set():
                    settle()
                    self._announce(self._ready_line())
                await self._watch()
            finally:
                for part in reversed(self._parts):
                    await part.end()

    async def _start(self) -> None:
        """Starts the parts so that ending them in the opposite order loses nothing.

        What takes updates ends first. The local chat ends last, as the other parts still speak to it.
        """
        product = self._product
        takes_updates = self._serves and self._by_webhook
        if not takes_updates:
            await self._start_web()
        self._parts.append(Part("bell", product.bell.run(), product.bell.stop))
        if self._works:
            self._parts.append(Part("outbox", product.outbox.run(), product.outbox.stop))
            self._parts.append(Part("ticker", product.ticker.run(), product.ticker.stop))
        if takes_updates:
            await self._start_web()
        await self._until_the_platform_answers(self._learn_identity)
        if self._works:
            await self._until_the_platform_answers(self._publish_menu)
        if self._registers:
            await self._until_the_platform_answers(self._register_webhook)
        if self._works and not self._by_webhook and not self._stopping.is_set():
            self._parts.append(Part("poller", product.poller.run(), product.poller.stop))

    async def _start_web(self) -> None:
        chat = self._product.local_chat
        app = self._product.app if self._serves else self._product.probe_app
        web = WebServer(app, self._listening, before_stop=None if chat is None else chat.aclose)
        self._parts.append(Part("web", web.run(), web.stop))
        await web.wait_until_ready()

    async def _learn_identity(self) -> None:
        try:
            me = await self._product.bot.get_me(request_timeout=10)
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise SettingsInvalid(((f"{PREFIX}TELEGRAM_TOKEN", "the platform knows no bot with it"),)) from None
        self._product.gate.open(BotIdentity(me.id, me.username or ""))

    async def _publish_menu(self) -> None:
        await publish_menu(self._product.bot, self._product.configuration.texts)

    async def _register_webhook(self) -> None:
        settings = self._product.settings
        secret = settings.webhook_secret
        try:
            await self._product.bot.set_webhook(
                f"{settings.public_url}{PATH}",
                secret_token=None if secret is None else secret.get_secret_value(),
                allowed_updates=list(ALLOWED_UPDATES),
                max_connections=MOST_CONNECTIONS,
            )
        except TelegramBadRequest:
            raise SettingsInvalid(((f"{PREFIX}PUBLIC_URL", "the platform refuses to deliver to it"),)) from None

    async def _until_the_platform_answers(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Calls ``ask`` until it succeeds or the process is told to stop; a platform that is away is waited for."""
        for failures in count(1):
            if self._stopping.is_set():
                return
            try:
                await ask()
            except AiogramError as error:
                log.warning("platform_away", kind=type(error).__name__, failures=failures)
            else:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TROUBLE.seconds(failures, self._randomness))

    async def _watch(self) -> None:
        """Returns when the process is told to stop; raises ``PartFailed`` where a part ends before."""
        told = asyncio.create_task(self._stopping.wait(), name="told to stop")
        try:
            await asyncio.wait({told, *(part.task for part in self._parts)}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
        if not self._stopping.is_set():
            raise PartFailed(next(part.name for part in self._parts if part.task.done()))

    def _ready_line(self) -> str:
        url = url_of(self._listening)
        if not self._serves:
            return f"群办 Qunban is working, its metrics on {url}/metrics; Ctrl-C stops it"
        if self._product.local_chat is not None:
            return f"群办 Qunban: open {url} in a browser to try the local chat; Ctrl-C stops it"
        return f"群办 Qunban is serving on {url}; Ctrl-C stops it"


@contextlib.contextmanager
def _on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Calls ``stop`` at the first SIGTERM or SIGINT; a second one ends the process as it always would."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def first() -> None:
        for number in signals:
            loop.remove_signal_handler(number)
        stop()

    for number in signals:
        loop.add_signal_handler(number, first)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
