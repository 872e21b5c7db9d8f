"""What people may be thanked for by name in a retro: an act, chosen by the one who did it, who asked to be named.

A list of acts, because thanks for speed or volume would make both a target; and they are never counted or gathered by
person. That people who tell what went wrong are never thanked for it is GAO's finding at NASA (people.md, section 6:
"People are never rewarded for telling about how they screwed-up"). It knows no names, only account ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from worker.domain.model import AccountId, Answers, IssueKey, Learning


@dataclass(frozen=True)
class Act:
    """Something worth thanks: `words` go on after "thank you to …, who" and stand in the list to choose from."""

    id: str
    words: str


CHANGED_COURSE = "changed_course"
ACTS: tuple[Act, ...] = (
    Act(CHANGED_COURSE, "changed course when the data came in"),
    Act("asked", "asked the question everyone had"),
    Act("said_early", "said early that something was going wrong"),
    Act("stopped", "stopped something that was not working"),
    Act("wrote_down", "wrote down what went wrong so that others need not repeat it"),
    Act("tried", "tried something whose outcome nobody knew"),
)
_WORDS = {act.id: act.words for act in ACTS}
# The shortest beginning of an act's words that may stand for it in a reply.
_ENOUGH = 5


@dataclass(frozen=True)
class Thanks:
    """One thank-you: to whom, on which issue, and the act in words."""

    account_id: AccountId
    issue_key: IssueKey
    words: str


def act(text: str) -> str:
    """The id of the act that `text` names by its id, its words or their beginning; empty when it names none."""
    wanted = " ".join(text.casefold().replace("_", " ").split()).strip(" .")
    for one in ACTS:
        named = wanted == one.id.replace("_", " ")
        if named or (len(wanted) >= _ENOUGH and one.words.casefold().startswith(wanted)):
            return one.id
    return ""


def words(answers: Answers) -> str:
    """What the author of these answers is thanked for, empty for nothing: the act chosen, or, where none was, that the
    course was changed.
    """
    chosen = answers.thanked_for or (CHANGED_COURSE if answers.changed_course else "")
    return _WORDS.get(chosen, "")


def of(learnings: Iterable[Learning]) -> tuple[Thanks, ...]:
    """The thanks that the authors of these learnings asked for, in the order of issue keys, as Jira orders them."""
    found = (
        Thanks(one.answers.given_by, one.issue_key, words(one.answers))
        for one in learnings
        if one.answers.thank_by_name and one.answers.given_by and words(one.answers)
    )
    return tuple(sorted(found, key=lambda one: _in_order(one.issue_key)))


def _in_order(key: str) -> tuple[str, int, str]:
    """FLEX-9 before FLEX-10."""
    project, _, number = key.rpartition("-")
    return project, int(number) if number.isdecimal() else 0, key
