"""What goes into Jira's calls and comes out of them, where the domain has no word for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from worker.domain.model import AccountId, ProjectKey


class Markup(StrEnum):
    """The format a family takes comments in: Atlassian Document Format, or wiki markup."""

    ADF = "adf"
    WIKI = "wiki"


Document = Mapping[str, Any] | str


@dataclass(frozen=True)
class Me:
    """The account our credentials are of."""

    account_id: AccountId
    name: str
    time_zone: str


@dataclass(frozen=True)
class Webhook:
    """An admin webhook as we want it. `jql` limits the events that are about issues; empty is all of them."""

    name: str
    url: str
    events: tuple[str, ...]
    jql: str
    secret: str


@dataclass(frozen=True)
class NewIssue:
    """An issue to be made. `due_on` is a day in the site's words; `label` is how it is found again."""

    project: ProjectKey
    type_name: str
    summary: str
    description: Document
    label: str
    assignee: AccountId | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class JiraField:
    """A field of the site. `rich` when it holds text of several lines, which Cloud takes as ADF only; `words` when an
    answer can be written in it, on one line or several; `takes` is "day", "choice" or "address" where it takes that
    instead.
    """

    id: str
    name: str
    rich: bool
    words: bool = False
    takes: str = ""


@dataclass(frozen=True)
class Editable:
    """What a field on an issue's edit screen takes: `kind` is Jira's word for it (string, date, option), `options` what
    a select list offers.
    """

    kind: str
    rich: bool = False
    options: tuple[str, ...] = ()


def editable(one: Mapping[str, Any]) -> Editable:
    """A field of an issue's edit screen (REST, editmeta)."""
    schema = one.get("schema") or {}
    rich = str(schema.get("custom", "")).endswith(":textarea")
    options = tuple(str(option["value"]) for option in one.get("allowedValues") or () if "value" in option)
    return Editable(str(schema.get("type", "")), rich, options)


def field(one: Mapping[str, Any]) -> JiraField:
    """A field of the site (REST, fields)."""
    kind = str((one.get("schema") or {}).get("custom", "")).rpartition(":")[2]
    takes = {"datepicker": "day", "select": "choice", "url": "address"}.get(kind, "")
    return JiraField(one["id"], one["name"], kind == "textarea", kind in ("textarea", "textfield"), takes)
