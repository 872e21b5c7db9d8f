"""What becomes of a job when one call of it fails: one letter a cell, a column a fault, a row a call.

The table is the promise; `tests.chaos.matrix` holds it against the emulated site and the gateways, and
docs/chaos.md shows it. A call that the gateways know and the table does not fails that test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from worker.gateways import confluence_cloud, confluence_data_center, jira, jira_cloud, jira_data_center
from worker.gateways.calls import Call


@dataclass(frozen=True)
class Fault:
    """One way a call can fail: its column's head, and how the emulated site is told to do it."""

    head: str
    kind: str = "status"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0


def _limit(reason: str) -> Fault:
    head = f"429 {reason.removeprefix('jira-').removesuffix('-based') or 'unsaid'}"
    return Fault(head, status=429, headers={"RateLimit-Reason": reason, "Retry-After": "30"})


STRANGE = '{"name": "Größe", "id": "1"}'.encode("latin-1")
FAULTS: tuple[Fault, ...] = (
    Fault("400", status=400),
    Fault("401", status=401),
    Fault("403", status=403),
    Fault("404", status=404),
    Fault("409", status=409),
    Fault("413", status=413),
    _limit("jira-per-issue-on-write"),
    _limit("jira-burst-based"),
    _limit("jira-quota-tenant-based"),
    _limit("jira-quota-global-based"),
    _limit(""),
    Fault("500", status=500),
    Fault("502", status=502),
    Fault("503", status=503),
    Fault("timeout", "slow", seconds=1.2),
    Fault("reset", "reset"),
    Fault("lost response", "lost_response"),
    Fault("HTML", "html"),
    Fault("404 HTML", "html", status=404),
    Fault("truncated", "truncated"),
    Fault("charset", body=STRANGE),
)

WORDS = {
    "R": "retried: the job waits and is tried again, up to eleven times over eleven hours",
    "L": "later: the job waits until the limit is over; it counts as no failure",
    "P": "parked: the job is dead with the site's reason, until a person retries it",
    "S": "stopped: the tenant's jobs are parked after this one try, until an admin gives a good credential",
    "M": "missing: taken as “it is not there”, and the job goes on",
    "A": "again at once: read anew and written over nothing, within the same job",
    "D": "done: what was wanted is so already, and the job goes on",
}

#         400…413    429    5xx  no or odd answer
USUAL = "PSPPRP" + "LLLLL" + "RRR" + "RRRRRRR"


def _but(**cells: str) -> str:
    """The usual row, but for the columns named (`_404="M"`, `_404_HTML="M"`)."""
    heads = [fault.head for fault in FAULTS]
    row = list(USUAL)
    for name, letter in cells.items():
        row[heads.index(name.removeprefix("_").replace("_", " "))] = letter
    return "".join(row)


@dataclass(frozen=True)
class Row:
    """A call, the journey in which its job meets the fault (empty: tried at the gateway alone), and its outcomes."""

    call: Call
    journey: str
    cells: str = USUAL


# fmt: off
TABLE: tuple[Row, ...] = (
    # A close is asked about.
    Row(jira.STATUSES, "a close"),
    Row(jira.ISSUE, "a close", _but(_404="M")),
    Row(jira.ADD_COMMENT, "a close"),
    Row(jira.COMMENTS, "a close whose comment was not heard"),
    # A form is sent.
    Row(jira.EDIT_COMMENT, "an answer", _but(_404="M")),
    Row(jira.SET_PROPERTY, "an answer"),
    Row(jira.EDIT_ISSUE, "an answer", _but(truncated="D")),  # its answer has no body to cut
    Row(jira.REMOTE_LINK, "an answer"),
    Row(jira_cloud.ISSUES, "an answer"),
    Row(confluence_cloud.PAGE, "an answer beside a note", _but(_404="M")),
    Row(confluence_cloud.UPDATE_PAGE, "an answer", _but(_409="A", _404="P")),
    Row(jira.DROP_PROPERTY, "an answer taken back", _but(_404="D", truncated="D")),
    # A page is made.
    Row(confluence_cloud.SPACES, "a new topic"),
    Row(confluence_cloud.CREATE_PAGE, "a new topic"),
    Row(confluence_cloud.ADD_PROPERTY, "a new topic", _but(_400="D", _409="D")),
    Row(confluence_cloud.ADD_LABELS, "a new topic"),
    # What happens by itself.
    Row(jira.SPRINT, "a sprint's end", _but(_404="M")),  # its page is there since it began
    Row(jira_cloud.BOARD, "a sprint's end", _but(_404="M")),
    Row(jira.SPRINT_ISSUES, "a sprint's end", _but(_404="M")),
    Row(jira_cloud.SEARCH, "a sweep"),
    Row(jira_cloud.CHANGES, "a sweep"),
    Row(jira_cloud.PROJECTS, "a look at the pages"),
    Row(confluence_cloud.PAGES, "a look at the pages"),
    Row(jira.NOTIFY, "a reminder", _but(truncated="D")),
    # Tried at the gateway alone: commands, a look before fields are written, and Data Center's own ways.
    Row(jira.EDITABLE, ""), Row(jira.CREATE_ISSUE, ""), Row(jira.LINK_ISSUES, ""),
    Row(jira.MYSELF, ""), Row(jira.PERMISSIONS, ""), Row(jira.FIELDS, ""), Row(jira_cloud.WEBHOOKS, ""),
    *(Row(call, "") for call in (  # The admin's guide.
        jira.ISSUE_TYPES, jira.CREATE_FIELD, jira.SHOW_FIELD, jira_cloud.CREATE_WEBHOOK,
        confluence_cloud.CREATE_SPACE, confluence_data_center.SPACES, confluence_data_center.CREATE_SPACE,
    )),
    Row(confluence_cloud.ME, ""), Row(confluence_cloud.OPERATIONS, ""), Row(confluence_cloud.INLINE_COMMENTS, ""),
    Row(confluence_cloud.ATTACH, ""),
    Row(jira_data_center.USER, "", _but(_404="M")),
    Row(jira_data_center.ALL_PROJECTS, ""), Row(jira_data_center.FIND, ""),
    Row(jira_data_center.COMMENT_PROPERTY, "", _but(_404="M")),
    Row(jira_data_center.BOARD_PROJECTS, ""),
    Row(jira_data_center.NEW_WEBHOOKS, "", _but(_404="M", _404_HTML="M")),
    *(Row(call, "") for call in (
        confluence_data_center.USER, confluence_data_center.SPACE,
        confluence_data_center.CONTENT, confluence_data_center.CREATE,
        confluence_data_center.FIND, confluence_data_center.UPDATE,
        confluence_data_center.MARK, confluence_data_center.LABELS,
        confluence_data_center.SEARCH, confluence_data_center.COMMENTS,
        confluence_data_center.FILES, confluence_data_center.ADD_FILE, confluence_data_center.RENEW_FILE,
    )),
)
# fmt: on

GATEWAYS: tuple[ModuleType, ...] = (
    jira,
    jira_cloud,
    jira_data_center,
    confluence_cloud,
    confluence_data_center,
)


def registry() -> set[Call]:
    """Every call the gateways can make."""
    return {found for module in GATEWAYS for found in vars(module).values() if isinstance(found, Call)}


def table() -> list[str]:
    """The table as docs/chaos.md shows it."""
    heads = [fault.head for fault in FAULTS]
    lines = [f"| call | met in | {' | '.join(heads)} |", "|---|---|" + "---|" * len(heads)]
    for row in TABLE:
        name = f"{row.call.product} `{row.call.method} {row.call.path}`"
        lines.append(f"| {name} | {row.journey or 'the gateway alone'} | {' | '.join(row.cells)} |")
    return lines
