"""Which pages a played past would have made, and what they would say. Pure.

Nobody was asked then, so what people wrote into the mapped fields stands for their answers; without any, a page is
shown by its title and place alone. What a page says is built by its own page type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from worker.domain.forecast import Step, What
from worker.domain.model import Answers, Issue, Learning, PageKey, Road
from worker.domain.pages import PAGE_TYPES, home, read_key
from worker.domain.pages.page_type import MOST_LEARNINGS, Material
from worker.domain.policy import Policy
from worker.domain.questions import QUESTIONS, checked, labelled, web_address
from worker.errors import AnswerInvalid

_SHOWN = 3
_LONGEST = 200
MOST_PAGES = 100


@dataclass(frozen=True)
class Sample:
    """A learning a page would show: its issue, and what was learned, cut."""

    issue_key: str
    learned: str


@dataclass(frozen=True)
class FuturePage:
    """A page that would be made; `space` is empty when it has no place to live. `under` is its parent's title."""

    key: str
    title: str
    space: str
    under: str
    learnings: int
    samples: tuple[Sample, ...]


def pages(steps: Sequence[Step], issues: Iterable[Issue], policy: Policy, site_url: str) -> tuple[FuturePage, ...]:
    """The home page, a log for each project that is asked, and a page for each topic; at most `MOST_PAGES`.

    `issues` are as they are now: who may see them today counts, and what was written since.
    """
    asked = {step.issue.id: step for step in steps if step.what in (What.ASKED, What.AGAIN)}
    known = [(asked[issue.id], issue) for issue in issues if issue.id in asked]
    found = [one for step, issue in known if (one := _learning(issue, step.at, policy))]
    found.sort(key=lambda one: (one.learned_at, one.issue_key), reverse=True)
    shared = [one for one in found if policy.shared(one.project_key)]
    projects = sorted({step.issue.project_key for step in asked.values()})
    named = sorted({topic for one in shared for topic in one.answers.topics})
    keys = [home.KEY] if asked else []
    keys += [PageKey(f"log:{project}") for project in projects] + [PageKey(f"topic:{topic}") for topic in named]
    return tuple(_page(key, _on(key, found, shared), policy, site_url) for key in keys[:MOST_PAGES])


def _on(key: PageKey, found: Sequence[Learning], shared: Sequence[Learning]) -> list[Learning]:
    """The learnings that belong on a page, newest first."""
    parts = read_key(key)
    if parts.type == "log":
        return [one for one in found if one.project_key == parts.subject]
    return [one for one in shared if parts.type == "home" or parts.subject in one.answers.topics]


def _page(key: PageKey, learnings: Sequence[Learning], policy: Policy, site_url: str) -> FuturePage:
    material = Material(site_url, policy, tuple(learnings[:MOST_LEARNINGS]))
    content = PAGE_TYPES[read_key(key).type].build(read_key(key), material)
    if content is None:
        return FuturePage(key, "", "", "", len(learnings), ())
    shown = [Sample(one.issue_key, _cut(one.answers.learned)) for one in material.learnings[:_SHOWN]]
    under = home.TITLE if content.parent == home.KEY else ""
    return FuturePage(key, content.title, content.space, under, len(learnings), tuple(shown))


def _learning(issue: Issue, at: datetime, policy: Policy) -> Learning | None:
    """The learning the issue's fields hold, if they hold one that may be shown."""
    given = _answers(issue, policy)
    if given is None or issue.restricted:
        return None
    return Learning(0, issue.id, issue.key, issue.project_key, issue.summary, issue.type_name, given, at, 1)


def _answers(issue: Issue, policy: Policy) -> Answers | None:
    fields = policy.field_map
    named = [question.field for question in QUESTIONS]
    texts: dict[str, Any] = {name: issue.texts.get(getattr(fields, name), "").strip() for name in named}
    if not texts["learned"]:
        return None
    texts["lives_at"] = texts["lives_at"] if web_address(texts["lives_at"]) else ""
    try:
        given = Answers(**texts, topics=labelled(issue.labels), road=Road.FIELD)
        return checked(given, policy.topic_aliases)
    except AnswerInvalid:
        return None


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
