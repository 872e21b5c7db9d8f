"""Every call of the two Data Center doors: what is asked, the request the site must then get, what becomes of its
answer.

Written from Atlassian's references (Jira Data Center REST v2 and Agile 1.0, Confluence Data Center REST v1); nothing
here is taken from the code under test. Jira lives below /jira, Confluence below /confluence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tests.gateways import rows
from tests.gateways.rows import (
    ISSUE,
    ISSUE_JSON,
    LIFE,
    LIFE_FIELDS,
    MARKED,
    NAMES,
    PICTURE_FORM,
    READ,
    READ_LIFE,
    SPACE,
    SPRINT,
    SPRINT_JSON,
    TEXT,
    YESTERDAY,
    Row,
)
from worker.domain.events import Change, IssueChanged
from worker.domain.model import AccountId, Hosting, Person, ProjectKey, StatusCategory
from worker.domain.publishing import Remote
from worker.gateways import confluence_data_center as wiki
from worker.gateways import jira
from worker.gateways import jira_data_center as server
from worker.gateways.jira_shapes import JiraField, Me, NewIssue

ME_JSON = {"key": "JIRAUSER10100", "name": "learnloop", "displayName": "LearnLoop", "timeZone": "Europe/Lisbon"}
ANA_JSON = {"key": "JIRAUSER10101", "name": "ana.sousa", "displayName": "Ana Sousa", "active": True}
ANA = Person(AccountId("JIRAUSER10101"), "atlassian", True)

# People have keys and names, and texts are wiki markup.
SERVER_ISSUE_JSON = ISSUE_JSON | {
    "fields": ISSUE_JSON["fields"] | {"assignee": ANA_JSON, "customfield_10050": "Ask earlier."}
}
SERVER_ISSUE = replace(ISSUE, assignee=ANA)
# Histories name fields; a custom field's id is not among what they hold.
HISTORY: dict[str, Any] = {
    "id": "10900",
    "author": ANA_JSON,
    "created": "2026-11-02T09:30:00.000+0100",
    "items": [{
        "field": "status", "fieldtype": "jira",
        "from": "3", "fromString": "In Progress", "to": "10002", "toString": "Done",
    }],
}  # fmt: skip
OLDER = HISTORY | {"id": "10800", "created": "2026-10-30T09:00:00.000+0000"}
OTHER_FIELD = HISTORY | {"id": "10901", "items": [{"field": "summary", "fieldtype": "jira", "toString": "Try"}]}
WITH_HISTORY = SERVER_ISSUE_JSON | {"changelog": {"histories": [HISTORY, OLDER, OTHER_FIELD]}}
CHANGED = IssueChanged(
    SERVER_ISSUE, ANA, datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
    (Change("status", "3", "10002", "In Progress", "Done"),), "10900",
)  # fmt: skip
FLAGGED = OTHER_FIELD | {
    "id": "10850",
    "created": "2026-10-31T09:00:00.000+0000",
    "items": [{
        "field": "Flagged", "fieldtype": "custom", "from": "", "fromString": "", "to": "[10019]",
        "toString": "Impediment",
    }],
}  # fmt: skip
_COMMENTS = {"total": 20, "comments": [{"visibility": {"type": "role", "value": "Administrators"}}] * 2}
LIFE_JSON = SERVER_ISSUE_JSON | {
    "fields": SERVER_ISSUE_JSON["fields"] | LIFE_FIELDS | {"comment": _COMMENTS},
    "changelog": {"total": 4, "histories": [OLDER, FLAGGED, OTHER_FIELD, HISTORY]},
}
BY_ME = {"id": "10400", "author": ME_JSON, "body": "What did we learn?"}
BY_ANA = {"id": "10399", "author": ANA_JSON, "body": "Done."}


def found(*issues: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    """A page of a search."""
    return {"startAt": 0, "maxResults": 100, "total": len(issues) if total is None else total, "issues": list(issues)}


def asked(jql: str, start: int = 0, most: int = 100, **more: Any) -> dict[str, Any]:
    """The body of a search."""
    page = {"startAt": start, "maxResults": most}
    return {"jql": jql, "fields": NAMES, "validateQuery": False} | page | more


def content_json(body: str = TEXT) -> dict[str, Any]:
    """A page as v1 gives it, in its fourth version."""
    by = {"type": "known", "username": "learnloop", "userKey": "8a7f"}
    return {
        "id": "98310",
        "type": "page",
        "status": "current",
        "title": "Pricing",
        "version": {"number": 4, "message": "LearnLoop: 3 learnings · 4f2a9c01", "by": by, "minorEdit": True},
        "body": {"storage": {"value": body, "representation": "storage"}},
    }


PAGE = Remote("98310", "Pricing", "current", 4, TEXT, AccountId("8a7f"), "LearnLoop: 3 learnings · 4f2a9c01")
INLINE = "location=inline&depth=all&expand=extensions.inlineProperties,extensions.resolution&limit=100"


def comment_json(status: str, ref: str) -> dict[str, Any]:
    """An inline comment of a page."""
    return {"extensions": {"inlineProperties": {"markerRef": ref}, "resolution": {"status": status}}}


_ALIKE = (
    "may",
    "granted",
    "keep_learning",
    "drop_learning",
    "editable",
    "link_page",
    "link_issues",
    "linked",
    "sprint_issues",
)
# What the families do alike differs only in where it is asked and in its markup.
_SAME = tuple(
    replace(
        row, sends=row.sends.replace(" /rest/api/3/", " /jira/rest/api/2/").replace(" /rest/agile", " /jira/rest/agile")
    )
    for row in rows.JIRA
    if row.method in _ALIKE
)

_JIRA = (
    *_SAME,
    Row(
        jira.CREATE_ISSUE, "create_issue",
        (NewIssue(ProjectKey("FLEX"), "Task", "Ask earlier.", "Ask earlier.", "learnloop-action-10007",
                  AccountId("JIRAUSER10101"), date(2026, 11, 16)),),
        "POST /jira/rest/api/2/issue",
        ({"key": "JIRAUSER10101", "name": "ana"}, {"id": "10031", "key": "FLEX-31"}),
        ("10031", "FLEX-31"),
        {"fields": {"project": {"key": "FLEX"}, "issuetype": {"name": "Task"}, "summary": "Ask earlier.",
                    "description": "Ask earlier.", "labels": ["learnloop-action-10007"], "assignee": {"name": "ana"},
                    "duedate": "2026-11-16"}},
    ),
    Row(
        jira.MYSELF, "me", (),
        "GET /jira/rest/api/2/myself",
        (ME_JSON,),
        Me(AccountId("JIRAUSER10100"), "LearnLoop", "Europe/Lisbon"),
    ),
    Row(
        jira.STATUSES, "statuses", (),
        "GET /jira/rest/api/2/status",
        ([{"id": "1", "statusCategory": {"key": "new"}}, {"id": "3", "statusCategory": {"key": "done"}}, {"id": "4"}],),
        {"1": StatusCategory.NEW, "3": StatusCategory.DONE, "4": StatusCategory.UNDEFINED},
    ),
    Row(
        jira.FIELDS, "fields", (),
        "GET /jira/rest/api/2/field",
        ([
            {"id": "summary", "name": "Summary", "schema": {"type": "string", "system": "summary"}},
            {"id": "customfield_2", "name": "Long", "schema": {"custom": "com.atlassian.jira.x:textarea"}},
            {"id": "thumbnail", "name": "Images"},
        ],),
        [JiraField("summary", "Summary", False), JiraField("customfield_2", "Long", True, True),
         JiraField("thumbnail", "Images", False)],
    ),
    Row(
        jira.STATUSES, "closed_statuses", (),
        "GET /jira/rest/api/2/status",
        ([{"id": "1", "name": "Open", "statusCategory": {"key": "new"}},
          {"id": "6", "name": "Closed", "statusCategory": {"key": "done"}}],),
        ["Closed"],
    ),
    Row(
        jira.ISSUE_TYPES, "issue_types", (),
        "GET /jira/rest/api/2/issuetype",
        ([{"id": "1", "name": "Bug"}],),
        ["Bug"],
    ),
    Row(
        jira.CREATE_FIELD, "create_field", ("Where it lives", "An address."),
        "POST /jira/rest/api/2/field",
        ({"id": "customfield_10077", "name": "Where it lives"},),
        "customfield_10077",
        {"name": "Where it lives", "description": "An address.",
         "type": "com.atlassian.jira.plugin.system.customfieldtypes:textarea",
         "searcherKey": "com.atlassian.jira.plugin.system.customfieldtypes:textsearcher"},
    ),
    Row(
        jira.SHOW_FIELD, "show_field", ("customfield_10077",),
        "POST /jira/rest/api/2/screens/addToDefault/customfield_10077",
        ({},),
    ),
    Row(
        server.USER, "mention", ("JIRAUSER10101",),
        "GET /jira/rest/api/2/user?key=JIRAUSER10101",
        (ANA_JSON,),
        "ana.sousa",
        may_miss=True,
    ),
    Row(
        server.USER, "mention", ("JIRAUSER9",),
        "GET /jira/rest/api/2/user?key=JIRAUSER9",
        (404,),
        "JIRAUSER9",
        may_miss=True,
    ),
    Row(
        server.ALL_PROJECTS, "projects", (),
        "GET /jira/rest/api/2/project",
        ([{"id": "10000", "key": "FLEX", "name": "Flexible Pricing"}, {"id": "10001", "key": "HR"}],),
        {"FLEX": False, "HR": False},
    ),
    Row(
        jira.ISSUE, "issue", ("FLEX-7", ("customfield_10050",)),
        f"GET /jira/rest/api/2/issue/FLEX-7?{READ},customfield_10050",
        (SERVER_ISSUE_JSON,),
        SERVER_ISSUE,
    ),
    Row(
        jira.ISSUE, "life", ("FLEX-7",),
        f"GET /jira/rest/api/2/issue/FLEX-7?{READ_LIFE}&expand=changelog",
        (LIFE_JSON,),
        replace(LIFE, issue=SERVER_ISSUE, turns=LIFE.turns[::-1], comments=18),
    ),
    Row(
        server.FIND, "issues", (["10007", "10008"],),
        "POST /jira/rest/api/2/search",
        (found(SERVER_ISSUE_JSON),),
        [SERVER_ISSUE],
        asked("id in (10007,10008)"),
    ),
    Row(
        server.FIND, "search", ("project = FLEX", 3),
        "POST /jira/rest/api/2/search",
        (found(SERVER_ISSUE_JSON, SERVER_ISSUE_JSON, total=9), found(SERVER_ISSUE_JSON, total=9)),
        [SERVER_ISSUE] * 3,
        asked("project = FLEX", start=2, most=1),
    ),
    Row(
        server.FIND, "meets", ("10007", "labels = ask"),
        "POST /jira/rest/api/2/search",
        (found({"id": "10008"}),),  # another issue than the one that is meant
        False,
        {"jql": "labels = ask", "fields": ["id"], "maxResults": 1},
    ),
    Row(
        server.FIND, "changes", ([SERVER_ISSUE], ["status"], YESTERDAY),
        "POST /jira/rest/api/2/search",
        (found(WITH_HISTORY),),
        [CHANGED],
        asked("id in (10007)", expand=["changelog"]),
    ),
    Row(
        jira.COMMENTS, "find_comment", ("FLEX-7", 41),
        "GET /jira/rest/api/2/issue/FLEX-7/comment?orderBy=-created&maxResults=100&startAt=0",
        (ME_JSON, {"comments": [BY_ANA], "total": 1}),
    ),
    Row(
        server.COMMENT_PROPERTY, "find_comment", ("FLEX-7", 41),
        "GET /jira/rest/api/2/comment/10400/properties/learnloop.prompt",
        (ME_JSON, {"comments": [BY_ANA, BY_ME | {"id": "10405"}, BY_ME], "total": 3}, 404,
         {"key": "learnloop.prompt", "value": {"prompt": 41}}),
        "10400",
        may_miss=True,
    ),
    Row(
        jira.ADD_COMMENT, "add_comment", ("FLEX-7", "What did we learn, [~ana.sousa]?", 41),
        "POST /jira/rest/api/2/issue/FLEX-7/comment",
        ({"id": "10400"},),
        "10400",
        {"body": "What did we learn, [~ana.sousa]?",
         "properties": [{"key": "learnloop.prompt", "value": {"prompt": 41}}]},
    ),
    Row(
        jira.EDIT_COMMENT, "edit_comment", ("FLEX-7", "10400", "Thank you."),
        "PUT /jira/rest/api/2/issue/FLEX-7/comment/10400?notifyUsers=false",
        ({"id": "10400"},),
        body={"body": "Thank you."},
    ),
    Row(
        jira.NOTIFY, "notify", ("FLEX-7", "JIRAUSER10101", "A question", "It is about FLEX-7."),
        "POST /jira/rest/api/2/issue/FLEX-7/notify",
        (ANA_JSON, None),
        body={"subject": "A question", "textBody": "It is about FLEX-7.", "to": {"users": [{"name": "ana.sousa"}]}},
    ),
    Row(
        jira.EDIT_ISSUE, "edit_issue",
        ("FLEX-7", {"customfield_1": "Short.", "customfield_2": "Ask *earlier*."}, ["customfield_2"], ["new"]),
        "PUT /jira/rest/api/2/issue/FLEX-7?notifyUsers=false",
        (None,),
        body={
            "fields": {"customfield_1": "Short.", "customfield_2": r"Ask \*earlier\*."},
            "update": {"labels": [{"add": "new"}]},
        },
        named={"silent": True},
    ),
    Row(jira.SPRINT, "sprint", (37,), "GET /jira/rest/agile/1.0/sprint/37", (SPRINT_JSON,), SPRINT),
    Row(
        server.BOARD_PROJECTS, "project_of_board", (12,),
        "GET /jira/rest/agile/1.0/board/12/project",
        ({"values": [{"id": "10000", "key": "FLEX"}, {"id": "10001", "key": "HR"}], "total": 2},),
        "FLEX",
    ),
    Row(
        server.NEW_WEBHOOKS, "webhooks", (),
        "GET /jira/rest/jira-webhook/1.0/webhooks",
        ([{"name": "LearnLoop", "active": True}],),
        [{"name": "LearnLoop", "active": True}],
        may_miss=True,
    ),
    Row(
        server.WEBHOOKS, "webhooks", (),
        "GET /jira/rest/webhooks/1.0/webhook",
        (404, [{"name": "LearnLoop", "enabled": True}]),
        [{"name": "LearnLoop", "enabled": True}],
    ),
)  # fmt: skip

_CONFLUENCE = (
    Row(wiki.USER, "me", (), "GET /confluence/rest/api/user/current", ({"userKey": "8a7f"},), "8a7f"),
    Row(
        wiki.SPACE, "space", ("ENG",),
        "GET /confluence/rest/api/space/ENG?expand=homepage",
        ({"id": 65540, "key": "ENG", "name": "Engineering", "homepage": {"id": "65600"}},),
        SPACE,
        may_miss=True,
    ),
    Row(
        wiki.SPACES, "spaces", (50,),
        "GET /confluence/rest/api/space?type=global&status=current&expand=homepage&limit=50",
        ({"results": [{"id": 65540, "key": "ENG", "name": "Engineering", "homepage": {"id": "65600"}}]},),
        [SPACE],
    ),
    Row(
        wiki.CREATE_SPACE, "create_space", ("LEARN", "What we learned"),
        "POST /confluence/rest/api/space",
        ({"id": 65599, "key": "LEARN"},),
        body={"key": "LEARN", "name": "What we learned"},
    ),
    Row(
        wiki.CREATE, "create_page", (SPACE, "65600", "Pricing", TEXT),
        "POST /confluence/rest/api/content?expand=body.storage,version",
        (content_json(),),
        PAGE,
        {"type": "page", "title": "Pricing", "space": {"key": "ENG"}, "ancestors": [{"id": "65600"}],
         "body": {"storage": {"representation": "storage", "value": TEXT}}},
    ),
    Row(
        wiki.CONTENT, "page", ("98310",),
        "GET /confluence/rest/api/content/98310?status=any&expand=body.storage,version",
        (content_json(),),
        PAGE,
    ),
    Row(
        wiki.COMMENTS, "page", ("98310",),
        f"GET /confluence/rest/api/content/98310/child/comment?{INLINE}&start=0",
        (content_json(MARKED), {"results": [comment_json("open", "8f2"), comment_json("resolved", "9a1"),
                                            comment_json("dangling", "7b3")], "size": 3}),
        replace(PAGE, body=MARKED, open_comments=frozenset({"8f2", "7b3"})),
    ),
    Row(
        wiki.FIND, "find_page", (SPACE, "R&D: what now?"),
        "GET /confluence/rest/api/content?type=page&spaceKey=ENG&title=R%26D%3A+what+now%3F&status=current"
        "&expand=body.storage,version",
        ({"results": [content_json()]},),
        PAGE,
    ),
    Row(
        wiki.SEARCH, "glances", (["98310"],),
        "GET /confluence/rest/api/content/search?cql=id+in+%2898310%29&expand=version&limit=100",
        ({"results": [content_json("")]},),
        {"98310": replace(PAGE, body="")},
    ),
    Row(
        wiki.CONTENT, "glances", (["98310", "98311"],),
        "GET /confluence/rest/api/content/98311?status=any&expand=version",
        ({"results": [content_json("")]}, 404),
        {"98310": replace(PAGE, body="")},
        may_miss=True,
    ),
    Row(
        wiki.UPDATE, "update_page", ("98310", "Pricing", TEXT, 5, "LearnLoop: 4 learnings · 00c0ffee"),
        "PUT /confluence/rest/api/content/98310?expand=body.storage,version",
        (content_json(),),
        PAGE,
        {"id": "98310", "type": "page", "title": "Pricing",
         "body": {"storage": {"representation": "storage", "value": TEXT}},
         "version": {"number": 5, "message": "LearnLoop: 4 learnings · 00c0ffee", "minorEdit": True}},
    ),
    Row(
        wiki.MARK, "mark_page", ("98310", "topic/pricing", "t1"),
        "POST /confluence/rest/api/content/98310/property",
        ({"id": "1", "key": "learnloop"},),
        body={"key": "learnloop", "value": {"page": "topic/pricing", "tenant": "t1"}},
    ),
    Row(
        wiki.FILES, "attachment", ("98310", "capture.png"),
        "GET /confluence/rest/api/content/98310/child/attachment?filename=capture.png",
        ({"results": []},),
        None,
    ),
    Row(
        wiki.ADD_FILE, "attach", ("98310", "capture.png", b"PNG of capture"),
        "POST /confluence/rest/api/content/98310/child/attachment",
        ({"results": []}, {"results": [{"id": "att98400"}]}),
        body=PICTURE_FORM,
    ),
    Row(
        wiki.RENEW_FILE, "attach", ("98310", "capture.png", b"PNG of capture"),
        "POST /confluence/rest/api/content/98310/child/attachment/att98400/data",
        ({"results": [{"id": "att98400"}]}, {"id": "att98400"}),
        body=PICTURE_FORM,
    ),
    Row(
        wiki.LABELS, "add_labels", ("98310", ["learnloop", "pricing"]),
        "POST /confluence/rest/api/content/98310/label",
        ({"results": []},),
        body=[{"prefix": "global", "name": "learnloop"}, {"prefix": "global", "name": "pricing"}],
    ),
)  # fmt: skip

JIRA = tuple(replace(row, hosting=Hosting.DATA_CENTER) for row in _JIRA)
CONFLUENCE = tuple(replace(row, hosting=Hosting.DATA_CENTER) for row in _CONFLUENCE)
EVERY_ROW = rows.ROWS + JIRA + CONFLUENCE
