"""Clients nobody here wrote work against the emulated site: a publisher of Markdown and a library for Jira."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from jira import JIRA

from tests.emulator.conftest import BOT, Film

INDEX = "# Handbook\n\nHow we work. See [the retro](retro.md).\n"
RETRO = """# Retro

> Ask first.

| what | where |
| --- | --- |
| caching | `prices.py` |

- [ ] Tell the team

![plot](plot.png)
"""
PLOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "index.md").write_text(INDEX)
    (folder / "retro.md").write_text(RETRO)
    (folder / "plot.png").write_bytes(PLOT)
    return folder


def publish(film: Film, folder: Path) -> str:
    """Run markdown-to-confluence as its users do, and return what it printed."""
    asked = [
        sys.executable,
        "-m",
        "md2conf",
        str(folder),
        "--domain",
        urlparse(film.url).netloc,
        "--path",
        "/wiki/",
    ]
    asked += ["--api-url", f"{film.url}/wiki/", "--username", BOT[0], "--api-key", BOT[1], "--space", "ENG"]
    asked += ["--no-overwrite", "--loglevel", "info"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CONFLUENCE_")}
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, env=clean, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def versions(film: Film) -> dict[str, int]:
    return {page.title: page.version for page in film.site.pages.values()}


def test_markdown_is_published_and_published_again_without_new_versions(film: Film, handbook: Path) -> None:
    publish(film, handbook)
    first = versions(film)
    assert set(first) >= {"Handbook", "Retro"}
    retro = film.site.page_by_title("ENG", "Retro")
    assert retro.parent_id == film.site.page_by_title("ENG", "Handbook").id
    assert "<ac:task-status>incomplete</ac:task-status>" in retro.storage
    assert [each.name for each in retro.attachments] == ["plot.png"]
    before = len(film.site.requests)
    publish(film, handbook)
    assert versions(film) == first
    assert all(
        each.method == "GET" for each in film.site.requests[before:] if each.path.startswith("/wiki/api/v2/pages/")
    )


def test_changed_markdown_makes_one_new_version_of_one_page(film: Film, handbook: Path) -> None:
    publish(film, handbook)
    first = versions(film)
    retro = handbook / "retro.md"
    retro.write_text(retro.read_text().replace("Ask first", "Ask first, then write"))
    publish(film, handbook)
    assert versions(film) == first | {"Retro": first["Retro"] + 1}
    assert "Ask first, then write" in film.site.page_by_title("ENG", "Retro").storage


def test_a_page_edited_by_hand_is_left_alone_when_the_publisher_is_told_to(film: Film, handbook: Path) -> None:
    publish(film, handbook)
    page = film.site.page_by_title("ENG", "Retro").id
    film.site.edit_page(page, lambda old: old.replace("Ask first", "Ask nicely"), by=film.ana)
    retro = handbook / "retro.md"
    retro.write_text(retro.read_text().replace("Ask first", "Ask later"))
    publish(film, handbook)
    assert "Ask nicely" in film.site.pages[page].storage


@pytest.fixture
def library(film: Film) -> Iterator[JIRA]:
    found = JIRA(server=film.url, basic_auth=BOT, max_retries=0)
    yield found
    found.close()  # type: ignore[no-untyped-call]


def test_the_jira_library_reads_an_issue(film: Film, library: JIRA) -> None:
    key = film.issue("Prices per region", assignee=film.ole, labels=["pricing"])
    issue = library.issue(key, expand="changelog")
    assert library.myself()["accountId"] == film.bot
    assert issue.fields.summary == "Prices per region"
    assert issue.raw["fields"]["assignee"]["displayName"] == "Ole Berg"
    assert issue.fields.status.statusCategory.key == "new"
    assert issue.fields.labels == ["pricing"]


def test_the_jira_library_searches_moves_and_comments(film: Film, library: JIRA) -> None:
    keys = [film.issue(f"Issue {n}") for n in range(3)]
    found = library.enhanced_search_issues("project = FLEX ORDER BY key", maxResults=2, fields="summary")
    assert [issue.key for issue in found] == keys[:2]
    every = library.enhanced_search_issues("project = FLEX ORDER BY key", maxResults=False, fields="summary")
    assert [issue.key for issue in every] == keys
    library.transition_issue(keys[0], "Done", fields={"resolution": {"name": "Done"}})
    assert film.site.status(keys[0]) == "Done"
    comment = library.add_comment(keys[0], "Well *done*")
    assert library.comment(keys[0], comment.id).body == "Well *done*"
    comment.update(body="Very well done")
    assert [each.body for each in library.comments(keys[0])] == ["Very well done"]
    comment.delete()
    assert library.comments(keys[0]) == []


def test_the_jira_library_edits_links_and_creates(film: Film, library: JIRA) -> None:
    made = library.create_issue(project="FLEX", summary="New", issuetype={"name": "Bug"}, description="*Oh*")
    other = film.issue()
    made.update(fields={"labels": ["a"]}, notify=False)
    library.create_issue_link("Relates", made.key, other)
    library.add_issue_property(made.key, "learnloop", {"v": 1})
    library.add_simple_link(made.key, {"url": "http://wiki.example/1", "title": "One"})
    issue = library.issue(made.key)
    assert issue.fields.labels == ["a"]
    assert issue.fields.description == "*Oh*"
    assert issue.fields.issuelinks[0].outwardIssue.key == other
    assert library.issue_property(made.key, "learnloop").value.v == 1
    assert [each.object.title for each in library.remote_links(made.key)] == ["One"]
    made.delete()  # type: ignore[no-untyped-call]
    assert made.key not in film.site.issues


def test_the_jira_library_reads_boards_and_sprints(film: Film, library: JIRA) -> None:
    board = film.site.add_board("FLEX", "Prices")
    sprint = film.site.add_sprint(board, "Sprint 1")
    film.site.start_sprint(sprint)
    assert [each.name for each in library.boards(projectKeyOrID="FLEX")] == ["Prices"]
    assert [each.name for each in library.sprints(board, state="active")] == ["Sprint 1"]
    assert library.projects()[0].key == "FLEX"
    assert {each.name for each in library.statuses()} >= {"To Do", "Done"}
