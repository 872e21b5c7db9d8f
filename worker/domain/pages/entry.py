"""One learning as pages show it: the lesson, where it came from, what changes and where that lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.domain.addresses import issue_url
from worker.domain.model import Learning, Place, PlaceState
from worker.domain.pages.page_type import Material
from worker.domain.questions import web_address


@dataclass(frozen=True)
class TopicLink:
    """A topic, and its page's address once it has one."""

    name: str
    url: str


@dataclass(frozen=True)
class Entry:
    """A learning in plain values. `date` is ISO; `lives_at` is empty unless it is a safe web address."""

    issue_key: str
    issue_url: str
    summary: str
    type_name: str
    date: str
    learned: str
    surprised: str
    differently: str
    lives_at: str
    changed_course: bool
    topics: tuple[TopicLink, ...]
    hoped: str = ""
    missing: str = ""


def entry(learning: Learning, material: Material, here: str = "") -> Entry:
    """The entry of `learning`. Topic links are left out where the project's learnings are not on topic pages, and to
    the page they are on, that of the topic `here`: it would have to be written anew as soon as it has an address.
    """
    given = learning.answers
    shared = material.policy.shared(learning.project_key)
    return Entry(
        issue_key=learning.issue_key,
        issue_url=issue_url(material.site_url, learning.issue_key),
        summary=learning.summary,
        type_name=learning.type_name,
        date=learning.learned_at.date().isoformat(),
        learned=given.learned,
        surprised=given.surprised,
        differently=given.differently,
        lives_at=given.lives_at if web_address(given.lives_at) else "",
        hoped=given.hoped,
        missing=given.missing,
        changed_course=given.changed_course,
        topics=tuple(
            TopicLink(topic, page_url(material, f"topic:{topic}") if shared and topic != here else "")
            for topic in given.topics
        ),
    )


def entries(material: Material, here: str = "") -> tuple[Entry, ...]:
    """The material's learnings as entries, in its order; `here` as in `entry`."""
    return tuple(entry(learning, material, here) for learning in material.learnings)


def strongest(learnings: Sequence[Learning]) -> list[Learning]:
    """The same learnings, those first that changed a course, then those with a promise, then the newest."""
    return sorted(
        learnings,
        key=lambda one: (one.answers.changed_course, bool(one.answers.differently), one.learned_at, one.issue_key),
        reverse=True,
    )


def not_found_on(place: Place | None, lives_at: str) -> str:
    """The ISO day since which the place that an answer names is not found there; empty while it may be."""
    lost = place is not None and place.state is PlaceState.MISSING and place.url == lives_at
    return place.since.date().isoformat() if place and lost and place.since else ""


def page_url(material: Material, key: str) -> str:
    """The address of a page of ours, empty until it exists."""
    link = material.links.get(key)
    return link.url if link else ""
