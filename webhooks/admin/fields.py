"""Which Jira fields people may answer in, or write an experiment in: the site's own, one for each question and part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard, setting_rows
from webhooks.current import deployment
from worker import configuring, visiting
from worker.domain import editing
from worker.domain.experiments import PARTS, Part
from worker.domain.policy import FieldMap
from worker.domain.questions import QUESTIONS, Question
from worker.errors import LearnLoopError
from worker.gateways.jira_shapes import JiraField
from worker.store import audit, tenants

blueprint = Blueprint("admin_fields", __name__, url_prefix="/admin/<tenant_id>")

_QUESTIONS = [one for one in QUESTIONS if one.field in FieldMap.__dataclass_fields__]
_MAPPED: list[Question | Part] = [*_QUESTIONS, *PARTS]
_TWICE = "This field answers another question already; choose one of its own."
_NAMES = {one.field: f"the Jira field for “{one.label}”" for one in _MAPPED}


@dataclass(frozen=True)
class Site:
    """The fields of the site that can be mapped; `silence` is a sentence when it did not tell."""

    fields: tuple[JiraField, ...] = ()
    silence: str = ""

    def offers(self, name: str) -> list[JiraField]:
        """Those that fit the question or part of this name."""
        return [one for one in self.fields if visiting.fits(one, name)]

    def knows(self, name: str, field_id: str) -> bool:
        """Whether a field is one of them."""
        return any(one.id == field_id for one in self.offers(name))


@blueprint.get("/fields")
@for_(Access.READER)
def show(**_: str) -> ResponseReturnValue:
    """The fields as they are mapped, beside those the site has."""
    return _page(_site(), asdict(guard.tenant().policy.field_map))


@blueprint.post("/fields")
@for_(Access.OWNER)
def save(tenant_id: str) -> ResponseReturnValue:
    """Keep the mapping, if the site has these fields."""
    parts, site = deployment(), _site()
    given = {one.field: request.form[one.field].strip() for one in _MAPPED if one.field in request.form}
    with parts.db.begin() as tx:
        tenant = tenants.held(tx, guard.tenant().id)
        now = asdict(tenant.policy.field_map)
        merged = editing.merge(request.form.get("seen", ""), now, given)
        problems = _problems(site, now, now | dict(merged.texts))
        notes = setting_rows.clashes(merged.moved, merged.texts, _NAMES, audit.newest(tx, tenant.id))
        if not problems and not notes:
            policy = replace(tenant.policy, field_map=FieldMap(**(now | dict(merged.texts))))
            configuring.save(tx, parts, tenant, policy, guard.account().email)
    if problems or notes:
        return _page(site, now | dict(merged.texts), problems, notes, now)
    done = "Saved. An answer in one of these fields counts from now on."
    return redirect(url_for("admin_fields.show", tenant_id=tenant_id, done=done), 303)


def _page(
    site: Site,
    chosen: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
    now: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    return frame.page(
        "fields.html",
        422 if problems else 409 if notes else 200,
        questions=_QUESTIONS,
        parts=PARTS,
        site=site,
        chosen=chosen,
        problems=problems or {},
        notes=notes or {},
        seen=editing.stamp(now or chosen),
    )


def _site() -> Site:
    """What the site has now; it is asked each time, because fields come and go."""
    try:
        return Site(tuple(visiting.mappable_fields(deployment(), guard.tenant())))
    except LearnLoopError as error:
        return Site(silence=str(error))


def _problems(site: Site, now: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each question whose field cannot be kept. One that stays as it is needs nobody's word."""
    problems = {}
    for name, field_id in wanted.items():
        if not field_id or field_id == now[name]:
            continue
        if site.silence:
            problems[name] = f"Jira could not be asked about this field, so it is not kept yet. {site.silence}"
        elif not site.knows(name, field_id):
            problems[name] = "Jira has no such text field that our account sees; choose another."
    return problems | dict.fromkeys(_twice(wanted), _TWICE)


def _twice(wanted: Mapping[str, str]) -> list[str]:
    """The questions whose field an earlier question has."""
    chosen = [(name, one) for name, one in wanted.items() if one]
    return [name for at, (name, one) in enumerate(chosen) if one in dict(chosen[:at]).values()]
