"""The guide's steps: what each keeps, what it says when something is wrong, and that none writes to a site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.admin.browsing import logged_in
from tests.admin.guided import GUIDE, Guided, in_the_guide
from webhooks.app import create_app
from worker import installing, round_trip
from worker.store import audit, drafts, tenants
from worker.store.tenants import NOT_FINISHED

ODD = ["", "x" * 100_000, "<script>alert(1)</script>", "\u202etxet", "🙂", "a\0b", "../..", "[", "http://[::1", "١٢٣"]


@pytest.fixture
def guided(tmp_path: Path) -> Iterator[Guided]:
    """The guide on a site that was not heard of before."""
    with in_the_guide(tmp_path) as made:
        yield made


# --- the address ---


def test_a_test_of_the_public_address_goes_out_and_comes_back_by_our_own_row(guided: Guided) -> None:
    answer = guided.owner.post(f"{GUIDE}/address")
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, f"{GUIDE}/site")
    page = guided.owner.get(answer.headers["Location"])
    assert "only this machine can open it" in page.text


def test_an_address_where_something_else_answers_is_not_taken_for_ours(guided: Guided) -> None:
    parts = guided.world.deployment
    elsewhere = replace(parts, settings=replace(parts.settings, base_url=guided.world.site.url))
    answer = logged_in(create_app(elsewhere), elsewhere, email="bo@example.org").post(f"{GUIDE}/address")
    assert answer.status_code == 422
    assert "Something else answers" in answer.text
    assert "LEARNLOOP_BASE_URL" in answer.text
    assert "Go on without it" in answer.text


def test_a_test_that_is_not_signed_or_not_expected_is_refused(guided: Guided) -> None:
    parts, base = guided.world.deployment, guided.world.deployment.settings.base_url
    with parts.db.begin() as tx:
        round_trip.begin(tx, "expected", parts.clock.now())
    forged = {"X-Hub-Signature": f"sha256={'0' * 64}"}
    assert requests.post(f"{base}/webhooks/test/expected", data=b"{}", headers=forged, timeout=5).status_code == 401
    assert requests.post(f"{base}/webhooks/test/other", data=b"{}", headers=forged, timeout=5).status_code == 404
    with parts.db.begin() as tx:
        assert not round_trip.end(tx, "expected")


# --- the site ---


def test_a_site_is_kept_stopped_with_a_sentence_and_no_job_works_for_it(guided: Guided) -> None:
    answer = guided.connect()
    assert answer.headers["Location"].startswith(guided.at("projects"))
    assert guided.tenant.stopped == NOT_FINISHED
    with guided.world.deployment.db.read() as tx:
        assert tenants.going(tx) == []
        assert audit.newest(tx, guided.tenant.id)[0].who == "ana@example.org"


def test_a_wrong_token_is_said_beside_its_field_and_nothing_typed_is_lost(guided: Guided) -> None:
    answer = guided.connect(api_token="another", expires="2027-11-20")
    assert answer.status_code == 422
    assert 'id="api_token-problem"' in answer.text
    assert "bot@example.org" in answer.text
    assert "2027-11-20" in answer.text
    assert "another" not in answer.text
    assert "does not take this email and token together" in answer.text
    with guided.world.deployment.db.read() as tx:
        assert tenants.every(tx) == []
        assert "another" not in str(drafts.get(tx, f"guide of {guided.owner.account_id}"))
    again = guided.connect(api_token="token")
    assert again.status_code == 303


def test_an_account_that_must_solve_a_captcha_is_sent_to_a_browser(guided: Guided) -> None:
    denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example.org/login.jsp"}
    guided.world.site.fault("GET", "myself", status=403, headers=denied)
    answer = guided.connect()
    assert answer.status_code == 422
    assert "Log in once in a browser as this account" in answer.text
    assert 'id="api_token-problem"' in answer.text


def test_an_address_where_something_else_answers_is_said_beside_its_field(guided: Guided) -> None:
    guided.world.site.fault("GET", "myself", kind="html", status=404, times=9)
    answer = guided.connect()
    assert answer.status_code == 422
    assert 'id="site_url-problem"' in answer.text


def test_a_token_that_was_typed_before_need_not_be_typed_again(guided: Guided) -> None:
    assert guided.connect(site_url="https://127.0.0.1:1").status_code == 422
    assert guided.connect(api_token="").status_code == 303


@pytest.mark.parametrize("field", ["site_url", "email", "api_token", "expires", "kind", "wiki_url"])
@pytest.mark.parametrize("odd", ODD, ids=lambda text: repr(text[:12]))
def test_odd_input_about_a_site_is_answered_with_a_page_and_escaped(shared: Guided, field: str, odd: str) -> None:
    kind = "data_center" if field == "wiki_url" else "cloud"
    answer = shared.connect(**{"kind": kind, "site_url": "http://127.0.0.1:1", field: odd})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert 'class="problem"' in answer.text


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guided]:
    """A guide for tests that keep nothing."""
    with in_the_guide(tmp_path_factory.mktemp("guide")) as made:
        yield made


def test_what_the_account_may_not_do_is_named_with_where_to_grant_it(guided: Guided) -> None:
    world = guided.world
    world.site.fault("GET", "mypermissions.*ADD_COMMENTS", kind="status", status=401,
                     body=b'{"message": "Unauthorized; scope does not match"}')  # fmt: skip
    answer = guided.connect()
    assert answer.headers["Location"] == guided.at("account")
    world.site.fault("GET", "mypermissions.*ADD_COMMENTS", kind="status", status=401,
                     body=b'{"message": "Unauthorized; scope does not match"}')  # fmt: skip
    page = guided.owner.get(guided.at("account")).text
    assert "read:jira-work" in page
    assert "Look again" in page
    assert "read:jira-work" not in guided.owner.get(guided.at("account")).text


def test_the_guide_for_one_site_is_begun_once_and_can_be_left_resumed_and_given_up(guided: Guided) -> None:
    guided.connect()
    again = guided.connect().text
    assert "begun already" in again
    assert f'href="{GUIDE}/{guided.tenant.id}"' in again
    with guided.world.deployment.db.read() as tx:
        assert drafts.get(tx, f"guide of {guided.owner.account_id}") == {}, "the token is kept with the site alone"
    assert "Go on with the guide" in guided.owner.get("/admin/").text
    guided.say("projects", whom="assignee")
    assert "Go on with" in guided.owner.get(GUIDE).text
    assert guided.owner.get(f"{GUIDE}/{guided.tenant.id}").headers["Location"] == guided.at("questions")
    assert guided.owner.post(guided.at("give-up")).status_code == 303
    with guided.world.deployment.db.read() as tx:
        assert tenants.every(tx) == []
    assert guided.world.writes() == []


# --- closes, questions, pages ---


def test_private_projects_are_marked_and_statuses_are_those_that_close(guided: Guided) -> None:
    guided.world.site.add_project("HR", "People", private=True, members=["LearnLoop"])
    guided.connect()
    page = guided.owner.get(guided.at("projects")).text
    assert page.count(">private<") == 1
    assert 'value="Closed" checked' in page
    assert 'value="In Progress"' not in page


def test_ticking_all_of_a_list_means_also_what_comes_later(guided: Guided) -> None:
    guided.connect()
    form = {"projects": ["FLEX"], "of_projects": "1", "closed_statuses": ["Done"], "of_closed_statuses": "3"}
    assert guided.say("projects", **form, whom="assignee").status_code == 303
    policy = guided.tenant.policy
    assert (policy.projects, policy.closed_statuses, policy.whom) == ((), ("Done",), "assignee")


def test_an_empty_list_and_an_odd_choice_are_said_beside_the_field(guided: Guided) -> None:
    guided.connect()
    answer = guided.say("projects", of_projects="1", projects=[], whom="<script>")
    assert answer.status_code == 422
    assert "Tick at least one." in answer.text
    assert "Choose closer or assignee or reporter." in answer.text
    assert guided.tenant.policy.whom == "closer"


@pytest.mark.parametrize("step", ["projects", "questions", "pages"])
def test_two_admins_at_once_see_what_the_other_saved_and_may_save_again(guided: Guided, step: str) -> None:
    guided.connect()
    forms: dict[str, dict[str, Any]] = {
        "projects": {"whom": "assignee"}, "questions": {"questions": ["surprised"]}, "pages": {"space": "ENG"},
    }  # fmt: skip
    old = guided.seen()
    guided.say("projects", whom="reporter")
    answer = guided.say(step, **forms[step] | {"seen": old})
    assert answer.status_code == 409
    assert "Somebody else saved something" in answer.text
    assert "Who is asked first: reporter" in answer.text
    assert guided.tenant.policy.whom == "reporter"
    assert guided.say(step, **forms[step]).status_code == 303


def test_fields_are_mapped_once_each_and_new_ones_are_only_wished_for(guided: Guided) -> None:
    field = guided.world.site.add_field("Lesson", "textarea")
    guided.world.site.add_field("Points", "number")
    guided.connect()
    page = guided.owner.get(guided.at("questions")).text
    assert "Lesson</option>" in page
    assert "Points</option>" not in page
    twice = guided.say("questions", field_learned=field, field_surprised=field)
    assert "has this field already" in twice.text
    assert guided.say("questions", field_learned="customfield_9").status_code == 422
    assert guided.say("questions", field_learned=field, field_surprised="new").status_code == 303
    assert guided.tenant.policy.field_map.learned == field
    assert guided.wished.new_fields == ("surprised",)


def test_the_comment_and_the_form_are_shown_as_they_will_be(guided: Guided) -> None:
    guided.connect()
    page = guided.owner.get(guided.at("questions")).text
    assert "One question while it is fresh" in page
    assert "<fieldset disabled>" in page


def test_pages_are_shown_with_samples_of_open_issues_only_and_nobody_s_markup(guided: Guided) -> None:
    site = guided.world.site
    for summary, fields in (("Try <script>alert(1)</script> plans", {}), ("A secret deal", {"security": "Private"})):
        site.admit("Private", "LearnLoop")
        key = site.create_issue("FLEX", "Story", summary, reporter=guided.world.ana, components=["billing"],
                                fields=fields)  # fmt: skip
        site.transition(key, "Done", by=guided.world.ana)
    guided.connect()
    page = guided.owner.get(guided.at("pages")).text
    assert "What we learned" in page
    assert "Learnings: billing" in page
    assert "Learning log: FLEX" in page
    assert "Retro: " in page
    assert "Try &lt;script&gt;" in page
    assert "A secret deal" not in page
    assert "Sample: what was learned" in page


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"space": "NOPE"}, "space"),
        ({"space": "<b>"}, "space"),
        ({"space": "+", "new_key": ""}, "new_key"),
        ({"space": "ENG", "new_key": "LEARN"}, "new_key"),
        ({"space": "+", "new_key": "a b"}, "new_key"),
        ({"space": "+", "new_key": "LEARN", "new_name": "x" * 201}, "new_name"),
        ({"space": "+", "new_key": "LEARN", "new_name": "a\0b"}, "new_name"),
        ({"space": "+", "new_key": "LEARN", "parent_page": "12"}, "parent_page"),
        ({"space": "ENG", "parent_page": "999999"}, "parent_page"),
        ({"space": "ENG", "parent_page": "🙂"}, "parent_page"),
    ],
    ids=str,
)
def test_a_place_that_cannot_be_is_said_beside_its_field(begun: Guided, form: dict[str, str], field: str) -> None:
    answer = begun.say("pages", **form)
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guided]:
    """A guide whose site is known, for tests that keep nothing more."""
    with in_the_guide(tmp_path_factory.mktemp("begun")) as made:
        made.connect()
        yield made


@pytest.mark.parametrize("step", ["projects", "questions", "pages", "end", "account"])
def test_a_site_that_does_not_answer_is_a_sentence_on_every_step(begun: Guided, step: str) -> None:
    for _ in range(30):
        begun.world.site.fault("GET|POST", "/rest/|/wiki/", kind="status", status=503)
    answer = begun.owner.get(begun.at(step))
    begun.world.site.faults.waiting.clear()
    assert answer.status_code == 200


def test_the_address_of_a_page_names_the_page_above_ours(guided: Guided) -> None:
    home = guided.world.site.world.space("ENG").homepage_id
    guided.connect()
    address = f"{guided.world.site.url}/wiki/spaces/ENG/pages/{home}/Home"
    assert guided.say("pages", space="ENG", parent_page=address).status_code == 303
    assert guided.tenant.policy.parent_page == home


def test_a_removed_site_is_not_begun_beside_what_is_kept_of_it(guided: Guided) -> None:
    assert guided.connect().status_code == 303
    kept = guided.tenant
    with guided.world.deployment.db.begin() as tx:
        installing.remove(tx, guided.world.deployment, kept)
    answer = guided.connect()
    assert answer.status_code == 422
    assert f"`learnloop tenant resume {kept.id}`" in answer.text
    assert guided.tenant.id == kept.id
