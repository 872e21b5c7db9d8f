"""Step five: where in Confluence the pages live, and how each type of page will look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue

from webhooks.access import Access, for_
from webhooks.admin import guard
from webhooks.admin.guide import steps
from webhooks.admin.guide.steps import blueprint
from webhooks.current import deployment
from worker import visiting
from worker.domain import settings
from worker.domain.policy import Policy
from worker.errors import LearnLoopError, Missing
from worker.gateways.confluence import Space
from worker.gateways.doors import Doors
from worker.guiding import offering, sampling
from worker.guiding.sampling import Preview

NEW = "+"
_LONGEST_NAME = 200  # Confluence v1: SpaceCreate
# A page's id in its address (Cloud, and Data Center's two kinds).
_IN_AN_ADDRESS = re.compile(r"/pages/(\d+)|[?&]pageId=(\d+)")


@blueprint.get("/<tenant_id>/pages")
@for_(Access.OWNER)
def pages(**_: str) -> ResponseReturnValue:
    """The spaces, and the pages with samples."""
    policy, wish = guard.tenant().policy, steps.wished()
    chosen = {"space": NEW if wish.new_space else policy.home_space, "parent_page": policy.parent_page}
    return _page(chosen | {"new_key": wish.new_space, "new_name": wish.new_space_name})


@blueprint.post("/<tenant_id>/pages")
@for_(Access.OWNER)
def choose_pages(**_: str) -> ResponseReturnValue:
    """Keep what was chosen. A new space is made at the end."""
    names = ("space", "parent_page", "new_key", "new_name")
    chosen = {name: " ".join(request.form.get(name, "").split()) for name in names}
    policy, problems = _read(guard.tenant().policy, chosen)
    if problems:
        return _page(chosen, problems, 422)
    new = chosen["space"] == NEW
    key, name = (policy.home_space, chosen["new_name"] or "What we learned") if new else ("", "")
    wish = replace(steps.wished(), new_space=key, new_space_name=name)
    if not steps.save("pages", replace(policy, home_space="" if new else policy.home_space), wish):
        return _page(chosen, status=409, meanwhile=steps.kept())
    return steps.go("end")


def _read(policy: Policy, chosen: dict[str, str]) -> tuple[Policy, dict[str, str]]:
    """The policy with the space and the page above ours, and a sentence for each field that cannot be taken."""
    new = chosen["space"] == NEW
    found = _IN_AN_ADDRESS.search(chosen["parent_page"])
    parent = (found[1] or found[2]) if found else chosen["parent_page"]
    texts = {"home_space": chosen["new_key"] if new else chosen["space"], "parent_page": parent}
    reading = settings.read(policy, texts)
    problems = {name: words for name, words in reading.problems.items() if name in texts}
    if words := problems.pop("home_space", ""):
        problems["new_key" if new else "space"] = words
    elif not new and chosen["new_key"] not in ("", steps.wished().new_space):
        problems["new_key"] = "This is for a new space alone: choose “A new one” above, or leave it empty."
    elif new and not chosen["new_key"]:
        problems["new_key"] = "Give the new space a key; it looks like LEARN."
    if new and (len(chosen["new_name"]) > _LONGEST_NAME or not chosen["new_name"].isprintable()):
        problems["new_name"] = f"A space's name is one line of up to {_LONGEST_NAME} characters."
    if new and parent:
        problems["parent_page"] = "A new space has no page to put ours below; leave this empty."
    return reading.policy, problems or _refused(reading.policy, new=new)


def _refused(policy: Policy, *, new: bool) -> dict[str, str]:
    """What Confluence itself says against the choice; nothing while it does not answer."""
    try:
        confluence = visiting.doors(deployment(), guard.tenant()).confluence
        if policy.home_space and not new:
            space = confluence.space(policy.home_space)
            if not confluence.may_write(space):
                return {"space": f"The account may not add pages to {space.key}; grant *Add page* in the space."}
        if policy.parent_page and policy.parent_page not in confluence.glances([policy.parent_page]):
            return {"parent_page": "There is no such page, or the account may not see it."}
    except Missing as error:
        return {"space": str(error)}
    except LearnLoopError:
        return {}  # the page says so, and the end tries again
    return {}


def _page(
    chosen: dict[str, str], problems: dict[str, str] | None = None, status: int = 200, meanwhile: str = ""
) -> ResponseReturnValue:
    tenant, found, previews, silent = guard.tenant(), list[Space](), list[Preview](), ""
    doors = visiting.doors(deployment(), tenant)
    try:
        found = offering.spaces(doors)
        previews = list(_previews(doors, chosen))
    except LearnLoopError as error:
        silent = steps.told(error)
    return steps.page(
        "pages", status, chosen=chosen, problems=problems or {}, meanwhile=meanwhile, spaces=found, silent=silent,
        previews=previews, new=NEW,
    )  # fmt: skip


def _previews(doors: Doors, chosen: dict[str, str]) -> Iterator[Preview]:
    tenant = guard.tenant()
    shown = replace(tenant.policy, home_space=tenant.policy.home_space or chosen["new_key"] or "LEARN")
    issues = sampling.closed_issues(doors, shown)
    return sampling.pages(tenant, shown, issues, deployment().clock.now())
