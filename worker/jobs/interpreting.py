"""Turn a kept delivery into what follows from it: a prompt, a withdrawal, an answer, a retro, or a reason why not."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from worker import privacy, promising, sources, stale
from worker.answering import answer
from worker.domain import adf, consent, prompting, replies
from worker.domain.events import (
    WATCHED,
    CommentWritten,
    Ignored,
    IssueChanged,
    IssueDeleted,
    IssueTouched,
    Meaning,
    OurTest,
    Parsed,
    SprintClosed,
    SprintStarted,
    Unknown,
    bearing,
    told_by,
    watched,
)
from worker.domain.model import (
    AccountId,
    Answers,
    DeliveryState,
    Issue,
    IssueId,
    IssueKey,
    JobKind,
    Occasion,
    PromptState,
    Road,
    StatusCategory,
    StatusId,
)
from worker.domain.policy import Policy
from worker.domain.prompting import Ask, History, Skip, Withdraw
from worker.domain.questions import QUESTIONS, labelled, web_address
from worker.errors import AnswerInvalid, Missing
from worker.jobs import noting
from worker.jobs.context import Context, split
from worker.jobs.periods import put_retro
from worker.store import actions, deliveries, learnings, prompts, tenants
from worker.store.database import hold
from worker.store.facts import IssueFacts
from worker.store.tenants import Tenant

log = logging.getLogger(__name__)

Outcome = tuple[DeliveryState, str]

# How long before a delivery its cause may lie; what is older the sweep finds.
_TOUCHED_BEFORE = timedelta(minutes=10)
# How long a list of statuses is not read again for one that it lacks. Where a new one is taken for none meanwhile, the
# sweep finds the close.
_STATUSES_LAST = timedelta(minutes=5)


def interpret(context: Context, key: str) -> None:
    """Decide what the delivery `key` means and do it, once. A delivery already concluded is left alone."""
    with context.db.read() as tx:
        delivery = deliveries.get(tx, int(key))
    if delivery.state is not DeliveryState.QUEUED or delivery.body is None:
        return
    tenant = context.tenant(delivery.tenant_id)
    mapped = tenant.policy.field_map.ids()
    parsed = bearing(sources.parse(tenant.source, delivery.body), mapped, tenant.own_account)
    events = _events(context, tenant, parsed, delivery.received_at)
    for event in events:
        if isinstance(event, IssueChanged):
            know_statuses(context, tenant, event)
    comments = [noting.of_comment(context, tenant, event) for event in events if isinstance(event, CommentWritten)]
    with context.db.begin() as tx:
        outcomes = [react(tx, context, tenant, event) for event in events]
        outcomes += [noting.by_comment(tx, context, tenant, noted) for noted in comments if noted]
        state, reason = _together(outcomes)
        deliveries.conclude(tx, delivery.id, state, reason)


def read_issue(context: Context, key: str) -> None:
    """Read an issue again and take what its mapped fields say as an answer; show or hide its learning accordingly, and
    follow it if it does an action.

    `key` ends in the account that changed the fields, or in nothing when none was.
    """
    tenant_id, rest = split(key)
    issue_id, _, account = rest.partition("/")
    tenant = context.tenant(tenant_id)
    doors = context.doors(tenant)
    try:
        issue = doors.jira.issue(IssueId(issue_id), tenant.policy.field_map.ids())
    except Missing:
        with context.db.begin() as tx:
            stale.hide(tx, context.deployment, tenant_id, IssueId(issue_id))
        return
    privacy.know(context.deployment, doors, tenant, issue.project_key)
    with context.db.begin() as tx:
        stale.rename(tx, context.deployment, tenant_id, IssueFacts.of(issue))
        (stale.hide if issue.restricted else stale.unhide)(tx, context.deployment, tenant_id, issue.id)
        promising.moved(tx, context.deployment, tenant, issue, context.now())
    if account and not prompting.excluded(replace(issue, resolution=None), tenant.policy.of(issue.project_key)):
        _answer_by_field(context, tenant, issue, AccountId(account))
        noting.by_field(context, tenant, issue, AccountId(account))


def react(tx: Connection, context: Context, tenant: Tenant, parsed: Meaning) -> Outcome:
    """Do what follows from an event, and say what it was."""
    match parsed:
        case IssueTouched():
            raise TypeError("An issue that was touched is read before anything follows from it.")
        case Ignored(reason=reason):
            return DeliveryState.IGNORED, reason
        case Unknown(event=event):
            return DeliveryState.UNKNOWN, f"no word for {event} here"
        case OurTest():
            return DeliveryState.IGNORED, "a test of ours; nobody is asked"
        case IssueChanged():
            return _changed(tx, context, tenant, parsed)
        case IssueDeleted():
            return _deleted(tx, context, tenant, parsed)
        case CommentWritten():
            return _commented(tx, context, tenant, parsed)
        case SprintStarted(sprint=sprint) | SprintClosed(sprint=sprint):
            put_retro(tx, context, tenant, sprint.id)
            return DeliveryState.HANDLED, f"retro of {sprint.name or sprint.id}"


def _events(context: Context, tenant: Tenant, parsed: Parsed, received_at: datetime) -> list[Meaning]:
    """What a delivery tells, one by one; what happened to an issue that was touched is read."""
    found: list[Meaning] = []
    for one in told_by(parsed):
        found += _told(context, tenant, one, received_at) if isinstance(one, IssueTouched) else [one]
    return found


def _told(context: Context, tenant: Tenant, touched: IssueTouched, received_at: datetime) -> list[Meaning]:
    """What happened to a touched issue lately, by its own changelog. Closes that were decided about are left out."""
    jira = context.doors(tenant).jira
    try:
        issue = jira.issue(IssueKey(touched.name))
    except Missing:
        return [Ignored("issue touched", "the issue is not there, or our account may not see it", touched.issue_key)]
    mapped = tenant.policy.field_map.ids()
    found = jira.changes([issue], sorted(watched(mapped)), received_at - _TOUCHED_BEFORE)
    with context.db.read() as tx:
        new = [
            event for event in found if not prompts.knows_close(tx, tenant.id, issue.id, event.at, event.changelog_id)
        ]
    told = [one for event in new for one in told_by(bearing(event, mapped, tenant.own_account))]
    return told or [Ignored("issue touched", "nothing new happened to it lately", issue.key)]


def _together(outcomes: list[Outcome]) -> Outcome:
    """One outcome for a delivery that told several things: handled if anything was."""
    handled = [outcome for outcome in outcomes if outcome[0] is DeliveryState.HANDLED]
    counted = handled or outcomes
    return counted[-1][0], "; ".join(dict.fromkeys(reason for _, reason in counted))


def _changed(tx: Connection, context: Context, tenant: Tenant, event: IssueChanged) -> Outcome:
    notes = []
    if note := _fields_or_audience(tx, context, tenant, event):
        notes.append(note)
    if event.change("status"):
        if actions.done_by(tx, tenant.id, event.issue.id):
            _read_again(tx, context, tenant, event.issue.id)  # deliveries come late and out of order
            notes.append("an action's issue moved")
        state, note = _status(tx, context, tenant, event)
        notes.append(note)
        return (DeliveryState.HANDLED if len(notes) > 1 else state), "; ".join(notes)
    return (DeliveryState.HANDLED if notes else DeliveryState.IGNORED), "; ".join(notes)


def _status(tx: Connection, context: Context, tenant: Tenant, event: IssueChanged) -> Outcome:
    hold(tx, f"issue:{tenant.id}/{event.issue.id}")
    categories = tenants.categories(tx, tenant.id)
    prompt = prompts.of_issue(tx, tenant.id, event.issue.id)
    left = prompts.left(tx, tenant.id, event.issue.id, event.at, event.changelog_id)
    history = History(categories, tenant.own_account, tenant.activated_at, prompt, left, context.now())
    policy = tenant.policy.of(event.issue.project_key)
    decision = prompting.decide(event, policy, history)
    change = event.change("status")
    if change and prompting.is_close(change, event.issue, categories, policy):
        reason = str(decision.reason) if isinstance(decision, Skip) else ""
        prompts.record_close(
            tx, tenant.id, event.issue, event.at, isinstance(decision, Ask), reason, event.changelog_id
        )
    match decision:
        case Ask(person=person, occasion=occasion):
            prompts.open_one(tx, tenant.id, event.issue, person, event.at, context.now(), occasion)
            stale.put_issue_jobs(tx, context.deployment, tenant.id, event.issue.id, JobKind.ASK)
            return DeliveryState.HANDLED, _asked(policy, occasion)
        case Withdraw(prompt_id=prompt_id):
            prompts.withdraw(tx, prompt_id, context.now())
            stale.put_issue_jobs(tx, context.deployment, tenant.id, event.issue.id, JobKind.SHOW)
            return DeliveryState.HANDLED, "withdrawn: the issue was reopened"
        case Skip():
            if prompt and prompting.reopened_unasked(event, history):
                prompts.offer_no_more(tx, prompt)
            return DeliveryState.IGNORED, str(decision)


def _asked(policy: Policy, occasion: Occasion) -> str:
    """What is said of a question before anybody looked at the issue."""
    start = occasion is Occasion.START
    signal = {"signals": "it has a signal", "sample": "it has a signal or is in the sample"}.get(policy.ask_about)
    conditions = [*(["it matches the JQL"] if policy.jql else []), *([signal] if signal and not start else [])]
    asked = "asked what we hope to learn" if start else "asked"
    return f"{asked}, if {' and '.join(conditions)}" if conditions else asked


def _fields_or_audience(tx: Connection, context: Context, tenant: Tenant, event: IssueChanged) -> str:
    """Have the issue read again when a mapped field or who may see it changed. Hiding does not wait for the read."""
    fields = watched(tenant.policy.field_map.ids()) - set(WATCHED)
    mapped = [change.field for change in event.changes if change.field in fields]
    audience = event.change("security") or event.change("project")
    if not mapped and not audience:
        return ""
    if event.issue.restricted:
        stale.hide(tx, context.deployment, tenant.id, event.issue.id)
    person = event.actor if event.actor and event.actor.account_type == "atlassian" else None
    account = person.account_id if mapped and person else ""
    _read_again(tx, context, tenant, event.issue.id, account)
    return "an answer in Jira's fields" if account else "who may see the issue changed"


def _read_again(tx: Connection, context: Context, tenant: Tenant, issue: IssueId, account: str = "") -> None:
    subject = f"{tenant.id}/{issue}"
    context.deployment.queue.put(tx, JobKind.READ_ISSUE, f"{subject}/{account}", lane=f"issue:{subject}")


def _deleted(tx: Connection, context: Context, tenant: Tenant, event: IssueDeleted) -> Outcome:
    prompt = prompts.of_issue(tx, tenant.id, event.issue_id)
    if prompt and prompt.state is PromptState.OPEN:
        prompts.withdraw(tx, prompt.id, context.now())
    let_go = promising.deleted(tx, context.deployment, tenant.id, event.issue_id, context.now())
    if stale.hide(tx, context.deployment, tenant.id, event.issue_id):
        return DeliveryState.HANDLED, "the issue is gone: its learning was taken off the pages"
    if let_go:
        return DeliveryState.HANDLED, f"the issue is gone: {let_go}"
    return DeliveryState.IGNORED, "an issue we had nothing of was deleted"


def _commented(tx: Connection, context: Context, tenant: Tenant, event: CommentWritten) -> Outcome:
    tried = noting.tells(tx, tenant, event) is not None
    given = replies.read(event.body, event.author.account_id, tried=tried) or _choosing(tx, tenant, event)
    if given is None:
        return DeliveryState.IGNORED, "a comment that is no answer (an answer starts with “learned:”)"
    if event.author.account_type != "atlassian":
        return DeliveryState.IGNORED, "an answer by an app or a customer is not taken"
    prompt = prompts.of_issue(tx, tenant.id, event.issue_id)
    if prompt is None:
        return DeliveryState.IGNORED, "an answer on an issue that was not asked about"
    facts = IssueFacts.of_prompt(prompt)
    try:
        everyone = replies.is_for_everyone(event.body)
        kept = answer(tx, context.deployment, tenant.id, facts, given, context.now(), for_everyone=everyone)
    except AnswerInvalid as error:
        return DeliveryState.IGNORED, f"a reply that could not be kept: {error}"
    return DeliveryState.HANDLED, "answered by reply" if kept.revision else "the same answer again"


def _choosing(tx: Connection, tenant: Tenant, event: CommentWritten) -> Answers | None:
    """The answer as its author chooses it to be by a reply of such lines alone: "team only", say."""
    chosen = replies.chosen(event.body)
    known = learnings.latest(tx, tenant.id, event.issue_id) if chosen else None
    if known is None or known.given_by != event.author.account_id:
        return None
    return replace(known, **chosen, road=Road.REPLY)


def _answer_by_field(context: Context, tenant: Tenant, issue: Issue, account: AccountId) -> None:
    with context.db.begin() as tx:
        given = _from_fields(tx, tenant, issue, account)
    if given is None:
        return
    try:
        with context.db.begin() as tx:
            answer(tx, context.deployment, tenant.id, IssueFacts.of(issue), given, context.now())
    except AnswerInvalid as error:
        log.warning("the fields of %s could not be taken as an answer: %s", issue.key, error)


def _from_fields(tx: Connection, tenant: Tenant, issue: Issue, account: AccountId) -> Answers | None:
    """The answers the issue's mapped fields hold, over what is known already; None without a lesson."""
    fields = tenant.policy.field_map
    ids = {question.field: getattr(fields, question.field) for question in QUESTIONS}
    texts: dict[str, Any] = {name: issue.texts.get(field, "").strip() for name, field in ids.items() if field}
    if not texts.get("learned"):
        return None
    earlier = learnings.latest(tx, tenant.id, issue.id)
    start = earlier or Answers(topics=labelled(issue.labels))
    changed = {name: words for name, words in texts.items() if not adf.same(getattr(start, name), words)}
    if earlier and not changed and not earlier.nothing_new:
        return None  # another field changed, or one came back: nobody answered anew
    if consent.kept_from(earlier, account):
        return None  # what is in the fields may be the author's, who keeps it within the team
    thank = start.thank_by_name and start.given_by == account
    given = replace(start, **changed, nothing_new=False, road=Road.FIELD, given_by=account, thank_by_name=thank)
    return given if web_address(given.lives_at) else replace(given, lives_at="")


def know_statuses(context: Context, tenant: Tenant, event: IssueChanged) -> None:
    """Read the site's status categories when the issue has another one than was read, or when the change names a status
    that was not: that once in a while, because one that is gone from all workflows is never listed again.
    """
    change, issue = event.change("status"), event.issue
    if change is None:
        return
    with context.db.read() as tx:
        known, read_at = tenants.categories(tx, tenant.id), tenants.get(tx, tenant.id).statuses_read_at
    told = issue.status_category is not StatusCategory.UNDEFINED
    recategorised = told and known.get(issue.status_id, issue.status_category) is not issue.status_category
    unlisted = not {StatusId(change.old or ""), StatusId(change.new or "")} <= set(known)
    just_read = read_at is not None and context.now() - read_at < _STATUSES_LAST
    if not recategorised and (just_read or not unlisted):
        return
    found = context.doors(tenant).jira.statuses()
    with context.db.begin() as tx:
        tenants.keep_categories(tx, tenant.id, found, context.now())
