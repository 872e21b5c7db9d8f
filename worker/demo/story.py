"""What one issue of the demo's month is, and the words it is told in.

Knows the shapes only: a sprint, a road an answer takes, an answer, a story. Does not know the stories
themselves, the emulated site, or how a story is played.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Sprint:
    """One sprint; `start` and `end` are days from the month's start, both included."""

    number: int
    name: str
    goal: str
    start: int
    end: int


class Road(Enum):
    """How an answer reaches us."""

    FORM = "form"
    REPLY = "reply"
    FIELD = "field"


@dataclass(frozen=True)
class Answer:
    """What a person says after the last close, `after_hours` hours later.

    Only the form carries `surprised`, `differently`, `lives_at` and `changed_course`. By reply, `reply_text`
    gives the comment as typed. By field, the topics are among the issue's labels. `lives_at` may hold
    "{site}", the address of the site without a slash at its end; no other text holds braces.
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


@dataclass(frozen=True)
class Story:
    """One issue from creation to its last close; people are handles, days count from the month's start.

    `closed_hour` is the UTC hour of every close. `closed_by` is a handle or "automation"; None means the
    assignee. `sprint` None is work outside the sprints. `parent` is the summary of a sub-task's
    parent. `private` sets the security level "Private". No `answer` on a closed story: nobody was asked, or
    nobody answered.
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


def reply_text(answer: Answer) -> str:
    """Give the comment a person types for an answer by reply: "learned: … #topic #topic"."""
    return " ".join([f"learned: {answer.learned}", *(f"#{topic}" for topic in answer.topics)])
