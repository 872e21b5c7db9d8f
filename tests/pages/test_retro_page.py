"""The retro in its full form: its order, what vanishes, what stands on a page below it, pages of an earlier layout."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.pages.material import CACHE, EMPTY, EXPORT, FULL, PLANS, SPELLING, SPRINT, SPRINT_END
from tests.pages.retros import ACTIONS, FULL_RETRO, MANY, PLACES, SENT, many
from worker import render
from worker.domain import publishing, storage_format
from worker.domain.model import AccountId, ActionState, Hosting, Page, PageKey, PageState
from worker.domain.pages import page_type, read_key
from worker.domain.pages.page_type import Content, Material

KEY = PageKey("retro:12")


def content(material: Material, key: str = KEY) -> Content:
    """The retro of `material`."""
    built = page_type(PageKey(key)).build(read_key(PageKey(key)), material)
    assert built is not None
    return built


def said(material: Material) -> Any:
    """The values its template sees."""
    return content(material).data


def headings(body: str) -> list[str]:
    """The headings of a page, in order."""
    return re.findall(r"<h[23]>([^<]+)(?:</h2>|(?<=The numbers)</h3>)", body)


@pytest.mark.parametrize("hosting", Hosting)
def test_a_retro_has_the_order_of_a_good_meeting(hosting: Hosting) -> None:
    hoped, opening = "What did we hope to learn?", ["In short", "Still open from last time"]
    rest = [
        "What we hoped for, and what we learned", "What surprised us", "What we learned", "Experiments",
        "What we will do differently, and where it lives", "Thanks", "What we may be missing",
    ]  # fmt: skip
    room, numbers = "What are we missing? Where do you disagree?", "The numbers"
    one_region = hosting is Hosting.DATA_CENTER  # one part of ours, and people's rooms around it
    expected = [hoped, *opening, *rest, numbers, room] if one_region else [*opening, hoped, *rest, room, numbers]
    assert headings(render.page(content(FULL_RETRO), hosting).body) == expected


def test_a_retro_says_how_many_experiments_were_run_beside_the_aim() -> None:
    body = render.page(content(FULL_RETRO)).body
    assert "<p>3 experiments were run; 2 to 3 a sprint is what we aim for.</p>" in body
    one = replace(FULL_RETRO, experiments=FULL_RETRO.experiments[:1])
    assert "<p>1 experiment was run; 2 to 3 a sprint is what we aim for.</p>" in render.page(content(one)).body
    assert "were run" not in render.page(content(replace(FULL_RETRO, experiments=()))).body


def test_of_a_sprint_that_taught_nothing_yet_only_the_first_two_parts_the_rooms_and_the_numbers_stand() -> None:
    body = render.page(content(replace(EMPTY, sprint=SPRINT, project_key="FLEX"))).body
    assert headings(body) == [
        "In short", "Still open from last time", "What did we hope to learn?",
        "What are we missing? Where do you disagree?", "The numbers",
    ]  # fmt: skip


def test_while_the_sprint_runs_its_page_asks_what_we_hope_to_learn() -> None:
    running = replace(SPRINT, state="active", completed_at=None)
    body = render.page(content(replace(EMPTY, sprint=running, project_key="FLEX"))).body
    assert "<h2>What do we hope to learn?</h2>" in body


def test_an_action_of_this_sprint_stands_with_what_it_came_from_and_not_among_those_of_last_time() -> None:
    found = said(FULL_RETRO)
    assert [one.key for one in found["opening"].open] == ["FLEX-31"]
    assert [one.key for one in found["opening"].done] == ["FLEX-32"]
    assert [(one.source.issue_key, one.action and one.action.key) for one in found["changes"]] == [
        ("FLEX-7", "FLEX-33"),
        ("FLEX-4", None),
    ]


def test_a_place_is_said_to_be_missing_only_while_the_answer_names_it() -> None:
    moved = replace(SENT, answers=replace(SENT.answers, lives_at="https://elsewhere.example/"))
    for learning, expected in ((SENT, "2026-11-12"), (moved, "")):
        (change,) = said(replace(SPRINT_END, learnings=(learning,), places=PLACES))["changes"]
        assert change.not_found_on == expected


def test_how_an_action_stands_does_not_untick_what_people_ticked() -> None:
    before = render.page(content(replace(FULL_RETRO, actions=(), places={}))).regions["learnloop-retro-12"]
    ticked = before.replace(">incomplete<", ">complete<")
    after = render.page(content(FULL_RETRO)).regions["learnloop-retro-12"]
    assert storage_format.keep_ticks(after, ticked).count(">complete<") == 2
    assert storage_format.keep_ticks(after, before).count(">complete<") == 0


def test_an_action_that_is_done_in_jira_is_ticked() -> None:
    done = replace(ACTIONS[2], state=ActionState.DONE, settled_at=ACTIONS[2].made_at)
    body = render.page(content(replace(FULL_RETRO, actions=(done,)))).body
    assert body.count("<ac:task-status>complete</ac:task-status>") == 1


def test_the_numbers_add_up_with_those_that_were_left_unasked_and_those_that_came_unasked() -> None:
    counts = {"answered": 5, "nothing_new": 1, "open": 2, "unasked": 3, "volunteered": 2} | {
        "unasked: no signal": 1, "unasked: asked about FLEX-9 instead": 1, "unasked: asked about OPS-2 instead": 1,
    }  # fmt: skip
    found = said(replace(SPRINT_END, counts=counts))["numbers"]
    assert found.asked + found.volunteered == found.answered + found.unanswered == 8
    assert sum(count for _, count in found.left) == counts["unasked"]
    assert found.left == (("asked about another issue instead", 2), ("no signal", 1))


def test_the_numbers_name_no_project_of_which_a_board_holds_issues() -> None:
    counts = {"skipped: project not chosen: SEC": 2, "skipped: project not chosen: HR": 1,
              "skipped: service desk project: HELP": 1}  # fmt: skip
    found = said(replace(SPRINT_END, counts=counts))["numbers"]
    assert found.skipped == (("project not chosen", 3), ("service desk project", 1))


@pytest.mark.parametrize(
    ("learnings", "pages"),
    [(0, []), (40, []), (41, ["retro:12@rest"]), (240, ["retro:12@rest"]), (241, ["retro:12@rest", "retro:12@rest.2"])],
)
def test_of_a_long_sprint_nothing_is_lost(learnings: int, pages: list[str]) -> None:
    material = replace(SPRINT_END, learnings=many(learnings))
    main = content(material)
    assert list(main.volumes) == pages
    shown = [one.issue_key for _, found in main.data["by_topic"] for one in found]
    for key in pages:
        held = content(material, key)
        assert held.parent == KEY
        shown += [one.issue_key for _, found in held.data["groups"] for one in found]
    assert sorted(shown) == sorted(one.issue_key for one in material.learnings)


def test_what_weighs_most_stays_on_the_retro_and_the_rest_is_named_once_it_is_there() -> None:
    body = render.page(content(MANY)).body
    assert "Lesson number 7." in body
    assert "5 more learnings stand on a page below this one." in body


def test_a_page_below_a_retro_that_got_room_again_says_so() -> None:
    body = render.page(content(FULL_RETRO, "retro:12@rest")).body
    assert "Nothing stands here at the moment" in body


# --- pages of the layout before this one: a main part, room for people, the numbers ---


def region(name: str, markup: str) -> str:
    parameters = f'<ac:parameter ac:name="name">{name}</ac:parameter>'
    body = f"<ac:rich-text-body>{markup}</ac:rich-text-body>"
    return f'<ac:structured-macro ac:name="excerpt">{parameters}{body}</ac:structured-macro>'


ROOM = "<h2>What are we missing? Where do you disagree?</h2><p>We never asked support.</p>"
EARLIER = (
    region("learnloop-retro-12", "<h2>In short</h2><p>We set out to sell.</p>")
    + ROOM
    + region("learnloop-retro-12-numbers", "<h3>The numbers</h3><p>Nine.</p>")
    + "<p>Photos of the meeting.</p>"
)


def test_a_page_of_the_earlier_layout_is_brought_to_this_one_and_keeps_every_word_of_people() -> None:
    rendered, us = render.page(content(FULL_RETRO)), AccountId("learnloop")
    published = {name: storage_format.digest(markup) for name, markup in storage_format.regions(EARLIER).items()}
    row = Page(KEY, PageState.CURRENT, "ENG", rendered.title, "9", version=3, digest="old", regions=published)
    remote = publishing.Remote("9", "Our own title", "current", 4, EARLIER, AccountId("ana"), "")
    plan = publishing.plan(row, rendered, remote, us)
    assert isinstance(plan, publishing.Update)
    assert plan.title == "Our own title"
    assert ROOM in plan.body
    assert plan.body.endswith("<p>Photos of the meeting.</p>")
    assert storage_format.regions(plan.body) == rendered.regions
    after = publishing.Remote("9", "Our own title", "current", 5, plan.body, us, "")
    settled = replace(row, version=5, regions=dict(plan.regions))
    assert publishing.plan(settled, rendered, after, us) == publishing.Keep(5, plan.regions)


# --- long months ---


def log(*learnings: Any) -> list[tuple[str, list[str]]]:
    """The log's groups of its newest month: topic and issues."""
    months = content(replace(FULL, learnings=learnings), "log:FLEX").data["months"]
    return [(name, [one.issue_key for one in found]) for name, found in months[0].groups]


def test_a_short_month_stays_newest_first() -> None:
    twelve = many(12)
    assert log(*twelve, EXPORT) == [("", [one.issue_key for one in twelve])]


def test_a_long_month_is_grouped_by_topic_the_most_useful_first_within_each() -> None:
    groups = log(*many(13), EXPORT)
    assert [(name, len(found)) for name, found in groups] == [("caching", 5), ("pricing", 4), ("everything else", 4)]
    assert groups[1][1] == ["FLEX-107", "FLEX-101", "FLEX-105", "FLEX-111"]  # 107 changed the course


def test_months_are_long_or_short_each_for_itself() -> None:
    months = content(replace(FULL, learnings=(*many(13), EXPORT)), "log:FLEX").data["months"]
    assert [(one.name, len(one.groups)) for one in months] == [("2026-11", 3), ("2026-10", 1)]


def test_hopes_and_doubts_come_from_every_learning_however_many_there_are() -> None:
    busy = replace(SPRINT_END, learnings=(*many(50), *(replace(one, id=one.id + 1000) for one in (PLANS, CACHE))))
    doubting = replace(SPELLING, answers=replace(SPELLING.answers, hoped="Speed.", missing="The price."))
    found = said(replace(busy, learnings=(*busy.learnings, doubting)))
    assert [one.words for one in (*found["hopes"], *found["missing"])] == ["Speed.", "The price."]
