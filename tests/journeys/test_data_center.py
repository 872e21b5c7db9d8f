"""A customer's own Jira and Confluence: whichever way deliveries prove themselves, the loop closes, and not one call
belongs to Cloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.contracts.data_center_paths import outside
from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.telling import tell, unheard
from tests.world import World, make_world, serve_data_center
from worker import checking
from worker.domain.model import DeliveryState, Hosting, JobKind, PageState, PromptState, Proof, Road
from worker.domain.policy import FieldMap

pytestmark = ON_SQLITE_ALONE

PROVEN_BY = {Proof.HMAC: "newest secret", Proof.BASIC: "newest secret", Proof.PATH: "address only"}
LOG = "Learning log: FLEX"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[World]:
    """A Data Center site whose webhook has a secret."""
    with make_world(tmp_path, hosting=Hosting.DATA_CENTER) as made:
        yield made


@pytest.mark.parametrize("proof", list(PROVEN_BY))
def test_a_close_becomes_a_question_an_answer_and_a_page_however_deliveries_prove_themselves(
    tmp_path: Path, proof: Proof
) -> None:
    join = partial(serve_data_center, proof=proof)
    with make_world(tmp_path, hosting=Hosting.DATA_CENTER, join=join) as world:
        key = world.closed("Try monthly plans")
        assert world.our_comment(key).startswith("[~ana] ")
        assert [one.proven_by for one in world.deliveries() if one.reason == "asked"] == [PROVEN_BY[proof]]
        world.answer(key, "Small batches surface problems early.")
        assert "Thank you" in world.our_comment(key)
        assert "Small batches surface problems early." in world.page(LOG).storage
        assert world.site.properties(key)["learnloop.learning"]["learned"] == "Small batches surface problems early."
        assert world.jobs() == []


def test_the_comment_is_wiki_text_that_mentions_the_person_by_user_name(server: World) -> None:
    key = server.closed("Try *monthly* plans")
    text = server.our_comment(key)
    assert text.startswith("[~ana] ")
    assert "*monthly*" not in text.replace("\\*monthly\\*", "")
    assert re.search(r"\[Write it down\|http://127\.0\.0\.1:\d+/answer/[\w.-]+\]", text)
    assert any(one.to == server.ana for one in server.site.mails)


def test_a_reply_answers_and_the_same_comment_says_thank_you(server: World) -> None:
    key = server.closed()
    (asked,) = [one for one in server.site.comments(key) if one.author == server.bot]
    server.reply(key, "learned: Ask the people who pay. #pricing")
    learning = server.learning(key)
    assert learning is not None
    assert (learning.answers.road, learning.answers.learned) == (Road.REPLY, "Ask the people who pay.")
    (shown,) = [one for one in server.site.comments(key) if one.author == server.bot]
    assert shown.id == asked.id
    assert "Thank you" in str(shown.body.wiki)
    assert "Ask the people who pay." in server.page("Learnings: pricing").storage


def test_an_answer_that_is_written_on_the_screen_that_closes_the_issue_is_taken(server: World) -> None:
    key = server.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=server.ana, assignee=server.ana)
    server.settle()
    with unheard(server) as told:
        server.site.transition(key, "Done", by=server.ana)
        server.site.comment(key, "learned: Ask the people who pay. #pricing", by=server.ana)
    change, twin = (one for one in told if one["webhookEvent"] == "jira:issue_updated")
    tell(server, change | {"comment": twin["comment"]})
    learning = server.learning(key)
    assert learning is not None
    assert learning.answers.learned == "Ask the people who pay."
    assert "asked; answered by reply" in server.reasons(key)
    assert server.our_comments(key) == []  # the question was answered before it was put
    assert server.jobs() == []


def test_a_comment_on_a_change_that_leads_to_nothing_is_read(server: World) -> None:
    key = server.closed()
    with unheard(server) as told:
        server.site.edit_issue(key, {"labels": ["pricing"]}, by=server.ana)
        server.site.comment(key, "learned: Ask the people who pay.", by=server.ana)
    change, twin = (one for one in told if one["webhookEvent"] == "jira:issue_updated")
    tell(server, change | {"comment": twin["comment"]})
    assert server.learning(key) is not None
    assert "answered by reply" in server.reasons(key)


def test_a_workflows_own_webhook_asks(server: World) -> None:
    key = server.site.create_issue("FLEX", "Story", "Try monthly plans", reporter=server.ana, assignee=server.ana)
    server.settle()
    with unheard(server) as (told):
        server.site.transition(key, "Done", by=server.ben)
    (change,) = told
    tell(
        server, {"transition": {"to_status": "Done"}} | {name: change[name] for name in ("issue", "user", "timestamp")}
    )
    assert server.our_comment(key).startswith("[~ben] ")


def test_a_reopen_takes_the_question_back_and_a_second_close_puts_the_same_comment_again(server: World) -> None:
    key = server.closed()
    server.later(timedelta(minutes=5))
    server.site.transition(key, "In Progress", by=server.ana)
    server.settle()
    prompt = server.prompt(key)
    assert prompt is not None
    assert prompt.state is PromptState.WITHDRAWN
    assert "reopened" in server.our_comment(key)
    server.site.transition(key, "Done", by=server.ben)
    server.settle()
    assert server.our_comment(key).startswith("[~ben] ")


def test_a_comment_whose_creation_was_not_heard_is_found_by_its_property(server: World) -> None:
    server.site.fault("POST", r"/comment$", kind="lost_response")
    key = server.closed()
    server.later(timedelta(minutes=1))
    assert len(server.our_comments(key)) == 1
    prompt = server.prompt(key)
    assert prompt is not None
    assert prompt.comment_id


def test_a_reminder_is_one_mail_to_one_user_name(server: World) -> None:
    server.closed()
    server.clock.forward(timedelta(days=1))
    server.tick(JobKind.REMINDERS)
    mails = [one for one in server.site.mails if "what did we learn?" in one.subject]
    assert [one.to for one in mails] == [server.ana]


def test_a_retro_has_one_region_and_links_no_person(server: World) -> None:
    sprint = server.sprint("Sprint 7", goal="Sell monthly plans")
    for summary in ("One", "Two"):
        server.answer(
            server.closed(summary, sprint=sprint), "Ask first.", differently="Call them.", changed_course="yes"
        )
    server.site.close_sprint(sprint, by=server.ana)
    server.settle()
    (retro,) = [page for page in server.site.pages.values() if "Sprint 7" in page.title]
    assert retro.storage.count('ac:name="excerpt"') == 1
    assert "ri:user" not in retro.storage
    assert "Ask first." in retro.storage
    assert server.jobs() == []


def test_what_a_person_wrote_into_our_region_stays_and_is_reported(server: World) -> None:
    server.answer(server.closed(), "Ask first.")
    page = server.page(LOG)
    server.site.edit_page(page.id, page.storage.replace("Ask first.", "Ask Ben first."), by=server.ben)
    server.answer(server.closed("Another"), "Measure twice.")
    assert "Ask Ben first." in server.page(LOG).storage
    assert "Measure twice." not in server.page(LOG).storage
    assert server.row("log:FLEX").state is PageState.DRIFTED


def test_what_a_person_wrote_beside_our_region_stays_and_the_page_goes_on(server: World) -> None:
    server.answer(server.closed(), "Ask first.")
    page = server.page(LOG)
    server.site.edit_page(page.id, "<p>Read this on Mondays.</p>" + page.storage, by=server.ben)
    server.answer(server.closed("Another"), "Measure twice.")
    assert server.page(LOG).storage.startswith("<p>Read this on Mondays.</p>")
    assert "Measure twice." in server.page(LOG).storage


def test_a_page_a_person_threw_away_stays_away(server: World) -> None:
    server.answer(server.closed(), "Ask first.")
    page = server.page(LOG)
    server.site.trash_page(page.id, by=server.ben)
    server.tick(JobKind.CHECK_PAGES)
    server.answer(server.closed("Another"), "Measure twice.")
    assert server.site.pages[page.id].status == "trashed"
    assert server.row("log:FLEX").state is PageState.GONE


def test_a_page_under_discussion_waits(server: World) -> None:
    server.answer(server.closed(), "Ask first.")
    server.site.comment_inline(server.page(LOG).id, "Ask first.", "Really?", by=server.ben)
    server.answer(server.closed("Another"), "Measure twice.")
    assert "Measure twice." not in server.page(LOG).storage
    assert server.row("log:FLEX").state is PageState.WAITING


def test_a_title_a_person_holds_is_left_to_them(server: World) -> None:
    server.site.create_page("ENG", LOG, "<p>Mine</p>", by=server.ben)
    server.answer(server.closed(), "Ask first.")
    assert server.page(LOG).storage == "<p>Mine</p>"
    assert "Ask first." in server.page(f"{LOG} (LearnLoop)").storage


def test_a_delivery_that_was_lost_is_found_by_the_sweep(server: World) -> None:
    """Data Center tries a delivery once (Atlassian: webhooks are best effort)."""
    kept, server.site.world.webhooks = server.site.world.webhooks, type(server.site.world.webhooks)()
    key = server.closed("Try monthly plans", by=server.ben)
    server.site.world.webhooks = kept
    assert server.our_comments(key) == []
    server.tick(JobKind.SWEEP)
    assert server.our_comment(key).startswith("[~ben] ")
    server.tick(JobKind.SWEEP)
    found = [one.state for one in server.deliveries() if one.event == "found by the sweep"]
    assert found == [DeliveryState.HANDLED]


def test_a_close_that_was_delivered_is_not_asked_about_again_by_the_sweep(server: World) -> None:
    key = server.closed()
    server.tick(JobKind.SWEEP)
    assert len(server.our_comments(key)) == 1
    assert [one for one in server.deliveries() if one.event == "found by the sweep"] == []


def test_the_sweep_runs_every_five_minutes_because_nothing_is_repeated(server: World) -> None:
    assert server.tenant.policy.sweep_minutes == 5


def test_a_delivery_with_a_wrong_signature_changes_nothing(server: World) -> None:
    for hook in server.site.world.webhooks.values():
        hook.secret = "another secret nobody told us"
    key = server.closed()
    assert server.our_comments(key) == []
    assert {one.status for one in server.site.deliveries if one.url} == {401}


def test_a_mapped_field_answers(server: World) -> None:
    field = server.site.add_field("What we learned", "textarea")
    server.rule(field_map=FieldMap(learned=field))
    key = server.closed()
    server.site.edit_issue(key, {field: "Caches lie."}, by=server.ana)
    server.settle()
    learning = server.learning(key)
    assert learning is not None
    assert (learning.answers.road, learning.answers.learned) == (Road.FIELD, "Caches lie.")


def test_an_answer_is_written_into_its_mapped_field_as_words_not_as_markup(server: World) -> None:
    field = server.site.add_field("What we learned", "textarea")
    server.rule(field_map=FieldMap(learned=field))
    key = server.closed()
    server.answer(key, "Ask *first*.", topics="pricing")
    assert str(server.site.issue(key).values[field].wiki) == r"Ask \*first\*."
    assert "pricing" in server.site.issue(key).labels


def test_an_experiment_in_a_comment_reaches_its_page_and_its_fields(server: World) -> None:
    made = {
        "hypothesis": server.site.add_field("Hypothesis", "textarea"),
        "review_on": server.site.add_field("Review on", "date"),
        "outcome": server.site.add_field("Outcome", "select", options=["Supported", "Refuted", "Inconclusive"]),
    }
    server.rule(field_map=FieldMap(**made))
    key = server.closed()
    server.reply(key, "hypothesis: Plans sell *well*.\nreview: 2026-11-09\noutcome: refuted")
    assert "Plans sell *well*." in server.page("Experiments: FLEX").storage
    values = server.site.issue(key).values
    assert str(values[made["hypothesis"]].wiki) == r"Plans sell \*well\*."
    assert (values[made["review_on"]], values[made["outcome"]]) == ("2026-11-09", "Refuted")


def test_without_the_right_to_write_silently_the_answer_is_kept_in_the_property(tmp_path: Path) -> None:
    """Data Center answers 403 to a silent write of somebody who is no admin."""
    with make_world(tmp_path, hosting=Hosting.DATA_CENTER, admin=False) as world:
        key = world.closed()
        world.answer(key, "Ask first.")
        assert world.site.properties(key)["learnloop.learning"]["learned"] == "Ask first."
        assert "Thank you" in world.our_comment(key)
        assert world.jobs("dead") == []


def test_check_finds_everything_in_order_and_says_what_data_center_does_not_tell(server: World) -> None:
    found = {one.subject: one for one in checking.check(server.deployment, server.tenant)}
    assert {name: one.words for name, one in found.items() if one.state == "failed"} == {}
    assert "does not say which projects are private" in found["private projects"].words


def test_nothing_was_asked_that_data_center_does_not_have(server: World) -> None:
    sprint = server.sprint()
    server.answer(server.closed(sprint=sprint), "Ask first.", topics="pricing")
    server.site.close_sprint(sprint, by=server.ana)
    server.settle()
    for kind in (JobKind.SWEEP, JobKind.CHECK_PAGES, JobKind.COMPILE_ALL):
        server.tick(kind)
    ours = [one for one in server.site.requests if one.actor == server.bot]
    assert len(ours) > 20
    assert outside(ours) == []
