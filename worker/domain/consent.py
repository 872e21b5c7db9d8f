"""What only the author of an answer may choose: to be thanked by name, and to keep it within the team.

Both need Jira to say who answers, so a link can neither set nor change them. It does not know where pages are kept.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain import thanks
from worker.domain.model import AccountId, Answers, Road
from worker.domain.policy import Policy

KEPT = (
    "What was learned here is kept within the team; its author can change it in LearnLoop’s panel on the issue or by a "
    "reply."
)


def kept_from(known: Answers | None, account: AccountId | None) -> bool:
    """Whether the known answers are kept within the team and `account` (None: a link) is not their author."""
    return known is not None and known.team_only and (account is None or known.given_by != account)


def settled(given: Answers, known: Answers | None, *, for_everyone: bool = False) -> Answers:
    """`given` with the choices that count, after those in the answers `known` so far.

    By link: the author's, unchanged, but nobody is thanked by name for words that may be somebody else's. By panel: as
    ticked. A reply or a field that does not name the team does not open what the same author kept within it; a reply
    that says so (`for_everyone`) does.
    """
    if given.road is Road.FORM:
        author = known if known is not None and known.given_by is not None else Answers()
        kept = replace(given, given_by=author.given_by, team_only=author.team_only)
        same = replace(kept, road=author.road, thank_by_name=author.thank_by_name, thanked_for=author.thanked_for)
        chosen = author if same == author else Answers()
        return replace(kept, thank_by_name=chosen.thank_by_name, thanked_for=chosen.thanked_for)
    named = given.given_by is not None
    unsaid = given.road in (Road.REPLY, Road.FIELD) and not for_everyone
    stays = unsaid and known is not None and known.team_only and known.given_by == given.given_by
    thank = named and given.thank_by_name
    return replace(
        given,
        thank_by_name=thank,
        thanked_for=thanks.act(given.thanked_for) if thank else "",
        team_only=named and (given.team_only or stays),
    )


def on_pages(policy: Policy, project: str, *, team_only: bool) -> bool:
    """Whether the pages of `project` show an answer: one kept within the team only where they are the team's own."""
    return not team_only or bool(policy.own_space(project))


def where_kept(policy: Policy, project: str) -> str:
    """Where an answer of `project` stands that is kept within the team, in words for its author."""
    space = policy.own_space(project)
    if space:
        return f"It stands only on the pages of {project} in its own space {space}."
    return "It is kept and counted, and shown on no page."
