"""Deliveries looked at again: enqueued as if they had just come in, where there is something to look at."""

from __future__ import annotations

import pytest

from tests.alone import MONDAY
from worker import replaying
from worker.deployment import Deployment
from worker.domain.model import DeliveryState, JobKind, TenantId
from worker.errors import NotFoundHere
from worker.store import deliveries
from worker.store.deliveries import Arrival


def told(parts: Deployment, body: bytes | None, reason: str = "") -> int:
    """A delivery that was concluded; its id."""
    one = Arrival(TenantId("t1"), "one", MONDAY, "x", "FLEX-7", DeliveryState.IGNORED, reason, body=body)
    with parts.db.begin() as tx:
        (made,) = deliveries.accept(tx, [one])
    assert made
    return made


def test_one_is_looked_at_again_after_those_before_it_about_its_issue(parts: Deployment) -> None:
    made = told(parts, b"{}")
    with parts.db.begin() as tx:
        replaying.replay(tx, parts, made)
    with parts.db.read() as tx:
        assert deliveries.get(tx, made).state is DeliveryState.QUEUED
    (job,) = parts.queue.jobs()
    assert (job.kind, job.key, job.lane) == (JobKind.INTERPRET, str(made), "delivery:t1/FLEX-7")


@pytest.mark.parametrize(("reason", "words"), [("our own comment", "our own comment"), ("", "it was pruned")])
def test_one_without_a_body_is_a_sentence_and_stays_as_it_is(parts: Deployment, reason: str, words: str) -> None:
    made = told(parts, None, reason)
    with parts.db.begin() as tx, pytest.raises(NotFoundHere, match=rf"Delivery {made} has no body any more: {words}\."):
        replaying.replay(tx, parts, made)
    assert parts.queue.jobs() == []


def test_one_that_is_not_there_is_a_sentence(parts: Deployment) -> None:
    with parts.db.begin() as tx, pytest.raises(NotFoundHere, match="There is no delivery 7"):
        replaying.replay(tx, parts, 7)
