"""The panel and the admin page of the Forge app: JSON for its own components, about the issue Forge vouches for."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.sources.doors import Doors, Sent
from tests.web.asking import ANA, BEN, LEARNED, answers, asked
from worker.domain import consent, questions, thanks
from worker.domain.links import read_experiment
from worker.domain.model import AccountId, ActionState, Answers, Prompt, Road, TenantId, Topic
from worker.domain.policy import Policy
from worker.standing import UNSIGNED
from worker.store import actions, prompts, tenants


@pytest.fixture
def told(doors: Doors) -> Prompt:
    """The Forge site has been asked about FLEX-7."""
    return asked(doors, "forge")


def called(doors: Doors, path: str, data: object, **viewer: Any) -> TestResponse:
    """A page of the Forge app calls us for whoever looks at FLEX-7."""
    sent = Sent(path, json.dumps(data).encode(), {"Content-Type": "application/json"})
    return doors.send(doors.by_viewer(sent, **viewer))


def test_the_forge_panel_is_told_what_to_show(doors: Doors, told: Prompt) -> None:
    answer = called(doors, "/forge/panel", {})
    assert answer.status_code == 200
    shown = answer.get_json()
    fields, link = shown.pop("questions"), shown.pop("experiment").rpartition("/")[2]
    assert read_experiment(link, doors.parts.link_key).issue_id == told.issue_id
    assert shown == {
        "issue": "FLEX-7",
        "occasion": "close",
        "state": "open",
        "words": "This one is closed, thank you. One question while it is fresh:",
        "audience": "What you write appears on the Confluence pages of FLEX in the space ENG, without your name.",
        "topics": {"value": "", "suggested": ["billing"]},
        "changed_course": False,
        "editable": True,
        "thank": False,
        "thanked_for": "",
        "acts": [{"id": act.id, "words": act.words} for act in thanks.ACTS],
        "team_only": False,
        "team_hint": "It is kept and counted, and shown on no page.",
        "page": None,
        "promise": {"words": "", "due": "", "can": False, "waiting": False, "note": "", "made": None},
    }
    assert [(one["name"], one["label"], one["required"]) for one in fields] == [
        (question.field, question.label, question.required) for question in questions.STORY.questions
    ]
    assert {tuple(one) for one in fields} == {("hint", "label", "max", "name", "required", "value")}
    assert [one["max"] for one in fields] == [8000, 8000, 8000, 2000]


def test_the_forge_panel_asks_what_was_chosen_and_keeps_what_it_does_not_ask(doors: Doors, told: Prompt) -> None:
    called(doors, "/forge/answer", {"learned": LEARNED, "surprised": "It held.", "lives_at": "https://a.example"})
    with doors.parts.db.begin() as tx:
        tenants.set_policy(tx, told.tenant_id, Policy(questions=("lives_at",)))
    shown = called(doors, "/forge/panel", {}).get_json()
    assert [one["name"] for one in shown["questions"]] == ["learned", "lives_at"]
    called(doors, "/forge/answer", {"learned": "Ask earlier.", "surprised": "", "lives_at": ""})
    kept = answers(doors, told)
    assert kept
    assert (kept.learned, kept.surprised, kept.lives_at) == ("Ask earlier.", "It held.", "")


def test_an_answer_by_the_forge_panel_has_an_author_and_its_road(doors: Doors, told: Prompt) -> None:
    data = {"learned": LEARNED, "topics": "pricing, tax", "changed_course": True, "thank_by_name": True}
    answer = called(doors, "/forge/answer", data)
    assert answer.status_code == 200
    shown = answer.get_json()
    assert (shown["state"], shown["thank"], shown["topics"]["value"]) == ("answered", True, "pricing, tax")
    assert answers(doors, told) == Answers(
        learned=LEARNED, topics=(Topic("pricing"), Topic("tax")), changed_course=True, thank_by_name=True,
        road=Road.PANEL, given_by=AccountId(ANA),
    )  # fmt: skip
    for_ben = called(doors, "/forge/panel", {}, account=BEN).get_json()
    assert (for_ben["questions"][0]["value"], for_ben["thank"]) == (LEARNED, False)


def test_what_the_forge_panel_sent_and_cannot_be_kept_comes_back_with_its_sentences(doors: Doors, told: Prompt) -> None:
    answer = called(
        doors, "/forge/answer", {"learned": " ", "surprised": "It held.", "lives_at": "x", "thank_by_name": True}
    )
    assert answer.status_code == 422
    shown = answer.get_json()
    assert set(shown["problems"]) == {"learned", "lives_at"}
    assert [one["value"] for one in shown["questions"]] == [" ", "It held.", "", "x"]
    assert shown["thank"] is True
    assert answers(doors, told) is None


def test_nothing_new_by_the_forge_panel_is_an_answer(doors: Doors, told: Prompt) -> None:
    assert called(doors, "/forge/answer", {"nothing_new": True}).get_json()["state"] == "nothing_new"


@pytest.mark.parametrize(
    "data",
    [
        {"learned": 7}, {"learned": None}, {"learned": [LEARNED]}, {"learned": {"a": LEARNED}}, {},
        {"learned": "", "nothing_new": "true"}, {"learned": "", "nothing_new": 1},
    ],
)  # fmt: skip
def test_what_is_not_text_counts_as_not_given(doors: Doors, told: Prompt, data: dict[str, Any]) -> None:
    assert called(doors, "/forge/answer", data).status_code == 422
    assert answers(doors, told) is None


def test_consent_that_is_not_a_plain_yes_is_none(doors: Doors, told: Prompt) -> None:
    called(doors, "/forge/answer", {"learned": LEARNED, "thank_by_name": "yes", "changed_course": 1, "given_by": BEN})
    kept = answers(doors, told)
    assert kept is not None
    assert (kept.thank_by_name, kept.changed_course, kept.given_by) == (False, False, ANA)


def test_the_issue_is_the_one_forge_vouches_for_whatever_the_page_says(doors: Doors, told: Prompt) -> None:
    other = asked(doors, "forge", "FLEX-8", "10124")
    data = {"learned": LEARNED, "issue": "FLEX-8", "issueKey": "FLEX-8", "issue_id": "10124"}
    assert called(doors, "/forge/answer", data).get_json()["issue"] == "FLEX-7"
    assert answers(doors, other) is None


def test_an_issue_of_another_site_with_the_same_id_is_another_issue(doors: Doors, told: Prompt) -> None:
    shown = called(doors, "/forge/panel", {}, cloud="forge2").get_json()
    assert (shown["state"], shown["issue"], shown["editable"]) == ("none", "", False)
    assert called(doors, "/forge/answer", {"learned": LEARNED}, cloud="forge2").status_code == 400
    assert answers(doors, told) is None


def test_a_reopened_issue_is_told_to_the_forge_panel_and_what_was_typed_comes_back(doors: Doors, told: Prompt) -> None:
    with doors.parts.db.begin() as tx:
        prompts.withdraw(tx, told.id, doors.clock.now())
    shown = called(doors, "/forge/panel", {}).get_json()
    assert (shown["state"], shown["editable"]) == ("withdrawn", False)
    answer = called(doors, "/forge/answer", {"learned": "Typed."})
    assert (answer.status_code, answers(doors, told)) == (422, None)
    assert answer.get_json()["questions"][0]["value"] == "Typed."
    assert "reopened" in answer.get_json()["problems"]["learned"]


@pytest.mark.parametrize("data", [[], None, "words", 7])
def test_an_answer_that_is_no_object_is_refused(doors: Doors, told: Prompt, data: object) -> None:
    assert called(doors, "/forge/answer", data).status_code == 400


def test_the_forge_admin_page_is_told_how_its_own_tenant_stands(doors: Doors) -> None:
    with doors.parts.db.begin() as tx:
        tenants.set_policy(tx, TenantId("forge"), Policy())
    doors.send(doors.delivery("cloud", b'{"webhookEvent": "jira:moon_rose"}'))
    told = Sent("/webhooks/forge", b'{"eventType": "avi:jira:sun:rose"}').headed(x_forge_oauth_system="a token")
    doors.send(doors.by_forge(told))
    shown = called(doors, "/forge/admin", {}, module="learnloop-admin", issue="").get_json()
    (line,) = shown.pop("deliveries")
    assert shown == {
        "tenant": "forge",
        "site": "https://forge.example.org",
        "source": "forge",
        "state": "It listens and asks.",
        "warnings": ["No space is chosen, so nothing is published. Choose one (`learnloop tenant change --space`)."],
    }
    assert (line["event"], line["state"]) == ("avi:jira:sun:rose", "unknown")
    assert UNSIGNED not in shown["warnings"]


def test_what_is_kept_within_the_team_is_told_to_its_author_alone_and_changed_by_nobody_else(
    doors: Doors, told: Prompt
) -> None:
    mine = {"learned": LEARNED, "team_only": True, "thank_by_name": True, "thanked_for": "asked"}
    shown = called(doors, "/forge/answer", mine).get_json()
    assert (shown["team_only"], shown["thanked_for"], shown["questions"][0]["value"]) == (True, "asked", LEARNED)
    for_ben = called(doors, "/forge/panel", {}, account=BEN).get_json()
    assert (for_ben["words"], for_ben["editable"], for_ben["team_only"]) == (consent.KEPT, False, False)
    assert LEARNED not in json.dumps(for_ben)
    refused = called(doors, "/forge/answer", {"learned": "Mine."}, account=BEN)
    assert (refused.status_code, refused.get_json()["problems"]) == (422, {"learned": consent.KEPT})
    assert LEARNED not in refused.text
    kept = answers(doors, told)
    assert kept is not None
    assert (kept.learned, kept.given_by, kept.team_only) == (LEARNED, ANA, True)


def test_what_they_will_do_differently_becomes_an_action_of_whoever_looks(doors: Doors, told: Prompt) -> None:
    promised = {"learned": LEARNED, "differently": "Agree a rollback first."}
    offered = called(doors, "/forge/answer", promised).get_json()["promise"]
    assert (offered["words"], offered["can"]) == ("Agree a rollback first.", True)
    wished = called(doors, "/forge/action", {"due": "2026-12-24"}, account=BEN)
    assert (wished.status_code, wished.get_json()["promise"]["waiting"]) == (200, True)
    with doors.parts.db.read() as tx:
        action = actions.of_issue(tx, told.tenant_id, told.issue_id)
    assert action is not None
    assert (action.owner, action.due_on, action.state) == (BEN, date(2026, 12, 24), ActionState.WISHED)
    again = called(doors, "/forge/action", {"due": "2026-12-31"})
    assert (again.status_code, again.get_json()["promise"]["waiting"]) == (200, True)
    with doors.parts.db.read() as tx:
        assert actions.of_issue(tx, told.tenant_id, told.issue_id) == action


@pytest.mark.parametrize("due", ["yesterday", "2001-01-01", "2999-01-01", 7, ["2026-12-24"]])
def test_a_day_that_cannot_be_is_said_and_nothing_is_wished(doors: Doors, told: Prompt, due: object) -> None:
    called(doors, "/forge/answer", {"learned": LEARNED, "differently": "Agree a rollback first."})
    answer = called(doors, "/forge/action", {"due": due})
    if isinstance(due, str):
        problem = {"due": "Choose a due date from today on, within a year."}
        assert (answer.status_code, answer.get_json()["problems"]) == (422, problem)
    else:  # not given: the usual day
        assert (answer.status_code, answer.get_json()["promise"]["waiting"]) == (200, True)


def test_there_is_nothing_to_promise_where_nothing_was_answered(doors: Doors, told: Prompt) -> None:
    answer = called(doors, "/forge/action", {"due": ""})
    assert (answer.status_code, list(answer.get_json()["problems"])) == (422, ["due"])
    assert called(doors, "/forge/action", {"due": ""}, issue="10404").status_code == 400


def test_the_experiment_is_offered_on_any_issue_whose_id_and_key_forge_tells(doors: Doors, told: Prompt) -> None:
    assert called(doors, "/forge/panel", {}, issue="10404", key="").get_json()["experiment"] == ""
    shown = called(doors, "/forge/panel", {}, issue="10404", key="FLEX-404").get_json()
    link = shown["experiment"].rpartition("/")[2]
    assert read_experiment(link, doors.parts.link_key).issue_id == "10404"


@pytest.mark.parametrize("choices", [{"team_only": "yes"}, {"team_only": 1}, {"thank_by_name": True, "thanked_for": 7}])
def test_a_choice_that_is_not_plainly_made_is_none(doors: Doors, told: Prompt, choices: dict[str, Any]) -> None:
    called(doors, "/forge/answer", {"learned": LEARNED} | choices)
    kept = answers(doors, told)
    assert kept is not None
    assert (kept.team_only, kept.thanked_for) == (False, "")
