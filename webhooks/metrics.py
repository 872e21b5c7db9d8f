"""Numbers about this LearnLoop for Prometheus, read from rows at each scrape; whichever process is asked says the same.

Tenants are named by their ids alone, and nothing is counted by person. Names and units follow Prometheus' conventions
(prometheus.io, "Metric and label naming"): moments are exported as timestamps, so that an alert does the subtraction.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, request
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import __version__
from worker.deployment import Deployment
from worker.store import migrate, tallies

blueprint = Blueprint("metrics", __name__)

# A few scrapes long, so that none falls through; short, so that counting stays cheap.
_RECENT = timedelta(minutes=5)
_WEEK = timedelta(days=7)

Row = tuple[tuple[str, ...], float]


@blueprint.get("/metrics")
@for_(Access.SCRAPER)
def scrape() -> Response:
    """The numbers, for whoever sends the token as `Authorization: Bearer …`."""
    wanted = deployment().settings.metrics_token
    if not wanted:
        abort(404, "There is no /metrics here; LEARNLOOP_METRICS_TOKEN gives it one.")
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        return Response("Send the token of LEARNLOOP_METRICS_TOKEN.", 401, {"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(_Rows(deployment()))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=content_type)


@dataclass(frozen=True)
class _Rows(Collector):
    """The metrics as the rows have them now, in one consistent view."""

    parts: Deployment

    def collect(self) -> Iterable[Metric]:
        now = self.parts.clock.now()
        with self.parts.db.read() as tx:
            return [*_of_the_whole(tx), *_counts(tx, now), *_jobs(tx, now), *_of_tenants(tx)]

    def describe(self) -> Iterable[Metric]:
        return ()


def _of_the_whole(tx: Connection) -> Iterator[Metric]:
    told = {"version": __version__, "schema": migrate.current(tx) or ""}
    yield InfoMetricFamily("learnloop", "The version that answers, and the revision of the database.", told)
    ticked = tallies.last_tick(tx)
    yield _gauge(
        "schedule_last_tick_timestamp_seconds",
        "When the schedule last started something; a quarter of an hour ago at most while a tenant is served.",
        (),
        [((), ticked.timestamp())] if ticked else [],
    )


def _counts(tx: Connection, now: datetime) -> Iterator[Metric]:
    came = [((source, state), count) for source, state, count in tallies.recent_deliveries(tx, now - _RECENT)]
    words = "Deliveries received in the last five minutes, by how the site told us and what came of it."
    yield _gauge("deliveries_recent", words, ("source", "state"), came)
    asked = [((str(state),), count) for state, count in tallies.prompt_states(tx, now - _WEEK).items()]
    yield _gauge("prompts_recent", "Prompts asked in the last seven days, by where they stand.", ("state",), asked)
    kept = [((str(state),), count) for state, count in tallies.page_states(tx).items()]
    yield _gauge("pages", "Confluence pages that are ours to keep, by how they stand.", ("state",), kept)


def _jobs(tx: Connection, now: datetime) -> Iterator[Metric]:
    jobs = tallies.waiting(tx, now)
    states = [(("due",), jobs.due), (("running",), jobs.running), (("dead",), jobs.dead)]
    words = "Jobs by state: due now, running, dead until a person decides. Those for a later time are not counted."
    yield _gauge("jobs", words, ("state",), states)
    age = (now - jobs.oldest_due).total_seconds() if jobs.oldest_due else 0.0
    yield _gauge(
        "jobs_oldest_due_age_seconds", "How long the oldest due job waits; 0 when none is due.", (), [((), age)]
    )


def _of_tenants(tx: Connection) -> Iterator[Metric]:
    pulses = tallies.pulses(tx)
    stopped = [((one.tenant_id,), float(one.stopped)) for one in pulses]
    yield _gauge(
        "tenant_stopped", "1 while nothing is tried for a tenant until a person decides.", ("tenant",), stopped
    )
    came = [((one.tenant_id,), one.last_delivery.timestamp()) for one in pulses if one.last_delivery]
    yield _gauge("tenant_last_delivery_timestamp_seconds", "When a delivery last came.", ("tenant",), came)
    swept = [((one.tenant_id,), one.last_sweep.timestamp()) for one in pulses if one.last_sweep]
    words = "When closes nobody told of were last looked for, to the end."
    yield _gauge("tenant_last_sweep_timestamp_seconds", words, ("tenant",), swept)
    ends = [((tenant, product), at.timestamp()) for tenant, product, at in tallies.expiries(tx)]
    words = "When a credential ends, where its end is known."
    yield _gauge("credential_expiry_timestamp_seconds", words, ("tenant", "product"), ends)


def _gauge(name: str, words: str, labels: tuple[str, ...], rows: Iterable[Row]) -> Metric:
    gauge = GaugeMetricFamily(f"learnloop_{name}", words, labels=labels)
    for values, number in rows:
        gauge.add_metric(values, number)
    return gauge
