"""Step three: which closes count, and who is asked about them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import guard
from webhooks.admin.guide import steps
from webhooks.admin.guide.steps import blueprint
from webhooks.current import deployment
from worker import visiting
from worker.domain import settings
from worker.domain.settings import SETTINGS
from worker.errors import LearnLoopError
from worker.guiding import offering
from worker.guiding.offering import Closes

_LISTS = ("projects", "closed_statuses", "issue_types")
_NAMES = (*_LISTS, "whom")


@blueprint.get("/<tenant_id>/projects")
@for_(Access.OWNER)
def projects(**_: str) -> ResponseReturnValue:
    """What the site has, with what was chosen."""
    policy = guard.tenant().policy
    chosen: dict[str, object] = {name: list(getattr(policy, name)) for name in _LISTS}
    return _page(chosen | {"whom": policy.whom})


@blueprint.post("/<tenant_id>/projects")
@for_(Access.OWNER)
def choose_projects(**_: str) -> ResponseReturnValue:
    """Keep what was chosen. All of a list ticked means all, also those that come later."""
    ticked = {name: request.form.getlist(name) for name in _LISTS}
    whom = request.form.get("whom", "")
    chosen: dict[str, object] = {**ticked, "whom": whom}
    problems = {name: "Tick at least one." for name in _LISTS if f"of_{name}" in request.form and not any(ticked[name])}
    texts = {name: _text(name, ticked[name]) for name in _LISTS} | {"whom": whom}
    reading = settings.read(guard.tenant().policy, texts)
    problems = {name: words for name, words in reading.problems.items() if name in _NAMES} | problems
    if problems:
        return _page(chosen, problems, 422)
    if not steps.save("projects", reading.policy, steps.wished()):
        return _page(chosen, status=409, meanwhile=steps.kept())
    return steps.go("questions")


def _text(name: str, ticked: Sequence[str]) -> str:
    """What was ticked, as the setting reads it; empty when nothing offered was left out."""
    offered = request.form.get(f"of_{name}", "")
    return "" if offered and offered == str(len(ticked)) else "\n".join(ticked)


def _page(
    chosen: dict[str, object], problems: dict[str, str] | None = None, status: int = 200, meanwhile: str = ""
) -> ResponseReturnValue:
    found, silent = Closes((), (), ()), ""
    try:
        found = offering.closes(visiting.doors(deployment(), guard.tenant()))
    except LearnLoopError as error:
        silent = steps.told(error)
    return steps.page(
        "projects", status, offer=found, silent=silent, chosen=chosen, problems=problems or {}, meanwhile=meanwhile,
        most=offering.MOST, settings=SETTINGS,
    )  # fmt: skip
