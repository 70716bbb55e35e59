"""How fast the platform lets a bot speak, as arithmetic over moments that are passed in.

Telegram's FAQ for bots: about 30 messages a second in all, one a second in a chat, 20 a minute in a group; edits
count like messages, an album like as many messages as it has pictures. Sliding windows are kept, not average rates:
after a quiet minute an average would let 20 messages go at once and 20 more within the next minute.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` messages in any ``seconds``."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a platform; several apply to one chat at the same time."""

    overall: Rate = Rate(30, 1.0)
    chat: Rate = Rate(1, 1.0)
    group: Rate = Rate(20, 60.0)


class _Window:
    """The moments of the last messages, as many as the rate allows."""

    __slots__ = ("_moments", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._moments: deque[float] = deque(maxlen=rate.count)

    def free_at(self, messages: int) -> float:
        """From when on so many more may be sent; more than the rate ever allows at once go when it is all free."""
        in_the_way = len(self._moments) + min(messages, self._rate.count) - self._rate.count
        return self._moments[in_the_way - 1] + self._rate.seconds if in_the_way > 0 else float("-inf")

    def add(self, moment: float) -> None:
        self._moments.append(moment)

    def is_idle(self, now: float) -> bool:
        return not self._moments or self._moments[-1] + self._rate.seconds <= now


class SendLimits:
    """Says how long a message to a chat has to wait. Moments are seconds on any clock that runs forward.

    Each process counts its own messages; where several send, the platform's own refusals (``pause``) settle the rest.
    """

    def __init__(self, rates: Rates = Rates()) -> None:
        self._rates = rates
        self._overall = _Window(rates.overall)
        self._chats: dict[int, tuple[_Window, ...]] = {}
        self._paused: dict[int, float] = {}
        self._all_paused_until = float("-inf")

    def wait(self, chat_id: int, now: float, messages: int = 1) -> float:
        """Seconds until so many messages may go to this chat; zero means at once."""
        free = max(
            self._overall.free_at(messages),
            self._all_paused_until,
            self._paused.get(chat_id, now),
            *(window.free_at(messages) for window in self._chats.get(chat_id, ())),
        )
        return max(0.0, free - now)

    def count(self, chat_id: int, now: float, messages: int = 1) -> None:
        """So many messages go to this chat now."""
        if chat_id not in self._chats:
            self._forget_idle(now)
            rates = (self._rates.chat, self._rates.group) if chat_id < 0 else (self._rates.chat,)
            self._chats[chat_id] = tuple(_Window(rate) for rate in rates)
        for window in (self._overall, *self._chats[chat_id]):
            for _ in range(messages):
                window.add(now)

    def pause(self, chat_id: int, now: float, seconds: float) -> None:
        """The platform refused a message to this chat and wants so long a pause.

        It does not say whether it means the chat or the bot. Two chats that are refused during the same pause cannot
        both be a busy chat, so then everything waits.
        """
        until = now + seconds
        self._paused = {chat: end for chat, end in self._paused.items() if end > now}
        if any(chat != chat_id for chat in self._paused):
            self._all_paused_until = max(self._all_paused_until, until)
        self._paused[chat_id] = max(until, self._paused.get(chat_id, until))

    def _forget_idle(self, now: float) -> None:
        """Keeps memory to the chats of the last minute, at a price that is paid once for many new chats."""
        if len(self._chats) < 2 * max(self._rates.group.count, 512):
            return
        self._chats = {
            chat: windows for chat, windows in self._chats.items() if not all(window.is_idle(now) for window in windows)
        }
