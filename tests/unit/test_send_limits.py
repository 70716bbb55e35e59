"""How fast the bot may speak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.limits import Rates, SendLimits
from routing.pace import Pace, Rate

GROUP, OTHER_GROUP, PERSON = -1001, -1002, 7
FOR_EVER = 1e9


class Sending:
    """Paces as the processes share them, and what may go when."""

    def __init__(self, rates: Rates | None = None) -> None:
        self.limits = SendLimits(rates or Rates())
        self.paces: dict[int, Pace] = {}

    def wait(self, chat_id: int, now: float, messages: int = 1) -> float:
        """Seconds until so many may go; nothing is sent."""
        return self.limits.grant(dict(self.paces), chat_id, now, 0.0, messages) - now

    def send(self, chat_id: int, now: float, messages: int = 1, patience: float = 0.0) -> float:
        """Sends at the granted moment, which is returned."""
        return self.limits.grant(self.paces, chat_id, now, patience, messages)

    def pause(self, chat_id: int, now: float, seconds: float) -> None:
        self.limits.pause(self.paces, chat_id, now, seconds)


def test_a_chat_hears_one_message_a_second() -> None:
    limits = Sending()
    assert limits.wait(PERSON, 100.0) == 0
    limits.send(PERSON, 100.0)
    assert limits.wait(PERSON, 100.0) == 1.0
    assert limits.wait(PERSON, 100.75) == pytest.approx(0.25)
    assert limits.wait(PERSON, 101.0) == 0


def test_a_chat_over_its_limit_does_not_hold_up_others() -> None:
    limits = Sending()
    limits.send(GROUP, 100.0)
    assert limits.wait(GROUP, 100.0) > 0
    assert limits.wait(OTHER_GROUP, 100.0) == 0


def test_a_group_hears_twenty_a_minute_and_a_person_more() -> None:
    limits = Sending()
    for second in range(20):
        limits.send(GROUP, 100.0 + second)
        limits.send(PERSON, 100.0 + second)
    assert limits.wait(GROUP, 120.0) == 40.0
    assert limits.wait(GROUP, 160.0) == 0
    assert limits.wait(PERSON, 120.0) == 0


def test_thirty_a_second_in_all() -> None:
    limits = Sending()
    for person in range(1, 31):
        assert limits.wait(person, 100.0) == 0
        limits.send(person, 100.0)
    assert limits.wait(31, 100.0) == 1.0
    assert limits.wait(31, 101.0) == 0


def test_an_album_counts_as_its_pictures() -> None:
    limits = Sending()
    limits.send(GROUP, 100.0, 15)
    assert limits.wait(GROUP, 110.0, 5) == 0
    assert limits.wait(GROUP, 110.0, 6) == 50.0


def test_what_never_fits_goes_once_everything_is_free() -> None:
    limits = Sending(Rates(overall=Rate(5, 1.0), chat=Rate(1, 1.0), group=Rate(5, 60.0)))
    assert limits.wait(GROUP, 100.0, 10) == 0
    limits.send(GROUP, 100.0)
    assert limits.wait(GROUP, 101.0, 10) == 59.0


def test_the_platforms_pause_is_kept() -> None:
    limits = Sending()
    limits.pause(GROUP, 100.0, 17)
    assert limits.wait(GROUP, 105.0) == 12.0
    assert limits.wait(OTHER_GROUP, 105.0) == 0
    assert limits.wait(GROUP, 117.0) == 0
    limits.pause(GROUP, 118.0, 3)
    assert limits.wait(OTHER_GROUP, 118.0) == 0, "the pause before was over, so this is one busy chat again"


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    limits = Sending()
    limits.pause(GROUP, 100.0, 60)
    limits.pause(GROUP, 101.0, 1)
    assert limits.wait(GROUP, 102.0) == 58.0


def test_two_refused_chats_mean_the_whole_bot() -> None:
    limits = Sending()
    limits.pause(GROUP, 100.0, 30)
    limits.pause(PERSON, 101.0, 20)
    assert limits.wait(OTHER_GROUP, 102.0) == 19.0
    assert limits.wait(GROUP, 102.0) == 28.0


def test_only_what_is_still_of_account_is_kept() -> None:
    limits = Sending()
    for second in range(300):
        limits.send(GROUP, 1000.0 + 4 * second)
        limits.send(PERSON, 1000.0 + 4 * second)
    assert len(limits.paces[GROUP].moments) <= 20
    assert len(limits.paces[PERSON].moments) == 1
    assert len(limits.paces[0].moments) <= 30


def test_who_would_have_to_wait_too_long_takes_no_place() -> None:
    limits = Sending()
    limits.send(PERSON, 100.0)
    assert limits.send(PERSON, 100.0, patience=0.5) == 101.0
    assert limits.paces[PERSON].moments == (100.0,)
    assert limits.send(PERSON, 100.0, patience=1.0) == 101.0
    assert limits.paces[PERSON].moments == (100.0, 101.0)


def test_a_promise_for_later_leaves_room_before_it() -> None:
    limits = Sending(Rates(overall=Rate(2, 1.0)))
    limits.send(GROUP, 100.0)
    assert limits.send(GROUP, 100.0, patience=5.0) == 101.0
    assert limits.send(PERSON, 100.0, patience=5.0) == 100.0
    assert limits.send(8, 100.0, patience=5.0) == 101.0
    assert limits.send(9, 100.0, patience=5.0) == 102.0


_sends = st.lists(
    st.tuples(st.sampled_from([GROUP, OTHER_GROUP, PERSON, 8, 9]), st.floats(0, 3), st.integers(1, 4)), max_size=120
)


@given(_sends)
def test_no_window_ever_holds_more_than_its_rate(sends: list[tuple[int, float, int]]) -> None:
    rates = Rates(overall=Rate(6, 1.0), chat=Rate(4, 2.0), group=Rate(10, 15.0))
    limits = Sending(rates)
    now, sent = 1_000.0, []
    for chat, pause, messages in sends:
        now += pause
        # Some are sent at once or after a wait of their own, others are promised their moment ahead.
        at = limits.send(chat, now, messages, patience=FOR_EVER)
        assert at >= now
        sent += [(chat, at)] * messages

    def fullest(moments: list[float], rate: Rate) -> int:
        # Just under the whole span, since a message may go exactly when the oldest leaves the window.
        return max((sum(start <= at < start + rate.seconds - 1e-6 for at in moments) for start in moments), default=0)

    assert fullest([at for _, at in sent], rates.overall) <= rates.overall.count
    for chat in {chat for chat, _ in sent}:
        moments = [at for other, at in sent if other == chat]
        assert fullest(moments, rates.chat) <= rates.chat.count
        if chat < 0:
            assert fullest(moments, rates.group) <= rates.group.count
