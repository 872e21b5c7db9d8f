"""People at work while processes die: they close issues, answer by form and by reply, reopen, and post twice.

Each keeps notes of what they did and of what was acknowledged; the judge reads nothing else of ours.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.chaos.stage import PROJECTS, Stage
from worker.emulator.errors import ScriptError

_LINK = re.compile(r"\[[^|\]]*\|(http[^|\]]+/answer/[^|\]]+)")
_PATIENCE = 20  # looks for the question on an issue before a person goes on


@dataclass
class Note:
    """One issue as the person who closed it knows it. `words` is the answer that was acknowledged, if any was."""

    key: str
    wont_do: bool = False
    reopened: bool = False
    words: str = ""
    by_reply: bool = False


@dataclass
class Crowd:
    """One person a project, each in a thread of their own."""

    stage: Stage
    seed: int
    pace: float  # seconds a person rests between two things, at most
    notes: list[Note] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Everybody starts to work."""
        for project in PROJECTS:
            thread = threading.Thread(target=self._work, args=(project,), name=f"person-{project}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def finish(self) -> list[Note]:
        """Everybody ends what they are at; what was done."""
        self.stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), f"{thread.name} never came to an end"
        return list(self.notes)

    def _work(self, project: str) -> None:
        dice = random.Random(f"{self.seed} {project}")
        while not self.stop.is_set():
            self.notes.append(self._one_issue(project, dice))
            self.stop.wait(dice.uniform(0, self.pace))

    def _one_issue(self, project: str, dice: random.Random) -> Note:
        site, ana = self.stage.site, self.stage.ana
        number = dice.randrange(10**9)
        key = site.create_issue(project, "Story", f"Try plan {number}", reporter=ana, assignee=ana)
        note = Note(key, wont_do=dice.random() < 0.1)
        site.transition(key, "Done", by=ana, resolution="Won't Do" if note.wont_do else "Done")
        if dice.random() < 0.2:
            self._post_again(dice)
        if note.wont_do or not (link := self._asked(key)):
            return note
        words = f"lesson{number}of{key.replace('-', 'x')}"
        match dice.random():
            case chance if chance < 0.15:
                site.transition(key, "To Do", by=ana)
                note.reopened = True
            case chance if chance < 0.35:
                site.comment(key, f"learned: {words}", by=ana)
                note.words, note.by_reply = words, True
            case chance if chance < 0.9:
                note.words = words if self._answered(link, words) else ""
        return note

    def _asked(self, key: str) -> str:
        """The address in the question on the issue; empty when a busy person saw none."""
        for _ in range(_PATIENCE):
            for comment in self.stage.site.comments(key):
                if comment.author == self.stage.bot and (found := _LINK.search(str(comment.body.wiki))):
                    return found[1]
            if self.stop.wait(0.2):
                break
        return ""

    def _answered(self, link: str, words: str) -> bool:
        """Post the form until it is taken; every second time once more, as an impatient person would."""
        data = {"learned": words, "choice": "learned", "topics": "pricing"}
        for _ in range(30):
            try:
                answer = requests.post(link, data=data, timeout=10, allow_redirects=False)
            except requests.RequestException:
                threading.Event().wait(0.5)
                continue
            if answer.status_code == 303:
                return True
            threading.Event().wait(0.5)
        return False

    def _post_again(self, dice: random.Random) -> None:
        """Jira sends something it has sent before once more, with the same id."""
        taken = [one.id for one in self.stage.site.deliveries if one.status is not None]
        if taken:
            try:
                self.stage.site.redeliver(dice.choice(taken))
            except ScriptError:
                return


@contextmanager
def working(stage: Stage, seed: int, pace: float = 1.0) -> Iterator[Crowd]:
    """People at work on the stage until the end of the block."""
    crowd = Crowd(stage, seed, pace)
    crowd.begin()
    try:
        yield crowd
    finally:
        crowd.finish()
