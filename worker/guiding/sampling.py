"""What people will see, before anything is written: the comment, and each type of page with samples from the site.

A sample says that it is one: its words are ours, only the issue is the site's. Restricted issues and private projects
are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from worker import render
from worker.domain import comment_words, jql, storage_html
from worker.domain.model import Answers, Issue, Learning, ProjectKey, Sprint
from worker.domain.pages import PAGE_TYPES
from worker.domain.pages.page_type import Key, Material
from worker.domain.policy import Policy
from worker.domain.questions import topics
from worker.gateways.doors import Doors
from worker.store.tenants import Tenant

_MOST = 5
_NO_ISSUE = "FLEX"  # a project to show pages of while the site has none that everybody may see
_WORDS = "Sample: what was learned from this issue will stand here."


@dataclass(frozen=True)
class Span:
    """Words of a comment, with how they stand out: "strong", "em", "code", "link" or nothing."""

    words: str
    mark: str = ""


@dataclass(frozen=True)
class Preview:
    """A page as it will be: what kind it is, its title, and its text as HTML of our own making."""

    kind: str
    title: str
    html: str


def comment(policy: Policy, project: str) -> list[list[Span]]:
    """Our comment on a closed issue, a paragraph a list. The same template writes the real one."""
    document = render.adf_comment(
        "ask",
        asked="somebody",
        link="https://learnloop.example.org/",
        audience=comment_words.audience(policy, project),
        **asdict(comment_words.closed()),
    )
    return [[_span(one) for one in paragraph["content"]] for paragraph in document["content"]]


def closed_issues(doors: Doors, policy: Policy) -> list[Issue]:
    """Some issues of the site that were closed lately and that everybody may see. Raises SiteError."""
    where = jql.all_of(jql.of_projects(policy.projects), "statusCategory = Done")
    found = doors.jira.search(f"{where} ORDER BY updated DESC", _MOST * 3)
    return [one for one in found if not one.restricted and policy.shared(one.project_key)][:_MOST]


def pages(tenant: Tenant, policy: Policy, issues: list[Issue], now: datetime) -> Iterator[Preview]:
    """Each type of page, with the issues as samples. `policy` names the space, or one to be made."""
    samples = tuple(_sample(number, issue, now) for number, issue in enumerate(issues))
    known = [key for key in policy.projects or tenant.known_projects if policy.shared(key)]
    project = issues[0].project_key if issues else ProjectKey((*known, _NO_ISSUE)[0])
    material = _material(tenant, policy, samples, project, now)
    topic = material.topics[0][0] if material.topics else "caching"
    subjects = {"home": "", "topic": topic, "log": project, "retro": "1"}
    for name, kind in PAGE_TYPES.items():
        content = kind.build(Key(name, subjects.get(name, project)), material)
        if content:
            page = render.page(content, tenant.hosting)
            yield Preview(name, page.title, storage_html.html(page.body))


def _material(
    tenant: Tenant, policy: Policy, samples: tuple[Learning, ...], project: ProjectKey, now: datetime
) -> Material:
    named = Counter(topic for one in samples for topic in one.answers.topics)
    projects = Counter(str(one.project_key) for one in samples)
    return Material(
        tenant.site_url,
        policy,
        samples,
        topics=tuple((topic, count, now) for topic, count in named.most_common()),
        projects=tuple(projects.most_common()),
        sprint=Sprint(1, 1, "Sample sprint", "", "closed", now - timedelta(days=14), now, now),
        project_key=project,
        counts={"answered": len(samples)},
    )


def _sample(number: int, issue: Issue, now: datetime) -> Learning:
    given = Answers(learned=_WORDS, topics=topics((*issue.components, *issue.labels))[:3])
    if number == 0:
        given = replace(given, surprised="Sample: what surprised people.", differently="Sample: what they will do.")
    return Learning(
        number, issue.id, issue.key, issue.project_key, issue.summary, issue.type_name, given, now, revision=1
    )


def _span(node: dict[str, Any]) -> Span:
    if node["type"] == "mention":
        return Span("@whoever closed it", "strong")
    marks = [str(one["type"]) for one in node.get("marks", ())]
    return Span(str(node["text"]), marks[0] if marks else "")
