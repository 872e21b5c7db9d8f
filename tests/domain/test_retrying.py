"""What becomes of a failed job, in one table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.domain.nouns import MONDAY as NOW
from worker import errors
from worker.domain.retrying import GiveUp, Retry, decide

CALL = "GET /x"
DEAD = None


def after(*, counts: bool = True, **span: float) -> Retry:
    return Retry(NOW + timedelta(**span), counts)


def rate_limited(seconds: float) -> errors.RateLimited:
    return errors.RateLimited("slow down", until=NOW + timedelta(seconds=seconds), reason="burst", call=CALL)


def unavailable(seconds: float | None = None) -> errors.Unavailable:
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    return errors.Unavailable("down", status=503, call=CALL, until=until)


@pytest.mark.parametrize(
    ("error", "tries", "jitter", "expected"),
    [
        # The site may be back soon: 2 s doubling to 30 s, then minutes, then hours.
        (unavailable(), 1, 1.0, after(seconds=2)),
        (unavailable(), 2, 1.0, after(seconds=4)),  # 2 × 2
        (unavailable(), 3, 1.0, after(seconds=8)),  # 2 × 2 × 2
        (unavailable(), 4, 1.0, after(seconds=16)),  # 2 × 2 × 2 × 2
        (unavailable(), 5, 1.0, after(seconds=30)),  # 32, cut to 30
        (unavailable(), 6, 1.0, after(minutes=2)),
        (unavailable(), 7, 1.0, after(minutes=10)),
        (unavailable(), 8, 1.0, after(hours=1)),
        (unavailable(), 9, 1.0, after(hours=3)),
        (unavailable(), 10, 1.0, after(hours=7)),  # in all 60 s + 12 min + 11 h
        (unavailable(), 11, 1.0, DEAD),
        (errors.Unreachable("no answer"), 1, 1.0, after(seconds=2)),
        (errors.Unreachable("no answer"), 10, 1.0, after(hours=7)),
        (errors.Unreachable("no answer"), 11, 1.0, DEAD),
        (errors.Conflict("moved on", status=409), 1, 1.0, after(seconds=2)),
        (errors.Conflict("moved on", status=409), 11, 1.0, DEAD),
        # The dice spread a herd of jobs: 8 × 0.7 and 8 × 1.3.
        (unavailable(), 3, 0.7, after(seconds=5.6)),
        (unavailable(), 3, 1.3, after(seconds=10.4)),
        # What the site asks for is the least; our own wait may be longer: max(60, 2), max(1, 16).
        (unavailable(60), 1, 1.0, after(seconds=60)),
        (unavailable(1), 4, 1.0, after(seconds=16)),
        (unavailable(60), 11, 1.0, DEAD),
        # A pause is no failure: it never uses up tries, and never lies in the past.
        (rate_limited(90), 1, 1.3, after(seconds=90, counts=False)),
        (rate_limited(90), 500, 1.0, after(seconds=90, counts=False)),
        (rate_limited(-5), 1, 1.0, after(seconds=0, counts=False)),
        (errors.Paused("wait", NOW + timedelta(hours=1)), 40, 1.0, after(hours=1, counts=False)),
        # Repeating would not change the answer, or would lock the account.
        (errors.Unauthorized("no", status=401), 1, 1.0, DEAD),
        (errors.Forbidden("no", status=403), 1, 1.0, DEAD),
        (errors.TenantStopped("stopped"), 1, 1.0, DEAD),
        (errors.Missing("gone", status=404), 1, 1.0, DEAD),
        (errors.Rejected("bad", status=400), 1, 1.0, DEAD),
        (errors.TooLarge("big", status=413), 1, 1.0, DEAD),
        (errors.NotWellFormed("broken"), 1, 1.0, DEAD),
        (errors.PayloadError("broken"), 1, 1.0, DEAD),
        # A mistake of ours: three tries in all.
        (KeyError("x"), 1, 1.0, after(seconds=2)),
        (KeyError("x"), 2, 1.0, after(seconds=4)),
        (KeyError("x"), 3, 1.0, DEAD),
    ],
)
def test_what_becomes_of_a_job_that_failed(error: Exception, tries: int, jitter: float, expected: Retry | None) -> None:
    assert decide(error, tries, NOW, jitter) == (expected or GiveUp())
