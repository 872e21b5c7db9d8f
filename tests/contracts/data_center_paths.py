"""The paths of Jira and Confluence Data Center that the project uses or emulates, each with where the fact comes from.
No OpenAPI of Data Center is at hand, so this table stands in for one: what is not here, nobody may ask."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

JIRA = "/rest/api/{version}"
AGILE = "/rest/agile/1.0"
OLD_HOOKS = "/rest/webhooks/1.0/webhook"
NEW_HOOKS = "/rest/jira-webhook/1.0/webhooks"
WIKI = "/confluence/rest/api"

_JIRA = "Atlassian, Jira Data Center REST reference 9.12 and 10.3"
_AGILE = "Atlassian, Jira Software Data Center REST reference 9.12"
_OLD = 'Atlassian, "Webhooks" (Jira Data Center platform), until Jira 9'
_NEW = 'Atlassian, "Webhooks" (Jira Data Center platform), from Jira 10.0; getsentry/sentry#90116'
_WIKI = "Atlassian, Confluence Data Center REST API reference 8 and 9"
_CLIENT = "atlassian-python-api 5.0.5, Confluence(cloud=False)"

# Methods, path, source. Braces stand for one segment of a path.
_ROWS = (
    ("GET", f"{JIRA}/serverInfo", f"{_JIRA}: serverInfo"),
    ("GET", f"{JIRA}/myself", f"{_JIRA}: myself"),
    ("GET", f"{JIRA}/user", f"{_JIRA}: user, by username or key"),
    ("GET", f"{JIRA}/user/search", f"{_JIRA}: user/search; pycontribs/jira in server mode"),
    ("GET", f"{JIRA}/mypermissions", f"{_JIRA}: mypermissions"),
    ("GET", f"{JIRA}/status", f"{_JIRA}: status"),
    ("GET POST", f"{JIRA}/field", f"{_JIRA}: field"),
    ("POST", f"{JIRA}/screens/addToDefault/{{field}}", f"{_JIRA}: screens"),
    ("GET", f"{JIRA}/issuetype", f"{_JIRA}: issuetype"),
    ("GET", f"{JIRA}/priority", f"{_JIRA}: priority"),
    ("GET", f"{JIRA}/resolution", f"{_JIRA}: resolution"),
    ("GET", f"{JIRA}/issueLinkType", f"{_JIRA}: issueLinkType"),
    ("GET", f"{JIRA}/project", f"{_JIRA}: project, a plain list"),
    ("GET", f"{JIRA}/project/{{project}}", f"{_JIRA}: project"),
    ("GET", f"{JIRA}/project/{{project}}/statuses", f"{_JIRA}: project"),
    ("GET", f"{JIRA}/project/{{project}}/versions", f"{_JIRA}: project"),
    ("GET", f"{JIRA}/project/{{project}}/components", f"{_JIRA}: project"),
    ("POST", f"{JIRA}/issue", f"{_JIRA}: issue"),
    ("GET PUT DELETE", f"{JIRA}/issue/{{issue}}", f"{_JIRA}: issue"),
    ("GET", f"{JIRA}/issue/{{issue}}/editmeta", f"{_JIRA}: issue"),
    ("GET POST", f"{JIRA}/issue/{{issue}}/transitions", f"{_JIRA}: issue"),
    ("GET POST", f"{JIRA}/issue/{{issue}}/comment", f"{_JIRA}: issue/comment"),
    ("GET PUT DELETE", f"{JIRA}/issue/{{issue}}/comment/{{comment}}", f"{_JIRA}: issue/comment"),
    ("GET", f"{JIRA}/comment/{{comment}}/properties", f"{_JIRA}: comment/properties"),
    ("GET PUT DELETE", f"{JIRA}/comment/{{comment}}/properties/{{key}}", f"{_JIRA}: comment/properties"),
    ("GET", f"{JIRA}/issue/{{issue}}/properties", f"{_JIRA}: issue/properties"),
    ("GET PUT DELETE", f"{JIRA}/issue/{{issue}}/properties/{{key}}", f"{_JIRA}: issue/properties"),
    ("GET POST", f"{JIRA}/issue/{{issue}}/remotelink", f"{_JIRA}: issue/remotelink"),
    ("POST", f"{JIRA}/issue/{{issue}}/notify", f"{_JIRA}: issue/notify"),
    ("GET", f"{JIRA}/issue/{{issue}}/watchers", f"{_JIRA}: issue/watchers"),
    ("PUT", f"{JIRA}/issue/{{issue}}/assignee", f"{_JIRA}: issue/assignee"),
    ("POST", f"{JIRA}/issueLink", f"{_JIRA}: issueLink"),
    ("GET POST", f"{JIRA}/search", f"{_JIRA}: search"),
    ("GET", f"{AGILE}/board", f"{_AGILE}: board"),
    ("GET", f"{AGILE}/board/{{board}}", f"{_AGILE}: board"),
    ("GET", f"{AGILE}/board/{{board}}/configuration", f"{_AGILE}: board"),
    ("GET", f"{AGILE}/board/{{board}}/project", f"{_AGILE}: board"),
    ("GET", f"{AGILE}/board/{{board}}/sprint", f"{_AGILE}: board"),
    ("GET", f"{AGILE}/board/{{board}}/issue", f"{_AGILE}: board"),
    ("GET", f"{AGILE}/board/{{board}}/backlog", f"{_AGILE}: board"),
    ("GET", f"{AGILE}/sprint/{{sprint}}", f"{_AGILE}: sprint"),
    ("GET POST", f"{AGILE}/sprint/{{sprint}}/issue", f"{_AGILE}: sprint"),
    ("GET POST", OLD_HOOKS, _OLD),
    ("GET PUT DELETE", f"{OLD_HOOKS}/{{id}}", _OLD),
    ("GET POST", NEW_HOOKS, _NEW),
    ("GET DELETE", f"{NEW_HOOKS}/{{id}}", _NEW),
    ("GET POST", f"{WIKI}/content", f"{_WIKI}: content"),
    ("GET", f"{WIKI}/content/search", f"{_WIKI}: content/search"),
    ("GET PUT DELETE", f"{WIKI}/content/{{page}}", f"{_WIKI}: content"),
    ("GET", f"{WIKI}/content/{{page}}/history", f"{_WIKI}: content/history"),
    ("GET", f"{WIKI}/content/{{page}}/child/page", f"{_WIKI}: content/child"),
    ("GET", f"{WIKI}/content/{{page}}/child/comment", f"{_WIKI}: content/child"),
    ("GET POST", f"{WIKI}/content/{{page}}/child/attachment", f"{_WIKI}: content/child/attachment"),
    ("PUT", f"{WIKI}/content/{{page}}/child/attachment/{{file}}", f"{_WIKI}: content/child/attachment"),
    ("POST", f"{WIKI}/content/{{page}}/child/attachment/{{file}}/data", f"{_WIKI}: content/child/attachment"),
    ("GET POST DELETE", f"{WIKI}/content/{{page}}/label", f"{_WIKI}: content/label"),
    ("DELETE", f"{WIKI}/content/{{page}}/label/{{name}}", f"{_WIKI}: content/label"),
    ("GET POST", f"{WIKI}/content/{{page}}/property", f"{_WIKI}: content/property"),
    ("GET POST PUT DELETE", f"{WIKI}/content/{{page}}/property/{{key}}", f"{_WIKI}: content/property"),
    ("GET", f"{WIKI}/search", f"{_WIKI}: search; {_CLIENT}"),
    ("GET POST", f"{WIKI}/space", f"{_WIKI}: space"),
    ("GET", f"{WIKI}/space/{{space}}", f"{_WIKI}: space"),
    ("GET", f"{WIKI}/user/current", f"{_WIKI}: user"),
    ("GET", f"{WIKI}/user", f"{_WIKI}: user, by username or key"),
)


def _pattern(path: str) -> re.Pattern[str]:
    versions = path.replace("{version}", "(?:2|latest)")
    return re.compile("^" + re.sub(r"\{\w+\}", "[^/]+", versions.replace(".", r"\.")) + "/?$")


# Method, pattern of the path, source.
DATA_CENTER_PATHS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (method, _pattern(path), source) for methods, path, source in _ROWS for method in methods.split()
)


class Exchange(Protocol):
    """One recorded request."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...


def row_of(method: str, path: str) -> int | None:
    """Return the number of the row that knows a request, or None."""
    found = (n for n, (known, pattern, _) in enumerate(DATA_CENTER_PATHS) if known == method and pattern.match(path))
    return next(found, None)


def outside(exchanges: Iterable[Exchange]) -> list[str]:
    """Return the requests the table does not know, as ``GET /path``."""
    return [f"{one.method} {one.path}" for one in exchanges if row_of(one.method, one.path) is None]
