"""How one site stands, in words."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard
from webhooks.current import deployment
from worker import standing

blueprint = Blueprint("admin_status", __name__, url_prefix="/admin/<tenant_id>")


@blueprint.get("/")
@for_(Access.READER)
def show(tenant_id: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has read the tenant
    """The site's state, and what its admins should know."""
    parts = deployment()
    with parts.db.read() as tx:
        found = standing.of(tx, guard.tenant(), parts.clock.now())
    return frame.page("status.html", standing=found)
