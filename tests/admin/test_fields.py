"""Which Jira fields people may answer in, as the site has them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.admin import forms
from tests.admin.browsing import Browser, logged_in
from tests.world import World, make_world
from webhooks.app import create_app
from worker.domain.policy import FieldMap


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Browser, dict[str, str]]]:
    """A site with fields of several kinds, and an owner's browser."""
    with make_world(tmp_path_factory.mktemp("fields")) as world:
        made = {
            "lesson": world.site.add_field("Lesson <i>", "textarea"),
            "surprise": world.site.add_field("Surprise", "textfield"),
            "effort": world.site.add_field("Effort", "number"),
        }
        yield world, logged_in(create_app(world.deployment), world.deployment), made


@pytest.fixture
def place(fields: tuple[World, Browser, dict[str, str]]) -> tuple[World, Browser, dict[str, str], str]:
    """The same with nothing mapped, and the page's address."""
    world, owner, made = fields
    world.rule(field_map=FieldMap())
    return world, owner, made, f"/admin/{world.tenant.id}/fields"


Place = tuple[World, Browser, dict[str, str], str]


def test_text_fields_of_the_site_are_offered_and_kept(place: Place) -> None:
    world, owner, made, page = place
    shown = owner.get(page).text
    assert "Lesson &lt;i&gt;" in shown
    assert "Effort" not in shown
    wanted = {"learned": made["lesson"], "surprised": made["surprise"]}
    assert owner.post(page, forms.of(shown) | wanted).status_code == 303
    assert world.tenant.policy.field_map == FieldMap(made["lesson"], made["surprise"])
    assert forms.of(owner.get(page).text)["learned"] == [made["lesson"]]


@pytest.mark.parametrize("bad", ["customfield_99999", "<script>alert(1)</script>", "x" * 200_000, "\u202e🚀\x00"])
def test_a_field_the_site_does_not_have_is_not_kept(place: Place, bad: str) -> None:
    world, owner, _, page = place
    answer = owner.post(page, forms.of(owner.get(page).text) | {"learned": bad})
    assert answer.status_code == 422
    assert "Jira has no such text field" in answer.text
    assert "<script>alert" not in answer.text
    assert world.tenant.policy.field_map == FieldMap()


def test_one_field_does_not_answer_two_questions(place: Place) -> None:
    world, owner, made, page = place
    wanted = {"learned": made["lesson"], "differently": made["lesson"]}
    answer = owner.post(page, forms.of(owner.get(page).text) | wanted)
    assert answer.status_code == 422
    assert "answers another question already" in answer.text
    assert world.tenant.policy.field_map == FieldMap()


def test_a_site_that_does_not_answer_is_a_sentence_and_what_is_mapped_stays(place: Place) -> None:
    world, owner, made, page = place
    world.rule(field_map=FieldMap(learned=made["lesson"]))
    world.site.fault("GET", "/field", times=3, status=503)
    shown = owner.get(page)
    assert shown.status_code == 200
    assert "could not be listed" in shown.text
    assert owner.post(page, forms.of(shown.text)).status_code == 303
    answer = owner.post(page, forms.of(shown.text) | {"surprised": made["surprise"]})
    assert answer.status_code == 422
    assert "could not be asked about this field" in answer.text
    assert world.tenant.policy.field_map == FieldMap(learned=made["lesson"])


def test_two_admins_see_each_other(place: Place) -> None:
    world, owner, made, page = place
    form = forms.of(owner.get(page).text)
    assert owner.post(page, form | {"learned": made["lesson"]}).status_code == 303
    answer = owner.post(page, form | {"learned": made["surprise"]})
    assert answer.status_code == 409
    assert f"changed this meanwhile to “{made['lesson']}”" in answer.text
    assert world.tenant.policy.field_map.learned == made["lesson"]


def test_the_parts_of_an_experiment_may_have_days_and_lists(place: Place) -> None:
    world, owner, made, page = place
    day = world.site.add_field("Look again on", "date")
    verdict = world.site.add_field("Verdict of ours", "select", options=["Supported", "Refuted"])
    shown = owner.get(page).text
    wanted = {"hypothesis": made["lesson"], "review_on": day, "outcome": verdict}
    assert owner.post(page, forms.of(shown) | wanted).status_code == 303
    assert world.tenant.policy.field_map == FieldMap(hypothesis=made["lesson"], review_on=day, outcome=verdict)
    assert owner.post(page, forms.of(owner.get(page).text) | {"learned": verdict}).status_code == 422


def test_looking_writes_nothing_to_the_site(place: Place) -> None:
    world, owner, _, page = place
    before = world.writes()
    owner.get(page)
    assert world.writes() == before
