"""Mark pages stale and enqueue what brings them up to date. Several changes within the debounce become one version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from worker.deployment import Deployment
from worker.domain import pages as page_types
from worker.domain.model import Experiment, IssueId, JobKind, Learning, PageKey, TenantId
from worker.domain.pages import home
from worker.store import actions, experiments, learnings, pages, prompts, sprints
from worker.store.facts import IssueFacts


def mark(
    tx: Connection, deployment: Deployment, tenant_id: TenantId, keys: Iterable[PageKey], *, at_once: bool = False
) -> None:
    """Mark the pages stale, new ones included, and enqueue their compile: after the debounce, or at once."""
    wanted = sorted(set(keys))  # always in one order, so that two writers never wait for each other
    pages.wish(tx, tenant_id, wanted)
    due = deployment.clock.now() + (deployment.settings.debounce * (not at_once))
    for key in wanted:
        job = f"{tenant_id}/{key}"
        deployment.queue.put(tx, JobKind.COMPILE, job, lane=f"page:{job}", not_before=due)


def look_again(tx: Connection, deployment: Deployment, tenant_id: TenantId, keys: Iterable[PageKey]) -> None:
    """Have the pages compared with the site at once, whatever our rows say, and written where nobody edited them."""
    wanted = sorted(set(keys))
    pages.look_again(tx, tenant_id, wanted)
    mark(tx, deployment, tenant_id, wanted, at_once=True)


def take_up(tx: Connection, deployment: Deployment, tenant_id: TenantId, key: PageKey) -> None:
    """Keep a page current again that was left to people, or is gone. What people edited meanwhile is left as ever."""
    pages.take_up(tx, tenant_id, key)
    look_again(tx, deployment, tenant_id, [key])


def showing(tx: Connection, tenant_id: TenantId, learning: Learning) -> list[PageKey]:
    """The pages on which a learning appears, whether or not it may be shown at the moment."""
    keys = [home.KEY, PageKey(f"log:{learning.project_key}")]
    keys += _topics(tx, tenant_id, learning)
    if learning.answers.differently and learning.answers.lives_at:
        keys.append(PageKey(f"ways:{learning.project_key}"))
    keys += retros_of(tx, tenant_id, learning.issue_id)
    if learning.answers.hoped or learning.answers.missing:  # an epic is in no sprint, but on its retro all the same
        keys += _retros_at(tx, tenant_id, learning.project_key, learning.learned_at)
    tried = experiments.of_issue(tx, tenant_id, learning.issue_id)
    keys += [PageKey(f"experiments:{tried.project_key}")] if tried else []
    return [*keys, *_volumes(tx, tenant_id, keys, learning)]


def _topics(tx: Connection, tenant_id: TenantId, learning: Learning) -> list[PageKey]:
    """The pages of its topics; of what is not for everybody only those there are: a page's name is a word of it."""
    keys = [PageKey(f"topic:{topic}") for topic in learning.answers.topics]
    shared = learning.visible and not learning.answers.team_only
    return keys if shared else [page.key for page in pages.some(tx, tenant_id, keys)]


def retros_of(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> list[PageKey]:
    """The retros that count this issue."""
    return [PageKey(f"retro:{sprint}") for sprint in sprints.of_issue(tx, tenant_id, issue_id)]


def of_experiment(tx: Connection, tenant_id: TenantId, one: Experiment) -> list[PageKey]:
    """The pages on which an experiment appears."""
    shown = [PageKey(f"experiments:{one.project_key}"), *retros_of(tx, tenant_id, one.issue_id)]
    shown += _retros_at(tx, tenant_id, one.project_key, one.concluded_at) if one.concluded_at else []
    return shown + latest_retro(tx, tenant_id, one.project_key)


def of_actions(tx: Connection, tenant_id: TenantId, project: str) -> list[PageKey]:
    """The pages that follow the actions of a project. Retros that met one earlier are brought up to date at night."""
    return [PageKey(f"ways:{project}"), *latest_retro(tx, tenant_id, project)]


def latest_retro(tx: Connection, tenant_id: TenantId, project: str) -> list[PageKey]:
    """The retro of the sprint that runs in the project, or ended last."""
    return [PageKey(f"retro:{sprint}") for sprint in sprints.latest(tx, tenant_id, project)]


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> list[PageKey]:
    """The pages on which anything that is kept of an issue appears, those of long ago too."""
    learning, experiment = learnings.of_issue(tx, tenant_id, issue_id), experiments.of_issue(tx, tenant_id, issue_id)
    keys = showing(tx, tenant_id, learning) if learning else []
    keys += of_experiment(tx, tenant_id, experiment) if experiment else []
    for action in (actions.of_issue(tx, tenant_id, issue_id), actions.done_by(tx, tenant_id, issue_id)):
        if action:
            met = sprints.during(tx, tenant_id, action.project_key, action.made_at)
            keys += [*of_actions(tx, tenant_id, action.project_key), *(PageKey(f"retro:{sprint}") for sprint in met)]
    return keys


def hide(tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId) -> bool:
    """Take what is kept of an issue off its pages; False when it was not on any."""
    return _set_visible(tx, deployment, tenant_id, issue_id, visible=False)


def unhide(tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId) -> bool:
    """Put what is kept of an issue back on its pages; False when it was there."""
    return _set_visible(tx, deployment, tenant_id, issue_id, visible=True)


def rename(tx: Connection, deployment: Deployment, tenant_id: TenantId, facts: IssueFacts) -> None:
    """Follow an issue's key, project, summary and type; the pages it was on and those it is on now are compiled."""
    before, touched = learnings.of_issue(tx, tenant_id, facts.id), of_issue(tx, tenant_id, facts.id)
    prompts.rename(tx, tenant_id, facts)
    learnings.rename(tx, tenant_id, facts)
    experiments.rename(tx, tenant_id, facts)
    actions.rename(tx, tenant_id, facts)
    touched += of_issue(tx, tenant_id, facts.id)
    moved = before and before.project_key != facts.project_key
    mark(tx, deployment, tenant_id, touched, at_once=bool(moved))


def put_links(tx: Connection, deployment: Deployment, tenant_id: TenantId, key: PageKey) -> None:
    """Once a project's log exists: its issues can be linked to it, and our comments can say where answers live."""
    parts = page_types.read_key(key)
    if parts.type == "log" and not parts.volume:
        for issue_id in learnings.issues_of_project(tx, tenant_id, parts.subject):
            put_issue_jobs(tx, deployment, tenant_id, issue_id, JobKind.LINK)


def put_issue_jobs(
    tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId, *kinds: JobKind
) -> None:
    """Enqueue jobs about one issue, in the issue's own lane."""
    key = f"{tenant_id}/{issue_id}"
    for kind in kinds:
        deployment.queue.put(tx, kind, key, lane=f"issue:{key}")


def _set_visible(
    tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId, *, visible: bool
) -> bool:
    prompts.restrict(tx, tenant_id, issue_id, not visible)
    changed = [kept.set_visible(tx, tenant_id, [issue_id], visible) for kept in (learnings, experiments, actions)]
    if not any(changed):
        return False
    mark(tx, deployment, tenant_id, of_issue(tx, tenant_id, issue_id), at_once=not visible)
    return True


def _retros_at(tx: Connection, tenant_id: TenantId, project: str, moment: datetime) -> list[PageKey]:
    """The retros of the sprints that ran in the project at that moment."""
    return [PageKey(f"retro:{sprint}") for sprint in sprints.during(tx, tenant_id, project, moment, moment)]


def _volumes(tx: Connection, tenant_id: TenantId, keys: Iterable[PageKey], learning: Learning) -> list[PageKey]:
    """The existing volumes of these pages that can hold it: those of its month, and of a retro all."""
    month = f"{learning.learned_at:%Y-%m}"
    prefixes = [f"{key}@" if key.startswith("retro:") else f"{key}@{month}" for key in keys]
    return [page.key for page in pages.with_prefix(tx, tenant_id, *prefixes)]
