"""Prompts and closes: who was asked about which issue, and every close with the reason it was asked about or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, false, func, or_, select, true, update

from worker.domain.model import AccountId, Issue, IssueId, Occasion, Prompt, PromptState, TenantId
from worker.errors import NotFoundHere
from worker.store.dialects import insert_into
from worker.store.facts import IssueFacts
from worker.store.schema import closes, components, prompts, sprint_issues

_NEAR = timedelta(minutes=2)


def open_one(
    tx: Connection,
    tenant_id: TenantId,
    issue: Issue,
    asked: AccountId,
    closed_at: datetime,
    now: datetime,
    occasion: Occasion = Occasion.CLOSE,
) -> Prompt:
    """Open the issue's one prompt, or open it anew; the row as it is now. `closed_at` is when its occasion was."""
    fresh: dict[str, Any] = {
        "issue_key": issue.key,
        "project_key": issue.project_key,
        "summary": issue.summary,
        "asked": asked,
        "type_name": issue.type_name,
        "hints": [*issue.components, *issue.labels],
        "restricted": issue.restricted,
        "state": PromptState.OPEN.value,
        "closed_at": closed_at,
        "asked_at": now,
        "reminders": 0,
        "settled_at": None,
        "occasion": occasion.value,
        "facts": [],
        "strength": None,
        "chosen": False,
        "one_more": None,
    }
    statement = (
        insert_into(tx, prompts)
        .values(tenant_id=tenant_id, issue_id=issue.id, **fresh)
        .on_conflict_do_update(index_elements=["tenant_id", "issue_id"], set_=fresh)
        .returning(prompts)
    )
    return _prompt(tx.execute(statement).mappings().one())


def get(tx: Connection, prompt_id: int) -> Prompt:
    """The prompt. Raises NotFoundHere."""
    row = tx.execute(select(prompts).where(prompts.c.id == prompt_id)).mappings().first()
    if row is None:
        raise NotFoundHere(f"There is no prompt {prompt_id}; `learnloop prompts` shows those there are.")
    return _prompt(row)


def named(tx: Connection, tenant_id: TenantId, issue: str) -> Prompt | None:
    """The prompt of the issue with this id or key, if it was ever asked about."""
    either = or_(prompts.c.issue_id == issue, prompts.c.issue_key == issue)
    row = tx.execute(select(prompts).where(prompts.c.tenant_id == tenant_id, either)).mappings().first()
    return _prompt(row) if row else None


def of_issue(tx: Connection, tenant_id: TenantId, issue_id: IssueId) -> Prompt | None:
    """The issue's prompt, if it was ever asked about."""
    query = select(prompts).where(prompts.c.tenant_id == tenant_id, prompts.c.issue_id == issue_id)
    row = tx.execute(query).mappings().first()
    return _prompt(row) if row else None


def settle(tx: Connection, prompt_id: int, state: PromptState, now: datetime) -> None:
    """Move a prompt to `state`; `now` becomes the moment it was settled."""
    tx.execute(update(prompts).where(prompts.c.id == prompt_id).values(state=state.value, settled_at=now))


def expire(tx: Connection, prompt_id: int, now: datetime) -> None:
    """Stop asking a question that is still open; one that was answered meanwhile stays answered."""
    still = (prompts.c.id == prompt_id, prompts.c.state == PromptState.OPEN.value)
    tx.execute(update(prompts).where(*still).values(state=PromptState.EXPIRED.value, settled_at=now))


def withdraw(tx: Connection, prompt_id: int, now: datetime) -> None:
    """Take a question back that is still open; one that was answered meanwhile stays answered."""
    still = (prompts.c.id == prompt_id, prompts.c.state == PromptState.OPEN.value)
    tx.execute(update(prompts).where(*still).values(state=PromptState.WITHDRAWN.value, settled_at=now))


def rename(tx: Connection, tenant_id: TenantId, facts: IssueFacts) -> None:
    """Bring what a prompt repeats of its issue up to date."""
    values = {
        "issue_key": facts.key,
        "project_key": facts.project_key,
        "summary": facts.summary,
        "type_name": facts.type_name,
        "restricted": facts.restricted,
    }
    mine = (prompts.c.tenant_id == tenant_id, prompts.c.issue_id == facts.id)
    tx.execute(update(prompts).where(*mine).values(values))


def restrict(tx: Connection, tenant_id: TenantId, issue_id: IssueId, restricted: bool) -> None:
    """Keep whether not everybody may see the issue of a prompt: other issues' forms name it no longer then."""
    mine = (prompts.c.tenant_id == tenant_id, prompts.c.issue_id == issue_id, prompts.c.restricted.is_(not restricted))
    tx.execute(update(prompts).where(*mine).values(restricted=restricted))


def looked_at(tx: Connection, prompt_id: int, facts: Sequence[str], strength: int) -> None:
    """Keep the facts that were found at a close, and how much they ask for a question."""
    tx.execute(update(prompts).where(prompts.c.id == prompt_id).values(facts=list(facts), strength=strength))


def choose(tx: Connection, prompt_id: int, one_more: IssueId | None = None) -> None:
    """Have a prompt put to its person; its page offers `one_more` beside."""
    tx.execute(update(prompts).where(prompts.c.id == prompt_id).values(chosen=True, one_more=one_more))


def waiting(tx: Connection, tenant_id: TenantId, asked: AccountId) -> list[Prompt]:
    """The open prompts of a person that were looked at and wait for a choice, the oldest close first."""
    query = select(prompts).where(prompts.c.tenant_id == tenant_id, prompts.c.asked == asked)
    query = query.where(prompts.c.state == PromptState.OPEN.value, ~prompts.c.chosen, prompts.c.strength.is_not(None))
    return [_prompt(row) for row in tx.execute(query.order_by(prompts.c.closed_at, prompts.c.id)).mappings()]


def chosen_since(tx: Connection, tenant_id: TenantId, asked: AccountId, since: datetime) -> int:
    """How many questions were put to a person since then; to spare them, never to be shown."""
    query = select(func.count()).select_from(prompts).where(prompts.c.tenant_id == tenant_id, prompts.c.chosen)
    return int(tx.execute(query.where(prompts.c.asked == asked, prompts.c.asked_at >= since)).scalar_one())


def shown(tx: Connection, prompt_id: int, comment_id: str | None, digest: str) -> None:
    """Remember the comment and the digest of what it says now."""
    tx.execute(update(prompts).where(prompts.c.id == prompt_id).values(comment_id=comment_id, shown=digest))


def reminded(tx: Connection, prompt_id: int, number: int) -> bool:
    """Count reminder `number`; False when it, or a later one, was counted before."""
    query = update(prompts).where(prompts.c.id == prompt_id, prompts.c.reminders < number).values(reminders=number)
    return tx.execute(query).rowcount == 1


def open_before(tx: Connection, tenant_id: TenantId, asked_before: datetime) -> list[Prompt]:
    """Open prompts asked before `asked_before`, oldest first."""
    query = (
        select(prompts)
        .where(prompts.c.tenant_id == tenant_id, prompts.c.state == PromptState.OPEN.value)
        .where(prompts.c.asked_at < asked_before)
        .order_by(prompts.c.asked_at)
    )
    return [_prompt(row) for row in tx.execute(query).mappings()]


def newest(tx: Connection, tenant_id: TenantId | None = None, limit: int = 50) -> list[Prompt]:
    """The latest prompts, newest first."""
    query = select(prompts).order_by(prompts.c.asked_at.desc(), prompts.c.id.desc()).limit(limit)
    if tenant_id:
        query = query.where(prompts.c.tenant_id == tenant_id)
    return [_prompt(row) for row in tx.execute(query).mappings()]


def record_close(
    tx: Connection,
    tenant_id: TenantId,
    issue: Issue,
    closed_at: datetime,
    asked: bool,
    reason: str,
    changelog_id: str = "",
) -> None:
    """Keep one close with what was decided; the same close again, however it was told, changes nothing."""
    if knows_close(tx, tenant_id, issue.id, closed_at, changelog_id):
        return
    known = [{"tenant_id": tenant_id, "project_key": issue.project_key, "component": name[:255], "issue_id": issue.id,
              "closed_at": closed_at} for name in issue.components]  # fmt: skip
    if known:
        tx.execute(insert_into(tx, components).values(known).on_conflict_do_nothing())
    statement = insert_into(tx, closes).values(
        tenant_id=tenant_id,
        issue_id=issue.id,
        issue_key=issue.key,
        project_key=issue.project_key,
        closed_at=closed_at,
        asked=asked,
        reason=reason,
        changelog_id=changelog_id or None,
        type_name=issue.type_name,
        components=list(issue.components),
        duplicate=issue.duplicate,
    )
    tx.execute(statement.on_conflict_do_nothing())


def not_asked(tx: Connection, prompt: Prompt, reason: str, now: datetime) -> None:
    """Leave a close without a question before anybody saw it; anyone may answer it all the same."""
    still = (prompts.c.id == prompt.id, prompts.c.state == PromptState.OPEN.value)
    values = {"state": PromptState.UNASKED.value, "settled_at": now}
    if not tx.execute(update(prompts).where(*still).values(values)).rowcount:
        return  # somebody answered meanwhile
    mine = (closes.c.tenant_id == prompt.tenant_id, closes.c.issue_id == prompt.issue_id)
    same = closes.c.closed_at == prompt.closed_at
    tx.execute(update(closes).where(*mine, same, closes.c.asked.is_(True)).values(asked=False, reason=reason))


def offer_no_more(tx: Connection, left: Prompt) -> None:
    """Have the page of the question that an issue was offered beside offer it no longer."""
    beside = (prompts.c.tenant_id == left.tenant_id, prompts.c.asked == left.asked)
    tx.execute(update(prompts).where(*beside, prompts.c.one_more == left.issue_id).values(one_more=None))


def knows_close(tx: Connection, tenant_id: TenantId, issue_id: IssueId, at: datetime, changelog_id: str) -> bool:
    """Whether this close was decided about before: by Jira's id of the change, or, where one side lacks it, by a time
    at most two minutes apart (a delivery carries the moment it was sent, a changelog the moment of the change).
    """
    known = select(closes.c.id).where(_is_close(tenant_id, issue_id, at, changelog_id))
    return tx.execute(known.limit(1)).first() is not None


def left(tx: Connection, tenant_id: TenantId, issue_id: IssueId, at: datetime, changelog_id: str) -> str:
    """Why nobody was asked about this close, known as `knows_close` knows it; empty when it is not known, or somebody
    was.
    """
    known = select(closes.c.reason).where(_is_close(tenant_id, issue_id, at, changelog_id), ~closes.c.asked)
    return str(tx.execute(known.limit(1)).scalar() or "")


def _is_close(tenant_id: TenantId, issue_id: IssueId, at: datetime, changelog_id: str) -> ColumnElement[bool]:
    mine = (closes.c.tenant_id == tenant_id, closes.c.issue_id == issue_id)
    same = closes.c.changelog_id == changelog_id if changelog_id else false()
    unsure = closes.c.changelog_id.is_(None) if changelog_id else true()
    return and_(*mine, or_(same, and_(unsure, closes.c.closed_at.between(at - _NEAR, at + _NEAR))))


def sprint_counts(tx: Connection, tenant_id: TenantId, sprint_id: int) -> dict[str, int]:
    """How many issues of the sprint have a prompt in each state, and how many were closed and skipped, by reason.

    Keys: the prompt states; "skipped: <reason>" of those never asked about; "unasked: <reason>" of those left without
    a question, which are also in their state; "volunteered" of those answered without having been asked.
    """
    member = (sprint_issues.c.tenant_id == tenant_id, sprint_issues.c.sprint_id == sprint_id)
    prompted = and_(
        prompts.c.tenant_id == tenant_id,
        prompts.c.issue_id == sprint_issues.c.issue_id,
        prompts.c.occasion == Occasion.CLOSE.value,
    )
    closed = and_(closes.c.tenant_id == tenant_id, closes.c.issue_id == sprint_issues.c.issue_id)
    states = (
        select(prompts.c.state, func.count())
        .select_from(sprint_issues.join(prompts, prompted))
        .where(*member)
        .group_by(prompts.c.state)
    )
    skipped = (
        select(closes.c.reason, func.count(func.distinct(closes.c.issue_id)))
        .select_from(sprint_issues.join(closes, closed))
        .where(*member, closes.c.asked.is_(False), ~exists().where(prompted))
        .group_by(closes.c.reason)
    )
    # of an unasked one its very close, which says why; it may have had others
    its_close = and_(closed, closes.c.closed_at == prompts.c.closed_at, closes.c.asked.is_(False))
    left = (
        select(prompts.c.state, closes.c.reason, func.count())
        .select_from(sprint_issues.join(prompts, prompted).join(closes, its_close))
        .where(*member)
        .group_by(prompts.c.state, closes.c.reason)
    )
    counted = {str(state): int(count) for state, count in tx.execute(states)}
    counted |= {f"skipped: {reason}": count for reason, count in tx.execute(skipped)}
    for state, reason, count in tx.execute(left):
        if state == PromptState.UNASKED:
            counted[f"unasked: {reason}"] = count
        elif state in (PromptState.ANSWERED, PromptState.NOTHING_NEW):
            counted["volunteered"] = counted.get("volunteered", 0) + count
    return counted


def state_counts(tx: Connection, tenant_id: TenantId) -> dict[PromptState, int]:
    """How many prompts about closes are in each state."""
    query = select(prompts.c.state, func.count()).where(prompts.c.tenant_id == tenant_id).group_by(prompts.c.state)
    query = query.where(prompts.c.occasion == Occasion.CLOSE.value)
    return {PromptState(state): count for state, count in tx.execute(query)}


def _prompt(row: RowMapping) -> Prompt:
    values = dict(row) | {"state": PromptState(row["state"]), "occasion": Occasion(row["occasion"])}
    return Prompt(**(values | {"hints": tuple(row["hints"]), "facts": tuple(row["facts"])}))
