"""A running `jira820`, and a LearnLoop that serves it: what `test_second_jira` stands on."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.chaos.fleet import free_ports
from tests.world import SECRET, World
from worker import onboarding
from worker.domain.model import AccountId, Hosting, IssueId, Product, Prompt, Proof, Scheme, SourceKind, TenantId
from worker.domain.policy import Policy
from worker.gateways.doors import DoorKeeper
from worker.gateways.jira import Jira
from worker.store import credentials, prompts, tenants
from worker.store.credentials import Credential
from worker.store.tenants import Tenant

_START_WITHIN = 30.0  # seconds
DONE = "10002"  # its status Done
_TO_DONE = "41"  # its transition there


@dataclass
class SecondJira:
    """A running jira820 and its REST API, as a person's browser would use it."""

    url: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One REST call; its JSON."""
        answer = requests.request(method, f"{self.url}{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def create(self, summary: str) -> str:
        """A new issue of the first person it knows; its key."""
        kind, who = {"name": "Story"}, {"name": self.person()}
        fields = {"project": {"key": "FLEX"}, "summary": summary, "issuetype": kind, "assignee": who}
        return str(self.ask("POST", "/rest/api/2/issue", {"fields": fields})["key"])

    def person(self) -> str:
        """The user name of somebody who works there and is not us."""
        us = self.ask("GET", "/rest/api/2/myself")["name"]
        found = self.ask("GET", "/rest/api/2/user/search")
        return next(str(one["name"]) for one in found if one["name"] != us)

    def close(self, key: str) -> None:
        """Move the issue to Done over the workflow's own transition."""
        offered = self.ask("GET", f"/rest/api/2/issue/{key}/transitions")["transitions"]
        assert {one["to"]["id"] for one in offered if one["id"] == _TO_DONE} == {DONE}
        self.ask("POST", f"/rest/api/2/issue/{key}/transitions", {"transition": {"id": _TO_DONE}})

    def comments(self, key: str) -> list[dict[str, Any]]:
        """The issue's comments."""
        found: list[dict[str, Any]] = self.ask("GET", f"/rest/api/2/issue/{key}/comment")["comments"]
        return found


@dataclass
class Joined:
    """The second Jira, and a LearnLoop that serves it."""

    jira: SecondJira
    world: World

    @property
    def doors(self) -> Jira:
        """Our own door to the second Jira."""
        return DoorKeeper(self.world.deployment).of(self.world.tenant).jira

    def deliver(self, event: dict[str, Any]) -> int:
        """Send a signed delivery as Jira Data Center would, and let everything follow; the status it got."""
        body = json.dumps(event | {"timestamp": int(self.world.clock.now().timestamp() * 1000)}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature": f"sha256={signature}"}
        address = onboarding.webhook_url(self.world.deployment, self.world.tenant)
        status = requests.post(address, data=body, headers=headers, timeout=10).status_code
        self.world.settle()
        return status

    def close(self, key: str) -> None:
        """The assignee closes an issue, and Jira tells us with its own JSON of it."""
        self.jira.close(key)
        issue = self.jira.ask("GET", f"/rest/api/2/issue/{key}?expand=changelog")
        latest = issue.pop("changelog")["histories"][-1]
        user = issue["fields"]["assignee"]
        event = {"webhookEvent": "jira:issue_updated", "issue_event_type_name": "issue_generic", "user": user}
        assert self.deliver(event | {"issue": issue, "changelog": {"id": latest["id"], "items": latest["items"]}}) < 300

    def prompt(self, key: str) -> Prompt | None:
        """What we asked about an issue."""
        number = IssueId(str(self.jira.ask("GET", f"/rest/api/2/issue/{key}")["id"]))
        with self.world.deployment.db.read() as tx:
            return prompts.of_issue(tx, self.world.tenant.id, number)

    def answer(self, key: str, learned: str) -> None:
        """Somebody fills the form that the comment links."""
        (comment,) = self.jira.comments(key)
        found = re.search(r"\[[^|\]]*\|(http[^|\]]+/answer/[^|\]]+)\]", comment["body"])
        assert found, comment["body"]
        requests.post(found[1], data={"choice": "learned", "learned": learned}, timeout=10).raise_for_status()
        self.world.settle()


@contextmanager
def second_jira(folder: Path) -> Iterator[SecondJira]:
    """jira820 on a free port, with a small project FLEX; ended when done, and given up after a while."""
    (port,) = free_ports(1)
    config = folder / "jira820.yaml"
    config.write_text("epics_per_module: 1\nstandalone_per_module: 1\nhistory_per_module: 1\nmodules: [Billing]\n")
    wanted = {"PORT": str(port), "PROJECT_KEY": "FLEX", "DATE": "2026-11-02", "CONFIG": str(config)}
    environ = os.environ | {f"JIRA820_{name}": value for name, value in wanted.items()}
    with (folder / "jira820.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "jira820"], env=environ, stdout=log, stderr=log)
    try:
        jira = SecondJira(f"http://127.0.0.1:{port}")
        _wait_for(jira, process, folder / "jira820.log")
        yield jira
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_for(jira: SecondJira, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(int(_START_WITHIN / 0.1)):
        assert process.poll() is None, log.read_text()
        try:
            assert jira.ask("GET", "/rest/api/2/serverInfo")["deploymentType"] == "Server"
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail(f"jira820 did not start within {_START_WITHIN:.0f} s:\n{log.read_text()}")


def keep_tenant(world: World, jira: SecondJira) -> None:
    """Keep the tenant by hand: adding one asks for permissions, which this Jira cannot tell (see the test of it)."""
    parts = world.deployment
    tenant = Tenant(
        id=TenantId("second"),
        source=SourceKind.DATA_CENTER,
        hosting=Hosting.DATA_CENTER,
        site_url=jira.url,
        wiki_url=f"{world.site.url}/confluence",
        webhook_path="path-of-second",
        own_account=AccountId(str(jira.ask("GET", "/rest/api/2/myself")["key"])),
        silent_writes=False,
        policy=Policy(home_space="ENG"),
        activated_at=parts.clock.now(),
        proof=Proof.HMAC,
        newest_secret=parts.keys.seal(SECRET),
    )
    with parts.db.begin() as tx:
        tenants.add(tx, tenant)
        for product, address, account in (
            (Product.JIRA, tenant.site_url, tenant.own_account),
            (Product.CONFLUENCE, tenant.wiki_url, world.site.world.people[AccountId(world.bot)].wiki_key),
        ):
            secret, now = parts.keys.seal("token"), parts.clock.now()
            proof = Credential(product, Scheme.BEARER, address, "", AccountId(account), secret, now)
            credentials.keep(tx, tenant.id, proof)
    world.tenant_id = tenant.id
