"""A LearnLoop whose address has a path, behind a proxy that takes that path off and behind one that does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.admin import forms
from tests.admin.browsing import PASSWORD, account
from tests.sources.deliveries import body
from tests.sources.doors import ONE, Doors, Sent
from tests.world import World
from webhooks.app import create_app
from worker.deployment import Deployment

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PLACE = "/learnloop"
BEHIND = pytest.mark.parametrize("strips", [True, False], ids=["a proxy that strips", "a proxy that does not"])


def proxied(parts: Deployment, strips: bool, base: str = f"https://tools.example.com{PLACE}") -> FlaskClient:
    """Somebody who comes through a proxy that knows us below a path; whatever is elsewhere is not ours."""
    app = create_app(replace(parts, settings=replace(parts.settings, base_url=base)))
    inner = app.wsgi_app

    def proxy(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        assert path.startswith(f"{PLACE}/"), f"{path} is not passed on to us"
        return inner(environ | {"PATH_INFO": path.removeprefix(PLACE)} if strips else environ, start)

    app.wsgi_app = proxy  # type: ignore[method-assign,assignment] # as Flask has it
    return app.test_client()


@BEHIND
def test_a_page_and_all_it_loads_is_found(parts: Deployment, strips: bool) -> None:
    client = proxied(parts, strips)
    page = client.get(f"{PLACE}/").text
    assert f'href="{PLACE}/static/learnloop.css"' in page
    with client.get(f"{PLACE}/static/learnloop.css") as style:
        assert style.status_code == 200
    assert client.get(f"{PLACE}/healthz").status_code == 200


@BEHIND
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_an_admin_logs_in_and_comes_to_the_page_that_was_wanted(parts: Deployment, strips: bool, scheme: str) -> None:
    account(parts)
    host = f"{scheme}://tools.example.com"
    client = proxied(parts, strips, f"{host}{PLACE}")
    sent_on = client.get(f"{PLACE}/admin/people", base_url=host)
    assert sent_on.status_code == 302
    login = client.get(sent_on.location, base_url=host)
    form = forms.of(login.text, f"{PLACE}/admin/login") | {"email": "ana@example.org", "password": PASSWORD}
    inside = client.post(f"{PLACE}/admin/login", data=form, base_url=host)
    assert (inside.status_code, urlsplit(inside.location).path) == (303, f"{PLACE}/admin/people")
    people = client.get(inside.location, base_url=host)
    assert people.status_code == 200
    assert f'href="{PLACE}/admin/' in people.text
    assert 'href="/admin' not in people.text


@BEHIND
def test_an_answer_is_saved(world: World, strips: bool) -> None:
    key = world.closed()
    client = proxied(world.deployment, strips)
    address = f"{PLACE}{urlsplit(world.link(key)).path}"
    assert client.get(address).status_code == 200
    said = client.post(address, data={"learned": "Ask earlier.", "choice": "learned"}, follow_redirects=True)
    assert said.status_code == 200
    learning = world.learning(key)
    assert learning is not None
    assert learning.answers.learned == "Ask earlier."


@BEHIND
def test_connect_hashes_the_path_below_our_address(doors: Doors, strips: bool) -> None:
    sent = doors.by_site(ONE, Sent("/webhooks/connect", body("issue_updated__status", "connect")))
    doors.client = proxied(doors.parts, strips)
    described = doors.client.get(f"{PLACE}/atlassian-connect.json").json
    assert described
    assert described["baseUrl"] == f"https://tools.example.com{PLACE}"
    assert doors.send(replace(sent, path=f"{PLACE}{sent.path}")).status_code == 202
    elsewhere = doors.by_site(ONE, Sent("/connect/enabled"))
    assert doors.send(replace(elsewhere, path=f"{PLACE}/connect/disabled")).status_code == 401


def test_whoever_asks_the_process_itself_needs_no_path(parts: Deployment) -> None:
    app = create_app(replace(parts, settings=replace(parts.settings, base_url=f"https://tools.example.com{PLACE}")))
    assert app.test_client().get("/readyz").status_code == 200
    assert app.test_client().get("/learnloops/readyz").status_code == 404
