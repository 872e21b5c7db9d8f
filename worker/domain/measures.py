"""Numbers about the loop, never about a person: each is one function, with its definition beside it.

Pure. The same numbers come of any order of the facts, and of any two people changing places.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from worker.domain.model import Action, Experiment, IssueId, Place, PromptState, Sprint


@dataclass(frozen=True)
class Close:
    """One close of an issue, whether or not it was asked about, and what came of it.

    `state` is that of its issue's prompt, None where there is none; `reason` says why nobody was asked. `duplicate` is
    whether the issue is linked to another as its duplicate.
    """

    issue_id: IssueId
    type_name: str
    components: tuple[str, ...]
    closed_at: datetime
    asked: bool
    reason: str
    state: PromptState | None = None
    settled_at: datetime | None = None
    changed_course: bool = False
    duplicate: bool = False


@dataclass(frozen=True)
class Loop:
    """What a project's measures are taken from, the oldest first; `people` is how many different people were asked."""

    closes: tuple[Close, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    actions: tuple[Action, ...] = ()
    places: tuple[Place, ...] = ()
    sprints: tuple[Sprint, ...] = ()
    people: int = 0
