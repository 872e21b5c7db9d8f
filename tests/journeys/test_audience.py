"""Fail closed: what not everybody may see never reaches a page, leaves it when that changes, and can come back."""

from __future__ import annotations

from datetime import timedelta

import requests

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World
from worker.domain.model import JobKind, PageState
from worker.domain.policy import ProjectRules

pytestmark = ON_SQLITE_ALONE


def published(world: World, space: str = "") -> str:
    """Everything our account ever wrote in a space (or in any): titles, bodies of every version, labels."""
    wanted = world.site.world.space(space).id if space else ""
    ours = [page for page in world.site.pages.values() if page.author == world.bot]
    return "\n".join(
        f"{one.title} {one.storage} {one.message} {' '.join(page.labels)}"
        for page in ours
        if wanted in ("", page.space_id)
        for one in page.versions
    )


def shown(world: World) -> str:
    """What our pages show now."""
    ours = [page for page in world.site.pages.values() if page.author == world.bot and page.status == "current"]
    return "\n".join(page.storage for page in ours)


def restricted(world: World, key: str) -> None:
    """Give an issue a security level that our account is in."""
    world.site.admit("Private", world.bot)
    world.site.edit_issue(key, {"security": "Private"}, by=world.ana)
    world.settle()


def test_a_security_level_set_later_takes_the_learning_off_every_page_and_back(world: World) -> None:
    sprint = world.sprint()
    key = world.closed("Quiet deal", sprint=sprint)
    world.answer(key, "Lawyers read slowly.", topics="legal")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    assert shown(world).count("Lawyers read slowly.") >= 4

    restricted(world, key)
    assert "Lawyers read slowly." not in shown(world)
    assert "Quiet deal" not in shown(world)

    world.site.edit_issue(key, {"security": None}, by=world.ana)
    world.settle()
    assert shown(world).count("Lawyers read slowly.") >= 4


def test_a_level_our_account_is_not_in_hides_the_learning_as_well(world: World) -> None:
    key = world.closed()
    world.answer(key, "Lawyers read slowly.")
    world.site.edit_issue(key, {"security": "Board only"}, by=world.ana)
    world.settle()
    assert "Lawyers read slowly." not in shown(world)


def test_a_level_set_while_no_delivery_came_is_noticed_by_the_daily_look(world: World) -> None:
    key = world.closed()
    world.answer(key, "Lawyers read slowly.")
    world.site.world.webhooks.clear()
    world.site.edit_issue(key, {"security": "Board only"}, by=world.ana)
    world.tick(JobKind.CHECK_PAGES)
    assert "Lawyers read slowly." not in shown(world)


def test_a_restricted_answer_is_counted_in_the_retro_and_nothing_more(world: World) -> None:
    sprint = world.sprint()
    key = world.closed("Quiet deal", sprint=sprint)
    restricted(world, key)
    world.answer(key, "Lawyers read slowly.", differently="Ask early.")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    assert "not shown because the issue is restricted" in shown(world)
    for words in ("Lawyers", "Quiet deal", "Ask early", key):
        assert words not in published(world)


def test_a_level_set_long_after_takes_every_word_off_the_retros_of_earlier_sprints_too(world: World) -> None:
    first = world.sprint("Sprint 1")
    epic = world.site.create_issue("FLEX", "Epic", "Yearly plans", reporter=world.ana, assignee=world.ana)
    for status, words in (("In Progress", {"hoped": "That they stay."}), ("Done", {"missing": "The resellers."})):
        world.later(timedelta(hours=1))
        world.site.transition(epic, status, by=world.ana)
        world.settle()
        assert world.answer(epic, "They left.", **words).ok
    tried, promised = world.closed("A trial"), world.closed("A promise")
    world.reply(tried, "hypothesis: Shorter mails are read.\noutcome: refuted")
    assert world.answer(promised, "Nobody asked.", differently="Ask two resellers.").ok
    requests.post(f"{world.link(promised)}/action", data={"choice": "action"}, timeout=10)
    world.settle()
    for sprint in (first, world.sprint("Sprint 2"), world.sprint("Sprint 3")):
        world.settle()
        world.later(timedelta(days=3))
        world.site.close_sprint(sprint, by=world.ana)
        world.settle()
    said = ("That they stay.", "The resellers.", "Shorter mails are read.", "Ask two resellers.")
    before = {page.title: [one for one in said if one in page.storage] for page in world.site.pages.values()}
    assert [len(found) for title, found in sorted(before.items()) if "Retro" in title] == [4, 1, 1]
    for key in (epic, tried, promised):
        restricted(world, key)
    assert [one for one in said if one in shown(world)] == []


def test_what_was_private_from_the_start_never_reaches_a_page_not_even_its_topic(world: World) -> None:
    world.site.admit("Private", world.bot)
    key = world.site.create_issue(
        "FLEX", "Story", "Quiet deal", reporter=world.ana, assignee=world.ana, fields={"security": "Private"}
    )
    world.site.transition(key, "Done", by=world.ana)
    world.settle()
    world.answer(key, "Lawyers read slowly.", topics="merger")
    world.tick(JobKind.COMPILE_ALL)
    for words in ("Lawyers", "Quiet deal", "merger", key):
        assert words not in published(world)
    assert world.site.properties(key)["learnloop.learning"]["learned"] == "Lawyers read slowly."


def private_project(world: World, space: str = "") -> str:
    """An answered issue of a private project SEC, beside one of FLEX; its key."""
    world.site.add_project("SEC", "Security", private=True, members=[world.ana, world.bot])
    world.rule(project_rules={"SEC": ProjectRules(space=space, private=True)})
    world.answer(world.closed("Try monthly plans"), "Ask first.")
    key = world.closed("Leaked key", project="SEC")
    assert ("stays on this issue" in world.our_comment(key)) is not bool(space)
    world.answer(key, "Rotate keys.", topics="breach")
    return key


def test_a_private_project_publishes_to_its_own_space_only(world: World) -> None:
    world.site.add_space("SECRET", "Security")
    key = private_project(world, "SECRET")
    assert "Rotate keys." in world.page("Learning log: SEC", "SECRET").storage
    for words in ("Rotate keys.", "SEC", "Leaked key", "breach", key):
        assert words not in published(world, "ENG")
    assert "2 learnings" not in published(world, "ENG")


def test_a_private_project_without_a_space_publishes_nowhere(world: World) -> None:
    key = private_project(world)
    for words in ("Rotate keys.", "SEC", "Leaked key", "breach", key):
        assert words not in published(world)
    assert world.row("log:SEC").state is PageState.REFUSED
    assert "no space to publish to" in world.row("log:SEC").reason


def test_the_retro_of_a_private_project_stays_in_its_space(world: World) -> None:
    world.site.add_space("SECRET", "Security")
    world.site.add_project("SEC", "Security", private=True, members=[world.ana, world.bot])
    world.rule(project_rules={"SEC": ProjectRules(space="SECRET", private=True)})
    sprint = world.sprint(project="SEC")
    world.answer(world.closed(project="SEC", sprint=sprint), "Rotate keys.", topics="breach")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    assert "Rotate keys." in world.page("Retro: SEC Sprint 1 (2026-11-16)", "SECRET").storage
    for words in ("Rotate keys.", "SEC", "breach"):
        assert words not in published(world, "ENG")


def test_a_deleted_issue_takes_its_learning_with_it(world: World) -> None:
    key = world.closed("Quiet deal")
    world.answer(key, "Lawyers read slowly.", topics="legal")
    world.site.delete_issue(key, by=world.ana)
    world.settle()
    assert "Lawyers read slowly." not in shown(world)
    assert "the issue is gone: its learning was taken off the pages" in world.reasons(key)
    world.later(timedelta(days=1))
    world.tick(JobKind.CHECK_PAGES)
    world.tick(JobKind.COMPILE_ALL)
    assert "Lawyers read slowly." not in shown(world)
    assert world.jobs("dead") == []


def test_an_issue_deleted_before_it_was_answered_leaves_nothing_to_do(world: World) -> None:
    key = world.closed()
    world.site.delete_issue(key, by=world.ana)
    world.settle()
    assert world.jobs() == []
    assert published(world) == ""


def unheard_of(world: World) -> None:
    """A private project that was made after Jira was last asked about its projects."""
    world.answer(world.closed())
    world.site.add_project("SEC", "Security", private=True, members=[world.ana, world.bot])


def test_an_experiment_in_a_private_project_nobody_heard_of_reaches_no_page(world: World) -> None:
    unheard_of(world)
    key = world.site.create_issue("SEC", "Story", "Leaked key", reporter=world.ana, assignee=world.ana)
    world.settle()
    world.reply(key, "hypothesis: Rotate keys.")
    assert world.row("experiments:SEC").state is PageState.REFUSED
    assert not [words for words in ("SEC", "Leaked key", "Rotate keys.") if words in published(world)]


def test_an_unasked_answer_in_a_private_project_nobody_heard_of_reaches_no_page(world: World) -> None:
    unheard_of(world)
    world.rule(ask_about="signals")
    world.reply(world.closed("Leaked key", project="SEC"), "learned: Rotate keys. #breach")
    assert world.row("log:SEC").state is PageState.REFUSED
    assert not [words for words in ("SEC", "Leaked key", "Rotate keys.", "breach") if words in published(world)]


def test_a_sprint_of_a_private_project_nobody_heard_of_has_no_page_elsewhere(world: World) -> None:
    unheard_of(world)
    world.sprint("Merger", goal="Buy Initech", project="SEC")
    world.settle()
    assert not [words for words in ("SEC", "Merger", "Initech") if words in published(world)]


def test_what_moved_to_a_private_project_nobody_heard_of_leaves_the_shared_pages(world: World) -> None:
    key, other = world.closed("Leaked key"), world.closed()
    world.answer(key, "Rotate keys.", topics="breach")
    unheard_of(world)
    issue = world.site.issue(key)
    world.site.world.keys["SEC-1"], issue.key, issue.project_key = issue.id, "SEC-1", "SEC"  # moved, and nobody told us
    world.later(timedelta(minutes=1))
    world.answer(other, "Ask first.", topics="breach")  # its pages are compiled, and the issues on them looked at
    assert "Ask first." in shown(world)
    assert not [words for words in ("SEC", "Leaked key", "Rotate keys.") if words in shown(world)]
