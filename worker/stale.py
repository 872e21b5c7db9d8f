"""Mark pages stale and enqueue what brings them up to date. Several changes within the debounce become one version."""

from __future__ import annotations

from collections.abc import Iterable

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
    keys += [PageKey(f"topic:{topic}") for topic in learning.answers.topics]
    keys += retros_of(tx, tenant_id, learning.issue_id)
    return [*keys, *_volumes(tx, tenant_id, keys, learning)]


def retros_of(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> list[PageKey]:
    """The retros that count this issue."""
    return [PageKey(f"retro:{sprint}") for sprint in sprints.of_issue(tx, tenant_id, issue_id)]


def of_experiment(tx: Connection, tenant_id: TenantId, one: Experiment) -> list[PageKey]:
    """The pages on which an experiment appears."""
    shown = [PageKey(f"experiments:{one.project_key}"), *retros_of(tx, tenant_id, one.issue_id)]
    return shown + latest_retro(tx, tenant_id, one.project_key)


def of_actions(tx: Connection, tenant_id: TenantId, project: str) -> list[PageKey]:
    """The pages on which the actions of a project appear."""
    return [PageKey(f"ways:{project}"), *latest_retro(tx, tenant_id, project)]


def latest_retro(tx: Connection, tenant_id: TenantId, project: str) -> list[PageKey]:
    """The retro of the sprint that runs in the project, or ended last."""
    return [PageKey(f"retro:{sprint}") for sprint in sprints.latest(tx, tenant_id, project)]


def hide(tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId) -> bool:
    """Take what is kept of an issue off its pages; False when it was not on any."""
    return _set_visible(tx, deployment, tenant_id, issue_id, visible=False)


def unhide(tx: Connection, deployment: Deployment, tenant_id: TenantId, issue_id: IssueId) -> bool:
    """Put what is kept of an issue back on its pages; False when it was there."""
    return _set_visible(tx, deployment, tenant_id, issue_id, visible=True)


def rename(tx: Connection, deployment: Deployment, tenant_id: TenantId, facts: IssueFacts) -> None:
    """Follow an issue's key, project, summary and type; the pages it was on and those it is on now are compiled."""
    before, touched = learnings.of_issue(tx, tenant_id, facts.id), _of_issue(tx, tenant_id, facts.id)
    prompts.rename(tx, tenant_id, facts)
    learnings.rename(tx, tenant_id, facts)
    experiments.rename(tx, tenant_id, facts)
    actions.rename(tx, tenant_id, facts)
    touched += _of_issue(tx, tenant_id, facts.id)
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
    changed = [kept.set_visible(tx, tenant_id, [issue_id], visible) for kept in (learnings, experiments, actions)]
    if not any(changed):
        return False
    mark(tx, deployment, tenant_id, _of_issue(tx, tenant_id, issue_id), at_once=not visible)
    return True


def _of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> list[PageKey]:
    """The pages on which anything that is kept of an issue appears."""
    learning, experiment = learnings.of_issue(tx, tenant_id, issue_id), experiments.of_issue(tx, tenant_id, issue_id)
    keys = showing(tx, tenant_id, learning) if learning else []
    keys += of_experiment(tx, tenant_id, experiment) if experiment else []
    for action in (actions.of_issue(tx, tenant_id, issue_id), actions.done_by(tx, tenant_id, issue_id)):
        keys += of_actions(tx, tenant_id, action.project_key) if action else []
    return keys


def _volumes(tx: Connection, tenant_id: TenantId, keys: Iterable[PageKey], learning: Learning) -> list[PageKey]:
    """The existing volumes of these pages that can hold a learning of its month."""
    month = f"{learning.learned_at:%Y-%m}"
    return [page.key for key in keys for page in pages.with_prefix(tx, tenant_id, f"{key}@{month}")]
