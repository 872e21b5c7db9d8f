"""A sprint's retro: ready when the team sits down, brought up to date afterwards.

It counts issues, never people. Its order is that of a good meeting: what we tried, what surprised us, what we learned,
what we will do differently, thanks, room for what is missing, and the numbers last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from worker.domain.model import Learning, PageKey, PromptState, Sprint
from worker.domain.pages.entry import Entry, entry, strongest
from worker.domain.pages.page_type import Content, Key, Material, PageType, Wanted

_OTHER = "everything else"


@dataclass(frozen=True)
class Numbers:
    """A sprint's closes by what came of them. `skipped` are (reason, count), the largest first."""

    asked: int
    learned: int
    nothing_new: int
    unanswered: int
    hidden: int
    skipped: tuple[tuple[str, int], ...]

    @property
    def answered(self) -> int:
        """Answers of either kind: "nothing new" is an honest one."""
        return self.learned + self.nothing_new


def title(sprint: Sprint, project: str) -> str:
    """The page's title: names of sprints return, so the day it ended is part of it."""
    name = sprint.name if project in sprint.name else f"{project} {sprint.name}"
    ended = sprint.completed_at or sprint.ended_at
    return f"Retro: {name} ({ended.date().isoformat()})" if ended else f"Retro: {name}"


def _build(key: Key, material: Material) -> Content | None:
    sprint, project = material.sprint, material.project_key
    space = material.policy.space_of(project)
    if sprint is None or not project or not space:
        return None
    ranked = strongest(material.learnings)
    shown = [entry(learning, material) for learning in ranked]
    return Content(
        key=PageKey(str(key)),
        title=title(sprint, project),
        space=space,
        parent=PageKey(f"log:{project}"),
        template="retro",
        labels=("learnloop", "learnloop-retro"),
        learnings=len(ranked),
        data={
            "sprint": {
                "name": sprint.name,
                "goal": sprint.goal,
                "from": _day(sprint, first=True),
                "to": _day(sprint, first=False),
            },
            "in_short": _in_short(sprint, shown),
            "surprises": tuple(one for one in shown if one.surprised),
            "by_topic": _by_topic(shown),
            "promises": tuple(one for one in shown if one.differently),
            "changed": tuple(one for one in shown if one.changed_course),
            "thanks": _thanks(ranked),
            "numbers": _numbers(material),
        },
    )


def _in_short(sprint: Sprint, shown: Sequence[Entry]) -> tuple[str, ...]:
    """Up to three sentences: what we tried, what surprised us most, what we will change."""
    surprise = next((one.surprised for one in shown if one.surprised), "")
    promise = next((one.differently for one in shown if one.differently), "")
    tried = f"We set out to: {sprint.goal}" if sprint.goal else ""
    return tuple(
        sentence
        for sentence in (
            tried,
            surprise and f"What surprised us most: {surprise}",
            promise and f"What we will do differently: {promise}",
        )
        if sentence
    )


def _by_topic(shown: Sequence[Entry]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Each entry once, under the topic it shares with most others of the sprint."""
    sizes: dict[str, int] = defaultdict(int)
    for one in shown:
        for topic in one.topics:
            sizes[topic.name] += 1
    groups: dict[str, list[Entry]] = defaultdict(list)
    for one in shown:
        names = [topic.name for topic in one.topics]
        groups[max(names, key=lambda name: (sizes[name], name)) if names else _OTHER].append(one)
    ordered = sorted(groups.items(), key=lambda group: (group[0] == _OTHER, -len(group[1]), group[0]))
    return tuple((name, tuple(found)) for name, found in ordered)


def _thanks(ranked: Sequence[Learning]) -> tuple[dict[str, str], ...]:
    """Who asked to be named for a learning that changed a course: the account and the issue, in the order of issues."""
    named = [one for one in ranked if one.answers.thank_by_name and one.answers.given_by and one.answers.changed_course]
    return tuple(
        {"account_id": str(one.answers.given_by), "issue_key": one.issue_key}
        for one in sorted(named, key=lambda one: one.issue_key)
    )


def _numbers(material: Material) -> Numbers:
    counts = material.counts
    skipped = {name.removeprefix("skipped: "): n for name, n in counts.items() if name.startswith("skipped: ")}
    state = {name: counts.get(name.value, 0) for name in PromptState}
    asked = sum(count for name, count in state.items() if name is not PromptState.WITHDRAWN)
    return Numbers(
        asked=asked,
        learned=state[PromptState.ANSWERED],
        nothing_new=state[PromptState.NOTHING_NEW],
        unanswered=state[PromptState.OPEN] + state[PromptState.EXPIRED],
        hidden=material.hidden,
        skipped=tuple(sorted(skipped.items(), key=lambda item: (-item[1], item[0]))),
    )


def _day(sprint: Sprint, *, first: bool) -> str:
    moment = sprint.started_at if first else sprint.completed_at or sprint.ended_at
    return moment.date().isoformat() if moment else ""


PAGE_TYPE = PageType(
    "retro",
    wanted=lambda key: Wanted(sprint=int(key.subject)),
    build=_build,
    under="log",
)
