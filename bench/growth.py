"""Growth: publishing after one new learning, and delivery to comment, with more and more learnings known before."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.draining import publishing
from bench.idle import STAGES, one_close
from bench.report import Report, Table, median, milliseconds, short
from bench.seeding import HOT_TOPIC, seed
from bench.sizes import Size
from bench.stage import PROJECT, SPACE, Stage, staged, web_and_worker
from bench.statements import Statements, analyze
from worker import gather
from worker.answering import answer
from worker.domain.model import Answers, IssueId, IssueKey, JobKind, Page, PageKey, PageState, ProjectKey, Topic
from worker.queue import Handlers
from worker.store import pages
from worker.store.facts import IssueFacts

_LOG, _TOPIC, _HOME = PageKey(f"log:{PROJECT}"), PageKey(f"topic:{HOT_TOPIC}"), PageKey("home")
_RECENT = 150  # learnings of this month: what the pages show at every size
_ANSWER = "keep an answer"
_COMMENT = STAGES[-1]


@dataclass
class _Grown:
    """Seconds by what was timed, at one number of learnings; `plans` are made while the database is there."""

    learnings: int
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statements: Statements = field(default_factory=Statements)
    dearest: list[list[str]] = field(default_factory=list)

    def time(self, name: str, run: Callable[[], object]) -> None:
        """Run something and keep how long it took."""
        start = time.perf_counter()
        run()
        self.seconds[name].append(time.perf_counter() - start)


def growth(size: Size, folder: Path, database: str, counts: tuple[int, ...]) -> Report:
    """The same with each number of learnings in `counts`, each on a database of its own."""
    grown: list[_Grown] = []
    for count in counts:
        grown.append(_measure(size, folder, database, count, grown[0].statements if grown else None))
    return _report(database, grown)


def _measure(size: Size, folder: Path, database: str, count: int, first: Statements | None) -> _Grown:
    found, recent = _Grown(count), min(_RECENT, count // 5)
    with staged(folder, database) as stage:
        steps = publishing(stage.deployment)
        for number in range(recent):
            _learn(stage, number)
        stage.deployment.queue.drain(steps)
        seed(stage.deployment.db, stage.tenant.id, PROJECT, count - recent, stage.deployment.clock.now())
        _volumes(stage)
        analyze(stage.deployment.db)
        _round(stage, steps, _Grown(count))  # the volumes are linked now
        with found.statements.listening(stage.deployment.db):
            for _ in range(size.repeats):
                _round(stage, steps, found)
        if first:
            found.dearest = [
                [_shown(one), milliseconds(before), milliseconds(now), found.statements.plan(stage.deployment.db, one)]
                for one, now, before in found.statements.dearest(first, 3)
                if now > before
            ]
        with web_and_worker(stage.environment):
            one_close(stage)
            found.seconds[_COMMENT] = [one_close(stage).stages[_COMMENT] for _ in range(size.repeats)]
    return found


def _learn(stage: Stage, number: int) -> IssueFacts:
    """Somebody answers about an issue of this month; what is known of the issue."""
    key = stage.site.create_issue(PROJECT, "Story", f"Try {number}", reporter=stage.ana, assignee=stage.ana)
    issue = stage.site.issue(key)
    facts = IssueFacts(IssueId(issue.id), IssueKey(key), ProjectKey(PROJECT), issue.summary, "Story")
    given = Answers(f"Number {number}: small batches show it early.", topics=(Topic(HOT_TOPIC),))
    with stage.deployment.db.begin() as tx:
        answer(tx, stage.deployment, stage.tenant.id, facts, given, stage.deployment.clock.now())
    return facts


def _round(stage: Stage, steps: Handlers, found: _Grown) -> None:
    """One new learning, and each of its three pages brought up to date."""
    found.time(_ANSWER, lambda: _learn(stage, int(time.monotonic())))
    for key in (_TOPIC, _LOG, _HOME):
        publish = partial(steps[JobKind.COMPILE], f"{stage.tenant.id}/{key}")
        found.time(f"publish {key.partition(':')[0]} page", publish)
        with stage.deployment.db.read() as tx:
            state = pages.get(tx, stage.tenant.id, key).state
        if state is not PageState.CURRENT:
            raise RuntimeError(f"The page {key} is {state}; what was timed is not a publish.")
    stage.deployment.queue.drain(steps)


def _volumes(stage: Stage) -> None:
    """Rows for the volumes of the two long pages, as if they had been published when they were full."""
    with stage.deployment.db.begin() as tx:
        for key in (_TOPIC, _LOG):
            content = gather.content(tx, stage.tenant, key)
            assert content
            for number, volume in enumerate(content.volumes):
                page_id = f"9{number:06}{len(key)}"
                url = f"{stage.site.url}/wiki/spaces/{SPACE}/pages/{page_id}"
                page = Page(volume, PageState.CURRENT, SPACE, str(volume), page_id, url, 1, "earlier", learnings=200)
                pages.keep(tx, stage.tenant.id, page)


def _shown(statement: str) -> str:
    """A statement short enough for a table: without its columns."""
    words = " ".join(statement.replace("|", "/").split())
    head, found, rest = words.partition(" FROM ")
    return f"{head.partition(' ')[0]} … FROM {rest}"[:300] if found else words[:200]


def _report(database: str, grown: list[_Grown]) -> Report:
    report, first, last = Report(), grown[0], grown[-1]
    rows = []
    for name in first.seconds:
        middle = [median(one.seconds[name]) for one in grown]
        report.told(f"{database}, {name}: {last.learnings:,} ÷ {first.learnings:,} learnings", middle[-1] / middle[0])
        rows.append([name, *(milliseconds(one) for one in middle), short(middle[-1] / middle[0])])
    columns = ["what", *(f"{one.learnings:,}" for one in grown), "last ÷ first"]
    report.tables.append(Table(f"Growth on {database}: p50 by learnings known before", columns, rows))
    plans = ["statement", f"at {first.learnings:,}", f"at {last.learnings:,}", "how it is found"]
    title = f"The statements that grew most on {database}, a run until its first row"
    report.tables.append(Table(title, plans, last.dearest or [["none", "", "", ""]]))
    return report
