"""What people write of experiments in Jira, in comments and mapped fields, kept; and what they wrote elsewhere, written
back to the mapped fields.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from worker import stale
from worker.domain import adf, experiments, replies
from worker.domain.events import CommentWritten
from worker.domain.experiments import PARTS, Control, Told
from worker.domain.model import AccountId, DeliveryState, Issue, IssueId
from worker.domain.policy import FieldMap
from worker.errors import AnswerInvalid, Missing
from worker.experimenting import keep
from worker.gateways.jira_shapes import Editable
from worker.jobs.context import Context, split
from worker.store import experiments as rows
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)

# A field of one line takes as many characters (Atlassian: the text limit of a short text field).
_ONE_LINE = 255
# What a field is given where it takes nothing like the part.
_NOT = object()


@dataclass(frozen=True)
class Noted:
    """What a comment tells of an experiment, and its issue as it is now."""

    issue: Issue
    told: Told


def tells(tx: Connection, tenant: Tenant, event: CommentWritten) -> Told | None:
    """What a person's comment in a chosen project tells of an experiment, if it does."""
    chosen = tenant.policy.projects
    if event.author.account_type != "atlassian" or (chosen and event.issue_key.rpartition("-")[0] not in chosen):
        return None
    if replies.experiment(event.body, event.author.account_id, known=True) is None:
        return None  # ordinary talk costs no query
    known = rows.of_issue(tx, tenant.id, event.issue_id) is not None
    return replies.experiment(event.body, event.author.account_id, known=known)


def of_comment(context: Context, tenant: Tenant, event: CommentWritten) -> Noted | None:
    """The same with the issue, for which Jira is asked: a comment does not say who may see it."""
    with context.db.read() as tx:
        told = tells(tx, tenant, event)
    if told is None:
        return None
    try:
        issue = context.doors(tenant).jira.issue(event.issue_id)
    except Missing:
        return None
    customers = issue.service_desk and not tenant.policy.of(issue.project_key).ask_service_desk
    return None if customers else Noted(issue, told)


def by_comment(tx: Connection, context: Context, tenant: Tenant, noted: Noted) -> tuple[DeliveryState, str]:
    """Keep it, and say what came of it."""
    if not noted.issue.restricted:
        stale.unhide(tx, context.deployment, tenant.id, noted.issue.id)
    try:
        new = keep(tx, context.deployment, tenant.id, IssueFacts.of(noted.issue), noted.told, context.now())
    except AnswerInvalid as error:
        return DeliveryState.IGNORED, f"an experiment that could not be kept: {error}"
    return DeliveryState.HANDLED, "an experiment in a comment" if new else "the same of the experiment again"


def by_field(context: Context, tenant: Tenant, issue: Issue, account: AccountId) -> None:
    """Keep what the issue's mapped fields tell of an experiment otherwise than it is known. An empty field tells
    nothing: it may never have been filled.
    """
    with context.db.begin() as tx:
        known = rows.of_issue(tx, tenant.id, issue.id)
        held, before = _held(issue, _mapped(tenant.policy.field_map)), experiments.written(known)
        new = {name: words for name, words in held.items() if words and not _alike(name, words, before[name])}
        told = {name: words for name, words in new.items() if experiments.readable(name, words)}
        if not told or (known is None and "hypothesis" not in told):
            return
        try:
            keep(tx, context.deployment, tenant.id, IssueFacts.of(issue), Told(**told, owner=account), context.now())
        except AnswerInvalid as error:
            log.warning("the fields of %s could not be taken as an experiment: %s", issue.key, error)


def note(context: Context, key: str) -> None:
    """Write the experiment into the mapped fields that are empty, or hold what we saw there last; it mails nobody.
    Words that came to a field otherwise are a person's: they stay.
    """
    tenant_id, issue_id = split(key)
    tenant = context.tenant(tenant_id)
    mapped = _mapped(tenant.policy.field_map)
    with context.db.read() as tx:
        one, noted = rows.of_issue(tx, tenant.id, IssueId(issue_id)), rows.noted(tx, tenant.id, IssueId(issue_id))
    if one is None or not mapped or not tenant.policy.writes_fields(silent=tenant.silent_writes):
        return
    jira = context.doors(tenant).jira
    try:
        issue = jira.issue(one.issue_id, tuple(mapped.values()))
    except Missing:
        return  # it is gone, or no longer ours to see
    held, words = _held(issue, mapped), experiments.written(one)
    wanted = [name for name in mapped if not _alike(name, held[name], words[name])]
    ours = [name for name in wanted if not held[name] or _alike(name, held[name], noted.get(name, ""))]
    if ours:
        takes = jira.editable(issue.key)
        values = {
            name: value for name in ours if (value := _value(name, words[name], takes.get(mapped[name]))) is not _NOT
        }
        rich = [field for field in mapped.values() if field in takes and takes[field].rich]
        fields = {mapped[name]: value for name, value in values.items()}
        jira.edit_issue(issue.key, fields, rich, (), silent=tenant.silent_writes)
        held |= {name: words[name] for name in values}
    agreed = {name: text for name, text in held.items() if _alike(name, text, words[name])}
    with context.db.begin() as tx:
        rows.keep_noted(tx, tenant.id, one.issue_id, noted | agreed)


def _value(name: str, words: str, takes: Editable | None) -> Any:
    """A part as the field takes it: text, None to empty it, an option; `_NOT` where it takes nothing like it."""
    match takes:
        case None:
            return _NOT
        case Editable(kind="option", options=options):
            read = experiments.outcome_of if name == "outcome" else experiments.course_of
            found = [option for option in options if words and read(option) == read(words)]
            return {"value": found[0]} if found else _NOT if words else None
        case Editable(kind="date"):
            return words or None
        case Editable(rich=True):
            return words
    line = " ".join(words.split())
    return _NOT if len(line) > _ONE_LINE else line or None


def _alike(name: str, words: str, told: str) -> bool:
    """Whether a field's words say what was told of a part."""
    if bool(words) != bool(told):
        return False
    match next(part.control for part in PARTS if part.field == name):
        case Control.OUTCOME:
            return experiments.outcome_of(words) is experiments.outcome_of(told)
        case Control.COURSE:
            return experiments.course_of(words) is experiments.course_of(told)
        case Control.DAY:
            return experiments.day_of(words) == experiments.day_of(told)
    return adf.same(words, told) or " ".join(words.split()) == " ".join(told.split())


def _held(issue: Issue, mapped: Mapping[str, str]) -> dict[str, str]:
    """What the mapped fields hold, by part."""
    return {name: issue.texts.get(field, "").strip() for name, field in mapped.items()}


def _mapped(fields: FieldMap) -> dict[str, str]:
    """The parts of an experiment that an admin mapped, each with the id of its field."""
    return {part.field: field for part in PARTS if (field := getattr(fields, part.field))}
