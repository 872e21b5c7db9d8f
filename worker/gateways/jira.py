"""Jira Cloud, REST v3: everything we ask of it, in the domain's words.

Paths and shapes: Atlassian's OpenAPI of the Jira Cloud platform (v3) and Jira Software; the contract tests hold every
request against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.domain import adf, issue_json
from worker.domain.model import AccountId, Issue, IssueId, IssueKey, ProjectKey, Sprint, StatusCategory, StatusId
from worker.gateways.session import Call, Session, documented

# Properties are visible to everyone who sees the issue or comment; nothing private goes into one.
PROMPT_PROPERTY = "learnloop.prompt"
LEARNING_PROPERTY = "learnloop.learning"
# Jira Service Management's own mark of an internal comment.
INTERNAL_PROPERTY = "sd.public.comment"

_BULK = 100  # issues one bulkfetch takes
_PAGE = 100


def _call(name: str, method: str, path: str, about: str, needs: str = "") -> Call:
    return Call(name, "Jira", method, path, about, needs)


MYSELF = _call("myself", "GET", "/rest/api/3/myself", "say who we are")
PERMISSIONS = _call("permissions", "GET", "/rest/api/3/mypermissions", "say what we may do")
STATUSES = _call("statuses", "GET", "/rest/api/3/status", "list its statuses", "*Browse projects*")
FIELDS = _call("fields", "GET", "/rest/api/3/field", "list its fields")
PROJECTS = _call("projects", "GET", "/rest/api/3/project/search", "list its projects", "*Browse projects*")
ISSUE = _call("issue", "GET", "/rest/api/3/issue/{issue}", "read the issue", "*Browse projects*")
ISSUES = _call("issues", "POST", "/rest/api/3/issue/bulkfetch", "read issues", "*Browse projects*")
EDIT_ISSUE = _call("edit_issue", "PUT", "/rest/api/3/issue/{issue}", "write the answer's fields", "*Edit issues*")
COMMENTS = _call("comments", "GET", "/rest/api/3/issue/{issue}/comment", "list the comments", "*Browse projects*")
ADD_COMMENT = _call("add_comment", "POST", "/rest/api/3/issue/{issue}/comment", "add the comment", "*Add comments*")
EDIT_COMMENT = _call(
    "edit_comment", "PUT", "/rest/api/3/issue/{issue}/comment/{comment}", "edit our comment", "*Edit own comments*"
)
NOTIFY = _call("notify", "POST", "/rest/api/3/issue/{issue}/notify", "send a reminder", "*Browse projects*")
SET_PROPERTY = _call(
    "set_property", "PUT", "/rest/api/3/issue/{issue}/properties/{key}", "keep the answer on the issue", "*Edit issues*"
)
DROP_PROPERTY = _call(
    "drop_property",
    "DELETE",
    "/rest/api/3/issue/{issue}/properties/{key}",
    "take the answer off the issue",
    "*Edit issues*",
)
REMOTE_LINK = _call("remote_link", "POST", "/rest/api/3/issue/{issue}/remotelink", "link the page", "*Link issues*")
BOARD = _call("board", "GET", "/rest/agile/1.0/board/{board}", "read the board", "*Browse projects*")
SPRINT = _call("sprint", "GET", "/rest/agile/1.0/sprint/{sprint}", "read the sprint", "*Browse projects*")
SPRINT_ISSUES = _call(
    "sprint_issues", "GET", "/rest/agile/1.0/sprint/{sprint}/issue", "list the sprint's issues", "*Browse projects*"
)
WEBHOOKS = _call("webhooks", "GET", "/rest/webhooks/1.0/webhook", "list its webhooks", "*Administer Jira*")


@dataclass(frozen=True)
class Me:
    """The account our credentials are of."""

    account_id: AccountId
    name: str
    time_zone: str


@dataclass(frozen=True)
class JiraField:
    """A field of the site. `rich` when v3 takes ADF for it instead of text."""

    id: str
    name: str
    rich: bool


class Jira:
    """One tenant's Jira."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @documented
    def me(self) -> Me:
        """Who we are there."""
        data = self._session.send(MYSELF)
        return Me(AccountId(data["accountId"]), data.get("displayName", ""), data.get("timeZone", "UTC"))

    @documented
    def may(self, permission: str) -> bool:
        """Whether the account holds a global permission or one in every project we asked about (`ADMINISTER`, …)."""
        data = self._session.send(PERMISSIONS, query={"permissions": permission})
        return bool(data["permissions"].get(permission, {}).get("havePermission"))

    @documented
    def statuses(self) -> dict[StatusId, StatusCategory]:
        """The category of every status of the site."""
        found = self._session.send(STATUSES)
        return {StatusId(str(one["id"])): issue_json.category(one.get("statusCategory")) for one in found}

    @documented
    def fields(self) -> list[JiraField]:
        """Every field of the site."""
        return [
            JiraField(one["id"], one["name"], str((one.get("schema") or {}).get("custom", "")).endswith(":textarea"))
            for one in self._session.send(FIELDS)
        ]

    @documented
    def projects(self) -> dict[ProjectKey, bool]:
        """The projects the account sees, each with whether it is private."""
        found: dict[ProjectKey, bool] = {}
        for page in self._pages(PROJECTS, "values", {"maxResults": _PAGE}):
            found |= {ProjectKey(one["key"]): one.get("isPrivate") is True for one in page}
        return found

    @documented
    def issue(self, key: IssueKey | IssueId, extra: Sequence[str] = ()) -> Issue:
        """The issue as it is now, with the custom fields in `extra`."""
        data = self._session.send(ISSUE, query={"fields": ",".join((*issue_json.FIELDS, *extra))}, issue=key)
        return issue_json.issue(data)

    @documented
    def issues(self, ids: Iterable[IssueId]) -> list[Issue]:
        """Those of the issues that the account can see; one call a hundred."""
        wanted, found = list(ids), []
        for start in range(0, len(wanted), _BULK):
            body = {"issueIdsOrKeys": wanted[start : start + _BULK], "fields": list(issue_json.FIELDS)}
            found += [issue_json.issue(one) for one in self._session.send(ISSUES, body=body)["issues"]]
        return found

    @documented
    def find_comment(self, issue: IssueKey, prompt_id: int) -> str | None:
        """The id of our comment for a prompt, known by its property; None when there is none."""
        query = {"orderBy": "-created", "expand": "properties", "maxResults": _PAGE}
        for page in self._pages(COMMENTS, "comments", query, issue=issue):
            for comment in page:
                for entry in comment.get("properties", ()):
                    if entry.get("key") == PROMPT_PROPERTY and entry.get("value") == {"prompt": prompt_id}:
                        return str(comment["id"])
        return None

    @documented
    def add_comment(
        self, issue: IssueKey, document: Mapping[str, Any], prompt_id: int, *, internal: bool = False
    ) -> str:
        """Add our one comment, marked with its prompt; its id. `internal` hides it from a service desk's customers."""
        properties: list[dict[str, Any]] = [{"key": PROMPT_PROPERTY, "value": {"prompt": prompt_id}}]
        if internal:
            properties.append({"key": INTERNAL_PROPERTY, "value": {"internal": True}})
        body = {"body": document, "properties": properties}
        return str(self._session.send(ADD_COMMENT, body=body, issue=issue)["id"])

    def edit_comment(self, issue: IssueKey, comment_id: str, document: Mapping[str, Any]) -> None:
        """Change our comment without a mail to anyone."""
        query = {"notifyUsers": "false"}
        self._session.send(EDIT_COMMENT, query=query, body={"body": document}, issue=issue, comment=comment_id)

    def notify(self, issue: IssueKey, to: AccountId, subject: str, text: str) -> None:
        """One mail to one person about one issue."""
        body = {"subject": subject, "textBody": text, "to": {"users": [{"accountId": to}]}}
        self._session.send(NOTIFY, body=body, issue=issue)

    def keep_learning(self, issue: IssueKey, value: Mapping[str, Any]) -> None:
        """Write the answer into the issue's property; mails nobody."""
        self._session.send(SET_PROPERTY, body=dict(value), issue=issue, key=LEARNING_PROPERTY)

    def drop_learning(self, issue: IssueKey) -> None:
        """Take the answer off the issue."""
        self._session.send(DROP_PROPERTY, issue=issue, key=LEARNING_PROPERTY)

    def edit_issue(
        self, issue: IssueKey, texts: Mapping[str, str], rich: Iterable[str], add: Sequence[str], remove: Sequence[str]
    ) -> None:
        """Write custom field texts (`rich` ones as ADF) and change labels. Silent only for an admin's account."""
        body: dict[str, Any] = {}
        if texts:
            body["fields"] = {
                name: adf.document(words) if name in set(rich) else words for name, words in texts.items()
            }
        labels = [{"add": label} for label in add] + [{"remove": label} for label in remove]
        if labels:
            body["update"] = {"labels": labels}
        if body:
            self._session.send(EDIT_ISSUE, query={"notifyUsers": "false"}, body=body, issue=issue)

    def link_page(self, issue: IssueKey, global_id: str, url: str, title: str) -> None:
        """Show the page on the issue; the same `global_id` again replaces the link."""
        body = {
            "globalId": global_id,
            "application": {"type": "com.atlassian.confluence", "name": "Confluence"},
            "relationship": "what we learned",
            "object": {"url": url, "title": title},
        }
        self._session.send(REMOTE_LINK, body=body, issue=issue)

    @documented
    def project_of_board(self, board_id: int) -> ProjectKey:
        """The project a board belongs to; empty when Jira names none."""
        location = self._session.send(BOARD, board=board_id).get("location") or {}
        return ProjectKey(str(location.get("projectKey", "")))

    @documented
    def sprint(self, sprint_id: int) -> Sprint:
        """The sprint as it is now."""
        return issue_json.sprint(self._session.send(SPRINT, sprint=sprint_id))

    @documented
    def sprint_issues(self, sprint_id: int) -> list[IssueId]:
        """The issues Jira lists in a sprint now."""
        pages = self._pages(SPRINT_ISSUES, "issues", {"fields": "summary", "maxResults": _PAGE}, sprint=sprint_id)
        return [IssueId(str(one["id"])) for page in pages for one in page]

    @documented
    def webhooks(self) -> list[dict[str, Any]]:
        """The site's admin webhooks: name, url, events, enabled, isSigned."""
        return [dict(one) for one in self._session.send(WEBHOOKS)]

    def _pages(
        self, call: Call, name: str, query: Mapping[str, object], **places: object
    ) -> Iterator[list[dict[str, Any]]]:
        """Each page of a startAt-paged list."""
        start = 0
        while True:
            data = self._session.send(call, query={**query, "startAt": start}, **places)
            items = data.get(name) or []
            if items:
                yield items
            start += len(items)
            if not items or data.get("isLast") is True or start >= data.get("total", start + 1):
                return
