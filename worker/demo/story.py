"""What one issue of the demo's month is, and the words it is told in.

Knows the shapes only: a sprint, a road an answer takes, an answer, an experiment, a story. Does not know the
stories themselves, the emulated site, or how a story is played.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Sprint:
    """One sprint; `start` and `end` are days from the month's start, both included.

    `hopes` are what the team writes on the coming retro's page when it starts, `missing` what it adds in the
    meeting; its last sprint has had none yet.
    """

    number: int
    name: str
    goal: str
    start: int
    end: int
    hopes: tuple[str, ...] = ()
    missing: str = ""


class Road(Enum):
    """How an answer reaches us."""

    FORM = "form"
    REPLY = "reply"
    FIELD = "field"


@dataclass(frozen=True)
class Answer:
    """What a person says after the last close, `after_hours` hours later.

    Only the form carries `surprised`, `differently`, `lives_at`, `missing` and `changed_course`. By reply,
    `reply_text` gives the comment as typed, with consent to be thanked for an act and the wish to keep it in the
    team. By field, the topics are among the issue's labels. `lives_at` may hold "{site}", the address of the site
    without a slash at its end; no other text holds braces. What will be done differently is `promised` by a click,
    as an issue that is done on the day `promise_done_day`, if it is.
    """

    learned: str
    surprised: str = ""
    differently: str = ""
    lives_at: str = ""
    topics: tuple[str, ...] = ()
    changed_course: bool = False
    nothing_new: bool = False
    road: Road = Road.FORM
    after_hours: float = 3.0
    missing: str = ""
    thanked_for: str = ""
    team_only: bool = False
    promised: bool = False
    promise_done_day: int | None = None


@dataclass(frozen=True)
class Trial:
    """An experiment, told in a comment when work begins, and what came of it, told in one when the issue closes.

    `review_day` counts from the month's start. Without an outcome it still runs.
    """

    hypothesis: str
    guardrail: str
    success: str
    review_day: int
    outcome: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Story:
    """One issue from creation to its last close; people are handles, days count from the month's start.

    `closed_hour` is the UTC hour of every close. `closed_by` is a handle or "automation"; None means the
    assignee. `sprint` None is work outside the sprints. `parent` is the summary of a sub-task's
    parent. `private` sets the security level "Private". No `answer` on a closed story: nobody was asked, or
    nobody answered. `hoped` is answered when an epic starts. `passed_on` are those who had the work before the
    assignee, in turn; `found_live` is a bug of the released version. Work lasts by its points, or since `begun_day`;
    it is flagged on the days `blocked`, `hours` are those estimated and those worked, and `said` are comments on it.
    """

    project: str
    type: str
    summary: str
    description: str
    component: str
    labels: tuple[str, ...]
    reporter: str
    assignee: str
    sprint: int | None
    closed_day: int | None
    closed_hour: float = 15.0
    resolution: str = "Done"
    closed_by: str | None = None
    reopened_day: int | None = None
    closed_again_day: int | None = None
    parent: str | None = None
    private: bool = False
    answer: Answer | None = None
    points: int = 0
    hoped: str = ""
    trial: Trial | None = None
    passed_on: tuple[str, ...] = ()
    found_live: bool = False
    begun_day: int | None = None
    blocked: tuple[int, int] | None = None
    hours: tuple[int, int] | None = None
    said: tuple[str, ...] = ()


def reply_text(answer: Answer) -> str:
    """Give the comment a person types for an answer by reply: "learned: … #topic #topic", and what they choose."""
    lines = [" ".join([f"learned: {answer.learned}", *(f"#{topic}" for topic in answer.topics)])]
    lines += [f"thank me by name: {answer.thanked_for}"] if answer.thanked_for else []
    lines += ["team only"] if answer.team_only else []
    return "\n".join(lines)


def trial_text(trial: Trial, review_on: str) -> str:
    """Give the comment that begins an experiment; `review_on` is the day of its review, ISO."""
    return (
        f"hypothesis: {trial.hypothesis}\nguardrail: {trial.guardrail}\n"
        f"sign of success: {trial.success}\nreview: {review_on}"
    )


def outcome_text(trial: Trial) -> str:
    """Give the comment that ends an experiment."""
    return f"outcome: {trial.outcome}\ndecision: {trial.decision}"
