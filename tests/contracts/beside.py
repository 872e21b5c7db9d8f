"""Facts that Atlassian's documents do not know, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beside:
    """A fact the documents do not know: which problems of which exchanges it explains, and where it comes
    from.
    """

    method: str
    path: str
    problem: str
    source: str


BESIDE_THE_SPECS = (
    Beside("GET", r"^/_edge/tenant_info$", "no path", "Atlassian: cloud id of a site, platform facts 5"),
    Beside(
        "*",
        r"^/rest/webhooks/1\.0/webhook(/\d+)?$",
        "no path",
        "Atlassian: Webhooks, registering by REST (admin)",
    ),
    Beside(
        "*",
        r"^/rest/api/2/",
        r"(body|description|customfield_\d+)\b.*not of type 'object'",
        "v2 speaks wiki text where v3 has ADF",
    ),
    Beside(
        "GET",
        r"^/rest/api/\d/issue/[^/]+$",
        r"changelog.*(from|fromString|to|toString): None",
        "recorded: null ids and names",
    ),
    Beside(
        "*",
        r"(changelog(/bulkfetch)?|search/jql|issue/bulkfetch|agile/.*issue)$",
        r"items/\d+/(from|fromString|to|toString): None",
        "recorded: a changelog has null where there was or is nothing",
    ),
    Beside(
        "GET",
        r"^/rest/api/\d/issue/[^/]+/remotelink$",
        r"^answer : \[",
        "the list of remote links is a list, the spec shows one",
    ),
    Beside(
        "GET",
        r"^/rest/agile/1\.0/",
        r"^query parameter (fields|state) .*not of type 'object'",
        "the agile spec calls a list of words an object",
    ),
    Beside(
        "GET",
        r"^/rest/agile/1\.0/(board|sprint)/\d+/(issue|backlog)$",
        r"hierarchyLevel",
        "the agile spec is older than hierarchyLevel",
    ),
    Beside(
        "*",
        r"^/wiki/api/v2/(pages|folders)/\d+/direct-children$",
        "no path",
        "changelog of v2 2025: children of every type",
    ),
    Beside("PUT", r"^/wiki/api/v2/pages/\d+/title$", "no path", "Confluence REST v2: update page title"),
    Beside("*", r"^/wiki/api/v2/.*", r"^status 409", "platform facts 3.2: a stale version number is 409"),
    Beside(
        "GET",
        r"^/wiki/api/v2/.*pages",
        r"parent(Id|Type): None",
        "recorded: the home page of a space has no parent",
    ),
    Beside(
        "GET",
        r"^/wiki/api/v2/attachments/",
        r"^in the path attachment-id : '(att)?\d+' does not match '\(att\)\?0-9\+'$",
        "the spec's pattern lost its brackets",
    ),
    Beside(
        "*",
        r"^/wiki/api/v2/folders",
        r"createdAt: \d+ is not",
        "md2conf: a folder's createdAt is epoch milliseconds",
    ),
    Beside("PUT", r"^/wiki/api/v2/pages/\d+$", r"version.*minorEdit", "md2conf and mark send it; spares watchers"),
    Beside("*", r"^/rest/api/\d/search$", r"^status 410", "CHANGE-2046: removed in 2025"),
    Beside(
        "*",
        r"^/wiki/rest/api/content/[^/]+/state$",
        "no path",
        "Confluence REST v1: content states (publishing tools use them)",
    ),
)
