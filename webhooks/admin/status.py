"""How one site stands, in words: what to look at, what came in last, and, when asked, what the site itself says."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard
from webhooks.admin.deliveries import STATES
from webhooks.current import deployment
from worker import __version__, checking, standing, visiting
from worker.checking import Finding
from worker.clock import monotonic
from worker.deployment import Deployment
from worker.standing import Concern, Where
from worker.store import deliveries, migrate
from worker.store.tenants import NOT_FINISHED, Tenant

blueprint = Blueprint("admin_status", __name__, url_prefix="/admin/<tenant_id>")

_PAGES = {
    Where.CREDENTIALS: ("admin_credentials.show", "Credentials"),
    Where.SETTINGS: ("admin_settings.show", "Settings"),
    Where.WEBHOOK: ("admin_webhook.show", "Webhook"),
    Where.JOBS: ("admin_jobs.show", "Jobs"),
    Where.PAGES: ("admin_pages.show", "Pages"),
}
_GUIDE = ("admin_guide.resume", "Go on with the guide")
_ENOUGH = 40.0  # seconds after which a check asks no more while somebody waits for the page


@blueprint.get("/")
@for_(Access.READER)
def show(tenant_id: str) -> ResponseReturnValue:
    """The site's state, and what its admins should know."""
    parts, tenant = deployment(), guard.tenant()
    with parts.db.read() as tx:
        found = standing.of(tx, tenant, parts.clock.now())
        last = deliveries.newest(tx, tenant.id, limit=6)
        revision = migrate.current(tx)
    return frame.page(
        "status.html",
        standing=found,
        concerns=[(one, *_place(one, tenant_id)) for one in found.concerns],
        last=[(one, STATES[one.state]) for one in last],
        version=__version__,
        revision=revision,
    )


@blueprint.get("/check")
@for_(Access.READER)
def check(**_: str) -> ResponseReturnValue:
    """What the site says, line by line, each as soon as it is known. Nothing is written there."""
    return frame.streamed("check.html", findings=_looked(deployment(), guard.tenant()))


def _looked(parts: Deployment, tenant: Tenant) -> Iterator[Finding]:
    """The lines of a check, for as long as somebody may be kept waiting."""
    begun = monotonic()
    for finding in checking.check(visiting.patient(parts), tenant):
        yield finding
        if monotonic() - begun > _ENOUGH:
            words = f"The site is slow, so the rest was not looked at; `learnloop check --tenant {tenant.id}` waits."
            yield Finding("the rest", "note", words)
            return


def _place(concern: Concern, tenant_id: str) -> tuple[str, str]:
    """Where one can do something about a concern: address and words, empty where no page has it."""
    endpoint, words = _GUIDE if concern.words == NOT_FINISHED else _PAGES.get(concern.where, ("", ""))
    return url_for(endpoint, tenant_id=tenant_id) if endpoint else "", words
