"""What our one comment on an issue, and the reminder of it, say. Pure: the templates put it into a site's markup."""

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.domain import questions, signals
from worker.domain.model import Occasion, Prompt, PromptState
from worker.domain.policy import Policy

OPENING = "This one is closed, thank you. One question while it is fresh:"
_BEGUN = "This one is under way. One question before the work shows the answer:"
_SETTLED = {
    PromptState.ANSWERED: "Thank you for writing down what we learned.",
    PromptState.NOTHING_NEW: "Nothing new this time; thank you for saying so.",
    PromptState.WITHDRAWN: "This was reopened, so there is no question for now.",
    PromptState.EXPIRED: "We have stopped asking about this one. A reply that starts with “learned:” is still welcome.",
    PromptState.UNASKED: "There is no question this time. A reply that starts with “learned:” is welcome.",
}
_SETTLED_AT_THE_START = {
    PromptState.ANSWERED: "Thank you for writing down what we hope to learn. The close asks what became of it.",
    PromptState.WITHDRAWN: "This is not under way any more, so there is no question for now.",
    PromptState.EXPIRED: "We have stopped asking about this one. A reply that starts with “hope:” is still welcome.",
}


@dataclass(frozen=True)
class Words:
    """A question as the comment puts it: `aside` stands behind the link, `reply` is how an answer may begin."""

    opening: str
    question: str
    aside: str
    reply: str


def asking(policy: Policy, prompt: Prompt) -> Words:
    """The open question, behind the facts that made us ask. `policy` is as it is in the prompt's project."""
    if prompt.occasion is Occasion.START:
        return Words(_BEGUN, questions.HOPED.label, " (two minutes). Or reply here: ", "hope: …")
    words = closed(questions.asked(policy, prompt.type_name))
    return replace(words, opening=signals.opening(prompt.facts) or words.opening)


def closed(asked: questions.QuestionSet = questions.STORY) -> Words:
    """The question about a close, as issues of this set are asked."""
    aside = " (two minutes, or one click for “nothing new”). Or reply here: "
    return Words(OPENING, asked.first.label, aside, "learned: … #topic")


def settled(prompt: Prompt, kept: str = "") -> str:
    """What the comment says once nothing is asked any more; `kept` is where an answer for the team only stands."""
    if kept:
        return f"Thank you. This is for the team only. {kept}"
    special = _SETTLED_AT_THE_START if prompt.occasion is Occasion.START else {}
    return special.get(prompt.state, _SETTLED[prompt.state])


def reminder(policy: Policy, prompt: Prompt, link: str) -> tuple[str, str]:
    """Subject and text of the mail."""
    first = questions.put(policy, prompt)[0].label
    start = prompt.occasion is Occasion.START
    subject = f"{prompt.issue_key}: {'what do we hope to learn' if start else 'what did we learn'}?"
    effort = "Two minutes:" if start else "Two minutes, or one click for “nothing new”:"
    return subject, f"{prompt.summary}\n\n{first} {effort}\n{link}\n\nAfter two reminders we stop asking."


def audience(policy: Policy, project: str) -> str:
    """One line on who will read an answer from `project`."""
    space = policy.space_of(project)
    if not space:
        return "What you write stays on this issue."
    return f"What you write appears on the Confluence pages of {project} in the space {space}, without your name."
