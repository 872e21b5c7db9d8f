"""One emulated site: its state, its script, its recorded requests, mails and deliveries. This is the face the
rest of the world codes against; the work is done in the modules named after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from worker.emulator.dc_world import JIRA_VERSION, settle
from worker.emulator.delivering import DELAYS, Deliverer
from worker.emulator.errors import ScriptError
from worker.emulator.faults import Faults
from worker.emulator.model import Delivery, Exchange, Hosting, Mail
from worker.emulator.script_apps import AppsScript
from worker.emulator.script_jira import JiraScript
from worker.emulator.script_wiki import WikiScript
from worker.emulator.world import World


def _real_clock() -> datetime:
    return datetime.now(UTC)


class Site(JiraScript, WikiScript, AppsScript):
    """A small Jira and Confluence in memory.

    ``now`` returns the site's aware UTC time (the real clock unless given), ``index_lag`` is how late
    searches see a change on that clock, ``delays`` are the real seconds between the tries of a webhook
    delivery. ``hosting`` is cloud or data_center; ``jira_version`` matters on Data Center only.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = _real_clock,
        index_lag: timedelta = timedelta(0),
        delays: Sequence[float] = DELAYS,
        hosting: str = Hosting.CLOUD,
        jira_version: str = JIRA_VERSION,
    ) -> None:
        self.faults = Faults()
        self._deliverer = Deliverer(delays)
        self.world = World(now=now, index_lag=index_lag, deliver=self._deliverer.send)
        if Hosting(hosting) is Hosting.DATA_CENTER:
            settle(self.world, jira_version)

    @property
    def url(self) -> str:
        """The address links start with; set by ``serve``."""
        return self.world.url

    @property
    def cloud_id(self) -> str:
        """The site's cloud id."""
        return self.world.cloud_id

    @property
    def requests(self) -> list[Exchange]:
        """The recorded exchanges with the API, the oldest first."""
        with self.world.lock:
            return list(self.world.requests)

    @property
    def mails(self) -> list[Mail]:
        """The mails the site would have sent, the oldest first."""
        with self.world.lock:
            return list(self.world.mails)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every webhook delivery so far, whether answered or not."""
        return self._deliverer.flush(0)

    def fault(
        self,
        method: str = "POST",
        path: str = "",
        *,
        times: int = 1,
        kind: str = "status",
        status: int = 500,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        seconds: float = 1.0,
    ) -> None:
        """Let the next ``times`` API requests of a method (or ``*``) whose path and query match a pattern
        fail.

        ``status`` and ``html`` answer without doing the work; ``reset`` drops the connection without doing
        it; ``lost_response`` and ``truncated`` do the work first; ``slow`` waits ``seconds`` and then answers
        as usual.
        """
        with self.world.lock:
            self.faults.add(
                method, path, times=times, kind=kind, status=status, headers=headers, body=body, seconds=seconds
            )

    def flush_webhooks(self, timeout: float = 10.0) -> list[Delivery]:
        """Wait until every delivery raised so far was answered or given up; return all of them."""
        return self._deliverer.flush(timeout)

    def redeliver(self, delivery_id: str) -> None:
        """Send a delivery once more, with the same id and the same bytes."""
        for delivery in self._deliverer.flush(0):
            if delivery.id == delivery_id:
                self._deliverer.send(delivery, again=True)
                return
        raise ScriptError(f"There is no delivery {delivery_id!r}.")

    def close(self) -> None:
        """Stop delivering webhooks."""
        self._deliverer.close()
