"""The credentials' page: what proves us to a site, when it ends, and giving a new one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.admin import forms
from tests.admin.browsing import Browser, logged_in
from tests.world import World
from webhooks.app import create_app
from worker.deployment import Deployment
from worker.domain.model import Product, TenantId
from worker.store import audit, credentials, tenants
from worker.store.accounts import Role
from worker.store.credentials import Credential
from worker.store.tenants import NOT_FINISHED

PAGE = "/admin/t1/credentials"
CAPTCHA = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example.org/login.jsp"}


@pytest.fixture(scope="module")
def visiting(shared: World) -> tuple[World, Browser, str]:
    """A site beside LearnLoop, an owner's browser and the page's address."""
    owner = logged_in(create_app(shared.deployment), shared.deployment)
    return shared, owner, f"/admin/{shared.tenant.id}/credentials"


Place = tuple[World, Browser, str]


def held(parts: Deployment, tenant_id: str = "t1") -> dict[Product, Credential]:
    """The credentials that are kept."""
    with parts.db.read() as tx:
        return credentials.of(tx, TenantId(tenant_id))


def log(parts: Deployment, tenant_id: str = "t1") -> list[audit.Entry]:
    """The log of changes."""
    with parts.db.read() as tx:
        return audit.newest(tx, tenant_id)


def test_what_proves_us_is_shown_with_its_end_but_never_itself(owner: Browser, parts: Deployment) -> None:
    with parts.db.begin() as tx:
        ends = parts.clock.now() + timedelta(days=5)
        credentials.expire(tx, TenantId("t1"), Product.JIRA, ends)
    page = owner.get(PAGE).text
    assert "A token of bot@example.org. Given" in page
    assert "7 November 2026" in page
    assert "The token for Jira expires by 2026-11-07." in page
    assert "its end is not known" in page
    assert 'value="token"' not in page


def test_the_account_of_the_token_is_filled_in(owner: Browser) -> None:
    assert 'value="bot@example.org"' in owner.get(PAGE).text


def test_a_token_is_tried_and_kept(visiting: Place) -> None:
    world, owner, page = visiting
    form = forms.of(owner.get(page).text, "/credentials/jira")
    wanted = form | {"account": "bot@example.org", "token": "token", "expires": "2027-05-31"}
    answer = owner.post(f"{page}/jira", wanted)
    assert answer.status_code == 303, answer.text
    assert "works and is kept" in owner.get(answer.headers["Location"]).text
    kept = held(world.deployment, world.tenant.id)[Product.JIRA]
    assert f"{kept.expires_at:%Y-%m-%d}" == "2027-05-31"
    entry = log(world.deployment, world.tenant.id)[0]
    assert entry.what == "gave a new token for Jira"
    assert entry.after == "a token of bot@example.org, until 2027-05-31"


@pytest.mark.parametrize("product", list(Product))
def test_a_token_the_site_refuses_is_not_kept_and_the_earlier_one_stays(visiting: Place, product: Product) -> None:
    world, owner, page = visiting
    before = held(world.deployment, world.tenant.id)
    answer = owner.post(f"{page}/{product}", {"account": "bot@example.org", "token": "wrong", "expires": "2027-05-31"})
    assert answer.status_code == 422
    assert "does not take this token (401)" in answer.text
    assert "The earlier one stays in use." in answer.text
    sent = forms.of(answer.text, f"/credentials/{product}")
    assert (sent["account"], sent["expires"], sent["token"]) == (["bot@example.org"], ["2027-05-31"], [""])
    assert "wrong" not in answer.text.replace("wrong with", "")
    assert held(world.deployment, world.tenant.id) == before
    assert world.tenant.stopped == ""


def test_an_account_that_must_solve_a_captcha_is_sent_to_a_browser(visiting: Place) -> None:
    world, owner, page = visiting
    world.site.fault("GET", "myself", status=403, headers=CAPTCHA)
    answer = owner.post(f"{page}/jira", {"account": "bot@example.org", "token": "token"})
    assert answer.status_code == 422
    assert "Log in once in a browser as this account" in answer.text
    assert "does not take this token" not in answer.text


def test_a_site_that_does_not_answer_keeps_the_earlier_token(visiting: Place) -> None:
    world, owner, page = visiting
    world.site.fault("GET", "myself", status=503)
    answer = owner.post(f"{page}/jira", {"account": "bot@example.org", "token": "token"})
    assert answer.status_code == 422
    assert "Jira answered 503" in answer.text


def test_a_token_of_another_account_is_kept_with_a_word(visiting: Place) -> None:
    world, owner, page = visiting
    world.site.add_person("Second", email="second@example.org", token="second", admin=True)
    answer = owner.post(f"{page}/jira", {"account": "second@example.org", "token": "second"}, follow_redirects=True)
    assert "It is of another account than the earlier one" in answer.text
    assert owner.post(f"{page}/jira", {"account": "bot@example.org", "token": "token"}).status_code == 303


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Paste the token"),
        ({"token": "two words"}, "Paste the token"),
        ({"token": "x" * 200_000}, "Paste the token"),
        ({"token": "<b>", "account": "a\x00b"}, "email address on Cloud"),
        ({"token": "טוקן"}, "Paste the token"),
        ({"token": "🚀"}, "Paste the token"),
        ({"token": "t", "account": "x" * 1000}, "email address on Cloud"),
        ({"token": "t", "expires": "<script>alert(1)</script>"}, "This is not a day"),
        ({"token": "t", "expires": "2026-02-30"}, "This is not a day"),
        ({"token": "t", "expires": "2020-01-01"}, "This day has passed"),
        ({"token": "t", "scoped": "yes"}, "A scoped token needs the site"),
    ],
)
def test_what_cannot_be_is_answered_beside_its_field(
    owner: Browser, parts: Deployment, form: dict[str, str], words: str
) -> None:
    before = held(parts)
    answer = owner.post(f"{PAGE}/jira", form)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert" not in answer.text
    assert held(parts) == before


def stop(parts: Deployment, sentence: str) -> None:
    """Stop the tenant as a refused token would."""
    with parts.db.begin() as tx:
        tenants.stop(tx, TenantId("t1"), sentence)


def test_a_stopped_site_goes_on_when_an_owner_says_so(owner: Browser, parts: Deployment) -> None:
    stop(parts, "Jira answered 401.")
    form = forms.of(owner.get(PAGE).text, "/credentials/resume")
    answer = owner.post(f"{PAGE}/resume", form, follow_redirects=True)
    assert "It goes on." in answer.text
    with parts.db.read() as tx:
        assert tenants.get(tx, TenantId("t1")).stopped == ""
    assert (log(parts)[0].what, log(parts)[0].before) == ("let it go on", "Jira answered 401.")


def test_a_site_whose_guide_is_not_finished_goes_on_by_the_guide_alone(owner: Browser, parts: Deployment) -> None:
    stop(parts, NOT_FINISHED)
    assert "Let it go on" not in owner.get(PAGE).text
    assert owner.post(f"{PAGE}/resume").status_code == 409
    with parts.db.read() as tx:
        assert tenants.get(tx, TenantId("t1")).stopped == NOT_FINISHED


@pytest.mark.parametrize("where", ["jira", "confluence", "resume"])
@pytest.mark.parametrize("role", [Role.READER, Role.PROJECT_ADMIN])
def test_who_may_only_look_changes_nothing(app: Flask, parts: Deployment, role: Role, where: str) -> None:
    seen = logged_in(app, parts, role)
    assert "Give a new token" not in seen.get(PAGE).text
    assert seen.post(f"{PAGE}/{where}").status_code == 403


def test_there_is_no_third_product(owner: Browser) -> None:
    assert owner.post(f"{PAGE}/bitbucket", {"token": "t"}).status_code == 404
