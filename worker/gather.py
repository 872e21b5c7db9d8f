"""Gather what a page is made from: rows in, `Content` out. Reads only our own store; renders and decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from worker import stale
from worker.domain import pages as page_types
from worker.domain import promises
from worker.domain.model import Learning, Page, PageKey, ProjectKey, TenantId, Topic
from worker.domain.pages import home
from worker.domain.pages.page_type import MOST_LEARNINGS, Content, Key, Material, PageLink, Wanted
from worker.domain.pages.volumes import divide
from worker.store import actions, counts, experiments, learnings, loops, pages, places, prompts, sprints
from worker.store.facts import IssueFacts
from worker.store.learnings import Selection
from worker.store.sprints import KnownSprint
from worker.store.tenants import Tenant


def content(tx: Connection, tenant: Tenant, key: PageKey) -> Content | None:
    """What the page says now; None when it has no place to live."""
    return content_and_shown(tx, tenant, key)[0]


def content_and_shown(tx: Connection, tenant: Tenant, key: PageKey) -> tuple[Content | None, tuple[IssueFacts, ...]]:
    """What the page says now, None when it has no place to live, and the issues it says it of."""
    parts = page_types.read_key(key)
    kind = page_types.PAGE_TYPES[parts.type]
    material = _material(tx, tenant, parts, kind.wanted(parts))
    return kind.build(parts, material), _issues(material)


def shown(tx: Connection, tenant: Tenant, key: PageKey) -> tuple[IssueFacts, ...]:
    """The issues of which the page says something now."""
    parts = page_types.read_key(key)
    wanted = page_types.PAGE_TYPES[parts.type].wanted(parts)
    scope = _scope(tx, tenant, wanted)
    own = _own(tx, tenant, wanted, scope)
    return _issues(replace(own, learnings=tuple(_learnings(tx, tenant, parts, wanted, scope, own)[0])))


def linking(tx: Connection, tenant_id: TenantId, key: PageKey) -> list[PageKey]:
    """The pages that name `key` and want to link it once it exists; also those that are being created just now, of what
    was known before it did.
    """
    parts = page_types.read_key(key)
    wanted = {home.KEY, PageKey(key.partition("@")[0])}
    if parts.type == "topic" and not parts.volume:
        selection = Selection(topic=Topic(parts.subject), limit=MOST_LEARNINGS)
        for learning in learnings.select_visible(tx, tenant_id, selection):
            wanted |= set(stale.showing(tx, tenant_id, learning))
    return [page.key for page in pages.some(tx, tenant_id, wanted - {key})]


@dataclass(frozen=True)
class _Scope:
    """What a page is about: its project, by its sprint if it is a retro, and the projects that do not belong on it.
    `team` is its project again where that team alone reads it, so that what is kept within the team may stand on it.
    """

    known: KnownSprint | None
    project: ProjectKey
    left_out: tuple[str, ...]
    team: ProjectKey | None


def _scope(tx: Connection, tenant: Tenant, wanted: Wanted) -> _Scope:
    known = sprints.get(tx, tenant.id, wanted.sprint) if wanted.sprint is not None else None
    project = known.project_key if known else ProjectKey(wanted.project or "")
    private = tenant.policy.private_projects() if known or wanted.shared_only else ()
    left_out = tuple(key for key in private if not known or key != project)
    team = project if wanted.team_only and tenant.policy.own_space(project) else None
    return _Scope(known, project, left_out, team)


def _material(tx: Connection, tenant: Tenant, key: Key, wanted: Wanted) -> Material:
    scope = _scope(tx, tenant, wanted)
    material = _own(tx, tenant, wanted, scope)
    found, volumes = _learnings(tx, tenant, key, wanted, scope, material)
    named = {f"topic:{topic}" for learning in found for topic in learning.answers.topics}
    named |= {f"log:{learning.project_key}" for learning in found} | set(volumes)
    material = replace(material, learnings=tuple(found), volumes=volumes)
    if wanted.overview:
        topics = counts.topics(tx, tenant.id, tenant.policy.private_projects())
        projects = counts.projects(tx, tenant.id)
        material = replace(material, topics=tuple(topics), projects=tuple(projects))
        named |= {f"topic:{name}" for name, *_ in topics} | {
            f"{kind}:{project}" for project, _ in projects for kind in home.PROJECT_PAGES
        }
        retros = {page.key for page in pages.with_prefix(tx, tenant.id, "retro:") if "@" not in page.key}
        known = sprints.every(tx, tenant.id)
        private = tenant.policy.private_projects()  # not even the titles of their retros are shown beside others
        named |= retros - {f"retro:{one.sprint.id}" for one in known if one.project_key in private}
        material = replace(material, sprints=tuple(one.sprint for one in known))
    if wanted.loop:
        bugs = tenant.policy.of(scope.project).bug_types
        material = replace(material, loop=loops.of_project(tx, tenant.id, scope.project, bugs))
    if scope.known:
        sprint = scope.known.sprint.id
        material = replace(
            material,
            counts=prompts.sprint_counts(tx, tenant.id, sprint),
            hidden=learnings.hidden_count(tx, tenant.id, sprint, scope.left_out),
            kept=learnings.kept_count(tx, tenant.id, sprint, scope.left_out, scope.team),
        )
    return replace(material, links=_links(pages.some(tx, tenant.id, named)))


def _own(tx: Connection, tenant: Tenant, wanted: Wanted, scope: _Scope) -> Material:
    """The experiments, actions and places of the page's project, or of its sprint."""
    known, project = scope.known, scope.project
    material = Material(tenant.site_url, tenant.policy, sprint=known.sprint if known else None, project_key=project)
    if wanted.experiments and known:
        since, until = known.sprint.started_at, known.sprint.completed_at or known.sprint.ended_at
        ran = experiments.of_sprint(tx, tenant.id, known.sprint.id, project, since, until)
        ran = [one for one in ran if one.project_key not in scope.left_out]
        material = replace(material, experiments=tuple(ran))
    elif wanted.experiments:
        material = replace(material, experiments=tuple(experiments.of_project(tx, tenant.id, project)))
    if not wanted.actions:
        return material
    promised = actions.of_project(tx, tenant.id, project)
    if scope.team is None:
        kept = learnings.kept_within(tx, tenant.id, [one.issue_id for one in promised])
        promised = [one for one in promised if one.issue_id not in kept]
    found = {place.issue_id: place for place in places.of_project(tx, tenant.id, project)}
    material = replace(material, places=found, sprints=tuple(sprints.of_project(tx, tenant.id, project)))
    if known is None:
        return replace(material, actions=tuple(promised))
    members = sprints.issues_of(tx, tenant.id, known.sprint.id)
    return replace(material, actions=promises.met(promised, known.sprint, material.sprints, members))


def _issues(material: Material) -> tuple[IssueFacts, ...]:
    """Every issue of which something is said, once."""
    found = [IssueFacts.known(one) for one in material.learnings]
    found += [IssueFacts.known(one) for one in material.experiments]
    for one in material.actions:
        found.append(IssueFacts(one.issue_id, one.issue_key, one.project_key, "", ""))
        if one.work_id and one.work_key:
            found.append(IssueFacts(one.work_id, one.work_key, one.project_key, "", ""))
    return tuple({one.id: one for one in reversed(found)}.values())[::-1]


def _links(found: Iterable[Page]) -> dict[str, PageLink]:
    """The pages that exist, by key, as others link them."""
    return {
        page.key: PageLink(page.key, page.title, page.url, page.space) for page in found if page.page_id and page.url
    }


def _learnings(
    tx: Connection, tenant: Tenant, key: Key, wanted: Wanted, scope: _Scope, own: Material
) -> tuple[list[Learning], tuple[str, ...]]:
    """The page's learnings, and the keys of its volumes, newest first."""
    selection = Selection(
        topic=Topic(wanted.topic) if wanted.topic is not None else None,
        project=ProjectKey(wanted.project) if wanted.project is not None else None,
        sprint=wanted.sprint,
        projects_out=scope.left_out,
        team_of=scope.team,
        limit=wanted.limit,
    )
    if scope.known:
        rest = pages.with_prefix(tx, tenant.id, f"{Key(key.type, key.subject)}@")
        return _of_sprint(tx, tenant, scope.known, selection), tuple(sorted(page.key for page in rest))
    if wanted.of_experiments or wanted.of_promises:
        issues = {one.issue_id for one in own.experiments} | {one.issue_id for one in own.actions} | own.places.keys()
        selection = replace(selection, issues=tuple(sorted(issues)), limit=len(issues))
    if not wanted.in_volumes:
        return learnings.select_visible(tx, tenant.id, selection), ()
    slices = divide(learnings.months(tx, tenant.id, selection), MOST_LEARNINGS)
    chosen = slices.get(key.volume)
    volumes = tuple(str(Key(key.type, key.subject, name)) for name in slices if name)
    if chosen is None:  # a volume whose learnings all moved or went
        return [], volumes
    within = replace(selection, since=chosen.since, until=chosen.until, offset=chosen.offset, limit=chosen.limit)
    return learnings.select_visible(tx, tenant.id, within), volumes


def _of_sprint(tx: Connection, tenant: Tenant, known: KnownSprint, selection: Selection) -> list[Learning]:
    """What was learned on the sprint's issues, and on epics of its project meanwhile, which Jira puts into no sprint:
    on those that say what was hoped for or may be missing.
    """
    members = learnings.select_visible(tx, tenant.id, selection)
    if known.sprint.started_at is None:
        return members
    until = known.sprint.completed_at
    meanwhile = replace(selection, sprint=None, project=known.project_key, since=known.sprint.started_at, until=until)
    seen = {one.id for one in members}
    epics = [
        one
        for one in learnings.select_visible(tx, tenant.id, meanwhile)
        if one.id not in seen and (one.answers.hoped or one.answers.missing)
    ]
    return members + epics
