"""The questions, in the order people meet them, in the words of each set, and the rules an answer must meet to be kept.

A new question is one entry here; the form, the field mapping, the reply words and the docs read this registry. A set is
the same questions put otherwise: an issue's type chooses it. Which answer goes where is the same in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from unicodedata import category, normalize
from urllib.parse import urlsplit

from worker.domain.model import Answers, Occasion, Prompt, Road, Topic
from worker.domain.policy import Policy, named
from worker.errors import AnswerInvalid

# Jira's limit of a text field and a comment, in characters (REST v3: 32,767); ours leaves room for what we add.
LONGEST = 8_000
MOST_TOPICS = 8
# The label every issue with a learning carries in Jira, beside its topics; it is none itself.
LABEL = "learned"
LONGEST_TOPIC = 40
LONGEST_URL = 2_000
_NO_ALIASES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Question:
    """`field` names the attribute of Answers; `words` start a line of a reply comment that answers it."""

    field: str
    label: str
    hint: str
    words: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class QuestionSet:
    """The questions as one kind of issue is asked; the first is the one that is required. `title` names the kind."""

    name: str
    title: str
    questions: tuple[Question, ...]

    @property
    def first(self) -> Question:
        """The required one, which stands in the comment and the reminder."""
        return self.questions[0]


QUESTIONS: tuple[Question, ...] = (
    Question(
        "learned",
        "What did we learn?",
        "One or two sentences a colleague could use next month.",
        ("learned", "learnt", "lesson"),
        required=True,
    ),
    Question(
        "surprised",
        "What surprised us?",
        "Anything that went otherwise than we expected, better or worse.",
        ("surprised", "surprise"),
    ),
    Question(
        "differently",
        "What will we do differently?",
        "One thing, small enough to happen.",
        ("differently", "next time"),
    ),
    Question(
        "lives_at",
        "Where does it live?",
        "A link to the runbook, checklist, page or issue where the next person will find it.",
        ("lives at", "where"),
    ),
    Question(
        "missing",
        "What are we missing?",
        "What nobody has looked at yet, or where you see it otherwise.",
        ("missing", "disagree"),
    ),
)
# What is asked before the work, so it is in no set; no field of Jira is mapped to it.
HOPED = Question(
    "hoped",
    "What do we hope to learn?",
    "One or two sentences; when the epic closes they are set beside what was learned.",
    ("hope", "hoped"),
    required=True,
)
EVERY: tuple[Question, ...] = (*QUESTIONS, HOPED)


def _set(name: str, title: str, *, without: tuple[str, ...] = (), **words: tuple[str, str]) -> QuestionSet:
    """A set: QUESTIONS in order, some left out, some with another label and hint."""
    kept = [one for one in QUESTIONS if one.field not in without]
    put = {one.field: words.get(one.field, (one.label, one.hint)) for one in kept}
    return QuestionSet(
        name, title, tuple(replace(one, label=put[one.field][0], hint=put[one.field][1]) for one in kept)
    )


STORY = _set("story", "Stories, tasks and every other type", without=("missing",))
# Blameless: the words are about the work, and ask whether anyone could have met it (GAO-02-195; docs/questions.md).
BUG = _set(
    "bug",
    "Bugs and incidents",
    without=("missing",),
    learned=(
        "What about how we work made this likely, and would it have happened to anyone?",
        "About the work, never a person: what made it easy to happen, or hard to see?",
    ),
)
EXPERIMENT = _set(
    "experiment",
    "Spikes and experiments",
    without=("missing",),
    learned=("What did we find out?", "Also when it is not what we hoped for: that is a result as good as any."),
)
EPIC = _set(
    "epic",
    "Epics",
    learned=(
        "What did we assume that turned out otherwise?",
        "About users, the technology, the time or ourselves; one or two sentences.",
    ),
)
SETS: tuple[QuestionSet, ...] = (STORY, BUG, EXPERIMENT, EPIC)


def asked(policy: Policy, type_name: str) -> QuestionSet:
    """The set for issues of this type. `policy` is as it is in the issue's project; case does not matter."""
    chosen = ((policy.bug_types, BUG), (policy.experiment_types, EXPERIMENT), (policy.epic_types, EPIC))
    return next((one for types, one in chosen if named(type_name, types)), STORY)


def offered(policy: Policy, type_name: str = "") -> tuple[Question, ...]:
    """The questions to put to people. An answer to another one counts all the same, by reply or field."""
    questions = asked(policy, type_name).questions
    return tuple(one for one in questions if one.required or one.field in policy.questions)


def put(policy: Policy, prompt: Prompt) -> tuple[Question, ...]:
    """The questions of one prompt, the required one first: at the start of an epic, the one that is asked then."""
    return (HOPED,) if prompt.occasion is Occasion.START else offered(policy, prompt.type_name)


def suggested(policy: Policy, hints: Iterable[str], used: Iterable[str]) -> tuple[Topic, ...]:
    """Topics to offer: those the policy names, then the issue's own words, then those used, most used first."""
    return aliased(topics([*policy.topics, *hints, *used]), policy.topic_aliases)


def aliased(given: Iterable[Topic], aliases: Mapping[str, str]) -> tuple[Topic, ...]:
    """The topics by the names that the aliases give them, each once. A chain is followed to its end; words that lead
    back to themselves stay as they are.
    """
    names = {topic(one): topic(other) for one, other in aliases.items()}
    return tuple(dict.fromkeys(_end(one, names) for one in given))


def _end(start: Topic, names: Mapping[Topic, Topic]) -> Topic:
    at, seen = start, {start}
    while following := names.get(at):
        if following in seen:
            return start
        seen.add(following)
        at = following
    return at


def topic(text: str) -> Topic:
    """`text` as a topic: lower case, words joined by "-", at most 40 characters; empty when nothing is left.

    Letters of any script stay, with their accents and vowel signs. A topic is also a Jira and a Confluence label, and
    those take no spaces.
    """
    letters = (character if _in_a_topic(character) else " " for character in normalize("NFC", text.lower()))
    return Topic("-".join("".join(letters).split()).strip("-._")[:LONGEST_TOPIC].strip("-._"))


def _in_a_topic(character: str) -> bool:
    return character.isalnum() or character in "_." or category(character).startswith("M")


def topics(texts: Iterable[str]) -> tuple[Topic, ...]:
    """The topics in `texts` in their order, each once."""
    return tuple(dict.fromkeys(found for text in texts if (found := topic(text))))


def labelled(labels: Iterable[str]) -> tuple[Topic, ...]:
    """The topics that an issue's labels name, as many as an answer may have; our own label is none."""
    return topics(name for name in labels if name != LABEL)[:MOST_TOPICS]


def checked(answers: Answers, aliases: Mapping[str, str] = _NO_ALIASES, occasion: Occasion = Occasion.CLOSE) -> Answers:
    """`answers` with spaces trimmed and topics by the names that `aliases` give them, ready to keep. At a start, what
    we hope to learn is enough. Raises AnswerInvalid with a sentence a field.
    """
    texts = {question.field: getattr(answers, question.field).strip() for question in EVERY}
    tidy = replace(answers, **texts, topics=aliased(topics(answers.topics), aliases))
    if problems := dict(_problems(tidy, occasion)):
        raise AnswerInvalid(problems)
    return tidy


def _problems(answers: Answers, occasion: Occasion) -> Iterable[tuple[str, str]]:
    if occasion is Occasion.START and not (answers.hoped or answers.learned or answers.nothing_new):
        yield "hoped", "Write one line about what we hope to learn."
    if occasion is Occasion.CLOSE and not (answers.learned or answers.nothing_new):
        yield "learned", "Write one line about what we learned, or choose “Nothing new this time”."
    for question in EVERY:
        length = len(getattr(answers, question.field))
        if length > LONGEST:
            yield question.field, f"This has {length:,} characters; up to {LONGEST:,} can be kept."
    if len(answers.topics) > MOST_TOPICS:
        yield "topics", f"These are {len(answers.topics)} topics; choose the {MOST_TOPICS} that matter most."
    if answers.lives_at and not web_address(answers.lives_at):
        yield "lives_at", "This is not a web address; it should start with https:// or http://."


def web_address(text: str) -> bool:
    """Whether `text` is one absolute http(s) address that is safe to put into a link, and leads where it reads."""
    if len(text) > LONGEST_URL or " " in text or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        genuine = bool(parts.hostname) and parts.port != 0 and not set("@\\") & set(parts.netloc)
    except ValueError:
        return False
    return genuine and parts.scheme in ("http", "https")


def from_form(form: Mapping[str, str], asked: Sequence[Question], known: Answers) -> Answers:
    """The answers a browser sent to the questions it was `asked`. Topics are separated by commas or spaces, with or
    without "#". What was not asked in the form stays as it is `known`.
    """
    sent = {one.field: form.get(one.field, "").replace("\r\n", "\n").replace("\0", "") for one in EVERY}
    if HOPED in asked:
        return replace(known, hoped=sent["hoped"], road=Road.FORM, given_by=None)
    open_now = {one.field for one in asked}
    kept = {one.field: getattr(known, one.field) for one in EVERY if one.field not in open_now}
    texts: dict[str, Any] = {field: words or kept.get(field, "") for field, words in sent.items()}
    return Answers(
        **texts,
        topics=topics(re.split(r"[,\s]+", form.get("topics", ""))),
        nothing_new=form.get("choice") == "nothing_new",
        changed_course=form.get("changed_course") == "yes",
    )
