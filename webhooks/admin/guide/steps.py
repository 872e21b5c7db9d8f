"""What the steps of the guide share: their order, the page around them, and saving what one of them says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webhooks.admin import frame, guard
from webhooks.current import deployment
from worker.domain.policy import Policy
from worker.domain.settings import SETTINGS
from worker.errors import LearnLoopError
from worker.guiding import wishes
from worker.guiding.wishes import Wishes
from worker.onboarding import FIELD_NAMES
from worker.store import audit, tenants
from worker.store.audit import Entry

blueprint = Blueprint("admin_guide", __name__, url_prefix="/admin/guide")

# The steps in their order; those before a site is known have no tenant in their address.
_BEFORE = (("start", "The address"), ("site", "The site"))
_OF_A_SITE = (("projects", "Closes"), ("questions", "Questions"), ("pages", "Pages"), ("end", "Switch on"))

# The settings that the steps speak of.
_SAID = ("projects", "closed_statuses", "issue_types", "whom", "questions", "home_space", "parent_page")


@dataclass(frozen=True)
class Step:
    """One step as the page shows it; without an address it cannot be gone to yet."""

    number: int
    words: str
    address: str
    here: bool
    done: bool


@blueprint.before_request
def only_while_it_lasts() -> ResponseReturnValue | None:
    """A site whose guide is finished has pages of its own."""
    tenant = getattr(g, "tenant", None)
    if tenant is None or wishes.in_guide(tenant):
        return None
    return redirect(url_for("admin_status.show", tenant_id=tenant.id, done="The guide for this site is finished."), 303)


def page(here: str, status: int = 200, **values: object) -> ResponseReturnValue:
    """The page of a step, in the frame of the admin pages."""
    tenant = getattr(g, "tenant", None)
    if tenant:
        values |= {"site": tenant, "seen": wishes.digest(tenant, wished())}
    around: dict[str, object] = {"tenant": None, "places": [], "steps": _steps(here), "problems": {}}
    return frame.page(f"guide/{here}.html", status, **(around | values))


def wished() -> Wishes:
    """What is wished for on the site of the address."""
    with deployment().db.read() as tx:
        return wishes.get(tx, guard.tenant().id)


def go(step: str, done: str = "") -> ResponseReturnValue:
    """On to a step of the same site."""
    return redirect(url_for(f"admin_guide.{step}", tenant_id=guard.tenant().id, done=done or None), 303)


def save(step: str, policy: Policy, wish: Wishes) -> bool:
    """Keep what a step said; False, and nothing is kept, when somebody saved something since its form was made."""
    parts, tenant_id = deployment(), guard.tenant().id
    with parts.db.begin() as tx:
        tenant, known = tenants.held(tx, tenant_id), wishes.get(tx, tenant_id)
        if not wishes.in_guide(tenant) or wishes.digest(tenant, known) != request.form.get("seen"):
            return False
        now, gone = parts.clock.now(), tuple(dict.fromkeys((*known.steps, step)))
        tenants.set_policy(tx, tenant_id, policy)
        wishes.keep(tx, tenant_id, replace(wish, steps=gone, finishing=known.finishing), now)
        what = f"chose in the guide: {dict(_OF_A_SITE)[step].lower()}"
        audit.note(tx, Entry(now, guard.account().email, what, tenant_id=tenant_id))
    g.tenant = replace(guard.tenant(), policy=policy)
    return True


def kept() -> str:
    """What is said in the guide now, for somebody whose form is older. The tenant is read again."""
    with deployment().db.read() as tx:
        g.tenant = tenant = tenants.get(tx, guard.tenant().id)
    shown = ((SETTINGS[name], getattr(tenant.policy, name)) for name in _SAID)
    said = [f"{one.label}: {one.kind.write(value) or 'as it comes'}" for one, value in shown]
    wish = wished()
    fields = [*tenant.policy.field_map.ids(), *(FIELD_NAMES[name] for name in wish.new_fields)]
    said.append(f"Fields: {', '.join(fields) or 'none'}")
    return "; ".join([*said, f"New space: {wish.new_space}"] if wish.new_space else said)


def told(error: LearnLoopError) -> str:
    """What a site that did not answer means for a step."""
    return f"{error} What you said so far is kept; open this page again to look once more."


def _steps(here: str) -> list[Step]:
    tenant = getattr(g, "tenant", None)
    gone, here = wished().steps if tenant else (), "site" if here == "account" else here
    before = [(name, words, url_for(f"admin_guide.{name}") if not tenant else "") for name, words in _BEFORE]
    after = [
        (name, words, url_for(f"admin_guide.{name}", tenant_id=tenant.id) if tenant else "")
        for name, words in _OF_A_SITE
    ]
    done = {*gone, *(dict(_BEFORE) if tenant else ())}
    shown = enumerate((*before, *after), 1)
    return [Step(number, words, address, name == here, name in done) for number, (name, words, address) in shown]
