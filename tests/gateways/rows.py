"""Every call of the two Cloud doors: what is asked, the request the site must then get, and what becomes of its answer.

Written from Atlassian's references (Jira Cloud platform v3, Jira Software 1.0, Confluence Cloud v2 and v1); nothing
here is taken from the code under test. `data_center_rows` has the other family's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

from worker.domain.events import Change, IssueChanged
from worker.domain.life import Life, Turn
from worker.domain.model import (
    AccountId,
    Hosting,
    Issue,
    IssueId,
    IssueKey,
    Person,
    ProjectKey,
    Sprint,
    StatusCategory,
    StatusId,
)
from worker.domain.publishing import Remote
from worker.gateways import confluence_cloud, jira, jira_cloud
from worker.gateways.calls import Call
from worker.gateways.confluence import Confluence, Space
from worker.gateways.jira import Jira
from worker.gateways.jira_shapes import Editable, JiraField, Me, NewIssue, Webhook

TYPES = "com.atlassian.jira.plugin.system.customfieldtypes"


class TwoDoors(Protocol):
    """A door to Jira and one to Confluence."""

    @property
    def jira(self) -> Jira: ...
    @property
    def confluence(self) -> Confluence: ...


@dataclass(frozen=True)
class Row:
    """`sends` is the last request, "METHOD target" as the wire has it. `answers` are the site's: JSON, None for no
    body, or the number of an error status. `may_miss`: it has words or ways of its own for a 404.
    """

    call: Call
    method: str
    args: tuple[Any, ...]
    sends: str
    answers: tuple[object, ...]
    gives: object = None
    body: object = None
    hosting: Hosting = Hosting.CLOUD
    may_miss: bool = False
    named: Mapping[str, Any] = field(default_factory=dict)

    def do(self, doors: TwoDoors) -> object:
        """Call the method on the door the call belongs to."""
        door = doors.jira if self.call.product == "Jira" else doors.confluence
        return getattr(door, self.method)(*self.args, **self.named)

    def __str__(self) -> str:
        family = "dc-" if self.hosting is Hosting.DATA_CENTER else ""
        return f"{family}{self.method}-{self.call.name}"


# A form with a file: its name, its media type and what is in it.
PICTURE_FORM = {"file": ["capture.png", "image/png", "PNG of capture"], "minorEdit": "true"}
DOC: dict[str, Any] = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Ask earlier."}]}],
}
READ = "fields=summary,issuetype,status,resolution,assignee,reporter,components,labels,project,security"
NAMES = READ.removeprefix("fields=").split(",")
ISSUE_JSON: dict[str, Any] = {
    "id": "10007",
    "key": "FLEX-7",
    "fields": {
        "summary": "Try monthly plans",
        "issuetype": {"name": "Story", "subtask": False},
        "status": {"id": "10002", "name": "Done", "statusCategory": {"key": "done"}},
        "resolution": {"name": "Done"},
        "assignee": {"accountId": "ana", "accountType": "atlassian", "active": True},
        "components": [{"name": "billing"}],
        "labels": ["pricing"],
        "project": {"key": "FLEX", "projectTypeKey": "software"},
        "security": None,
        "customfield_10050": DOC,
    },
}
ISSUE = Issue(
    IssueId("10007"), IssueKey("FLEX-7"), ProjectKey("FLEX"), "Try monthly plans", "Story",
    is_subtask=False, status_id=StatusId("10002"), status_category=StatusCategory.DONE, resolution="Done",
    assignee=Person(AccountId("ana"), "atlassian", True), components=("billing",), labels=("pricing",),
    texts={"customfield_10050": "Ask earlier."},
)  # fmt: skip
YESTERDAY = datetime(2026, 11, 1, 9, tzinfo=UTC)
HISTORY: dict[str, Any] = {
    "id": "10900",
    "author": {"accountId": "ana", "accountType": "atlassian", "active": True},
    "created": "2026-11-02T09:30:00.000+0100",
    "items": [{
        "field": "status", "fieldtype": "jira", "fieldId": "status",
        "from": "3", "fromString": "In Progress", "to": "10002", "toString": "Done",
    }],
}  # fmt: skip
OLDER = HISTORY | {"id": "10800", "created": "2026-10-30T09:00:00.000+0000"}
CHANGED = IssueChanged(
    ISSUE, Person(AccountId("ana"), "atlassian", True), datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
    (Change("status", "3", "10002", "In Progress", "Done"),), "10900",
)  # fmt: skip
# What a life is read from, beside the issue: Atlassian's IssueBean with its changelog, the newest change first.
READ_LIFE = f"{READ},created,comment,timeoriginalestimate,timespent,versions"
LIFE_FIELDS: dict[str, Any] = {
    "created": "2026-10-30T08:00:00.000+0000",
    "timeoriginalestimate": 14400,
    "timespent": 36000,
    "versions": [
        {"name": "2.1", "released": True, "releaseDate": "2026-10-01"},
        {"name": "2.0", "released": True},
        {"name": "3.0", "released": False, "releaseDate": "2026-12-01"},
    ],
    "comment": {"total": 20, "comments": [
        {"id": "1", "author": {"accountId": "ana", "accountType": "atlassian"}},
        {"id": "2", "author": {"accountId": "robot", "accountType": "app"}},
        {"id": "3", "author": {"accountId": "ana"}, "visibility": {"type": "role", "value": "Administrators"}},
        {"id": "4", "author": {"accountId": "ana"}, "jsdPublic": False},
    ]},
}  # fmt: skip
FLAGGED: dict[str, Any] = {
    "id": "10850",
    "author": {"accountId": "ana", "accountType": "atlassian", "active": True},
    "created": "2026-10-31T09:00:00.000+0000",
    "items": [
        {"field": "Flagged", "fieldtype": "custom", "fieldId": "customfield_10021",
         "from": "", "fromString": "", "to": "[10019]", "toString": "Impediment"},
        {"field": "summary", "fieldtype": "jira", "fieldId": "summary", "fromString": "Try", "toString": "Try plans"},
    ],
}  # fmt: skip
LIFE_JSON = ISSUE_JSON | {
    "fields": ISSUE_JSON["fields"] | LIFE_FIELDS,
    "changelog": {"startAt": 0, "maxResults": 3, "total": 3, "histories": [HISTORY, FLAGGED, OLDER]},
}
_CLOSE = Change("status", "3", "10002", "In Progress", "Done")
LIFE = Life(
    ISSUE, datetime(2026, 10, 30, 8, tzinfo=UTC),
    turns=(
        Turn(datetime(2026, 11, 2, 8, 30, tzinfo=UTC), _CLOSE, 10900),
        Turn(datetime(2026, 10, 31, 9, tzinfo=UTC), Change("flagged", None, "[10019]", "", "Impediment"), 10850),
        Turn(datetime(2026, 10, 30, 9, tzinfo=UTC), _CLOSE, 10800),
    ),
    comments=17, estimated=14400, spent=36000, released=(date(2026, 10, 1), None),
)  # fmt: skip
COMMENT_JSON = {"id": "10400", "properties": [{"key": "learnloop.prompt", "value": {"prompt": 41}}]}
SPRINT_JSON = {
    "id": 37, "originBoardId": 12, "name": "Sprint 3", "goal": "Sell monthly plans", "state": "closed",
    "startDate": "2026-10-19T08:00:00.000Z", "endDate": "2026-10-30T17:00:00.000+01:00",
}  # fmt: skip
SPRINT = Sprint(
    37, 12, "Sprint 3", "Sell monthly plans", "closed",
    datetime(2026, 10, 19, 8, tzinfo=UTC), datetime(2026, 10, 30, 16, tzinfo=UTC),
)  # fmt: skip

WEBHOOK = Webhook(
    "LearnLoop", "https://learnloop.example.org/webhooks/cloud/p", ("jira:issue_updated",), "project = FLEX",
    "a secret both sides know",
)  # fmt: skip
TEXT = "<p>Ask earlier.</p>"
MARKED = '<p>We <ac:inline-comment-marker ac:ref="8f2">learned</ac:inline-comment-marker>.</p>'


def page_json(body: str = TEXT, **more: object) -> dict[str, Any]:
    """A page as v2 gives it, in its fourth version."""
    version = {"number": 4, "message": "LearnLoop: 3 learnings · 4f2a9c01", "authorId": "bot"}
    shape = {"id": "98310", "title": "Pricing", "status": "current", "authorId": "creator", "version": version}
    return shape | {"body": {"storage": {"representation": "storage", "value": body}}} | more


SPACE = Space("65540", "ENG", "Engineering", "65600")
PAGE = Remote("98310", "Pricing", "current", 4, TEXT, AccountId("bot"), "LearnLoop: 3 learnings · 4f2a9c01")
OPEN_COMMENTS = "/wiki/api/v2/pages/98310/inline-comments?resolution-status=open&resolution-status=reopened&limit=250"

JIRA = (
    Row(
        jira.MYSELF, "me", (),
        "GET /rest/api/3/myself",
        ({"accountId": "bot", "displayName": "LearnLoop", "timeZone": "Europe/Lisbon"},),
        Me(AccountId("bot"), "LearnLoop", "Europe/Lisbon"),
    ),
    Row(
        jira.PERMISSIONS, "may", ("ADMINISTER",),
        "GET /rest/api/3/mypermissions?permissions=ADMINISTER",
        ({"permissions": {"ADMINISTER": {"havePermission": True}}},),
        True,
    ),
    Row(
        jira.PERMISSIONS, "granted", (["ADD_COMMENTS", "LINK_ISSUES"], ProjectKey("FLEX")),
        "GET /rest/api/3/mypermissions?permissions=ADD_COMMENTS,LINK_ISSUES&projectKey=FLEX",
        ({"permissions": {name: {"havePermission": name != "LINK_ISSUES"} for name in
                          ("ADD_COMMENTS", "LINK_ISSUES", "BROWSE_PROJECTS")}},),
        frozenset({"ADD_COMMENTS"}),
    ),
    Row(
        jira.STATUSES, "statuses", (),
        "GET /rest/api/3/status",
        ([{"id": "1", "statusCategory": {"key": "new"}}, {"id": 3, "statusCategory": {"key": "done"}}, {"id": "4"}],),
        {"1": StatusCategory.NEW, "3": StatusCategory.DONE, "4": StatusCategory.UNDEFINED},
    ),
    Row(
        jira.FIELDS, "fields", (),
        "GET /rest/api/3/field",
        ([
            {"id": "summary", "name": "Summary", "schema": {"type": "string", "system": "summary"}},
            {"id": "customfield_1", "name": "Short", "schema": {"custom": "com.atlassian.jira.x:textfield"}},
            {"id": "customfield_2", "name": "Long", "schema": {"custom": "com.atlassian.jira.x:textarea"}},
            {"id": "customfield_4", "name": "Where", "schema": {"custom": "com.atlassian.jira.x:url"}},
            {"id": "thumbnail", "name": "Images"},
        ],),
        [JiraField("summary", "Summary", False), JiraField("customfield_1", "Short", False, True),
         JiraField("customfield_2", "Long", True, True), JiraField("customfield_4", "Where", False, takes="address"),
         JiraField("thumbnail", "Images", False)],
    ),
    Row(
        jira.STATUSES, "closed_statuses", (),
        "GET /rest/api/3/status",
        ([{"id": "1", "name": "To Do", "statusCategory": {"key": "new"}},
          {"id": "3", "name": "Done", "statusCategory": {"key": "done"}},
          {"id": "4", "name": "Done", "statusCategory": {"key": "done"}},
          {"id": "5", "name": "Released", "statusCategory": {"key": "done"}}],),
        ["Done", "Released"],
    ),
    Row(
        jira.ISSUE_TYPES, "issue_types", (),
        "GET /rest/api/3/issuetype",
        ([{"id": "1", "name": "Story"}, {"id": "2", "name": "Bug"}, {"id": "9", "name": "Story"}],),
        ["Story", "Bug"],
    ),
    Row(
        jira.CREATE_FIELD, "create_field", ("What we learned", "The answer of whoever closed it."),
        "POST /rest/api/3/field",
        ({"id": "customfield_10077", "name": "What we learned"},),
        "customfield_10077",
        {"name": "What we learned", "description": "The answer of whoever closed it.",
         "type": "com.atlassian.jira.plugin.system.customfieldtypes:textarea",
         "searcherKey": "com.atlassian.jira.plugin.system.customfieldtypes:textsearcher"},
    ),
    Row(
        jira.SHOW_FIELD, "show_field", ("customfield_10077",),
        "POST /rest/api/3/screens/addToDefault/customfield_10077",
        ({},),
    ),
    Row(
        jira_cloud.PROJECTS, "projects", (),
        "GET /rest/api/3/project/search?maxResults=100&startAt=2",
        ({"values": [{"key": "FLEX", "isPrivate": False}, {"key": "HR", "isPrivate": True}], "isLast": False},
         {"values": [{"key": "OPS"}], "isLast": True}),
        {"FLEX": False, "HR": True, "OPS": False},
    ),
    Row(
        jira.ISSUE, "issue", ("FLEX-7", ("customfield_10050",)),
        f"GET /rest/api/3/issue/FLEX-7?{READ},customfield_10050",
        (ISSUE_JSON,),
        ISSUE,
    ),
    Row(
        jira.ISSUE, "life", ("FLEX-7",),
        f"GET /rest/api/3/issue/FLEX-7?{READ_LIFE}&expand=changelog",
        (LIFE_JSON,),
        LIFE,
    ),
    Row(
        jira_cloud.ISSUES, "issues", (["10007", "10008"],),
        "POST /rest/api/3/issue/bulkfetch",
        ({"issues": [ISSUE_JSON], "issueErrors": []},),
        [ISSUE],
        {"issueIdsOrKeys": ["10007", "10008"], "fields": NAMES},
    ),
    Row(
        jira_cloud.SEARCH, "search", ("project = FLEX", 2),
        "POST /rest/api/3/search/jql",
        ({"issues": [ISSUE_JSON], "nextPageToken": "t2", "isLast": False},
         {"issues": [ISSUE_JSON, ISSUE_JSON], "nextPageToken": "t3", "isLast": False}),
        [ISSUE, ISSUE],
        {"jql": "project = FLEX", "fields": NAMES, "maxResults": 2, "nextPageToken": "t2"},
    ),
    Row(
        jira_cloud.SEARCH, "meets", ("10007", 'key = "FLEX-7" AND (labels = ask)'),
        "POST /rest/api/3/search/jql",
        ({"issues": [{"id": "10007"}], "isLast": True},),
        True,
        {"jql": 'key = "FLEX-7" AND (labels = ask)', "fields": ["id"], "maxResults": 1, "reconcileIssues": [10007]},
    ),
    Row(
        jira_cloud.CHANGES, "changes", ([ISSUE], ["status"], YESTERDAY),
        "POST /rest/api/3/changelog/bulkfetch",
        ({"issueChangeLogs": [{"issueId": "10007", "changeHistories": [HISTORY]}], "nextPageToken": "t2"},
         {"issueChangeLogs": [{"issueId": "10007", "changeHistories": [OLDER]},
                              {"issueId": "99999", "changeHistories": [HISTORY]}]}),
        [CHANGED],
        {"issueIdsOrKeys": ["10007"], "fieldIds": ["status"], "nextPageToken": "t2"},
    ),
    Row(
        jira.COMMENTS, "find_comment", ("FLEX-7", 41),
        "GET /rest/api/3/issue/FLEX-7/comment?orderBy=-created&expand=properties&maxResults=100&startAt=1",
        ({"comments": [{"id": "1"}], "total": 9}, {"comments": [COMMENT_JSON], "total": 9}),
        "10400",
    ),
    Row(
        jira.ADD_COMMENT, "add_comment", ("FLEX-7", DOC, 41),
        "POST /rest/api/3/issue/FLEX-7/comment",
        (COMMENT_JSON,),
        "10400",
        {"body": DOC, "properties": [{"key": "learnloop.prompt", "value": {"prompt": 41}}]},
    ),
    Row(
        jira.EDIT_COMMENT, "edit_comment", ("FLEX-7", "10400", DOC),
        "PUT /rest/api/3/issue/FLEX-7/comment/10400?notifyUsers=false",
        (COMMENT_JSON,),
        body={"body": DOC},
    ),
    Row(
        jira.NOTIFY, "notify", ("FLEX-7", "ana", "A question", "It is about FLEX-7."),
        "POST /rest/api/3/issue/FLEX-7/notify",
        (None,),
        body={"subject": "A question", "textBody": "It is about FLEX-7.", "to": {"users": [{"accountId": "ana"}]}},
    ),
    Row(
        jira.SET_PROPERTY, "keep_learning", ("FLEX-7", {"learned": "Ask earlier."}),
        "PUT /rest/api/3/issue/FLEX-7/properties/learnloop.learning",
        (None,),
        body={"learned": "Ask earlier."},
    ),
    Row(
        jira.DROP_PROPERTY, "drop_learning", ("FLEX-7",),
        "DELETE /rest/api/3/issue/FLEX-7/properties/learnloop.learning",
        (None,),
    ),
    Row(
        jira.EDIT_ISSUE, "edit_issue",
        ("FLEX-7", {"customfield_1": "Short.", "customfield_2": "Ask earlier."}, ["customfield_2"], ["new"]),
        "PUT /rest/api/3/issue/FLEX-7?notifyUsers=false",
        (None,),
        body={
            "fields": {"customfield_1": "Short.", "customfield_2": DOC},
            "update": {"labels": [{"add": "new"}]},
        },
        named={"silent": True},
    ),
    Row(
        jira.EDITABLE, "editable", ("FLEX-7",),
        "GET /rest/api/3/issue/FLEX-7/editmeta",
        ({"fields": {
            "customfield_1": {"schema": {"type": "string", "custom": f"{TYPES}:textarea"}, "name": "Hypothesis"},
            "customfield_2": {"schema": {"type": "date", "custom": f"{TYPES}:datepicker"}, "name": "Review on"},
            "customfield_3": {
                "schema": {"type": "option", "custom": f"{TYPES}:select"},
                "allowedValues": [{"id": "10019", "value": "Supported"}, {"id": "10020", "value": "Refuted"}],
            },
            "priority": {"schema": {"type": "priority"}, "allowedValues": [{"id": "1", "name": "High"}]},
        }},),
        {
            "customfield_1": Editable("string", rich=True),
            "customfield_2": Editable("date"),
            "customfield_3": Editable("option", options=("Supported", "Refuted")),
            "priority": Editable("priority"),
        },
    ),
    Row(
        jira.CREATE_ISSUE, "create_issue",
        (NewIssue(ProjectKey("FLEX"), "Task", "Ask earlier.", DOC, "learnloop-action-10007", AccountId("ana"),
                  date(2026, 11, 16)),),
        "POST /rest/api/3/issue",
        ({"id": "10031", "key": "FLEX-31", "self": "https://x.example.net/rest/api/3/issue/10031"},),
        ("10031", "FLEX-31"),
        {"fields": {"project": {"key": "FLEX"}, "issuetype": {"name": "Task"}, "summary": "Ask earlier.",
                    "description": DOC, "labels": ["learnloop-action-10007"], "assignee": {"accountId": "ana"},
                    "duedate": "2026-11-16"}},
    ),
    Row(
        jira.LINK_ISSUES, "link_issues", ("FLEX-31", "FLEX-7", "Relates"),
        "POST /rest/api/3/issueLink",
        (None,),
        body={"type": {"name": "Relates"}, "inwardIssue": {"key": "FLEX-31"}, "outwardIssue": {"key": "FLEX-7"}},
    ),
    Row(
        jira.ISSUE, "linked", ("FLEX-7",),
        "GET /rest/api/3/issue/FLEX-7?fields=issuelinks",
        ({"fields": {"issuelinks": [{"id": "1", "inwardIssue": {"key": "FLEX-31"}},
                                    {"id": "2", "outwardIssue": {"key": "OPS-2"}}]}},),
        ["FLEX-31", "OPS-2"],
    ),
    Row(
        jira.REMOTE_LINK, "link_page", ("FLEX-7", "learnloop=topic/pricing", "https://x.example.net/wiki/1", "Pricing"),
        "POST /rest/api/3/issue/FLEX-7/remotelink",
        ({"id": 10000},),
        body={
            "globalId": "learnloop=topic/pricing",
            "application": {"type": "com.atlassian.confluence", "name": "Confluence"},
            "relationship": "what we learned",
            "object": {"url": "https://x.example.net/wiki/1", "title": "Pricing"},
        },
    ),
    Row(
        jira_cloud.BOARD, "project_of_board", (12,),
        "GET /rest/agile/1.0/board/12",
        ({"id": 12, "location": {"projectKey": "FLEX"}},),
        "FLEX",
    ),
    Row(jira.SPRINT, "sprint", (37,), "GET /rest/agile/1.0/sprint/37", (SPRINT_JSON,), SPRINT),
    Row(
        jira.SPRINT_ISSUES, "sprint_issues", (37,),
        "GET /rest/agile/1.0/sprint/37/issue?fields=summary&maxResults=100&startAt=1",
        ({"issues": [{"id": "10007"}], "total": 2}, {"issues": [{"id": 10008}], "total": 2}),
        ["10007", "10008"],
    ),
    Row(
        jira_cloud.WEBHOOKS, "webhooks", (),
        "GET /rest/webhooks/1.0/webhook",
        ([{"name": "LearnLoop", "enabled": True}],),
        [{"name": "LearnLoop", "enabled": True}],
    ),
    Row(
        jira_cloud.CREATE_WEBHOOK, "create_webhook", (WEBHOOK,),
        "POST /rest/webhooks/1.0/webhook",
        ({"id": 7, "name": "LearnLoop", "isSigned": True},),
        body={"name": "LearnLoop", "url": "https://learnloop.example.org/webhooks/cloud/p", "excludeBody": False,
              "events": ["jira:issue_updated"], "filters": {"issue-related-events-section": "project = FLEX"},
              "secret": "a secret both sides know"},
    ),
)  # fmt: skip

CONFLUENCE = (
    Row(confluence_cloud.ME, "me", (), "GET /wiki/rest/api/user/current", ({"accountId": "bot"},), "bot"),
    Row(
        confluence_cloud.OPERATIONS, "may_write", (SPACE,),
        "GET /wiki/api/v2/spaces/65540/operations",
        ({"operations": [{"operation": "read", "targetType": "space"},
                         {"operation": "create", "targetType": "page"}]},),
        True,
    ),
    Row(
        confluence_cloud.SPACES, "space", ("ENG",),
        "GET /wiki/api/v2/spaces?keys=ENG",
        ({"results": [{"id": 65540, "key": "ENG", "name": "Engineering", "homepageId": "65600"}]},),
        SPACE,
    ),
    Row(
        confluence_cloud.SPACES, "spaces", (50,),
        "GET /wiki/api/v2/spaces?status=current&sort=name&limit=50",
        ({"results": [{"id": 65540, "key": "ENG", "name": "Engineering", "type": "global", "homepageId": "65600"},
                      {"id": 65541, "key": "~ana", "name": "Ana", "type": "personal"}]},),
        [SPACE],
    ),
    Row(
        confluence_cloud.CREATE_SPACE, "create_space", ("LEARN", "What we learned"),
        "POST /wiki/rest/api/space",
        ({"id": 65599, "key": "LEARN"},),
        body={"key": "LEARN", "name": "What we learned"},
    ),
    Row(
        confluence_cloud.CREATE_PAGE, "create_page", (SPACE, "65600", "Pricing", TEXT),
        "POST /wiki/api/v2/pages",
        (page_json(),),
        PAGE,
        {"spaceId": "65540", "status": "current", "title": "Pricing", "parentId": "65600",
         "body": {"representation": "storage", "value": TEXT}},
    ),
    Row(
        confluence_cloud.PAGE, "page", ("98310",),
        "GET /wiki/api/v2/pages/98310?body-format=storage",
        (page_json(),),
        PAGE,
    ),
    Row(
        confluence_cloud.INLINE_COMMENTS, "page", ("98310",),
        f"GET {OPEN_COMMENTS}&cursor=c+2%3D",
        (page_json(MARKED),
         {"results": [{"properties": {"inlineMarkerRef": "8f2"}}],
          "_links": {"next": "/wiki/api/v2/pages/98310/inline-comments?limit=250&cursor=c%202%3D"}},
         {"results": [{"properties": {"inlineMarkerRef": "9a1"}}], "_links": {}}),
        Remote(**(vars(PAGE) | {"body": MARKED, "open_comments": frozenset({"8f2", "9a1"})})),
    ),
    Row(
        confluence_cloud.PAGES, "find_page", (SPACE, "R&D: what now?"),
        "GET /wiki/api/v2/pages"
        "?space-id=65540&title=R%26D%3A+what+now%3F&status=current&body-format=storage&limit=1",
        ({"results": [page_json()]},),
        PAGE,
    ),
    Row(
        confluence_cloud.PAGES, "glances", (["98310", "98311"],),
        "GET /wiki/api/v2/pages?id=98310&id=98311&limit=250&status=current&status=archived&status=trashed",
        ({"results": [{"id": "98310", "title": "Pricing", "status": "archived", "version": {"number": 5}}]},),
        {"98310": Remote("98310", "Pricing", "archived", 5, "")},
    ),
    Row(
        confluence_cloud.PAGES, "pages", (["98310", "98311"],),
        "GET /wiki/api/v2/pages?id=98310&id=98311&limit=250&status=current&body-format=storage",
        ({"results": [page_json()]},),
        {"98310": PAGE},
    ),
    Row(
        confluence_cloud.UPDATE_PAGE, "update_page", ("98310", "Pricing", TEXT, 5, "LearnLoop: 4 learnings · 00c0ffee"),
        "PUT /wiki/api/v2/pages/98310",
        (page_json(),),
        PAGE,
        {"id": "98310", "status": "current", "title": "Pricing", "body": {"representation": "storage", "value": TEXT},
         "version": {"number": 5, "message": "LearnLoop: 4 learnings · 00c0ffee", "minorEdit": True}},
    ),
    Row(
        confluence_cloud.ADD_PROPERTY, "mark_page", ("98310", "topic/pricing", "t1"),
        "POST /wiki/api/v2/pages/98310/properties",
        ({"id": "1", "key": "learnloop"},),
        body={"key": "learnloop", "value": {"page": "topic/pricing", "tenant": "t1"}},
    ),
    Row(
        confluence_cloud.ATTACH, "attach", ("98310", "capture.png", b"PNG of capture"),
        "PUT /wiki/rest/api/content/98310/child/attachment",
        ({"results": [{"id": "att98400", "title": "capture.png"}]},),
        body=PICTURE_FORM,
    ),
    Row(
        confluence_cloud.ADD_LABELS, "add_labels", ("98310", ["learnloop", "pricing"]),
        "POST /wiki/rest/api/content/98310/label",
        ({"results": []},),
        body=[{"prefix": "global", "name": "learnloop"}, {"prefix": "global", "name": "pricing"}],
    ),
)  # fmt: skip

ROWS = JIRA + CONFLUENCE
