"""Jobs in words for an admin: what each is for, why it waits, what is lost when it is dropped. It decides nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.domain.model import JobKind
from worker.queue import Job
from worker.store.pauses import Pause


@dataclass(frozen=True)
class Kind:
    """A kind of job: what one does, with what it is about in place of {}; its plural; what is lost when one is dropped.

    `about` says what the end of its key names.
    """

    does: str
    many: str
    lost: str
    about: str = ""


_NEXT_RUN = "nothing: its next run does the same"
KINDS: Mapping[JobKind, Kind] = {
    JobKind.INTERPRET: Kind(
        "Look at delivery {}",
        "deliveries to look at",
        "what the delivery tells: nobody is asked because of it",
        "delivery",
    ),
    JobKind.READ_ISSUE: Kind(
        "Read {} again", "issues to read again", "an answer in Jira's fields, if it holds a new one", "issue"
    ),
    JobKind.ASK: Kind("Ask about {}", "questions to ask", "the question: nobody is asked on the issue", "issue"),
    JobKind.CHOOSE: Kind(
        "Choose what to ask a person who closed several issues",
        "choices of what to ask",
        "the choice: nobody is asked about these issues until the person closes another",
    ),
    JobKind.SHOW: Kind(
        "Bring our comment on {} up to date", "comments to change", "the change: our comment stays as it is", "issue"
    ),
    JobKind.REMIND: Kind("Send a reminder about {}", "reminders to send", "this reminder", "issue"),
    JobKind.RECORD: Kind(
        "Write the answer onto {}",
        "answers to write onto issues",
        "the answer on the issue; LearnLoop and its pages keep it",
        "issue",
    ),
    JobKind.LINK: Kind("Link {} to its page", "issues to link", "the link from the issue to its page", "issue"),
    JobKind.PROMISE: Kind(
        "Make an issue of what we will do differently after {}",
        "issues to make",
        "the issue; whoever asked for it can ask again",
        "issue",
    ),
    JobKind.PLACE: Kind(
        "Look whether the place that {} names exists", "places to look for", "nothing: the night looks again", "issue"
    ),
    JobKind.NOTE: Kind(
        "Write the experiment onto {}",
        "experiments to write onto issues",
        "the experiment in Jira's fields; LearnLoop and its pages keep it",
        "issue",
    ),
    JobKind.REVIEW: Kind(
        "Remind of the review of {}", "reviews to remind of", "this reminder; there is no second one", "issue"
    ),
    JobKind.RETRO: Kind("Make the retro of sprint {}", "retros to make", "the retro page of the sprint", "sprint"),
    JobKind.PERIODS: Kind("See which retros are due", "looks for retros", _NEXT_RUN),
    JobKind.COMPILE: Kind(
        "Write the page {}",
        "pages to write",
        "this version of the page; its next change, or the night, writes it",
        "page",
    ),
    JobKind.COMPILE_ALL: Kind("See which pages need writing", "looks through the pages", _NEXT_RUN),
    JobKind.CHECK_PAGES: Kind("Look how the pages fare in Confluence", "looks at the pages", _NEXT_RUN),
    JobKind.REMINDERS: Kind("See which reminders are due", "looks for reminders", _NEXT_RUN),
    JobKind.SWEEP: Kind("Look for closes that were not told", "looks for closes", _NEXT_RUN),
    JobKind.ONBOARD: Kind("Get to know the site", "introductions to the site", "what the site tells of itself"),
    JobKind.PRUNE: Kind("Delete what is no longer needed", "clean-ups", _NEXT_RUN),
    JobKind.FORECAST: Kind("Make a forecast", "forecasts", "the forecast; it can be asked for again"),
}

_LATE = timedelta(minutes=1)
_OF_PYTHON = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*: ")


@dataclass(frozen=True)
class Around:
    """What a job waits for may lie around it: the tenant's stop and its pause, how many of its jobs run, and `behind`:
    the ids of those that have another one of the same lane before them.
    """

    now: datetime
    stopped: str = ""
    pause: Pause | None = None
    running: int = 0
    behind: frozenset[int] = frozenset()


def behind(due: Sequence[Job], in_lanes: Sequence[Job]) -> frozenset[int]:
    """The ids of the due jobs that wait for another one of their lane: it runs, it is tried again, or it came first."""

    def first(other: Job, job: Job) -> bool:
        ahead = bool(other.error) or (other.run_at, other.id) < (job.run_at, job.id)
        return other.state == "running" or (other.state == "waiting" and ahead)

    lanes = defaultdict(list)
    for other in in_lanes:
        lanes[other.lane].append(other)
    return frozenset(job.id for job in due if any(one.id != job.id and first(one, job) for one in lanes[job.lane]))


def about(job: Job) -> tuple[str, str]:
    """What a job is about: the word for it, and its id; both empty for one that is about the whole site."""
    word = KINDS[job.kind].about
    if not word:
        return "", ""
    if job.kind is JobKind.INTERPRET:
        return word, job.key
    rest = job.key.partition("/")[2]
    return word, rest.partition("/")[0] if word == "issue" else rest


def does(job: Job, name: str) -> str:
    """What the job does, said of `name`."""
    return KINDS[job.kind].does.replace("{}", name)


def what_went_wrong(job: Job) -> str:
    """Why a dead job was given up, with what to do about it."""
    said = job.error or "It was given up, and nothing is known of why."
    if not _OF_PYTHON.match(said):
        return said
    tried = f"It was tried {_times(job.tries)}, and nothing was lost"
    return f"This is a mistake of LearnLoop's own: {said} {tried}; retry it once, and again after an upgrade."


def why(job: Job, around: Around, at: Callable[[datetime], str]) -> str:
    """Why a waiting job waits; `at` writes a moment as people here do."""
    if around.stopped:
        return f"Nothing is tried for this site: {around.stopped}"
    if job.run_at > around.now:
        return _later(job, at)
    if job.id in around.behind:
        return "It waits for the job before it about the same thing."
    if around.pause:
        return f"The site limits our calls ({around.pause.reason}) until {at(around.pause.until)}."
    if around.running:
        return "It waits for its turn: a few jobs of a site run at once, others do now."
    if around.now - job.run_at > _LATE:
        return f"It has been due since {at(job.run_at)} and no worker has taken it. Is one running?"
    return "It is next."


def _later(job: Job, at: Callable[[datetime], str]) -> str:
    """Of a job that is not due yet: what failed before, or that it is planned so."""
    if job.error:
        before = f"It was tried {_times(job.tries)} and is tried again" if job.tries else "It begins again"
        return f"{before} at {at(job.run_at)}. {job.error}"
    gathers = "Changes gather, so that they become one version. " if job.kind is JobKind.COMPILE else ""
    return f"{gathers}It begins at {at(job.run_at)}."


def _times(tries: int) -> str:
    return {1: "once", 2: "twice"}.get(tries, f"{tries} times")
