"""What the door believes of a tenant for a moment, and what it never does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Jira, signature
from webhooks.known import KnownTenants
from worker.store import tenants
from worker.store.schema import tenants as table


def by_another_process(jira: Jira, **values: Any) -> None:
    """Change the tenant behind the back of this process."""
    with jira.parts.db.begin() as tx:
        tx.execute(table.update().where(table.c.id == "t1").values(**values))


def test_what_another_process_changes_is_known_after_a_moment(jira: Jira) -> None:
    for_long, for_none = KnownTenants(jira.parts.db, seconds=3600), KnownTenants(jira.parts.db, seconds=0)
    for one in (for_long, for_none):
        assert one.by_path("path-of-t1")
    by_another_process(jira, webhook_path="path-that-moved")
    assert for_long.by_path("path-of-t1")
    assert for_none.by_path("path-of-t1") is None
    assert for_long.by_path("path-of-t1", anew=True) is None
    assert for_long.by_path("path-of-t1") is None


def test_a_secret_that_another_process_gave_is_good_at_once(jira: Jira, close: dict[str, Any]) -> None:
    assert jira.sends(close).status_code == 202
    by_another_process(jira, newest_secret=jira.parts.keys.seal("a newer secret"), earlier_secret=None)
    body = b'{"webhookEvent":"jira:issue_created"}'
    assert jira.sends(body, X_Hub_Signature=signature(body, "a newer secret")).status_code == 204
    assert jira.sends(body).status_code == 401


@pytest.mark.parametrize("change", [{"uninstalled_at": "now"}, {"newest_secret": b""}])
def test_what_this_process_changes_is_known_at_once(jira: Jira, close: dict[str, Any], change: dict[str, Any]) -> None:
    assert jira.sends(close).status_code == 202
    now = jira.parts.clock.now()
    sealed = jira.parts.keys.seal("a newer secret")
    values = {name: now if name == "uninstalled_at" else sealed for name in change}
    with jira.parts.db.begin() as tx:
        tenants.change(tx, tenants.every(tx)[0].id, **values)
    assert jira.sends(close).status_code in (401, 404)


def test_an_address_nobody_has_is_not_remembered(jira: Jira, close: dict[str, Any]) -> None:
    assert jira.sends(close, path="path-of-nobody").status_code == 404
    by_another_process(jira, webhook_path="path-of-nobody")
    assert jira.sends(close, path="path-of-nobody").status_code == 202
