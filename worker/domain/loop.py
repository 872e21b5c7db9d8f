"""The facts that measures are taken from: closes, experiments, actions and places of a project, and its periods.

Pure. No fact says who. `put_in_order` makes them ready to be counted: each issue once, the bugs and their repeats
marked, the periods set; whatever is counted of parts of them adds up to what is counted of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from worker.domain.model import Action, Experiment, IssueId, Place, PromptState, Sprint

# How far apart two bugs may be to be the same trouble again; a quarter. Ours, no study.
REPEATS_WITHIN = timedelta(days=90)
# How many periods a trend shows: a quarter of two-week sprints, or half a year.
MOST_PERIODS = 6
# Sprints of several boards that begin together are one period. Ours.
_TOGETHER = timedelta(days=2)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ANSWERED = (PromptState.ANSWERED, PromptState.NOTHING_NEW)


@dataclass(frozen=True)
class Close:
    """One close of an issue, whether or not it was asked about, and what came of it.

    `state` is that of its issue's prompt, None where there is none; `reason` says why nobody was asked; `settled_at` is
    when it was first answered. `duplicate` is whether the issue was closed as, or is linked as, another's duplicate;
    `repeat` whether it is a bug like one that was closed shortly before. The last two are set by `put_in_order`.
    """

    issue_id: IssueId
    type_name: str
    components: tuple[str, ...]
    closed_at: datetime
    asked: bool
    reason: str
    state: PromptState | None = None
    settled_at: datetime | None = None
    changed_course: bool = False
    duplicate: bool = False
    bug: bool = False
    repeat: bool = False

    @property
    def counts(self) -> bool:
        """Whether it was asked about, and the question was not taken back."""
        return self.asked and self.state not in (PromptState.WITHDRAWN, PromptState.UNASKED)

    @property
    def answered(self) -> bool:
        """Whether it has an answer; "nothing new" is an honest one."""
        return self.state in _ANSWERED


@dataclass(frozen=True)
class Period:
    """A sprint or a month: from `since` until `until`, or for ever. `short` says its beginning in plain letters."""

    name: str
    since: datetime
    until: datetime | None

    @property
    def short(self) -> str:
        """The day it began."""
        return f"{self.since.day} {_MONTHS[self.since.month - 1]}"


@dataclass(frozen=True)
class Loop:
    """What a project's measures are taken from, the oldest first; `people` is how many different people were asked."""

    closes: tuple[Close, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    actions: tuple[Action, ...] = ()
    places: tuple[Place, ...] = ()
    sprints: tuple[Sprint, ...] = ()
    people: int = 0
    periods: tuple[Period, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing has happened yet."""
        return not (self.closes or self.experiments or self.actions)

    @property
    def each(self) -> str:
        """What a period is called: a team without sprints has periods of its own (board 0), or else months."""
        if not self.sprints:
            return "month"
        return "sprint" if any(one.board_id for one in self.sprints) else "period"


def put_in_order(loop: Loop, bug_types: Iterable[str]) -> Loop:
    """The facts ready to be counted: an issue counts once, by the last close that was asked about, or else its last."""
    closes = _repeats_marked(_last_closes(loop.closes), {name.casefold() for name in bug_types})
    return replace(loop, closes=tuple(closes), periods=_periods(loop))


def within(loop: Loop, period: Period) -> Loop:
    """What of the facts belongs to the period: closes, and the experiments and actions that began in it."""

    def fits(moment: datetime) -> bool:
        return period.since <= moment and (period.until is None or moment < period.until)

    return replace(
        loop,
        closes=tuple(one for one in loop.closes if fits(one.closed_at)),
        experiments=tuple(one for one in loop.experiments if fits(one.begun_at)),
        actions=tuple(one for one in loop.actions if fits(one.made_at)),
        periods=(period,),
    )


def _last_closes(closes: Iterable[Close]) -> list[Close]:
    """One close an issue, the oldest first."""
    last: dict[IssueId, Close] = {}
    for one in sorted(closes, key=lambda close: (close.asked, close.closed_at)):
        last[one.issue_id] = one
    return sorted(last.values(), key=lambda close: (close.closed_at, close.issue_id))


def _repeats_marked(closes: Sequence[Close], bug_types: set[str]) -> list[Close]:
    """The closes with the bugs marked, and of these the ones whose type and component came up shortly before."""
    seen: dict[tuple[str, str], datetime] = {}
    marked = []
    for one in closes:
        kind = one.type_name.casefold()
        if kind not in bug_types:
            marked.append(replace(one, bug=False, repeat=False))
            continue
        marks = [(kind, component.casefold()) for component in one.components]
        again = any(mark in seen and one.closed_at - seen[mark] <= REPEATS_WITHIN for mark in marks)
        seen |= dict.fromkeys(marks, one.closed_at)
        marked.append(replace(one, bug=True, repeat=again))
    return marked


def _periods(loop: Loop) -> tuple[Period, ...]:
    """The last periods: the sprints that have begun, each until the next one, or the months up to the newest fact."""
    begun = [(one.started_at, one.name) for one in loop.sprints if one.started_at]
    if begun:
        return _until_the_next(_together(sorted(begun)))[-MOST_PERIODS:]
    moments = [one.closed_at for one in loop.closes]
    moments += [one.begun_at for one in loop.experiments] + [one.made_at for one in loop.actions]
    if not moments:
        return ()
    first, last = _month(min(moments)), _month(max(moments))
    numbers = range(max(first, last - MOST_PERIODS + 1), last + 1)
    return _until_the_next([(_first_day(number), _month_name(number)) for number in numbers])


def _together(begun: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    groups: dict[datetime, list[str]] = defaultdict(list)
    since: datetime | None = None
    for moment, name in begun:
        since = moment if since is None or moment - since > _TOGETHER else since
        groups[since].append(name)
    return [(moment, ", ".join(names)) for moment, names in groups.items()]


def _until_the_next(begun: list[tuple[datetime, str]]) -> tuple[Period, ...]:
    ends = [moment for moment, _ in begun[1:]]
    return tuple(Period(name, moment, until) for (moment, name), until in zip(begun, [*ends, None], strict=True))


def _month(moment: datetime) -> int:
    """The number of a month (UTC), counted on over the years."""
    at = moment.astimezone(UTC)
    return at.year * 12 + at.month - 1


def _first_day(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _month_name(month: int) -> str:
    return f"{_MONTHS[month % 12]} {month // 12}"
