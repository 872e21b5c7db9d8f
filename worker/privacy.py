"""Keep the policy's private projects as the site has them, so that a project made private later is not shared.

Jira says it of team-managed projects only (`isPrivate`, REST v3, Project); a company-managed project that a permission
scheme closes must be marked private in the policy by hand, and `check` says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from worker import stale
from worker.deployment import Deployment
from worker.domain.model import PageKey, TenantId
from worker.domain.pages import home
from worker.gateways.doors import Doors
from worker.store import learnings, pages, sprints, tenants
from worker.store.tenants import Tenant


def know(deployment: Deployment, doors: Doors, tenant: Tenant, project: str) -> None:
    """Ask about the site's projects when this one has not been asked about yet."""
    if project not in tenant.known_projects:
        refresh(deployment, doors, tenant, project)


def know_all(deployment: Deployment, doors: Doors, tenant_id: TenantId, projects: Iterable[str]) -> None:
    """The same for several, before anything of them is written where others read; of one that is private by the policy
    there is nothing to ask.
    """
    with deployment.db.read() as tx:
        tenant = tenants.get(tx, tenant_id)
    for project in sorted(set(projects) - set(tenant.known_projects) - set(tenant.policy.private_projects())):
        know(deployment, doors, tenant, project)
        with deployment.db.read() as tx:
            tenant = tenants.get(tx, tenant_id)


def refresh(deployment: Deployment, doors: Doors, tenant: Tenant, project: str = "") -> None:
    """Read which projects are private; what was learned in a newly private one leaves the shared pages.

    A project the site does not list to us is private: fail closed.
    """
    found = {str(key): private for key, private in doors.jira.projects().items()}
    if project:
        found.setdefault(project, True)
    with deployment.db.begin() as tx:
        policy = tenants.held(tx, tenant.id).policy
        closed = [key for key, private in found.items() if private and not policy.rules(key).private]
        rules = {key: replace(policy.rules(key), private=True) for key in closed}
        tenants.know_projects(tx, tenant.id, found)
        if closed:
            tenants.set_policy(tx, tenant.id, replace(policy, project_rules={**policy.project_rules, **rules}))
        for key in closed:
            stale.mark(tx, deployment, tenant.id, _own_pages(tx, tenant, key), at_once=True)
            for issue_id in learnings.issues_of_project(tx, tenant.id, key):
                learning = learnings.of_issue(tx, tenant.id, issue_id)
                if learning:
                    shown = stale.showing(tx, tenant.id, learning)
                    stale.mark(tx, deployment, tenant.id, shown, at_once=True)


def _own_pages(tx: Connection, tenant: Tenant, project: str) -> list[PageKey]:
    """The pages there are of a project alone: they say more than what was learned on single issues."""
    own = {f"{kind}:{project}" for kind in home.PROJECT_PAGES}
    own |= {f"retro:{known.sprint.id}" for known in sprints.every(tx, tenant.id) if known.project_key == project}
    return [page.key for _, page in pages.every(tx, tenant.id) if page.key.partition("@")[0] in own]
