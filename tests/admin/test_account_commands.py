"""`learnloop account`, as whoever runs LearnLoop types it, and the way in that a starting process prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.admin.browsing import PASSWORD
from tests.alone import with_tenant
from tests.keeping.commands import environment, refused, typed
from webhooks.app import create_app
from worker import config
from worker.cli import accounts as commands
from worker.deployment import Deployment, assemble
from worker.store import accounts, audit


@contextmanager
def opened(data: Path) -> Iterator[Deployment]:
    """The deployment of the data folder, as another process has it."""
    parts = assemble(config.load(environment(data)))
    yield parts
    parts.close()


def link_in(said: str) -> str:
    """The path of the one link that was printed."""
    (found,) = re.findall(r"http://\S+/admin/join/\S+", said)
    return urlsplit(str(found)).path


def joined(data: Path, link: str, **form: str) -> int:
    """Open a link and send its form; the status."""
    with opened(data) as parts:
        client = create_app(parts).test_client()
        return client.post(link, data={"name": "Bo", "password": PASSWORD} | form).status_code


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the tenant t1."""
    with opened(tmp_path) as parts:
        with_tenant(parts)
    return tmp_path


def test_an_invitation_a_new_password_and_the_end_of_an_account(data: Path) -> None:
    assert "No account yet; `learnloop up` prints an address" in typed(data, "account", "list")
    said = typed(data, "account", "invite", "Bo@example.org", "--role", "project admin", "--grant", "t1/FLEX")
    listed = json.loads(typed(data, "account", "list", "--json"))
    may = "project admin of FLEX on example.atlassian.net"
    assert listed == [{"email": "bo@example.org", "name": "", "may": may, "state": "invited"}]
    assert [joined(data, link_in(said)) for _ in range(2)] == [303, 410]
    assert joined(data, link_in(typed(data, "account", "reset", "bo@example.org"))) == 303
    reset = link_in(typed(data, "account", "reset", "bo@example.org"))
    assert "may set a new password" in typed(data, "account", "list")
    assert "cannot log in" in typed(data, "account", "disable", "BO@example.org")
    assert joined(data, reset) == 410
    assert "disabled" in typed(data, "account", "list")
    assert "is disabled; enable it first" in refused(data, "account", "reset", "bo@example.org")
    assert "can log in again" in typed(data, "account", "enable", "bo@example.org")
    with opened(data) as parts, parts.db.read() as tx:
        entries = audit.newest(tx)
    assert {one.who for one in entries} == {"command line", "bo@example.org"}
    assert len(entries) == 7


def test_what_cannot_be_ends_in_a_sentence(data: Path) -> None:
    invite = ("account", "invite")
    assert "There is no account bo@example.org" in refused(data, "account", "disable", "bo@example.org")
    assert "not an email address" in refused(data, *invite, "bo")
    assert "There is no site 't9' here." in refused(data, *invite, "bo@example.org", "--grant", "t9")
    assert "An owner may do everything" in refused(data, *invite, "bo@example.org", "--role", "owner", "--grant", "t1")
    assert joined(data, link_in(typed(data, *invite, "bo@example.org", "--role", "owner"))) == 303
    assert "has an account already" in refused(data, *invite, "bo@example.org")
    assert "This is the only owner" in refused(data, "account", "disable", "bo@example.org")


def test_a_starting_process_prints_one_address_until_there_is_an_account(tmp_path: Path) -> None:
    settings = config.load(environment(tmp_path))
    earlier, newest = (link_in(" ".join(commands.way_in(settings)).replace("[/]", "")) for _ in range(2))
    assert joined(tmp_path, earlier, email="ana@example.org") == 410
    assert joined(tmp_path, newest, email="ana@example.org") == 303
    assert commands.way_in(settings) == [f"Its pages for admins: [bold]{settings.base_url}/admin/[/]"]
    with opened(tmp_path) as parts, parts.db.read() as tx:
        assert [one.email for one in accounts.every(tx)] == ["ana@example.org"]
