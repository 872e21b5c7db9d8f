"""Somebody in the guide of the admin pages: their browser, a site, and what was kept of what they said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from tests.admin.browsing import Browser, logged_in
from tests.world import World, make_world
from webhooks.app import create_app
from worker.guiding import wishes
from worker.store import tenants
from worker.store.tenants import Tenant

GUIDE = "/admin/guide"


class Guided:
    """An owner's browser in the guide of a site."""

    def __init__(self, world: World, owner: Browser) -> None:
        self.world, self.owner = world, owner

    @property
    def tenant(self) -> Tenant:
        with self.world.deployment.db.read() as tx:
            return tenants.every(tx)[0]

    @property
    def wished(self) -> wishes.Wishes:
        with self.world.deployment.db.read() as tx:
            return wishes.get(tx, self.tenant.id)

    def at(self, step: str) -> str:
        """The address of a step."""
        return f"{GUIDE}/{self.tenant.id}/{step}"

    def connect(self, **more: str) -> TestResponse:
        """Give the site and its token."""
        form = {"kind": "cloud", "site_url": self.world.site.url, "email": "bot@example.org", "api_token": "token"}
        return self.owner.post(f"{GUIDE}/site", form | more)

    def seen(self) -> str:
        """What a form of this moment was made from."""
        return wishes.digest(self.tenant, self.wished)

    def say(self, step: str, **form: Any) -> TestResponse:
        """Send the form of a step."""
        return self.owner.post(self.at(step), {"seen": self.seen()} | form)

    def all_said(self) -> None:
        """Go through every step but the end as the pages offer them."""
        assert self.connect().status_code == 303
        answers = (
            self.say("projects", projects=["FLEX"], whom="closer"),
            self.say("questions", questions=["surprised"]),
            self.say("pages", space="ENG"),
        )
        assert [answer.status_code for answer in answers] == [303, 303, 303]


@contextmanager
def in_the_guide(folder: Path, **world: Any) -> Iterator[Guided]:
    """A site, a LearnLoop that knows nothing of it, and an owner who is logged in; `world` as for `make_world`."""
    with make_world(folder, join=lambda _world: None, **world) as made:
        yield Guided(made, logged_in(create_app(made.deployment), made.deployment))
