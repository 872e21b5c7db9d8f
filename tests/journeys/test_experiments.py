"""Experiments: written down in a comment, a field or the form; on a page of their own; reviewed once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import requests

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World, make_world
from worker import experimenting
from worker.domain.model import Course, Experiment, IssueId, IssueKey, JobKind, Outcome
from worker.domain.policy import FieldMap
from worker.emulator.model import Mail
from worker.store import experiments

pytestmark = ON_SQLITE_ALONE

TITLE = "Experiments: FLEX"
HYPOTHESIS = "If we show monthly plans, more teams start a trial."
BEGUN = f"hypothesis: {HYPOTHESIS}\nguardrail: five calls a day\nsuccess: ten trials\nreview: 2026-11-09"


def opened(world: World, summary: str = "Try monthly plans") -> str:
    """An issue that somebody works on."""
    return world.site.create_issue("FLEX", "Spike", summary, reporter=world.ana, assignee=world.ana)


def known(world: World, key: str) -> Experiment | None:
    """The experiment on an issue."""
    with world.deployment.db.read() as tx:
        return experiments.of_issue(tx, world.tenant.id, IssueId(world.site.issue(key).id))


def of(world: World, key: str) -> Experiment:
    """The same, which is there."""
    found = known(world, key)
    assert found is not None
    return found


def address(world: World, key: str) -> str:
    """The address of the experiment's form."""
    issue = world.site.issue(key)
    return experimenting.link(world.deployment, world.tenant.id, IssueId(issue.id), IssueKey(key))


def shown(world: World) -> str:
    """What the page of FLEX's experiments says."""
    return world.page(TITLE).storage


def under(world: World, heading: str) -> str:
    """What the page says under one of its headings."""
    parts = re.split(r"<h2[^>]*>([^<]*)</h2>", shown(world))
    return dict(zip(parts[1::2], parts[2::2], strict=True))[heading]


def reminders(world: World) -> list[Mail]:
    """The mails of reminders."""
    return [one for one in world.site.mails if one.reason == "notify"]


def restricted(world: World, key: str) -> None:
    """Give an issue a security level that our account is in."""
    world.site.admit("Private", world.bot)
    world.site.edit_issue(key, {"security": "Private"}, by=world.ana)
    world.settle()


# --- by comment ---


def test_a_comment_begins_an_experiment_on_an_issue_that_nobody_was_asked_about(shared: World) -> None:
    key = opened(shared, "A first try")
    shared.reply(key, BEGUN, by=shared.ben)
    one = of(shared, key)
    assert (one.hypothesis, one.guardrail, one.success) == (HYPOTHESIS, "five calls a day", "ten trials")
    assert (one.review_on, one.owner, one.outcome, one.visible) == (date(2026, 11, 9), shared.ben, None, True)
    assert (one.summary, one.type_name) == ("A first try", "Spike")
    assert "A first try" in under(shared, "Running")
    assert shared.our_comments(key) == []
    assert "an experiment in a comment" in shared.reasons(key)


def test_a_later_comment_with_the_outcome_alone_concludes_it_whoever_writes_it(shared: World) -> None:
    key = opened(shared, "A second try")
    shared.reply(key, BEGUN, by=shared.ben)
    shared.reply(key, "outcome: Refuted\ndecision: change course", by=shared.ana)
    one = of(shared, key)
    assert (one.outcome, one.course, one.owner) == (Outcome.REFUTED, Course.CHANGE, shared.ben)
    assert one.concluded_at is not None
    assert "A second try" in under(shared, "Refuted")
    assert "Change course" in under(shared, "Refuted")
    assert "A second try" not in under(shared, "Running")


def test_a_comment_may_hold_an_answer_and_an_experiment(shared: World) -> None:
    key = shared.closed("A third try")
    shared.reply(key, f"learned: Resellers bill yearly.\nhypothesis: {HYPOTHESIS}\noutcome: refuted")
    learning = shared.learning(key)
    assert learning is not None
    assert learning.answers.learned == "Resellers bill yearly."
    assert of(shared, key).outcome is Outcome.REFUTED
    assert "Resellers bill yearly." in shown(shared)


def test_what_is_learned_later_appears_with_the_experiment(shared: World) -> None:
    key = shared.closed("A fourth try")
    shared.reply(key, f"hypothesis: {HYPOTHESIS}\noutcome: inconclusive")
    assert "Two weeks are too short." not in shown(shared)
    shared.answer(key, "Two weeks are too short.")
    assert "Two weeks are too short." in under(shared, "Inconclusive")


@pytest.mark.parametrize(
    "words", ["outcome: refuted", "review: looks good", "{quote}\nhypothesis: it works\n{quote}", "success: it works"]
)
def test_ordinary_talk_begins_no_experiment(shared: World, words: str) -> None:
    key = opened(shared)
    shared.reply(key, words)
    assert known(shared, key) is None


def test_the_same_comment_delivered_again_changes_nothing(shared: World) -> None:
    key = opened(shared, "Said twice")
    shared.reply(key, BEGUN)
    before, page = of(shared, key), shared.page(TITLE).version
    shared.reply(key, BEGUN)
    assert (of(shared, key), shared.page(TITLE).version) == (before, page)
    assert "the same of the experiment again" in shared.reasons(key)


def test_no_experiment_is_taken_from_a_project_that_was_not_chosen(shared: World) -> None:
    shared.rule(projects=("OPS",))
    key = opened(shared)
    shared.reply(key, BEGUN)
    shared.rule(projects=())
    assert known(shared, key) is None


# --- who may see it ---


def test_an_experiment_of_a_restricted_issue_is_on_no_page_and_comes_back_with_it(world: World) -> None:
    key = opened(world, "Quiet deal")
    world.reply(key, BEGUN)
    assert HYPOTHESIS in shown(world)
    restricted(world, key)
    assert HYPOTHESIS not in shown(world)
    assert "Quiet deal" not in shown(world)
    world.site.edit_issue(key, {"security": None}, by=world.ana)
    world.settle()
    assert HYPOTHESIS in shown(world)
    world.site.delete_issue(key, by=world.ana)
    world.settle()
    assert HYPOTHESIS not in shown(world)


def test_what_nobody_told_is_noticed_at_night(world: World) -> None:
    key = opened(world)
    world.reply(key, BEGUN)
    world.site.world.webhooks.clear()
    world.site.edit_issue(key, {"security": "Board only"}, by=world.ana)
    world.tick(JobKind.CHECK_PAGES)
    assert HYPOTHESIS not in shown(world)
    world.site.edit_issue(key, {"security": None}, by=world.ana)
    world.tick(JobKind.CHECK_PAGES)
    assert HYPOTHESIS in shown(world)


def test_an_experiment_begun_on_a_restricted_issue_never_reaches_a_page(world: World) -> None:
    key = opened(world, "Quiet deal")
    restricted(world, key)
    world.reply(key, BEGUN)
    requests.post(address(world, key), data={"hypothesis": "Nobody may read this."}, timeout=10)
    world.settle()
    assert of(world, key).visible is False
    pages = [version.storage for page in world.site.pages.values() for version in page.versions]
    assert not any(HYPOTHESIS in text or "Nobody may read" in text for text in pages)


def test_what_people_write_below_the_experiments_stays(shared: World) -> None:
    key = opened(shared, "Beside a note")
    shared.reply(key, BEGUN)
    page = shared.page(TITLE)
    shared.site.edit_page(page.id, lambda body: f"{body}<p>Ask Ben first.</p>", by=shared.ana)
    shared.reply(key, "outcome: supported")
    assert "Ask Ben first." in shown(shared)
    assert "Beside a note" in under(shared, "Supported")


# --- the review ---


def reviewing(world: World, **told: str) -> str:
    """An issue with an experiment that is reviewed on Monday the ninth, Ben's."""
    key = opened(world)
    lines = {"hypothesis": HYPOTHESIS, "review": "2026-11-09"} | told
    world.reply(key, "\n".join(f"{name}: {words}" for name, words in lines.items()), by=world.ben)
    return key


def test_the_owner_is_reminded_once_on_the_day_in_office_hours(world: World) -> None:
    key = reviewing(world)
    world.tick(JobKind.REMINDERS)
    assert reminders(world) == []
    world.later(timedelta(days=6, hours=23))  # the ninth at eight: before the office opens
    world.tick(JobKind.REMINDERS)
    assert reminders(world) == []
    world.later(timedelta(hours=2))
    for _ in range(3):
        world.tick(JobKind.REMINDERS)
    (mail,) = reminders(world)
    assert (mail.about, mail.to) == (key, world.ben)
    link = re.search(r"http\S+/experiment/\S+", mail.text)
    assert link
    assert HYPOTHESIS in requests.get(link[0], timeout=10).text


def test_a_review_that_moves_to_a_later_day_is_reminded_of_again(world: World) -> None:
    key = reviewing(world)
    world.later(timedelta(days=7))
    world.tick(JobKind.REMINDERS)
    world.reply(key, "review: 2026-11-11", by=world.ana)
    world.later(timedelta(days=2))
    world.tick(JobKind.REMINDERS)
    assert [mail.to for mail in reminders(world)] == [world.ben, world.ben]


def test_of_many_reviews_on_one_day_an_owner_gets_as_many_mails_as_questions_and_the_rest_on_later_days(
    world: World,
) -> None:
    world.rule(most_a_day=2)
    keys = [reviewing(world) for _ in range(5)]
    world.later(timedelta(days=7))
    for mails in (2, 4, 5):
        for _ in range(2):
            world.tick(JobKind.REMINDERS)
        assert len(reminders(world)) == mails
        world.later(timedelta(days=1))
    assert sorted(mail.about for mail in reminders(world)) == sorted(keys)


def test_no_experiment_is_taken_from_a_service_project_that_is_not_asked(shared: World) -> None:
    shared.site.add_project("HELP", "Help", kind="service_desk")
    key = shared.site.create_issue("HELP", "Task", "A customer is angry", reporter=shared.ana, assignee=shared.ana)
    shared.settle()
    shared.reply(key, BEGUN)
    assert known(shared, key) is None


def test_nobody_is_reminded_of_what_is_concluded_gone_restricted_or_unwished(world: World) -> None:
    concluded, gone, quiet = reviewing(world), reviewing(world), reviewing(world)
    world.reply(concluded, "outcome: supported")
    world.site.delete_issue(gone, by=world.ana)
    restricted(world, quiet)
    world.later(timedelta(days=7))
    world.tick(JobKind.REMINDERS)
    reviewing(world)
    world.rule(reminder_channel="none")
    world.tick(JobKind.REMINDERS)
    assert reminders(world) == []


@pytest.mark.parametrize(("kind", "mails"), [("lost_response", 1), ("reset", 0)])
def test_a_reminder_whose_answer_is_lost_is_never_sent_twice(world: World, kind: str, mails: int) -> None:
    reviewing(world)
    world.site.fault("POST", r"/notify$", kind=kind)
    world.later(timedelta(days=7))
    for _ in range(4):
        world.tick(JobKind.REMINDERS)
        world.later(timedelta(hours=1))
    assert len(reminders(world)) == mails


# --- Jira's fields ---


@pytest.fixture
def mapped(shared: World) -> Iterator[dict[str, str]]:
    """The fields an admin mapped, by part."""
    site = shared.site
    made = {
        "hypothesis": site.add_field("Hypothesis", kind="textarea"),
        "guardrail": site.add_field("Guardrail", kind="textfield"),
        "review_on": site.add_field("Review on", kind="date"),
        "outcome": site.add_field("Outcome", kind="select", options=["Supported", "Refuted", "Unclear"]),
        "course": site.add_field("Decision", kind="select", options=["Keep", "Change course", "Stop"]),
    }
    shared.rule(field_map=FieldMap(**made))
    yield made
    shared.rule(field_map=FieldMap())


def test_mapped_fields_of_every_kind_are_read(shared: World, mapped: dict[str, str]) -> None:
    key = opened(shared)
    values = {"hypothesis": HYPOTHESIS, "review_on": "2026-11-09", "outcome": "Unclear", "course": "Stop"}
    shared.site.edit_issue(key, {mapped[name]: words for name, words in values.items()}, by=shared.ben)
    shared.settle()
    one = of(shared, key)
    assert (one.hypothesis, one.review_on) == (HYPOTHESIS, date(2026, 11, 9))
    assert (one.outcome, one.course, one.owner) == (Outcome.INCONCLUSIVE, Course.STOP, shared.ben)
    assert f"PUT /rest/api/3/issue/{key}" not in shared.writes()


def test_what_a_comment_says_is_written_to_the_fields_once_and_a_persons_words_stay(
    shared: World, mapped: dict[str, str]
) -> None:
    key = opened(shared)
    shared.site.edit_issue(key, {mapped["guardrail"]: "mine"}, by=shared.ana)
    shared.settle()
    shared.reply(key, BEGUN)
    shared.reply(key, "outcome: inconclusive\ndecision: change course")
    values = shared.site.issue(key).values
    assert values[mapped["hypothesis"]].wiki == HYPOTHESIS
    assert values[mapped["review_on"]] == "2026-11-09"
    assert (values[mapped["outcome"]], values[mapped["course"]]) == ("Unclear", "Change course")
    assert values[mapped["guardrail"]] == "mine"
    assert shared.writes().count(f"PUT /rest/api/3/issue/{key}") == 2
    assert of(shared, key).guardrail == "five calls a day"


def test_a_field_that_we_filled_follows_a_later_change(shared: World, mapped: dict[str, str]) -> None:
    key = opened(shared)
    shared.reply(key, BEGUN)
    shared.reply(key, "hypothesis: Yearly plans first.\noutcome: supported")
    requests.post(address(shared, key), data={"hypothesis": "Yearly plans first."}, timeout=10)
    shared.settle()
    values = shared.site.issue(key).values
    assert values[mapped["hypothesis"]].wiki == "Yearly plans first."
    assert values.get(mapped["outcome"]) is None
    assert values.get(mapped["review_on"]) is None


def test_nothing_is_written_to_the_fields_where_that_would_mail_the_watchers(tmp_path: Path) -> None:
    with make_world(tmp_path, admin=False) as guest:
        guest.rule(field_map=FieldMap(hypothesis=guest.site.add_field("Hypothesis", kind="textarea")))
        key = opened(guest)
        guest.reply(key, BEGUN)
        assert of(guest, key).hypothesis == HYPOTHESIS
        assert f"PUT /rest/api/3/issue/{key}" not in guest.writes()
