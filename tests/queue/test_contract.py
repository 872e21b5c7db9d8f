"""What a queue promises (`worker.queue`), whichever adapter keeps it: in one thread, under a clock that is moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.queue.adapters import Bench, only, put
from worker.domain.model import JobKind
from worker.errors import Conflict, Forbidden, Paused, TenantStopped, Unavailable, Unreachable
from worker.queue import Handlers

SOON = timedelta(hours=1)
LONG = timedelta(days=1)


class Log:
    """Handlers that write down what ran, and fail where they are told to."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self._errors: dict[str, list[Exception | Callable[[], None]]] = {}

    def on(self, key: str, *steps: Exception | Callable[[], None]) -> None:
        """The next runs of `key` raise an error or do something, one a run; the runs after them succeed."""
        self._errors[key] = list(steps)

    @property
    def handlers(self) -> Handlers:
        return dict.fromkeys(JobKind, self._run)

    def _run(self, key: str) -> None:
        self.ran.append(key)
        steps = self._errors.get(key)
        if not steps:
            return
        step = steps.pop(0)
        if isinstance(step, Exception):
            raise step
        step()


@pytest.fixture
def log() -> Log:
    return Log()


def outage() -> Unavailable:
    return Unavailable("Jira answered 503 when asked to read the issue. It is tried again.", status=503, call="issue")


def refusal() -> Forbidden:
    return Forbidden("Jira answered 403: the account may not do this.", status=403, call="issue")


# --- putting ---


def test_a_job_runs_once_and_is_gone(bench: Bench, log: Log) -> None:
    put(bench, "a")
    assert bench.queue.drain(log.handlers) == 1
    assert bench.queue.drain(log.handlers) == 0
    assert (log.ran, bench.queue.jobs()) == (["a"], [])


def test_a_transaction_that_is_rolled_back_leaves_no_job(bench: Bench, log: Log) -> None:
    def write_and_fail() -> None:
        with bench.db.begin() as tx:
            bench.queue.put(tx, JobKind.SHOW, "a", "lane")
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    assert (bench.queue.drain(log.handlers), log.ran) == (0, [])


def test_a_job_is_not_seen_before_its_transaction_is_durable(bench: Bench, log: Log) -> None:
    with bench.db.begin() as tx:
        bench.queue.put(tx, JobKind.SHOW, "a", "lane")
        assert bench.another().jobs() == []
    assert bench.queue.drain(log.handlers) == 1


def test_a_job_that_waits_is_not_put_twice(bench: Bench, log: Log) -> None:
    for _ in range(3):
        put(bench, "a")
    assert (bench.queue.drain(log.handlers), log.ran) == (1, ["a"])


def test_two_kinds_about_the_same_thing_are_two_jobs(bench: Bench, log: Log) -> None:
    put(bench, "a", kind=JobKind.SHOW)
    put(bench, "a", kind=JobKind.RECORD)
    assert bench.queue.drain(log.handlers) == 2


@pytest.mark.parametrize("hours", [(2, 1), (1, 2)])
def test_of_two_times_the_earlier_one_counts(bench: Bench, log: Log, hours: tuple[int, int]) -> None:
    for hour in hours:
        put(bench, "a", due=bench.now() + timedelta(hours=hour))
    bench.later(timedelta(minutes=59))
    assert bench.queue.drain(log.handlers) == 0
    bench.later(timedelta(minutes=2))
    assert bench.queue.drain(log.handlers) == 1
    bench.later(LONG)
    assert bench.queue.drain(log.handlers) == 0


def test_now_is_earlier_than_later_whichever_was_said_first(bench: Bench, log: Log) -> None:
    put(bench, "a", due=bench.now() + SOON)
    put(bench, "a")
    put(bench, "a", due=bench.now() + SOON)
    assert bench.queue.drain(log.handlers) == 1


def test_what_is_put_while_it_runs_runs_again_afterwards(bench: Bench, log: Log) -> None:
    log.on("a", lambda: put(bench, "a"))
    put(bench, "a")
    bench.queue.drain(log.handlers)
    assert (log.ran, bench.queue.jobs()) == (["a", "a"], [])


def test_what_is_put_while_a_run_fails_is_done_by_its_next_try(bench: Bench, log: Log) -> None:
    def put_and_fail() -> None:
        put(bench, "a")
        raise outage()

    log.on("a", put_and_fail)
    put(bench, "a")
    bench.queue.drain(log.handlers)
    assert (only(bench).state, only(bench).tries) == ("waiting", 1)
    bench.later(LONG)
    bench.queue.drain(log.handlers)
    assert (log.ran, bench.queue.jobs()) == (["a", "a"], [])


# --- lanes ---


def test_jobs_of_a_lane_run_in_the_order_they_became_due(bench: Bench, log: Log) -> None:
    for key, minutes in (("third", 3), ("first", 1), ("second", 2)):
        put(bench, key, "lane", due=bench.now() + timedelta(minutes=minutes))
    bench.later(SOON)
    put(bench, "fourth", "lane")
    put(bench, "fifth", "lane")
    bench.queue.drain(log.handlers)
    assert log.ran == ["first", "second", "third", "fourth", "fifth"]


def test_a_long_queue_in_one_lane_does_not_shut_out_another(bench: Bench, log: Log) -> None:
    for number in range(40):
        put(bench, f"busy {number}", "busy")
    put(bench, "quiet", "quiet")
    bench.queue.drain(log.handlers)
    assert "quiet" in log.ran[:2]
    assert len(log.ran) == 41


def test_a_future_job_blocks_nobody_in_its_lane(bench: Bench, log: Log) -> None:
    put(bench, "tomorrow", "lane", due=bench.now() + LONG)
    put(bench, "today", "lane")
    bench.queue.drain(log.handlers)
    assert log.ran == ["today"]


def test_a_job_to_be_tried_again_holds_its_lane_and_no_other(bench: Bench, log: Log) -> None:
    log.on("one", outage())
    put(bench, "one", "lane")
    put(bench, "two", "lane")
    put(bench, "other", "other lane")
    bench.queue.drain(log.handlers)
    assert log.ran == ["one", "other"]
    bench.later(SOON)
    bench.queue.drain(log.handlers)
    assert log.ran == ["one", "other", "one", "two"]


def test_putting_it_again_does_not_hurry_a_job_that_waits_for_its_next_try(bench: Bench, log: Log) -> None:
    log.on("a", Paused("The site's limit lasts.", bench.now() + SOON))
    put(bench, "a", "lane")
    bench.queue.drain(log.handlers)
    put(bench, "a", "lane")
    assert (bench.queue.drain(log.handlers), log.ran) == (0, ["a"])


def test_a_dead_job_holds_no_lane(bench: Bench, log: Log) -> None:
    log.on("one", refusal())
    put(bench, "one", "lane")
    put(bench, "two", "lane")
    bench.queue.drain(log.handlers)
    assert log.ran == ["one", "two"]


# --- failing ---


@pytest.mark.parametrize("error", [outage(), Unreachable("Jira did not answer."), Conflict("Somebody was first.")])
def test_what_may_work_later_is_tried_later(bench: Bench, log: Log, error: Exception) -> None:
    log.on("a", error, error)
    put(bench, "a")
    assert bench.queue.drain(log.handlers) == 1
    waiting = only(bench)
    assert (waiting.state, waiting.tries, waiting.error) == ("waiting", 1, str(error))
    assert waiting.run_at > bench.now()
    for _ in range(2):
        bench.later(LONG)
        bench.queue.drain(log.handlers)
    assert (log.ran, bench.queue.jobs()) == (["a", "a", "a"], [])


def test_a_pause_is_no_try_and_ends_when_it_says(bench: Bench, log: Log) -> None:
    log.on("a", *(Paused("The limit lasts.", bench.now() + number * SOON) for number in range(1, 31)))
    put(bench, "a")
    for _ in range(30):
        assert bench.queue.drain(log.handlers) == 1
        assert (only(bench).state, only(bench).tries) == ("waiting", 0)
        bench.later(SOON)
    assert bench.queue.drain(log.handlers) == 1
    assert bench.queue.jobs() == []


@pytest.mark.parametrize("error", [refusal(), TenantStopped("The token has expired.")])
def test_what_repeating_will_not_change_is_dead_at_once_with_its_sentence(
    bench: Bench, log: Log, error: Exception
) -> None:
    log.on("a", error)
    put(bench, "a", kind=JobKind.RECORD)
    bench.queue.drain(log.handlers)
    bench.later(LONG)
    assert bench.queue.drain(log.handlers) == 0
    dead = only(bench)
    assert (dead.state, dead.kind, dead.key, dead.tries, dead.error) == ("dead", JobKind.RECORD, "a", 1, str(error))
    assert "in _run" in dead.trace
    assert type(error).__name__ in dead.trace


def test_a_mistake_of_ours_is_dead_after_three_tries_with_its_traceback(bench: Bench, log: Log) -> None:
    log.on("a", *(ZeroDivisionError("by nothing") for _ in range(5)))
    put(bench, "a")
    for _ in range(5):
        bench.queue.drain(log.handlers)
        bench.later(LONG)
    dead = only(bench)
    assert (log.ran, dead.state, dead.error) == (["a"] * 3, "dead", "ZeroDivisionError: by nothing")
    assert "Traceback" in dead.trace


def test_an_outage_that_never_ends_ends_in_a_dead_job(bench: Bench, log: Log) -> None:
    log.on("a", *(outage() for _ in range(100)))
    put(bench, "a")
    for _ in range(100):
        bench.queue.drain(log.handlers)
        bench.later(LONG)
    assert only(bench).state == "dead"
    assert len(log.ran) == only(bench).tries


def test_a_kind_nobody_handles_is_dead_and_stops_nothing(bench: Bench, log: Log) -> None:
    put(bench, "a", "lane", kind=JobKind.PRUNE)
    put(bench, "b", "lane", kind=JobKind.SHOW)
    handlers = {JobKind.SHOW: log.handlers[JobKind.SHOW]}
    for _ in range(4):
        bench.queue.drain(handlers)
        bench.later(LONG)
    assert (log.ran, only(bench).key, only(bench).state) == (["b"], "a", "dead")


# --- what a person does ---


def retried(bench: Bench, job_id: int) -> int:
    with bench.db.begin() as tx:
        return bench.queue.retry(tx, [job_id])


def dropped(bench: Bench, job_id: int) -> int:
    with bench.db.begin() as tx:
        return bench.queue.drop(tx, [job_id])


def test_a_dead_job_that_is_retried_runs_as_new(bench: Bench, log: Log) -> None:
    log.on("a", refusal(), outage())
    put(bench, "a")
    bench.queue.drain(log.handlers)
    assert retried(bench, only(bench).id) == 1
    bench.queue.drain(log.handlers)
    assert (only(bench).state, only(bench).tries) == ("waiting", 1)
    bench.later(LONG)
    bench.queue.drain(log.handlers)
    assert (log.ran, bench.queue.jobs()) == (["a"] * 3, [])


def test_a_retry_of_what_waits_already_makes_one_job(bench: Bench, log: Log) -> None:
    log.on("a", refusal())
    put(bench, "a")
    bench.queue.drain(log.handlers)
    dead = only(bench).id
    put(bench, "a")
    assert retried(bench, dead) == 1
    assert (bench.queue.drain(log.handlers), log.ran) == (1, ["a", "a"])


def test_a_job_that_dies_twice_is_one_dead_job(bench: Bench, log: Log) -> None:
    log.on("a", refusal(), refusal())
    for _ in range(2):
        put(bench, "a")
        bench.queue.drain(log.handlers)
    assert only(bench).state == "dead"


def test_a_tenants_jobs_that_ended_with_a_sentence_are_tried_again_and_no_others(bench: Bench, log: Log) -> None:
    for key, words in (("t1/a", "It stands still."), ("t1/b", "Another reason."), ("t2/a", "It stands still.")):
        log.on(key, TenantStopped(words))
        put(bench, key, lane=f"issue:{key}")
    put(bench, "t1/c", lane="issue:t1/c", due=bench.now() + LONG)
    bench.queue.drain(log.handlers)
    with bench.db.begin() as tx:
        assert bench.queue.retry_ended(tx, "t1", "It stands still.") == 1
    assert (bench.queue.drain(log.handlers), log.ran[-1]) == (1, "t1/a")


def test_a_dead_job_that_is_dropped_is_gone(bench: Bench, log: Log) -> None:
    log.on("a", refusal())
    put(bench, "a")
    bench.queue.drain(log.handlers)
    assert dropped(bench, only(bench).id) == 1
    assert (bench.queue.jobs(), bench.queue.drain(log.handlers)) == ([], 0)


def test_only_dead_jobs_can_be_retried_or_dropped(bench: Bench, log: Log) -> None:
    put(bench, "a")
    waiting = only(bench).id
    assert [retried(bench, waiting), dropped(bench, waiting)] == [0, 0]
    assert [retried(bench, waiting + 1), dropped(bench, waiting + 1)] == [0, 0]
    assert (bench.queue.drain(log.handlers), log.ran) == (1, ["a"])


def test_jobs_are_listed_by_state_with_the_oldest_first(bench: Bench, log: Log) -> None:
    log.on("dead", refusal())
    put(bench, "dead")
    bench.queue.drain(log.handlers)
    put(bench, "later", due=bench.now() + SOON)
    put(bench, "soon")
    assert [job.key for job in bench.queue.jobs("waiting")] == ["soon", "later"]
    assert [job.key for job in bench.queue.jobs("dead")] == ["dead"]
    assert {job.key for job in bench.queue.jobs()} == {"dead", "soon", "later"}
    assert [job.key for job in bench.queue.jobs("waiting", limit=1)] == ["soon"]
    log.on("soon", lambda: log.ran.extend(job.key for job in bench.queue.jobs("running")))
    bench.queue.drain(log.handlers)
    assert log.ran[-2:] == ["soon", "soon"]


# --- forgetting ---


def test_forgotten_jobs_are_gone_in_whatever_state_they_were_and_all_others_stay(bench: Bench, log: Log) -> None:
    log.on("gone/dead", refusal())
    for key in ("gone/dead", "gone/waiting", "kept/waiting"):
        put(bench, key, due=None if key == "gone/dead" else bench.now() + SOON)
    put(bench, "gone/waiting", kind=JobKind.RECORD, due=bench.now() + SOON)
    bench.queue.drain(log.handlers)
    with bench.db.begin() as tx:
        told = bench.queue.forget(tx, lambda kind, key: kind is JobKind.SHOW and key.startswith("gone/"))
    assert told == 2
    assert sorted((job.kind, job.key) for job in bench.queue.jobs()) == [
        (JobKind.RECORD, "gone/waiting"),
        (JobKind.SHOW, "kept/waiting"),
    ]


def test_a_forgotten_job_never_runs_and_its_lane_is_free(bench: Bench, log: Log) -> None:
    log.on("gone", outage())
    put(bench, "gone", "lane")
    bench.queue.drain(log.handlers)
    put(bench, "kept", "lane")
    with bench.db.begin() as tx:
        assert bench.queue.forget(tx, lambda _kind, key: key == "gone") == 1
    bench.later(LONG)
    bench.queue.drain(log.handlers)
    assert log.ran == ["gone", "kept"]


def test_a_job_that_is_forgotten_while_it_runs_is_not_put_back(bench: Bench, log: Log) -> None:
    def forget() -> None:
        with bench.db.begin() as tx:
            assert bench.queue.forget(tx, lambda _kind, _key: True) == 1
        raise outage()

    log.on("a", forget)
    put(bench, "a")
    bench.queue.drain(log.handlers)
    bench.later(LONG)
    assert (bench.queue.drain(log.handlers), bench.queue.jobs(), log.ran) == (0, [], ["a"])


def test_what_was_forgotten_comes_back_when_its_transaction_is_rolled_back(bench: Bench, log: Log) -> None:
    def forget_and_fail() -> None:
        with bench.db.begin() as tx:
            bench.queue.forget(tx, lambda _kind, _key: True)
            raise LookupError

    put(bench, "a")
    with pytest.raises(LookupError):
        forget_and_fail()
    assert (bench.queue.drain(log.handlers), log.ran) == (1, ["a"])


def test_jobs_beyond_one_statement_are_all_forgotten(bench: Bench) -> None:
    with bench.db.begin() as tx:
        for number in range(1_100):
            bench.queue.put(tx, JobKind.SHOW, f"gone/{number}", f"lane {number}")
        assert bench.queue.forget(tx, lambda _kind, key: key.startswith("gone/")) == 1_100
    assert bench.queue.jobs(limit=2_000) == []
