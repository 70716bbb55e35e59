"""Counters of what comes in and goes out, on a registry that is passed in. No label holds an id or a text."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class UpdateMetrics:
    """What became of the updates of a platform."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._updates = Counter(
            "qunban_updates",
            "Updates of the chat platform by what became of them "
            "(chatter, nothing, handled, repeated, failed, parked, malformed)",
            ("platform", "outcome"),
            registry=registry,
        )
        self._ended: dict[tuple[str, str], Counter] = {}
        self._seconds = Histogram(
            "qunban_update_seconds",
            "Time from reading an update that was handled to its commit",
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=registry,
        )

    def ended(self, platform: str, outcome: str) -> None:
        """One update ended this way."""
        counter = self._ended.get((platform, outcome))
        if counter is None:
            # Finding the counter costs several times as much as counting, and there are but a few.
            counter = self._ended[platform, outcome] = self._updates.labels(platform, outcome)
        counter.inc()

    def handled_in(self, seconds: float) -> None:
        """An update was handled and committed within this time."""
        self._seconds.observe(max(seconds, 0.0))


class OutboxMetrics:
    """What became of the messages to the outside."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sent = Counter("qunban_outbox_sent", "Messages that a platform took", ("platform",), registry=registry)
        self._retried = Counter(
            "qunban_outbox_retried", "Tries that will be repeated, by cause", ("platform", "cause"), registry=registry
        )
        self._given_up = Counter(
            "qunban_outbox_given_up", "Messages that were given up, by cause", ("platform", "cause"), registry=registry
        )
        self._pending = Gauge("qunban_outbox_pending", "Messages that wait to be sent", registry=registry)
        self._oldest = Gauge("qunban_outbox_oldest_seconds", "Age of the message that waits longest", registry=registry)
        self._failed = Gauge(
            "qunban_outbox_undelivered", "Messages that were given up and are not yet pruned", registry=registry
        )
        self._lag = Histogram(
            "qunban_outbox_lag_seconds",
            "Time from the commit of a message to its delivery",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
            registry=registry,
        )

    def sent(self, platform: str, lag_seconds: float) -> None:
        """A platform took a message this long after it was written down."""
        self._sent.labels(platform).inc()
        self._lag.observe(max(lag_seconds, 0.0))

    def retried(self, platform: str, cause: str) -> None:
        """A try did not succeed and will be repeated."""
        self._retried.labels(platform, cause).inc()

    def given_up(self, platform: str, cause: str) -> None:
        """A message will not be sent."""
        self._given_up.labels(platform, cause).inc()

    def waiting(self, count: int, oldest_seconds: float, given_up: int) -> None:
        """So many messages wait, the oldest so long; so many were given up of late."""
        self._pending.set(count)
        self._oldest.set(max(oldest_seconds, 0.0))
        self._failed.set(given_up)
