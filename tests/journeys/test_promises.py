"""What we will do differently becomes an issue, is followed until it is closed, and lives where it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import requests

from tests import world as worlds
from tests.journeys.telling import tell, unheard
from tests.world import World, make_world
from worker.domain.model import Action, ActionState, Hosting, IssueId, JobKind, Place, PlaceState
from worker.emulator.model import Issue
from worker.jobs import promising
from worker.store import actions, places

WORDS = "Ask two resellers before we build it."
OFF_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


@pytest.fixture(scope="module", autouse=True)
def database() -> Iterator[str]:
    """The database matters to none of these; tests/store has the statements on both."""
    token = worlds.database.set("sqlite")
    yield "sqlite"
    worlds.database.reset(token)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world of one's own, with a site whose answers and webhooks may be lost."""
    with make_world(tmp_path) as made:
        yield made


def promised(world: World, **fields: str) -> str:
    """A close that was answered with what will be done differently; its key."""
    key = world.closed()
    assert world.answer(key, **({"differently": WORDS, "topics": "pricing"} | fields)).ok
    return key


def click(world: World, key: str, due: str = "") -> requests.Response:
    """Somebody clicks “Make it an issue in Jira” after saving."""
    answer = requests.post(f"{world.link(key)}/action", data={"due": due, "choice": "action"}, timeout=10)
    world.settle()
    return answer


def action(world: World, key: str) -> Action:
    """The action of an issue."""
    with world.deployment.db.read() as tx:
        found = actions.of_issue(tx, world.tenant.id, IssueId(world.site.issue(key).id))
    assert found
    return found


def place(world: World, key: str) -> Place | None:
    """The place that an issue's answer names."""
    with world.deployment.db.read() as tx:
        return places.of_issue(tx, world.tenant.id, IssueId(world.site.issue(key).id))


def made(world: World) -> list[Issue]:
    """The issues we made."""
    return [issue for issue in world.site.issues.values() if issue.creator == world.bot]


def ways(world: World) -> str:
    """What the page of FLEX's ways of working says."""
    return world.page("Ways of working: FLEX").storage


def section(storage: str, heading: str) -> str:
    """What stands under a heading."""
    return re.split(r"<h2[^>]*>", storage.partition(heading)[2])[0]


def test_one_click_makes_a_linked_issue_with_an_owner_and_a_due_date(shared: World) -> None:
    key = promised(shared)
    page = click(shared, key)
    (issue,) = [one for one in made(shared) if one.key == action(shared, key).work_key]
    source = shared.site.issue(key)
    assert issue.values["summary"] == WORDS
    assert issue.values["assignee"] == shared.ana
    assert issue.values["duedate"] == "2026-11-16"
    assert issue.values["labels"] == [f"learnloop-action-{source.id}"]
    assert key in issue.values["description"].wiki
    assert [{link.inward, link.outward} for link in source.links] == [{issue.id, source.id}]
    assert (issue.project_key, action(shared, key).status, action(shared, key).note) == ("FLEX", "To Do", "")
    assert "is being made" in page.text or issue.key in page.text
    assert issue.key in requests.get(f"{shared.link(key)}?saved=1", timeout=10).text
    before = len(made(shared))
    click(shared, key)
    assert len(made(shared)) == before
    assert len(source.links) == 1


def test_the_issue_is_followed_until_it_is_closed_and_the_pages_say_so(world: World) -> None:
    key = promised(world)
    click(world, key, due="2026-11-20")
    work = str(action(world, key).work_key)
    assert WORDS in section(ways(world), "What we are changing")
    world.site.transition(work, "In Progress", by=world.ana)
    world.settle()
    assert (action(world, key).state, action(world, key).status) == (ActionState.OPEN, "In Progress")
    assert "In Progress" in ways(world)
    world.site.transition(work, "Done", by=world.ana, resolution="Done")
    world.settle()
    assert action(world, key).state is ActionState.DONE
    assert WORDS in section(ways(world), "What we do")
    assert "What we are changing" not in ways(world)
    world.site.transition(work, "To Do", by=world.ana)
    world.settle()
    assert (action(world, key).state, action(world, key).settled_at) == (ActionState.OPEN, None)
    world.site.transition(work, "Done", by=world.ana, resolution="Won't Do")
    world.settle()
    assert action(world, key).state is ActionState.DROPPED
    assert "1 action was let go of" in ways(world)


def test_what_is_told_late_of_an_action_does_not_undo_what_came_after(world: World) -> None:
    key = promised(world)
    click(world, key)
    work = str(action(world, key).work_key)
    with unheard(world) as told:
        world.site.transition(work, "Done", by=world.ana, resolution="Done")
    world.later(timedelta(minutes=3))
    world.site.transition(work, "In Progress", by=world.ana)
    world.settle()
    tell(world, told[-1])
    assert (action(world, key).state, action(world, key).status) == (ActionState.OPEN, "In Progress")
    assert any("an action's issue moved" in reason for reason in world.reasons(work))


def test_an_action_whose_issue_is_deleted_is_let_go(shared: World) -> None:
    key = promised(shared)
    click(shared, key)
    shared.site.delete_issue(str(action(shared, key).work_key), by=shared.ana)
    shared.settle()
    one = action(shared, key)
    assert (one.state, one.work_key, one.visible) == (ActionState.DROPPED, None, True)


def test_what_nobody_told_is_found_at_night(world: World) -> None:
    key = promised(world)
    click(world, key)
    world.site.transition(str(action(world, key).work_key), "Done", by=world.ana, notify_webhooks=False)
    world.settle()
    assert action(world, key).state is ActionState.OPEN
    world.tick(JobKind.CHECK_PAGES)
    assert action(world, key).state is ActionState.DONE


def test_an_issue_whose_making_was_not_heard_of_is_found_and_not_made_again(world: World) -> None:
    world.site.world.index_lag = timedelta(minutes=2)
    key = promised(world)
    world.site.fault("POST", r"/rest/api/3/issue$", kind="lost_response")
    click(world, key)
    assert len(made(world)) == 1
    assert action(world, key).state is ActionState.WISHED
    world.later(timedelta(seconds=30))  # the job is tried again, and Jira's index does not know yet
    assert (len(made(world)), action(world, key).work_key) == (1, None)
    world.later(promising.INDEX_KNOWS)
    assert action(world, key).work_key == made(world)[0].key
    assert len(made(world)) == 1
    assert len(world.site.issue(key).links) == 1


def test_an_issue_that_was_not_made_is_made_once_the_index_would_know(world: World) -> None:
    key = promised(world)
    world.site.fault("POST", r"/rest/api/3/issue$", kind="reset")
    click(world, key)
    world.later(timedelta(seconds=30))
    assert made(world) == []
    world.later(promising.INDEX_KNOWS)
    assert len(made(world)) == 1
    assert action(world, key).state is ActionState.OPEN


def test_a_link_that_was_not_heard_of_is_not_made_again(world: World) -> None:
    key = promised(world)
    world.site.fault("POST", r"/issueLink$", kind="lost_response")
    click(world, key)
    world.later(timedelta(minutes=5))
    assert len(world.site.issue(key).links) == 1
    assert world.jobs() == []


def test_what_jira_does_not_take_is_left_out_and_said(world: World) -> None:
    key = promised(world)
    refusal = {"errorMessages": [], "errors": {"duedate": OFF_SCREEN.format("duedate")}}
    world.site.fault("POST", r"/rest/api/3/issue$", status=400, body=refusal)
    click(world, key)
    (issue,) = made(world)
    assert (issue.values.get("duedate"), issue.values["assignee"]) == (None, world.ana)
    assert "put *Due date* on its create screen" in action(world, key).note
    assert "Due date" in requests.get(f"{world.link(key)}?saved=1", timeout=10).text


def test_an_issue_type_the_project_lacks_is_said_with_what_to_change(world: World) -> None:
    world.rule(action_issue_type="Improvement of ours")
    key = promised(world)
    click(world, key)
    (job,) = world.jobs("dead")
    assert (job.kind, made(world)) == (JobKind.PROMISE, [])
    assert "choose another type in the setting" in action(world, key).note.lower()
    assert "Make it an issue in Jira" in requests.get(f"{world.link(key)}?saved=1", timeout=10).text
    world.rule(action_issue_type="Task")
    with world.deployment.db.begin() as tx:
        world.deployment.queue.retry(tx, [job.id])
    world.settle()
    assert len(made(world)) == 1
    assert action(world, key).note == ""


def test_a_second_click_after_a_refusal_makes_it(world: World) -> None:
    world.rule(action_issue_type="Improvement of ours")
    key = promised(world)
    click(world, key)
    world.rule(action_issue_type="Task")
    click(world, key, due="2026-12-01")
    (issue,) = made(world)
    assert issue.values["duedate"] == "2026-12-01"
    assert action(world, key).state is ActionState.OPEN


def test_the_next_retro_opens_with_it_as_it_stands_and_celebrates_it_when_it_is_done(world: World) -> None:
    ends = [(timedelta(days=3), "In Progress", "Still open from last time"), (timedelta(days=6), "Done", "Done since")]
    first = world.sprint("Sprint 1")
    key = promised(world)
    click(world, key)
    work = str(action(world, key).work_key)
    world.site.close_sprint(first, by=world.ana)
    world.settle()
    for number, (wait, status, heading) in enumerate(ends, 2):
        sprint = world.sprint(f"Sprint {number}")
        world.settle()
        world.clock.forward(wait)
        world.site.transition(work, status, by=world.ana, notify_webhooks=False)
        world.settle()
        world.site.close_sprint(sprint, by=world.ana)
        world.settle()
        (page,) = [one for one in world.site.pages.values() if f"FLEX Sprint {number}" in one.title]
        opens = re.split(r"<h2[^>]*>In short", page.storage)[1]
        assert WORDS in section(opens, heading)
        assert status == "Done" or f"{work}</a>, {status}" in section(opens, heading)


def test_a_restricted_issue_puts_its_words_nowhere_else(world: World) -> None:
    known, unknown = promised(world), promised(world)
    world.site.edit_issue(known, {"security": "Team only"}, by=world.ana)
    world.settle()
    answer = click(world, known)
    assert (answer.status_code, "security level" in answer.text) == (422, True)
    world.site.world.webhooks.clear()
    world.site.edit_issue(unknown, {"security": "Team only"}, by=world.ana)  # nobody tells us
    click(world, unknown)
    assert "security level" in action(world, unknown).note
    assert made(world) == []


def test_an_answer_that_is_kept_within_the_team_later_takes_its_promise_off_the_pages(world: World) -> None:
    key = promised(world)
    click(world, key)
    assert WORDS in ways(world)
    world.reply(key, f"learned: So it was.\ndifferently: {WORDS}\nteam only")
    assert WORDS not in ways(world)


def test_words_that_are_changed_or_taken_back_leave_the_pages_though_their_issue_goes_on(world: World) -> None:
    key = promised(world)
    click(world, key)
    assert WORDS in ways(world)
    world.answer(key, differently="Ask before the next one.")
    assert WORDS not in ways(world)
    assert "Ask before the next one." in ways(world)
    requests.post(world.link(key), data={"choice": "nothing_new"}, timeout=10)
    world.settle()
    assert "Ask before the next one." not in ways(world)
    assert "Its words were taken back." in ways(world)


def test_an_answer_without_a_promise_is_not_made_an_issue(shared: World) -> None:
    key = promised(shared, differently="")
    assert "Make it an issue" not in requests.get(f"{shared.link(key)}?saved=1", timeout=10).text
    answer = click(shared, key)
    assert (answer.status_code, "Write it and save" in answer.text) == (422, True)


def test_a_day_that_is_past_is_given_back(shared: World) -> None:
    key = promised(shared)
    answer = click(shared, key, due="2026-01-01")
    assert (answer.status_code, "from today on" in answer.text) == (422, True)


def test_a_place_is_looked_for_on_the_site_and_said_kindly_when_it_is_gone(world: World) -> None:
    page = world.site.create_page("ENG", "Runbook", "<p>How we do it.</p>", by=world.ana)
    there = f"{world.site.url}/wiki/spaces/ENG/pages/{page}/Runbook"
    key = promised(world, lives_at=there)
    found = place(world, key)
    assert found
    assert found.state is PlaceState.EXISTS
    assert WORDS in section(ways(world), "What we do")
    world.site.trash_page(page, by=world.ana)
    world.clock.forward(timedelta(days=1))
    world.tick(JobKind.CHECK_PAGES)
    assert WORDS in section(ways(world), "What was not found where it should live")
    assert 'not found there on <time datetime="2026-11-03"' in ways(world)
    version = world.page("Ways of working: FLEX").version
    world.clock.forward(timedelta(days=1))
    world.tick(JobKind.CHECK_PAGES)
    assert world.page("Ways of working: FLEX").version == version  # the day it went stays the day


def test_a_place_may_be_an_issue_and_is_forgotten_with_its_address(shared: World) -> None:
    other = shared.site.create_issue("FLEX", "Task", "Checklist", reporter=shared.ana)
    states = {}
    for address in (f"{shared.site.url}/browse/{other}", f"{shared.site.url}/browse/FLEX-999"):
        key = promised(shared, lives_at=address)
        states[address[-3:]] = getattr(place(shared, key), "state", None)
    assert list(states.values()) == [PlaceState.EXISTS, PlaceState.MISSING]
    shared.answer(key, differently=WORDS, lives_at="")
    assert place(shared, key) is None


def test_a_place_elsewhere_is_shown_and_never_asked_for(world: World) -> None:
    elsewhere = world.site.url.replace("127.0.0.1", "localhost")  # another host, that would answer
    before = len(world.site.requests)
    key = promised(world, lives_at=f"{elsewhere}/wiki/spaces/ENG/pages/1/x")
    world.clock.forward(timedelta(days=1))
    world.tick(JobKind.CHECK_PAGES)
    known = place(world, key)
    assert known
    assert known.state is PlaceState.ELSEWHERE
    asked = world.site.requests[before:]
    assert not [one for one in asked if "localhost" in one.path or "pages/1" in one.path or "id=1&" in one.path]
    assert elsewhere in ways(world)


def test_data_center_makes_it_with_names_and_wiki_markup(tmp_path: Path) -> None:
    with make_world(tmp_path, hosting=Hosting.DATA_CENTER) as server:
        key = promised(server, differently="Ask *two* resellers.")
        click(server, key, due=date(2026, 11, 20).isoformat())
        (issue,) = made(server)
        assert (issue.values["assignee"], issue.values["duedate"]) == (server.ana, "2026-11-20")
        assert r"Ask \*two\* resellers." in issue.values["description"].wiki
        assert len(server.site.issue(key).links) == 1
        server.site.transition(issue.key, "Done", by=server.ana, resolution="Done")
        server.settle()
        assert action(server, key).state is ActionState.DONE


def test_what_a_newly_private_project_does_leaves_the_shared_space_at_once(world: World) -> None:
    key = promised(world)
    click(world, key)
    assert WORDS in ways(world)
    world.site.world.projects["FLEX"].private = True
    world.site.admit("FLEX", world.ana, world.bot)
    world.tick(JobKind.CHECK_PAGES)
    assert WORDS not in ways(world)


def wished(world: World, key: str) -> None:
    """The same click, and nobody at work yet."""
    requests.post(f"{world.link(key)}/action", data={"due": "", "choice": "action"}, timeout=10)


def test_it_is_made_in_the_words_the_answer_has_by_then(world: World) -> None:
    key = promised(world)
    wished(world, key)
    world.answer(key, differently="Ask one reseller.")
    (issue,) = made(world)
    assert (issue.values["summary"], action(world, key).words) == ("Ask one reseller.", "Ask one reseller.")


def test_it_is_made_where_the_issue_it_was_learned_on_is_by_then(world: World) -> None:
    world.site.add_project("SEC", "Security", private=True, members=[world.ana, world.bot])
    key = promised(world)
    wished(world, key)
    issue = world.site.issue(key)
    world.site.world.keys["SEC-1"], issue.key, issue.project_key = issue.id, "SEC-1", "SEC"  # moved, and nobody told us
    world.settle()
    assert [one.project_key for one in made(world)] == ["SEC"]
