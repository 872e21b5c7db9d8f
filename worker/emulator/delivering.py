"""Webhook deliveries on their way: one thread a webhook, in order, over one kept connection, never under the
site's lock. Retried on 408, 409, 425, 429, 5xx and failed connections with the same id and bytes, at most
five times after the first (source: Atlassian, "Webhooks", retry policy; the minutes between tries are shortened to
``delays``)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

import requests

from worker.emulator.model import Delivery

RETRIED = frozenset((408, 409, 425, 429))
DELAYS = (0.02, 0.04, 0.08, 0.16, 0.16)  # seconds of real time before each of the five retries


class Deliverer:
    """Sends deliveries and remembers every one."""

    def __init__(self, delays: Sequence[float] = DELAYS, timeout: float = 20.0) -> None:
        self.delays = tuple(delays)
        self.timeout = timeout
        self.deliveries: list[Delivery] = []
        self._queues: dict[int, queue.SimpleQueue[Delivery | None]] = {}
        self._open = 0
        self._closed = threading.Event()
        self._idle = threading.Condition()

    def send(self, delivery: Delivery, again: bool = False) -> None:
        """Queue a delivery behind those of the same webhook; returns at once."""
        with self._idle:
            self._open += 1
            if not again:
                self.deliveries.append(delivery)
            waiting = self._queues.get(delivery.webhook_id)
            if waiting is None:
                waiting = self._queues[delivery.webhook_id] = queue.SimpleQueue()
                name = f"webhook-{delivery.webhook_id}"
                threading.Thread(target=self._work, args=(waiting,), name=name, daemon=True).start()
        waiting.put(delivery)

    def flush(self, timeout: float) -> list[Delivery]:
        """Wait until nothing is on its way, at most ``timeout`` seconds, and return every delivery so far."""
        with self._idle:
            self._idle.wait_for(lambda: self._open == 0, timeout)
            return list(self.deliveries)

    def close(self) -> None:
        """Stop the threads; what is still waiting is dropped."""
        self._closed.set()
        with self._idle:
            for waiting in self._queues.values():
                waiting.put(None)
            self._queues.clear()

    def _work(self, waiting: queue.SimpleQueue[Delivery | None]) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (delivery := waiting.get()) is not None:
                try:
                    if not self._closed.is_set():
                        self._deliver(session, delivery)
                finally:
                    with self._idle:
                        self._open -= 1
                        self._idle.notify_all()

    def _deliver(self, session: requests.Session, delivery: Delivery) -> None:
        for attempt in range(min(len(self.delays) + 1, delivery.tries or len(self.delays) + 1)):
            if attempt and self._closed.wait(self.delays[attempt - 1]):
                return
            status = self._try(session, delivery, attempt)
            delivery.attempts += 1
            delivery.status = status
            delivery.statuses.append(status)
            if status is not None and status < 500 and status not in RETRIED:
                return

    def _try(self, session: requests.Session, delivery: Delivery, attempt: int) -> int | None:
        headers = dict(delivery.headers) | dict(delivery.tokens() if delivery.tokens else {})
        if attempt:
            headers["X-Atlassian-Webhook-Retry"] = str(attempt)
        try:
            limit = delivery.timeout or self.timeout
            answer = session.post(
                delivery.url, data=delivery.body, headers=headers, timeout=limit, allow_redirects=False
            )
        except requests.RequestException:
            return None
        return answer.status_code
