"""What is different in one project, and who may change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.admin import forms
from tests.admin.browsing import Browser, logged_in
from tests.admin.rules import policy
from worker.deployment import Deployment
from worker.domain.model import TenantId
from worker.domain.policy import ProjectRules
from worker.domain.settings import SETTINGS
from worker.store import audit, tenants
from worker.store.accounts import Role

PAGE = "/admin/t1/settings/FLEX"
OWN = [name for name, one in SETTINGS.items() if one.per_project]


def save(browser: Browser, own: dict[str, Any], page: str = PAGE) -> Any:
    """Open the form, give these settings values of their own, and send it."""
    form = forms.of(browser.get(page).text)
    form["shared"] = [name for name in form.get("shared", []) if name not in own]
    return browser.post(page, form | own)


def test_every_setting_of_a_project_begins_as_everywhere(owner: Browser, parts: Deployment) -> None:
    form = forms.of(owner.get(PAGE).text)
    assert form["shared"] == OWN
    assert owner.post(PAGE, form).status_code == 303
    assert policy(parts).project_rules == {}


def test_a_value_of_its_own_counts_there_alone_and_can_be_given_up(owner: Browser, parts: Deployment) -> None:
    answer = save(owner, {"whom": "reporter", "issue_types": "Bug", "space": "FLX", "skipped_resolutions": ""})
    assert answer.status_code == 303, answer.text
    kept = policy(parts)
    own = {"whom": "reporter", "issue_types": ["Bug"], "skipped_resolutions": []}
    assert kept.project_rules == {"FLEX": ProjectRules("FLX", own=own)}
    assert (kept.whom, kept.of("FLEX").whom) == ("closer", "reporter")
    with parts.db.read() as tx:
        said = {(one.what, one.before, one.after) for one in audit.newest(tx, "t1")}
    assert ("changed Who is asked first in FLEX", "as everywhere", "the reporter") in said
    assert ("changed Its own space of FLEX", "empty", "FLX") in said
    assert "Its own in FLEX" in owner.get("/admin/t1/settings").text
    form = forms.of(owner.get(PAGE).text)
    assert owner.post(PAGE, form | {"shared": OWN, "space": ""}).status_code == 303
    assert policy(parts).project_rules == {}


def test_a_value_below_the_tick_as_everywhere_is_not_lost_unsaid(owner: Browser, parts: Deployment) -> None:
    form = forms.of(owner.get(PAGE).text)
    answer = owner.post(PAGE, form | {"issue_types": "Bug"})
    assert answer.status_code == 422
    assert "“As everywhere” is ticked, but a value of its own was chosen." in answer.text
    assert forms.of(answer.text)["issue_types"] == ["Bug"]
    assert policy(parts).project_rules == {}


def test_a_bad_value_is_answered_beside_its_field(owner: Browser, parts: Deployment) -> None:
    answer = save(owner, {"expire_days": "0", "topics": "caching", "space": "no such space!"})
    assert answer.status_code == 422
    sent = forms.of(answer.text)
    assert (sent["expire_days"], sent["topics"], sent["space"]) == (["0"], ["caching"], ["no such space!"])
    assert 'id="expire_days-problem"' in answer.text
    assert 'id="space-problem"' in answer.text
    assert policy(parts).project_rules == {}


def test_a_problem_of_the_whole_site_is_said_too(owner: Browser, parts: Deployment) -> None:
    with parts.db.begin() as tx:
        tenants.set_policy(tx, TenantId("t1"), replace(policy(parts), office_opens=18))
    answer = save(owner, {"space": "FLX"})
    assert answer.status_code == 422
    assert "In the settings of the whole site: This must be later" in answer.text


@pytest.mark.parametrize(
    "text", ["", "x" * 200_000, "<script>alert(1)</script>", "\u202e שלום", "👩‍🚀", "a\x00b"], ids=range(6)
)
def test_whatever_is_typed_is_kept_or_answered_in_words(owner: Browser, text: str) -> None:
    answer = save(owner, {name: text for name in [*OWN, "space", "private"] if name != "jql"})
    assert answer.status_code in (303, 422)
    assert "<script>alert" not in answer.text


def test_two_admins_see_each_other(app: Flask, owner: Browser, parts: Deployment) -> None:
    form = forms.of(owner.get(PAGE).text)
    assert save(logged_in(app, parts, email="bo@example.org"), {"whom": "reporter"}).status_code == 303
    answer = owner.post(PAGE, form | {"space": "FLX"})
    assert answer.status_code == 409
    assert "bo@example.org changed this meanwhile to “reporter”; you had left it, so it stays so." in answer.text
    assert owner.post(PAGE, forms.of(answer.text)).status_code == 303
    assert policy(parts).project_rules == {"FLEX": ProjectRules("FLX", own={"whom": "reporter"})}


@pytest.mark.parametrize(
    ("role", "grants", "status"),
    [
        (Role.PROJECT_ADMIN, ["t1/FLEX"], 303),
        (Role.PROJECT_ADMIN, ["t1"], 303),
        (Role.PROJECT_ADMIN, ["t1/CORE"], 403),
        (Role.READER, [], 403),
        (Role.OWNER, [], 303),
    ],
)
def test_an_admin_of_the_project_may_change_it_and_no_other(
    app: Flask, parts: Deployment, role: Role, grants: list[str], status: int
) -> None:
    browser = logged_in(app, parts, role, grants)
    page = browser.get(PAGE)
    assert page.status_code == 200
    assert (">Save<" in page.text) is (status == 303)
    answer = browser.post(PAGE, forms.of(page.text) | {"space": "FLX"})
    assert answer.status_code == status
    assert policy(parts).space_of("FLEX") == ("FLX" if status == 303 else "ENG")


@pytest.mark.parametrize("key", ["flex", "FLEX-1", "..", "%3Cb%3E", "A" * 101, "🚀"])
def test_what_is_no_projects_key_has_no_page(owner: Browser, key: str) -> None:
    assert owner.get(f"/admin/t1/settings/{key}").status_code == 404


def test_a_project_that_is_not_known_yet_is_said_to_be(owner: Browser, parts: Deployment) -> None:
    assert "We have not met a project FLEX yet" in owner.get(PAGE).text
    with parts.db.begin() as tx:
        tenants.set_policy(tx, TenantId("t1"), replace(policy(parts), projects=("FLEX",)))
    assert "We have not met" not in owner.get(PAGE).text
