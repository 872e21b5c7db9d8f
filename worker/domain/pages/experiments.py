"""A project's experiments: those that run, then what the others told us. Each outcome has the same row and room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from worker.domain.addresses import issue_url
from worker.domain.experiments import COURSES, OUTCOMES
from worker.domain.model import Experiment, PageKey
from worker.domain.pages.page_type import Content, Key, Material, PageType, Wanted


@dataclass(frozen=True)
class Row:
    """An experiment in plain values. Days are ISO, empty where there is none.

    `learned` is what its issue's learning says, where that may be shown; `course` is what was decided, in words.
    """

    issue_key: str
    issue_url: str
    summary: str
    hypothesis: str
    success: str
    guardrail: str
    learned: str
    course: str
    begun: str
    review: str
    concluded: str


@dataclass(frozen=True)
class Group:
    """The experiments that stand alike, under the word for it."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Groups:
    """Experiments by how they stand: running, the next review first, then each outcome, the latest first."""

    running: Group
    outcomes: tuple[Group, ...]

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(len(group.rows) for group in (self.running, *self.outcomes))


def rows(material: Material) -> Groups:
    """The material's experiments in their groups, all of which are there, also when they are empty."""
    lessons = {one.issue_id: one.answers.learned for one in material.learnings}
    running = sorted((one for one in material.experiments if not one.outcome), key=_next_review)

    def group(title: str, found: Iterable[Experiment]) -> Group:
        return Group(title, tuple(_row(one, lessons.get(one.issue_id, ""), material.site_url) for one in found))

    concluded = [
        group(title, sorted((one for one in material.experiments if one.outcome is outcome), key=_latest, reverse=True))
        for outcome, title in OUTCOMES.items()
    ]
    return Groups(group("Running", running), tuple(concluded))


def _row(one: Experiment, learned: str, site_url: str) -> Row:
    return Row(
        issue_key=one.issue_key,
        issue_url=issue_url(site_url, one.issue_key),
        summary=one.summary,
        hypothesis=one.hypothesis,
        success=one.success,
        guardrail=one.guardrail,
        learned=learned,
        course=COURSES[one.course] if one.course else "",
        begun=one.begun_at.date().isoformat(),
        review=one.review_on.isoformat() if one.review_on else "",
        concluded=one.concluded_at.date().isoformat() if one.concluded_at else "",
    )


def _next_review(one: Experiment) -> tuple[date, datetime, str]:
    return one.review_on or date.max, one.begun_at, one.issue_key


def _latest(one: Experiment) -> tuple[datetime, str]:
    return one.concluded_at or one.begun_at, one.issue_key


def _build(key: Key, material: Material) -> Content | None:
    space = material.policy.space_of(key.subject)
    if not space:
        return None
    return Content(
        key=PageKey(str(key)),
        title=f"Experiments: {key.subject}",
        space=space,
        parent=PageKey(f"log:{key.subject}"),
        template="experiments",
        labels=("learnloop", "learnloop-experiments"),
        learnings=len(material.learnings),
        data={"project": key.subject, "found": rows(material)},
    )


PAGE_TYPE = PageType(
    "experiments",
    wanted=lambda key: Wanted(project=key.subject, experiments=True, of_experiments=True, team_only=True),
    build=_build,
    under="log",
)
