"""Jira Cloud, REST v3: people by accountId, rich text as ADF, searches and bulk reads with tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from worker.domain import adf, issue_json
from worker.domain.events import UNNAMED_FIELD, IssueChanged
from worker.domain.model import AccountId, Issue, IssueId, IssueKey, ProjectKey
from worker.gateways.calls import Call
from worker.gateways.jira import COMMENTS, MYSELF, NOTIFY, PAGE, PROMPT_PROPERTY, Jira, call
from worker.gateways.jira_shapes import Document, Markup, Me, Webhook
from worker.gateways.session import documented, identity

PROJECTS = call("projects", "GET", "/rest/api/{api}/project/search", "list its projects", "*Browse projects*")
ISSUES = call("issues", "POST", "/rest/api/{api}/issue/bulkfetch", "read issues", "*Browse projects*")
SEARCH = call("search", "POST", "/rest/api/{api}/search/jql", "search issues", "*Browse projects*")
CHANGES = call("changes", "POST", "/rest/api/{api}/changelog/bulkfetch", "read what changed", "*Browse projects*")
BOARD = call("board", "GET", "/rest/agile/1.0/board/{board}", "read the board", "*Browse projects*")
WEBHOOKS = call("webhooks", "GET", "/rest/webhooks/1.0/webhook", "list its webhooks", "*Administer Jira*")
CREATE_WEBHOOK = call("create_webhook", "POST", "/rest/webhooks/1.0/webhook", "register a webhook", "*Administer Jira*")


class CloudJira(Jira):
    """One tenant's Jira Cloud."""

    api = "3"
    markup = Markup.ADF
    quiet_edits = True

    @documented
    def me(self) -> Me:
        data = self._send(MYSELF)
        return Me(AccountId(data["accountId"]), data.get("displayName", ""), data.get("timeZone", "UTC"))

    def mention(self, person: AccountId) -> str:
        return person

    @documented
    def projects(self) -> dict[ProjectKey, bool]:
        found: dict[ProjectKey, bool] = {}
        for page in self._pages(PROJECTS, "values", {"maxResults": PAGE}):
            found |= {ProjectKey(one["key"]): one.get("isPrivate") is True for one in page}
        return found

    @documented
    def issues(self, ids: Iterable[IssueId]) -> list[Issue]:
        wanted, found = list(ids), []
        for start in range(0, len(wanted), PAGE):
            body = {"issueIdsOrKeys": wanted[start : start + PAGE], "fields": list(issue_json.FIELDS)}
            found += [issue_json.issue(one) for one in self._send(ISSUES, body=body)["issues"]]
        return found

    @documented
    def search(self, jql: str, most: int, extra: Sequence[str] = ()) -> list[Issue]:
        found: list[Issue] = []
        body: dict[str, Any] = {"jql": jql, "fields": [*issue_json.FIELDS, *extra], "maxResults": min(most, PAGE)}
        for data in self._tokens(SEARCH, body):
            found += [issue_json.issue(one) for one in data["issues"]]
            if len(found) >= most:
                break
        return found[:most]

    @documented
    def meets(self, issue: IssueId, jql: str) -> bool:
        # The index is late; what is reconciled is judged as it is now (Atlassian: REST v3, search/jql).
        body = {"jql": jql, "fields": ["id"], "maxResults": 1, "reconcileIssues": [int(issue)]}
        return any(str(one["id"]) == issue for one in self._send(SEARCH, body=body)["issues"])

    @documented
    def changes(self, issues: Sequence[Issue], fields: Sequence[str], since: datetime) -> list[IssueChanged]:
        known, found = {issue.id: issue for issue in issues}, []
        wanted = list(known)
        for start in range(0, len(wanted), PAGE):
            named = [field for field in fields if field != UNNAMED_FIELD]  # Cloud tells every field's id
            body = {"issueIdsOrKeys": wanted[start : start + PAGE], "fieldIds": named}
            for data in self._tokens(CHANGES, body):
                for one in data["issueChangeLogs"]:
                    issue = known.get(IssueId(str(one["issueId"])))
                    histories = one.get("changeHistories") or [] if issue else []
                    found += [issue_json.changed(issue, history) for history in histories if issue]
        return sorted((one for one in found if one.at >= since), key=lambda one: one.at)

    @documented
    def find_comment(self, issue: IssueKey, prompt_id: int) -> str | None:
        query = {"orderBy": "-created", "expand": "properties", "maxResults": PAGE}
        for page in self._pages(COMMENTS, "comments", query, issue=issue):
            for comment in page:
                for entry in comment.get("properties", ()):
                    if entry.get("key") == PROMPT_PROPERTY and entry.get("value") == {"prompt": prompt_id}:
                        return identity(comment)
        return None

    def notify(self, issue: IssueKey, to: AccountId, subject: str, text: str) -> None:
        body = {"subject": subject, "textBody": text, "to": {"users": [{"accountId": to}]}}
        self._send(NOTIFY, body=body, issue=issue)

    @documented
    def project_of_board(self, board_id: int) -> ProjectKey:
        location = self._send(BOARD, board=board_id).get("location") or {}
        return ProjectKey(str(location.get("projectKey", "")))

    @documented
    def webhooks(self) -> list[dict[str, Any]]:
        return [dict(one) for one in self._send(WEBHOOKS)]

    def create_webhook(self, wish: Webhook) -> None:
        body = {
            "name": wish.name,
            "url": wish.url,
            "events": list(wish.events),
            "filters": {"issue-related-events-section": wish.jql},
            "excludeBody": False,
            "secret": wish.secret,
        }
        self._send(CREATE_WEBHOOK, body=body)

    def _person(self, account: AccountId) -> dict[str, str]:
        return {"accountId": account}

    def _rich(self, words: str) -> Document:
        return adf.document(words)

    def _tokens(self, call: Call, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Each page of a list that is paged by tokens."""
        while True:
            data = self._send(call, body=body)
            yield data
            token = data.get("nextPageToken")
            if not token or data.get("isLast") is True:
                return
            body = body | {"nextPageToken": token}
