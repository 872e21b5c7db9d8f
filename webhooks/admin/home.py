"""The sites this LearnLoop serves, each with how many things there are to look at."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard
from webhooks.current import deployment
from worker import standing
from worker.guiding import wishes
from worker.standing import Standing
from worker.store import tenants
from worker.store.tenants import Tenant

blueprint = Blueprint("admin_home", __name__, url_prefix="/admin")


@dataclass(frozen=True)
class Row:
    """One site and how it stands; `in_guide`: its guide is not finished."""

    tenant: Tenant
    standing: Standing

    @property
    def in_guide(self) -> bool:
        """Whether somebody began the guide and did not finish it."""
        return wishes.in_guide(self.tenant)


@blueprint.get("/")
@for_(Access.READER)
def show() -> ResponseReturnValue:
    """Every site the account sees."""
    parts = deployment()
    with parts.db.read() as tx:
        seen = [one for one in tenants.active(tx) if guard.account().sees(one.id)]
        rows = [Row(one, standing.of(tx, one, parts.clock.now())) for one in seen]
    return frame.page("home.html", rows=rows)
