"""“Make it an issue in Jira”: who may click, whose the issue is, and that a second click changes nothing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.sources.doors import ONE, TWO, Doors, Sent, Site
from tests.web.asking import ANA, BEN, LEARNED, asked
from worker.answering import answer
from worker.domain import links
from worker.domain.model import AccountId, Action, ActionState, Answers, JobKind, Prompt, Road
from worker.store import actions
from worker.store.facts import IssueFacts

WORDS = "Ask two resellers first."


@pytest.fixture
def prompt(doors: Doors) -> Prompt:
    """Site one was asked about FLEX-7, and Ana answered with what will be done differently."""
    found = asked(doors, doors.of(ONE).id)
    answered(doors, found)
    return found


def answered(doors: Doors, prompt: Prompt, **said: object) -> None:
    given = Answers(learned=LEARNED, differently=WORDS, road=Road.REPLY, given_by=AccountId(ANA), **said)  # type: ignore[arg-type]
    with doors.parts.db.begin() as tx:
        answer(tx, doors.parts, prompt.tenant_id, IssueFacts.of_prompt(prompt), given, doors.clock.now())


def clicked(doors: Doors, prompt: Prompt, due: str = "", token: str = "") -> TestResponse:
    """Somebody with the link clicks."""
    body = urlencode({"due": due, "choice": "action"}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return doors.send(Sent(f"/answer/{token or links.sign(prompt, doors.parts.link_key)}/action", body, headers))


def clicked_in_panel(doors: Doors, ticket: str, account: str = ANA, site: Site = ONE) -> TestResponse:
    """Somebody clicks in the panel."""
    form = {"jwt": doors.context(site, account), "ticket": ticket, "choice": "action", "due": "2026-12-24"}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return doors.send(Sent("/connect/panel", urlencode(form).encode(), headers))


def action(doors: Doors, prompt: Prompt) -> Action | None:
    with doors.parts.db.read() as tx:
        return actions.of_issue(tx, prompt.tenant_id, prompt.issue_id)


def jobs(doors: Doors) -> list[JobKind]:
    return [job.kind for job in doors.parts.queue.jobs(limit=100) if job.kind is JobKind.PROMISE]


def test_the_link_has_an_issue_made_for_the_person_who_was_asked(doors: Doors, prompt: Prompt) -> None:
    answer = clicked(doors, prompt)
    one = action(doors, prompt)
    assert answer.status_code == 303
    assert one
    assert (one.state, one.owner, one.words, one.due_on) == (
        ActionState.WISHED, ANA, WORDS, doors.clock.now().date() + timedelta(days=14),
    )  # fmt: skip
    clicked(doors, prompt, due="2027-01-01")
    assert action(doors, prompt) == one
    assert jobs(doors) == [JobKind.PROMISE]


def test_the_panel_has_an_issue_made_for_the_person_who_looks(doors: Doors, prompt: Prompt) -> None:
    ticket = links.sign_ticket(prompt, AccountId(BEN), doors.parts.link_key, doors.clock.now())
    answer = clicked_in_panel(doors, ticket, BEN)
    one = action(doors, prompt)
    assert (answer.status_code, "is being made" in answer.text) == (200, True)
    assert one
    assert (one.owner, one.due_on) == (BEN, date(2026, 12, 24))


def test_the_panel_offers_it_beside_an_answer_and_only_there(doors: Doors, prompt: Prompt) -> None:
    other = asked(doors, doors.of(ONE).id, key="FLEX-8", issue_id="10124")
    for issue, offered in ((prompt.issue_key, True), (other.issue_key, False)):
        sent = Sent("/connect/panel", method="GET", query={"issueKey": issue})
        page = doors.send(doors.by_site(ONE, sent, sub=ANA))
        assert ("Make it an issue in Jira" in page.text) is offered
    assert not [one for one in re.findall(r'name="ticket" value="([^"]*)"', page.text) if not unescape(one)]


@pytest.mark.parametrize("site", [TWO, ONE])
def test_a_ticket_of_somebody_else_makes_nothing(doors: Doors, prompt: Prompt, site: Site) -> None:
    ticket = links.sign_ticket(prompt, AccountId(ANA), doors.parts.link_key, doors.clock.now())
    answer = clicked_in_panel(doors, ticket, BEN, site)
    assert answer.status_code == 401
    assert action(doors, prompt) is None


def test_a_link_that_is_not_ours_makes_nothing(doors: Doors, prompt: Prompt) -> None:
    forged = links.sign(prompt, b"another key of another LearnLoop")
    assert clicked(doors, prompt, token=forged).status_code == 404
    assert action(doors, prompt) is None


def test_a_link_that_has_ended_makes_nothing(doors: Doors, prompt: Prompt) -> None:
    doors.clock.forward(timedelta(days=40))
    assert clicked(doors, prompt).status_code == 410
    assert action(doors, prompt) is None


def test_what_is_kept_within_the_team_is_not_put_into_an_issue(doors: Doors) -> None:
    among_us = asked(doors, doors.of(ONE).id)
    answered(doors, among_us, team_only=True)
    answer = clicked(doors, among_us)
    assert answer.status_code == 403
    assert WORDS not in answer.text
    assert LEARNED not in answer.text
    assert (action(doors, among_us), jobs(doors)) == (None, [])
