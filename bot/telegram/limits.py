"""How fast Telegram lets a bot speak.

Its FAQ for bots: about 30 messages a second in all, one a second in a chat, 20 a minute in a group; edits count like
messages, an album like as many messages as it has pictures.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace

from routing.pace import EVERYBODY, LONGEST_PAUSE_SECONDS, Pace, Rate, earliest

_OVERALL = Rate(30, 1.0)
_CHAT = Rate(1, 1.0)
_GROUP = Rate(20, 60.0)


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a platform; several apply to one chat at the same time."""

    overall: Rate = _OVERALL
    chat: Rate = _CHAT
    group: Rate = _GROUP


class SendLimits:
    """Gives each message its moment. What was given before is passed in, since all processes together keep the rates.

    Paces are by chat, with ``EVERYBODY`` for all of them; one that is missing stands for silence.
    """

    def __init__(self, rates: Rates = Rates()) -> None:
        self._rates = rates

    def grant(
        self, paces: MutableMapping[int, Pace], chat_id: int, now: float, patience: float, messages: int = 1
    ) -> float:
        """The first moment at which so many messages may go to this chat.

        It is kept in ``paces`` where it lies within ``patience`` seconds; else whoever asked has to ask again.
        """
        overall, chat = paces.get(EVERYBODY, Pace()), paces.get(chat_id, Pace())
        lower = max(now, _pause_of(overall, now), _pause_of(chat, now))
        at = self._common(overall, chat, chat_id, lower, messages)
        if at - now <= patience:
            overall_rates, chat_rates = (self._rates.overall,), self._of_chat(chat_id)
            paces[EVERYBODY] = _added(overall, overall_rates, now, at, messages)
            paces[chat_id] = _added(chat, chat_rates, now, at, messages)
        return at

    def pause(self, paces: MutableMapping[int, Pace], chat_id: int, now: float, seconds: float) -> None:
        """The platform refused a message to this chat and wants so long a pause.

        It does not say whether it means the chat or the bot. Two chats that are refused during the same pause cannot
        both be a busy chat, so then everything waits: ``paces`` has to hold all chats that are paused.
        """
        until = now + min(seconds, LONGEST_PAUSE_SECONDS)
        others = (pace for other, pace in paces.items() if other not in {chat_id, EVERYBODY})
        if any(_pause_of(pace, now) > now for pace in others):
            paces[EVERYBODY] = _paused(paces.get(EVERYBODY, Pace()), now, until)
        paces[chat_id] = _paused(paces.get(chat_id, Pace()), now, until)

    def _common(self, overall: Pace, chat: Pace, chat_id: int, at: float, messages: int) -> float:
        """The first moment that suits every rate: each only ever moves it on, so this ends."""
        while True:
            later = earliest(overall.moments, self._rates.overall, at, messages)
            for rate in self._of_chat(chat_id):
                later = earliest(chat.moments, rate, later, messages)
            if later == at:
                return at
            at = later

    def _of_chat(self, chat_id: int) -> tuple[Rate, ...]:
        # Groups have negative numbers, private chats those of their persons (Bot API, Chat).
        return (self._rates.chat, self._rates.group) if chat_id < 0 else (self._rates.chat,)


def _added(pace: Pace, rates: tuple[Rate, ...], now: float, at: float, messages: int) -> Pace:
    """The pace with the new moments and without those that are of no more account for any rate."""
    longest = max(rate.seconds for rate in rates)
    most = max(rate.count for rate in rates)
    recent = [moment for moment in pace.moments if moment > now - longest]
    # Of an album that is longer than the rate allows, as many count as the rate knows.
    recent += [at] * min(messages, most)
    return replace(pace, moments=tuple(sorted(recent)))


def _pause_of(pace: Pace, now: float) -> float:
    """The end of a pause that holds at ``now``, else ``now``."""
    until = pace.paused_until
    return until if until is not None and now < until <= now + LONGEST_PAUSE_SECONDS else now


def _paused(pace: Pace, now: float, until: float) -> Pace:
    return replace(pace, paused_until=max(until, _pause_of(pace, now)))
