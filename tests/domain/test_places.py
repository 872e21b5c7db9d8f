"""Where an address leads: nothing is looked for but on the tenant's own site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.model import IssueKey
from worker.domain.places import Elsewhere, OnIssue, OnSite, Where, WikiPage, read

SITE, WIKI = "https://studio.atlassian.net", "https://studio.atlassian.net/wiki"
JIRA_DC, WIKI_DC = "https://jira.example.org:8443/jira", "http://wiki.example.org"

CLOUD: list[tuple[str, Where]] = [
    (f"{WIKI}/spaces/ENG/pages/98310/Pricing", WikiPage("98310")),
    (f"{WIKI}/spaces/ENG/pages/98310", WikiPage("98310")),
    (f"{WIKI}/spaces/~5b10/pages/98310/Pricing?focusedCommentId=3#here", WikiPage("98310")),
    (f"{WIKI}/spaces/ENG/pages/edit-v2/98310", WikiPage("98310")),
    (f"{WIKI}/pages/viewpage.action?pageId=98310", WikiPage("98310")),
    (f"{WIKI}/pages/viewpage.action?pageId=98310&pageId=2", OnSite()),
    (f"{WIKI}/pages/viewpage.action?pageId=98310%20or%201", OnSite()),
    (f"{WIKI}/pages/viewpage.action", OnSite()),
    (f"{WIKI}/x/BwCuAQ", OnSite()),
    (f"{WIKI}/spaces/ENG/overview", OnSite()),
    (f"{WIKI}/spaces/ENG/pages/00012", OnSite()),
    (f"{WIKI}/spaces/ENG/pages/{'9' * 30}", OnSite()),
    (f"{WIKI}/spaces/ENG/pages/٣٤", OnSite()),
    (f"{WIKI}/spaces/ENG/pages/98310/../../../../admin", OnSite()),
    (f"{WIKI}/spaces/ENG/pages/98310/%2e%2e/x", OnSite()),
    (f"{SITE}/browse/FLEX-7", OnIssue(IssueKey("FLEX-7"))),
    (f"{SITE}/browse/flex-7?filter=1", OnIssue(IssueKey("FLEX-7"))),
    (f"{SITE}/jira/software/projects/FLEX/issues/FLEX-7", OnIssue(IssueKey("FLEX-7"))),
    (f"{SITE}/jira/software/c/projects/FLEX/issues/FLEX-7", OnIssue(IssueKey("FLEX-7"))),
    (f"{SITE}/jira/software/projects/FLEX/boards/1?selectedIssue=FLEX-7", OnIssue(IssueKey("FLEX-7"))),
    (f"{SITE}/jira/software/projects/FLEX/boards/1", OnSite()),
    (f"{SITE}/browse/FLEX-0", OnSite()),
    (f"{SITE}/browse/%46LEX-7", OnSite()),
    (f"{SITE}/browse", OnSite()),
    (SITE, OnSite()),
    (WIKI, OnSite()),
    # The same site by other letters of its host, or its port said aloud.
    ("https://STUDIO.atlassian.net/browse/FLEX-7", OnIssue(IssueKey("FLEX-7"))),
    ("https://studio.atlassian.net.:443/browse/FLEX-7", OnIssue(IssueKey("FLEX-7"))),
    # Not the same site.
    ("http://studio.atlassian.net/browse/FLEX-7", Elsewhere()),
    ("https://studio.atlassian.net:444/browse/FLEX-7", Elsewhere()),
    ("https://studio.atlassian.net.evil.org/browse/FLEX-7", Elsewhere()),
    ("https://studio.atlassian.net@evil.org/browse/FLEX-7", Elsewhere()),
    ("https://evil.org\\@studio.atlassian.net/browse/FLEX-7", Elsewhere()),
    ("https://ana:secret@studio.atlassian.net/browse/FLEX-7", Elsewhere()),
    ("https://evil.org/?u=https://studio.atlassian.net/browse/FLEX-7", Elsewhere()),
    ("https://evil.org#studio.atlassian.net/browse/FLEX-7", Elsewhere()),
    ("https://xn--studo-5qa.atlassian.net/browse/FLEX-7", Elsewhere()),
    ("https://169.254.169.254/latest/meta-data", Elsewhere()),
    ("http://127.0.0.1/", Elsewhere()),
    ("https://[::1]/browse/FLEX-7", Elsewhere()),
    ("https://github.com/acme/runbooks", Elsewhere()),
    ("ftp://studio.atlassian.net/browse/FLEX-7", Elsewhere()),
    ("javascript:alert(1)", Elsewhere()),
    ("//studio.atlassian.net/browse/FLEX-7", Elsewhere()),
    ("the wiki", Elsewhere()),
    ("", Elsewhere()),
]
DATA_CENTER: list[tuple[str, Where]] = [
    (f"{WIKI_DC}/pages/viewpage.action?pageId=98310", WikiPage("98310")),
    (f"{WIKI_DC}/display/ENG/Pricing", OnSite()),
    (f"{WIKI_DC}/x/BwCuAQ", OnSite()),
    (f"{JIRA_DC}/browse/FLEX-7", OnIssue(IssueKey("FLEX-7"))),
    (f"{JIRA_DC}/projects/FLEX/issues/FLEX-7", OnIssue(IssueKey("FLEX-7"))),
    ("https://jira.example.org:8443/browse/FLEX-7", Elsewhere()),  # beside the path that Jira has there
    ("https://jira.example.org:8443/jirafoo/browse/FLEX-7", Elsewhere()),
    ("https://jira.example.org/jira/browse/FLEX-7", Elsewhere()),
    ("https://wiki.example.org/pages/viewpage.action?pageId=98310", Elsewhere()),
]


@pytest.mark.parametrize(("url", "where"), CLOUD)
def test_an_address_on_cloud_leads_where_it_says(url: str, where: Where) -> None:
    assert read(url, SITE, WIKI) == where


@pytest.mark.parametrize(("url", "where"), DATA_CENTER)
def test_an_address_on_data_center_leads_where_it_says(url: str, where: Where) -> None:
    assert read(url, JIRA_DC, WIKI_DC) == where


@given(st.text() | st.text().map(lambda words: f"{SITE}/{words}") | st.text().map(lambda words: f"https://{words}"))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(read(text, SITE, WIKI), WikiPage | OnIssue | OnSite | Elsewhere)
