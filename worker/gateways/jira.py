"""Jira: everything we ask of it, in the domain's words, and what its two families answer alike.

`jira_cloud` and `jira_data_center` add what differs. Paths and shapes: Atlassian's OpenAPI of the Jira Cloud platform
(v3) and Jira Software, and the REST reference of Jira Data Center (v2); the contract tests hold every request against
them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from worker.domain import issue_json, life_json
from worker.domain.events import IssueChanged
from worker.domain.life import Life
from worker.domain.model import AccountId, Issue, IssueId, IssueKey, ProjectKey, Sprint, StatusCategory, StatusId
from worker.gateways.calls import Call
from worker.gateways.jira_shapes import Document, Editable, JiraField, Markup, Me, NewIssue, Webhook, editable, field
from worker.gateways.session import Session, documented, identity

# Properties are visible to everyone who sees the issue or comment; nothing private goes into one.
PROMPT_PROPERTY = "learnloop.prompt"
LEARNING_PROPERTY = "learnloop.learning"
# Jira Service Management's own mark of an internal comment.
INTERNAL_PROPERTY = "sd.public.comment"

_DONE = StatusCategory.DONE
_FIELD_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes"

PAGE = 100  # items a page of a list; also the most issues one bulk read takes


def call(name: str, method: str, path: str, about: str, needs: str = "") -> Call:
    return Call(name, "Jira", method, path, about, needs)


MYSELF = call("myself", "GET", "/rest/api/{api}/myself", "say who we are")
PERMISSIONS = call("permissions", "GET", "/rest/api/{api}/mypermissions", "say what we may do")
STATUSES = call("statuses", "GET", "/rest/api/{api}/status", "list its statuses", "*Browse projects*")
FIELDS = call("fields", "GET", "/rest/api/{api}/field", "list its fields")
ISSUE_TYPES = call("issue_types", "GET", "/rest/api/{api}/issuetype", "list its issue types", "*Browse projects*")
CREATE_FIELD = call("create_field", "POST", "/rest/api/{api}/field", "make a custom field", "*Administer Jira*")
SHOW_FIELD = call(
    "show_field",
    "POST",
    "/rest/api/{api}/screens/addToDefault/{field}",
    "put the field on the default screen",
    "*Administer Jira*",
)
ISSUE = call("issue", "GET", "/rest/api/{api}/issue/{issue}", "read the issue", "*Browse projects*")
EDIT_ISSUE = call("edit_issue", "PUT", "/rest/api/{api}/issue/{issue}", "write the answer's fields", "*Edit issues*")
EDITABLE = call(
    "editable", "GET", "/rest/api/{api}/issue/{issue}/editmeta", "see which fields it takes", "*Edit issues*"
)
COMMENTS = call("comments", "GET", "/rest/api/{api}/issue/{issue}/comment", "list the comments", "*Browse projects*")
ADD_COMMENT = call("add_comment", "POST", "/rest/api/{api}/issue/{issue}/comment", "add the comment", "*Add comments*")
EDIT_COMMENT = call(
    "edit_comment", "PUT", "/rest/api/{api}/issue/{issue}/comment/{comment}", "edit our comment", "*Edit own comments*"
)
NOTIFY = call("notify", "POST", "/rest/api/{api}/issue/{issue}/notify", "send a reminder", "*Browse projects*")
SET_PROPERTY = call(
    "set_property",
    "PUT",
    "/rest/api/{api}/issue/{issue}/properties/{key}",
    "keep the answer on the issue",
    "*Edit issues*",
)
DROP_PROPERTY = call(
    "drop_property",
    "DELETE",
    "/rest/api/{api}/issue/{issue}/properties/{key}",
    "take the answer off the issue",
    "*Edit issues*",
)
CREATE_ISSUE = call("create_issue", "POST", "/rest/api/{api}/issue", "make the issue", "*Create issues*")
LINK_ISSUES = call("link_issues", "POST", "/rest/api/{api}/issueLink", "link the two issues", "*Link issues*")
REMOTE_LINK = call("remote_link", "POST", "/rest/api/{api}/issue/{issue}/remotelink", "link the page", "*Link issues*")
SPRINT = call("sprint", "GET", "/rest/agile/1.0/sprint/{sprint}", "read the sprint", "*Browse projects*")
SPRINT_ISSUES = call(
    "sprint_issues", "GET", "/rest/agile/1.0/sprint/{sprint}/issue", "list the sprint's issues", "*Browse projects*"
)


class Jira(ABC):
    """One tenant's Jira."""

    api: ClassVar[str]
    markup: ClassVar[Markup]
    # Whether our comment can be edited without a mail to watchers.
    quiet_edits: ClassVar[bool]

    def __init__(self, session: Session) -> None:
        self._session = session

    # --- what the families do in their own ways ---

    @abstractmethod
    def me(self) -> Me:
        """Who we are there."""

    @abstractmethod
    def mention(self, person: AccountId) -> str:
        """What a comment's markup wants to know to mention this person."""

    @abstractmethod
    def projects(self) -> dict[ProjectKey, bool]:
        """The projects the account sees, each with whether it is private."""

    @abstractmethod
    def issues(self, ids: Iterable[IssueId]) -> list[Issue]:
        """Those of the issues that the account can see; one call a hundred."""

    @abstractmethod
    def search(self, jql: str, most: int, extra: Sequence[str] = ()) -> list[Issue]:
        """The first `most` issues that a bounded JQL finds, with the custom fields in `extra`."""

    @abstractmethod
    def meets(self, issue: IssueId, jql: str) -> bool:
        """Whether a JQL finds the issue, as it is now. Raises Rejected with the site's words for one it cannot read."""

    @abstractmethod
    def changes(self, issues: Sequence[Issue], fields: Sequence[str], since: datetime) -> list[IssueChanged]:
        """What happened to these fields of the issues since then, as events, the oldest first."""

    @abstractmethod
    def find_comment(self, issue: IssueKey, prompt_id: int) -> str | None:
        """The id of our comment for a prompt, known by its property; None when there is none."""

    @abstractmethod
    def notify(self, issue: IssueKey, to: AccountId, subject: str, text: str) -> None:
        """One mail to one person about one issue."""

    @abstractmethod
    def project_of_board(self, board_id: int) -> ProjectKey:
        """The project a board belongs to; empty when Jira names none."""

    @abstractmethod
    def webhooks(self) -> list[dict[str, Any]]:
        """The site's admin webhooks: name, url, events, enabled, isSigned."""

    @abstractmethod
    def create_webhook(self, wish: Webhook) -> None:
        """Register an admin webhook. Only an admin of Jira may; Data Center's is made by hand, and Rejected here."""

    # --- what they do alike ---

    @documented
    def may(self, permission: str) -> bool:
        """Whether the account holds a global permission (`ADMINISTER`)."""
        return permission in self._held({"permissions": permission})

    @documented
    def granted(self, permissions: Sequence[str], project: ProjectKey) -> frozenset[str]:
        """Those of the permissions (`ADD_COMMENTS`) that the account holds in a project, in one call."""
        return self._held({"permissions": ",".join(permissions), "projectKey": project}) & set(permissions)

    @documented
    def statuses(self) -> dict[StatusId, StatusCategory]:
        """The category of every status of the site."""
        found = self._send(STATUSES)
        return {StatusId(str(one["id"])): issue_json.category(one.get("statusCategory")) for one in found}

    @documented
    def fields(self) -> list[JiraField]:
        """Every field of the site."""
        return [field(one) for one in self._send(FIELDS)]

    @documented
    def closed_statuses(self) -> list[str]:
        """The names of the statuses of the category done, in the site's order; a name several workflows have, once."""
        done = [one for one in self._send(STATUSES) if issue_json.category(one.get("statusCategory")) is _DONE]
        return list(dict.fromkeys(str(one["name"]) for one in done))

    @documented
    def issue_types(self) -> list[str]:
        """The names of the issue types, in the site's order, once each."""
        return list(dict.fromkeys(str(one["name"]) for one in self._send(ISSUE_TYPES)))

    @documented
    def create_field(self, name: str, description: str) -> str:
        """Make a custom field for text of several lines; its id. Only an admin of Jira may."""
        kind = {"type": f"{_FIELD_TYPES}:textarea", "searcherKey": f"{_FIELD_TYPES}:textsearcher"}
        return identity(self._send(CREATE_FIELD, body={"name": name, "description": description, **kind}))

    def show_field(self, field: str) -> None:
        """Put a field on Jira's default screen. Raises Missing when it is there already (REST v3, screens)."""
        self._send(SHOW_FIELD, field=field)

    @documented
    def issue(self, key: IssueKey | IssueId, extra: Sequence[str] = ()) -> Issue:
        """The issue as it is now, with the custom fields in `extra`."""
        data = self._send(ISSUE, query={"fields": ",".join((*issue_json.FIELDS, *extra))}, issue=key)
        return issue_json.issue(data)

    @documented
    def life(self, key: IssueKey | IssueId) -> Life:
        """The issue as it is now, and what its changelog tells, in one call; Cloud tells the newest 100 changes."""
        fields = ",".join((*issue_json.FIELDS, *life_json.FIELDS))
        return life_json.life(self._send(ISSUE, query={"fields": fields, "expand": "changelog"}, issue=key))

    @documented
    def add_comment(self, issue: IssueKey, document: Document, prompt_id: int, *, internal: bool = False) -> str:
        """Add our one comment, marked with its prompt; its id. `internal` hides it from a service desk's customers."""
        properties: list[dict[str, Any]] = [{"key": PROMPT_PROPERTY, "value": {"prompt": prompt_id}}]
        if internal:
            properties.append({"key": INTERNAL_PROPERTY, "value": {"internal": True}})
        body = {"body": document, "properties": properties}
        return identity(self._send(ADD_COMMENT, body=body, issue=issue))

    def edit_comment(self, issue: IssueKey, comment_id: str, document: Document) -> None:
        """Change our comment without a mail to anyone."""
        query = {"notifyUsers": "false"}
        self._send(EDIT_COMMENT, query=query, body={"body": document}, issue=issue, comment=comment_id)

    def keep_learning(self, issue: IssueKey, value: Mapping[str, Any]) -> None:
        """Write the answer into the issue's property; mails nobody."""
        self._send(SET_PROPERTY, body=dict(value), issue=issue, key=LEARNING_PROPERTY)

    def drop_learning(self, issue: IssueKey) -> None:
        """Take the answer off the issue."""
        self._send(DROP_PROPERTY, issue=issue, key=LEARNING_PROPERTY)

    def edit_issue(
        self, issue: IssueKey, values: Mapping[str, Any], rich: Iterable[str], add: Sequence[str], *, silent: bool
    ) -> None:
        """Write custom fields (texts in `rich` ones in the site's markup) and add labels. `silent` mails nobody; only
        an admin may ask for that: Cloud ignores it from others, Data Center answers 403.
        """
        body: dict[str, Any] = {}
        if values:
            body["fields"] = {name: self._rich(one) if name in set(rich) else one for name, one in values.items()}
        if add:
            body["update"] = {"labels": [{"add": label} for label in add]}
        if body:
            query = {"notifyUsers": "false"} if silent else None
            self._send(EDIT_ISSUE, query=query, body=body, issue=issue)

    @documented
    def editable(self, issue: IssueKey) -> dict[str, Editable]:
        """The fields that can be written on the issue as it is now, by id."""
        return {name: editable(one) for name, one in self._send(EDITABLE, issue=issue)["fields"].items()}

    def link_page(self, issue: IssueKey, global_id: str, url: str, title: str) -> None:
        """Show the page on the issue; the same `global_id` again replaces the link."""
        body = {
            "globalId": global_id,
            "application": {"type": "com.atlassian.confluence", "name": "Confluence"},
            "relationship": "what we learned",
            "object": {"url": url, "title": title},
        }
        self._send(REMOTE_LINK, body=body, issue=issue)

    @documented
    def create_issue(self, new: NewIssue) -> tuple[IssueId, IssueKey]:
        """Make an issue; its id and key. Raises Rejected whose detail names each field that Jira does not take."""
        fields: dict[str, Any] = {
            "project": {"key": new.project},
            "issuetype": {"name": new.type_name},
            "summary": new.summary,
            "description": new.description,
            "labels": [new.label],
        }
        if new.assignee:
            fields["assignee"] = self._person(new.assignee)
        if new.due_on:
            fields["duedate"] = new.due_on.isoformat()
        made = self._send(CREATE_ISSUE, body={"fields": fields})
        return IssueId(identity(made)), IssueKey(identity(made, "key"))

    def link_issues(self, one: IssueKey, other: IssueKey, kind: str) -> None:
        """Link two issues; the same again may link them twice."""
        body = {"type": {"name": kind}, "inwardIssue": {"key": one}, "outwardIssue": {"key": other}}
        self._send(LINK_ISSUES, body=body, issue=one)

    @documented
    def linked(self, issue: IssueKey) -> list[IssueKey]:
        """The issues that an issue is linked to, as Jira has it now (no index is asked)."""
        links = self._send(ISSUE, query={"fields": "issuelinks"}, issue=issue)["fields"].get("issuelinks") or []
        return [IssueKey((one.get("inwardIssue") or one["outwardIssue"])["key"]) for one in links]

    @documented
    def sprint(self, sprint_id: int) -> Sprint:
        """The sprint as it is now."""
        return issue_json.sprint(self._send(SPRINT, sprint=sprint_id))

    @documented
    def sprint_issues(self, sprint_id: int) -> list[IssueId]:
        """The issues Jira lists in a sprint now."""
        pages = self._pages(SPRINT_ISSUES, "issues", {"fields": "summary", "maxResults": PAGE}, sprint=sprint_id)
        return [IssueId(str(one["id"])) for page in pages for one in page]

    def site_time(self) -> datetime | None:
        """The site's clock, as its last answer showed it (to the second); None before the first."""
        return self._session.site_time

    @abstractmethod
    def _person(self, account: AccountId) -> dict[str, str]:
        """A person as the value of a field."""

    @abstractmethod
    def _rich(self, words: str) -> Document:
        """Text as the value of a field that takes several lines."""

    def _held(self, query: Mapping[str, object]) -> frozenset[str]:
        """The permissions the account holds among those in an answer; Data Center tells of all there are."""
        found = self._send(PERMISSIONS, query=query)["permissions"]
        return frozenset(name for name, one in found.items() if one.get("havePermission"))

    def _send(self, call: Call, **asked: Any) -> Any:
        return self._session.send(call, api=self.api, **asked)

    def _pages(
        self, call: Call, name: str, query: Mapping[str, object], **places: object
    ) -> Iterator[list[dict[str, Any]]]:
        """Each page of a startAt-paged list."""
        start = 0
        while True:
            data = self._send(call, query={**query, "startAt": start}, **places)
            items = data.get(name) or []
            if items:
                yield items
            start += len(items)
            if not items or data.get("isLast") is True or start >= data.get("total", start + 1):
                return
