"""The life of an issue as one read of it shows it: when its work began, what was reopened, blocked, handed over. Pure.

It knows what Jira's changelog tells and nothing of what is usual or worth a question; that is for `signals`. People
are in it only as the changes carry them; nothing here says who.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from worker.domain.events import Change
from worker.domain.model import Issue, StatusCategory, StatusId

_NEVER = datetime.max.replace(tzinfo=UTC)
# A reopen so soon after the close is a slip of the hand on a board, not work that came back. Ours, no study.
SLIP = timedelta(minutes=5)
# What stands in the changelog for Jira's own flag: a custom field of this name with this one option (Atlassian: flag
# an issue). A site in another language may have renamed the field; the option's name is then all there is.
FLAG, IMPEDIMENT = "flagged", "impediment"


@dataclass(frozen=True)
class Turn:
    """One change and its moment; `number` is Jira's id of the changelog's entry, which orders those of one moment."""

    at: datetime
    change: Change
    number: int = 0


@dataclass(frozen=True)
class Life:
    """What one read of an issue shows.

    `turns` are the changes of status, assignee and flag, in any order. `whole` is False where Jira may have left out
    the oldest. `closed_at` is the close that is looked at, None before there is one. `estimated` and `spent` are Jira's
    seconds of work, None where nobody wrote any; `comments` those of people that everybody who sees the issue reads.
    `released` are the release days of the affected versions that are released, None for one without a day.
    """

    issue: Issue
    created_at: datetime
    closed_at: datetime | None = None
    turns: tuple[Turn, ...] = ()
    whole: bool = True
    categories: Mapping[StatusId, StatusCategory] = field(default_factory=dict)
    comments: int = 0
    estimated: int | None = None
    spent: int | None = None
    released: tuple[date | None, ...] = ()

    def of(self, name: str) -> list[Turn]:
        """The changes of one field until the close, the oldest first."""
        last = self.closed_at or _NEVER
        return sorted((turn for turn in self.turns if turn.change.field == name and turn.at <= last), key=_order)


Span = tuple[datetime, datetime]


def started_at(life: Life) -> datetime | None:
    """When the status first entered the category In Progress; when it was made, for one that was made there. None when
    it never was, or the oldest changes are not there to tell.
    """
    moves = life.of("status")
    if not life.whole or not moves:
        return None
    if _category(life, moves[0].change.old) is StatusCategory.INDETERMINATE:
        return life.created_at
    return next((move.at for move in moves if _category(life, move.change.new) is StatusCategory.INDETERMINATE), None)


def took(life: Life) -> timedelta | None:
    """From the start of the work to the close, without the time it lay closed in between. None when either is not
    known, or is not after the other.
    """
    start, end = started_at(life), life.closed_at
    if start is None or end is None or end <= start:
        return None
    return end - start - sum((until - since for since, until in _closed(life)), timedelta())


def reopens(life: Life) -> int:
    """How often the status left the category Done, but for slips of the hand."""
    return sum(until - since > SLIP for since, until in _closed(life))


def blocks(life: Life, statuses: Collection[str]) -> list[Span]:
    """When it was blocked, as spans that do not touch: by one of these statuses (names in any case) or by Jira's flag,
    until it left them, or until the close.
    """
    names = {name.casefold() for name in statuses}
    moves = [(turn.at, turn.change.new_name.casefold() in names) for turn in life.of("status")]
    flags = [(turn.at, bool(turn.change.new or turn.change.new_name)) for turn in life.of(FLAG)]
    return _joined([*_spans(moves, life.closed_at), *_spans(flags, life.closed_at)])


def hand_overs(life: Life) -> int:
    """How often it went from one assignee to another after the work began: that it was given to somebody first, or to
    nobody for a while, is none.
    """
    start = started_at(life)
    if start is None:
        return 0
    holder, count = None, 0
    for turn in life.of("assignee"):
        holder, taken = turn.change.old or holder, turn.change.new
        count += bool(taken and holder and taken != holder and turn.at >= start)
        holder = taken or holder
    return count


def _closed(life: Life) -> list[Span]:
    """When it lay closed before the close that is looked at."""
    moves = [(move.at, _category(life, move.change.new) is StatusCategory.DONE) for move in life.of("status")]
    return _spans(moves, None)


def _category(life: Life, status: str | None) -> StatusCategory:
    """The issue's own category serves for its current status when the site's list lacks it."""
    current = {life.issue.status_id: life.issue.status_category}
    return {**current, **life.categories}.get(StatusId(status or ""), StatusCategory.UNDEFINED)


def _order(turn: Turn) -> tuple[datetime, int, str, str]:
    return turn.at, turn.number, turn.change.old or "", turn.change.new or ""


def _spans(states: Iterable[tuple[datetime, bool]], end: datetime | None) -> list[Span]:
    """The spans in which something held, of when it began and ceased to, the oldest first; without `end`, one that
    holds still is left out.
    """
    found: list[Span] = []
    since: datetime | None = None
    for at, holds in states:
        if since is not None and not holds:
            found.append((since, at))
        since = (since or at) if holds else None
    return [*found, (since, end)] if since is not None and end is not None else found


def _joined(spans: Sequence[Span]) -> list[Span]:
    """The same time as spans that do not touch."""
    joined: list[Span] = []
    for since, until in sorted(spans):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return [(since, until) for since, until in joined if since < until]
