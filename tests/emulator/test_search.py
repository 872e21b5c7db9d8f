"""JQL and CQL: what they find, what they refuse, pages by token, and an index that is late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.emulator.conftest import Film


@pytest.fixture
def film_with_issues(film: Film) -> Film:
    site, clock = film.site, film.clock
    board = site.add_board("FLEX", "Board")
    first, second = site.add_sprint(board, "Sprint 1"), site.add_sprint(board, "Sprint 2")
    site.add_field("What we learned", kind="textarea")
    site.start_sprint(first)
    epic = film.issue("Flexible prices", type="Epic")  # FLEX-1
    done = film.issue(
        "Cache the price table", sprint=first, labels=["cache"], parent=epic, components=["Checkout"]
    )  # FLEX-2
    film.issue("Round half cents", type="Bug", assignee=film.ole, sprint=second)  # FLEX-3
    site.add_project("OPS", "Operations")
    site.create_issue("OPS", "Task", "Renew the certificate", reporter=film.ole, fields={"priority": "High"})  # OPS-1
    site.edit_issue(done, {"What we learned": "Cache keys need the *region*"}, by=film.ana)
    clock.forward(days=2)
    site.transition(done, "Done", by=film.ana, resolution="Won't Do")
    return film


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = FLEX", "FLEX-1 FLEX-2 FLEX-3"),
        ("project in (FLEX, OPS) and type != Epic", "FLEX-2 FLEX-3 OPS-1"),
        ('project = "Flexible Pricing" and key = flex-2', "FLEX-2"),
        ("key in (FLEX-1, OPS-1)", "FLEX-1 OPS-1"),
        ("id = 10001", "FLEX-1"),
        ("status = Done", "FLEX-2"),
        ("statusCategory != Done and project = FLEX", "FLEX-1 FLEX-3"),
        ('statusCategory = "To Do" and project = OPS', "OPS-1"),
        ("resolution is EMPTY and project = FLEX", "FLEX-1 FLEX-3"),
        ("resolution = Unresolved and project = FLEX", "FLEX-1 FLEX-3"),
        ('resolution = "Won\'t Do"', "FLEX-2"),
        ("issuetype in (Bug, Task)", "FLEX-3 OPS-1"),
        ("labels = cache", "FLEX-2"),
        ("labels is EMPTY and project = OPS", "OPS-1"),
        ("labels not in (cache)", ""),
        ("assignee is not EMPTY", "FLEX-3"),
        ("component = Checkout", "FLEX-2"),
        ("parent = FLEX-1", "FLEX-2"),
        ("priority = High", "OPS-1"),
        ("sprint in openSprints()", "FLEX-2"),
        ("sprint = 'Sprint 2' or sprint = 1", "FLEX-2 FLEX-3"),
        ("sprint not in closedSprints() and sprint is not EMPTY", "FLEX-2 FLEX-3"),
        ("updated >= -26h", "FLEX-2"),
        ("updated < -1d and project = FLEX", "FLEX-1 FLEX-3"),
        ("resolutiondate >= startOfDay()", "FLEX-2"),
        ('created >= "2026-11-02" and created < "2026-11-03" and project = OPS', "OPS-1"),
        ("created > 2026/11/03", ""),
        ("summary ~ price", "FLEX-2"),
        ('summary ~ "pric*"', "FLEX-1 FLEX-2"),
        ('text ~ "\\"half cents\\""', "FLEX-3"),
        ('"What we learned" ~ region', "FLEX-2"),
        ("cf[10050] is not EMPTY", "FLEX-2"),
        ("not (status = Done or project = OPS)", "FLEX-1 FLEX-3"),
        ("project = FLEX and not labels = cache", "FLEX-1 FLEX-3"),
        ("creator = currentUser()", ""),
    ],
)
def test_jql_finds(film_with_issues: Film, jql: str, keys: str) -> None:
    asked = {"jql": f"{jql} order by key", "fields": ["key"]}
    found = film_with_issues.as_bot.json("POST", "/rest/api/3/search/jql", json=asked)["issues"]
    assert [issue["key"] for issue in found] == keys.split()


@pytest.mark.parametrize(
    ("jql", "sentence"),
    [
        ("", "Unbounded"),
        ("order by created", "Unbounded"),
        ("colour = red", "Field 'colour' does not exist"),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'"),
        ("status = Nearly", "'Nearly' does not exist"),
        ("project =", "Expecting a value"),
        ("project = FLEX and", "Expecting a field name"),
        ("(project = FLEX", "Expecting ')'"),
        ("project ~ FLEX", "not supported"),
        ("updated >= soon", "Date value 'soon'"),
        ("status was Done", "'was'"),
        ("sprint in nextSprints()", "nextSprints"),
        ("project = FLEX order by colour", "sort"),
    ],
)
def test_jql_that_cannot_be_answered_is_refused_with_a_sentence(
    film_with_issues: Film, jql: str, sentence: str
) -> None:
    answer = film_with_issues.as_bot("GET", "/rest/api/3/search/jql", params={"jql": jql})
    assert answer.status_code == 400
    assert sentence in answer.json()["errorMessages"][0]


def test_a_search_gives_ids_alone_unless_fields_are_asked_for(film_with_issues: Film) -> None:
    found = film_with_issues.as_bot.json("GET", "/rest/api/3/search/jql?jql=key=FLEX-1")
    assert found == {"issues": [{"id": "10001"}], "isLast": True}


def test_pages_are_walked_by_token_and_there_is_no_total(film_with_issues: Film) -> None:
    asked: dict[str, Any] = {"jql": "project = FLEX order by key", "fields": ["summary"], "maxResults": 2}
    first = film_with_issues.as_bot.json("POST", "/rest/api/3/search/jql", json=asked)
    assert (len(first["issues"]), first["isLast"], "total" in first) == (2, False, False)
    token = {"nextPageToken": first["nextPageToken"]}
    second = film_with_issues.as_bot.json("POST", "/rest/api/3/search/jql", json=asked | token)
    assert ([issue["key"] for issue in second["issues"]], second["isLast"]) == (["FLEX-3"], True)
    other = asked | token | {"jql": "project = OPS"}
    assert film_with_issues.as_bot("POST", "/rest/api/3/search/jql", json=other).status_code == 400


def test_the_old_search_is_gone(film: Film) -> None:
    assert film.as_bot("GET", "/rest/api/3/search?jql=project=FLEX").status_code == 410


def test_a_search_hears_of_a_change_late_unless_it_is_reconciled(film: Film) -> None:
    key = film.issue()
    film.clock.forward(minutes=5)
    film.site.world.index_lag = timedelta(seconds=30)
    film.site.transition(key, "Done", by=film.ana)

    def found(**more: Any) -> int:
        asked = {"jql": "project = FLEX and status = Done", **more}
        return len(film.as_bot.json("POST", "/rest/api/3/search/jql", json=asked)["issues"])

    assert found() == 0
    assert found(reconcileIssues=[int(film.site.issue(key).id)]) == 1
    film.clock.forward(seconds=31)
    assert found() == 1


def test_a_new_issue_and_a_new_label_on_a_page_are_indexed_late(film: Film) -> None:
    film.site.world.index_lag = timedelta(seconds=5)
    film.issue()
    page = film.page()["id"]
    film.as_bot("POST", f"/wiki/rest/api/content/{page}/label", json=[{"prefix": "global", "name": "learning"}])
    jql, cql = "/rest/api/3/search/jql?jql=project=FLEX", '/wiki/rest/api/content/search?cql=label="learning"'
    assert film.as_bot.json("GET", jql)["issues"] == []
    assert film.as_bot.json("GET", cql)["results"] == []
    film.clock.forward(seconds=6)
    assert len(film.as_bot.json("GET", jql)["issues"]) == 1
    assert [each["id"] for each in film.as_bot.json("GET", cql)["results"]] == [page]


@pytest.mark.parametrize(
    ("cql", "titles"),
    [
        ('space = ENG and type = page and title = "One"', ["One"]),
        ("space = ENG and title ~ tw*", ["Two"]),
        ("label in (a, b) order by title", ["One", "Two"]),
        ("label = a and label = b", ["Two"]),
        ("label = a and not title = Two", ["One"]),
        ('text ~ "kept words"', ["Two"]),
    ],
)
def test_cql_finds(film: Film, cql: str, titles: list[str]) -> None:
    one, two = film.page("One"), film.page("Two", "<p>kept words</p>")
    for page, labels in ((one, "a"), (two, "a b")):
        wanted = [{"prefix": "global", "name": name} for name in labels.split()]
        film.as_bot("POST", f"/wiki/rest/api/content/{page['id']}/label", json=wanted)
    found = film.as_bot.json("GET", "/wiki/rest/api/search", params={"cql": cql})
    assert [each["title"] for each in found["results"]] == titles


def test_cql_follows_ancestors(film: Film) -> None:
    top = film.page("Top")["id"]
    below = film.site.create_page("ENG", "Below", "<p/>", parent=top, by=film.ana)
    found = film.as_bot.json("GET", "/wiki/rest/api/content/search", params={"cql": f"ancestor = {top}"})
    assert [each["id"] for each in found["results"]] == [below]
    assert film.as_bot("GET", "/wiki/rest/api/search", params={"cql": "colour = red"}).status_code == 400
