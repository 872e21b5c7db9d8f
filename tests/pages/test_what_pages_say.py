"""What each page type makes of its material: which learnings, in which order, with which links, for whose eyes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.pages.material import (
    ANA,
    CACHE,
    EMPTY,
    EXPORT,
    FLEX,
    FULL,
    KEYS,
    LINKS,
    OVERVIEW,
    PLANS,
    PRICING,
    SPELLING,
    SPRINT,
    SPRINT_END,
    TRIALS,
    day,
    link,
)
from worker import render
from worker.domain.experiments import OUTCOMES
from worker.domain.model import Answers, IssueKey, Learning, PageKey, Topic
from worker.domain.pages import page_type, read_key
from worker.domain.pages.entry import entry, strongest
from worker.domain.pages.page_type import Content, Material
from worker.domain.questions import QUESTIONS


def content(key: str, material: Material) -> Content:
    """The page `key` made from `material`."""
    built = page_type(PageKey(key)).build(read_key(PageKey(key)), material)
    assert built is not None
    return built


def said(key: str, material: Material) -> Any:
    """The values the page's template sees."""
    return content(key, material).data


def answering(learning: Learning, **answers: Any) -> Learning:
    """The same learning, answered otherwise."""
    return replace(learning, answers=replace(learning.answers, **answers))


def keys(entries: Any) -> list[str]:
    """The issues of `entries`, in order."""
    return [one.issue_key for one in entries]


def test_those_come_first_that_changed_a_course_then_promises_then_the_newest() -> None:
    late_promise = answering(SPELLING, differently="Ask in spring.")
    assert strongest([CACHE, EXPORT, PLANS, late_promise]) == [PLANS, late_promise, EXPORT, CACHE]


def test_a_topic_is_linked_once_its_page_exists() -> None:
    assert [(topic.name, bool(topic.url)) for topic in entry(PLANS, FULL).topics] == [
        ("pricing", True),
        ("resellers", False),
    ]


def test_a_private_projects_topics_are_words_without_a_link() -> None:
    assert [(topic.name, topic.url) for topic in entry(KEYS, FULL).topics] == [("pricing", "")]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "https://", "on the wiki", "//x.y"])
def test_a_place_that_is_no_web_address_is_not_shown(address: str) -> None:
    unsafe = content("log:FLEX", replace(FULL, learnings=(answering(EXPORT, lives_at=address),)))
    silent = content("log:FLEX", replace(FULL, learnings=(answering(EXPORT, lives_at=""),)))
    assert render.page(unsafe).body == render.page(silent).body


def test_home_shows_five_things_and_the_strongest_first() -> None:
    assert keys(said("home", OVERVIEW)["entries"]) == ["FLEX-7", "FLEX-4", "FLEX-6", "FLEX-5", "FLEX-3"]


def test_home_names_retros_of_its_own_space_newest_first() -> None:
    retros = [link(f"retro:{number}", f"Retro {number}", number) for number in (10, 11, 8, 9)]
    elsewhere = link("retro:12", "Retro 12", 12, space="SAFE")
    shown = said("home", replace(OVERVIEW, links={one.key: one for one in (*retros, elsewhere)}))["retros"]
    assert [one["title"] for one in shown] == ["Retro 11", "Retro 10", "Retro 9", "Retro 8"]


def test_home_names_the_other_pages_of_a_project_that_exist() -> None:
    more = [link("measures:FLEX", "Measures: FLEX", 9), link("experiments:FLEX", "Experiments: FLEX", 8)]
    (project,) = said("home", replace(OVERVIEW, links=LINKS | {one.key: one for one in more}))["projects"]
    assert [one.title for one in project["others"]] == ["Experiments: FLEX", "Measures: FLEX"]


def test_home_neither_names_nor_counts_a_private_project() -> None:
    page = content("home", OVERVIEW)
    assert page.learnings == 6
    assert [one["key"] for one in page.data["projects"]] == ["FLEX"]
    assert "SAFE" not in render.page(page).body


@pytest.mark.parametrize(("number", "first"), [(0, 0), (1, 0), (3, 0), (4, 3)])
def test_a_topic_says_where_to_start_once_there_is_more_than_that(number: int, first: int) -> None:
    assert len(said("topic:pricing", replace(FULL, learnings=PRICING[:number]))["first"]) == first


def test_older_parts_of_a_topic_are_read_from_the_top() -> None:
    assert said("topic:pricing@2026-10", replace(FULL, learnings=PRICING))["first"] == ()


@pytest.mark.parametrize("key", ["topic:pricing", "log:FLEX"])
def test_older_parts_are_linked_once_they_exist_and_asked_for_before(key: str) -> None:
    volumes = (f"{key}@2026-09", f"{key}@2026-08")
    page = content(key, replace(FULL, volumes=volumes))
    assert page.volumes == volumes
    assert page.data["volumes"] == (LINKS[volumes[0]],)


@pytest.mark.parametrize("key", ["topic:pricing@2026-09", "log:FLEX@2026-09"])
def test_an_older_part_has_no_parts_of_its_own(key: str) -> None:
    page = content(key, replace(FULL, volumes=(key,)))
    assert (page.volumes, page.data["volumes"]) == ((), ())


def grouped(*learnings: Learning) -> list[tuple[str, list[str]]]:
    """A retro's groups: each topic and its issues."""
    groups = said("retro:12", replace(SPRINT_END, learnings=learnings))["by_topic"]
    return [(name, keys(found)) for name, found in groups]


def test_a_retro_shows_each_learning_once_under_the_topic_it_shares_with_most() -> None:
    both = answering(CACHE, topics=(Topic("caching"), Topic("pricing")))
    assert grouped(both, EXPORT, SPELLING, PLANS) == [
        ("pricing", ["FLEX-7", "FLEX-4", "FLEX-5"]),
        ("everything else", ["FLEX-6"]),
    ]


def test_learnings_without_a_topic_come_last_however_many() -> None:
    several = [replace(SPELLING, issue_key=IssueKey(f"FLEX-{number}")) for number in (21, 22)]
    assert [name for name, _ in grouped(*several, CACHE)] == ["caching", "everything else"]


def test_each_outcome_has_the_same_row_whatever_it_is() -> None:
    shown = []
    for outcome, title in OUTCOMES.items():
        one = replace(TRIALS[0], outcome=outcome)
        page = content("experiments:FLEX", replace(FULL, learnings=(PLANS,), experiments=(one,)))
        groups = {group.title: group.rows for group in page.data["found"].outcomes}
        assert [len(found) for found in groups.values()].count(1) == 1
        body = render.page(page).body
        (row,) = re.findall(rf"<h2>{title}</h2>(.*?</sub></p>)", body)
        shown.append(row)
        assert body.count("<h2>") == 5  # the groups, and the room for people
    assert len(set(shown)) == 1


def test_running_experiments_stand_by_their_next_review_and_the_others_by_their_end() -> None:
    late, soon, open_ended = (replace(TRIALS[4], review_on=day) for day in (date(2027, 1, 1), date(2026, 12, 1), None))
    older = replace(TRIALS[1], concluded_at=day(10, 1))
    found = said("experiments:FLEX", replace(FULL, experiments=(open_ended, late, soon, older, TRIALS[1])))["found"]
    assert [one.review for one in found.running.rows] == ["2026-12-01", "2027-01-01", ""]
    assert [one.concluded for one in found.outcomes[0].rows] == ["2026-11-09", "2026-10-01"]
    assert found.number == 5


def test_a_retro_in_short_is_what_we_tried_what_surprised_us_most_and_what_we_change() -> None:
    assert said("retro:12", SPRINT_END)["in_short"] == (
        "We set out to: Sell monthly plans & keep them simple",
        "What surprised us most: Nobody had asked a reseller — not once in five years.",
        "What we will do differently: Show a price to two resellers before we build it.",
    )


def test_what_nobody_said_is_not_in_short() -> None:
    quiet = replace(SPRINT_END, sprint=replace(SPRINT, goal=""), learnings=(SPELLING,))
    assert said("retro:12", quiet)["in_short"] == ()


@pytest.mark.parametrize(
    ("counts", "numbers"),
    [
        # asked, learned, nothing new, unanswered
        ({}, (0, 0, 0, 0)),
        ({"answered": 5, "nothing_new": 2, "open": 1, "expired": 1}, (9, 5, 2, 2)),
        ({"answered": 1, "withdrawn": 4}, (1, 1, 0, 0)),  # a question taken back by a reopen was none
        ({"skipped: sub-task": 3}, (0, 0, 0, 0)),
    ],
)
def test_a_retro_counts_what_became_of_its_closes(counts: dict[str, int], numbers: tuple[int, ...]) -> None:
    found = said("retro:12", replace(SPRINT_END, counts=counts))["numbers"]
    assert (found.asked, found.learned, found.nothing_new, found.unanswered) == numbers
    assert found.asked == found.answered + found.unanswered


def test_a_retro_says_why_nobody_was_asked_the_commonest_reason_first() -> None:
    assert said("retro:12", SPRINT_END)["numbers"].skipped == (
        ("resolution skipped", 6),
        ("nobody to ask", 4),
        ("sub-task", 4),
    )


@pytest.mark.parametrize(
    ("answers", "thanked"),
    [
        ({}, True),
        ({"thank_by_name": False}, False),
        ({"given_by": None}, False),
        ({"changed_course": False}, False),
    ],
    ids=["all of it", "no consent", "nobody vouched for", "no course changed"],
)
def test_a_retro_thanks_only_who_asked_to_be_named_and_changed_a_course(answers: dict[str, Any], thanked: bool) -> None:
    material = replace(SPRINT_END, learnings=(answering(PLANS, **answers), CACHE))
    body = render.page(content("retro:12", material)).body
    assert [ANA in body, "<h2>Thanks</h2>" in body] == [thanked, thanked]


@pytest.mark.parametrize("key", ["home", "topic:pricing", "log:FLEX"])
def test_no_other_page_names_anybody(key: str) -> None:
    named = tuple(answering(one, thank_by_name=True, given_by=ANA, changed_course=True) for one in FLEX)
    assert ANA not in render.page(content(key, replace(OVERVIEW, learnings=named))).body


@pytest.mark.parametrize("missing", ["started_at", "completed_at"])
def test_a_retro_leaves_out_dates_it_does_not_know(missing: str) -> None:
    sprint = replace(SPRINT, ended_at=None, **{missing: None})  # type: ignore[arg-type]
    body = render.page(content("retro:12", replace(SPRINT_END, sprint=sprint, learnings=()))).body
    assert "<time" not in body


def test_equal_material_gives_equal_digests() -> None:
    again = replace(FULL, learnings=tuple(replace(one, id=one.id + 50) for one in FLEX))
    assert content("log:FLEX", FULL).digest() == content("log:FLEX", again).digest()


@pytest.mark.parametrize("field", [question.field for question in QUESTIONS])
def test_another_answer_gives_another_digest(field: str) -> None:
    changed = answering(PLANS, **{field: "https://elsewhere.example/"})
    page = content("log:FLEX", replace(FULL, learnings=(changed, *FLEX[1:])))
    assert page.digest() != content("log:FLEX", FULL).digest()


@pytest.mark.parametrize(
    "changed",
    [
        replace(PLANS, summary="Yearly plans only"),
        replace(PLANS, learned_at=day(11, 13)),
        answering(PLANS, changed_course=False),
        answering(PLANS, topics=()),
    ],
    ids=["summary", "day", "course", "topics"],
)
def test_another_fact_gives_another_digest(changed: Learning) -> None:
    page = content("log:FLEX", replace(FULL, learnings=(changed, *FLEX[1:])))
    assert page.digest() != content("log:FLEX", FULL).digest()


def test_a_page_does_not_change_when_a_page_it_does_not_name_appears() -> None:
    more = LINKS | {"topic:hiring": link("topic:hiring", "Learnings: hiring", 200)}
    assert content("log:FLEX", replace(FULL, links=more)).digest() == content("log:FLEX", FULL).digest()


def test_where_a_page_hangs_and_that_older_parts_exist_is_no_other_content() -> None:
    page = content("log:FLEX", FULL)
    elsewhere = replace(page, parent=None, volumes=(PageKey("log:FLEX@2026-09"),))
    assert elsewhere.digest() == page.digest()


def test_a_title_is_cut_where_confluence_cuts_it() -> None:
    long = replace(SPRINT_END, sprint=replace(SPRINT, name="S" * 400))
    assert len(render.page(content("retro:12", long)).title) == 255


def test_an_empty_tenant_still_has_a_home_that_says_how_topics_come() -> None:
    body = render.page(content("home", EMPTY)).body
    assert "Topics appear with the first answers" in body
    assert "five things" not in body


def test_an_answer_of_lines_keeps_them() -> None:
    lines = replace(SPELLING, answers=Answers("One.\nTwo.\r\n\r\n  Three.  \n\n\n"))
    body = render.page(content("log:FLEX", replace(FULL, learnings=(lines,)))).body
    assert "<p>One.<br />Two.</p><p>Three.</p>" in body
