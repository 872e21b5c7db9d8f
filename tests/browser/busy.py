"""A LearnLoop that has something of everything to show on its admin pages, and an owner's browser before them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext

from tests.admin.browsing import account
from tests.world import World
from webhooks.admin import guard
from worker.deployment import Deployment
from worker.domain.model import JobKind, TenantId
from worker.errors import TenantStopped
from worker.store import accounts, credentials, tenants
from worker.store.accounts import Role
from worker.store.tenants import NOT_FINISHED

Scheme = Literal["light", "dark"]
GUIDED = TenantId("guided")


def fill(world: World) -> None:
    """Closes that were asked about, answered and skipped; pages, one edited by hand; a dead job; people; a site whose
    guide was begun; markup and long words wherever somebody may have written them.
    """
    world.answer(world.closed("Try monthly plans & <b>yearly</b> ones"), "Ask first. #pricing", topics="pricing")
    world.closed("Not worth it", resolution="Won't Do")
    world.closed("Alongwordthatnobodycanbreakbecauseithasnospacesinit" * 3)
    page = world.page("What we learned")
    world.site.edit_page(page.id, lambda body: body.replace("Ask first", "Ask the customer first"), by=world.ben)
    world.tick(JobKind.CHECK_PAGES)
    _dead_job(world)
    _guided(world)
    account(world.deployment, Role.READER, [world.tenant.id], "a-very-long-address-of-somebody@department.example.org")


def _dead_job(world: World) -> None:
    def refused(_key: str) -> None:
        raise TenantStopped("Jira answered 403: the account may not link issues. " + "x" * 200)

    parts, tenant = world.deployment, world.tenant.id
    with parts.db.begin() as tx:
        parts.queue.put(tx, JobKind.LINK, f"{tenant}/10000", f"issue:{tenant}/10000")
    parts.queue.drain({JobKind.LINK: refused})


def _guided(world: World) -> None:
    """A second tenant on the same site, as the guide keeps it after its second step."""
    served = world.tenant
    begun = replace(served, id=GUIDED, webhook_path="path-of-the-guided", stopped=NOT_FINISHED)
    with world.deployment.db.begin() as tx:
        tenants.add(tx, begun)
        for one in credentials.of(tx, served.id).values():
            credentials.keep(tx, GUIDED, one)


@contextmanager
def logged_in(browser: Browser, parts: Deployment, account_id: str, **options: Any) -> Iterator[BrowserContext]:
    """A browser's window that is logged in to the admin pages; `options` are Playwright's."""
    now = parts.clock.now()
    with parts.db.begin() as tx:
        token = accounts.log_in(tx, account_id, now, now + timedelta(hours=12))
    context = browser.new_context(base_url=parts.settings.base_url, **options)
    context.add_cookies([{"name": guard.COOKIE, "value": token, "url": f"{parts.settings.base_url}/admin"}])
    yield context
    context.close()
