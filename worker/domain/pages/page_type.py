"""What every page type has: the shape of its key, of what it asks the store for, and of what it gives to a template."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from worker.domain.loop import Loop
from worker.domain.model import Action, Experiment, IssueId, Learning, PageKey, Place, Sprint, Topic
from worker.domain.plot import Picture
from worker.domain.policy import Policy

# A page holds at most this many learnings; older ones go to volumes (child pages). Long pages are slow to edit.
MOST_LEARNINGS = 200


@dataclass(frozen=True)
class Key:
    """A page key in its parts."""

    type: str
    subject: str = ""
    volume: str = ""

    def __str__(self) -> str:
        head = f"{self.type}:{self.subject}" if self.subject else self.type
        return f"{head}@{self.volume}" if self.volume else head


@dataclass(frozen=True)
class Wanted:
    """What a page type asks the store for. Everything comes visible only; learnings newest first.

    `experiments`, `actions` and `loop` are those of the project, or of the sprint and its project; `of_experiments`: of
    the learnings only those on issues of the project's experiments; `of_promises`: those with an action or a place.
    `team_only`: the page is read by nobody but its own project's readers, if that has a space of its own.
    """

    topic: str | None = None
    project: str | None = None
    sprint: int | None = None
    shared_only: bool = False
    limit: int = MOST_LEARNINGS
    in_volumes: bool = False
    overview: bool = False
    experiments: bool = False
    of_experiments: bool = False
    of_promises: bool = False
    actions: bool = False
    loop: bool = False
    team_only: bool = False


@dataclass(frozen=True)
class PageLink:
    """A page of ours that exists: its key, title, address and space."""

    key: PageKey
    title: str
    url: str
    space: str


@dataclass(frozen=True)
class Material:
    """Everything a page is made from. `counts` are a sprint's prompts by state and skips by reason; of its learnings,
    `hidden` are on restricted issues and `kept` within a team that is not the page's. `places` are by the issue whose
    answer names them, `sprints` the project's, where its actions are wanted.
    """

    site_url: str
    policy: Policy
    learnings: tuple[Learning, ...] = ()
    volumes: tuple[str, ...] = ()
    links: Mapping[str, PageLink] = field(default_factory=dict)
    topics: tuple[tuple[Topic, int, datetime], ...] = ()
    projects: tuple[tuple[str, int], ...] = ()
    sprint: Sprint | None = None
    project_key: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    hidden: int = 0
    kept: int = 0
    experiments: tuple[Experiment, ...] = ()
    actions: tuple[Action, ...] = ()
    places: Mapping[IssueId, Place] = field(default_factory=dict)
    sprints: tuple[Sprint, ...] = ()
    loop: Loop | None = None


@dataclass(frozen=True)
class Content:
    """What one page says, ready for its template. `data` holds plain values and frozen dataclasses only.

    `volumes` are the pages that hold what no longer fits here, `pictures` its attachments. `above` is the id of a page
    of other people's, under which it is created where it has no `parent` of ours.
    """

    key: PageKey
    title: str
    space: str
    parent: PageKey | None
    template: str
    labels: tuple[str, ...]
    learnings: int
    data: Mapping[str, Any]
    volumes: tuple[PageKey, ...] = ()
    above: str = ""
    pictures: tuple[Picture, ...] = ()

    def digest(self) -> str:
        """A digest of the source (sha256, 16 hex): equal content, equal digest, on any machine."""
        plain = {name: value for name, value in asdict(self).items() if name not in ("parent", "volumes", "above")}
        words = json.dumps(plain, sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(words.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class PageType:
    """A page type: its name is its key's first part, its template's file name, and its entry in the docs.

    `build` gives None when the page has no place to live (a private project without a space). `named_by_people`: its
    title is somebody's word, so the page is not made before there is a learning on it that may be shown. `under` names
    the type of its parent, where it has one.
    """

    name: str
    wanted: Callable[[Key], Wanted]
    build: Callable[[Key, Material], Content | None]
    named_by_people: bool = False
    under: str = ""


def region_name(key: PageKey, part: str = "") -> str:
    """The name of a region of the page `key`, as the excerpt macro carries it."""
    name = "".join(character if character.isalnum() or character in "-._" else "-" for character in key)
    return f"learnloop-{name}-{part}" if part else f"learnloop-{name}"
