"""Forge Remote: an invocation token with every call, and with it the installation's own token for the site.

Source: Atlassian "Forge Remote: verifying requests": RS256 by a key of the published set, issuer
`forge/invocation-token`, audience the app's id. Events name an issue with few of its fields; it is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from worker.domain import adf, issue_json
from worker.domain.events import (
    CommentWritten,
    Ignored,
    IssueDeleted,
    IssueTouched,
    Parsed,
    SprintClosed,
    SprintStarted,
    Unknown,
)
from worker.domain.issue_json import text
from worker.domain.model import AccountId, IssueId, IssueKey, Person
from worker.errors import Forged, PayloadError
from worker.sources import payload, tokens
from worker.sources.request import Claim, Request, digest_key
from worker.sources.tokens import Token

ISSUER = "forge/invocation-token"
_UNSAID_LIFE = timedelta(minutes=10)

_IGNORED = {
    "avi:forge:installed:app": "the app was installed",
    "avi:forge:upgraded:app": "the app was upgraded",
    "avi:jira-software:created:sprint": "sprint created",
    "avi:jira-software:updated:sprint": "sprint updated",
    "avi:jira-software:deleted:sprint": "sprint deleted",
}


@dataclass(frozen=True)
class Invocation:
    """A proven call: for which installation on which site, by whom (empty for events), from which part of the app.

    `issue_id` and `issue_key` are those of the issue the caller looks at, as far as Forge says them; `token` is for
    calls to the site; `environment` is the app's: PRODUCTION, STAGING or DEVELOPMENT.
    """

    app_id: str
    installation: str
    cloud_id: str
    site_url: str = ""
    account_id: str = ""
    module: str = ""
    issue_id: str = ""
    issue_key: str = ""
    token: str = ""
    environment: str = ""

    @property
    def issue(self) -> str:
        """The issue's id, or its key where Forge says no id; empty outside an issue."""
        return self.issue_id or self.issue_key

    def token_ends(self, now: datetime) -> datetime:
        """When the installation's token ends: as it says itself, if it is a JWT, else in ten minutes. How long one
        lives is not documented; every call brings a new one, and one comes at least every five minutes.
        """
        return tokens.says_it_ends(self.token) or now + _UNSAID_LIFE


def claim(request: Request) -> Claim:
    """An event's claim. Forge gives no identifier; a retry has the same bytes."""
    return Claim(token(request).text, request.body, digest_key(request.body))


def token(request: Request) -> Token:
    """The invocation token, unproven; its `kid` says which key of the set signed it. Raises Forged."""
    return tokens.find(request, "Bearer")


def verify(request: Request, key: Any, app_ids: tuple[str, ...], now: datetime) -> Invocation:
    """What Forge vouches for. Raises Forged. That the installation is one we serve is the caller's to check."""
    claims = tokens.check(token(request), key, "RS256", now, ("exp", "iat", "nbf", "iss", "aud"))
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    app_id = next((one for one in audience if one in app_ids), "")
    app, context = _dict(claims.get("app")), _dict(claims.get("context"))
    installation = text(_dict(app.get("installation")).get("id")) or text(app.get("installationId"))
    cloud_id = text(context.get("cloudId")) or _cloud_id(app)
    if claims["iss"] != ISSUER or not app_id or not installation or not cloud_id:
        raise Forged(tokens.FORGED)
    issue = _dict(_dict(context.get("extension")).get("issue"))
    return Invocation(
        app_id=app_id,
        installation=installation,
        cloud_id=cloud_id,
        site_url=text(context.get("siteUrl")).rstrip("/"),
        account_id=text(claims.get("principal")),
        module=text(context.get("moduleKey")),
        issue_id=text(issue.get("id")),
        issue_key=text(issue.get("key")),
        token=request.header("x-forge-oauth-system"),
        environment=text(_dict(app.get("environment")).get("type")),
    )


def parse(data: dict[str, Any]) -> Parsed:
    """What an event means. Raises PayloadError when it is named and not shaped like it."""
    event = text(data.get("eventType"))
    issue = _dict(data.get("issue"))
    key, issue_id = text(issue.get("key")), text(issue.get("id"))
    if not event:
        raise PayloadError("The body has no eventType; send Forge's own event.")
    if data.get("selfGenerated") is True:
        return Ignored(event, "a change by our own account", key)
    match event:
        case "avi:jira:updated:issue" if key or issue_id:
            fields = tuple(change.field for change in issue_json.changes(data.get("changelog")))
            return IssueTouched(issue_id or key, fields or None, key)  # without a field any may have changed
        case "avi:jira:commented:issue" if key and issue_id:
            return _comment(event, data, IssueId(issue_id), IssueKey(key))
        case "avi:jira:deleted:issue" if key and issue_id:
            return IssueDeleted(IssueId(issue_id), IssueKey(key), _actor(data))
        case "avi:jira-software:started:sprint":
            return SprintStarted(issue_json.sprint(data.get("sprint")))
        case "avi:jira-software:closed:sprint":
            return SprintClosed(issue_json.sprint(data.get("sprint")))
        case "avi:jira:updated:issue" | "avi:jira:commented:issue" | "avi:jira:deleted:issue":
            raise PayloadError(f"The event {event} names no issue.")
    return Ignored(event, _IGNORED[event], key) if event in _IGNORED else Unknown(event, key)


def _comment(event: str, data: dict[str, Any], issue_id: IssueId, key: IssueKey) -> Parsed:
    comment = _dict(data.get("comment"))
    author, editor = issue_json.person(comment.get("author")), issue_json.person(comment.get("updateAuthor"))
    author = author or editor or _actor(data)
    written = issue_json.moment(comment.get("updated")) or issue_json.moment(comment.get("created"))
    if author is None or not text(comment.get("id")) or written is None:
        return Ignored(event, "no author, id or time on the comment", key)
    if editor and editor.account_id != author.account_id:
        return Ignored(event, payload.CHANGED_BY_ANOTHER, key)
    if comment.get("visibility"):
        return Ignored(event, "a comment only some people may read", key)
    body = comment.get("body")
    words = text(adf.plain(body)) if isinstance(body, dict) else text(body)
    return CommentWritten(issue_id, key, text(comment["id"]), author, words, written)


def _actor(data: Mapping[str, Any]) -> Person | None:
    account = text(data.get("atlassianId"))
    return Person(AccountId(account)) if account else None


def _cloud_id(app: Mapping[str, Any]) -> str:
    """The cloud id in an event's token, which has no context: that of the installation's first site."""
    contexts = _dict(app.get("installation")).get("contexts")
    found = [text(_dict(one).get("cloudId")) for one in contexts] if isinstance(contexts, list) else []
    return next((one for one in found if one), text(app.get("apiBaseUrl")).rpartition("/")[2])


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
