"""Anything may come to any public route: never a 5xx, and nothing is kept that was not proven."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote, urlsplit

import jwt
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.routing import Rule

from tests.world import SECRET, World
from webhooks.access import Access
from webhooks.app import create_app
from worker import onboarding
from worker.store.schema import metadata

pytestmark = pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND", "X")
HEADERS = (
    "Authorization", "Content-Type", "X-Hub-Signature", "X-Hub-Signature-256", "X-Atlassian-Webhook-Identifier",
    "X-Atlassian-Webhook-Retry", "X-Atlassian-Webhook-Flow", "X-Automation-Webhook-Token", "X-Forge-OAuth-System",
    "X-Forge-OAuth-User", "X-Forwarded-For", "X-HTTP-Method-Override", "Accept", "Cookie", "Host", "Range", "Expect",
)  # fmt: skip
FEW = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], database=None
)


def forged(claims: dict[str, Any], kid: str, algorithm: str) -> str:
    """A token in due form that nobody we know has signed."""
    key = "" if algorithm == "none" else "a key of nobody we know, long enough"
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


words = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60)
header_words = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
claims = st.dictionaries(
    st.sampled_from(["iss", "aud", "exp", "iat", "qsh", "sub", "app", "context"]), jsons, max_size=6
)
tokens = st.builds(
    forged, claims.filter(lambda one: isinstance(one.get("iss", ""), str)), words, st.sampled_from(["HS256", "none"])
)
proofs = header_words | tokens.map("JWT {}".format) | tokens.map("Bearer {}".format)
headers = st.dictionaries(st.sampled_from(HEADERS), header_words, max_size=5)
bodies = st.binary(max_size=200) | jsons.map(lambda one: json.dumps(one).encode())
queries = st.dictionaries(words, words, max_size=3) | tokens.map(lambda one: {"jwt": one})


@pytest.fixture(scope="module")
def client(shared: World) -> FlaskClient:
    return create_app(shared.deployment).test_client()


def kept(world: World) -> dict[str, int]:
    """How many rows each table has."""
    world.deployment.db.write(lambda _tx: None)  # lines on their way travel with this group
    with world.deployment.db.read() as tx:
        return {
            table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name != "login_attempts"  # wrong passwords are counted
        }


def test_no_stranger_brings_any_route_down_or_leaves_anything_behind(shared: World, client: FlaskClient) -> None:
    before = kept(shared)
    path = urlsplit(onboarding.webhook_url(shared.deployment, shared.tenant)).path.rpartition("/")[2]
    for rule in client.application.url_map.iter_rules():
        _try_anything(client, rule, path)
    assert kept(shared) == before


def _try_anything(client: FlaskClient, rule: Rule, path: str) -> None:
    """Any request to a rule; where it asks for a tenant's secret path, with the right one."""

    view = client.application.view_functions[rule.endpoint]
    guarded = vars(view).get("access") in (Access.READER, Access.PROJECT_ADMIN, Access.OWNER)

    @settings(FEW, max_examples=8 if guarded else 40)  # a stranger gets no further than the guard, on any page alike
    @given(st.sampled_from(METHODS), words, headers, proofs, queries, bodies)
    def anything(method: str, name: str, given: dict[str, str], proof: str, query: dict[str, str], body: bytes) -> None:
        address = str(rule)
        for part in _parts(address):
            filled = path if "path>" in part else "cloud" if "source" in part else name or "x"
            address = address.replace(part, quote(filled, ""))
        answer = client.open(
            address, method=method, headers={"Authorization": proof} | given, query_string=query, data=body
        )
        unknown = b"public keys" in answer.data or b"unknown keys" in answer.data  # Atlassian's
        assert answer.status_code < 500 or (answer.status_code == 503 and unknown), address

    anything()


def _parts(address: str) -> list[str]:
    """The <placeholders> of a rule."""
    return [f"<{part.partition('>')[0]}>" for part in address.split("<")[1:]]


def signed(client: FlaskClient, world: World, body: bytes, identifier: str) -> int:
    """Post what the tenant's own site has signed; the status."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    given = {"X-Hub-Signature": f"sha256={signature}", "X-Atlassian-Webhook-Identifier": identifier}
    address = urlsplit(onboarding.webhook_url(world.deployment, world.tenant)).path
    return client.post(address, data=body, headers=given, content_type="application/json").status_code


@settings(FEW, max_examples=150)
@given(body=bodies, identifier=header_words)
def test_whatever_a_site_signs_is_taken_or_refused(
    shared: World, client: FlaskClient, body: bytes, identifier: str
) -> None:
    assert signed(client, shared, body, identifier) in (202, 204, 400)


@settings(FEW, max_examples=200)
@given(data=st.data())
def test_a_real_delivery_with_any_part_of_it_changed_is_taken_or_refused_and_leaves_no_dead_job(
    shared: World, client: FlaskClient, data: st.DataObject
) -> None:
    body = data.draw(st.sampled_from(real_deliveries(shared)))
    changed = json.loads(body)
    for _ in range(data.draw(st.integers(1, 3))):
        changed = _changed(changed, data)
    assert signed(client, shared, json.dumps(changed).encode(), "") in (202, 204, 400)
    shared.settle()
    assert shared.jobs("dead") == []


def real_deliveries(world: World) -> list[bytes]:
    """What the emulated site has sent; made once."""
    if not world.site.deliveries:
        world.reply(world.closed(), "learned: Ask first. #pricing")
        world.site.close_sprint(world.sprint(), by=world.ana)
        world.settle()
    return list({one.event: one.body for one in world.site.deliveries}.values())


def _changed(node: Any, data: st.DataObject) -> Any:
    """The JSON value with one part of it, somewhere, replaced or left out."""
    if isinstance(node, dict) and node and data.draw(st.integers(0, 5)):
        name = data.draw(st.sampled_from(sorted(node)))
        if not data.draw(st.integers(0, 4)):
            return {key: value for key, value in node.items() if key != name}
        return node | {name: _changed(node[name], data)}
    if isinstance(node, list) and node and data.draw(st.integers(0, 5)):
        place = data.draw(st.integers(0, len(node) - 1))
        return [*node[:place], _changed(node[place], data), *node[place + 1 :]]
    return data.draw(jsons)


@settings(FEW, max_examples=150)
@given(form=st.dictionaries(st.sampled_from(["learned", "surprised", "differently", "lives_at", "topics", "choice",
                                             "thank_by_name", "changed_course"]) | words, words, max_size=8),
       body=st.none() | st.binary(max_size=200), kind=header_words)  # fmt: skip
def test_whatever_is_sent_to_a_form_is_kept_or_shown_again(
    shared: World, client: FlaskClient, form: dict[str, str], body: bytes | None, kind: str
) -> None:
    keys = [key for key in shared.site.issues if shared.our_comments(key)]
    key = keys[0] if keys else shared.closed()
    address = urlsplit(shared.link(key)).path
    answer = client.post(address, data=form) if body is None else client.post(address, data=body, content_type=kind)
    assert answer.status_code in (303, 400, 410, 413, 422)
