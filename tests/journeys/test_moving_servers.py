"""A Data Center site that moves: nothing proves its new address, so nothing goes there before somebody says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.commands import said, typing
from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World, make_world
from worker.domain.model import Hosting, Product
from worker.store import credentials

pytestmark = ON_SQLITE_ALONE


@pytest.fixture
def server(tmp_path: Path) -> Iterator[World]:
    """A Data Center site, Confluence below the same host."""
    with make_world(tmp_path, hosting=Hosting.DATA_CENTER) as made:
        yield made


def goes_to(world: World) -> dict[Product, str]:
    """Where each credential is sent."""
    with world.deployment.db.read() as tx:
        return {product: one.address for product, one in credentials.of(tx, world.tenant.id).items()}


def test_an_address_nothing_proves_is_taken_only_when_that_is_said(
    server: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in, before = typing(server, tmp_path, monkeypatch), goes_to(server)
    elsewhere = ("tenant", "move", server.tenant_id, "--site", "https://jira.example.com")
    asked = type_in(*elsewhere, input="n\n")
    assert (asked.exit_code, "the tokens for Jira and Confluence go to https://jira.example.com" in said(asked)) == (
        1,
        True,
    )
    assert (goes_to(server), server.tenant.site_url) == (before, server.site.url)
    moved = server.site.url.replace("127.0.0.1", "localhost")
    server.answer(server.closed("Before"), "Ask earlier.")
    assert type_in("tenant", "move", server.tenant_id, "--site", moved, "--yes").exit_code == 0
    assert goes_to(server) == {Product.JIRA: moved, Product.CONFLUENCE: f"{moved}/confluence"}
    assert len(server.our_comments(server.closed("After"))) == 1


def test_confluence_moves_alone(server: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in = typing(server, tmp_path, monkeypatch)
    server.answer(server.closed(), "Ask earlier.")
    wiki = server.tenant.wiki_url.replace("127.0.0.1", "localhost")
    done = type_in("tenant", "move", server.tenant_id, "--wiki", wiki, input="y\n")
    assert (done.exit_code, f"the token for Confluence goes to {wiki}" in said(done)) == (0, True), done.output
    assert goes_to(server) == {Product.JIRA: server.site.url, Product.CONFLUENCE: wiki}
    assert (server.row("log:FLEX").url or "").startswith(wiki)
    server.answer(server.closed("Another"), "Still written.")
    assert "Still written." in server.page("Learning log: FLEX").storage


def test_what_cannot_move_is_refused(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in = typing(world, tmp_path, monkeypatch)
    assert "--site for Jira" in said(type_in("tenant", "move", world.tenant_id))
    refused = type_in("tenant", "move", world.tenant_id, "--wiki", "https://wiki.example.com")
    assert "Confluence is at the site's own address" in said(refused)
