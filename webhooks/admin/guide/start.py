"""Step one: the address under which Jira reaches us. And the sites whose guide was begun."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import guard
from webhooks.admin.guide import steps
from webhooks.admin.guide.steps import blueprint
from webhooks.current import deployment
from worker.config import is_local
from worker.domain.model import TenantId
from worker.guiding import address, joining, wishes
from worker.store import tenants
from worker.store.tenants import Tenant


@dataclass(frozen=True)
class Begun:
    """A site whose guide was begun, and where to go on."""

    site: Tenant
    step: str


@blueprint.get("")
@for_(Access.OWNER)
def start() -> ResponseReturnValue:
    """The address we think we have."""
    return _page()


@blueprint.post("/address")
@for_(Access.OWNER)
def check_address() -> ResponseReturnValue:
    """Try the address; on to the site when it leads here."""
    tried = address.check(deployment())
    if not tried.came_back:
        return _page(tried.words, 422)
    return redirect(url_for("admin_guide.site", done=tried.words), 303)


@blueprint.get("/<tenant_id>")
@for_(Access.OWNER)
def resume(**_: str) -> ResponseReturnValue:
    """Where the guide for a site was left."""
    return steps.go(_left_at(steps.wished().steps))


@blueprint.post("/<tenant_id>/give-up")
@for_(Access.OWNER)
def give_up(tenant_id: str) -> ResponseReturnValue:
    """Forget a site whose guide is not finished."""
    parts = deployment()
    with parts.db.begin() as tx:
        tenant = tenants.get(tx, TenantId(tenant_id))
        joining.give_up(tx, parts, tenant, guard.account().email)
    words = f"The guide for {tenant.site_url} is given up, and its token forgotten. Nothing was written there."
    return redirect(url_for("admin_guide.start", done=words), 303)


def _page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    parts = deployment()
    base = parts.settings.base_url
    with parts.db.read() as tx:
        begun = [Begun(one, _left_at(wishes.get(tx, one.id).steps)) for one in wishes.unfinished(tx)]
    return steps.page("start", status, base=base, local=is_local(base), begun=begun, problem=problem)


def _left_at(gone: tuple[str, ...]) -> str:
    """The first step that was not gone through."""
    return next((step for step in ("projects", "questions", "pages") if step not in gone), "end")
