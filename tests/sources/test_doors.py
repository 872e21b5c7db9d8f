"""The five sources at their doors: what each kind of delivery is answered, and which rows are there afterwards.

202 is kept with its job, 204 keeps one line without a body, 400 and 401 keep nothing; by what Jira does with a status.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.sources.deliveries import body
from tests.sources.doors import ONE, SECRETS, Doors, Sent
from worker.domain.model import DeliveryState, SourceKind
from worker.store import deliveries


@dataclass(frozen=True)
class Line:
    """What is kept of a delivery."""

    event: str
    about: str
    state: DeliveryState
    reason: str = ""


# The tenant each source's deliveries are for, and what proves them.
BEHIND = {"cloud": "cloud", "automation": "rules", "data_center": "dc", "forge": "forge", "connect": ""}
PROVEN = {"connect": "shared secret", "forge": "invocation token"}
QUEUED, IGNORED, UNKNOWN = DeliveryState.QUEUED, DeliveryState.IGNORED, DeliveryState.UNKNOWN
UPDATED, TOUCHED = "jira:issue_updated", "issue touched"

TABLE: dict[tuple[str, str], tuple[int, Line | None]] = {
    ("cloud", "issue_updated__status"): (202, Line(UPDATED, "FLEX-7", QUEUED)),
    ("cloud", "issue_updated__field"): (204, Line(UPDATED, "FLEX-7", IGNORED, "no status change: customfield_10050")),
    ("cloud", "worklog_created"): (204, Line("worklog_created", "", UNKNOWN, "no word for worklog_created here")),
    ("cloud", "garbage__cut_off"): (400, None),
    ("cloud", "issue_updated__without_status"): (202, Line(TOUCHED, "FLEX-7", QUEUED)),
    ("cloud", "issue_updated__as_documented"): (
        204,
        Line(TOUCHED, "JRA-20002", IGNORED, "no status change: summary, issuetype"),
    ),
    ("cloud", "issue_updated__fields_as_list"): (400, None),
    ("cloud", "post_function"): (202, Line(TOUCHED, "FLEX-7", QUEUED)),
    ("cloud", "sprint_closed__without_id"): (204, Line("sprint_closed", "", IGNORED, "The sprint has no numeric id.")),
    ("automation", "custom_data"): (202, Line(TOUCHED, "FLEX-7", QUEUED)),
    ("automation", "issue_data__jira_format"): (202, Line(TOUCHED, "FLEX-7", QUEUED)),
    # A rule tells nothing but an issue, so nothing can be ignored before the issue is read.
    ("automation", "issue_data__automation_format"): (202, Line(TOUCHED, "10123", QUEUED)),
    ("automation", "without_issue"): (400, None),
    ("connect", "issue_updated__status"): (202, Line(UPDATED, "FLEX-7", QUEUED)),
    ("connect", "issue_updated__rank"): (204, Line(UPDATED, "FLEX-7", IGNORED, "no status change: customfield_10019")),
    ("connect", "issue_updated__without_status"): (202, Line(TOUCHED, "FLEX-7", QUEUED)),
    ("connect", "issue_updated__without_timestamp"): (400, None),
    ("forge", "updated_issue__status"): (202, Line(TOUCHED, "FLEX-7", QUEUED)),
    ("forge", "started_sprint"): (202, Line("sprint_started", "sprint 41", QUEUED)),
    ("forge", "closed_sprint"): (202, Line("sprint_closed", "sprint 41", QUEUED)),
    ("forge", "commented_issue"): (202, Line("comment", "FLEX-7", QUEUED)),
    ("forge", "deleted_issue"): (202, Line("jira:issue_deleted", "FLEX-7", QUEUED)),
    ("forge", "updated_issue__assignee"): (204, Line(TOUCHED, "FLEX-7", IGNORED, "no status change: assignee")),
    ("forge", "updated_issue__by_ourselves"): (
        204,
        Line("avi:jira:updated:issue", "FLEX-7", IGNORED, "a change by our own account"),
    ),
    ("forge", "released_version"): (
        204,
        Line("avi:jira:released:version", "", UNKNOWN, "no word for avi:jira:released:version here"),
    ),
    ("forge", "updated_issue__without_issue"): (400, None),
    ("data_center", "issue_updated__status"): (202, Line(UPDATED, "FLEX-7", QUEUED)),
    ("data_center", "issue_updated__labels"): (204, Line(UPDATED, "FLEX-7", IGNORED, "no status change: labels")),
    ("data_center", "issue_updated__without_status"): (202, Line(TOUCHED, "FLEX-7", QUEUED)),
    ("data_center", "issue_updated__status_and_comment"): (202, Line(UPDATED, "FLEX-7", QUEUED)),
    ("data_center", "issue_updated__commented"): (202, Line("comment", "FLEX-7", QUEUED)),
    ("data_center", "post_function"): (202, Line(TOUCHED, "FLEX-7", QUEUED)),
    ("data_center", "without_event"): (400, None),
}


def behind(doors: Doors, source: str) -> str:
    """The id of the tenant a source's deliveries are for."""
    return BEHIND[source] or doors.of(ONE).id


@pytest.mark.parametrize(("source", "name"), TABLE)
def test_a_delivery_is_answered_and_kept_by_what_it_can_lead_to(doors: Doors, source: str, name: str) -> None:
    status, line = TABLE[source, name]
    before, sent = doors.rows(), body(name, source)
    answer = doors.send(doors.delivery(source, sent))
    assert (answer.status_code, answer.status_code == 400 or answer.text == "") == (status, True)
    if line is None:
        assert doors.rows() == before
        return
    (kept,) = doors.kept(behind(doors, source))
    assert Line(kept.event, kept.issue_key, kept.state, kept.reason) == line
    assert kept.proven_by == PROVEN.get(source, "newest secret")
    assert kept.received_at == doors.clock.now()
    with doors.parts.db.read() as tx:
        assert deliveries.get(tx, kept.id).body == (sent if line.state is QUEUED else None)
    assert doors.jobs() == ([str(kept.id)] if line.state is QUEUED else [])


@pytest.mark.parametrize("source", [kind.value for kind in SourceKind])
def test_every_source_has_a_close_and_a_refusal_in_the_table(source: str) -> None:
    statuses = {status for (kind, _), (status, _) in TABLE.items() if kind == source}
    assert statuses >= ({202, 400} if source == "automation" else {202, 204, 400})


CLOSES = [(source, name) for (source, name), (status, _) in TABLE.items() if status == 202]


@pytest.mark.parametrize(("source", "name"), CLOSES)
def test_a_delivery_of_every_source_is_kept_for_its_own_tenant_only(doors: Doors, source: str, name: str) -> None:
    doors.send(doors.delivery(source, body(name, source)))
    with doors.parts.db.read() as tx:
        assert [one.tenant_id for one in deliveries.newest(tx)] == [behind(doors, source)]


@pytest.mark.parametrize("source", ["cloud", "connect"])
def test_a_repeat_is_known_by_its_identifier_whatever_else_changed(doors: Doors, source: str) -> None:
    first = doors.delivery(source, body("issue_updated__status", source))
    assert doors.send(first).status_code == 202
    before = doors.rows()
    changed = json.dumps(json.loads(first.body) | {"timestamp": 1773826200999}).encode()
    again = doors.delivery(source, changed)
    number = first.headers["X-Atlassian-Webhook-Identifier"]
    for repeat in (first, again.headed(X_Atlassian_Webhook_Identifier=number, X_Atlassian_Webhook_Retry="2")):
        assert (doors.send(repeat).status_code, doors.rows()) == (202, before)


@pytest.mark.parametrize(
    ("source", "name"), [("data_center", "issue_updated__status"), ("forge", "updated_issue__status")]
)
def test_where_no_identifier_is_given_a_repeat_is_known_by_its_bytes(doors: Doors, source: str, name: str) -> None:
    assert doors.send(doors.delivery(source, body(name, source))).status_code == 202
    before = doors.rows()
    assert (doors.send(doors.delivery(source, body(name, source))).status_code, doors.rows()) == (202, before)
    assert doors.send(doors.delivery(source, body(name, source) + b" ")).status_code == 202
    assert len(doors.kept(behind(doors, source))) == 2


def test_two_rules_that_send_the_same_words_are_two_deliveries(doors: Doors) -> None:
    for _ in range(2):
        assert doors.send(doors.delivery("automation", body("custom_data", "automation"))).status_code == 202
    assert len(doors.kept("rules")) == len(doors.jobs()) == 2


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
def test_an_automation_rule_may_send_nothing_but_the_issue_in_its_address(doors: Doors, sent: bytes) -> None:
    request = replace(doors.delivery("automation", sent), query={"issueKey": "FLEX-7"})
    assert doors.send(request).status_code == 202
    (kept,) = doors.kept("rules")
    with doors.parts.db.read() as tx:
        assert (kept.issue_key, deliveries.get(tx, kept.id).body) == ("FLEX-7", b'{"issueKey": "FLEX-7"}')


def test_a_rule_set_up_by_our_own_page_is_understood(doors: Doors) -> None:
    """The body, the header and the address in docs/automation.md are what the door takes."""
    page = (Path(__file__).parents[2] / "docs" / "automation.md").read_text()
    told = re.search(r"```json\n(.*?)\n", page, re.DOTALL)
    header = re.search(r"(X-[A-Za-z-]+): your token", page)
    assert told
    assert header
    filled = told[1].strip().replace("{{issue.key}}", "FLEX-7").encode()
    sent = Sent("/webhooks/automation/path-of-rules", filled, {header[1]: SECRETS["rules"]})
    named = re.search(r"\?(\w+)=\{\{issue\.key\}\}", page)
    assert named
    for request in (sent, replace(sent, body=b"", query={named[1]: "FLEX-7"})):
        assert doors.send(request).status_code == 202
    assert [one.issue_key for one in doors.kept("rules")] == ["FLEX-7"] * 2


def test_credentials_open_the_door_of_a_tenant_that_chose_them(doors: Doors) -> None:
    sent = doors.delivery("data_center", body("issue_updated__status", "data_center"), "basic")
    from_jira = sent.headed(X_Hub_Signature=None, Authorization="Basic amlyYTpwYXNzd29yZA==")
    assert doors.send(from_jira).status_code == 202
    assert [one.proven_by for one in doors.kept("basic")] == ["newest secret"]
