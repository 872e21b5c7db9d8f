"""The guide's end: what it writes, once, whatever happens on the way; and that the first close is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.admin.guided import GUIDE, Guided, in_the_guide
from tests.world import EVENTS
from worker import onboarding
from worker.domain.model import DeliveryState, Hosting, JobKind, TenantId
from worker.guiding import wishes
from worker.store import tenants
from worker.store.tenants import NOT_FINISHED, Tenant


@pytest.fixture
def guided(tmp_path: Path) -> Iterator[Guided]:
    """The guide on a site that was not heard of before."""
    with in_the_guide(tmp_path) as made:
        yield made


def test_nothing_is_written_before_the_end_and_then_exactly_what_was_listed(guided: Guided) -> None:
    guided.all_said()
    guided.say("questions", field_learned="new")
    guided.say("pages", space="+", new_key="LEARN", new_name="Lessons")
    page = guided.owner.get(guided.at("end")).text
    assert guided.world.writes() == []
    assert all(words in page for words in ("“What we learned”", "LEARN (“Lessons”)", "/webhooks/cloud/"))
    answer = guided.owner.post(guided.at("end"))
    assert answer.status_code == 303, answer.text
    assert sorted(guided.world.writes()) == [
        "POST /rest/api/3/field",
        f"POST /rest/api/3/screens/addToDefault/{guided.tenant.policy.field_map.learned}",
        "POST /rest/webhooks/1.0/webhook",
        "POST /wiki/rest/api/space",
    ]
    assert (guided.tenant.stopped, guided.tenant.policy.home_space) == ("", "LEARN")
    assert guided.tenant.activated_at <= guided.world.clock.now()


def test_the_end_sends_itself_a_test_that_asks_nobody_and_the_first_close_is_asked_about(guided: Guided) -> None:
    before = guided.world.site.create_issue("FLEX", "Story", "Earlier", reporter=guided.world.ana)
    guided.world.site.transition(before, "Done", by=guided.world.ana)
    guided.all_said()
    guided.owner.post(guided.at("end"))
    guided.world.settle()
    (line,) = guided.world.deliveries()
    assert "test" in line.reason
    assert line.state is DeliveryState.IGNORED
    guided.world.ask_at_once()
    key = guided.world.closed()
    assert "Write it down" in guided.world.our_comment(key)
    assert guided.world.our_comments(before) == []


def test_pressing_the_button_twice_or_after_an_interruption_makes_nothing_twice(guided: Guided) -> None:
    guided.all_said()
    guided.say("questions", field_learned="new")
    guided.world.site.fault("POST", "/webhook$", kind="lost_response")
    answer = guided.owner.post(guided.at("end"))
    assert answer.status_code == 409
    assert "press the button again" in answer.text
    assert guided.tenant.stopped == NOT_FINISHED
    assert guided.owner.post(guided.at("end")).status_code == 303
    assert guided.owner.post(guided.at("end")).status_code == 303
    assert sorted(one for one in guided.world.writes() if "addToDefault" not in one) == [
        "POST /rest/api/3/field", "POST /rest/webhooks/1.0/webhook",
    ]  # fmt: skip


def test_while_one_page_finishes_another_is_told_to_wait(guided: Guided) -> None:
    guided.all_said()
    parts = guided.world.deployment
    with parts.db.begin() as tx:
        busy = wishes.Wishes(finishing=parts.clock.now().isoformat())
        wishes.keep(tx, guided.tenant.id, busy, parts.clock.now())
    answer = guided.owner.post(guided.at("end"))
    assert answer.status_code == 409
    assert "being done just now" in answer.text
    assert guided.world.writes() == []


@pytest.fixture
def no_admin(tmp_path: Path) -> Iterator[Guided]:
    """The same, where LearnLoop's account is no admin of Jira."""
    with in_the_guide(tmp_path, admin=False) as made:
        yield made


def test_without_the_right_to_make_webhooks_the_end_shows_what_to_paste_once(no_admin: Guided) -> None:
    no_admin.all_said()
    answer = no_admin.owner.post(no_admin.at("end"))
    secret = no_admin.world.deployment.keys.open(no_admin.tenant.newest_secret or b"")
    assert answer.status_code == 200
    assert all(words in answer.text for words in (secret, no_admin.tenant.webhook_path, "project in (&#34;FLEX&#34;)"))
    again = no_admin.owner.post(no_admin.at("end"))
    assert secret not in no_admin.owner.get(again.headers["Location"]).text
    assert no_admin.tenant.stopped == ""
    no_admin.world.ask_at_once()
    key = no_admin.world.closed()
    no_admin.world.clock.forward(timedelta(minutes=15))
    no_admin.world.tick(JobKind.SWEEP)
    assert "Write it down" in no_admin.world.our_comment(key)


@pytest.mark.parametrize(("token", "email"), [("scoped", "bot@example.org"), ("service", "")])
def test_a_token_that_works_through_the_gateway_only_leads_to_the_end(guided: Guided, token: str, email: str) -> None:
    guided.world.site.add_scoped_token(guided.world.bot, token)
    assert guided.connect(kind="scoped", api_token=token, email=email).status_code == 303
    guided.say("pages", space="ENG")
    assert guided.owner.post(guided.at("end")).status_code == 303
    assert guided.tenant.stopped == ""


def test_a_data_center_site_is_shown_what_to_put_into_a_webhook_and_then_asks(tmp_path: Path) -> None:
    with in_the_guide(tmp_path, hosting=Hosting.DATA_CENTER) as guided:
        world = guided.world
        answer = guided.connect(kind="data_center", email="", wiki_url=f"{world.site.url}/confluence")
        assert answer.status_code == 303, answer.text
        guided.say("projects", projects=["FLEX"], whom="closer")
        guided.say("questions", field_learned="new")
        guided.say("pages", space="ENG")
        assert world.writes() == []
        page = guided.owner.post(guided.at("end")).text
        tenant = guided.tenant
        secret = world.deployment.keys.open(tenant.newest_secret or b"")
        assert secret in page
        world.site.add_webhook(onboarding.webhook_url(world.deployment, tenant), events=EVENTS, secret=secret)
        world.ask_at_once()
        assert "Write it down" in world.our_comment(world.closed())
        assert tenant.policy.field_map.learned in world.site.world.default_screen


def test_a_site_that_another_serves_already_is_not_written_to(guided: Guided) -> None:
    guided.all_said()
    parts = guided.world.deployment
    with parts.db.begin() as tx:
        tenants.add(tx, replace(guided.tenant, id=TenantId("other"), webhook_path="other", stopped=""))
    first = next(one for one in _every(guided) if one.id != "other")
    answer = guided.owner.post(f"{GUIDE}/{first.id}/end")
    assert answer.status_code == 409
    assert "serves this site already" in answer.text
    assert guided.world.writes() == []


def _every(guided: Guided) -> list[Tenant]:
    with guided.world.deployment.db.read() as tx:
        return tenants.every(tx)


def test_a_site_that_was_finished_has_no_guide_any_more(guided: Guided) -> None:
    guided.all_said()
    guided.owner.post(guided.at("end"))
    for step in ("projects", "questions", "pages", "end", "account"):
        assert guided.owner.get(guided.at(step)).headers["Location"].startswith(f"/admin/{guided.tenant.id}")
    assert guided.owner.post(guided.at("give-up")).status_code == 303
    assert guided.tenant.stopped == ""
