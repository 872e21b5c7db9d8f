"""Sites that go and come back at awkward moments: nobody is asked too late or twice, and no answer is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.joining import by_connect, by_forge, by_rule, give_confluence, install_forge
from tests.world import BOT, SECRET, World, make_world
from worker import installing, onboarding, rotating
from worker.domain import reminding
from worker.domain.model import JobKind, Product, PromptState, SourceKind, TenantId
from worker.emulator.apps_model import ConnectInstall
from worker.errors import ConfigError, LearnLoopError, Unauthorized
from worker.jobs import STEPS, handlers
from worker.onboarding import Wish
from worker.store import deliveries, tallies, tenants

pytestmark = ON_SQLITE_ALONE


@pytest.fixture
def app(tmp_path: Path) -> Iterator[World]:
    """A site that has the Connect app."""
    with make_world(tmp_path, join=by_connect) as made:
        yield made


def install_of(world: World) -> ConnectInstall:
    (found,) = world.site.world.apps.connect.values()
    return found


def closed_unheard(world: World) -> str:
    """An issue that was closed, whose delivery is kept and not looked at yet; its key."""
    key = world.site.create_issue("FLEX", "Story", "Old", reporter=world.ana, assignee=world.ana)
    world.settle()
    world.site.transition(key, "Done", by=world.ana, resolution="Done")
    world.site.flush_webhooks()
    return key


def refusing(words: str) -> Any:
    """A step of a job that meets a refused token."""

    def step(_context: object, _key: str) -> None:
        raise Unauthorized(words, status=401, call="issue", product="jira")

    return step


# --- too late ---


def test_a_close_that_was_told_before_the_app_went_is_not_asked_about_months_later(app: World) -> None:
    key = closed_unheard(app)
    app.site.uninstall_connect(install_of(app))
    app.later(timedelta(days=60))
    app.site.reinstall_connect(install_of(app))
    app.settle()
    assert (app.prompt(key), app.our_comments(key)) == (None, [])


def test_what_closed_shortly_before_the_app_was_back_is_not_asked_about(app: World) -> None:
    app.site.uninstall_connect(install_of(app))
    app.later(timedelta(days=3))
    key = app.closed("Nobody listened")
    app.later(timedelta(minutes=20))
    app.site.reinstall_connect(install_of(app))
    app.later(timedelta(minutes=1))
    app.tick(JobKind.SWEEP)
    assert app.our_comments(key) == []


def test_after_a_long_stop_only_recent_closes_are_asked_about(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_rule("empty")) as world:
        with world.deployment.db.begin() as tx:
            tenants.stop(tx, TenantId(world.tenant_id), "The token has expired.")
        old = world.closed("Long ago")
        world.later(timedelta(days=45))
        recent = world.closed("Just now")
        with world.deployment.db.begin() as tx:
            assert installing.resume(tx, world.deployment, TenantId(world.tenant_id)) == 2
        world.settle()
        assert (len(world.our_comments(old)), len(world.our_comments(recent))) == (0, 1)


def test_a_reminder_that_waited_too_long_is_not_sent(app: World) -> None:
    prompt = app.prompt(app.closed())
    assert prompt is not None
    issue = f"{app.tenant_id}/{prompt.issue_id}"
    with app.deployment.db.begin() as tx:
        app.deployment.queue.put(tx, JobKind.REMIND, f"{issue}/{prompt.id}.1", lane=f"issue:{issue}")
    app.site.uninstall_connect(install_of(app))
    app.later(timedelta(days=60))
    app.site.reinstall_connect(install_of(app))
    app.settle()
    assert not [one for one in app.site.requests if one.path.endswith("/notify")]


def test_an_answer_given_in_the_moment_a_question_expires_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key, due, answered = world.closed(), reminding.due, list[requests.Response]()
    link = world.link(key)

    def due_as_somebody_answers(*asked: Any) -> object:
        found = due(*asked)
        if isinstance(found, reminding.Expire) and not answered:
            answered.append(requests.post(link, data={"learned": "Just in time.", "choice": "learned"}, timeout=10))
        return found

    monkeypatch.setattr(reminding, "due", due_as_somebody_answers)
    world.clock.forward(timedelta(days=60))
    prompt = world.prompt(key)
    assert prompt is not None
    issue = f"{world.tenant_id}/{prompt.issue_id}"
    with world.deployment.db.begin() as tx:
        world.deployment.queue.put(tx, JobKind.ASK, issue, lane=f"issue:{issue}")
    world.settle()
    prompt = world.prompt(key)
    assert prompt is not None
    assert (answered[0].status_code, prompt.state) == (200, PromptState.ANSWERED)


# --- all of what was parked ---


def test_what_was_parked_while_disabled_is_done_when_the_app_is_installed_anew(app: World) -> None:
    key = app.closed()
    with app.deployment.db.begin() as tx:
        installing.switch(tx, app.deployment, app.tenant, on=False)
    app.answer(key, "By an old link.")
    app.site.uninstall_connect(install_of(app))
    app.later(timedelta(hours=1))
    app.site.reinstall_connect(install_of(app))
    app.settle()
    assert app.site.properties(key)["learnloop.learning"]["learned"] == "By an old link."


def test_jobs_that_meet_a_refused_token_side_by_side_go_on_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = {JobKind.ASK: refusing("Asked: 401."), JobKind.RECORD: refusing("Recorded: 401.")}
    monkeypatch.setattr("worker.jobs.STEPS", dict(STEPS) | steps)
    with world.deployment.db.begin() as tx:
        for number, kind in enumerate(steps):
            subject = f"{world.tenant_id}/{number}"
            world.deployment.queue.put(tx, kind, subject, lane=f"issue:{subject}")
    world.deployment.queue.drain(handlers(world.deployment))
    assert {job.error for job in world.jobs("dead")} == {world.tenant.stopped}
    with world.deployment.db.begin() as tx:
        assert installing.resume(tx, world.deployment, TenantId(world.tenant_id)) == 2
    assert world.jobs("dead") == []


def test_a_switch_that_was_read_before_the_app_went_changes_nothing(app: World) -> None:
    on = app.tenant
    with app.deployment.db.begin() as tx:
        installing.switch(tx, app.deployment, on, on=False)
    off = app.tenant
    app.site.uninstall_connect(install_of(app))
    for read, wanted in ((on, False), (off, True)):
        with app.deployment.db.begin() as tx:
            installing.switch(tx, app.deployment, read, on=wanted)
        assert (app.tenant.stopped, bool(app.tenant.uninstalled_at)) == ("The app was uninstalled.", True)


def test_a_token_refused_just_after_the_app_went_keeps_no_new_installation_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        with world.deployment.db.begin() as tx:
            installing.uninstall(tx, world.deployment, world.tenant)
            tenants.stop(tx, TenantId(world.tenant_id), "Jira answered 401.")
        install_forge(world)
        world.site.tick_forge()
        world.settle()
        assert (world.tenant.uninstalled_at, world.tenant.stopped) == (None, "")


# --- one comment ---


@pytest.fixture
def hasty(world: World) -> World:
    """A LearnLoop that waits a second for its site."""
    quick = replace(world.deployment.settings, site_timeout=1.0)
    return replace(world, handlers=handlers(replace(world.deployment, settings=quick)))


def test_a_refusal_of_the_second_try_does_not_hide_what_became_of_the_first(hasty: World) -> None:
    """The site is at the first still while it limits the second."""
    hasty.site.fault("POST", r"/comment$", kind="slow", seconds=3)
    hasty.site.fault("POST", r"/comment$", status=429, headers={"Retry-After": "600"})
    key = hasty.closed()
    hasty.later(timedelta(seconds=4))
    ends = time.monotonic() + 10
    while not hasty.our_comments(key) and time.monotonic() < ends:
        time.sleep(0.05)
    hasty.later(timedelta(minutes=11))
    assert (len(hasty.our_comments(key)), hasty.jobs()) == (1, [])


def test_a_503_from_something_before_the_site_does_not_double_a_comment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, broken = requests.Session.send, list[bytes]()

    def cut_off(*asked: Any, **more: Any) -> requests.Response:
        answer = send(*asked, **more)
        if asked[1].method == "POST" and asked[1].path_url.endswith("/comment") and not broken:
            broken.append(answer.content)
            answer.status_code, answer._content = 503, b"upstream connect error"
        return answer

    monkeypatch.setattr(requests.Session, "send", cut_off)
    key = world.closed()
    world.later(timedelta(minutes=2))
    assert (len(broken), len(world.our_comments(key))) == (1, 1)


# --- beside another ---


def test_an_app_installed_beside_a_stopped_tenant_takes_nothing_from_it(app: World) -> None:
    app.answer(app.closed(), "A lesson.")
    first = TenantId(app.tenant_id)
    onboarding.give_credential(app.deployment, app.tenant, Product.JIRA, BOT, "ana@example.org")
    rotating.tell_by(app.deployment, first, SourceKind.CLOUD, SECRET * 2, "ana@example.org")
    with app.deployment.db.begin() as tx:
        tenants.stop(tx, first, "Jira answered 401.")
    app.site.reinstall_connect(install_of(app))
    app.settle()
    with app.deployment.db.read() as tx:
        (second,) = [one for one in tenants.every(tx) if one.id != first]
    assert second.stopped.startswith(f"Tenant {first} of this site stands still")
    with app.deployment.db.begin() as tx:
        installing.resume(tx, app.deployment, first)
    assert app.tenant.stopped == ""


def test_a_site_has_one_tenant_that_its_forge_app_tells(tmp_path: Path) -> None:
    with make_world(tmp_path, join=by_forge) as world:
        world.rule(projects=("FLEX",))
        world.site.add_space("OPS", "Operations")
        wish = Wish(world.site.url, SourceKind.FORGE, wiki=BOT, space="OPS", projects=("OPS",))
        with pytest.raises(ConfigError, match="can tell one tenant only"):
            onboarding.add_tenant(world.deployment, wish)
        beside = replace(wish, source=SourceKind.CLOUD, jira=BOT, secret=SECRET)
        other = onboarding.add_tenant(world.deployment, beside)
        with pytest.raises(LearnLoopError, match="can tell one tenant only"):
            rotating.tell_by(world.deployment, other.id, SourceKind.FORGE, "", "ana@example.org")


# --- what is kept ---


def test_what_nobody_will_look_at_is_deleted_and_alarms_nobody(app: World) -> None:
    closed_unheard(app)
    app.site.uninstall_connect(install_of(app))
    app.settle()
    with app.deployment.db.read() as tx:
        assert tallies.waiting(tx, app.clock.now()).dead == 0
        assert deliveries.newest(tx, TenantId(app.tenant_id))
    give_back = app.jobs("dead")
    app.clock.forward(timedelta(days=8))
    with app.deployment.db.begin() as tx:
        deliveries.prune(tx, app.clock.now() - timedelta(days=7), 100)
        assert deliveries.newest(tx, TenantId(app.tenant_id)) == []
    app.site.reinstall_connect(install_of(app))
    app.settle()
    give_confluence(app)
    assert {job.id for job in give_back}.isdisjoint(job.id for job in app.jobs("dead"))
