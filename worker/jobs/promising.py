"""Keep promises: make the Jira issue of an action, follow those that are open, look whether places exist.

An issue is made at most once. A response that was lost is looked for by the issue's label, and nothing is made again
before Jira's index can know of it; meanwhile the job waits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from worker import promising, render, stale
from worker.domain import places as addresses
from worker.domain import promises
from worker.domain.model import Action, ActionState, IssueId, IssueKey, Place, PlaceState
from worker.errors import Missing, NoCredential, Paused, Rejected, SiteError
from worker.gateways.doors import Doors
from worker.gateways.jira import Jira
from worker.gateways.jira_shapes import Document, Markup, NewIssue
from worker.jobs.context import Context, split
from worker.jobs.sending import certainly_not_done
from worker.store import actions, effects, learnings, places
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

# Jira's search is eventually consistent, without a promised bound (REST v3, search/jql); the overlap that its own
# examples of a sweep use. A second issue is worse than one that comes ten minutes later.
INDEX_KNOWS = timedelta(minutes=10)
# Jira's own kind of link that says nothing more than that two issues belong together; every site comes with it.
RELATES = "Relates"
_A_NIGHT = 500
_AGAIN = timedelta(hours=20)  # a nightly look is due again the next night, whenever the last was
# What Jira may not take of a new issue, and does without.
_SPARED = {
    "assignee": "Jira lets its owner not be assigned to a {type} in {project}, so nobody is: choose somebody there.",
    "duedate": "Jira takes no due date on {project}'s {type}: put *Due date* on its create screen.",
}
_SETTING = "choose another type in the setting “Issue type of an action” (action_issue_type)"
_ADVICE = {
    "issuetype": f"{_SETTING[0].upper()}{_SETTING[1:]}.",
    "labels": f"Put *Labels* on its create screen, by which the issue is found again, or {_SETTING}.",
    "description": f"Put *Description* on its create screen, or {_SETTING}.",
}


def promise(context: Context, key: str) -> None:
    """Make the issue of an action, once, and link it to the one it was learned on.

    Raises Rejected with what to change where Jira does not take it.
    """
    tenant_id, issue_id = split(key)
    tenant = context.tenant(tenant_id)
    with context.db.read() as tx:
        one = actions.of_issue(tx, tenant.id, IssueId(issue_id))
    if one is None or one.state in (ActionState.DONE, ActionState.DROPPED):
        return
    jira = context.doors(tenant).jira
    if one.work_key is None:
        if refused := _refused(context, tenant, jira, one):
            _note(context, tenant, one, refused)
            return
        one = _made(context, tenant, jira, _as_now(context, tenant, one))
    _link(context, tenant, jira, one)


def refresh(context: Context, tenant: Tenant, project: str = "") -> None:
    """Read the open actions of a project, or of all, and follow them. A call a hundred; none where nothing is open."""
    with context.db.read() as tx:
        found = [one.work_id for one in actions.still_open(tx, tenant.id, project) if one.work_id]
    issues = context.doors(tenant).jira.issues(found) if found else []
    with context.db.begin() as tx:
        for issue in issues:
            promising.moved(tx, context.deployment, tenant, issue, context.now())
            if issue.restricted:
                stale.hide(tx, context.deployment, tenant.id, issue.id)


def nightly(context: Context, tenant: Tenant) -> None:
    """Follow every open action, and have the places looked for that were not for longest."""
    refresh(context, tenant)
    with context.db.begin() as tx:
        for one in places.to_check(tx, tenant.id, context.now() - _AGAIN, _A_NIGHT):
            promising.put_place(tx, context.deployment, tenant.id, one.issue_id)


def place(context: Context, key: str) -> None:
    """Look whether the place an answer names is there. What is on another host is never asked for."""
    tenant_id, issue_id = split(key)
    tenant = context.tenant(tenant_id)
    with context.db.read() as tx:
        known = places.of_issue(tx, tenant.id, IssueId(issue_id))
    if known is None:
        return
    state = _looked_for(known, tenant, context.doors(tenant))
    with context.db.begin() as tx:
        promising.keep_place(tx, context.deployment, tenant.id, known, state, context.now())


def _looked_for(known: Place, tenant: Tenant, doors: Doors) -> PlaceState:
    match addresses.read(known.url, tenant.site_url, tenant.wiki_url):
        case addresses.Elsewhere():
            return PlaceState.ELSEWHERE
        case addresses.OnSite():
            return PlaceState.UNKNOWN
        case addresses.WikiPage(id=page_id):
            try:
                remote = doors.confluence.glances([page_id]).get(page_id)
            except NoCredential:
                return PlaceState.UNKNOWN
            return PlaceState.EXISTS if remote and remote.status == "current" else PlaceState.MISSING
        case addresses.OnIssue(key=issue):
            try:
                doors.jira.issue(issue)
            except Missing:
                return PlaceState.MISSING
            return PlaceState.EXISTS


def _refused(context: Context, tenant: Tenant, jira: Jira, one: Action) -> str:
    """Why no issue may be made, by what is known and by the issue as it is now; empty when one may."""
    with context.db.read() as tx:
        learning = learnings.of_issue(tx, tenant.id, one.issue_id)
    if refused := promises.refusal(learning):
        return refused
    try:
        source = jira.issue(one.issue_id)
    except Missing:
        return promises.RESTRICTED
    with context.db.begin() as tx:
        if source.project_key != one.project_key:
            stale.rename(tx, context.deployment, tenant.id, IssueFacts.of(source))
    return promises.RESTRICTED if source.restricted else ""


def _as_now(context: Context, tenant: Tenant, one: Action) -> Action:
    """The action where its issue is, in the words of its answer: both may have changed since it was wished for."""
    with context.db.read() as tx:
        known, learning = actions.of_issue(tx, tenant.id, one.issue_id), learnings.of_issue(tx, tenant.id, one.issue_id)
    return replace(known or one, words=learning.answers.differently if learning else one.words)


def _made(context: Context, tenant: Tenant, jira: Jira, one: Action) -> Action:
    """The action with its issue, made now or found from an earlier try."""
    effect = f"{tenant.id}/action/{one.issue_id}"
    made = effects.once(
        context.db,
        effect,
        context.now(),
        call=lambda: _create(context, tenant, jira, one, effect),
        find=lambda: _find(context, tenant, jira, one, effect),
    )
    work_id, work_key = IssueId(made["id"]), IssueKey(made["key"])
    after = replace(one, work_id=work_id, work_key=work_key, state=ActionState.OPEN, note=made.get("note", ""))
    try:
        issue = jira.issue(work_id)
    except Missing:
        return _keep(context, tenant, after)
    skipped = tenant.policy.of(issue.project_key).skipped_resolutions
    return _keep(context, tenant, promises.followed(after, issue, skipped, context.now()))


def _find(context: Context, tenant: Tenant, jira: Jira, one: Action, effect: str) -> effects.Result | None:
    """The issue of a try that did not live to record it. Raises Paused while the index may not know of it yet."""
    label = promises.draft(one, tenant.policy).label
    for issue in jira.search(f'labels = "{label}" ORDER BY created ASC', 1):
        return {"id": issue.id, "key": issue.key}
    with context.db.read() as tx:
        begun = effects.begun(tx, effect)
    if begun and context.now() < begun + INDEX_KNOWS:
        raise Paused(
            f"Jira did not say whether it made the issue for {one.issue_key}; we look for it before we ask again.",
            begun + INDEX_KNOWS,
        )
    return None


def _create(context: Context, tenant: Tenant, jira: Jira, one: Action, effect: str) -> effects.Result:
    """Make the issue. What was certainly not done is forgotten, so that nobody waits for the index before the next try.

    Raises Rejected with what to change where Jira does not take it.
    """
    new = _new(tenant, jira, one)
    try:
        return _taken(jira, new)
    except (Paused, SiteError) as error:
        if certainly_not_done(error):
            with context.db.begin() as tx:
                effects.forget(tx, effect)
        if not isinstance(error, Rejected):
            raise
        worded = _worded(new, error)
        _note(context, tenant, one, str(worded))
        raise worded from error


def _taken(jira: Jira, new: NewIssue) -> effects.Result:
    """Make the issue; where Jira does not take its owner or due date, without that, and say so."""
    try:
        return _result(jira.create_issue(new), "")
    except Rejected as error:
        spared = [name for name in _SPARED if f"{name}:" in error.detail]
        if not spared:
            raise
    lighter = replace(
        new,
        assignee=None if "assignee" in spared else new.assignee,
        due_on=None if "duedate" in spared else new.due_on,
    )
    note = " ".join(_SPARED[name].format(project=new.project, type=new.type_name) for name in spared)
    return _result(jira.create_issue(lighter), note)


def _new(tenant: Tenant, jira: Jira, one: Action) -> NewIssue:
    draft = promises.draft(one, tenant.policy.of(one.project_key))
    return NewIssue(
        project=draft.project_key,
        type_name=draft.type_name,
        summary=draft.summary,
        description=_description(tenant, jira, one),
        label=draft.label,
        assignee=one.owner,
        due_on=one.due_on,
    )


def _description(tenant: Tenant, jira: Jira, one: Action) -> Document:
    """The words, and where they come from, in the site's markup."""
    write = render.adf_comment if jira.markup is Markup.ADF else render.wiki_comment
    lines = [line.strip() for line in one.words.splitlines() if line.strip()]
    return write("action", lines=lines, key=one.issue_key, url=tenant.issue_url(one.issue_key))


def _result(made: tuple[IssueId, IssueKey], note: str) -> effects.Result:
    return {"id": made[0], "key": made[1], "note": note}


def _worded(new: NewIssue, error: Rejected) -> Rejected:
    """The refusal as a sentence with what to change."""
    advice = next((words for name, words in _ADVICE.items() if f"{name}:" in error.detail), "")
    said = f"Jira did not make a {new.type_name} in {new.project}: {error.detail.rstrip('.') or 'no reason given'}."
    words = f"{said} {advice or f'Make its other required fields optional, or {_SETTING}.'} Then retry."
    return Rejected(words, status=error.status, call=error.call, detail=error.detail)


def _link(context: Context, tenant: Tenant, jira: Jira, one: Action) -> None:
    """Link the issue to the one it was learned on, once."""
    work = one.work_key
    if work is None:
        return
    effects.once(
        context.db,
        f"{tenant.id}/action-link/{one.issue_id}",
        context.now(),
        call=lambda: _linked(jira, work, one.issue_key),
        find=lambda: {} if work in jira.linked(one.issue_key) else None,
    )


def _linked(jira: Jira, work: IssueKey, source: IssueKey) -> effects.Result:
    jira.link_issues(work, source, RELATES)
    return {}


def _note(context: Context, tenant: Tenant, one: Action, words: str) -> None:
    _keep(context, tenant, replace(one, note=words))


def _keep(context: Context, tenant: Tenant, one: Action) -> Action:
    with context.db.begin() as tx:
        promising.keep(tx, context.deployment, tenant.id, one)
    return one
