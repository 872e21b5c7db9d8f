"""Jira Data Center, REST v2: people by user key and name, rich text as wiki markup, searches by offset.

Paths and shapes: Atlassian's REST reference of Jira Data Center 9 and 10. A comment's properties are read one by one,
because its list does not show them, and which projects are private is not told at all (docs/data_center.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from worker.domain import issue_json, wiki
from worker.domain.events import IssueChanged
from worker.domain.life import Life
from worker.domain.model import AccountId, Issue, IssueId, IssueKey, ProjectKey
from worker.errors import Missing, Rejected, Unavailable
from worker.gateways.jira import COMMENTS, MYSELF, NOTIFY, PAGE, PROMPT_PROPERTY, Jira, call
from worker.gateways.jira_shapes import Document, Markup, Me, Webhook
from worker.gateways.session import Session, documented, identity

USER = call("user", "GET", "/rest/api/{api}/user", "find a person", "*Browse users*")
ALL_PROJECTS = call("all_projects", "GET", "/rest/api/{api}/project", "list its projects", "*Browse projects*")
FIND = call("find", "POST", "/rest/api/{api}/search", "search issues", "*Browse projects*")
COMMENT_PROPERTY = call(
    "comment_property",
    "GET",
    "/rest/api/{api}/comment/{comment}/properties/{key}",
    "find our comment",
    "*Browse projects*",
)
BOARD_PROJECTS = call(
    "board_projects", "GET", "/rest/agile/1.0/board/{board}/project", "read the board", "*Browse projects*"
)
WEBHOOKS = call("webhooks", "GET", "/rest/webhooks/1.0/webhook", "list its webhooks", "*Administer Jira*")
# Where Jira 10 keeps them (Atlassian: Jira 10 upgrade notes); earlier ones answer 404, some with a page for people.
NEW_WEBHOOKS = call("new_webhooks", "GET", "/rest/jira-webhook/1.0/webhooks", "list its webhooks", "*Administer Jira*")


class DataCenterJira(Jira):
    """One tenant's Jira Data Center. A person's id is the user key, which stays when the name changes."""

    api = "2"
    markup = Markup.WIKI
    quiet_edits = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._names: dict[AccountId, str] = {}

    @documented
    def me(self) -> Me:
        data = self._send(MYSELF)
        return Me(AccountId(data["key"]), data.get("displayName", ""), data.get("timeZone", "UTC"))

    @documented
    def mention(self, person: AccountId) -> str:
        """The person's name, asked for once as long as this door is open; their key when Jira does not find them."""
        if person not in self._names:
            try:
                self._names[person] = str(self._send(USER, query={"key": person})["name"])
            except Missing:
                self._names[person] = person
        return self._names[person]

    @documented
    def projects(self) -> dict[ProjectKey, bool]:
        return {ProjectKey(one["key"]): False for one in self._send(ALL_PROJECTS)}

    @documented
    def issues(self, ids: Iterable[IssueId]) -> list[Issue]:
        wanted, found = list(ids), []
        for start in range(0, len(wanted), PAGE):
            some = ",".join(wanted[start : start + PAGE])
            found += [issue_json.issue(one) for one in self._found(f"id in ({some})", PAGE)]
        return found

    @documented
    def search(self, jql: str, most: int, extra: Sequence[str] = ()) -> list[Issue]:
        fields = [*issue_json.FIELDS, *extra]
        return [_plain(issue_json.issue(one)) for one in self._found(jql, most, fields=fields)]

    @documented
    def meets(self, issue: IssueId, jql: str) -> bool:
        body = {"jql": jql, "fields": ["id"], "maxResults": 1}  # validated: a name Jira does not know is an error
        return any(str(one["id"]) == issue for one in self._send(FIND, body=body)["issues"])

    @documented
    def changes(self, issues: Sequence[Issue], fields: Sequence[str], since: datetime) -> list[IssueChanged]:
        known, found = {issue.id: issue for issue in issues}, []
        wanted = list(known)
        for start in range(0, len(wanted), PAGE):
            some = ",".join(wanted[start : start + PAGE])
            for one in self._found(f"id in ({some})", PAGE, expand=["changelog"]):
                issue = known[IssueId(str(one["id"]))]
                histories = (one.get("changelog") or {}).get("histories") or []
                found += [issue_json.changed(issue, history) for history in histories]
        touched = (one for one in found if one.at >= since and any(change.field in fields for change in one.changes))
        return sorted(touched, key=lambda one: one.at)

    @documented
    def find_comment(self, issue: IssueKey, prompt_id: int) -> str | None:
        me = self.me().account_id
        for page in self._pages(COMMENTS, "comments", {"orderBy": "-created", "maxResults": PAGE}, issue=issue):
            for comment in page:
                author = issue_json.person(comment.get("author"))
                if author and author.account_id == me and self._prompt_of(str(comment["id"])) == {"prompt": prompt_id}:
                    return identity(comment)
        return None

    def notify(self, issue: IssueKey, to: AccountId, subject: str, text: str) -> None:
        body = {"subject": subject, "textBody": text, "to": {"users": [{"name": self.mention(to)}]}}
        self._send(NOTIFY, body=body, issue=issue)

    @documented
    def project_of_board(self, board_id: int) -> ProjectKey:
        """The first of the board's projects: Data Center's boards name no location."""
        found = self._send(BOARD_PROJECTS, board=board_id)["values"]
        return ProjectKey(str(found[0]["key"]) if found else "")

    @documented
    def webhooks(self) -> list[dict[str, Any]]:
        try:
            found = self._send(NEW_WEBHOOKS)
        except (Missing, Unavailable) as error:
            if error.status != 404:
                raise
            found = self._send(WEBHOOKS)
        return [dict(one) for one in found]

    def create_webhook(self, wish: Webhook) -> None:
        """Whether a secret is taken by REST is not documented, and an unsigned webhook must not be made unnoticed."""
        raise Rejected(f"Jira Data Center's webhooks are made by hand; make one to {wish.url}.", call="create_webhook")

    def issue(self, key: IssueKey | IssueId, extra: Sequence[str] = ()) -> Issue:
        """As everywhere, with texts as they are read, not as markup."""
        return _plain(super().issue(key, extra))

    def _person(self, account: AccountId) -> dict[str, str]:
        return {"name": self.mention(account)}

    def life(self, key: IssueKey | IssueId) -> Life:
        """As everywhere, with texts as they are read, not as markup."""
        read = super().life(key)
        return replace(read, issue=_plain(read.issue))

    def _rich(self, words: str) -> Document:
        """Somebody with a link may have written them: they must not mention people or bring in pictures."""
        return wiki.escaped(words)

    def _prompt_of(self, comment_id: str) -> object:
        try:
            return self._send(COMMENT_PROPERTY, comment=comment_id, key=PROMPT_PROPERTY)["value"]
        except Missing:
            return None

    def _found(self, jql: str, most: int, **more: Any) -> Iterator[dict[str, Any]]:
        """The first `most` issues of a search. Without validation, ids that are gone are left out, not an error."""
        start = 0
        while start < most:
            body = {"jql": jql, "fields": list(issue_json.FIELDS), "validateQuery": False, **more}
            data = self._send(FIND, body=body | {"startAt": start, "maxResults": min(most - start, PAGE)})
            yield from data["issues"]
            start += len(data["issues"])
            if not data["issues"] or start >= data["total"]:
                return


def _plain(issue: Issue) -> Issue:
    """The issue with its texts as they are read, not as markup."""
    return replace(issue, texts={field: wiki.plain(markup) for field, markup in issue.texts.items()})
