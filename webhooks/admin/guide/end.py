"""The end: everything that will be written, one button that writes it, and what happens next."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import frame, guard
from webhooks.admin.guide import steps
from webhooks.admin.guide.steps import blueprint
from webhooks.current import deployment
from worker import onboarding
from worker.config import is_local
from worker.errors import LearnLoopError
from worker.guiding import finishing


@blueprint.get("/<tenant_id>/end")
@for_(Access.OWNER)
def end(**_: str) -> ResponseReturnValue:
    """What will be written where."""
    return _page()


@blueprint.post("/<tenant_id>/end")
@for_(Access.OWNER)
def finish(tenant_id: str) -> ResponseReturnValue:
    """Write it and switch on. What has to be pasted by hand is shown once, here."""
    parts, tenant = deployment(), guard.tenant()
    try:
        result = finishing.finish(parts, tenant.id, guard.account().email)
    except LearnLoopError as error:
        return _page(f"{error} What was done before that is kept; press the button again to go on.", 409)
    if result.paste or result.notes or not result.trip.came_back:
        words = onboarding.EVENT_WORDS
        return frame.page("guide/finished.html", result=result, site=tenant, event_words=words)
    words = f"{' '.join(result.done)} {result.trip.words} Close an issue now, as anybody but our account."
    return redirect(url_for("admin_status.show", tenant_id=tenant_id, done=words), 303)


def _page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    parts, tenant, wish = deployment(), guard.tenant(), steps.wished()
    return steps.page(
        "end", status, plan=list(finishing.plan(parts, tenant, wish)), problem=problem, wish=wish,
        local=is_local(parts.settings.base_url), space=wish.new_space or tenant.policy.home_space,
    )  # fmt: skip
