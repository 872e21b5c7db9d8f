"""Publishing: first, with nothing changed, and after one learning, beside markdown-to-confluence with the same text."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.markdown import from_storage
from bench.report import Report, Table, short
from bench.sizes import Size
from bench.stage import SPACE, Stage, staged
from worker import schedule, stale
from worker.domain.model import Answers, IssueId, IssueKey, JobKind, PageKey, ProjectKey, Topic
from worker.domain.pages import home
from worker.emulator import Site
from worker.emulator.model import Exchange
from worker.store import learnings
from worker.store.facts import IssueFacts

_PAGES_A_PROJECT = 100
_THEIR_SPACE = "MD"
_HEADER = re.compile(r"^<!--.*?-->\n", re.MULTILINE)
_KINDS = ("first", "nothing changed", "one learning changed")


@dataclass(frozen=True)
class _Cost:
    """What one publish took: the exchanges with the site, and seconds from start to end of the process."""

    exchanges: list[Exchange]
    seconds: float

    @property
    def calls(self) -> int:
        return len(self.exchanges)

    @property
    def bytes(self) -> int:
        """Of bodies, both ways."""
        return sum(len(one.request_body) + len(one.response_body) for one in self.exchanges)


def publish(size: Size, folder: Path) -> Report:
    """Ours and theirs in turn, each in a process of its own, on one emulated site."""
    with staged(folder, "sqlite") as stage:
        stage.site.add_space(_THEIR_SPACE, "The same in Markdown")
        changed = _learn(stage, size.pages)
        ours, theirs = {}, {}
        book = folder / "book"
        for kind in _KINDS:
            if kind == "nothing changed":
                schedule.fire(stage.deployment, JobKind.COMPILE_ALL, stage.tenant.id, stage.deployment.clock.now())
            elif kind == "one learning changed":
                _keep(stage, changed, "Small batches show it a week earlier.")
                _mark(stage, changed)
            ours[kind] = _cost(stage.site, lambda: _run(stage.environment, "bench.draining"))
            _write(stage, book)
            theirs[kind] = _cost(stage.site, lambda: _run(stage.environment, *_their_command(stage.site, book)))
        pages = [_count(stage.site, key) for key in (SPACE, _THEIR_SPACE)]
    return _report(size, ours, theirs, pages)


def _learn(stage: Stage, pages: int) -> IssueFacts:
    """Learnings that make `pages` pages: home, logs, and topics of two learnings each; one of the learnings."""
    projects = [f"P{number}" for number in range(max(1, pages // _PAGES_A_PROJECT))]
    for project in projects:
        stage.site.add_project(project, f"Project {project}")
    topics = pages - len(projects) - 1
    known = []
    for number in range(topics):
        key = stage.site.create_issue(projects[number % len(projects)], "Story", f"Try {number}", reporter=stage.ana)
        issue = stage.site.issue(key)
        facts = IssueFacts(IssueId(issue.id), IssueKey(key), ProjectKey(issue.project_key), issue.summary, "Story")
        _keep(stage, facts, f"Number {number}: small batches show problems early.", number, topics)
        known.append(facts)
    every = [home.KEY, *(PageKey(f"log:{key}") for key in projects)]
    every += [PageKey(f"topic:t{number}") for number in range(topics)]
    with stage.deployment.db.begin() as tx:
        stale.mark(tx, stage.deployment, stage.tenant.id, every, at_once=True)
    return known[0]


def _keep(stage: Stage, facts: IssueFacts, learned: str, number: int = 0, topics: int = 1) -> None:
    with stage.deployment.db.begin() as tx:
        earlier = learnings.of_issue(tx, stage.tenant.id, facts.id)
        about = tuple(Topic(f"t{one % topics}") for one in (number, number + 1))
        given = Answers(
            learned, "It came back.", topics=earlier.answers.topics if earlier else tuple(dict.fromkeys(about))
        )
        now = stage.deployment.clock.now()
        revision = learnings.add_revision(tx, stage.tenant.id, facts.id, given, now)
        learnings.keep(tx, stage.tenant.id, facts, given, revision, now)


def _mark(stage: Stage, facts: IssueFacts) -> None:
    """Have the pages of one learning compiled."""
    with stage.deployment.db.begin() as tx:
        learning = learnings.of_issue(tx, stage.tenant.id, facts.id)
        assert learning
        shown_on = stale.showing(tx, stage.tenant.id, learning)
        stale.mark(tx, stage.deployment, stage.tenant.id, shown_on, at_once=True)


def _cost(site: Site, run: Callable[[], None]) -> _Cost:
    before, start = len(site.requests), time.perf_counter()
    run()
    return _Cost(site.requests[before:], time.perf_counter() - start)


def _run(environment: dict[str, str], *command: str) -> None:
    """Run a Python module to its end. Raises RuntimeError with what it said when it failed."""
    done = subprocess.run(
        [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, timeout=570, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def _write(stage: Stage, book: Path) -> None:
    """The pages as they are now as Markdown files; what the other publisher wrote at their heads stays."""
    book.mkdir(exist_ok=True)
    for page in stage.site.pages.values():
        if page.space_id != stage.site.world.space(SPACE).id or "learnloop-" not in page.storage:
            continue
        path = book / ("index.md" if page.title == home.TITLE else f"{page.id}.md")
        header = "".join(_HEADER.findall(path.read_text())) if path.exists() else ""
        path.write_text(header + from_storage(page.title, page.storage))


def _count(site: Site, space: str) -> int:
    """How many pages a space has below its home page."""
    return sum(one.space_id == site.world.space(space).id for one in site.pages.values()) - 1


def _their_command(site: Site, book: Path) -> list[str]:
    where = ["--domain", urlsplit(site.url).netloc, "--path", "/wiki/", "--api-url", f"{site.url}/wiki/"]
    who = ["--username", "bot@example.org", "--api-key", "token", "--space", _THEIR_SPACE]
    return ["md2conf", str(book), *where, *who, "--no-overwrite", "--no-generated-by", "--loglevel", "error"]


def _report(size: Size, ours: dict[str, _Cost], theirs: dict[str, _Cost], pages: list[int]) -> Report:
    report = Report()
    first, unchanged, one = (ours[kind] for kind in _KINDS)
    report.at_most(f"first publish of {size.pages} pages: calls, ours ÷ theirs", first.calls / theirs["first"].calls, 1)
    report.at_most("nothing changed: our calls", unchanged.calls, 0)
    written = sum(exchange.method == "PUT" for exchange in one.exchanges)
    report.at_most(f"one learning on {written} pages changed: our calls a page", one.calls / written, 2)
    for kind in _KINDS:
        report.told(f"{kind}: bytes, ours ÷ theirs", ours[kind].bytes / theirs[kind].bytes)
        report.told(f"{kind}: time, ours ÷ theirs", ours[kind].seconds / theirs[kind].seconds)
    rows = []
    for kind in _KINDS:
        for who, cost in (("ours", ours[kind]), ("markdown-to-confluence", theirs[kind])):
            failed = sum(1 for exchange in cost.exchanges if exchange.status >= 400 and exchange.status != 404)
            rows.append([kind, who, f"{cost.calls:,}", f"{cost.bytes:,}", f"{short(cost.seconds)} s", str(failed)])
    columns = ["publish", "who", "API calls", "bytes of bodies", "time", "calls refused"]
    report.tables.append(Table("Publishing, each run a process from start to end", columns, rows))
    report.notes.append(f"The site has {pages[0]} pages in our space and {pages[1]} in theirs.")
    report.notes.append(f"Our calls after one learning changed: {_by_kind(one.exchanges)}.")
    report.notes.append(f"Our calls at the first publish: {_by_kind(first.exchanges)}.")
    report.notes.append("Links from issues to their log are not counted: the other publisher has no such thing.")
    return report


def _by_kind(exchanges: list[Exchange]) -> str:
    """How many calls of each kind, ids left out."""
    counted: dict[str, int] = {}
    for one in exchanges:
        name = f"`{one.method} {re.sub(r'/[0-9]+', '/…', one.path)}`"
        counted[name] = counted.get(name, 0) + 1
    return ", ".join(f"{count} × {name}" for name, count in sorted(counted.items(), key=lambda item: -item[1]))
