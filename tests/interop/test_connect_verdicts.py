"""Every kind of token before atlassian-connect-express and before us: we never take what it refuses, and say why where
we differ.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server

from tests.interop.connect_site import Keys, Sent, mint, sent
from tests.interop.local import CLOSED, serving
from tests.interop.npm import node
from tests.interop.table import (
    APP_KEY,
    BASE_URL,
    CLIENTS,
    INSTALL,
    INSTALLED,
    KID,
    PANEL,
    PLAIN,
    SITES,
    TABLE,
    Row,
    hook,
)
from webhooks.app import create_app
from worker import config
from worker.clock import Clock
from worker.deployment import Deployment, assemble
from worker.domain.model import AccountId, SourceKind
from worker.store import prompts, tenants

REFUSED = {400, 401, 403}
TICKET = re.compile(r'name="ticket" value="([^"]+)"')


@pytest.fixture(scope="module")
def statuses(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[int, int]]]:
    """For each row by its name: what atlassian-connect-express answers, and what we do."""
    keys, folder = Keys(), tmp_path_factory.mktemp("connect")
    with serving({f"/{KID}": keys.public}) as key_host, our_app(folder, key_host) as (address, deployment):
        now = int(deployment.clock.now().timestamp())
        bare = [(row.token, row.request) for row in TABLE if row.token]
        first = [(INSTALL.says(iss=client), INSTALLED) for client in CLIENTS]
        made = iter(mint([*first, (PLAIN, PANEL), *bare], keys, now, packages))
        for client in CLIENTS:
            row = Row(f"{client} installs the app", True, INSTALLED, told=hook(client))
            assert answered(address, sent(row, next(made), "")) == 204
        ticket = opened_panel(address, deployment, sent(Row("look", True, PANEL), next(made), ""))
        asked = [sent(row, next(made) if row.token else row.raw, ticket) for row in TABLE]
        theirs = their_answers(asked, key_host, folder, packages)
        ours = [answered(address, one) for one in asked]
        yield {row.name: pair for row, pair in zip(TABLE, zip(theirs, ours, strict=True), strict=True)}


@contextmanager
def our_app(folder: Path, key_host: str) -> Iterator[tuple[str, Deployment]]:
    """A LearnLoop that believes to be at BASE_URL, and where it really is."""
    wanted = {
        "LEARNLOOP_DATA": str(folder / "data"),
        "LEARNLOOP_BASE_URL": BASE_URL,
        "LEARNLOOP_CONNECT_KEY": APP_KEY,
        "LEARNLOOP_CONNECT_KEY_HOSTS": key_host,
        "LEARNLOOP_CONNECT_SITES": SITES,
    }
    deployment = assemble(config.load(wanted), Clock())
    web = make_server("127.0.0.1", 0, create_app(deployment), threaded=True)
    thread = threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{web.server_port}", deployment
    finally:
        web.shutdown()
        web.server_close()
        thread.join()
        deployment.close()


def opened_panel(address: str, deployment: Deployment, look: Sent) -> str:
    """The ticket in the form that Ana is shown on FLEX-1, which acme's site has a question about."""
    now = deployment.clock.now()
    with deployment.db.begin() as tx:
        tenant = tenants.by_installation(tx, SourceKind.CONNECT, "acme")
        assert tenant
        prompts.open_one(tx, tenant.id, CLOSED, AccountId("ana"), now, now)
    shown = requests.request(look.method, address + look.url, headers=look.headers, timeout=10)
    found = TICKET.search(shown.text)
    assert found, f"{shown.status_code}: {shown.text}"
    return found[1]


def their_answers(asked: list[Sent], key_host: str, folder: Path, packages: Path) -> list[int]:
    clients = [
        {"clientKey": client, "sharedSecret": secret, "baseUrl": site} for client, (site, secret) in CLIENTS.items()
    ]
    told = {
        "appKey": APP_KEY,
        "baseUrl": BASE_URL,
        "keys": key_host,
        "sites": SITES,
        "clients": clients,
        "requests": [asdict(one) for one in asked],
    }
    return json.loads(node("ace.mjs", folder, told=told, folder=packages))  # type: ignore[no-any-return]


def answered(address: str, one: Sent) -> int:
    return requests.request(
        one.method, address + one.url, headers=one.headers, data=one.body, timeout=10, allow_redirects=False
    ).status_code


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_atlassians_own_framework_takes_or_refuses(row: Row, statuses: dict[str, tuple[int, int]]) -> None:
    status, _ = statuses[row.name]
    assert status in ({204} if row.accepted else REFUSED)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_we_take_or_refuse_the_same_or_say_why_not(row: Row, statuses: dict[str, tuple[int, int]]) -> None:
    _, status = statuses[row.name]
    assert status in ({200, 204} if row.ours else REFUSED)
