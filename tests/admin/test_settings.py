"""The settings as one form: drawn from the registry, saved whole or not at all, by one admin or two."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from flask import Flask

from tests.admin import forms
from tests.admin.browsing import Browser, logged_in
from tests.admin.rules import policy, rule
from tests.alone import with_tenant
from tests.world import World
from webhooks.app import create_app
from worker import privacy
from worker.deployment import Deployment
from worker.domain.model import JobKind
from worker.domain.policy import Policy, ProjectRules
from worker.domain.settings import GROUPS, SETTINGS
from worker.store import audit
from worker.store.accounts import Role
from worker.visiting import doors

PAGE = "/admin/t1/settings"
HOSTILE = {
    "nothing": "",
    "huge": "x" * 200_000,
    "many": "a,\n" * 5_000,
    "markup": "<script>alert(1)</script>",
    "right to left": "שלום \u202e txt",
    "emoji": "👩‍🚀🚀",
    "control": "a\x00b\x1f",
    "half a letter": "\ud83d",
    "quotes": "\"'`${{7*7}}",
}


def changes(parts: Deployment) -> list[tuple[str, str, str]]:
    """The log of changes, newest first: what, before, after."""
    with parts.db.read() as tx:
        return [(one.what, one.before, one.after) for one in audit.newest(tx, "t1")]


def save(owner: Browser, change: dict[str, Any], page: str = PAGE) -> Any:
    """Open the form, change it and send it."""
    form = forms.of(owner.get(page).text)
    return owner.post(page, form | change)


def test_every_setting_has_a_control_its_reason_and_its_evidence(owner: Browser) -> None:
    page = unescape(owner.get(PAGE).text)
    drawn = [one for one in SETTINGS.values() if f'name="{one.name}"' in page and f'id="{one.name}-hint"' in page]
    assert drawn == list(SETTINGS.values())
    assert [one.name for one in drawn if one.reason not in page or f"({one.evidence})" not in page] == []


def test_the_form_as_it_is_changes_nothing(owner: Browser, parts: Deployment) -> None:
    rule(parts, topics=("a, b", "caching"), topic_aliases={"db": "databases"}, jql='summary ~ "a <b> & c"')
    before = policy(parts)
    answer = save(owner, {})
    assert answer.status_code == 303
    assert "Nothing+was+different" in answer.headers["Location"]
    assert policy(parts) == before
    assert changes(parts) == []


def test_what_is_saved_is_in_the_rules_and_in_the_log(owner: Browser, parts: Deployment) -> None:
    form = {
        "issue_types": "Story\r\nBug, Task",
        "ask_subtasks": "yes",
        "whom": "assignee",
        "questions": ["", "lives_at"],
        "topic_aliases": "db = databases\r\npg = databases",
        "link_days": "30",
    }
    answer = save(owner, form)
    assert answer.status_code == 303, answer.text
    kept = policy(parts)
    assert kept.issue_types == ("Story", "Bug", "Task")
    assert (kept.ask_subtasks, kept.whom, kept.questions, kept.link_days) == (True, "assignee", ("lives_at",), 30)
    assert kept.topic_aliases == {"db": "databases", "pg": "databases"}
    assert ("changed Who is asked first", "the person who closed it", "the assignee") in changes(parts)
    assert ("changed An answer can be edited by its link for", "14 days", "30 days") in changes(parts)
    assert len(changes(parts)) == len(form)
    page = owner.get(answer.headers["Location"]).text
    assert "Saved: " in page
    assert page.count('<span class="chip">changed</span>') == len(form) + 1  # and the space the fixture chose


def test_one_bad_value_keeps_the_rest_from_being_saved_and_on_the_page(owner: Browser, parts: Deployment) -> None:
    before = policy(parts)
    answer = save(owner, {"expire_days": "9999", "topics": "caching, locks", "compile_cron": "at six"})
    assert answer.status_code == 422
    assert policy(parts) == before
    sent = forms.of(answer.text)
    assert (sent["expire_days"], sent["topics"], sent["compile_cron"]) == (["9999"], ["caching, locks"], ["at six"])
    assert "2 things to change before this is saved" in answer.text
    assert 'href="#expire_days-problem"' in answer.text
    assert 'id="expire_days-problem"' in answer.text
    assert 'aria-describedby="compile_cron-hint compile_cron-problem" aria-invalid="true"' in answer.text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_typed_into_every_field_is_kept_or_answered_in_words(
    owner: Browser, parts: Deployment, text: str
) -> None:
    sent = text.encode("utf-8", "surrogatepass")
    form = forms.of(owner.get(PAGE).text)
    answer = owner.post(PAGE, form | {name: [sent] for name in SETTINGS if name != "jql"})
    assert answer.status_code in (303, 422)
    assert "<script>alert" not in answer.text
    if answer.status_code == 422:
        assert policy(parts) == Policy(home_space="ENG")
        assert 'class="problem"' in answer.text


def test_a_form_without_its_fields_changes_nothing(owner: Browser, parts: Deployment) -> None:
    before = policy(parts)
    assert owner.post(PAGE, {"seen": "nonsense"}).status_code == 303
    assert policy(parts) == before


def test_a_schedule_shows_when_it_happens_next_in_the_sites_time_zone(owner: Browser, parts: Deployment) -> None:
    rule(parts, time_zone="Europe/Lisbon", compile_cron="0 6 * * mon-fri")
    page = owner.get(PAGE).text
    assert "Tue 3 Nov 2026, 06:00" in page
    assert "(Europe/Lisbon)" in page


def test_two_admins_who_change_different_things_both_keep_theirs(app: Flask, owner: Browser, parts: Deployment) -> None:
    form = forms.of(owner.get(PAGE).text)
    other = logged_in(app, parts, email="bo@example.org")
    assert save(other, {"link_days": "30"}).status_code == 303
    answer = owner.post(PAGE, form | {"topics": "caching"})
    assert answer.status_code == 409
    assert "bo@example.org changed this meanwhile to “30”; you had left it, so it stays so." in answer.text
    assert policy(parts).topics == ()
    again = owner.post(PAGE, forms.of(answer.text))
    assert again.status_code == 303
    assert (policy(parts).topics, policy(parts).link_days) == (("caching",), 30)


def test_two_admins_who_change_the_same_thing_see_each_other(app: Flask, owner: Browser, parts: Deployment) -> None:
    form = forms.of(owner.get(PAGE).text)
    other = logged_in(app, parts, email="bo@example.org")
    assert save(other, {"link_days": "30"}).status_code == 303
    answer = owner.post(PAGE, form | {"link_days": "7"})
    assert answer.status_code == 409
    assert "bo@example.org changed this meanwhile to “30”. What you typed is still here" in answer.text
    assert forms.of(answer.text)["link_days"] == ["7"]
    assert policy(parts).link_days == 30
    assert owner.post(PAGE, forms.of(answer.text)).status_code == 303
    assert policy(parts).link_days == 7


def test_a_project_is_marked_private_and_its_pages_are_looked_at(owner: Browser, parts: Deployment) -> None:
    rule(parts, projects=("CORE", "FLEX"))
    assert save(owner, {"private": ["", "FLEX"]}).status_code == 303
    assert policy(parts).project_rules == {"FLEX": ProjectRules(private=True)}
    assert ("changed Private: its learnings stay in its own space of FLEX", "no", "yes") in changes(parts)
    assert [job.kind for job in parts.queue.jobs(None)] == [JobKind.COMPILE_ALL]
    assert save(owner, {"private": [""]}).status_code == 303
    assert policy(parts).project_rules == {}


@pytest.mark.parametrize("role", [Role.READER, Role.PROJECT_ADMIN])
def test_who_may_only_look_sees_everything_and_saves_nothing(app: Flask, parts: Deployment, role: Role) -> None:
    seen = logged_in(app, parts, role, ["t1"])
    page = seen.get(PAGE).text
    assert all(group.title in page for group in GROUPS)
    assert "<fieldset disabled>" in page
    assert ">Save<" not in page
    assert seen.post(PAGE, forms.of(page) | {"link_days": "30"}).status_code == 403
    assert policy(parts).link_days == 14


def test_a_form_of_another_session_is_not_taken_and_gives_back_what_was_typed(owner: Browser) -> None:
    form = forms.of(owner.get(PAGE).text)
    answer = owner.client.post(PAGE, data=form | {"form_token": "of yesterday", "topics": "a long list of topics"})
    assert answer.status_code == 400
    assert "a long list of topics" in answer.text


@pytest.fixture(scope="module")
def visiting(shared: World) -> tuple[World, Browser]:
    """A site beside LearnLoop, and an owner's browser."""
    return shared, logged_in(create_app(shared.deployment), shared.deployment)


def test_jql_is_tried_on_the_site_before_it_is_kept(visiting: tuple[World, Browser]) -> None:
    world, owner = visiting
    page = f"/admin/{world.tenant.id}/settings"
    writes = world.writes()
    answer = save(owner, {"jql": "labells != chore"}, page)
    assert answer.status_code == 422
    assert "Jira refuses this JQL:" in answer.text
    assert "labells" in answer.text
    assert world.tenant.policy.jql == ""
    assert save(owner, {"jql": "labels != chore OR labels is EMPTY"}, page).status_code == 303
    assert world.tenant.policy.jql == "labels != chore OR labels is EMPTY"
    assert [one for one in world.writes() if not one.endswith("search/jql")] == [
        one for one in writes if not one.endswith("search/jql")
    ]


def test_jql_that_cannot_be_tried_is_not_kept(visiting: tuple[World, Browser]) -> None:
    world, owner = visiting
    world.rule(jql="")
    world.site.fault("POST", "/search/jql", status=503)
    answer = save(owner, {"jql": "labels = a"}, f"/admin/{world.tenant.id}/settings")
    assert answer.status_code == 422
    assert "could not be tried, so it is not kept yet" in answer.text
    assert forms.of(answer.text)["jql"] == ["labels = a"]
    assert world.tenant.policy.jql == ""


def test_projects_that_another_connection_serves_are_not_taken(owner: Browser, parts: Deployment) -> None:
    rule(parts, projects=("CORE",))
    with_tenant(parts, "t2", projects=("FLEX",))
    answer = save(owner, {"projects": "CORE, FLEX"})
    assert answer.status_code == 422
    assert "Tenant t2 serves this site already" in answer.text
    assert forms.of(answer.text)["projects"] == ["CORE, FLEX"]
    assert policy(parts).projects == ("CORE",)


def test_a_project_that_jira_calls_private_later_keeps_what_is_its_own(visiting: tuple[World, Browser]) -> None:
    world, _ = visiting
    world.site.add_project("SECR", "Secret", private=True)
    world.rule(project_rules={"SECR": ProjectRules("SEC", own={"whom": "reporter"})})
    privacy.refresh(world.deployment, doors(world.deployment, world.tenant), world.tenant, "SECR")
    assert world.tenant.policy.rules("SECR") == ProjectRules("SEC", private=True, own={"whom": "reporter"})
