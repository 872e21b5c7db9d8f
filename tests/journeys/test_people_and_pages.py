"""Publishing without harm: what people do to our pages stays done, and the rest is kept up to date."""

from __future__ import annotations

import pytest

from tests.journeys.databases import ON_SQLITE_ALONE
from tests.world import World
from worker.domain.model import JobKind, PageKey, PageState
from worker.domain.storage_format import regions
from worker.emulator.errors import ScriptError
from worker.emulator.wiki_model import Page
from worker.gateways.doors import DoorKeeper
from worker.publish import Publisher
from worker.store import pages

pytestmark = ON_SQLITE_ALONE

LOG = "log:FLEX"
NOTES = "<h3>Ours&nbsp;&mdash; forever</h3><p class='x'   >A <em>note</em> &amp; more<br/></p><!-- kept -->"


def log(world: World) -> Page:
    """The log, once something was learned."""
    return world.page("Learning log: FLEX")


def learned(world: World, words: str) -> str:
    """One more close with an answer; the issue's key."""
    key = world.closed(f"About {words}")
    world.answer(key, words)
    return key


def outside(page: Page) -> str:
    """The page without our regions."""
    rest = page.storage
    for markup in regions(page.storage).values():
        rest = rest.replace(markup, "▢")
    return rest


def publisher(world: World) -> Publisher:
    """What an admin's "take back" uses."""
    return Publisher(world.deployment, world.tenant, DoorKeeper(world.deployment).of(world.tenant))


def test_an_edit_outside_our_region_is_kept_byte_for_byte_while_the_page_goes_on(world: World) -> None:
    learned(world, "First.")
    world.site.edit_page(log(world).id, lambda body: f"<p>Above</p>{body}{NOTES}", by=world.ben)
    before = outside(log(world))
    learned(world, "Second.")
    learned(world, "Third.")
    assert outside(log(world)) == before
    assert "Third." in log(world).storage
    assert world.row(LOG).state is PageState.CURRENT


def test_an_edit_inside_our_region_is_left_and_reported_on_every_compile(world: World) -> None:
    learned(world, "First.")
    world.site.edit_page(log(world).id, lambda body: body.replace("First.", "First, as Ben sees it."), by=world.ben)
    for words in ("Second.", "Third."):
        learned(world, words)
        assert world.row(LOG).state is PageState.DRIFTED
        assert "edited by hand" in world.row(LOG).reason
    world.tick(JobKind.COMPILE_ALL)
    assert world.row(LOG).state is PageState.DRIFTED
    assert "First, as Ben sees it." in log(world).storage
    assert "Second." not in log(world).storage


def test_a_daily_look_notices_an_edit_although_nothing_new_was_learned(world: World) -> None:
    learned(world, "First.")
    world.site.edit_page(log(world).id, lambda body: body.replace("First.", "Second thoughts."), by=world.ben)
    world.tick(JobKind.CHECK_PAGES)
    assert world.row(LOG).state is PageState.DRIFTED
    world.tick(JobKind.COMPILE_ALL)
    assert world.row(LOG).state is PageState.DRIFTED


def test_taking_back_writes_our_region_over_the_edit_and_nothing_else(world: World) -> None:
    learned(world, "First.")
    world.site.edit_page(log(world).id, lambda body: body.replace("First.", "Mine.") + NOTES, by=world.ben)
    learned(world, "Second.")
    before = outside(log(world))
    assert publisher(world).take_back(PageKey(LOG)) is PageState.CURRENT
    assert "First." in log(world).storage
    assert "Second." in log(world).storage
    assert outside(log(world)) == before
    learned(world, "Third.")
    assert "Third." in log(world).storage


def test_a_page_that_was_let_go_is_left_alone(world: World) -> None:
    learned(world, "First.")
    with world.deployment.db.begin() as tx:
        pages.set_state(tx, world.tenant.id, PageKey(LOG), PageState.LET_GO, "Ben keeps it now.")
    learned(world, "Second.")
    world.tick(JobKind.COMPILE_ALL)
    world.tick(JobKind.CHECK_PAGES)
    assert world.row(LOG).state is PageState.LET_GO
    assert log(world).version == 1


def test_a_page_that_was_let_go_can_be_taken_back_and_goes_on(world: World) -> None:
    learned(world, "First.")
    with world.deployment.db.begin() as tx:
        pages.let_go(tx, world.tenant.id, PageKey(LOG))
    world.site.edit_page(log(world).id, lambda body: body.replace("First.", "Mine."), by=world.ben)
    assert publisher(world).take_back(PageKey(LOG)) is PageState.CURRENT
    assert world.row(LOG).state is PageState.CURRENT
    learned(world, "Second.")
    assert "First." in log(world).storage
    assert "Second." in log(world).storage


def test_a_region_somebody_removed_stays_removed(world: World) -> None:
    learned(world, "First.")
    world.site.edit_page(log(world).id, "<p>Ben's own page now.</p>", by=world.ben)
    learned(world, "Second.")
    assert log(world).storage.endswith(">Ben's own page now.</p>")
    assert world.row(LOG).state is PageState.DRIFTED


def test_an_edit_undone_lets_the_page_go_on(world: World) -> None:
    learned(world, "First.")
    world.site.edit_page(log(world).id, lambda body: body.replace("First.", "Mine."), by=world.ben)
    learned(world, "Second.")
    world.site.edit_page(log(world).id, lambda body: body.replace("Mine.", "First."), by=world.ben)
    world.tick(JobKind.COMPILE_ALL)
    assert world.row(LOG).state is PageState.CURRENT
    assert "Second." in log(world).storage


def test_a_ticked_task_stays_ticked_when_the_page_is_written_again(world: World) -> None:
    sprint = world.sprint()
    first, late = world.closed("First", sprint=sprint), world.closed("Late", sprint=sprint)
    world.answer(first, "Ask first.", differently="Write to resellers.")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    (retro,) = [page for page in world.site.pages.values() if page.title.startswith("Retro:")]
    world.site.tick_task(retro.id, "1", by=world.ben)
    world.answer(late, "Ask twice.", differently="Call them as well.", changed_course="yes")
    assert "Call them as well." in retro.storage
    assert retro.storage.count("<ac:task-status>complete</ac:task-status>") == 1
    done = retro.storage.partition("<ac:task-status>complete</ac:task-status>")[2]
    assert done.partition("</ac:task>")[0].count("Write to resellers.") == 1


def test_taking_back_keeps_the_ticks(world: World) -> None:
    sprint = world.sprint()
    world.answer(world.closed(sprint=sprint), "Ask first.", differently="Write to resellers.")
    world.site.close_sprint(sprint, by=world.ana)
    world.settle()
    (retro,) = [page for page in world.site.pages.values() if page.title.startswith("Retro:")]
    world.site.tick_task(retro.id, "1", by=world.ben)
    world.site.edit_page(retro.id, lambda body: body.replace("Ask first.", "Mine."), by=world.ben)
    publisher(world).take_back(PageKey(f"retro:{sprint}"))
    assert "Ask first." in retro.storage
    assert "<ac:task-status>complete</ac:task-status>" in retro.storage


def test_a_moved_and_renamed_page_stays_where_and_what_people_made_it(world: World) -> None:
    learned(world, "First.")
    page = log(world)
    shelf = world.site.create_page("ENG", "Shelf", "<p>Shelf</p>", by=world.ben)
    world.site.move_page(page.id, shelf, by=world.ben)
    world.site.rename_page(page.id, "What FLEX knows", by=world.ben)
    learned(world, "Second.")
    assert (page.title, page.parent_id) == ("What FLEX knows", shelf)
    assert "Second." in page.storage
    assert world.row(LOG).title == "What FLEX knows"


def test_a_deleted_page_stays_deleted_and_none_takes_its_place(world: World) -> None:
    learned(world, "First.")
    page = log(world)
    world.site.trash_page(page.id, by=world.ben)
    learned(world, "Second.")
    world.tick(JobKind.CHECK_PAGES)
    world.tick(JobKind.COMPILE_ALL)
    assert world.row(LOG).state is PageState.GONE
    assert (page.status, page.version) == ("trashed", 1)
    with pytest.raises(ScriptError):
        log(world)
    assert "Second." in world.page("What we learned").storage


@pytest.mark.parametrize(
    ("how", "sentence"), [("archive_page", "The page is archived"), ("make_live", "The page is a live doc")]
)
def test_an_archived_page_or_a_live_doc_is_refused_with_a_sentence(world: World, how: str, sentence: str) -> None:
    learned(world, "First.")
    getattr(world.site, how)(log(world).id)
    learned(world, "Second.")
    assert world.row(LOG).state is PageState.REFUSED
    assert sentence in world.row(LOG).reason
    assert log(world).version == 1


@pytest.mark.parametrize(
    ("title", "archived"),
    [("Learnings: pricing", False), ("LEARNINGS: Pricing", False), ("Learnings: pricing", True)],
)
def test_a_title_somebody_holds_is_left_to_them(world: World, title: str, archived: bool) -> None:
    theirs = world.site.create_page("ENG", title, "<p>Mine</p>", by=world.ben)
    if archived:
        world.site.archive_page(theirs, by=world.ben)
    world.answer(world.closed(), "Ask first.", topics="pricing")
    assert "Ask first." in world.page("Learnings: pricing (LearnLoop)").storage
    assert world.site.pages[theirs].version == 1
    assert world.row("topic:pricing").title == "Learnings: pricing (LearnLoop)"


def test_when_both_titles_are_held_the_page_is_refused_and_says_what_to_do(world: World) -> None:
    for title in ("Learnings: pricing", "Learnings: pricing (LearnLoop)"):
        world.site.create_page("ENG", title, "<p>Mine</p>", by=world.ben)
    world.answer(world.closed(), "Ask first.", topics="pricing")
    assert world.row("topic:pricing").state is PageState.REFUSED
    assert "rename one" in world.row("topic:pricing").reason


def test_a_page_under_discussion_waits_until_the_comment_is_resolved(world: World) -> None:
    learned(world, "First words.")
    comment = world.site.comment_inline(log(world).id, "First words.", "Really?", by=world.ben)
    learned(world, "Second.")
    assert world.row(LOG).state is PageState.WAITING
    assert "First words." in log(world).storage
    assert "Second." not in log(world).storage

    world.site.resolve_comment(comment)
    world.tick(JobKind.COMPILE_ALL)

    assert world.row(LOG).state is PageState.CURRENT
    assert "Second." in log(world).storage


def test_a_discussion_outside_our_region_holds_nothing_up_and_keeps_its_place(world: World) -> None:
    learned(world, "First.")
    world.site.comment_inline(log(world).id, "Notes from the team", "Shall we?", by=world.ben)
    learned(world, "Second.")
    assert "Second." in log(world).storage
    assert "ac:inline-comment-marker" in outside(log(world))


def test_a_compile_of_everything_when_nothing_changed_asks_the_site_nothing(world: World) -> None:
    learned(world, "First.")
    world.tick(JobKind.COMPILE_ALL)
    before = len(world.site.requests)
    world.tick(JobKind.COMPILE_ALL)
    assert len(world.site.requests) == before
    assert world.row(LOG).state is PageState.CURRENT
