"""Pages: compile one, make a sprint's retro, bring all up to date, and look how they fare on the site."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sqlalchemy import Connection

from worker import gather, privacy, render, stale
from worker.domain import pages as page_types
from worker.domain.model import Issue, IssueId, Page, PageKey, PageState
from worker.domain.pages import home
from worker.domain.publishing import Remote
from worker.errors import Forbidden, Missing, Rejected, TooLarge
from worker.jobs import promising, reviewing
from worker.jobs.context import Context, split, tick
from worker.publish import Publisher
from worker.store import counts, learnings, loops, pages, sprints
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)

_HELD = (PageState.GONE, PageState.LET_GO)
_CHUNK = 500
_MOST_A_NIGHT = 2_000


def compile_page(context: Context, key: str) -> None:
    """Bring one page to what the rows say now. What the site refuses stands on the page's row as well."""
    tenant_id, page_key = split(key)
    tenant = context.tenant(tenant_id)
    try:
        doors = context.doors(tenant)
        privacy.know_all(context.deployment, doors, tenant.id, _projects(context, tenant, PageKey(page_key)))
        publisher = Publisher(context.deployment, tenant, doors, context.trust, context.reads)
        state = publisher.publish(PageKey(page_key))
    except (Forbidden, Missing, Rejected, TooLarge) as error:
        with context.db.begin() as tx:
            pages.set_state(tx, tenant.id, PageKey(page_key), PageState.REFUSED, str(error))
        raise
    log.info("page %s of %s is %s", page_key, tenant_id, state)


def _projects(context: Context, tenant: Tenant, key: PageKey) -> list[str]:
    """The project whose page it is, be there anything on it or not; none for a page of them all."""
    parts = page_types.read_key(key)
    wanted = page_types.PAGE_TYPES[parts.type].wanted(parts)
    if wanted.sprint is None:
        return [wanted.project] if wanted.project else []
    with context.db.read() as tx:
        return [sprints.get(tx, tenant.id, wanted.sprint).project_key]


def retro(context: Context, key: str) -> None:
    """Learn which issues the sprint holds, or held, and have its retro published at once: with its start there is the
    page to hope on, with its end the page to meet around. One that Jira does not show any more keeps its page, and is
    looked for again each night. One of a project that was not chosen is another team's.
    """
    tenant_id, sprint = split(key)
    tenant = context.tenant(tenant_id)
    jira = context.doors(tenant).jira
    try:
        found = jira.sprint(int(sprint))
        project = jira.project_of_board(found.board_id)
        if not _served(tenant, project):
            log.info("sprint %s of %s has no retro: its project %s is not chosen", sprint, tenant_id, project)
            return
        issues = jira.sprint_issues(found.id)
    except Missing as error:
        with context.db.begin() as tx:
            if not sprints.missing(tx, tenant.id, int(sprint)):
                log.info("sprint %s of %s has no retro: %s", sprint, tenant_id, error)
        return
    promising.refresh(context, tenant, project)  # so that it opens with how each action stands now
    with context.db.begin() as tx:
        sprints.keep(tx, tenant.id, found, project)
        sprints.keep_issues(tx, tenant.id, found.id, issues)
        stale.mark(tx, context.deployment, tenant.id, [PageKey(f"retro:{found.id}")], at_once=True)
        stale.mark(tx, context.deployment, tenant.id, [home.KEY])


def _served(tenant: Tenant, project: str) -> bool:
    """Whether the project is chosen. A board of no project in particular may be anybody's."""
    return not project or not tenant.policy.projects or project in tenant.policy.projects


def compile_all(context: Context, key: str) -> None:
    """Have the pages compiled that would say something else now, or that wait for a person; the rest costs nothing."""
    tenant = context.tenant(tick(key))
    with context.db.read() as tx:
        known = {page.key: page for _, page in pages.every(tx, tenant.id)}
        every = [page for page in known.values() if page.state not in _HELD]
        found = [page.key for page in every if page.state is not PageState.CURRENT or _differs(tx, tenant, page)]
        found += [key for key in _of_projects(tx, tenant) if key not in known]
    with context.db.begin() as tx:
        stale.mark(tx, context.deployment, tenant.id, found, at_once=True)


def _of_projects(tx: Connection, tenant: Tenant) -> list[PageKey]:
    """The pages of projects that have something to say and a place to live, whether or not they were made."""
    told = loops.projects(tx, tenant.id)
    return [PageKey(f"{kind}:{project}") for kind, project in told if tenant.policy.space_of(project)]


def _differs(tx: Connection, tenant: Tenant, page: Page) -> bool:
    content = gather.content(tx, tenant, page.key)
    return content is None or render.digest(content) != page.digest


def check_pages(context: Context, key: str) -> None:
    """Notice, in few calls, what people did: pages edited, moved or deleted, issues restricted or opened."""
    tenant = context.tenant(tick(key))
    privacy.refresh(context.deployment, context.doors(tenant), tenant)
    _glance(context, tenant)
    _audience(context, tenant)
    promising.nightly(context, tenant)
    reviewing.nightly(context, tenant)


def _glance(context: Context, tenant: Tenant) -> None:
    with context.db.read() as tx:
        ours = {
            page.page_id: page for _, page in pages.every(tx, tenant.id) if page.page_id and page.state not in _HELD
        }
    seen = context.doors(tenant).confluence.glances(ours)
    moved = [page.key for page_id, page in ours.items() if _moved(page, seen, page_id)]
    with context.db.begin() as tx:
        pages.look_again(tx, tenant.id, moved)
        stale.mark(tx, context.deployment, tenant.id, moved, at_once=True)


def _moved(page: Page, seen: Mapping[str, Remote], page_id: str) -> bool:
    remote = seen.get(page_id)
    return remote is None or remote.version != page.version or remote.status != "current"


def _audience(context: Context, tenant: Tenant) -> None:
    """Show what may be shown and hide the rest; fail closed for issues that are not seen.

    A change of an issue is told by its delivery, and a page asks about its own issues whenever it is compiled; this is
    for what nobody tells, such as another permission scheme. All in one night, of many a seventh.
    """
    with context.db.read() as tx:
        total = sum(count for _, count in counts.projects(tx, tenant.id))
        known = learnings.to_check(tx, tenant.id, max(_MOST_A_NIGHT, total // 7 + 1))
    for start in range(0, len(known), _CHUNK):
        chunk = known[start : start + _CHUNK]
        found = {issue.id: issue for issue in context.doors(tenant).jira.issues(issue for issue, _ in chunk)}
        with context.db.begin() as tx:
            for issue in found.values():
                if _facts_changed(tx, tenant, issue):
                    stale.rename(tx, context.deployment, tenant.id, IssueFacts.of(issue))
            for issue_id, visible in chunk:
                if _may_be_shown(found, issue_id) != visible:
                    change = stale.hide if visible else stale.unhide
                    change(tx, context.deployment, tenant.id, issue_id)
            learnings.checked(tx, tenant.id, [issue_id for issue_id, _ in chunk], context.now())


def _facts_changed(tx: Connection, tenant: Tenant, issue: Issue) -> bool:
    known = learnings.of_issue(tx, tenant.id, issue.id)
    return known is not None and (known.issue_key, known.project_key) != (issue.key, issue.project_key)


def _may_be_shown(found: Mapping[IssueId, Issue], issue_id: IssueId) -> bool:
    issue = found.get(issue_id)
    return issue is not None and not issue.restricted
