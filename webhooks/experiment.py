"""The form behind a signed link to an issue's experiment: what is tested, how it went, what follows. No JavaScript.

The link proves access to the issue's experiment, not identity: it makes nobody its owner but the person who was asked
about the issue, and changes no owner. As with the form of an answer there is no session, and so no CSRF token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from webhooks.access import Access, for_
from webhooks.current import deployment
from worker import experimenting, logs
from worker.deployment import Deployment
from worker.domain import links
from worker.domain.experiments import COURSES, OUTCOMES, PARTS, Told, written
from worker.domain.model import Experiment, JobKind, PageKey, ProjectKey, Prompt
from worker.errors import AnswerInvalid, Forged, NotFoundHere
from worker.store import experiments, pages, prompts, tenants
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

blueprint = Blueprint("experiment", __name__)


@dataclass(frozen=True)
class Linked:
    """What a genuine link leads to: an issue, its experiment and the question asked about it, as far as there are."""

    parts: Deployment
    tenant: Tenant
    link: links.ExperimentLink
    known: Experiment | None
    prompt: Prompt | None

    @property
    def facts(self) -> IssueFacts:
        """What is known of the issue. Where that is its key alone it counts as restricted until Jira was asked."""
        if self.known:
            return IssueFacts.known(self.known)
        if self.prompt:
            return IssueFacts.of_prompt(self.prompt)
        project = ProjectKey(self.link.issue_key.rpartition("-")[0])
        return IssueFacts(self.link.issue_id, self.link.issue_key, project, "", "", restricted=True)


@blueprint.get("/experiment/<token>")
@for_(Access.SIGNED_LINK)
def show(token: str) -> ResponseReturnValue:
    """The form, filled with what is known already."""
    linked = _linked(token)
    if not _works(linked):
        return _page(linked, token, "closed"), 410
    if request.args.get("saved") and linked.known:
        return _page(linked, token, "saved")
    return _page(linked, token, "form", written(linked.known))


@blueprint.post("/experiment/<token>")
@for_(Access.SIGNED_LINK)
def save(token: str) -> ResponseReturnValue:
    """Keep what was written, or show the form again with a sentence beside each part that needs one."""
    linked = _linked(token)
    given = {part.field: request.form.get(part.field, "").replace("\r\n", "\n").replace("\0", "") for part in PARTS}
    if not _works(linked):
        return _page(linked, token, "closed", given), 410
    asked = linked.prompt.asked if linked.prompt and not linked.known else None
    try:
        linked.parts.db.write(lambda tx: _keep(tx, linked, Told(**given, owner=asked)))
    except AnswerInvalid as error:
        return _page(linked, token, "form", given, error.problems), 422
    return redirect(url_for("experiment.show", token=token, saved="1"), 303)


def _keep(tx: Connection, linked: Linked, told: Told) -> None:
    """Keep it; of an issue that nothing was known of, Jira is asked next who may see it."""
    parts, tenant, facts = linked.parts, linked.tenant, linked.facts
    experimenting.keep(tx, parts, tenant.id, facts, told, parts.clock.now())
    if facts.restricted:
        subject = f"{tenant.id}/{facts.id}"
        parts.queue.put(tx, JobKind.READ_ISSUE, f"{subject}/", lane=f"issue:{subject}")


def _linked(token: str) -> Linked:
    parts = deployment()
    try:
        link = links.read_experiment(token, parts.link_key)
        with parts.db.read() as tx:
            tenant = tenants.get(tx, link.tenant_id)
            known = experiments.of_issue(tx, tenant.id, link.issue_id)
            prompt = prompts.of_issue(tx, tenant.id, link.issue_id)
    except (Forged, NotFoundHere):
        abort(404, "This link is not complete. Open it again from the page or the mail it stood in.")
    logs.note(tenant=tenant.id)
    return Linked(parts, tenant, link, known, prompt)


def _works(linked: Linked) -> bool:
    days = linked.tenant.policy.of(linked.facts.project_key).link_days
    return links.works_for(linked.link, linked.known, days, linked.parts.clock.now())


def _page(
    linked: Linked,
    token: str,
    view: str,
    given: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> str:
    facts, policy = linked.facts, linked.tenant.policy
    with linked.parts.db.read() as tx:
        page = pages.find(tx, linked.tenant.id, PageKey(f"experiments:{facts.project_key}"))
    return render_template(
        "experiment.html",
        view=view,
        facts=facts,
        fields=PARTS,
        given=given or {},
        problems=problems or {},
        outcomes=OUTCOMES,
        courses=COURSES,
        known=linked.known,
        page=page,
        space=policy.space_of(facts.project_key),
        token=token,
        issue_url=linked.tenant.issue_url(facts.key),
        link_days=policy.of(facts.project_key).link_days,
    )
