"""Decide what an open prompt's age asks for: a reminder, letting go, or nothing. Pure.

One prompt, two reminders, then silence (docs/decisions.md has the evidence).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from worker.domain.calendar import in_office_hours, working_days_after
from worker.domain.model import Prompt, PromptState
from worker.domain.policy import Policy


@dataclass(frozen=True)
class Remind:
    """Send reminder number `number`, counted from 1."""

    number: int


@dataclass(frozen=True)
class Expire:
    """Stop asking."""


def due(prompt: Prompt, policy: Policy, now: datetime) -> Remind | Expire | None:
    """What is due for `prompt` at `now`; reminders wait for office hours of the tenant, letting go does not.

    Of reminders that were missed (nothing ran for days) only the last is sent.
    """
    if prompt.state is not PromptState.OPEN:
        return None
    if now >= working_days_after(prompt.asked_at, policy.expire_days, policy):
        return Expire()
    if policy.reminder_channel == "none" or not in_office_hours(now, policy):
        return None
    reached = sum(now >= working_days_after(prompt.asked_at, days, policy) for days in policy.reminder_days)
    return Remind(reached) if reached > prompt.reminders else None
