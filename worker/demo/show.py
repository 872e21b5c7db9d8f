"""The demo as one run: play the month in a temporary folder, give the result, and stay open as long as wanted."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from worker import schedule
from worker.clock import Clock
from worker.demo import check, deeds, month
from worker.demo.check import Line
from worker.demo.studio import SPACE, Studio, open_studio
from worker.domain.model import PromptState
from worker.store import closes, prompts
from worker.store.closes import Looked

_TICK_SECONDS = 20.0


@dataclass(frozen=True)
class Result:
    """What came of the month, the closes in which something stood out and how many there were in all, where to look at
    it, and `live`, which keeps it going until an event is set.
    """

    lines: tuple[Line, ...]
    stood_out: tuple[Looked, ...]
    closes: int
    addresses: tuple[tuple[str, str], ...]
    live: Callable[[threading.Event], None]


def run(host: str, ports: tuple[int, int], on_scene: Callable[[int, int], None]) -> Generator[Result, None, None]:
    """Play the month and yield its result once; closing the generator ends the demo and removes its folder."""
    with (
        tempfile.TemporaryDirectory(prefix="learnloop-demo-") as folder,
        open_studio(Path(folder), host, ports) as studio,
    ):
        keys = month.play(studio, on_scene)
        lines = tuple(check.lines(studio, keys))
        with studio.deployment.db.read() as tx:
            looked = closes.newest(tx, studio.tenant.id, limit=1_000)[::-1]
        stood_out = tuple(one for one in looked if one.facts)
        going = studio.live()
        yield Result(lines, stood_out, len(looked), tuple(_addresses(going)), lambda stop: _live(going, stop))


def _addresses(studio: Studio) -> Iterator[tuple[str, str]]:
    site = studio.site.url
    yield "The board, to drag a card", f"{site}/jira/boards/{studio.board}"
    with studio.deployment.db.read() as tx:
        waiting = [one for one in prompts.newest(tx, studio.tenant.id, limit=200) if one.state is PromptState.OPEN]
    if waiting:
        yield "The form of an open prompt", deeds.form_link(studio, waiting[0].issue_key)
    home = studio.site.page_by_title(SPACE, "What we learned")
    yield "The pages", f"{site}/wiki/spaces/{SPACE}/pages/{home.id}"


def _live(studio: Studio, stop: threading.Event) -> None:
    """Work off jobs as they come, and let the schedule tick by the demo's own clock."""
    ended = threading.Event()

    def tick() -> None:
        clock = Clock()
        while not clock.wait(ended, _TICK_SECONDS):
            schedule.catch_up(studio.deployment)

    ticking = threading.Thread(target=tick, name="schedule", daemon=True)
    ticking.start()
    studio.deployment.queue.work(studio.handlers, stop)
    ended.set()
    ticking.join()
