"""What Jira's list of its webhooks says of ours, in both of its shapes, and what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from worker import onboarding, subscription
from worker.domain.model import Proof

HERE = "https://learnloop.example.org/webhooks/cloud/p"
FLEX = 'project in ("FLEX")'


def listed(jql: str = "", **different: Any) -> dict[str, Any]:
    """A webhook as Cloud and Jira 9 list it, with all we want."""
    return {
        "name": "LearnLoop", "url": HERE, "events": [*onboarding.EVENTS], "enabled": True, "isSigned": True,
        "excludeBody": False, "filters": {"issue-related-events-section": jql},
    } | different  # fmt: skip


def listed_by_10(jql: str = "", *, active: bool = True, bodiless: bool = False) -> dict[str, Any]:
    """The same as Jira 10 lists it."""
    settings = {"EXCLUDE_BODY": json.dumps(bodiless), "FILTERS": json.dumps({"issue-related-events-section": jql})}
    return {"name": "L", "url": HERE, "events": [*onboarding.EVENTS], "active": active, "configuration": settings}


def judged(*found: dict[str, Any], proof: Proof = Proof.HMAC) -> tuple[list[str], list[str]]:
    """What is said to the admin of a tenant for FLEX."""
    return subscription.judged(subscription.hooks(found, HERE), proof, ["FLEX"])


OFF = "Nothing comes, because the webhook is switched off; enable it (System, WebHooks)."
MUTE = "Untick *Exclude body* in the webhook: its deliveries say nothing."
UNSIGNED = "Give the webhook the tenant's secret: it has no secret, so its deliveries are refused."
NARROW = "Of issues, the webhook tells of those only that its filter finds: labels = x"
UNTOLD = "Jira does not say whether the webhook is signed; close an issue, then look at *last delivery*."


@pytest.mark.parametrize(
    ("found", "wrong", "notes"),
    [
        (listed(), [], []),
        (listed(FLEX), [], []),  # as the guide registers it
        (listed(enabled=False), [OFF], []),
        (listed(events=["jira:issue_updated", "comment_created", "sprint_closed"]),
         ["Jira does not tell of everything: tick Issue deleted, Comment updated, Sprint started in the webhook too."],
         []),
        (listed(excludeBody=True), [MUTE], []),
        (listed(isSigned=False), [UNSIGNED], []),
        (listed(isSigned=False, excludeBody=True), [MUTE, UNSIGNED], []),
        (listed("labels = x"), [], [NARROW]),
        (listed(" labels = x "), [], [NARROW]),
        (listed(filters=None), [], []),
        (listed(filters="labels = x"), [], [NARROW]),
        (listed_by_10(), [], [UNTOLD]),
        (listed_by_10(active=False), [OFF], []),
        (listed_by_10(bodiless=True), [MUTE], [UNTOLD]),
        (listed_by_10("labels = x"), [], [NARROW, UNTOLD]),
        (listed_by_10() | {"configuration": None}, [], [UNTOLD]),
    ],
)  # fmt: skip
def test_a_webhook_that_brings_less_says_what_and_what_to_do(
    found: dict[str, Any], wrong: list[str], notes: list[str]
) -> None:
    assert judged(found) == (wrong, notes)


@pytest.mark.parametrize("proof", [Proof.BASIC, Proof.PATH])
@pytest.mark.parametrize("found", [listed(isSigned=False), listed_by_10()])
def test_where_no_signature_is_wanted_none_is_missed(found: dict[str, Any], proof: Proof) -> None:
    assert judged(found, proof=proof) == ([], [])


def test_a_second_webhook_is_looked_at_too_and_called_by_its_name() -> None:
    assert judged(listed(), listed(name="Old", isSigned=False)) == (
        ["Give the webhook “Old” the tenant's secret: it has no secret, so its deliveries are refused."],
        ["2 webhooks point here, so each close would be told twice; remove one."],
    )


def test_a_second_that_is_off_or_sends_elsewhere_does_no_harm() -> None:
    assert judged(listed(), listed(enabled=False, isSigned=False), listed(url=f"{HERE}2", events=[])) == ([], [])


def test_two_that_share_the_events_tell_nothing_twice() -> None:
    sprints = [one for one in onboarding.EVENTS if one.startswith("sprint")]
    issues = [one for one in onboarding.EVENTS if one not in sprints]
    assert judged(listed(FLEX, events=issues), listed(events=sprints)) == ([], [])


@pytest.mark.parametrize("odd", [{}, {"events": None}, {"events": 7}, {"events": {}, "name": None, "filters": [1]}])
def test_a_webhook_of_another_shape_is_one_that_tells_nothing(odd: dict[str, Any]) -> None:
    ((said,), _) = judged({"url": HERE} | odd)
    assert said.startswith("Jira does not tell of everything: tick Issue updated, ")
