"""The log of what people changed: of one site, and of what belongs to none (accounts, sites that came and went)."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import addresses, frame
from webhooks.current import deployment
from worker.store import audit

blueprint = Blueprint("admin_changes", __name__, url_prefix="/admin")

_A_PAGE = 50


@blueprint.get("/<tenant_id>/changes")
@for_(Access.READER)
def show(tenant_id: str) -> ResponseReturnValue:
    """What was changed of a site, newest first."""
    return _page(tenant_id)


@blueprint.get("/changes")
@for_(Access.OWNER)
def everywhere() -> ResponseReturnValue:
    """What was changed that belongs to no site."""
    return _page("")


def _page(tenant_id: str) -> ResponseReturnValue:
    number = addresses.page_number()
    with deployment().db.read() as tx:
        found = audit.newest(tx, tenant_id, limit=_A_PAGE + 1, offset=(number - 1) * _A_PAGE)
    shown, older = found[:_A_PAGE], len(found) > _A_PAGE
    return frame.page("changes.html", entries=shown, page=number, older=older)
