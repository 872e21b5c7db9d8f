"""What the steps are measured on: databases, the emulated site with its people, and LearnLoop's real processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests import postgres
from worker import config, onboarding
from worker.clock import Clock
from worker.deployment import Deployment, assemble
from worker.emulator import Site, serve
from worker.store import tenants
from worker.store.tenants import Tenant

SECRET = "a secret of both sides"  # noqa: S105 - of a site that is played
EVENTS = ["jira:issue_updated", "jira:issue_deleted", "comment_created"]
DATABASES = ("sqlite", "postgresql")
# Sites that are served already could be asked for anything; these names are all a step needs.
PROJECT, SPACE = "FLEX", "ENG"


@dataclass(frozen=True)
class Stage:
    """A site, and a LearnLoop that has it as a tenant. `environment` is for processes beside this one."""

    site: Site
    environment: dict[str, str]
    deployment: Deployment
    tenant: Tenant
    ana: str
    bot: str

    def close_issue(self, summary: str = "Try monthly plans") -> str:
        """Create an issue and close it; its key."""
        key = self.site.create_issue(PROJECT, "Story", summary, reporter=self.ana, assignee=self.ana)
        self.site.transition(key, "Done", by=self.ana, resolution="Done")
        return key

    def asked(self, key: str) -> bool:
        """Whether our comment is on the issue."""
        return any(one.author == self.bot for one in self.site.comments(key))


@contextmanager
def staged(folder: Path, database: str) -> Iterator[Stage]:
    """A site and a LearnLoop with one tenant, on a new `database` (sqlite, postgresql) in `folder`."""
    with deployed(folder, database) as (environment, deployment):
        site = Site()
        server = serve(site)
        try:
            yield joined(site, server.url, environment, deployment)
        finally:
            server.close()
            site.close()


@contextmanager
def deployed(folder: Path, database: str) -> Iterator[tuple[dict[str, str], Deployment]]:
    """A LearnLoop without a tenant: the environment of its processes, and a look into it."""
    with fresh(folder, database) as url:
        environment = environment_of(folder, url)
        deployment = assemble(config.load(environment), Clock())
        try:
            yield environment, deployment
        finally:
            deployment.close()


def joined(site: Site, address: str, environment: dict[str, str], deployment: Deployment) -> Stage:
    """Furnish a site and make it a tenant."""
    bot = site.add_person("LearnLoop", email="bot@example.org", token="token", admin=True)  # noqa: S106 - played
    ana = site.add_person("Ana Sousa", email="ana@example.org")
    site.add_project(PROJECT, "Flexible Pricing")
    site.add_space(SPACE, "Engineering")
    given = onboarding.Given("token", "bot@example.org")
    wish = onboarding.Wish(address, jira=given, secret=SECRET, space=SPACE, time_zone="UTC")
    tenant = unhurried(deployment, onboarding.add_tenant(deployment, wish))
    site.add_webhook(onboarding.webhook_url(deployment, tenant), events=EVENTS, secret=SECRET)
    return Stage(site, environment, deployment, tenant, ana, bot)


def unhurried(deployment: Deployment, tenant: Tenant) -> Tenant:
    """The tenant asked about every close at once: one person closes thousands here."""
    policy = replace(tenant.policy, gather_seconds=0, most_a_day=1_000_000)
    with deployment.db.begin() as tx:
        tenants.set_policy(tx, tenant.id, policy)
    return replace(tenant, policy=policy)


@contextmanager
def fresh(folder: Path, database: str) -> Iterator[str]:
    """The address of a new database, gone afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if database == "sqlite":
        yield f"sqlite:///{folder / 'learnloop.db'}"
    else:
        url = postgres.fresh()
        yield url
        postgres.drop(url)
    shutil.rmtree(folder, ignore_errors=True)


def environment_of(folder: Path, url: str) -> dict[str, str]:
    """What the processes of a LearnLoop are told; everything else is its default."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LEARNLOOP_", "DATABASE_URL"))}
    return own | {
        "LEARNLOOP_DATA": str(folder),
        "DATABASE_URL": url,
        "LEARNLOOP_PORT": str(free_port()),
        "LEARNLOOP_DEBOUNCE": "0",
        "LEARNLOOP_LOG_LEVEL": "ERROR",
    }


@contextmanager
def running(environment: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process of ours (`-m worker web`, say), told to stop at the end."""
    process = subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


@contextmanager
def web_and_worker(environment: dict[str, str]) -> Iterator[None]:
    """Both processes of a LearnLoop, ready."""
    with running(environment, "worker", "web"), running(environment, "worker", "worker"):
        until(lambda: answers(environment, "/readyz"), 30)
        time.sleep(1)  # the worker has no door to knock at; it needs less than this
        yield


def answers(environment: dict[str, str], path: str) -> bool:
    """Whether the web process answers 200 at `path`."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['LEARNLOOP_PORT']}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def until(done: Callable[[], bool], seconds: float, every: float = 0.02) -> float:
    """Wait until `done`; how many seconds it took. Raises TimeoutError after `seconds`."""
    start = time.perf_counter()
    while not done():
        if time.perf_counter() - start > seconds:
            raise TimeoutError(f"It was not done after {seconds:.0f} s.")
        time.sleep(every)
    return time.perf_counter() - start


def free_port() -> int:
    """A port of loopback nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
