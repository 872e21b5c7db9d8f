"""The demo's month: eight people, three sprints, two projects and about sixty issues, as pure data.

One product team ("Flexible Pricing", key FLEX) works in three sprints while a platform team (key PLAT) works
beside it without any. Days are whole numbers from 0, a Monday, to 29; nothing happens on a weekend. Every
name, number and event here is invented. Does not know the emulated site or how the month is played.
"""

from collections.abc import Mapping
from types import MappingProxyType

from worker.demo.people import PEOPLE, Person
from worker.demo.sprint_one import SPRINT_ONE
from worker.demo.sprint_three import SPRINT_THREE
from worker.demo.sprint_two import SPRINT_TWO
from worker.demo.story import Answer, Road, Sprint, Story, Trial, outcome_text, reply_text, trial_text

__all__ = [
    "PEOPLE",
    "PROJECTS",
    "RUNBOOKS",
    "SPRINTS",
    "STORIES",
    "Answer",
    "Person",
    "Road",
    "Sprint",
    "Story",
    "Trial",
    "outcome_text",
    "reply_text",
    "trial_text",
]

PROJECTS: Mapping[str, str] = MappingProxyType({"FLEX": "Flexible Pricing", "PLAT": "Platform"})
"""Project keys and names."""

SPRINTS: tuple[Sprint, ...] = (
    Sprint(
        1,
        "FLEX Sprint 1",
        start=0,
        end=8,
        goal="Learn whether people choose more easily when they see the seat price and the usage price "
        "together, and whether the ledger can count usage at all.",
        hopes=(
            "Do people hesitate over the price, or over what it will come to?",
            "How late can a usage event arrive?",
        ),
        missing="We watched people on the price page. Nobody has watched one read an invoice.",
    ),
    Sprint(
        2,
        "FLEX Sprint 2",
        start=9,
        end=17,
        goal="Move every account to the new ledger, and find out whether a calculator answers the question "
        "that the price page leaves open.",
        hopes=(
            "Does a calculator answer what the price page leaves open?",
            "How do we notice a wrong balance before a customer does?",
        ),
        missing="The report that finds a wrong balance runs once an hour. Who decided that, and for which traffic?",
    ),
    Sprint(
        3,
        "FLEX Sprint 3",
        start=18,
        end=28,
        goal="Open flexible pricing to every new account, slowly enough to notice, and learn which plan a "
        "new team should start on.",
        hopes=("Which plan should a new team start on, and how many teams do we need to know?",),
    ),
)

RUNBOOKS: Mapping[str, str] = MappingProxyType(
    {
        "runbook-api-reference": "Runbook: keeping the API reference true",
        "runbook-billing-support": "Runbook: billing questions",
        "runbook-caching": "Runbook: before you add a cache",
        "runbook-idempotency": "Runbook: idempotency keys",
        "runbook-migrations": "Runbook: database migrations",
        "runbook-money": "Runbook: money, rounding and currencies",
        "runbook-on-call": "Runbook: on call",
        "runbook-price-tests": "Runbook: price experiments",
        "runbook-reconciliation": "Runbook: ledger reconciliation",
        "runbook-restore": "Runbook: restoring the ledger",
        "runbook-rollout": "Runbook: rolling out",
        "runbook-runners": "Runbook: build runners",
        "runbook-translations": "Runbook: translated pages",
    }
)
"""Pages of the wiki space ENG that answers point to, by the last part of their address, with their titles."""

STORIES: tuple[Story, ...] = (*SPRINT_ONE, *SPRINT_TWO, *SPRINT_THREE)
"""Every issue in order of creation; keys count up per project: FLEX-1, FLEX-2, PLAT-1, …"""
