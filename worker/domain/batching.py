"""Choose, among the closes of one person that came together, the one to ask about. Pure.

Whoever tidies a board closes nine issues in a minute; nine questions would be noise, and none is answered well. So one
is asked about, the one that stands out, one more is offered on its page, and the others are left in peace: whoever
wants to may answer them all the same (docs/questions.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from worker.domain.model import Prompt
from worker.domain.policy import Policy
from worker.domain.prompting import SkipReason


@dataclass(frozen=True)
class Choice:
    """`asked` is put to the person, None when they were asked enough for a day; its page offers `one_more`. Those
    `left`, and `one_more`, get no question of their own.
    """

    asked: Prompt | None
    one_more: Prompt | None
    left: tuple[Prompt, ...]

    def unasked(self) -> Iterator[tuple[Prompt, SkipReason]]:
        """Every prompt that gets no question of its own, and why."""
        if self.one_more:
            yield self.one_more, SkipReason.BESIDE
        for prompt in self.left:
            yield prompt, SkipReason.ANOTHER if self.asked else SkipReason.ENOUGH


def choose(waiting: Sequence[Prompt], asked_today: int, policy: Policy) -> Choice:
    """Of one person's prompts, the one with the strongest signal; among equals, the one that closed first.

    `asked_today` is how many questions the person was put since their day began.
    """
    ranked = sorted(waiting, key=lambda one: (-(one.strength or 0), one.closed_at, one.id))
    if not ranked or asked_today >= policy.most_a_day:
        return Choice(None, None, tuple(ranked))
    asked, *others = ranked
    beside = [one for one in others if one.project_key == asked.project_key and not one.restricted]
    one_more = beside[0] if beside else None
    return Choice(asked, one_more, tuple(one for one in others if one is not one_more))


def due(now: datetime, policy: Policy) -> datetime:
    """When the closes that begin to gather at `now` are chosen from."""
    return now + timedelta(seconds=policy.gather_seconds)


def day_began(now: datetime, policy: Policy) -> datetime:
    """When the day of `now` (aware) began in the tenant's time zone."""
    local = now.astimezone(ZoneInfo(policy.time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
