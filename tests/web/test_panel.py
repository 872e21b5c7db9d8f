"""The panel on an issue and the admin page of the Connect app: who sees what, and whose answer it is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.alone import MONDAY
from tests.sources.doors import ONE, TWO, Doors, Sent, Site
from tests.web.asking import ANA, BEN, LEARNED, answers, asked
from worker.domain import consent, links, questions
from worker.domain.links import read_experiment
from worker.domain.model import (
    AccountId,
    Answers,
    JobKind,
    Prompt,
    PromptState,
    Road,
    Topic,
)  # fmt: skip
from worker.domain.policy import Policy, ProjectRules
from worker.store import learnings, pages, prompts, tenants


@pytest.fixture
def prompt(doors: Doors) -> Prompt:
    """Site one has been asked about FLEX-7."""
    return asked(doors, doors.of(ONE).id)


def now(doors: Doors, prompt: Prompt) -> Prompt:
    with doors.parts.db.read() as tx:
        return prompts.get(tx, prompt.id)


def opened(doors: Doors, key: str = "FLEX-7", account: str | None = ANA, site: Site = ONE) -> TestResponse:
    """Somebody looks at an issue; Jira loads the panel beside it."""
    sent = Sent("/connect/panel", method="GET", query={"issueKey": key})
    return doors.send(doors.by_site(site, sent, sub=account))


def ticket(page: TestResponse) -> str:
    """The ticket in a panel's form."""
    found = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def saved(doors: Doors, ticket: str, account: str = ANA, /, *, site: Site = ONE, **fields: str) -> TestResponse:
    """Somebody sends the panel's form."""
    form = {"jwt": doors.context(site, account), "ticket": ticket, "choice": "learned", "learned": LEARNED} | fields
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return doors.send(Sent("/connect/panel", urlencode(form).encode(), headers))


# --- Connect: looking ---


def test_an_experiment_can_be_written_down_on_any_issue_jira_names(doors: Doors, prompt: Prompt) -> None:
    def link(**query: str) -> str:
        sent = Sent("/connect/panel", method="GET", query=query)
        page = doors.send(doors.by_site(ONE, sent, sub=ANA))
        found = re.search(r'href="([^"]*/experiment/[^"]*)"', page.text)
        return found[1] if found else ""

    key = doors.parts.link_key
    for query, issue_id in (
        ({"issueKey": "FLEX-7"}, prompt.issue_id),
        ({"issueKey": "FLEX-8", "issueId": "10008"}, "10008"),
    ):
        assert read_experiment(link(**query).rpartition("/")[2], key).issue_id == issue_id
    assert link(issueKey="FLEX-8") == ""  # an app of an earlier descriptor


def test_the_panel_asks_every_question_about_the_issue_that_is_looked_at(doors: Doors, prompt: Prompt) -> None:
    page = opened(doors)
    assert page.status_code == 200
    for question in questions.STORY.questions:
        assert f'<label for="{question.field}">{question.label}' in page.text
    assert "This one is closed, thank you" in page.text
    assert 'data-topic="billing"' in page.text
    assert "What you write stays on this issue." in page.text
    assert links.read_ticket(ticket(page), doors.parts.link_key, doors.clock.now()) == links.Link(
        prompt.tenant_id, prompt.id, AccountId(ANA)
    )


@pytest.mark.parametrize("key", ["FLEX-8", "", "flex-7", "FLEX-7' OR '1'='1", "%", "OTHER-1"])
def test_an_issue_that_was_not_asked_about_has_no_form(doors: Doors, prompt: Prompt, key: str) -> None:
    asked(doors, doors.of(TWO).id, "OTHER-1", "10999")
    page = opened(doors, key)
    assert (page.status_code, "<form" in page.text) == (200, False)
    assert "There is no question here" in page.text
    assert prompt.summary not in page.text


def test_the_same_key_on_two_sites_is_two_issues(doors: Doors, prompt: Prompt) -> None:
    other = asked(doors, doors.of(TWO).id, "FLEX-7", "10123")
    for site, own in ((ONE, prompt), (TWO, other)):
        with doors.parts.db.begin() as tx:
            mine = Answers(learned=f"words of {site.url}", topics=(Topic(f"topic-{own.tenant_id}"),))
            learnings.add_revision(tx, own.tenant_id, own.issue_id, mine, MONDAY)
    first, second = opened(doors).text, opened(doors, site=TWO).text
    assert (f"words of {ONE.url}" in first, f"words of {TWO.url}" in first) == (True, False)
    assert (f"words of {ONE.url}" in second, f"words of {TWO.url}" in second) == (False, True)


def test_nobody_in_particular_is_shown_nothing(doors: Doors, prompt: Prompt) -> None:
    page = opened(doors, account=None)
    assert (page.status_code, page.text) == (401, "Log in to Jira to answer.")


def test_only_the_tenants_own_site_may_frame_the_panel_and_only_atlassian_adds_a_script(
    doors: Doors, prompt: Prompt
) -> None:
    for site in (ONE, TWO):
        page = opened(doors, site=site)
        rules = dict(rule.split(" ", 1) for rule in page.headers["Content-Security-Policy"].split("; "))
        assert rules == {
            "default-src": "'none'",
            "style-src": "'self'",
            "script-src": "'self' https://connect-cdn.atl-paas.net",
            "img-src": "'self'",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": site.url,
        }
        assert page.headers["Cache-Control"] == "no-store"
        assert not re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|style=|<style", page.text)


def test_a_private_projects_topics_are_suggested_on_no_other_projects_issue(doors: Doors, prompt: Prompt) -> None:
    tenant = prompt.tenant_id
    with doors.parts.db.begin() as tx:
        tenants.set_policy(
            tx, tenant, Policy(home_space="ENG", project_rules={"HR": ProjectRules("HRX", private=True)})
        )
    hr = asked(doors, tenant, "HR-1", "20001")
    saved(doors, ticket(opened(doors, "HR-1")), topics="redundancies")
    assert answers(doors, hr) is not None
    assert "redundancies" in opened(doors, "HR-1").text
    assert "redundancies" not in opened(doors).text
    assert "in the space ENG" in opened(doors).text


# --- Connect: saving ---


def test_an_answer_in_the_panel_has_an_author_and_its_road(doors: Doors, prompt: Prompt) -> None:
    page = saved(doors, ticket(opened(doors)), surprised="It held.", topics="Pricing", changed_course="yes")
    assert (page.status_code, "Saved, thank you." in page.text) == (200, True)
    kept = answers(doors, prompt)
    assert kept == Answers(
        learned=LEARNED, surprised="It held.", topics=(Topic("pricing"),), changed_course=True, road=Road.PANEL,
        given_by=AccountId(ANA),
    )  # fmt: skip
    assert now(doors, prompt).state is PromptState.ANSWERED
    assert {JobKind.SHOW, JobKind.RECORD} <= {job.kind for job in doors.parts.queue.jobs()}


def test_what_was_saved_is_there_for_the_next_person_and_can_be_changed(doors: Doors, prompt: Prompt) -> None:
    saved(doors, ticket(opened(doors)))
    again = opened(doors, account=BEN)
    assert LEARNED in again.text
    assert "This is what we learned" in again.text
    assert saved(doors, ticket(again), BEN, learned="Ask first.").status_code == 200
    kept = answers(doors, prompt)
    assert kept is not None
    assert (kept.learned, kept.given_by) == ("Ask first.", BEN)


def test_nothing_new_is_an_answer(doors: Doors, prompt: Prompt) -> None:
    assert saved(doors, ticket(opened(doors)), learned="", choice="nothing_new").status_code == 200
    assert now(doors, prompt).state is PromptState.NOTHING_NEW


def test_consent_is_the_persons_own_and_shown_to_nobody_else(doors: Doors, prompt: Prompt) -> None:
    ticked = re.compile(r'name="thank_by_name"[^>]* checked')
    saved(doors, ticket(opened(doors)), thank_by_name="yes")
    assert (answers(doors, prompt) or Answers()).thank_by_name
    assert ticked.search(opened(doors).text)
    assert not ticked.search(opened(doors, account=BEN).text)
    saved(doors, ticket(opened(doors, account=BEN)), BEN, learned="Ask first.")
    kept = answers(doors, prompt)
    assert kept is not None
    assert (kept.given_by, kept.thank_by_name) == (BEN, False)
    assert not ticked.search(opened(doors).text)


@pytest.mark.parametrize("claimed", ["given_by", "account", "asked", "tenant_id", "issue_id", "road"])
def test_nothing_in_the_form_says_who_it_is_from_or_what_it_is_about(
    doors: Doors, prompt: Prompt, claimed: str
) -> None:
    other = asked(doors, prompt.tenant_id, "FLEX-8", "10124")
    saved(doors, ticket(opened(doors)), site=ONE, **{claimed: "10124" if claimed == "issue_id" else "form"})
    kept = answers(doors, prompt)
    assert kept is not None
    assert (kept.given_by, kept.road, answers(doors, other)) == (ANA, Road.PANEL, None)


def test_what_cannot_be_kept_is_said_beside_its_field_and_nothing_is_lost(doors: Doors, prompt: Prompt) -> None:
    written = {"learned": "", "surprised": "Kept <too>.", "lives_at": "the runbook", "thank_by_name": "yes"}
    page = saved(doors, ticket(opened(doors)), site=ONE, **written)
    assert page.status_code == 422
    assert "2 fields need another look" in page.text
    assert page.text.count('class="problem"') == 2
    for words in ("Kept &lt;too&gt;.", 'value="the runbook"'):
        assert words in page.text
    assert re.search(r'name="thank_by_name"[^>]* checked', page.text)
    assert answers(doors, prompt) is None
    assert saved(doors, ticket(page)).status_code == 200


def test_while_the_issue_is_open_again_nothing_is_kept_and_nothing_written_is_lost(
    doors: Doors, prompt: Prompt
) -> None:
    open_panel = ticket(opened(doors))
    with doors.parts.db.begin() as tx:
        prompts.withdraw(tx, prompt.id, doors.clock.now())
    assert "<form" not in opened(doors).text
    page = saved(doors, open_panel, learned="Typed while it was reopened.")
    assert (page.status_code, answers(doors, prompt)) == (422, None)
    assert "This was reopened" in page.text
    assert "Typed while it was reopened." in page.text
    assert page.headers["Content-Security-Policy"].endswith(f"frame-ancestors {ONE.url}")


def test_the_lesson_leads_to_its_page_once_there_is_one(doors: Doors, prompt: Prompt) -> None:
    saved(doors, ticket(opened(doors)))
    assert "It lives on" not in opened(doors).text
    with doors.parts.db.begin() as tx:
        for page in pages.with_prefix(tx, prompt.tenant_id, "log:"):
            pages.keep(tx, prompt.tenant_id, replace(page, title="Learning log: FLEX", url="https://one.example/1"))
    assert 'It lives on <a href="https://one.example/1"' in opened(doors).text


# --- Connect: borrowed forms ---


def test_a_form_that_somebody_else_opened_is_refused(doors: Doors, prompt: Prompt) -> None:
    page = saved(doors, ticket(opened(doors)), BEN)
    assert (page.status_code, answers(doors, prompt)) == (401, None)
    assert "This form was opened by somebody else. Open the panel again." in page.text


def test_a_form_of_another_site_is_refused_even_to_the_same_account(doors: Doors, prompt: Prompt) -> None:
    asked(doors, doors.of(TWO).id)
    for site, other in ((ONE, TWO), (TWO, ONE)):
        assert saved(doors, ticket(opened(doors, site=site)), site=other).status_code == 401
    assert answers(doors, prompt) is None


def test_a_form_older_than_a_day_is_refused(doors: Doors, prompt: Prompt) -> None:
    old = ticket(opened(doors))
    doors.clock.forward(timedelta(days=1))
    assert saved(doors, old, learned="In time.").status_code == 200
    doors.clock.forward(timedelta(seconds=1))
    late = saved(doors, old, learned="Too <late>.", surprised="And lost?")
    assert late.status_code == 401
    for words in ("This form is more than a day old. Open the panel again.", "Too &lt;late&gt;.", "And lost?"):
        assert words in late.text
    assert late.headers["Content-Security-Policy"].endswith(f"frame-ancestors {ONE.url}")
    assert (answers(doors, prompt) or Answers()).learned == "In time."


@pytest.mark.parametrize("kind", ["a link", "nothing", "words", "changed", "another's key"])
def test_only_a_ticket_is_a_ticket(doors: Doors, prompt: Prompt, kind: str) -> None:
    genuine = ticket(opened(doors))
    borrowed = {
        "a link": links.sign(prompt, doors.parts.link_key),
        "nothing": "",
        "words": "one.two",
        "changed": genuine[:9] + ("A" if genuine[9] != "A" else "B") + genuine[10:],
        "another's key": links.sign_ticket(prompt, AccountId(ANA), b"another key", doors.clock.now()),
    }[kind]
    assert saved(doors, borrowed).status_code == 401
    assert answers(doors, prompt) is None


# --- Connect: the admin page ---


def test_the_admin_page_says_how_its_own_tenant_stands(doors: Doors, prompt: Prompt) -> None:
    doors.send(doors.delivery("cloud", b'{"webhookEvent": "jira:moon_rose"}'))
    doors.send(doors.numbered(doors.by_site(ONE, Sent("/webhooks/connect", b'{"webhookEvent": "jira:sun_rose"}'))))
    page = doors.send(doors.by_site(ONE, Sent("/connect/admin", method="GET"), sub=ANA))
    assert page.status_code == 200
    assert f"Tenant {prompt.tenant_id}, told by connect" in page.text
    assert "It listens and asks." in page.text
    assert "No space is chosen, so nothing is published" in page.text
    assert "jira:sun_rose" in page.text
    assert "jira:moon_rose" not in page.text
    assert page.headers["Content-Security-Policy"].endswith(f"frame-ancestors {ONE.url}")


def test_a_stopped_tenants_admin_page_says_why(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        tenants.stop(tx, doors.of(ONE).id, "The site refused our <token>.")
    page = doors.send(doors.by_site(ONE, Sent("/connect/admin", method="GET"), sub=ANA))
    assert "The site refused our &lt;token&gt;." in page.text


def test_what_is_kept_within_the_team_is_shown_to_its_author_alone_and_changed_by_nobody_else(
    doors: Doors, prompt: Prompt
) -> None:
    saved(doors, ticket(opened(doors)), team_only="yes", thank_by_name="yes", thanked_for="asked")
    mine, for_ben = opened(doors), opened(doors, account=BEN)
    assert LEARNED in mine.text
    assert re.search(r'name="team_only"[^>]* checked', mine.text)
    assert '<option value="asked" selected>' in mine.text
    assert consent.KEPT in for_ben.text
    assert LEARNED not in for_ben.text
    assert 'name="learned"' not in for_ben.text
    refused = saved(doors, ticket(mine), BEN, learned="Mine.")
    assert refused.status_code == 401
    kept = answers(doors, prompt)
    assert kept is not None
    assert (kept.learned, kept.given_by, kept.team_only, kept.thanked_for) == (LEARNED, ANA, True, "asked")
    saved(doors, ticket(opened(doors)))
    assert LEARNED in opened(doors, account=BEN).text
