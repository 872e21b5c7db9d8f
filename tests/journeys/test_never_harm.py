"""What an attack found, held for good: nothing private leaves its place, nobody's words go, nobody is named unasked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.journeys.test_audience import published, restricted, shown
from tests.world import World
from worker.domain.model import JobKind, PageState
from worker.domain.policy import FieldMap, ProjectRules

pytestmark = ON_SQLITE_ALONE

LABEL = r"/wiki/rest/api/content/.*label$"
CREATE = r"/wiki/api/v2/pages$"


def secret_project(world: World, *, private_in_jira: bool = True) -> None:
    """A project SEC with the space SECRET; the policy knows it as private only when told so."""
    world.site.add_space("SECRET", "Secret")
    world.site.add_project("SEC", "Security", private=private_in_jira, members=[world.ana, world.bot])


def test_a_project_made_private_later_is_not_shared(world: World) -> None:
    secret_project(world)
    key = world.closed("Leaked key", project="SEC")
    world.answer(key, "Rotate keys.", topics="breach")
    assert "Rotate keys." not in published(world, "ENG")
    assert "breach" not in published(world, "ENG")


def test_the_retro_of_a_mixed_sprint_only_counts_what_is_private_elsewhere(world: World) -> None:
    secret_project(world)
    world.rule(project_rules={"SEC": ProjectRules(space="SECRET", private=True)})
    sprint = world.sprint()
    key = world.closed("Leaked key", project="SEC", sprint=sprint)
    world.answer(key, "Rotate keys.", topics="breach")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    told = published(world, "ENG")
    assert not [word for word in ("Rotate keys.", "breach", key) if word in told]
    assert "not shown because the issue is restricted" in told


def test_pages_leave_a_space_that_is_no_longer_theirs(world: World) -> None:
    secret_project(world, private_in_jira=False)
    world.answer(world.closed("a", project="SEC"), "First words.")
    assert "First words." in published(world, "ENG")
    world.rule(project_rules={"SEC": ProjectRules(space="SECRET", private=True)})
    world.answer(world.closed("b", project="SEC"), "Rotate keys.")
    world.tick(JobKind.COMPILE_ALL)
    assert "Rotate keys." not in published(world, "ENG")
    assert [page.title for page in world.site.pages.values() if "First words." in page.storage] == ["Learning log: SEC"]
    assert "First words." in published(world, "SECRET")


def test_a_project_without_a_space_has_its_page_emptied(world: World) -> None:
    secret_project(world, private_in_jira=False)
    world.answer(world.closed("a", project="SEC"), "First words.")
    world.rule(project_rules={"SEC": ProjectRules(private=True)})
    world.tick(JobKind.COMPILE_ALL)
    assert "First words." not in shown(world)
    assert world.row("log:SEC").state is PageState.REFUSED


@pytest.mark.parametrize(("method", "path"), [("POST", LABEL), ("POST", CREATE)])
def test_an_answer_given_while_a_page_is_made_is_on_it_in_the_end(world: World, method: str, path: str) -> None:
    first, second = world.closed("a"), world.closed("b")
    world.answer(first, "seed")
    link = world.link(second)
    lost = "lost_response" if path == CREATE else "status"
    world.site.fault(method, path, kind=lost, status=503)
    world.answer(first, "First lesson.", topics="pricing")
    requests.post(link, data={"learned": "Second lesson.", "topics": "pricing", "choice": "learned"}, timeout=10)
    world.later(timedelta(minutes=5))
    page = world.page("Learnings: pricing")
    assert "First lesson." in page.storage
    assert "Second lesson." in page.storage
    assert world.row("topic:pricing").state is PageState.CURRENT


def test_a_page_made_while_its_issue_was_restricted_is_cleaned(world: World) -> None:
    key = world.closed("a")
    world.answer(key, "seed")
    world.site.fault("POST", LABEL, status=503)
    world.answer(key, "Lawyers are slow.", topics="pricing")
    restricted(world, key)
    world.later(timedelta(minutes=5))
    assert "Lawyers are slow." not in shown(world)


def test_words_a_person_keeps_in_a_field_are_not_written_over(world: World) -> None:
    learned = world.site.add_field("What we learned", kind="textarea")
    surprised = world.site.add_field("What surprised us", kind="textarea")
    world.rule(field_map=FieldMap(learned=learned, surprised=surprised))
    key = world.site.create_issue("FLEX", "Story", "x", reporter=world.ana, assignee=world.ana)
    world.site.edit_issue(key, {surprised: "A person's long notes."}, by=world.ana)
    world.site.transition(key, "Done", by=world.ana)
    world.settle()
    world.answer(key, "Lesson.")
    assert world.site.issue(key).values[surprised].wiki == "A person's long notes."


def test_nobody_is_thanked_by_name_for_what_another_agreed_to(world: World) -> None:
    field = world.site.add_field("What we learned", kind="textarea")
    world.rule(field_map=FieldMap(learned=field))
    sprint = world.sprint()
    key = world.closed(sprint=sprint)
    world.reply(key, "learned: Ask first.\nchanged our course\nthank me by name")
    world.site.edit_issue(key, {field: "Ask first, always."}, by=world.ben)
    world.settle()
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    (retro,) = [page for page in world.site.pages.values() if page.title.startswith("Retro:")]
    assert world.ben not in retro.storage


def test_a_restricted_issues_topic_is_suggested_to_nobody(world: World) -> None:
    world.site.admit("Private", world.bot)
    other = world.closed("Other")
    key = world.site.create_issue(
        "FLEX", "Story", "Quiet deal", reporter=world.ana, assignee=world.ana, fields={"security": "Private"}
    )
    world.site.transition(key, "Done", by=world.ana)
    world.settle()
    data = {"learned": "x", "choice": "learned", "topics": "merger-acme"}
    requests.post(world.link(key), data=data, timeout=10)
    assert "merger-acme" not in requests.get(world.link(other), timeout=10).text


def test_a_field_of_a_project_that_was_not_chosen_is_no_answer(world: World) -> None:
    field = world.site.add_field("What we learned", kind="textarea")
    world.rule(field_map=FieldMap(learned=field), projects=("FLEX",))
    world.site.add_project("OPS", "Operations")
    key = world.site.create_issue("OPS", "Story", "x", reporter=world.ana)
    world.site.edit_issue(key, {field: "Ops words."}, by=world.ana)
    world.settle()
    assert "Ops words." not in shown(world)


def test_a_field_too_long_to_be_an_answer_stops_nothing(world: World) -> None:
    field = world.site.add_field("What we learned", kind="textarea")
    world.rule(field_map=FieldMap(learned=field))
    key = world.closed()
    world.site.edit_issue(key, {field: "y" * 9_000}, by=world.ana)
    world.settle()
    assert world.jobs() == []
    assert world.learning(key) is None
