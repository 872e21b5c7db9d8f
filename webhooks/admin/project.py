"""What is different in one project: settings of its own, its space, and whether it is private."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard, setting_rows
from webhooks.admin.setting_rows import Row
from webhooks.current import deployment
from worker import configuring
from worker.configuring import EVERYWHERE, Difference
from worker.domain import editing, settings
from worker.domain.editing import Merge
from worker.domain.policy import Policy, ProjectRules
from worker.domain.setting_lists import PROJECT_KEY
from worker.domain.settings import GROUPS, OF_A_PROJECT, PROJECT_ONLY, SETTINGS, Setting
from worker.store import audit, tenants
from worker.store.audit import Entry
from worker.store.tenants import Tenant

blueprint = Blueprint("admin_project", __name__, url_prefix="/admin/<tenant_id>")

_FORGOTTEN = "“As everywhere” is ticked, but a value of its own was chosen. Untick it, or put the value back."
_ALL = {**OF_A_PROJECT} | {one.name: one for one in PROJECT_ONLY}


@dataclass(frozen=True)
class Saved:
    """What came of saving: the changes made, or what stands in the way.

    `own` holds the texts of what is the project's own, `typed` what the controls held, ticked or not.
    """

    tenant: Tenant
    own: Mapping[str, str]
    made: tuple[Difference, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/settings/<project>")
@for_(Access.READER)
def show(project: str, **_: str) -> ResponseReturnValue:
    """The project's settings as they are."""
    tenant = guard.tenant()
    return _page(_key(project), Saved(tenant, configuring.project_texts(tenant.policy, project)))


@blueprint.post("/settings/<project>")
@for_(Access.PROJECT_ADMIN)
def save(tenant_id: str, project: str) -> ResponseReturnValue:
    """Keep what is the project's own, if all of it can be kept."""
    came = _saved(_key(project))
    if came.problems or came.notes:
        return _page(project, came, 422 if came.problems else 409)
    done = configuring.told(came.made)
    return redirect(url_for("admin_project.show", tenant_id=tenant_id, project=project, done=done), 303)


def _saved(project: str) -> Saved:
    """Bring together what was typed and what is kept now, and save it unless something stands in the way."""
    parts, typed, seen = deployment(), setting_rows.typed(_ALL.values()), request.form.get("seen", "")
    shared = {name for name in request.form.getlist("shared") if name in OF_A_PROJECT}
    forgotten = {name: _FORGOTTEN for name in shared & typed.keys() if _is_forgotten(seen, name, typed[name])}
    jql = _refused(guard.tenant(), project, {name: text for name, text in typed.items() if name not in shared})
    with parts.db.begin() as tx:
        tenant = tenants.held(tx, guard.tenant().id)
        now = _marked(tenant.policy, project)
        merged = editing.merge(seen, now, {name: _mark(name not in shared, text) for name, text in typed.items()})
        own = {name: text[1:] for name, text in (now | dict(merged.texts)).items() if text}
        reading = settings.read_project(tenant.policy, project, own)
        problems = {**reading.problems, **jql, **forgotten}
        notes = _notes(project, merged, audit.newest(tx, tenant.id) if merged.moved else [])
        if problems or notes:
            return Saved(tenant, own, problems=problems, notes=notes, typed=typed)
        made = configuring.save(tx, parts, tenant, reading.policy, guard.account().email)
    return Saved(tenant, own, tuple(made))


def _page(project: str, came: Saved, status: int = 200) -> ResponseReturnValue:
    policy = came.tenant.policy
    groups = [(group.title, [_row(one, came) for one in group.settings if one.per_project]) for group in GROUPS]
    shared = {f"all-{name}": _everywhere(policy, name) for name in OF_A_PROJECT}
    return frame.page(
        "project.html",
        status,
        project=project,
        known=project in {*policy.projects, *came.tenant.known_projects, *policy.project_rules},
        own=[_row_of_its_own(one, project, came) for one in PROJECT_ONLY],
        groups=[(title, rows) for title, rows in groups if rows],
        problems=came.problems,
        elsewhere=[words for name, words in came.problems.items() if name not in _ALL],
        notes=came.notes,
        seen=editing.stamp(_marked(policy, project) | shared),
        may_change=guard.account().runs(came.tenant.id, project),
    )


def _row(setting: Setting, came: Saved) -> Row:
    name, policy = setting.name, came.tenant.policy
    shared = name not in came.own
    return Row(
        setting,
        came.typed.get(name, _everywhere(policy, name)) if shared else came.own[name],
        setting_rows.words_of(setting, getattr(policy, name)),
        changed=not shared,
        problem=came.problems.get(name, ""),
        note=came.notes.get(name, ""),
        shared=shared,
    )


def _row_of_its_own(setting: Setting, project: str, came: Saved) -> Row:
    name, usual = setting.name, getattr(ProjectRules(), setting.name)
    value = getattr(came.tenant.policy.rules(project), name)
    text, problem, note = (each.get(name, "") for each in (came.own, came.problems, came.notes))
    return Row(setting, text, setting_rows.words_of(setting, usual), value != usual, problem, note)


def _marked(policy: Policy, project: str) -> dict[str, str]:
    """Each setting's text after a mark that it is the project's own; nothing where it is as everywhere."""
    own = configuring.project_texts(policy, project)
    return {name: _mark(name in own, own.get(name, "")) for name in _ALL}


def _mark(own: bool, text: str) -> str:
    return f"={text}" if own else ""


def _everywhere(policy: Policy, name: str) -> str:
    return SETTINGS[name].kind.write(getattr(policy, name))


def _is_forgotten(seen: str, name: str, text: str) -> bool:
    """Whether a value was chosen below a tick that was there already and says that there is none."""
    return editing.as_seen(seen, name, "") and not editing.as_seen(seen, f"all-{name}", text)


def _refused(tenant: Tenant, project: str, own: Mapping[str, str]) -> dict[str, str]:
    """A sentence when Jira does not take the project's own condition, if it is a new one."""
    wanted = settings.read_project(tenant.policy, project, own).policy
    said = " ".join(configuring.refused_anew(deployment(), tenant, wanted).values())
    return {"jql": said} if said else {}


def _notes(project: str, merged: Merge, entries: list[Entry]) -> dict[str, str]:
    names = {name: f"{one.label} {'in' if name in OF_A_PROJECT else 'of'} {project}" for name, one in _ALL.items()}
    moved, texts = ({name: _said(text) for name, text in each.items()} for each in (merged.moved, merged.texts))
    return setting_rows.clashes(moved, texts, names, entries)


def _said(marked: str) -> str:
    return marked[1:] if marked else EVERYWHERE


def _key(project: str) -> str:
    if not PROJECT_KEY.fullmatch(project):
        abort(404, "This is not a project's key; one looks like FLEX.")
    return project
